"""Which regions are open in which cells, packed into few bytes for a page."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

SEVEN = 7  # bits of a number in each byte
MORE = 0x80  # marks a byte that another one of the same number follows


def packed_regions(counts: Any) -> bytes:
    """Return the open regions of all cells, packed by zlib.

    Parameters
    ----------
    counts
        Cells by regions; a region is open where the count is above 0.

    Returns
    -------
    For each cell the number of its open regions (32 bits, the least byte first), then for each of
    these how many regions it comes after the one before in the same cell; the first counts from
    region 0. These steps take seven bits a byte, the least first, and the eighth bit says that more
    follow. ``js/src/page/open-regions.ts`` reads it.
    """
    from scipy import sparse

    rows = sparse.csr_matrix(counts > 0)
    rows.sort_indices()
    lengths = np.diff(rows.indptr)
    steps = rows.indices.astype("uint32")
    steps[1:] -= rows.indices[:-1].astype("uint32")
    begins = rows.indptr[:-1][lengths > 0]
    steps[begins] = rows.indices[begins]
    return zlib.compress(lengths.astype("<u4").tobytes() + _in_sevens(steps), 6)


def _in_sevens(values: np.ndarray) -> bytes:
    """Write whole numbers of at most 32 bits with seven bits a byte."""
    n_bytes = np.ones(len(values), np.int64)
    for n in range(1, 5):
        n_bytes += values >= (1 << SEVEN * n)
    ends = np.cumsum(n_bytes)
    found = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    for at in range(5):
        has = n_bytes > at
        is_followed = n_bytes[has] > at + 1
        part = (values[has] >> np.uint32(SEVEN * at)) & np.uint32(0x7F)
        found[ends[has] - n_bytes[has] + at] = part + MORE * is_followed
    return found.tobytes()
