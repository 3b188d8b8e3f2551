"""Held-out evidence: whether fragments that the model never saw agree with a comparison.

Groups that are drawn on a model's own map are chosen by the counts that the model was fitted to, so
what it memorized comes back as a difference. Fragments that were set aside before fitting know
nothing of that choice. Given the state of a cell, the two parts of a thinned Poisson count are
independent, so a plain test on the held-out part is a valid one.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import binom, false_discovery_control

from ..errors import DataError
from .blas import one_blas_thread
from .cells import Indices
from .check import Check, Verdict

ALPHA = 0.05  # level of `is_confirmed` after adjustment, and of a region's power
POWER = 0.8  # chance of confirming a real difference from which a region counts as testable
SUPPORTED = 0.8  # share of signs that agree, at least, for "supported"
CHANCE = 0.01  # a binomial test of the signs above this level says "noise"
SumsOf = Callable[[Indices], NDArray[np.float64]]  # of some cells, (n_regions,)
MIN_SIGNS = 10  # called regions with a held-out sign, below which no share of them means much


@one_blas_thread()
def evidence(
    held_out: sparse.csr_matrix | SumsOf,
    cells1: Indices,
    cells2: Indices,
    table: pd.DataFrame,
    *,
    strata: Sequence[int] | NDArray[np.integer] | None = None,
) -> tuple[pd.DataFrame, Check]:
    """Test a table of differential accessibility on fragments that the model never saw.

    Parameters
    ----------
    held_out
        Fragments set aside before fitting, cells x regions; or a function that sums those of some
        cells by region.
    cells1, cells2
        Positions of the cells of the groups. A cell in both counts for neither.
    table
        One row a region in the order of the regions, with the columns ``is_da_fdr``,
        ``effect_size``, ``est_prob1`` and ``est_prob2`` of
        `peakvi_widgets.engine.differential.compare`.
    strata
        Code of each cell, shape (n_cells,), such as its batch: fragments are compared within a
        stratum only, so that a difference between strata is none of the groups'. None for one.

    Returns
    -------
    The columns ``held_out_effect``, ``held_out_p`` and ``is_confirmed`` with the rows of ``table``,
    and the check of the comparison as a whole. ``held_out_effect`` is the held-out fragments of
    group 1 less those of group 2, per 10,000 held-out fragments of a cell. ``held_out_p`` is
    two-sided. ``is_confirmed``: called by the model, of the same sign, and significant at 0.05
    after Benjamini and Hochberg's adjustment over the called regions.

    Raises
    ------
    DataError
        A group is empty, or table and counts do not fit.

    Notes
    -----
    Depth is in the test: given the fragments ``k`` of a region in both groups, those of group 1 are
    binomial with the share of group 1 of all held-out fragments, if the region is as open in both
    (the conditional test of two Poisson rates; Przyborowski and Wilenski 1940, Biometrika 31). With
    several strata the sum over them is compared by its normal approximation with a correction for
    continuity (Mantel and Haenszel 1959), since it is no longer binomial.

    References
    ----------
    Neufeld, Dharamshi, Gao, Witten 2024, JMLR (data thinning); Neufeld, Gao, Popp, Battle, Witten
    2024, Biostatistics (count splitting).
    """
    cells1, cells2 = np.setdiff1d(cells1, cells2), np.setdiff1d(cells2, cells1)
    if not len(cells1) or not len(cells2):
        raise DataError("Each group needs a cell of its own to be checked by held-out fragments.")
    sums_of = sums_by_region(held_out)
    n_regions = len(table) if callable(held_out) else held_out.shape[1]
    if len(table) != n_regions:
        raise DataError(f"The table has {len(table):,} regions, the held-out counts {n_regions:,}.")
    sums = [_sums(sums_of, cells1, cells2, chosen) for chosen in _strata(cells1, cells2, strata)]
    p_value = _p_values(sums)
    effect, depths = _effect(sums)
    called = table["is_da_fdr"].to_numpy(bool)
    size = table["effect_size"].to_numpy(float)
    agrees = np.sign(size) == np.sign(effect)
    confirmed = np.zeros(len(table), bool)
    if called.any():
        adjusted = false_discovery_control(p_value[called])
        confirmed[called] = (adjusted <= ALPHA) & agrees[called]
    columns = pd.DataFrame(
        {"held_out_effect": effect, "held_out_p": p_value, "is_confirmed": confirmed},
        index=table.index,
    )
    estimated = table[["est_prob1", "est_prob2"]].to_numpy(float)[called].T
    total = np.sum([k1 + k2 for k1, k2, _, _ in sums], axis=0)[called]
    power, same_sign = _expected(total, estimated, depths)
    signs = called & (effect != 0)
    check = _check(
        n_called=int(called.sum()),
        n_signs=int(signs.sum()),
        n_agree=int((signs & agrees).sum()),
        n_confirmed=int(confirmed.sum()),
        n_testable=int((power >= POWER).sum()),
        expected_agreement=same_sign,
    )
    return columns, check


_Sums = tuple[NDArray[np.float64], NDArray[np.float64], float, float]  # k1, k2 by region; depths


def _strata(
    cells1: Indices, cells2: Indices, codes: Sequence[int] | NDArray[np.integer] | None
) -> list[NDArray[np.bool_] | None]:
    """Return a mask of the cells of each stratum that holds cells of both groups."""
    if codes is None:
        return [None]
    codes = np.asarray(codes)
    shared = np.intersect1d(codes[cells1], codes[cells2])
    return [codes == code for code in shared] or [None]


def sums_by_region(fragments: sparse.csr_matrix | SumsOf) -> SumsOf:
    """Return a function that sums the fragments of some cells by region, unless it is one."""
    return fragments if callable(fragments) else partial(_summed, fragments)


def _summed(fragments: sparse.csr_matrix, cells: Indices) -> NDArray[np.float64]:
    return np.asarray(fragments[cells].sum(axis=0), float).ravel()


def _sums(
    sums_of: SumsOf,
    cells1: Indices,
    cells2: Indices,
    chosen: NDArray[np.bool_] | None,
) -> _Sums:
    """Return the fragments of each region in each group, and of all regions together."""
    if chosen is not None:
        cells1, cells2 = cells1[chosen[cells1]], cells2[chosen[cells2]]
    k1, k2 = sums_of(cells1), sums_of(cells2)
    return k1, k2, float(k1.sum()), float(k2.sum())


def _effect(sums: list[_Sums]) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Return the difference per 10,000 fragments, strata weighted by their smaller depth."""
    weights = np.array([min(d1, d2) for *_, d1, d2 in sums])
    weights = weights / weights.sum() if weights.sum() else np.full(len(sums), 1 / len(sums))
    rates = [k1 / max(d1, 1.0) - k2 / max(d2, 1.0) for k1, k2, d1, d2 in sums]
    depths = sum(d1 for *_, d1, _ in sums), sum(d2 for *_, d2 in sums)
    effect: NDArray[np.float64] = 1e4 * np.tensordot(weights, np.stack(rates), axes=1)
    return effect, depths


def _p_values(sums: list[_Sums]) -> NDArray[np.float64]:
    """Return two-sided p-values; 1 where a region has no fragment."""
    if len(sums) == 1:
        k1, k2, d1, d2 = sums[0]
        share = d1 / (d1 + d2) if d1 + d2 else 0.5
        tail = np.minimum(binom.cdf(k1, k1 + k2, share), binom.sf(k1 - 1, k1 + k2, share))
        return np.minimum(1.0, 2.0 * tail)
    from scipy.stats import norm

    off, variance = np.zeros_like(sums[0][0]), np.zeros_like(sums[0][0])
    for k1, k2, d1, d2 in sums:
        share = d1 / (d1 + d2) if d1 + d2 else 0.5
        off += k1 - (k1 + k2) * share
        variance += (k1 + k2) * share * (1.0 - share)
    z = np.maximum(np.abs(off) - 0.5, 0.0) / np.sqrt(np.where(variance > 0, variance, 1.0))
    return np.where(variance > 0, 2.0 * norm.sf(z), 1.0)


def _expected(
    total: NDArray[np.float64], estimated: NDArray[np.float64], depths: tuple[float, float]
) -> tuple[NDArray[np.float64], float | None]:
    """Return the power of each called region and the share of signs that should agree.

    Both are those of the test with one stratum, if the model's estimates are the truth.
    """
    if not len(total):
        return np.empty(0), None
    d1, d2 = depths
    share = d1 / (d1 + d2) if d1 + d2 else 0.5
    odds1, odds2 = estimated[0] * d1, estimated[1] * d2
    whole = odds1 + odds2
    real = np.where(whole > 0, odds1 / np.where(whole > 0, whole, 1.0), share)
    up = real >= share
    low, high = binom.ppf(ALPHA / 2, total, share) - 1, binom.isf(ALPHA / 2, total, share)
    power = np.where(up, binom.sf(high, total, real), binom.cdf(low, total, real))
    even = total * share  # the held-out difference is zero there
    above = binom.sf(np.floor(even), total, real)
    below = binom.cdf(np.ceil(even) - 1, total, real)
    right, wrong = np.where(up, above, below), np.where(up, below, above)
    seen = total > 0
    expected = right[seen].sum() / max((right + wrong)[seen].sum(), 1e-12)
    return power, float(expected) if seen.any() else None


def _check(
    *,
    n_called: int,
    n_signs: int,
    n_agree: int,
    n_confirmed: int,
    n_testable: int,
    expected_agreement: float | None,
) -> Check:
    by_chance = binom.sf(n_agree - 1, n_signs, 0.5) if n_signs else 1.0
    verdict: Verdict
    if n_called == 0:
        verdict = "nothing called"
    elif n_signs < MIN_SIGNS and n_confirmed == 0:
        verdict = "too few fragments"
    elif n_confirmed == 0 and by_chance > CHANCE:
        verdict = "noise"
    elif n_agree >= SUPPORTED * n_signs:
        verdict = "supported"
    else:
        verdict = "mixed" if by_chance <= CHANCE else "noise"
    return Check.of(
        verdict,
        n_called=n_called,
        n_signs=n_signs,
        n_agree=n_agree,
        n_confirmed=n_confirmed,
        n_testable=n_testable,
        expected_agreement=expected_agreement,
    )
