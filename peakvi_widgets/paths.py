"""Paths as users type them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from .arguments import shown
from .errors import DataError

MAX_NAME = 255  # bytes of the name of a file or folder
PORTS = "123456789\u00b9\u00b2\u00b3"  # those of COM and LPT; Windows takes superscripts for digits
DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{name}{port}" for name in ("COM", "LPT") for port in PORTS
}


def absolute_path(path: str | os.PathLike[str], base: Path | None = None) -> Path:
    """Return where a path leads, without following links.

    Parameters
    ----------
    path
        Relative to the working directory, or beginning with ``~``.
    base
        Another folder that it is relative to.

    Raises
    ------
    DataError
        No file or folder can have such a path.
    """
    text = os.fspath(path)
    if not text.strip() or "\0" in text:
        problem = "has a NUL character" if text.strip() else "is empty"
        raise DataError(f"The path {shown(text)} {problem}; give the path of a file or folder.")
    try:
        found = (base or Path.cwd()) / Path(text).expanduser()
        long = [part for part in found.parts if len(os.fsencode(part)) > MAX_NAME]
    except RuntimeError as error:
        raise DataError(f"{shown(text)} names a user who has no home folder here.") from error
    except UnicodeEncodeError as error:
        raise DataError(f"No file can be named {shown(text)} on this system.") from error
    if long:
        raise DataError(f"The name {shown(long[0])} is too long; use at most {MAX_NAME} bytes.")
    return found


def is_reserved_on_windows(name: str) -> bool:
    """Return whether Windows takes the name of a file, with any ending, for a device.

    References
    ----------
    Microsoft Learn, Naming Files, Paths, and Namespaces.
    """
    return re.split(r"[.:]", name, maxsplit=1)[0].rstrip(" ").upper() in DEVICES
