"""A JupyterLab of the tests' own, and a notebook page in it that is driven like a person would.

Cells are run through Lab's commands, because a click now and then is lost just after a notebook
opened; everything inside a widget is done with the real mouse and keyboard.
"""

import json
import math
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.error import HTTPError, URLError

import nbformat
import psutil
from playwright.sync_api import FloatRect, Locator, Page

T = TypeVar("T")
Theme = Literal["light", "dark"]

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
SETTINGS: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
# Most of what a kernel does in a test that trains nothing would be to import torch and UMAP.
COLD = """from peakvi_widgets.session.parts import counts
counts.warming = lambda: iter(())
del counts
"""
# What the tests' own process was given and a kernel must not inherit.
NOT_INHERITED = ("OMP_NUM_THREADS", "JUPYTER_PATH", "PYTEST_CURRENT_TEST")


class Lab:
    """JupyterLab on loopback, in a process group of its own, with settings of its own.

    Parameters
    ----------
    root
        An empty folder: the notebooks stand in it, the settings in ``.jupyter`` below it.
    warms_up
        Whether sessions import what training needs ahead of time, as they do for users.
    """

    def __init__(self, root: Path, *, warms_up: bool = True) -> None:
        self.root, self._home = root, root / ".jupyter"
        self.token = secrets.token_hex(16)
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        for plugin, values in SETTINGS.items():
            self.set(plugin, **values)
        if not warms_up:
            startup = self._home / "ipython" / "profile_default" / "startup"
            startup.mkdir(parents=True)
            (startup / "cold.py").write_text(COLD)
        self._log = (self._home / "lab.log").open("wb")
        self._process = subprocess.Popen(
            self._command(),
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        poll(self._answers, bool, timeout=90)

    def _command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"),
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={self._port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.root}",
            f"--IdentityProvider.token={self.token}",
            "--LabApp.expose_app_in_browser=True",  # gives the page window.jupyterapp
            "--JupyterNotebookApp.expose_app_in_browser=True",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ]

    def _environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if k not in NOT_INHERITED}
        return {
            **inherited,
            "JUPYTER_CONFIG_DIR": str(self._home),
            "JUPYTER_DATA_DIR": str(self._home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self._home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self._home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self._home / "workspaces"),
            "IPYTHONDIR": str(self._home / "ipython"),
            "XDG_DATA_HOME": str(self._home / "user_data"),  # where sessions autosave
        }

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(f"JupyterLab ended:\n{(self._home / 'lab.log').read_text()[-3000:]}")
        try:
            self.ask("status")
        except URLError:
            return False
        return True

    def set(self, plugin: str, **values: Any) -> None:
        """Override one plugin's settings, as ``package:plugin``; pages opened later see it."""
        package, name = plugin.split(":")
        file = self._home / "settings" / package / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))

    def ask(self, path: str, method: str = "GET") -> Any:
        """Call Jupyter's REST interface."""
        request = urllib.request.Request(
            f"{self.url}/api/{path}",
            headers={"Authorization": f"token {self.token}"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def write(self, name: str, cells: Iterable[str]) -> None:
        """Write a notebook of code cells."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        nbformat.write(notebook, self.root / name)

    def address(self, name: str) -> str:
        """Return the URL of a notebook, in a workspace of its own: Lab restores the last one."""
        workspace = secrets.token_hex(4)
        return f"{self.url}/lab/workspaces/{workspace}/tree/{name}?token={self.token}"

    def end_kernels(self) -> None:
        """Kill every kernel; a page that closes leaves its own alive.

        A kernel that is asked to end takes seconds: it waits for what it computes.
        """
        for process in psutil.Process(self._process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if any("ipykernel" in word for word in process.cmdline()):
                    process.kill()
        for session in self.ask("sessions"):
            self._remove(f"sessions/{session['id']}")
        for kernel in self.ask("kernels"):  # Voila's belong to no session
            self._remove(f"kernels/{kernel['id']}")

    def _remove(self, path: str) -> None:
        """Delete what the server may be starting again at the same moment: then it refuses."""
        for is_last in (*(5 * [False]), True):
            try:
                self.ask(path, "DELETE")
            except HTTPError as error:
                if error.code == 404:
                    return
                if is_last:
                    raise
                time.sleep(1)
            else:
                return

    def stop(self) -> None:
        """End the server and all its children."""
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()


class CellError(AssertionError):
    """A notebook cell raised; the text is its traceback."""


class Notebook:
    """One notebook, open in a page of its own or in one where Lab is open already.

    ``page_errors`` are uncaught errors of the page, ``outside`` the requests that did not go to the
    server; the fixture that opened the notebook fails the test on either.
    """

    def __init__(self, page: Page, lab: Lab, name: str, theme: Theme = "light") -> None:
        self.page, self.lab, self.name = page, lab, name
        self.page_errors: list[str] = []
        self.console: list[str] = []
        self.outside: list[str] = []
        self._listeners: dict[str, Callable[[Any], None]] = {
            "pageerror": lambda error: self.page_errors.append(str(error)),
            "console": lambda message: self.console.append(message.text),
            "request": lambda request: self._note(request.url),
            "websocket": lambda socket: self._note(socket.url),
        }
        for event, listener in self._listeners.items():
            page.on(event, listener)  # type: ignore[call-overload]
        if page.evaluate("Boolean(window.jupyterapp)"):
            self._use_theme(theme)
            self.page.evaluate(
                """async path => {
                    await window.jupyterapp.commands.execute("docmanager:open", { path });
                }""",
                name,
            )
        else:
            lab.set("@jupyterlab/apputils-extension:themes", theme=THEMES[theme])
            page.goto(lab.address(name))
        self._until_ready()

    def leave(self) -> None:
        """Close all notebooks of the page without saving them; Lab stays open in it."""
        self.page.mouse.move(0, 0)
        errors = list(self.page_errors)
        self.page.evaluate(
            """async () => {
                for (const panel of [...window.jupyterapp.shell.widgets("main")]) panel.dispose();
                await new Promise(resolve => setTimeout(resolve, 100));  // Lab's own errors of it
            }"""
        )
        self.page_errors[:] = errors
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)

    def _note(self, url: str) -> None:
        inside = (f"{self.lab.url}/", f"ws{self.lab.url.removeprefix('http')}/", "blob:", "data:")
        if not url.startswith(inside):
            self.outside.append(url)

    def _until_ready(self) -> None:
        self.page.wait_for_selector(
            ".jp-NotebookPanel .jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=60_000
        )
        self.page.wait_for_function(
            """() => {
                const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
                return context?.isReady
                    && context.session?.kernel?.connectionStatus === "connected";
            }""",
            timeout=60_000,
        )
        self.page.evaluate("window.jupyterapp.shell.collapseLeft()")  # the width is the notebook's

    def reload(self) -> None:
        """Load the page anew; the kernel and its widgets live on.

        In a new workspace: Lab may still have saved what the page showed for the test before.
        """
        self.page.goto(self.lab.address(self.name))
        self._until_ready()

    def cell(self, index: int) -> Locator:
        """Return a cell by its place."""
        return self.page.locator(f".jp-Notebook .jp-Cell[data-windowed-list-index='{index}']")

    def start(self, index: int) -> None:
        """Run a cell and do not wait."""
        self.page.evaluate(
            """(index) => {
                const { commands, shell } = window.jupyterapp;
                const { content } = shell.currentWidget;
                content.activeCellIndex = index;
                content.deselectAll();
                content.widgets[index].model.executionCount = null;  // so that wait sees this run
                void commands.execute("notebook:run-cell");
            }""",
            index,
        )

    def wait(self, index: int, timeout: float = 60) -> str:
        """Wait, for so many seconds, until a started cell has ended; return its text."""
        self.page.wait_for_function(
            """(index) => /^\\d+$/.test(
                window.jupyterapp.shell.currentWidget.content.widgets[index].model.executionCount
            )""",
            arg=index,
            timeout=timeout * 1000,
        )
        if raised := [output for output in self.outputs(index) if output["output_type"] == "error"]:
            raise CellError(f"Cell {index} failed:\n" + "\n".join(raised[0]["traceback"]))
        return self.text(index)

    def is_busy(self, index: int) -> bool:
        """Say whether a started cell has not ended yet."""
        return bool(
            self.page.evaluate(
                """(index) => window.jupyterapp.shell.currentWidget.content.widgets[index]
                    .model.executionCount === null""",
                index,
            )
        )

    def run(self, index: int, timeout: float = 60) -> str:
        """Run a cell, wait until it has ended and return its text."""
        self.start(index)
        return self.wait(index, timeout)

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """Return a cell's outputs as the notebook stores them, also when it is scrolled away."""
        return self.page.evaluate(
            """(index) => {
                const { outputs } =
                    window.jupyterapp.shell.currentWidget.content.widgets[index].model;
                return Array.from({ length: outputs.length }, (_, i) => outputs.get(i).toJSON());
            }""",
            index,
        )

    def text(self, index: int) -> str:
        """Return what a cell has put out so far, as text."""
        texts = [
            output["text"] if output["output_type"] == "stream" else output["data"]["text/plain"]
            for output in self.outputs(index)
            if output["output_type"] != "error"
        ]
        return "".join(part for text in texts for part in text).strip()

    def json(self, index: int, timeout: float = 60) -> Any:
        """Run a cell that prints one JSON value and return it."""
        return json.loads(self.run(index, timeout))

    def _use_theme(self, theme: Theme) -> None:
        self.page.evaluate(
            "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })",
            THEMES[theme],
        )
        self.page.locator(f"body[data-jp-theme-name='{THEMES[theme]}']").wait_for(state="attached")

    def wear(self, theme: Theme) -> None:
        """Change Lab's theme and wait until the widgets follow."""
        self._use_theme(theme)
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")
        self.page.locator(f".jp-OutputArea [data-pv-theme={theme}]").first.wait_for()

    def screenshot(self, path: Path) -> None:
        """Save what the page shows."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def poll(
    read: Callable[[], T], is_right: Callable[[T], Any], timeout: float = 30, every: float = 0.1
) -> T:
    """Read until the value is right and return it; the only way to wait for a kernel's state."""
    end = time.monotonic() + timeout
    while not is_right(value := read()):
        assert time.monotonic() < end, f"After {timeout} s it is still {value!r}."
        time.sleep(every)
    return value


def circle(x: float, y: float, radius: float, corners: int = 32) -> list[tuple[float, float]]:
    """Return the corners of a circle, for ``lasso``."""
    turns = (2 * math.pi * corner / corners for corner in range(corners))
    return [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]


def lasso(
    page: Page,
    box: FloatRect,
    corners: Iterable[tuple[float, float]],
    held: Callable[[], None] = lambda: None,
) -> None:
    """Draw a closed line with the mouse; the corners are in pixels from the box's upper left.

    ``held`` is called when the line is complete and the button still down.
    """
    points = [(box["x"] + x, box["y"] + y) for x, y in corners]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in [*points[1:], points[0]]:
        page.mouse.move(*point)
        page.wait_for_timeout(12)  # the scatter plot takes one point in 10 ms
    held()
    page.mouse.up()
