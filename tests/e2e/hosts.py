"""The same viewer in other hosts than JupyterLab: Notebook 7, Voila and marimo, each in one page.

Notebook 7 and Voila are pages of the JupyterLab that the other tests use; marimo has a server of
its own. ``LISTENING`` notes in a page what the panels' own modules do to the whole of it.
"""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.error import URLError

from tests.e2e.lab import NOT_INHERITED, Lab, free_port, poll

# anywidget gives each panel's module an address of its own, which no script of the host has.
OURS = "blob:|data:text|/@file/"
LISTENING = """(() => {
    const ours = () => new RegExp("OURS").test(new Error().stack);
    const noted = (window.noted = { listeners: [], sheets: [], own: 0 });
    const listen = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function (type, ...rest) {
        const at = this ?? window;
        if (at instanceof Element || at === window || at === document) {
            if (ours()) {
                const whole = [window, document, document.documentElement, document.body];
                if (whole.includes(at)) noted.listeners.push(type);
                else noted.own += 1;
            }
        }
        return listen.call(at, type, ...rest);
    };
    const create = Document.prototype.createElement;
    Document.prototype.createElement = function (tag, ...rest) {
        const made = create.call(this, tag, ...rest);
        if (/^(style|link|script)$/i.test(tag) && ours()) noted.sheets.push(made);
        return made;
    };
})()""".replace("OURS", OURS)
NOTED = """() => ({
    ...window.noted,
    sheets: window.noted.sheets.filter((made) => made.isConnected).map((made) => made.outerHTML),
})"""


class Marimo:
    """A marimo app on loopback, in a process group of its own; its code runs for each page anew.

    Parameters
    ----------
    file
        Where the app is written; an empty folder of its own.
    cells
        The code of its cells.
    """

    def __init__(self, file: Path, *cells: str) -> None:
        self._file, self._port = file, free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        file.write_text(as_app(cells))
        self._log = file.with_suffix(".log").open("wb")
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "marimo", "--yes", "run", "--headless", "--no-token"),
                *("--port", str(self._port), "--no-check", str(file)),
            ],
            env=self._environment(),
            cwd=file.parent,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        poll(self._answers, bool, timeout=60)

    def _environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if k not in NOT_INHERITED}
        home = str(self._file.parent)
        return {**inherited, "XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "HOME": home}

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(f"marimo ended:\n{Path(self._log.name).read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=20) as answer:
                return bool(json.loads(answer.read()))
        except URLError:
            return False

    def stop(self) -> None:
        """End the server and all its children."""
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()


def as_app(cells: tuple[str, ...]) -> str:
    """Write cells as the file of a marimo app; what the first one names the others may use."""
    parts = ['import marimo\n\napp = marimo.App(width="full")\n']
    for cell in cells:
        body = "\n".join(f"    {line}" for line in cell.splitlines())
        parts.append(f"\n@app.cell\ndef _():\n{body}\n    return\n")
    return "\n".join(parts)


def notebook_address(lab: Lab, name: str) -> str:
    """Return the address of a notebook in Notebook 7."""
    return f"{lab.url}/notebooks/{name}?token={lab.token}"


def voila_address(lab: Lab, name: str) -> str:
    """Return the address of a notebook as an app of Voila, which runs all its cells."""
    return f"{lab.url}/voila/render/{name}?token={lab.token}"
