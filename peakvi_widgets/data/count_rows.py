"""Counts that arrive some cells at a time, and are put into order as they come.

So there is never a second copy of them, and memory stays near that of the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .count_files import AT_ONCE, OnDisk, Room
from .counts import csr_from_parts, repeated_entries, row_blocks, sorted_counts
from .memory import check_memory
from .messages import gigabytes

Entries = tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]  # counts, regions, cells
BYTES = 5  # of an entry: a count and the number of its region
GROWTH = 8  # arrays of unknown length grow by one part in so many


class CountRows:
    """Counts of the cells that have come so far.

    Parameters
    ----------
    n_columns
        Regions.
    source
        What the counts come from, for the text of an error.
    expected
        The largest number of entries that can come; None where that is not known.
    room
        Where they may go; None for memory alone.

    Raises
    ------
    DataError
        So many entries do not fit into memory, or cannot be written on disk.
    """

    def __init__(
        self,
        n_columns: int,
        source: str,
        expected: int | None = None,
        room: Room | None = None,
    ) -> None:
        self._n_columns, self._source, self._room = n_columns, source, room
        self._lengths: list[npt.NDArray[np.int64]] = []
        self._n_repeated = 0
        self._kept: InMemory | OnDisk
        n_bytes = BYTES * (expected or 0)
        if room is not None and n_bytes > room.limit:
            self._kept = OnDisk(room, source, n_columns, expected or 0)
            return
        check_memory(n_bytes, source)
        self._kept = InMemory(n_columns, expected or 0)

    def add(
        self, values: npt.NDArray[Any], columns: npt.NDArray[Any], bounds: npt.NDArray[Any]
    ) -> None:
        """Take whole rows.

        Parameters
        ----------
        values
            Narrowed counts, see `compact_values`, shape ``(n,)``.
        columns
            Their regions, in any order within a cell.
        bounds
            Where cells begin and end, shape ``(n_cells + 1,)``, from 0 to n.

        Raises
        ------
        DataError
            A sum of repeated entries is more than a count can be.
        """
        shape = len(bounds) - 1, self._n_columns
        rows, n_repeated = sorted_counts(
            csr_from_parts(values, columns, bounds, shape), source=self._source
        )
        self._n_repeated += n_repeated
        self._lengths.append(np.diff(rows.indptr).astype(np.int64))
        self._kept.append(rows.data, rows.indices)
        room = self._room
        if room is not None and isinstance(self._kept, InMemory) and self._kept.size > room.limit:
            values, columns = self._kept.arrays()
            self._kept = OnDisk(room, self._source, self._n_columns)
            for start in range(0, len(values), AT_ONCE):
                here = slice(start, start + AT_ONCE)
                self._kept.append(values[here], columns[here])

    def finished(self, remarks: list[str] | None = None) -> sparse.csr_matrix:
        """Return all rows as compact counts; nothing can be added any more.

        Parameters
        ----------
        remarks
            Where to put a sentence about repeated entries.
        """
        if self._n_repeated and remarks is not None:
            remarks.append(repeated_entries(self._source, self._n_repeated))
        bounds = np.concatenate([np.zeros(1, np.int64), *self._lengths])
        np.cumsum(bounds, out=bounds)
        if isinstance(self._kept, OnDisk):
            return self._kept.finished(bounds, self._n_repeated)
        values, columns = self._kept.arrays()
        counts = csr_from_parts(values, columns, bounds, (len(bounds) - 1, self._n_columns))
        counts.has_canonical_format = True
        return counts


def stored_or_read(
    steps: Generator[str, None, sparse.csr_matrix],
    room: Room,
    shape: tuple[int, int],
    source: str,
    remarks: list[str],
) -> Generator[str, None, sparse.csr_matrix]:
    """Return counts that lie on disk already, or else what reading gives.

    Parameters
    ----------
    steps
        Reads the counts; not begun where they lie on disk.
    room
        Where they may lie.
    shape
        Cells and regions.
    source, remarks
        As for `CountRows` and `CountRows.finished`.
    """
    found = yield from room.reading_stored(shape)
    if found is None:
        try:
            return (yield from steps)
        except BaseException:
            for discard in room.begun:  # at once, as an error may be kept for long
                discard()
            raise
    counts, n_repeated = found
    if n_repeated:
        remarks.append(repeated_entries(source, n_repeated))
    return counts


def on_disk(n_entries: int) -> str:
    """Return a sentence on counts that are not held in memory."""
    return (
        f"These counts take {gigabytes(BYTES * n_entries)}, more than memory is to hold, and lie "
        "on disk; see peakvi_widgets.settings.memory."
    )


class InMemory:
    """Two arrays that grow in place.

    Parameters
    ----------
    n_columns
        Regions, which decide the type of their numbers.
    expected
        Entries to make room for; the system gives memory when they come.
    """

    def __init__(self, n_columns: int, expected: int) -> None:
        self._n = 0
        self._values = np.empty(expected, np.uint8)
        self._columns = np.empty(expected, np.int32 if n_columns < 2**31 else np.int64)

    @property
    def size(self) -> int:
        """Bytes of the entries that have come."""
        return self._n * (self._values.itemsize + self._columns.itemsize)

    def append(self, values: npt.NDArray[Any], columns: npt.NDArray[Any]) -> None:
        """Take entries."""
        end = self._n + len(values)
        if end > len(self._values):
            self._resize(max(end, len(self._values) + len(self._values) // GROWTH))
        wide = np.promote_types(self._values.dtype, values.dtype)
        self._values = self._values.astype(wide, copy=False)
        self._values[self._n : end], self._columns[self._n : end] = values, columns
        self._n = end

    def arrays(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Return counts and their regions; nothing can be added any more."""
        self._resize(self._n)
        return self._values, self._columns

    def _resize(self, n: int) -> None:
        for array in (self._values, self._columns):
            array.resize(n, refcheck=False)  # in place: large arrays move by their pages alone


def placing(
    entries: Callable[[], Iterable[tuple[float, Entries]]],
    lengths: npt.NDArray[np.int64],
    n_columns: int,
    source: str,
    room: Room | None,
    remarks: list[str] | None,
) -> Generator[float, None, sparse.csr_matrix]:
    """Put entries in order that come in any: all in one go, or as many cells as memory may hold.

    Parameters
    ----------
    entries
        Reads what there is from its beginning; gives the share that has been read, and entries.
    lengths
        Entries of each cell, shape ``(n_cells,)``.
    n_columns, source, room
        As for `CountRows`.
    remarks
        Where to put a sentence about repeated entries.

    Yields
    ------
    The share that is done, in [0, 1].

    Returns
    -------
    Compact counts.
    """
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    limit = math.inf if room is None else room.limit
    if BYTES * bounds[-1] <= limit:
        parts = [(0, len(lengths))]
    else:
        parts = list(row_blocks(bounds, max(int(limit / BYTES), 1)))
        rows = CountRows(n_columns, source, int(bounds[-1]), room)
    for number, (first, last) in enumerate(parts):
        placed = Placed(lengths[first:last], n_columns, source)
        for share, (values, columns, cells) in entries():
            inside = (cells >= first) & (cells < last)
            if not inside.all():
                values, columns, cells = values[inside], columns[inside], cells[inside]
            placed.add(values, columns, cells - first)
            yield (number + share) / len(parts)
        if len(parts) == 1:
            return placed.finished(remarks)
        rows.add(*placed.arrays())
    return rows.finished(remarks)


class Placed:
    """Entries that come in any order, where it is known how many each cell has.

    Parameters
    ----------
    lengths
        Entries of each cell, shape ``(n_cells,)``.
    n_columns, source
        As for `CountRows`.

    Raises
    ------
    DataError
        They do not fit into memory.
    """

    def __init__(self, lengths: npt.NDArray[Any], n_columns: int, source: str) -> None:
        self._bounds = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        self._next = self._bounds[:-1].copy()
        self._n_columns, self._source = n_columns, source
        n_values = int(self._bounds[-1])
        check_memory(5 * n_values, source)
        self._values = np.empty(n_values, np.uint8)
        self._columns = np.empty(n_values, np.int32 if n_columns < 2**31 else np.int64)

    def add(
        self, values: npt.NDArray[Any], columns: npt.NDArray[Any], cells: npt.NDArray[Any]
    ) -> None:
        """Take entries; those of a cell stay in their order.

        Parameters
        ----------
        values, columns, cells
            Narrowed counts with their regions and cells, each of shape ``(n,)``.
        """
        wide = np.promote_types(self._values.dtype, values.dtype)
        self._values = self._values.astype(wide, copy=False)
        order, bounds = ordered_by(cells, len(self._next))
        places = np.arange(len(order)) + (self._next - bounds[:-1])[cells[order]]
        self._values[places], self._columns[places] = values[order], columns[order]
        self._next += np.diff(bounds)

    def arrays(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[np.int64]]:
        """Return entries and bounds as `CountRows.add` takes them."""
        return self._values, self._columns, self._bounds

    def finished(self, remarks: list[str] | None = None) -> sparse.csr_matrix:
        """Return compact counts once all entries have come; see `CountRows.finished`."""
        shape = len(self._next), self._n_columns
        whole = csr_from_parts(self._values, self._columns, self._bounds, shape)
        counts, n_repeated = sorted_counts(whole, source=self._source)
        if n_repeated and remarks is not None:
            remarks.append(repeated_entries(self._source, n_repeated))
        return counts


def ordered_by(numbers: npt.NDArray[Any], n: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Return the stable order of small numbers, and where each of them begins and ends in it.

    Parameters
    ----------
    numbers
        In [0, n), shape ``(n_numbers,)``.
    n
        One more than the largest that is possible.
    """
    places = np.arange(len(numbers) + 1, dtype=np.int32)
    one_each = sparse.csr_matrix(
        (np.ones(len(numbers), np.bool_), numbers.astype(np.int32), places),
        shape=(len(numbers), n),
    )
    turned = one_each.tocsc()  # sorts by counting
    return turned.indices, turned.indptr.astype(np.int64)
