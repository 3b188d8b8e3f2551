"""A matrix on disk, in HDF5 or zarr, read block by block into compact counts.

Nothing is allocated before what the file declares is checked, and counts are narrowed before the
next block is read, so that memory stays near that of the result.
"""

import math
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..errors import DataError
from ..steps import shown_as
from .count_files import Room
from .count_rows import CountRows, Entries, placing
from .counts import BLOCK, compact_values, row_blocks
from .hdf5_safety import ByName, none

SPARSE = {"csr_matrix": "csr", "csc_matrix": "csc"}  # anndata's encodings
Mask = npt.NDArray[np.bool_]


def in_pieces(layer: str | None, limit: float) -> ByName:
    """Return a function that tells by their names which arrays of a file are read in pieces.

    Parameters
    ----------
    layer
        The layer that is to be read; None for ``X``, and ``"raw"`` for that of ``raw``.
    limit
        Bytes of counts that memory may hold. Where that is all of them, they must fit into it.
    """
    if limit == math.inf:
        return none

    def is_read_in_pieces(name: str) -> bool:
        parts = name.split("/")
        parts = parts[2:] if parts[0] == "mod" else parts
        return parts[0] == "X" or parts[:2] in (["raw", "X"], ["layers", layer])

    return is_read_in_pieces


def reading_matrix(
    element: Any,
    shape: tuple[int, int],
    *,
    source: str,
    name: str,
    columns: Mask | None = None,
    remarks: list[str] | None = None,
    room: Room | None = None,
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
    remarks
        Where to put a sentence about repeated entries.
    room
        Where counts may go; None for memory alone.

    Yields
    ------
    What is being done.

    Returns
    -------
    Compact counts.

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
        reading = reading_csr if form == "csr" else _reading_csc
        return (
            yield from reading(
                *parts, shape, source=source, name=name, columns=columns, remarks=remarks, room=room
            )
        )
    _check_shape(tuple(element.shape), shape, source)
    return (yield from _reading_dense(element, shape, source, name, columns, room))


def reading_csr(
    data: Any,
    indices: Any,
    indptr: Any,
    shape: tuple[int, int],
    *,
    source: str,
    name: str,
    columns: Mask | None = None,
    remarks: list[str] | None = None,
    room: Room | None = None,
) -> Generator[str, None, sparse.csr_matrix]:
    """Read the three arrays of a CSR matrix.

    Parameters
    ----------
    data, indices, indptr
        Arrays of h5py or zarr.
    shape
        Cells and features.
    source, name, columns, remarks, room
        As for `reading_matrix`.

    Yields
    ------
    What is being done.

    Returns
    -------
    Compact counts.

    Raises
    ------
    DataError
        If the arrays do not fit together or hold values that are not counts.
    """
    bounds = _bounds(data, indices, indptr, shape[0], source)
    n_values = int(bounds[-1])
    new_column = None if columns is None else np.cumsum(columns, dtype=np.int64) - 1
    if columns is None:
        rows = CountRows(shape[1], source, n_values, room)
    else:
        rows = CountRows(int(columns.sum()), source, room=room)
    for first, last in row_blocks(bounds, BLOCK):
        start, stop = int(bounds[first]), int(bounds[last])
        yield f"reading {name}: {start / max(n_values, 1):.0%}"
        here = bounds[first : last + 1] - start
        block = _places(indices, start, stop, shape[1], source)
        values = np.asarray(data[start:stop])
        if columns is not None and new_column is not None:
            keep = columns[block]
            here = np.concatenate([[0], np.cumsum(keep)])[here]
            block, values = new_column[block[keep]], values[keep]
        rows.add(compact_values(values, source=source), block, here)
    return rows.finished(remarks)


def _reading_csc(
    data: Any,
    indices: Any,
    indptr: Any,
    shape: tuple[int, int],
    *,
    source: str,
    name: str,
    columns: Mask | None = None,
    remarks: list[str] | None = None,
    room: Room | None = None,
) -> Generator[str, None, sparse.csr_matrix]:
    """Read the three arrays of a CSC matrix: once to count, and once to put in place."""
    bounds = _bounds(data, indices, indptr, shape[1], source)
    n_values = int(bounds[-1])
    lengths = np.zeros(shape[0], np.int64)
    for start in range(0, n_values, BLOCK):
        yield f"reading {name}: {start / n_values / 2:.0%}"
        stop = min(start + BLOCK, n_values)
        cells = _places(indices, start, stop, shape[0], source)
        if columns is not None:
            cells = cells[columns[_numbers(bounds, start, stop)]]
        lengths += np.bincount(cells, minlength=shape[0])
    new_column = np.arange(shape[1]) if columns is None else np.cumsum(columns) - 1

    def entries() -> Iterator[tuple[float, Entries]]:
        for start in range(0, n_values, BLOCK):
            stop = min(start + BLOCK, n_values)
            cells, feature = np.asarray(indices[start:stop]), _numbers(bounds, start, stop)
            values = np.asarray(data[start:stop])
            if columns is not None:
                keep = columns[feature]
                cells, feature, values = cells[keep], feature[keep], values[keep]
            yield stop / n_values, (
                compact_values(values, source=source), new_column[feature], cells,
            )  # fmt: skip

    n_kept = shape[1] if columns is None else int(columns.sum())
    steps = placing(entries, lengths, n_kept, source, room, remarks)
    return (yield from shown_as(steps, lambda share: f"reading {name}: {0.5 + share / 2:.0%}"))


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


def _bounds(data: Any, indices: Any, indptr: Any, n: int, source: str) -> npt.NDArray[np.int64]:
    """Return where rows, or columns, begin and end, once the three arrays are found to fit."""
    if indptr.shape != (n + 1,) or indptr.dtype.kind not in "iu":
        raise _misfit(source)
    bounds = np.asarray(indptr[:]).astype(np.int64)
    if bounds[0] != 0 or (np.diff(bounds) < 0).any():
        raise _misfit(source)
    fits = data.shape == indices.shape == (int(bounds[-1]),)
    if not fits or indices.dtype.kind not in "iu":
        raise _misfit(source)
    return bounds


def _places(indices: Any, start: int, stop: int, n: int, source: str) -> npt.NDArray[Any]:
    """Read numbers of regions or cells, each of which must be below ``n``."""
    block = np.asarray(indices[start:stop])
    if block.size and (block.min() < 0 or block.max() >= n):
        raise _misfit(source)
    return block


def _numbers(bounds: npt.NDArray[np.int64], start: int, stop: int) -> npt.NDArray[np.int64]:
    """Return in which column of a CSC matrix each of some entries lies."""
    first = int(np.searchsorted(bounds, start, side="right")) - 1
    last = int(np.searchsorted(bounds, stop, side="left"))
    inside = np.clip(bounds[first : last + 1], start, stop)
    return np.repeat(np.arange(first, last), inside[1:] - inside[:-1])


def _reading_dense(
    element: Any,
    shape: tuple[int, int],
    source: str,
    name: str,
    columns: Mask | None,
    room: Room | None,
) -> Generator[str, None, sparse.csr_matrix]:
    n_cells, n_features = shape
    at_once = max(1, BLOCK // max(1, n_features))
    n_kept = n_features if columns is None else int(columns.sum())
    rows = CountRows(n_kept, source, room=room)
    for start in range(0, n_cells, at_once):
        yield f"reading {name}: {start / n_cells:.0%}"
        block = np.asarray(element[start : start + at_once])
        block = block if columns is None else block[:, columns]
        if block.dtype.kind not in "buif":
            compact_values(block.ravel(), source=source)  # raises what is wrong with the type
        part = sparse.csr_matrix(block)
        rows.add(compact_values(part.data, source=source), part.indices, part.indptr)
    return rows.finished()


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
