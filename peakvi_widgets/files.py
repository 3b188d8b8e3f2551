"""Files that are written whole or not at all, and what to say when a disk refuses.

The bottom floor: arrays, models and sessions are written through these functions.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import DataError

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


def unwritten(path: Path, error: BaseException) -> DataError:
    """Return the error for a file that could not be written."""
    return DataError(
        f"{short(path)} cannot be written: {reason(error)}. What was there is unchanged."
    )


def is_disk_error(error: BaseException) -> bool:
    """Tell whether the disk, not the content, keeps something from being written."""
    return isinstance(error, OSError) or _number(str(error)) is not None


def reason(error: BaseException) -> str:
    """Say in a few words why reading or writing failed, without addresses of a library.

    HDF5, zip and safetensors put the number of the system's error into a long sentence of theirs.
    """
    number = getattr(error, "errno", None) or _number(str(error))
    if number:
        return os.strerror(number)
    text = str(error).strip().splitlines()
    first = text[0] if text else type(error).__name__
    return first if len(first) <= MAX_REASON_CHARS else first[:MAX_REASON_CHARS] + "..."


def short(path: Path) -> str:
    """Return a path as it may stand in a sentence: one that is too long by its end."""
    text = str(path)
    return text if len(text) <= MAX_NAME_CHARS else f"...{text[-MAX_NAME_CHARS:]}"


def _number(text: str) -> int | None:
    found = re.search(r"(?:errno = |os error |\[Errno )(\d+)", text)
    return int(found.group(1)) if found else None
