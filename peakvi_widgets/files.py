"""Write files completely or not at all, and say why a disk refused.

Arrays, models and sessions are all written through these functions.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import DataError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer
    from _typeshed import WriteableBuffer

MAX_REASON_CHARS = 90
MAX_NAME_CHARS = 120


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a new file beside ``path``, and move it there when the block ended well.

    Each call has a file of its own, so two threads may write to the same path: the last one wins,
    whole. Nothing is left behind when writing fails.

    Raises
    ------
    DataError
        The file cannot be written; what was there is unchanged.
    """
    new = None
    try:
        new = path.with_name(f".{path.name[:60]}.{secrets.token_hex(6)}.new")
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        yield new
        with new.open("rb+") as stream:
            os.fsync(stream.fileno())
        os.replace(new, path)
    except OSError as error:
        raise unwritten(path, error) from error
    finally:
        if new is not None:
            with suppress(OSError):
                new.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a file under another name and move it there; a full disk loses nothing.

    Raises
    ------
    DataError
        It is there already and ``overwrite`` is off, or it cannot be written.
    """
    refuse_existing(path, overwrite)
    with replacing(path) as new:
        new.write_bytes(content)


def refuse_existing(path: Path, overwrite: bool) -> None:
    """Raise a `DataError` when a file is there that may not be replaced."""
    if path.exists() and not overwrite:
        raise DataError(
            f"{short(path)} exists already; choose another name, or replace it (overwrite=True)."
        )


def unwritten(path: Path, error: BaseException) -> DataError:
    """Return the error for a file that could not be written."""
    return DataError(
        f"{short(path)} cannot be written: {reason(error)}. What was there is unchanged."
    )


def is_disk_error(error: BaseException) -> bool:
    """Return whether the disk, not the content, prevents a file from being written."""
    return isinstance(error, OSError) or _number(str(error)) is not None


def reason(error: BaseException) -> str:
    """Return in a few words why reading or writing failed, without addresses of a library.

    HDF5, zip and safetensors put the number of the system's error into a long sentence of theirs.
    """
    number = getattr(error, "errno", None) or _number(str(error))
    if number:
        return os.strerror(number)
    text = str(error).strip().splitlines()
    first = text[0] if text else type(error).__name__
    return first if len(first) <= MAX_REASON_CHARS else first[:MAX_REASON_CHARS] + "..."


def short(path: Path) -> str:
    """Return a path for use in a sentence; of one that is too long, the end."""
    text = str(path)
    return text if len(text) <= MAX_NAME_CHARS else f"...{text[-MAX_NAME_CHARS:]}"


def is_ours_alone(path: Path) -> bool:
    """Say whether a file or folder is there that no other user may write; Windows sees to it."""
    try:
        found = path.stat()
    except OSError:
        return False
    if sys.platform == "win32":
        return True
    return found.st_uid == os.getuid() and not found.st_mode & 0o022


def _number(text: str) -> int | None:
    found = re.search(r"(?:errno = |os error |\[Errno )(\d+)", text)
    return int(found.group(1)) if found else None


@contextmanager
def patient_file(path: Path) -> Iterator[PatientFile]:
    """Yield a new file for a library that does not survive a full disk; raise at the end.

    HDF5 ends the process where it cannot write what it has in memory.

    Raises
    ------
    OSError
        Something was not written.
    """
    with path.open("w+b", buffering=0) as stream:
        disk = PatientFile(stream)
        try:
            yield disk
        finally:
            if disk.error:
                raise disk.error


class PatientFile:
    """A file that takes all that is written, keeps the first error, and drops what comes then."""

    def __init__(self, stream: FileIO) -> None:
        self._stream, self._position, self._size = stream, 0, 0
        self.error: OSError | None = None

    def write(self, content: Buffer) -> int:
        """Write all bytes at the present position."""
        view = memoryview(content).cast("B")
        try:
            n_written = 0
            while n_written < len(view) and not self.error:
                self._stream.seek(self._position + n_written)
                n_written += self._stream.write(view[n_written:]) or 0
        except OSError as error:
            self.error = error
        self._position += len(view)
        self._size = max(self._size, self._position)
        return len(view)

    def readinto(self, target: WriteableBuffer) -> int:
        """Read from the present position; what was dropped reads as zeros."""
        view = memoryview(target).cast("B")
        self._stream.seek(self._position)
        n_read = 0
        while n_read < len(view) and (n := self._stream.readinto(view[n_read:])):
            n_read += n
        view[n_read:] = bytes(len(view) - n_read)
        self._position += len(view)
        return len(view)

    def read(self, size: int) -> bytes:
        """Read so many bytes from the present position."""
        target = bytearray(size)
        self.readinto(target)
        return bytes(target)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a position."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """Return the present position."""
        return self._position

    def truncate(self, size: int) -> int:
        """Set the size."""
        self._size = size
        try:
            if not self.error:
                self._stream.truncate(size)
        except OSError as error:
            self.error = error
        return size

    def flush(self) -> None:
        """Do nothing: nothing is buffered."""
