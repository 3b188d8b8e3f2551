"""Sums over cells and over regions, block by block."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .counts import BLOCK, row_blocks


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
    return _sum_by_cell(lambda here: regions[counts.indices[here]], counts.indptr)


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
    return _sum_by_cell(lambda here: counts.data[here], counts.indptr)


def positive_per_cell(counts: sparse.csr_matrix) -> npt.NDArray[np.int64]:
    """Count the entries above 0 of each cell, also where zeros are stored.

    Parameters
    ----------
    counts
        Compressed rows, shape ``(n_cells, n_regions)``, no region twice in a cell.
    """
    return _sum_by_cell(lambda here: counts.data[here] > 0, counts.indptr)


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
    seen = np.zeros(counts.shape[1], np.int64)
    for first, last in row_blocks(counts.indptr, BLOCK):
        block = counts.indices[counts.indptr[first] : counts.indptr[last]]
        if cells is not None:
            block = block[np.repeat(cells[first:last], np.diff(counts.indptr[first : last + 1]))]
        seen += np.bincount(block, minlength=counts.shape[1])
    return seen


def _sum_by_cell(
    values: Callable[[slice], npt.NDArray[Any]], indptr: npt.NDArray[Any]
) -> npt.NDArray[np.int64]:
    running = np.zeros(len(indptr), np.int64)  # sum of all values before each bound
    total, cell, n_values = 0, 0, int(indptr[-1])
    for start in range(0, n_values, BLOCK):
        some = values(slice(start, min(start + BLOCK, n_values)))
        sums = np.cumsum(some, dtype=np.int64)
        last = int(np.searchsorted(indptr, start + len(sums), side="right"))
        here = indptr[cell:last] - start
        running[cell:last] = total + np.where(here > 0, sums[here - 1], 0)
        total, cell = total + int(sums[-1]), last
    running[cell:] = total
    return np.diff(running)
