"""Counts that arrive some cells at a time, and are put into order as they come.

So there is never a second copy of them, and memory stays near that of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .counts import csr_from_parts, repeated_entries, sorted_counts
from .memory import check_memory

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

    Raises
    ------
    DataError
        So many entries do not fit into memory.
    """

    def __init__(self, n_columns: int, source: str, expected: int | None = None) -> None:
        self._n_columns, self._source = n_columns, source
        self._lengths: list[npt.NDArray[np.int64]] = []
        self._n_repeated = 0
        if expected is not None:
            check_memory(5 * expected, source)
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
        values, columns = self._kept.arrays()
        counts = csr_from_parts(values, columns, bounds, (len(bounds) - 1, self._n_columns))
        counts.has_canonical_format = True
        return counts


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
