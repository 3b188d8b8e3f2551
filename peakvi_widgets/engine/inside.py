"""Which regions differ most between the cells inside a line and all others. Without torch.

Made to be asked again and again while the line grows: what changed since the last question is
added to it or taken from it.
"""

from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .spectral import as_rows

Cells = NDArray[np.integer[Any]]

AT_ONCE = 4_000_000  # open regions that are summed together
TINY = 1e-9  # deviance that is none, but for rounding


class OpenInside:
    """In how many cells inside a line each region is open; several threads may ask.

    Parameters
    ----------
    counts
        Cells by regions.

    Attributes
    ----------
    totals
        In how many of all cells each region is open, shape (n_regions,).
    """

    def __init__(self, counts: Any) -> None:
        rows = as_rows(counts)
        self._indptr, self._regions = rows.indptr, rows.indices
        self.n_cells, self.n_regions = (int(size) for size in rows.shape)
        self.totals = np.zeros(self.n_regions, np.int64)
        for start in range(0, len(self._regions), AT_ONCE):
            some = self._regions[start : start + AT_ONCE]
            self.totals += np.bincount(some, minlength=self.n_regions)
        self._depth = np.diff(self._indptr)
        self._mask = np.zeros(self.n_cells, bool)
        self._open = np.zeros(self.n_regions, np.int64)
        self._lock = Lock()

    def count(self, cells: Cells) -> NDArray[np.int64]:
        """Return in how many of some cells each region is open, shape (n_regions,)."""
        mask = np.zeros(self.n_cells, bool)
        mask[cells] = True
        with self._lock:
            ways = {
                "from before": (mask & ~self._mask, self._mask & ~mask),
                "from none": (mask, np.zeros_like(mask)),
                "from all": (np.zeros_like(mask), ~mask),
            }
            way = min(ways, key=lambda way: sum(int(self._depth[one].sum()) for one in ways[way]))
            none = np.zeros_like(self._open)
            begin = {"from before": self._open, "from none": none, "from all": self.totals}[way]
            added, removed = ways[way]
            self._mask, self._open = mask, begin + self._sum(added) - self._sum(removed)
            return self._open

    def _sum(self, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        cells, found = np.flatnonzero(mask), np.zeros(self.n_regions, np.int64)
        done = np.cumsum(self._depth[cells], dtype=np.int64)
        cuts = np.arange(AT_ONCE, done[-1] if len(cells) else 0, AT_ONCE)
        for some in np.split(cells, np.searchsorted(done, cuts)):
            lengths = self._depth[some].astype(np.int64)
            begins = np.cumsum(lengths) - lengths
            places = np.arange(lengths.sum()) + np.repeat(self._indptr[some] - begins, lengths)
            found += np.bincount(self._regions[places], minlength=self.n_regions)
        return found


def surest(inside: NDArray[np.integer[Any]], totals: NDArray[np.integer[Any]], n: int) -> Cells:
    """Return the regions whose difference between inside and outside is the surest.

    Parameters
    ----------
    inside, totals
        In how many cells inside and in how many of all cells each region is open.
    n
        How many regions to return; those without any difference are left out.

    Returns
    -------
    Positions of the regions, the surest first.

    Notes
    -----
    Ordered by the deviance of a binomial: if a region is as open in both, of the cells in which it
    is open as large a share is inside as of all open regions. So depth alone makes no difference.
    """
    of_all = totals.astype(float)
    share = float(inside.sum()) / max(float(of_all.sum()), 1.0)
    outside = of_all - inside
    if not 0.0 < share < 1.0:
        return np.empty(0, np.intp)
    with np.errstate(divide="ignore", invalid="ignore"):
        one = inside * np.log(inside / (of_all * share))
        other = outside * np.log(outside / (of_all * (1.0 - share)))
    deviance = np.nan_to_num(one) + np.nan_to_num(other)
    first = np.argpartition(-deviance, min(n, len(deviance) - 1))[:n]
    first = first[np.lexsort((first, -deviance[first]))]
    found: Cells = first[deviance[first] > TINY]
    return found
