"""What is seen to differ between two groups of cells, without any model. Without torch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from ..errors import DataError
from .spectral import as_rows

AT_ONCE = 4_000_000  # entries that are summed in one go
PER = 1e4  # fragments, of which a held-out difference is

Cells = NDArray[np.integer[Any]]
Sums = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
HeldOutOf = Callable[[Any, Cells], Any]


def observed_table(
    counts: Any,
    cells1: Cells,
    cells2: Cells,
    region_names: pd.Index,
    held_out: HeldOutOf | None = None,
) -> pd.DataFrame:
    """Compare how often regions are seen open in two groups.

    Parameters
    ----------
    counts
        Cells by regions, all fragments.
    cells1, cells2
        Positions of the cells of the groups; a cell in both counts for neither.
    region_names
        Names of the regions.
    held_out
        Takes the counts of some cells, with the positions of these, to the fragments among them
        that had no part in choosing the groups; None where there are none.

    Returns
    -------
    One row a region, the smallest p-value first, then the largest difference. ``emp_prob1`` and
    ``emp_prob2`` are the shares of the cells in which the region is open, ``emp_effect`` is their
    difference, group 1 less group 2, and ``observed_p`` the two-sided p-value of a difference in
    all fragments. With held-out fragments, ``held_out_effect`` is the difference per 10,000 of
    them and ``held_out_p`` its p-value, by which rows are sorted.

    Raises
    ------
    DataError
        A group has no cell of its own.

    Notes
    -----
    ``observed_p`` is valid for groups that were given before these counts were looked at. For
    groups that are drawn on a map of the same fragments it is too small; ``held_out_p`` is not.
    Depth is in both: given the fragments of a region in both groups, those of group 1 are binomial
    with the share of group 1 of all fragments, if the region is as open in both.

    References
    ----------
    Przyborowski and Wilenski 1940, Biometrika 31 (the conditional test of two Poisson rates).
    """
    cells1, cells2 = np.setdiff1d(cells1, cells2), np.setdiff1d(cells2, cells1)
    if not len(cells1) or not len(cells2):
        raise DataError("Each group needs a cell that is not in the other one; select other cells.")
    rows = as_rows(counts)
    n_open, all_sums, held_sums = zip(
        *(_sums_of(rows, cells, held_out) for cells in (cells1, cells2)), strict=True
    )
    shares = [n / len(cells) for n, cells in zip(n_open, (cells1, cells2), strict=True)]
    columns = {"emp_prob1": shares[0], "emp_prob2": shares[1], "emp_effect": shares[0] - shares[1]}
    columns["observed_p"] = rank = _p_values(*all_sums)
    if held_out is not None:
        sums = held_sums
        rates = [PER * one / max(float(one.sum()), 1.0) for one in sums]
        columns["held_out_effect"] = rates[0] - rates[1]
        columns["held_out_p"] = rank = _p_values(*sums)
    table = pd.DataFrame(columns, index=region_names)
    return table.iloc[np.lexsort((-np.abs(columns["emp_effect"]), rank))]


def _sums_of(rows: Any, cells: Cells, held_out: HeldOutOf | None) -> Sums:
    """Return in how many cells each region is open, its fragments, and those held out."""
    n_open, every, held = np.zeros((3, rows.shape[1]))
    n_parts = 1 + int(np.diff(rows.indptr)[cells].sum()) // AT_ONCE
    for part in np.array_split(cells, n_parts):
        some = rows[part]
        n_open += np.bincount(some.indices, minlength=rows.shape[1])
        every += _sums(some)
        if held_out is not None:
            held += _sums(held_out(some, part))
    return n_open, every, held


def _sums(rows: Any) -> NDArray[np.float64]:
    return np.asarray(np.bincount(rows.indices, rows.data, rows.shape[1]), np.float64)


def _p_values(k1: NDArray[np.float64], k2: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return two-sided p-values; 1 where a region has no fragment."""
    both = float(k1.sum() + k2.sum())
    share = float(k1.sum()) / both if both else 0.5
    tail = np.minimum(binom.cdf(k1, k1 + k2, share), binom.sf(k1 - 1, k1 + k2, share))
    return np.asarray(np.minimum(1.0, 2.0 * tail), np.float64)
