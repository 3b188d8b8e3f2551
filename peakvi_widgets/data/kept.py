"""The cells and regions that a filter keeps, without any other copy of the counts."""

from __future__ import annotations

import math
import threading
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .count_files import AT_ONCE, OnDisk, Room
from .count_rows import CountRows
from .counts import BLOCK, is_compact, is_mapped, lies_in_file, row_blocks
from .layer_choice import layers_of

if TYPE_CHECKING:
    from anndata import AnnData
    from scipy import sparse

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.integer[Any]]

_one_part_at_a_time = threading.Lock()


def part_of(adata: AnnData, cells: Mask | Places | slice, regions: Mask | Places) -> AnnData:
    """Return the view ``adata[cells, regions]``, in any thread.

    While anndata (0.12) takes a part it sets an option of pandas, which holds for the whole
    process: of two threads that do so at once, one gets a `SettingWithCopyWarning`.
    """
    with _one_part_at_a_time:
        return adata[cells, regions]


def keeping(
    adata: AnnData, cells: Mask, regions: Mask, limit: float = math.inf
) -> Generator[str, None, AnnData]:
    """Keep some cells and regions of an AnnData.

    Parameters
    ----------
    adata
        Cells by regions; not changed.
    cells, regions
        Masks, shapes ``(n_cells,)`` and ``(n_regions,)``.
    limit
        Bytes of counts that memory may hold; more lie on disk, as long as something shows them.

    Yields
    ------
    What is being done.

    Returns
    -------
    A new AnnData, the same as ``adata[cells, regions].copy()``.

    Raises
    ------
    DataError
        If the counts that stay do not fit into memory, or not on the disk.
    """
    text = f"keeping {cells.sum():,} cells x {regions.sum():,} regions"
    yield text
    if not is_compact(adata.X) or adata.raw is not None or len(adata.varp):
        return part_of(adata, cells, regions).copy()
    counts = yield from _keeping_counts(adata.X, cells, regions, Room(limit), text)
    kept = part_of(_without_counts(adata), cells, regions).copy()
    kept.X = counts
    return kept


def keeping_places(
    adata: AnnData, rows: Places | None, columns: Places, limit: float
) -> Generator[str, None, AnnData]:
    """Keep the cells, None for all, and regions at some places, in this order; see `keeping`."""
    rows = np.arange(adata.n_obs) if rows is None else rows
    if any((np.diff(places) <= 0).any() for places in (rows, columns)):
        return part_of(adata, rows, columns).copy()
    cells, regions = (np.zeros(n, np.bool_) for n in adata.shape)
    cells[rows], regions[columns] = True, True
    return (yield from keeping(adata, cells, regions, limit))


def copied(adata: AnnData) -> AnnData:
    """Copy an AnnData, but for counts that lie on disk, which cannot be changed."""
    if not is_mapped(adata.X) or adata.raw is not None or len(adata.varp):
        return adata.copy()
    copy = _without_counts(adata).copy()
    copy.X = adata.X
    return copy


def moving(counts: sparse.csr_matrix) -> Generator[str, None, None]:
    """Move counts from memory to the disk, where they lie as long as something shows them.

    Parameters
    ----------
    counts
        Compact counts. The matrix stays the same one; its arrays become others with the same
        values, which cannot be written.

    Yields
    ------
    What is being done.

    Raises
    ------
    DataError
        If the disk is full; the counts stay where they are.
    """
    if is_mapped(counts):
        return
    disk = OnDisk(Room(0), "What was opened", counts.shape[1], counts.nnz)
    for start in range(0, counts.nnz, AT_ONCE):
        yield f"keeping what was opened on disk: {start / counts.nnz:.0%}"
        here = slice(start, start + AT_ONCE)
        disk.append(counts.data[here], counts.indices[here])
    moved = disk.finished(counts.indptr.astype(np.int64), 0)
    counts.data, counts.indices = moved.data, moved.indices


def size_in_memory(counts: Any) -> int:
    """Return the bytes of the entries of compact counts that lie in memory, not on disk."""
    arrays = counts.data, counts.indices
    return sum(0 if lies_in_file(array) else int(array.nbytes) for array in arrays)


def _without_counts(adata: AnnData) -> AnnData:
    """Return another AnnData that shows all but the counts."""
    from anndata import AnnData

    slots: dict[str, Any] = {name: dict(getattr(adata, name)) for name in ("obsm", "varm", "obsp")}
    rest = AnnData(obs=adata.obs, var=adata.var, layers=layers_of(adata), **slots)
    rest.uns = adata.uns  # AnnData() would look into it
    return rest


def _keeping_counts(
    counts: sparse.csr_matrix, cells: Mask, regions: Mask, room: Room, text: str
) -> Generator[str, None, sparse.csr_matrix]:
    """Copy entries, some cells at a time."""
    lengths, new_column = np.diff(counts.indptr), np.cumsum(regions) - 1
    rows = CountRows(int(regions.sum()), "What is kept", int(lengths[cells].sum()), room)
    for first, last in row_blocks(counts.indptr, BLOCK):
        yield f"{text}: {first / len(cells):.0%}"
        here = slice(counts.indptr[first], counts.indptr[last])
        columns = counts.indices[here]
        keep = regions[columns] & np.repeat(cells[first:last], lengths[first:last])
        before = np.concatenate([[0], np.cumsum(keep)])
        left = np.diff(before[counts.indptr[first : last + 1] - counts.indptr[first]])
        bounds = np.concatenate([[0], np.cumsum(left[cells[first:last]])])
        rows.add(counts.data[here][keep], new_column[columns[keep]], bounds)
    return rows.finished()
