"""Counts in memory, in any form and of any type: checked, and ready to be read some rows at a time.

Nothing is copied that can be read where it is. What a matrix says of itself (that its entries are
sorted, that its indices are within bounds) is not believed but looked up: compiled loops would
write anywhere.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..errors import DataError
from ..mapped_files import mapping_of

MAX_COUNT = np.iinfo(np.uint32).max
ENTRIES_AT_ONCE = 1 << 22
# what the compiled loops read; other types are converted
READ_AS_THEY_ARE = frozenset("?bBhHiIlLqQfd")


def count_matrix(counts: Any) -> Any:
    """Return counts as compressed rows of their own, or as a plain array.

    Parameters
    ----------
    counts
        Cells by regions; a sparse matrix, a sparse array or an array.

    Returns
    -------
    A ``csr_matrix`` that shares its values with what was given where that is possible, or the
    array itself.

    Raises
    ------
    DataError
        They are not held in memory, are not counts, or name a cell or region that does not exist.
    """
    if not sparse.issparse(counts):
        if not isinstance(counts, np.ndarray) or counts.ndim != 2 or np.ma.is_masked(counts):
            raise DataError(
                f"The counts are a {type(counts).__name__}; give a sparse matrix or an array in "
                "memory, for AnnData on disk with adata.to_memory()."
            )
        dense = np.asarray(counts)
        rows_at_once = max(1, ENTRIES_AT_ONCE // max(1, dense.shape[1]))
        for start in range(0, len(dense), rows_at_once):
            check_values(dense[start : start + rows_at_once])
        return dense
    matrix: Any = counts
    if matrix.ndim != 2:
        raise DataError(f"The counts have {matrix.ndim} dimensions; give cells by regions.")
    own = _own(matrix)
    _check_type(own.dtype)
    for start in range(0, len(own.data), ENTRIES_AT_ONCE):
        check_values(own.data[start : start + ENTRIES_AT_ONCE])
    return _compressed_rows(own)


def check_values(values: NDArray[Any]) -> None:
    """Raise for values that are not counts.

    Raises
    ------
    DataError
        One is negative, fractional, missing, infinite or larger than 2^32 - 1.
    """
    _check_type(values.dtype)
    if values.dtype.kind == "b" or not values.size:
        return
    if values.dtype.kind in "if" and values.min() < 0:
        raise DataError("The counts hold negative values; give raw counts, perhaps a layer.")
    if values.dtype.kind == "f" and not (np.isfinite(values).all() and (values % 1 == 0).all()):
        raise DataError(
            "The counts hold fractional or missing values; give raw counts, perhaps a layer."
        )
    if values.dtype.itemsize >= 4 and values.max() > MAX_COUNT:
        raise DataError(
            f"The counts hold values as large as {float(values.max()):.3g}, which no count can be; "
            "give raw counts, perhaps a layer."
        )


def _check_type(dtype: np.dtype[Any]) -> None:
    if dtype.kind not in "buif":
        raise DataError(f"The counts are of type {dtype}; give numbers.")


def _own(matrix: Any) -> Any:
    """Return the matrix as another object that shares its values, once its indices are checked."""
    try:
        if matrix.format not in ("csr", "csc"):
            coo = matrix.tocoo(copy=False)
            return sparse.coo_matrix((coo.data, (coo.row, coo.col)), shape=matrix.shape)
        form = sparse.csr_matrix if matrix.format == "csr" else sparse.csc_matrix
        own: Any = form(matrix.shape, dtype=np.float32)
        own.data, own.indices, own.indptr = matrix.data, matrix.indices, matrix.indptr
        own.check_format(full_check=False)
        _check_places(own)
        if form is type(matrix) and mapping_of(own.indices) is not None:
            own.has_canonical_format = matrix.has_canonical_format  # it cannot have changed
    except (ValueError, IndexError, TypeError) as error:
        raise DataError(
            "The counts are damaged: they name cells or regions that do not exist; make or read "
            "the matrix again."
        ) from error
    return own


def _check_places(own: Any) -> None:
    """Raise for numbers of cells or regions that are out of bounds; each is read once."""
    indptr, indices = own.indptr, own.indices
    n_places = own.shape[own.format == "csr"]
    if (indptr[1:] < indptr[:-1]).any():
        raise ValueError("rows end before they begin")
    for start in range(0, len(indices), ENTRIES_AT_ONCE):
        some = indices[start : start + ENTRIES_AT_ONCE]
        if some.min() < 0 or some.max() >= n_places:
            raise ValueError("there is no such place")
    dtype = sparse.get_index_dtype((indptr, indices))
    own.indptr, own.indices = (np.asarray(part, dtype) for part in (indptr, indices))
    own.data = own.data.astype(own.data.dtype.newbyteorder("="), copy=False)


def _compressed_rows(own: Any) -> Any:
    if own.dtype.char not in READ_AS_THEY_ARE or not own.dtype.isnative:
        own = own.astype(np.float32 if own.dtype.itemsize < 4 else np.float64)
    rows = own.tocsr()
    if own.format == "coo" and rows.nnz < own.nnz:
        rows = own.astype(np.float64).tocsr()  # joined entries may exceed a small type
    return rows
