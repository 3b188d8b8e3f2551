"""Whether a matrix in memory was changed since it was last read, in place or not."""

import zlib
from collections.abc import Iterator
from mmap import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..mapped_files import known_checksum

ROWS_AT_ONCE = 1024  # of a dense matrix whose values are not in one piece


def checksum(matrix: Any) -> tuple[Any, ...]:
    """Return a key that changes with shape, type, form or any value of a matrix.

    It takes as long as reading the memory once, about 0.1 s for 100 million stored counts.

    Parameters
    ----------
    matrix
        A sparse matrix or an array.
    """
    form = getattr(matrix, "format", "dense")
    sums = [(array.dtype.str, _crc(array)) for array in arrays_of(matrix)]
    return form, tuple(matrix.shape), *sums


def arrays_of(matrix: Any) -> list[NDArray[Any]]:
    """Return the arrays that hold a matrix."""
    if not sparse.issparse(matrix):
        return [np.asarray(matrix)]
    form: Any = matrix
    if form.format in ("csr", "csc", "bsr"):
        return [form.data, form.indices, form.indptr]
    form = form.tocoo(copy=False)
    return [form.data, form.row, form.col]


def is_frozen(array: NDArray[Any]) -> bool:
    """Return whether an array cannot change, also not through an array that it is a view of.

    One that is mapped from a file to be read cannot.
    """
    base: Any = array
    while isinstance(base, np.ndarray):
        if base.flags.writeable:
            return False
        base = base.base
    return base is None or (isinstance(base, mmap) and memoryview(base).readonly)


def _crc(array: NDArray[Any]) -> int:
    if array.dtype.hasobject:
        return -1  # no counts, and refused where they are read
    known = known_checksum(array)
    if known is not None:
        return known
    found = 0
    for piece in _pieces(array):
        found = zlib.crc32(piece.data, found)
    return found


def _pieces(array: NDArray[Any]) -> Iterator[NDArray[np.uint8]]:
    if array.flags.c_contiguous or array.flags.f_contiguous:
        yield array.ravel("K").view(np.uint8)
        return
    for start in range(0, len(array), ROWS_AT_ONCE):
        piece = np.ascontiguousarray(array[start : start + ROWS_AT_ONCE])
        yield piece.ravel().view(np.uint8)
