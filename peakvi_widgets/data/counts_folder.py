"""The user's folder for counts on disk: where it is, what lies in it, and what may go.

In it is one folder for each matrix, which is complete once it has its name. Those that are still
being written are named after the process that writes them.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from .. import settings
from ..files import is_ours_alone
from .memory import bytes_of

ABOUT = "about.json"  # written last
UNFINISHED = ".part-"
MAX_AGE = 24 * 3600  # seconds after which what another process has not finished is removed
MAX_UNUSED = 30 * 24 * 3600  # and what it has


def cache_folder() -> Path:
    """Return the folder for counts on disk, which need not be there yet."""
    import platformdirs

    chosen = settings.cache_folder
    if not chosen:
        return platformdirs.user_cache_path("peakvi_widgets", appauthor=False) / "counts"
    return Path(chosen).expanduser() / "counts"


def made_cache_folder() -> Path:
    """Return the folder for counts on disk, once it is there and other users may not write it.

    Raises
    ------
    OSError
        It cannot be made.
    """
    folder = cache_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if not is_ours_alone(folder):
        raise PermissionError(1, f"others may write {folder}")
    return folder


def can_be_written(folder: Path) -> bool:
    """Return whether a folder takes files of this user alone, or could be made."""
    if folder.exists():
        return is_ours_alone(folder) and os.access(folder, os.W_OK)
    home = next((one for one in folder.parents if one.exists()), None)
    return home is not None and os.access(home, os.W_OK)


def new_folder(home: Path) -> Path:
    """Make a folder in which this process writes what is not finished."""
    return Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}{_machine()}-{os.getpid()}-", dir=home))


def abandoned_folders(home: Path) -> list[Path]:
    """Return what stays unfinished: its process has ended, or it is of long ago."""
    found = []
    for path in home.glob(f"{UNFINISHED}*"):
        with suppress(OSError):  # it is gone
            is_old = time.time() - path.stat().st_mtime > MAX_AGE
            if is_old or not _is_being_written(path.name):
                found.append(path)
    return found


def _is_being_written(name: str) -> bool:
    import psutil

    machine, _, rest = name.removeprefix(UNFINISHED).rpartition("-")[0].rpartition("-")
    if not rest.isdecimal():
        return False
    return machine != _machine() or psutil.pid_exists(int(rest))  # of others nothing is known


def _machine() -> str:
    return re.sub(r"[^\w.]", "", platform.node())[:40]


def stored_folders(home: Path) -> list[Path]:
    """Return the folders of whole matrices, those used last at the end."""
    used: dict[Path, float] = {}
    for path in home.glob("*"):
        if not path.name.startswith(UNFINISHED):
            with suppress(OSError):  # it is not whole, or another process has just removed it
                used[path] = (path / ABOUT).stat().st_mtime
    return sorted(used, key=used.__getitem__)


def size_of(folder: Path) -> int:
    """Return the bytes of the files in a folder."""
    with suppress(OSError):
        return sum(file.stat().st_size for file in folder.iterdir())
    return 0


def remove_old(home: Path, needed: int) -> None:
    """Remove what is abandoned or unused for long, and the oldest until there is room.

    Parameters
    ----------
    home
        The cache folder.
    needed
        Bytes that are about to be written.
    """
    for path in abandoned_folders(home):
        shutil.rmtree(path, ignore_errors=True)
    folders, now = stored_folders(home), time.time()
    total, limit = needed + sum(map(size_of, folders)), bytes_of(settings.cache_limit)
    for folder in folders:
        with suppress(OSError):
            is_old = now - (folder / ABOUT).stat().st_mtime > MAX_UNUSED
            if total > limit or is_old:
                total -= size_of(folder)
                shutil.rmtree(folder, ignore_errors=True)
