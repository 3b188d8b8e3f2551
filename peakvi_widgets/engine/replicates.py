"""Differences between two groups that hold across donors: pseudobulk and a quasi-Poisson test.

Cells of one donor are not independent. A model that knows nothing of donors, and any test on cells,
takes what is particular to one donor for a difference between the groups. Here each donor is one
observation: the fragments of its cells are summed, and a difference counts in proportion to how far
the donors agree on it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse, stats
from scipy.optimize import brentq
from scipy.special import digamma, polygamma

from ..errors import DataError
from .cells import Indices
from .evidence import SumsOf, sums_by_region

MIN_CELLS = 10  # cells of a donor in a group below which its sum is mostly chance
Design = Literal["paired", "unpaired"]


@dataclass(frozen=True, slots=True, eq=False)
class Replicates:
    """Evidence of the donors.

    Attributes
    ----------
    design
        ``"paired"``: donors with cells in both groups are compared with themselves.
        ``"unpaired"``: donors of group 1 are compared with donors of group 2.
    donors1, donors2
        Names of the donors that count in each group.
    left_out
        Donors with fewer than `MIN_CELLS` cells in a group that they have cells in.
    table
        One row a region: ``donor_effect``, fragments of group 1 less those of group 2 per 10,000
        fragments, the mean over donors; ``donor_p``, two-sided.
    rates
        Fragments per 10,000, one row a region and one column a (group, donor): the dots of a plot.
    """

    design: Design
    donors1: tuple[str, ...]
    donors2: tuple[str, ...]
    left_out: tuple[str, ...]
    table: pd.DataFrame
    rates: pd.DataFrame


def replicates(
    fragments: sparse.csr_matrix | SumsOf,
    cells1: Indices,
    cells2: Indices,
    donors: pd.Series,
    regions: pd.Index,
) -> Replicates:
    """Test two groups by the donors that their cells come from.

    Parameters
    ----------
    fragments
        Counts of fragments, cells x regions; or a function that sums those of some cells by region.
    cells1, cells2
        Positions of the cells of the groups.
    donors
        Donor of each cell, shape (n_cells,); cells without one are left out.
    regions
        Names of the regions.

    Raises
    ------
    DataError
        Fewer than two donors a side have enough cells. The text says which and what to do.

    Notes
    -----
    Paired: given the fragments of a donor in both groups, those in group 1 are binomial with the
    donor's own share of depth, up to an overdispersion. Unpaired: the counts of the donors of a
    group are Poisson with their depth, up to an overdispersion. In both, the overdispersion of a
    region is the mean squared Pearson residual of the donors, moderated over all regions as by
    limma (Smyth 2004), but never below 1 nor below the region's own, so that moderation can only
    warn: what one donor alone shows stays insignificant. The statistic has the t distribution of
    its moderated degrees of freedom (quasi-likelihood; Lund et al. 2012). All regions are tested at
    once by arrays; PyDESeq2 fits a model to each.

    References
    ----------
    Squair et al. 2021, Nature Communications 12 (false discoveries without replicates); Smyth 2004;
    Lund, Nettleton, McCarthy, Smyth 2012, Statistical Applications in Genetics.
    """
    names, sums_of = donors.astype("string"), sums_by_region(fragments)
    sums, left_out = [], []
    for cells in (cells1, cells2):
        own = names.iloc[cells]
        sizes = own.value_counts(sort=False)
        left_out += [str(name) for name in sizes.index[(sizes > 0) & (sizes < MIN_CELLS)]]
        kept = sorted(str(name) for name in sizes.index[sizes >= MIN_CELLS])
        sums.append(
            {name: sums_of(cells[(own == name).fillna(False).to_numpy(bool)]) for name in kept}
        )
    both = sorted(sums[0].keys() & sums[1].keys())
    design: Design = "paired" if len(both) >= 2 else "unpaired"
    if design == "paired":
        sums = [{name: one[name] for name in both} for one in sums]
    for number, found in enumerate(sums, 1):
        if len(found) < 2:
            raise DataError(_refusal(number, list(found)))
    one, two = (np.stack(list(found.values())) for found in sums)
    effect, p_value = (_paired if design == "paired" else _unpaired)(one, two)
    rates = {
        (f"group {number}", name): 1e4 * values / max(values.sum(), 1.0)
        for number, found in enumerate(sums, 1)
        for name, values in found.items()
    }
    table = pd.DataFrame({"donor_effect": effect, "donor_p": p_value}, index=regions)
    return Replicates(
        design,
        tuple(sums[0]),
        tuple(sums[1]),
        tuple(sorted(set(left_out))),
        table,
        pd.DataFrame(rates, index=regions),
    )


def _refusal(group: int, found: list[str]) -> str:
    there = f"only from donor {found[0]!r}" if found else "from no donor"
    return (
        f"Group {group} has {MIN_CELLS} cells or more {there}; two donors a group are needed to "
        "tell a difference between groups from one between donors."
    )


def _paired(
    k1: NDArray[np.float64], k2: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compare each donor with itself; shapes (n_donors, n_regions)."""
    d1, d2 = k1.sum(axis=1, keepdims=True), k2.sum(axis=1, keepdims=True)
    share = d1 / np.maximum(d1 + d2, 1.0)
    total = k1 + k2
    off = (k1 - total * share).sum(axis=0)
    information = (total * share * (1 - share)).sum(axis=0)
    step = off / np.maximum(information, 1e-12)  # one Newton step of the common log odds ratio
    odds = share / np.maximum(1 - share, 1e-12) * np.exp(np.clip(step, -10.0, 10.0))
    expected = total * odds / (1 + odds)
    spread = expected * (1 - odds / (1 + odds))
    residuals = np.where(spread > 0, (k1 - expected) ** 2 / np.maximum(spread, 1e-12), 0.0)
    freedom = np.maximum((total > 0).sum(axis=0) - 1, 0)
    statistic = off / np.sqrt(np.maximum(information, 1e-12))
    effect = 1e4 * (k1 / np.maximum(d1, 1) - k2 / np.maximum(d2, 1)).mean(axis=0)
    return effect, _p_values(statistic, residuals.sum(axis=0), freedom, information > 0)


def _unpaired(
    k1: NDArray[np.float64], k2: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compare the donors of one group with those of the other; shapes (n_donors, n_regions)."""
    d1, d2 = k1.sum(axis=1, keepdims=True), k2.sum(axis=1, keepdims=True)
    residuals = np.zeros(k1.shape[1])
    for k, d in ((k1, d1), (k2, d2)):
        expected = d * k.sum(axis=0) / np.maximum(d.sum(), 1.0)
        residuals += np.where(
            expected > 0, (k - expected) ** 2 / np.maximum(expected, 1e-12), 0.0
        ).sum(axis=0)
    total = k1.sum(axis=0) + k2.sum(axis=0)
    share = d1.sum() / max(d1.sum() + d2.sum(), 1.0)
    variance = total * share * (1 - share)
    statistic = (k1.sum(axis=0) - total * share) / np.sqrt(np.maximum(variance, 1e-12))
    freedom = np.full(k1.shape[1], len(k1) + len(k2) - 2)
    rates = [(k / np.maximum(d, 1)).mean(axis=0) for k, d in ((k1, d1), (k2, d2))]
    return 1e4 * (rates[0] - rates[1]), _p_values(statistic, residuals, freedom, variance > 0)


def _p_values(
    statistic: NDArray[np.float64],
    residuals: NDArray[np.float64],
    freedom: NDArray[np.int_],
    known: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Divide by the moderated overdispersion, never below 1, and compare with t."""
    usable = known & (freedom > 0)
    p_value = np.ones(len(statistic))
    if not usable.any():
        return p_value
    raw = residuals[usable] / freedom[usable]
    own = freedom[usable]
    prior, shared = _prior(raw, own)
    weight = shared / (shared + own) if np.isfinite(shared) else np.ones(len(raw))
    moderated = weight * prior + (1.0 - weight) * raw
    variance = np.maximum(np.maximum(raw, moderated), 1.0)
    degrees = np.minimum(shared + own, own.sum())
    p_value[usable] = 2 * stats.t.sf(np.abs(statistic[usable]) / np.sqrt(variance), degrees)
    return p_value


def _prior(raw: NDArray[np.float64], freedom: NDArray[np.int_]) -> tuple[float, float]:
    """Fit the scaled F distribution of overdispersions; return its middle and its freedom.

    References
    ----------
    Smyth 2004, section 6.2: by the mean and variance of the logarithms.
    """
    positive: NDArray[np.bool_] = raw > 1e-8
    if positive.sum() < 3:
        return float(np.mean(raw)) if len(raw) else 1.0, float("inf")
    half = freedom[positive] / 2.0
    logs = np.log(raw[positive]) - digamma(half) + np.log(half)
    excess = float(np.var(logs, ddof=1) - np.mean(polygamma(1, half)))
    if excess <= 0:
        return float(np.exp(np.mean(logs))), float("inf")
    prior_half = _inverse_trigamma(excess)
    middle = float(np.exp(np.mean(logs) + digamma(prior_half) - np.log(prior_half)))
    return middle, 2.0 * prior_half


def _inverse_trigamma(value: float) -> float:
    """Return x with ``trigamma(x) == value``."""
    root: float = brentq(lambda x: float(polygamma(1, x)) - value, 1e-4, 1e7)
    return root
