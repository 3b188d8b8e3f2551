"""Counts as this package keeps them: CSR, no stored zeros, the smallest unsigned integers.

The values stay what they were. Work goes block by block, so that no second copy in a wide type
is ever made.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..errors import DataError
from ..mapped_files import mapping_of

BLOCK = 1_000_000  # values looked at in one go
WIDE = 2**31  # so many entries need wider numbers of regions, as scipy wants all of one type


class NotCountsError(DataError):
    """The values cannot be counts; others of the same file may be."""


def compact_counts(
    values: Any, *, source: str, remarks: list[str] | None = None
) -> sparse.csr_matrix:
    """Store counts in CSR with the smallest unsigned type that holds them.

    Parameters
    ----------
    values
        Counts or open/closed, shape ``(n_cells, n_regions)``: an array or any sparse matrix.
    source
        What the counts came from, for the text of an error.
    remarks
        Where to put a sentence about repeated entries.

    Returns
    -------
    The same numbers, sorted by region within a cell; several values of one cell and region are
    summed. Where `values` was already sorted CSR without stored zeros, the index arrays are shared
    with it; the counts themselves are a copy, unless both lie on disk.

    Raises
    ------
    DataError
        If a value is negative, fractional or not a number, or the place of a value does not exist.
    """
    plain: Any = values if sparse.issparse(values) else np.asarray(values)
    _check_type(plain.dtype, source)
    if plain.ndim != 2:
        raise DataError(
            f"{source} has {plain.ndim} dimensions; give a matrix of cells x regions, which has 2."
        )
    matrix = _as_csr(plain)
    _check_places(matrix, source)
    if is_mapped(matrix) and is_compact(plain):
        return csr_from_parts(matrix.data, matrix.indices, matrix.indptr, matrix.shape)
    narrow = compact_values(matrix.data[: matrix.indptr[-1]], source=source)
    indices, indptr = matrix.indices[: matrix.indptr[-1]], matrix.indptr
    if not (_is_increasing(indices, indptr) and narrow.all()):
        indices, indptr = indices.copy(), indptr.copy()
    return finished_counts(
        csr_from_parts(narrow, indices, indptr, matrix.shape), source=source, remarks=remarks
    )


def finished_counts(
    matrix: sparse.csr_matrix, *, source: str, remarks: list[str] | None = None
) -> sparse.csr_matrix:
    """Sort and sum narrowed counts and leave out zeros; `matrix` is used up.

    Parameters
    ----------
    matrix, source
        As for `sorted_counts`.
    remarks
        Where to put a sentence about repeated entries.

    Returns
    -------
    Compact counts.

    Raises
    ------
    DataError
        If a sum of repeated entries is more than a count can be.
    """
    compact, n_repeated = sorted_counts(matrix, source=source)
    if n_repeated and remarks is not None:
        remarks.append(repeated_entries(source, n_repeated))
    return compact


def sorted_counts(matrix: sparse.csr_matrix, *, source: str) -> tuple[sparse.csr_matrix, int]:
    """Sort and sum narrowed counts and leave out zeros; `matrix` is used up.

    Parameters
    ----------
    matrix
        Counts from `compact_values`, in any order within a cell. Unless they are in order, the
        arrays must not be used elsewhere.
    source
        What the counts came from, for the text of an error.

    Returns
    -------
    Compact counts, and how many entries were added to another of the same cell and region.

    Raises
    ------
    DataError
        If a sum of repeated entries is more than a count can be.
    """
    data, indices, indptr = matrix.data, matrix.indices, matrix.indptr
    n_repeated = 0
    if not _is_increasing(indices, indptr):
        matrix.has_sorted_indices = False  # scipy may believe otherwise
        matrix.sort_indices()
        data, indices = matrix.data, matrix.indices
        if not _is_increasing(indices, indptr):
            first = _first_of_equal(indices, indptr)
            n_repeated = len(data) - len(first)
            sums = np.add.reduceat(data, first, dtype=np.uint64)
            data, indices = compact_values(sums, source=source), indices[first]
            indptr = np.searchsorted(first, indptr).astype(indptr.dtype)
    compact = csr_from_parts(data, indices, indptr, matrix.shape)
    if data.size and not data.all():
        compact.eliminate_zeros()
    compact.has_canonical_format = True
    return compact, n_repeated


def repeated_entries(source: str, n_repeated: int) -> str:
    """Return a sentence about entries that were summed."""
    return (
        f"{source} holds {n_repeated:,} repeated entries for the same cell and region; they were "
        "summed."
    )


def index_type(*sizes: int) -> np.dtype[Any]:
    """Return the type of the numbers of regions where there are so many entries or regions."""
    return np.dtype(np.int64 if max(sizes) >= WIDE else np.int32)


def csr_from_parts(
    data: npt.NDArray[Any],
    indices: npt.NDArray[Any],
    indptr: npt.NDArray[Any],
    shape: tuple[int, int],
) -> sparse.csr_matrix:
    """Put CSR together from its three arrays, which are not copied where types agree.

    Parameters
    ----------
    data, indices, indptr
        As scipy names them.
    shape
        Rows and columns.
    """
    dtype = index_type(len(data), *shape)
    matrix = sparse.csr_matrix(shape)
    # given to scipy together, wide indices would be read twice to see whether narrow ones would do
    matrix.data = np.asarray(data)
    matrix.indices, matrix.indptr = (
        np.asarray(part.astype(dtype, copy=False)) for part in (indices, indptr)
    )
    matrix.check_format(full_check=False)
    return matrix


def csr_from_entries(
    rows: npt.NDArray[np.int32],
    columns: npt.NDArray[np.int32],
    values: npt.NDArray[Any],
    shape: tuple[int, int],
) -> sparse.csr_matrix:
    """Put CSR together from entries in any order; nothing is summed, so that nothing overflows.

    Parameters
    ----------
    rows, columns, values
        One entry each, shape ``(n_entries,)``. Entries that are ordered by row are not copied.
    shape
        Rows and columns.
    """
    if _is_ordered(rows):
        return csr_from_parts(values, columns, _bounds(rows, shape[0]), shape)
    if _is_ordered(columns):  # written column by column: CSC, which scipy turns without summing
        turned = csr_from_parts(values, rows, _bounds(columns, shape[1]), shape[::-1])
        return sparse.csr_matrix(turned.T.tocsr())
    order = np.argsort(rows, kind="stable")
    bounds = _bounds(rows, shape[0])
    return csr_from_parts(values[order], columns[order], bounds, shape)


def _bounds(rows: npt.NDArray[np.int32], n_rows: int) -> npt.NDArray[np.int64]:
    """Return where the entries of each row begin and end, once they are ordered by row."""
    bounds = np.zeros(n_rows + 1, np.int64)
    for start in range(0, len(rows), BLOCK):
        bounds[1:] += np.bincount(rows[start : start + BLOCK], minlength=n_rows)
    return np.cumsum(bounds, out=bounds)


def _as_csr(values: Any) -> sparse.csr_matrix:
    """Turn any matrix into CSR; scipy's own way sums repeated entries in types that overflow."""
    form = getattr(values, "format", "dense")
    if form in ("dense", "csr", "csc"):
        return sparse.csr_matrix(values)
    entries: Any = values.tocoo()
    return csr_from_entries(entries.row, entries.col, entries.data, entries.shape)


def _check_places(matrix: sparse.csr_matrix, source: str) -> None:
    """Raise for counts whose cell or region does not exist."""
    indices, indptr = matrix.indices, matrix.indptr
    fits = (
        len(indptr) == matrix.shape[0] + 1
        and indptr[0] == 0
        and indptr[-1] <= min(len(indices), len(matrix.data))
        and bool((indptr[1:] >= indptr[:-1]).all())
    )
    for start in range(0, len(indices) if fits else 0, BLOCK):
        block = indices[start : start + BLOCK]
        fits &= bool(block.min() >= 0 and block.max() < matrix.shape[1])
    if not fits:
        raise DataError(
            f"{source} is damaged: it holds counts of cells or regions that do not exist; "
            "copy, download or make it again."
        )


def _is_ordered(numbers: npt.NDArray[Any]) -> bool:
    return all(
        bool((block[1:] >= block[:-1]).all())
        for start in range(0, len(numbers), BLOCK)
        for block in [numbers[start : start + BLOCK + 1]]
    )


def _is_increasing(indices: npt.NDArray[Any], indptr: npt.NDArray[Any]) -> bool:
    """Return whether regions increase within each cell, so that none comes twice."""
    for start in range(0, len(indices), BLOCK):
        block = indices[start : start + BLOCK + 1]
        falls = np.flatnonzero(block[1:] <= block[:-1]) + start + 1
        if len(falls) and not np.isin(falls, indptr, kind="sort").all():
            return False
    return True


def _first_of_equal(indices: npt.NDArray[Any], indptr: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return where each cell and region comes first in sorted counts."""
    is_first = np.ones(len(indices), np.bool_)
    np.not_equal(indices[1:], indices[:-1], out=is_first[1:])
    is_first[indptr[:-1][indptr[:-1] < len(indices)]] = True
    return np.flatnonzero(is_first)


def compact_values(values: npt.NDArray[Any], *, source: str) -> npt.NDArray[np.unsignedinteger]:
    """Check that values are counts, and narrow them.

    Parameters
    ----------
    values
        Shape ``(n_values,)``.
    source
        What the counts came from, for the text of an error.

    Returns
    -------
    A new array of the smallest unsigned type that holds the largest value.

    Raises
    ------
    DataError
        If a value is negative, fractional or not a number.
    """
    _check_type(values.dtype, source)
    highest = 0
    for start in range(0, len(values), BLOCK):
        block = values[start : start + BLOCK]
        _check(block, source)
        highest = max(highest, int(block.max()))
    if highest > np.iinfo(np.uint32).max:
        raise NotCountsError(
            f"{source} holds values as large as {highest:.3g}, which no count can be; "
            "give raw counts or 0/1."
        )
    narrow = np.empty(len(values), np.min_scalar_type(highest))
    for start in range(0, len(values), BLOCK):
        narrow[start : start + BLOCK] = values[start : start + BLOCK]
    return narrow


def _check_type(dtype: np.dtype[Any], source: str) -> None:
    if dtype.kind not in "buif":
        raise NotCountsError(
            f"{source} holds values of type {str(dtype)[:40]}, which are not counts; "
            "give raw counts or 0/1."
        )


def _check(block: npt.NDArray[Any], source: str) -> None:
    if block.dtype.kind == "f":
        if not np.isfinite(block).all():
            raise NotCountsError(
                f"{source} holds values that are not numbers (NaN or infinite); "
                "give raw counts or 0/1, with 0 where nothing was seen."
            )
        fractional = np.flatnonzero(block != np.floor(block))
        if len(fractional):
            raise NotCountsError(
                f"{source} holds fractional values such as {block[fractional[0]]:.4g}; "
                "give raw counts or 0/1, not normalised or transformed values."
            )
    if block.dtype.kind in "if" and block.min() < 0:
        raise NotCountsError(
            f"{source} holds negative values such as {block.min():.4g}; "
            "give raw counts or 0/1, not scaled or corrected values."
        )


def is_compact(values: Any) -> bool:
    """Return whether counts already are what `compact_counts` returns.

    Parameters
    ----------
    values
        Any matrix.

    Returns
    -------
    True for sorted CSR of unsigned integers without stored zeros.
    """
    return (
        isinstance(values, sparse.csr_matrix)
        and values.dtype.kind == "u"
        and bool(values.has_canonical_format)
        and bool(values.data.all())
    )


def is_mapped(matrix: Any) -> bool:
    """Return whether the entries of a matrix lie in files that cannot be written through it."""
    return sparse.issparse(matrix) and all(
        lies_in_file(getattr(matrix, name, None)) for name in ("data", "indices")
    )


def lies_in_file(array: Any) -> bool:
    """Return whether an array is mapped from a file that cannot be written through it."""
    return mapping_of(array) is not None


def row_blocks(indptr: npt.NDArray[Any], size: int) -> Iterator[tuple[int, int]]:
    """Yield the first row of each block of rows, and the row after the last.

    Parameters
    ----------
    indptr
        Where rows begin and end, shape ``(n_rows + 1,)``.
    size
        Largest number of entries of a block; a row of more is a block of its own.
    """
    row = 0
    while row < len(indptr) - 1:
        until = int(np.searchsorted(indptr, indptr[row] + size, side="right")) - 1
        until = max(until, row + 1)
        yield row, until
        row = until
