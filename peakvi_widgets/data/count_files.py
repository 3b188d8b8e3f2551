"""Counts on disk: the three arrays of compressed rows, each a file that is mapped into memory.

What reads them sees arrays that cannot be written. The system holds their pages while there is room
and drops them when there is none, so that counts may be larger than memory. They lie in the user's
cache folder, see `counts_folder`.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import shutil
import weakref
import zlib
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .. import settings
from ..errors import DataError
from ..files import is_ours_alone, reason
from ..mapped_files import know_checksum
from .counts import csr_from_parts, index_type
from .counts_folder import (
    ABOUT,
    cache_folder,
    can_be_written,
    made_cache_folder,
    new_folder,
    remove_old,
    size_of,
)
from .memory import available_memory, bytes_of
from .messages import gigabytes, short_path
from .unnamed_counts import Unnamed, note_unnamed

FORMAT = 1
SHARE = 4  # of what is free, counts may take one part in so many
VALUES, COLUMNS, BOUNDS = "values.npy", "columns.npy", "bounds.npy"
AT_ONCE = 1 << 22  # entries copied or checked in one go


@dataclass(frozen=True, slots=True)
class Room:
    """Where counts may go: into memory, and beyond a limit on disk.

    Attributes
    ----------
    limit
        Bytes of counts that memory may hold.
    files
        Files and folders that they are read from, the first of which names them; none for counts
        that are not opened again, whose own files go with the last array that shows them.
    layer
        The layer that holds them.
    key
        A name that tells these counts of these files, as they were before any was opened, from all
        others; empty where there are no files, and where all counts may be in memory.
    begun
        One for each of the counts that go on disk: discards what was written, unless it is whole.
    """

    limit: float
    files: tuple[Path, ...] = ()
    layer: str | None = None
    key: str = field(init=False)
    begun: list[Callable[[], object]] = field(default_factory=list, init=False, compare=False)

    def __post_init__(self) -> None:
        is_needed = self.files and self.limit < math.inf
        object.__setattr__(self, "key", key_of(self.files, self.layer) if is_needed else "")

    def check_unchanged(self) -> None:
        """Raise if a file is another one by now.

        Raises
        ------
        DataError
            What was read of it may be of both.
        """
        if self.key and key_of(self.files, self.layer) != self.key:
            raise DataError(
                f"{short_path(self.files[0])} was changed while it was read; open it again when "
                "nothing writes it any more."
            )

    def reading_stored(
        self, shape: tuple[int, int]
    ) -> Generator[str, None, tuple[sparse.csr_matrix, int] | None]:
        """Return counts that were stored before with the number of their repeated entries.

        They are None where there are none, where they are not those that were written, and where
        memory may hold them.
        """
        if not self.key or not is_ours_alone(cache_folder()):
            return None
        folder = cache_folder() / self.key
        if not (is_ours_alone(folder) and is_ours_alone(folder / ABOUT)):
            return None
        try:
            about = json.loads((folder / ABOUT).read_text())
            if about["n_bytes"] <= self.limit:
                return None
            arrays = _mapped(folder)
            for array, checksum in zip(arrays, about["checksums"], strict=True):
                yield "checking the counts on disk"
                if _checksum(array) != checksum:
                    raise ValueError("other values")
                know_checksum(array, checksum)
            if tuple(about["shape"]) != shape:
                raise ValueError("another shape")
            os.utime(folder / ABOUT)
        except (OSError, ValueError, KeyError, TypeError):
            shutil.rmtree(folder, ignore_errors=True)  # it is written again
            return None
        self.check_unchanged()  # names are read from the files
        return _counts_of(arrays, shape[1]), int(about["n_repeated"])


def key_of(files: tuple[Path, ...], layer: str | None) -> str:
    """Return 32 letters that tell a layer of files, as they are now, from all others.

    It is empty where a file is not there.
    """
    facts: list[Any] = [FORMAT, layer]
    try:
        for given in files:
            inside = sorted(given.rglob("*")) if given.is_dir() else []
            for file in (given, *inside):
                found = file.stat()
                facts += [str(file.resolve()), found.st_size, found.st_mtime_ns, found.st_ctime_ns]
    except (OSError, ValueError):
        return ""
    return blake2b(repr(facts).encode(), digest_size=16).hexdigest()


def counts_limit(memory: str | float | None = None) -> float:
    """Return how many bytes of counts memory may hold; what is larger goes on disk.

    Parameters
    ----------
    memory
        A size, see `bytes_of`; None for ``peakvi_widgets.settings.memory``, and where that is
        empty for a quarter of what is free. There is no limit where pages may write nothing, nor,
        unless one is chosen, where the cache folder cannot be written.
    """
    if settings.restricted:
        return math.inf
    memory = settings.memory if memory is None else memory
    if memory != "":
        return bytes_of(memory)
    return available_memory() / SHARE if can_be_written(cache_folder()) else math.inf


class OnDisk:
    """Entries that go into files as they come; nothing is left of them unless they are finished.

    Parameters
    ----------
    room
        Where they go.
    source
        What they come from, for the text of an error.
    n_columns
        Regions.
    expected
        Entries that can come at most; 0 where that is not known.

    Raises
    ------
    DataError
        The disk is full, or nothing may be written there.
    """

    def __init__(self, room: Room, source: str, n_columns: int, expected: int = 0) -> None:
        self._room, self._source, self._n_columns = room, source, n_columns
        self._n, self._dtypes = 0, [np.dtype(np.uint8), index_type(expected)]
        self._checksums, self._paths = [0, 0], [Path(), Path()]
        try:
            home = made_cache_folder()
            needed = expected * sum(dtype.itemsize for dtype in self._dtypes)
            remove_old(home, needed)
            free = shutil.disk_usage(home).free
            if needed > free:
                raise _too_full(source, f"it needs up to {gigabytes(needed)}", free)
            self._folder = new_folder(home)
        except OSError as error:
            raise _too_full(source, reason(error), None) from error
        self._files: list[IO[bytes]] = []
        self._undo = weakref.finalize(self, _discard, self._files, self._folder)
        room.begun.append(self._undo)
        self._paths = [self._folder / name for name in (VALUES, COLUMNS)]
        try:
            self._files += map(_new, self._paths, self._dtypes)
        except OSError as error:
            raise self._failure(error) from error

    def append(self, values: npt.NDArray[Any], columns: npt.NDArray[Any]) -> None:
        """Take entries.

        Raises
        ------
        DataError
            The disk is full.
        """
        try:
            self._change(0, np.promote_types(self._dtypes[0], values.dtype))
            for which, array in enumerate((values, columns)):
                self._write(which, array.astype(self._dtypes[which], copy=False))
        except OSError as error:
            raise self._failure(error) from error
        self._n += len(values)

    def finished(self, bounds: npt.NDArray[np.int64], n_repeated: int) -> sparse.csr_matrix:
        """Return the counts, mapped from files that are complete.

        Parameters
        ----------
        bounds
            Where cells begin and end.
        n_repeated
            How many entries were added to others.

        Raises
        ------
        DataError
            The disk is full, or what was read changed meanwhile; nothing is kept.
        """
        try:
            self._room.check_unchanged()
        except DataError:
            self._undo()
            raise
        try:
            self._change(1, index_type(self._n))  # as many came as could not be known before
            for file, dtype in zip(self._files, self._dtypes, strict=True):
                file.seek(0)
                file.write(_header(self._n, dtype))
                file.flush()
                os.fsync(file.fileno())
                file.close()
            for path, name in zip(self._paths, (VALUES, COLUMNS), strict=True):
                os.replace(path, self._folder / name)
            np.save(self._folder / BOUNDS, bounds)
            # once it has its name others may remove it; Windows names no folder of mapped files
            arrays = None if os.name == "nt" else _mapped(self._folder)
            folder = self._named(bounds, n_repeated) if self._room.key else self._folder
            arrays = arrays or _mapped(folder)
        except OSError as error:
            raise self._failure(error) from error
        for array, checksum in zip(arrays, self._checksums, strict=False):
            know_checksum(array, checksum)
        counts = _counts_of(arrays, self._n_columns)
        self._undo.detach()
        if folder == self._folder:
            note_unnamed(
                arrays[1], Unnamed(folder, counts.shape, size_of(folder), datetime.now(UTC))
            )
            _forget(folder)
        return counts

    def _named(self, bounds: npt.NDArray[np.int64], n_repeated: int) -> Path:
        """Give the folder its name, unless another has it already; return where it is."""
        sizes = [(self._folder / name).stat().st_size for name in (VALUES, COLUMNS, BOUNDS)]
        about = {
            "format": FORMAT,
            "source": str(self._room.files[0].resolve()),
            "shape": [len(bounds) - 1, self._n_columns],
            "n_bytes": sum(sizes),
            "n_repeated": n_repeated,
            "checksums": [*self._checksums, zlib.crc32(bounds.data)],
        }
        (self._folder / ABOUT).write_text(json.dumps(about))
        home = self._folder.parent / self._room.key
        if not (home / ABOUT).is_file():
            shutil.rmtree(home, ignore_errors=True)
            with suppress(OSError):  # another process was quicker
                self._folder.rename(home)
                return home
        return self._folder

    def _write(self, which: int, array: npt.NDArray[Any]) -> None:
        view = np.ascontiguousarray(array).view(np.uint8).data
        self._files[which].write(view)
        self._checksums[which] = zlib.crc32(view, self._checksums[which])

    def _change(self, which: int, dtype: np.dtype[Any]) -> None:
        """Write what there is in another type, unless it is in that type already."""
        old, path, before = self._files[which], self._paths[which], self._dtypes[which]
        if dtype == before:
            return
        self._paths[which] = path.with_name(f"changed-{path.name}")
        self._files[which], self._checksums[which] = _new(self._paths[which], dtype), 0
        old.seek(len(_header(0, before)))
        while block := old.read(AT_ONCE * before.itemsize):
            self._write(which, np.frombuffer(block, before).astype(dtype))
        old.close()
        path.unlink()
        self._dtypes[which] = dtype

    def _failure(self, error: OSError) -> DataError:
        """Give the room back at once, as an error may be kept for long, and return what to say."""
        self._undo()
        if isinstance(error, FileNotFoundError):
            return DataError(
                f"{self._source} was not kept, as its files were removed from {cache_folder()} "
                "while they were written; open it again."
            )
        return _too_full(self._source, reason(error), None)


def _mapped(folder: Path) -> list[npt.NDArray[Any]]:
    return [np.load(folder / name, mmap_mode="r") for name in (VALUES, COLUMNS, BOUNDS)]


def _counts_of(arrays: list[npt.NDArray[Any]], n_columns: int) -> sparse.csr_matrix:
    values, columns, bounds = arrays
    counts = csr_from_parts(values, columns, np.asarray(bounds), (len(bounds) - 1, n_columns))
    counts.has_canonical_format = True
    counts.indptr.flags.writeable = False  # as the others: it need not be looked at again
    return counts


def _new(path: Path, dtype: np.dtype[Any]) -> IO[bytes]:
    file = path.open("w+b")
    file.write(_header(0, dtype))
    return file


def _header(n: int, dtype: np.dtype[Any]) -> bytes:
    """Return the beginning of an ``.npy`` file, which is as long for any number."""
    stream = BytesIO()
    facts = {"descr": dtype.str, "fortran_order": False, "shape": (n,)}
    np.lib.format.write_array_header_1_0(stream, facts)
    return stream.getvalue()


def _checksum(array: npt.NDArray[Any]) -> int:
    found = 0
    for start in range(0, len(array), AT_ONCE):
        found = zlib.crc32(array[start : start + AT_ONCE].view(np.uint8).data, found)
    return found


def _discard(files: list[IO[bytes]], folder: Path) -> None:
    for file in files:
        with suppress(OSError):
            file.close()
    shutil.rmtree(folder, ignore_errors=True)


def _forget(folder: Path) -> None:
    """Let files go with the arrays that show them; where that cannot be, with the process."""
    if os.name == "nt":
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)


def _too_full(source: str, why: str, free: int | None) -> DataError:
    left = "" if free is None else f", {gigabytes(free)} are free"
    return DataError(
        f"{source} does not fit into memory and cannot be kept in {cache_folder()} ({why}{left}); "
        "empty that by peakvi_widgets.cache.clear(), set peakvi_widgets.settings.cache_folder, or "
        "allow more memory."
    )
