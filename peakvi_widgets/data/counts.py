"""Counts as this package keeps them: CSR, no stored zeros, the smallest unsigned integers.

The values stay what they were. Work goes block by block, so that no second copy in a wide type
is ever made.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..errors import DataError

BLOCK = 4_000_000  # values looked at in one go


def compact_counts(values: Any, *, source: str) -> sparse.csr_matrix:
    """Store counts in CSR with the smallest unsigned type that holds them.

    Parameters
    ----------
    values
        Counts or open/closed, shape ``(n_cells, n_regions)``: an array or any sparse matrix.
    source
        What the counts came from, for the text of an error.

    Returns
    -------
    The same numbers, sorted by region within a cell. Where `values` was already sorted CSR without
    stored zeros, the index arrays are shared with it; the counts themselves are always our own.

    Raises
    ------
    DataError
        If a value is negative, fractional or no number, or one place has two values or
        does not exist.
    """
    plain: Any = values if sparse.issparse(values) else np.asarray(values)
    _check_type(plain.dtype, source)
    matrix = sparse.csr_matrix(plain)
    try:
        matrix.check_format(full_check=True)
    except ValueError as error:
        raise DataError(
            f"{source} is damaged: it holds counts of cells or regions that do not exist; "
            "copy, download or make it again."
        ) from error
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sort_indices()
        if not matrix.has_canonical_format:
            raise DataError(
                f"{source} holds several values for the same cell and region, as damaged files do; "
                "write it again, or join them by sum_duplicates()."
            )
    data = compact_values(matrix.data, source=source)
    compact = sparse.csr_matrix((data, matrix.indices, matrix.indptr), shape=matrix.shape)
    if data.size and not data.all():
        compact = compact.copy()
        compact.eliminate_zeros()
    compact.has_canonical_format = True
    return compact


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
        If a value is negative, fractional or no number.
    """
    _check_type(values.dtype, source)
    highest = 0
    for start in range(0, len(values), BLOCK):
        block = values[start : start + BLOCK]
        _check(block, source)
        highest = max(highest, int(block.max()))
    if highest > np.iinfo(np.uint32).max:
        raise DataError(
            f"{source} holds values as large as {highest:.3g}, which no count can be; "
            "give raw counts or 0/1."
        )
    narrow = np.empty(len(values), np.min_scalar_type(highest))
    for start in range(0, len(values), BLOCK):
        narrow[start : start + BLOCK] = values[start : start + BLOCK]
    return narrow


def _check_type(dtype: np.dtype[Any], source: str) -> None:
    if dtype.kind not in "buif":
        raise DataError(
            f"{source} holds values of type {dtype}, which are no counts; give raw counts or 0/1."
        )


def _check(block: npt.NDArray[Any], source: str) -> None:
    if block.dtype.kind == "f":
        if not np.isfinite(block).all():
            raise DataError(
                f"{source} holds values that are no numbers (NaN or infinite); "
                "give raw counts or 0/1, with 0 where nothing was seen."
            )
        fractional = np.flatnonzero(block != np.floor(block))
        if len(fractional):
            raise DataError(
                f"{source} holds fractional values such as {block[fractional[0]]:.4g}; "
                "give raw counts or 0/1, not normalised or transformed values."
            )
    if block.dtype.kind in "if" and block.min() < 0:
        raise DataError(
            f"{source} holds negative values such as {block.min():.4g}; "
            "give raw counts or 0/1, not scaled or corrected values."
        )


def is_compact(values: Any) -> bool:
    """Tell whether counts already are what `compact_counts` returns.

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


def open_regions_per_cell(
    counts: sparse.csr_matrix, regions: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.int64]:
    """Count the open regions of each cell.

    Parameters
    ----------
    counts
        Compact counts, shape ``(n_cells, n_regions)``.
    regions
        Mask of the regions that take part, shape ``(n_regions,)``; None for all.

    Returns
    -------
    Shape ``(n_cells,)``, each at most ``n_regions``.
    """
    if regions is None or regions.all():
        return np.diff(counts.indptr).astype(np.int64)
    return _sum_by_cell(regions[counts.indices], counts.indptr)


def counts_per_cell(counts: sparse.csr_matrix) -> npt.NDArray[np.int64]:
    """Sum the counts of each cell.

    Parameters
    ----------
    counts
        Compact counts, shape ``(n_cells, n_regions)``.

    Returns
    -------
    Shape ``(n_cells,)``.
    """
    return _sum_by_cell(counts.data, counts.indptr)


def cells_per_region(
    counts: sparse.csr_matrix, cells: npt.NDArray[np.bool_] | None = None
) -> npt.NDArray[np.int64]:
    """Count the cells in which each region is open.

    Parameters
    ----------
    counts
        Compact counts, shape ``(n_cells, n_regions)``.
    cells
        Mask of the cells that take part, shape ``(n_cells,)``; None for all.

    Returns
    -------
    Shape ``(n_regions,)``, each at most ``n_cells``.
    """
    kept = None if cells is None or cells.all() else np.repeat(cells, np.diff(counts.indptr))
    seen = np.zeros(counts.shape[1], np.int64)
    for start in range(0, counts.nnz, BLOCK):
        block = counts.indices[start : start + BLOCK]
        if kept is not None:
            block = block[kept[start : start + BLOCK]]
        seen += np.bincount(block, minlength=counts.shape[1])
    return seen


def _sum_by_cell(values: npt.NDArray[Any], indptr: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    sums = np.zeros(len(indptr) - 1, np.int64)
    filled = np.flatnonzero(np.diff(indptr))
    if len(filled):  # nothing is stored between two filled cells, so each sum ends where it should
        sums[filled] = np.add.reduceat(values, indptr[filled], dtype=np.int64)
    return sums
