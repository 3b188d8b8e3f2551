"""What a page may reach on the server: every path of a browser goes through here.

Python code in the notebook may use any path. A page may too, unless ``settings.restricted`` is on:
then it writes nothing, sees no variables, and opens files of ``settings.folder`` only.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from . import settings
from .arguments import shown
from .errors import DataError
from .paths import absolute_path, is_reserved_on_windows

CONTROLS = {*map(chr, range(32)), "\x7f", "\u2028", "\u2029"}


@dataclass(frozen=True, slots=True)
class Access:
    """What a page may ask for.

    Attributes
    ----------
    opening
        Files and folders of the server.
    saving
        Writing files on the server.
    variables
        The AnnData objects of the notebook.
    """

    opening: bool = True
    saving: bool = True
    variables: bool = True


def access() -> Access:
    """Return what the current settings allow pages to ask for."""
    if not settings.restricted:
        return Access()
    return Access(opening=bool(settings.folder), saving=False, variables=False)


def require_variables() -> None:
    """Raise if pages may not see the notebook's variables.

    Raises
    ------
    DataError
        ``settings.restricted`` is on.
    """
    if not access().variables:
        raise DataError("Variables of the notebook are not available on this restricted server.")


def first_folder() -> Path:
    """Return the folder in which a list of files begins."""
    return Path(settings.folder or os.getcwd()).expanduser().resolve()


def may_open(path: Path) -> bool:
    """Return whether a page may see a file or folder, after its links are followed."""
    if not settings.restricted:
        return True
    try:
        found = path.resolve()
        if any(part.is_symlink() for part in (found, *found.parents)):
            return False  # it leads to itself, which Python 3.13 no longer says
        return found.is_relative_to(first_folder())
    except (OSError, RuntimeError):
        return False


def path_to_open(text: str) -> Path:
    """Return a path that a page wants to read from.

    Parameters
    ----------
    text
        As the user types it: relative to the working directory, or beginning with ``~``. In
        restricted mode relative to ``settings.folder``.

    Raises
    ------
    DataError
        It cannot be the path of a file or folder, or pages may not read it.
    """
    if not access().opening:
        raise DataError("Files of this restricted server cannot be opened from the page.")
    if not settings.restricted:
        return _regular(_absolute(text, Path.cwd()))
    path = _absolute(text, first_folder())
    if not may_open(path):
        raise DataError(f"{shown(text)} is outside the folder that this server shows.")
    return _regular(path.resolve())


def path_to_save(text: str) -> Path:
    """Return a path that a page wants to write to.

    Parameters
    ----------
    text
        As for `path_to_open`.

    Raises
    ------
    DataError
        It cannot be the path of a file or folder, or pages may write nothing.
    """
    if not access().saving:
        raise DataError("Nothing can be saved on this restricted server; download it instead.")
    path = _absolute(text, Path.cwd())
    if os.name == "nt" and is_reserved_on_windows(path.name):
        raise DataError(f"{path.name!r} is a reserved name on Windows; choose another.")
    return _regular(path)


def _absolute(text: str, base: Path) -> Path:
    """Return a path from what was typed, without following links."""
    if bad := CONTROLS.intersection(text):
        raise DataError(f"The path {shown(text)} has the character {min(bad)!r}; type another.")
    path = absolute_path(text, base)
    return Path(os.path.normpath(path)) if settings.restricted else path


def _regular(path: Path) -> Path:
    """Raise for devices, pipes and sockets, because reading one may never end."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise DataError(f"{path} is neither a file nor a folder; choose another.")
    except OSError as error:
        raise DataError(f"{shown(str(path))} cannot be used: {error.strerror}.") from error
    return path
