"""A matrix on disk, in HDF5 or zarr, read block by block into compact counts.

Nothing is allocated before what the file declares is checked, and counts are narrowed before the
next block is read, so that memory stays near that of the result.
"""

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..errors import DataError
from .counts import BLOCK, compact_values, csr_from_parts
from .memory import check_memory

SPARSE = {"csr_matrix": "csr", "csc_matrix": "csc"}  # anndata's encodings
Mask = npt.NDArray[np.bool_]


def reading_matrix(
    element: Any,
    shape: tuple[int, int],
    *,
    source: str,
    name: str,
    columns: Mask | None = None,
) -> Generator[str, None, sparse.csr_matrix]:
    """Read a matrix of anndata's: CSR, CSC or dense.

    Parameters
    ----------
    element
        A group or dataset of h5py or zarr.
    shape
        Cells and features by their names.
    source, name
        What to call the file in an error, and in what is yielded.
    columns
        Features to take, shape ``(n_features,)``; None for all.

    Yields
    ------
    What is being done.

    Returns
    -------
    Counts for `finished_counts`.

    Raises
    ------
    DataError
        If the parts do not fit together or hold values that are not counts.
    """
    if hasattr(element, "keys"):
        form, declared = _sparse_form(element, source)
        _check_shape(declared, shape, source)
        parts = element["data"], element["indices"], element["indptr"]
        _check_pieces(parts, source)
        if form == "csr":
            return (
                yield from reading_csr(*parts, shape, source=source, name=name, columns=columns)
            )
        turned = yield from reading_csr(*parts, shape[::-1], source=source, name=name, rows=columns)
        counts = sparse.csr_matrix(turned.T.tocsr())
        return counts if columns is None else counts[:, columns]
    _check_shape(tuple(element.shape), shape, source)
    return (yield from _reading_dense(element, shape, source, name, columns))


def reading_csr(
    data: Any,
    indices: Any,
    indptr: Any,
    shape: tuple[int, int],
    *,
    source: str,
    name: str,
    rows: Mask | None = None,
    columns: Mask | None = None,
) -> Generator[str, None, sparse.csr_matrix]:
    """Read the three arrays of a CSR matrix.

    Parameters
    ----------
    data, indices, indptr
        Arrays of h5py or zarr.
    shape
        Rows and columns.
    source, name
        What to call the file in an error, and in what is yielded.
    rows, columns
        Those to take; None for all. The columns that are left out are gone from the result; rows
        that are left out are empty.

    Yields
    ------
    What is being done.

    Returns
    -------
    Counts for `finished_counts`.

    Raises
    ------
    DataError
        If the arrays do not fit together or hold values that are not counts.
    """
    bounds = _bounds(indptr, shape, source)
    n_values = int(bounds[-1])
    if data.shape != (n_values,) or indices.shape != (n_values,) or indices.dtype.kind not in "iu":
        raise _misfit(source)
    new_column = None if columns is None else np.cumsum(columns, dtype=np.int64) - 1
    n_columns = shape[1] if columns is None else int(columns.sum())
    check_memory(5 * n_values, source)
    places = np.empty(n_values, np.int32 if shape[1] < 2**31 else np.int64)
    counts = np.empty(n_values, np.uint8)
    kept_before = np.empty_like(bounds)
    n_kept, row = 0, 0
    for start in range(0, n_values, BLOCK):
        yield f"reading {name}: {start / n_values:.0%}"
        block = np.asarray(indices[start : start + BLOCK])
        if block.min() < 0 or block.max() >= shape[1]:
            raise _misfit(source)
        keep = _kept(block, bounds, start, rows, columns)
        values = np.asarray(data[start : start + BLOCK])
        until = int(np.searchsorted(bounds, start + len(block), side="left"))
        kept_before[row:until] = bounds[row:until] - start + n_kept
        if keep is not None:
            running = np.concatenate([[0], np.cumsum(keep)])
            kept_before[row:until] = running[bounds[row:until] - start] + n_kept
            block, values = block[keep], values[keep]
        narrow = compact_values(values, source=source)
        counts = counts.astype(np.promote_types(counts.dtype, narrow.dtype), copy=False)
        here = slice(n_kept, n_kept + len(block))
        counts[here] = narrow
        places[here] = block if new_column is None else new_column[block]
        n_kept, row = n_kept + len(block), until
    kept_before[row:] = n_kept
    return csr_from_parts(counts[:n_kept], places[:n_kept], kept_before, (shape[0], n_columns))


def looks_like_counts(element: Any) -> bool:
    """Return whether the first values of a matrix are counts; the others are not looked at.

    Parameters
    ----------
    element
        A matrix in memory, or a group or dataset of h5py or zarr.
    """
    try:
        if hasattr(element, "keys"):
            element = element["data"]
        elif sparse.issparse(element):
            element = element.data  # type: ignore[attr-defined]
        n_rows = max(1, BLOCK // max(1, int(np.prod(element.shape[1:]))))
        values = np.asarray(element[:n_rows]).ravel()
        return bool(compact_values(values, source="").any())
    except Exception:  # noqa: BLE001 - whatever a damaged file raises, there are no counts
        return False


def _kept(
    block: npt.NDArray[Any],
    bounds: npt.NDArray[np.int64],
    start: int,
    rows: Mask | None,
    columns: Mask | None,
) -> Mask | None:
    if columns is not None:
        return np.take(columns, block)
    if rows is None:
        return None
    row_of = np.searchsorted(bounds, np.arange(start, start + len(block)), side="right") - 1
    return np.take(rows, row_of)


def _bounds(indptr: Any, shape: tuple[int, int], source: str) -> npt.NDArray[np.int64]:
    if indptr.shape != (shape[0] + 1,) or indptr.dtype.kind not in "iu":
        raise _misfit(source)
    bounds = np.asarray(indptr[:]).astype(np.int64)
    if bounds[0] != 0 or (np.diff(bounds) < 0).any():
        raise _misfit(source)
    return bounds


def _reading_dense(
    element: Any, shape: tuple[int, int], source: str, name: str, columns: Mask | None
) -> Generator[str, None, sparse.csr_matrix]:
    n_cells, n_features = shape
    at_once = max(1, BLOCK // max(1, n_features))
    parts = []
    for start in range(0, n_cells, at_once):
        yield f"reading {name}: {start / n_cells:.0%}"
        block = np.asarray(element[start : start + at_once])
        block = block if columns is None else block[:, columns]
        if block.dtype.kind not in "buif":
            compact_values(block.ravel(), source=source)  # raises what is wrong with the type
        part = sparse.csr_matrix(block)
        part.data = compact_values(part.data, source=source)
        parts.append(part)
    if not parts:
        n_kept = n_features if columns is None else int(columns.sum())
        return sparse.csr_matrix(np.zeros((0, n_kept), np.uint8))
    return sparse.csr_matrix(sparse.vstack(parts, format="csr"))


def _sparse_form(group: Any, source: str) -> tuple[str, tuple[int, ...]]:
    attributes = dict(group.attrs)
    encoding = str(attributes.get("encoding-type", attributes.get("h5sparse_format", "")))
    form = SPARSE.get(encoding, encoding)
    declared = attributes.get("shape", attributes.get("h5sparse_shape"))
    if form not in ("csr", "csc") or declared is None:
        raise DataError(
            f"{source} holds a matrix in a form that is not known ({encoding[:40]!r}); write it "
            "again as CSR, for example by scipy.sparse.csr_matrix(adata.X)."
        )
    return form, tuple(int(number) for number in declared)


def _check_shape(declared: tuple[int, ...], shape: tuple[int, int], source: str) -> None:
    if declared != shape:
        sizes = " x ".join(f"{number:,}" for number in declared[:4])
        raise DataError(
            f"{source} does not fit together: it holds a matrix of {sizes} for {shape[0]:,} cells "
            f"and {shape[1]:,} features; write it again or download it again."
        )


def _check_pieces(arrays: tuple[Any, ...], source: str) -> None:
    """Raise if a zarr store lost pieces, which zarr would read as zeros.

    Places that are all zero need no piece; they can be right where no row has two of them.
    """
    data, indices, indptr = arrays
    lost = _n_missing(data)
    if not lost and _n_missing(indices) and np.diff(np.asarray(indptr[:])).max(initial=0) > 1:
        lost = _n_missing(indices)
    if lost:
        raise DataError(
            f"{source} is damaged: {lost:,} pieces of its counts are missing; "
            "copy or download it again."
        )


def _n_missing(array: Any) -> int:
    n_stored = getattr(array, "nchunks_initialized", None)  # None for HDF5, checked when opened
    return 0 if n_stored is None or not array.size else int(array.nchunks - n_stored)


def _misfit(source: str) -> DataError:
    return DataError(
        f"{source} is damaged: its counts and their places do not fit together; "
        "copy, download or write it again."
    )
