"""The cells and regions that a filter keeps, without any other copy of the counts."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .count_rows import CountRows
from .counts import BLOCK, is_compact, row_blocks
from .layer_choice import layers_of

if TYPE_CHECKING:
    from anndata import AnnData
    from scipy import sparse

Mask = npt.NDArray[np.bool_]


def keeping(adata: AnnData, cells: Mask, regions: Mask) -> Generator[str, None, AnnData]:
    """Keep some cells and regions of an AnnData.

    Parameters
    ----------
    adata
        Cells by regions; not changed.
    cells, regions
        Masks, shapes ``(n_cells,)`` and ``(n_regions,)``.

    Yields
    ------
    What is being done.

    Returns
    -------
    A new AnnData, the same as ``adata[cells, regions].copy()``.

    Raises
    ------
    DataError
        If the counts that stay do not fit into memory.
    """
    from anndata import AnnData

    text = f"keeping {cells.sum():,} cells x {regions.sum():,} regions"
    yield text
    if not is_compact(adata.X) or adata.raw is not None or len(adata.varp):
        return adata[cells, regions].copy()
    counts = yield from _keeping_counts(adata.X, cells, regions, text)
    slots: dict[str, Any] = {name: dict(getattr(adata, name)) for name in ("obsm", "varm", "obsp")}
    rest = AnnData(obs=adata.obs, var=adata.var, layers=layers_of(adata), **slots)
    rest.uns = adata.uns  # AnnData() would look into it
    kept = rest[cells, regions].copy()
    kept.X = counts
    return kept


def _keeping_counts(
    counts: sparse.csr_matrix, cells: Mask, regions: Mask, text: str
) -> Generator[str, None, sparse.csr_matrix]:
    """Copy entries, some cells at a time."""
    lengths, new_column = np.diff(counts.indptr), np.cumsum(regions) - 1
    rows = CountRows(int(regions.sum()), "What is kept", int(lengths[cells].sum()))
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
