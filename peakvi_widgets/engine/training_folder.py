"""The temporary folder of a training in several processes, and those that killed trainings left."""

import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from ..errors import DataError
from ..files import is_ours_alone, reason, short

PREFIX, IN_USE = "peakvi-training-", "in-use"


class TrainingFolder:
    """A new temporary folder of this user alone; folders of killed trainings are removed first.

    Attributes
    ----------
    path
        Where it is, until `remove`.

    Raises
    ------
    DataError
        It cannot be made.
    """

    def __init__(self) -> None:
        remove_left_folders()
        try:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
            self._lock = _held(self.path)
        except OSError as error:
            raise DataError(
                "The processes need a temporary folder, but none can be made in "
                f"{short(Path(tempfile.gettempdir()))}; make room, or set TMPDIR to another. "
                f"({reason(error)})"
            ) from error

    def remove(self) -> None:
        """Remove it, with all that is in it."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def remove_left_folders() -> None:
    """Remove folders of this user that no process holds any longer; on Windows, none."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if is_ours_alone(path) and _is_left(path):
            shutil.rmtree(path, ignore_errors=True)  # which follows no link


def _held(folder: Path) -> IO[bytes]:
    """Return a file that is locked until it is closed, or this process ends in any way."""
    new = folder / f"{IN_USE}.new"
    file = new.open("wb")
    if sys.platform != "win32":
        import fcntl

        with suppress(OSError):  # where there are no locks, the folder is never one that was left
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            new.rename(folder / IN_USE)  # under this name it is always locked
    return file


def _is_left(folder: Path) -> bool:
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        with (folder / IN_USE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # it is in use, or has only just been made
        return False
    return True
