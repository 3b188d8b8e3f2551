"""Drives a Firefox without a screen by WebDriver BiDi, the protocol that every Firefox speaks."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Self

from websocket import create_connection  # it comes with JupyterLab

from tests.e2e.lab import poll

PREFERENCES = {  # nothing that Firefox asks for on its own
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.download.folderList": 2,  # the one of browser.download.dir
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
LONGEST = 60.0  # seconds to wait for an answer


def find_firefox() -> str | None:
    """Return the program: the one that PEAKVI_FIREFOX names, or one on PATH; None without any."""
    if chosen := os.environ.get("PEAKVI_FIREFOX"):
        if not os.access(chosen, os.X_OK):
            raise FileNotFoundError(f"PEAKVI_FIREFOX names {chosen}, which is not a program.")
        return chosen
    return shutil.which("firefox") or shutil.which("firefox-esr")


class Firefox:
    """One window, with the errors of its pages and the addresses that they asked for.

    Parameters
    ----------
    program
        What to start.
    folder
        An empty folder for its profile.
    width, height
        Of the page, in pixels.
    """

    def __init__(self, program: str, folder: Path, width: int, height: int) -> None:
        self.errors: list[str] = []
        self.asked: list[str] = []
        self._folder = folder
        wanted = {**PREFERENCES, "browser.download.dir": str(folder)}
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in wanted.items()]
        (folder / "user.js").write_text("\n".join(lines))
        self._log = (folder / "firefox.log").open("w+")
        self._process = subprocess.Popen(
            [
                program,
                "--headless",
                "--no-remote",
                "--profile",
                folder,
                "--remote-debugging-port=0",
            ],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"},
        )
        try:
            self._socket = create_connection(
                f"{self._address()}/session", timeout=LONGEST, suppress_origin=True
            )
            self._number = 0
            self.call("session.new", capabilities={})
            events = ["log.entryAdded", "network.beforeRequestSent"]
            self.call("session.subscribe", events=events)
            self._page = self.call("browsingContext.getTree")["contexts"][0]["context"]
            size = {"width": width, "height": height}
            self.call("browsingContext.setViewport", context=self._page, viewport=size)
        except BaseException:
            self.close()
            raise

    def _address(self) -> str:
        def said() -> str:
            text = Path(self._log.name).read_text(errors="replace")
            if self._process.poll() is not None:
                raise RuntimeError(f"Firefox did not start: {text}")
            return "".join(re.findall(r"WebDriver BiDi listening on (ws://\S+)", text))

        return poll(said, bool, LONGEST)

    def call(self, method: str, **parameters: object) -> dict:
        """Send one command and return its result; events that come meanwhile are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv())
            if answer["type"] == "event":
                self._keep(answer["method"], answer["params"])
            elif answer["id"] == self._number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['message']}")
                return answer["result"]

    def _keep(self, method: str, event: dict) -> None:
        if method == "network.beforeRequestSent":
            self.asked.append(event["request"]["url"])
        elif event["level"] == "error":
            self.errors.append(event["text"])

    def open(self, address: str) -> None:
        """Open a page, until it is loaded."""
        self.call("browsingContext.navigate", context=self._page, url=address, wait="complete")

    def wait_for(self, expression: str) -> object:
        """Return the value of a JavaScript expression as soon as it is not empty, 0 or false."""
        look = (
            "new Promise((found) => { const look = () => { const value = (() => { try { return "
            f"{expression}; }} catch {{ return null; }} }})(); "
            "if (value) found(value); else setTimeout(look, 30); }; look(); })"
        )
        answer = self.call(
            "script.evaluate", expression=look, target={"context": self._page}, awaitPromise=True
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"]["value"]

    def text(self, testid: str, words: str = "") -> str:
        """Return the text of an element as soon as it is there and has some words."""
        element = f"document.querySelector('[data-testid=\"{testid}\"]').textContent"
        return str(self.wait_for(f"{element}.includes({json.dumps(words)}) && {element}"))

    def box(self, testid: str) -> list[float]:
        """Return left, top, width and height of an element, in pixels."""
        element = f"document.querySelector('[data-testid=\"{testid}\"]').getBoundingClientRect()"
        sides = "JSON.stringify([box.x, box.y, box.width, box.height])"
        return json.loads(str(self.wait_for(f"((box) => {sides})({element})")))

    def drag(self, places: list[tuple[float, float]]) -> None:
        """Press the mouse at the first place, move through the others, and release it."""
        moves = [
            {"type": "pointerMove", "x": round(x), "y": round(y), "duration": 40} for x, y in places
        ]
        down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        source = {"type": "pointer", "id": "mouse", "actions": [moves[0], down, *moves[1:], up]}
        self.call("input.performActions", context=self._page, actions=[source])

    def press(self, *keys: str) -> None:
        """Press keys one after the other, and release them."""
        actions = [{"type": "keyDown", "value": key} for key in keys]
        actions += [{"type": "keyUp", "value": key} for key in reversed(keys)]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self.call("input.performActions", context=self._page, actions=[source])

    def saved_by(self, testid: str, name: str) -> Path:
        """Click a button that saves a file of this name, and return the file."""
        left, top, width, height = self.box(testid)
        self.drag([(left + width / 2, top + height / 2)])
        file = self._folder / name
        return poll(lambda: file, lambda file: file.is_file() and file.stat().st_size, LONGEST)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the program."""
        if hasattr(self, "_socket"):
            self._socket.close()
        self._process.terminate()
        self._process.wait(LONGEST)
        self._log.close()
