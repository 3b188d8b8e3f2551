"""In which of two groups a region is more open, by their counts, and how sure that is.

A decoder learns the noise of the counts along with their signal, and a posterior of cells knows
nothing of it. The counts themselves say how sure a difference is: given the cells of both groups in
which a region is open, those of group 1 are binomial. How large differences are in general is
learned from all regions, so that a region with few counts is judged by what others show.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, expit

from .blas import one_blas_thread

Floats = NDArray[np.float64]

GRID = np.linspace(-4.0, 4.0, 81)  # log ratios of the rates; one of them is 0
RATIOS = np.exp(GRID)
SPREADS = (0.3, 0.6, 1.2)  # of log ratios that are not 0
PENALTY = 20.0  # regions without a difference that are assumed beside those seen
N_REGIONS = 4000  # that the distribution of differences is learned from, those with most counts
N_ROUNDS = 200  # of learning it
LEAST_VARIANCE = 0.05  # of open entries, in units of that of a Poisson number
LEAST_OPEN = 5.0  # expected in either group, for a region to tell the depth of the groups
ENOUGH = 50  # regions that tell the depth half and half with the number of open ones
WIDTH, SHARP = 0.1, 0.25  # of the kernel that finds the commonest log ratio; share of its noise
FEW_CELLS = 100  # cells of the larger group, with neighbors, below which depth is found twice
N_HALVINGS = 16  # of the range of log ratios in which the second depth is sought
TINY = 1e-9  # instead of 0 in an incomplete beta function
AT_ONCE = 512  # regions


class OpenCells(NamedTuple):
    """In how many cells of two groups each region is open; of all cells, or of those of a batch."""

    n1: float | Floats  # cells of group 1, or how many count for each region
    n2: float | Floats
    open1: Floats  # of these, those in which a region is open, (n_regions,)
    open2: Floats
    all1: float | Floats | None = None  # open entries of all regions in these; None for the sum
    all2: float | Floats | None = None


class Directions(NamedTuple):
    """Posterior of the log ratio of the rates of two groups; each of shape ``(n_regions,)``."""

    up: Floats  # probability that the region is more open in group 1
    down: Floats  # probability that it is more open in group 2
    spread: Floats  # standard deviation of the log ratio


@one_blas_thread()
def directions(counts: Sequence[OpenCells], expected: Floats | None = None) -> Directions:
    """Return how sure the counts make it that regions differ, and in which direction.

    Parameters
    ----------
    counts
        Of the cells to compare with each other: of all, or of each batch.
    expected
        Log ratio that each region shows without a difference, because of how the groups were
        chosen, ``(n_regions,)``; ``None`` for 0.

    Notes
    -----
    Cells of one group are as much deeper than those of the other as most regions say. The prior of
    the log ratio is a mixture of 0 and of half-normals on either side, fitted to the regions with
    the most counts (empirical Bayes).

    Where both groups are small, most regions with enough counts may be ones that differ. So their
    depth is found a second time, such that as many regions are more open in one group as in the
    other, and a difference counts as far as it does by both depths.

    References
    ----------
    Stephens 2017, Biostatistics 18 (adaptive shrinkage and the probability of a wrong sign).
    """
    offsets = [_commonest(counts)]
    if _few_cells(counts):
        offsets.append(_balanced(counts))
    noise = 0.0 if expected is None else expected
    n_regions = len(counts[0].open1)
    found = [_given(counts, np.full(n_regions, offset) + noise) for offset in offsets]
    return found[0] if len(found) == 1 else _by_both(found, abs(offsets[1] - offsets[0]))


def _given(counts: Sequence[OpenCells], offset: Floats) -> Directions:
    """Return the posterior, given the log ratio that regions without a difference show."""
    total = np.sum([part.open1 + part.open2 for part in counts], axis=0)
    shapes = _shapes()
    known = np.argsort(-total, kind="stable")[:N_REGIONS]
    likelihood = partial(_likelihood, counts, [_log_depths([part]) for part in counts], offset)
    fits = [likelihood(some) @ shapes.T for some in _blocks(known)]
    weights = _mixture(np.concatenate(fits)) if total.any() else _first_weights(len(shapes))
    prior = weights @ shapes
    found = [_summary(likelihood(some) * prior) for some in _blocks(np.arange(len(total)))]
    return Directions(*np.concatenate(found, axis=1))


def _by_both(found: Sequence[Directions], off: float) -> Directions:
    """Return what holds by both of two depths, whose log ratios differ by `off`."""
    one, other = found
    spread = np.hypot(np.maximum(one.spread, other.spread), off / 2.0)
    return Directions(np.minimum(one.up, other.up), np.minimum(one.down, other.down), spread)


def _few_cells(counts: Sequence[OpenCells]) -> bool:
    """Return whether so few cells count in both groups that the commonest log ratio may err."""
    n1 = sum(float(np.mean(part.n1)) for part in counts)
    n2 = sum(float(np.mean(part.n2)) for part in counts)
    return max(n1, n2) < FEW_CELLS


def _commonest(counts: Sequence[OpenCells]) -> float:
    """Return the log ratio that most regions have, beside that of all open regions together."""
    k1 = np.sum([part.open1 for part in counts], axis=0)
    k2 = np.sum([part.open2 for part in counts], axis=0)
    whole = _log_depths(counts)
    known = np.flatnonzero((k1 + k2) / (1.0 + np.exp(abs(whole))) >= LEAST_OPEN)
    known = known[np.argsort(-(k1 + k2)[known], kind="stable")[:N_REGIONS]]
    if len(known) == 0:
        return 0.0
    k1, k2 = k1[known] + 0.5, k2[known] + 0.5
    ratios = np.log(k1 / k2) - whole[known]
    variance = (SHARP * (1.0 / k1 + 1.0 / k2) + WIDTH**2)[:, None]
    low, high = np.quantile(ratios, [0.02, 0.98])
    grid = np.linspace(low, high, 201)
    density = np.exp(-((ratios[:, None] - grid) ** 2) / (2.0 * variance)) / np.sqrt(variance)
    return float(grid[density.sum(axis=0).argmax()]) * len(known) / (len(known) + ENOUGH)


def _balanced(counts: Sequence[OpenCells]) -> float:
    """Return the log ratio that as many regions exceed as fall short of, as `_commonest` does."""
    k1 = np.sum([part.open1 for part in counts], axis=0)
    k2 = np.sum([part.open2 for part in counts], axis=0)
    seen = np.flatnonzero(k1 + k2 > 0)
    n = min(len(seen), N_REGIONS)
    if n == 0:
        return 0.0
    some = seen[np.arange(n) * len(seen) // n]  # whatever their counts, which differences raise
    k1, k2, whole = k1[some], k2[some], _log_depths(counts)[some]
    low, high = GRID[0], GRID[-1]
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2.0
        is_above = _mean_rank(k1, k2, whole + middle) > 0.5
        low, high = (middle, high) if is_above else (low, middle)
    return float(low + high) / 2.0


def _mean_rank(k: Floats, rest: Floats, log_odds: Floats) -> float:
    """Return the mean probability of fewer than k out of k + rest, and half of that of k."""
    at_least = np.where(k > 0.0, betainc(np.maximum(k, TINY), rest + 1.0, expit(log_odds)), 1.0)
    more = np.where(rest > 0.0, betainc(k + 1.0, np.maximum(rest, TINY), expit(log_odds)), 0.0)
    return float(np.mean(1.0 - (at_least + more) / 2.0))


def _log_depths(counts: Sequence[OpenCells]) -> Floats:
    """Return the log ratio of the open entries of the groups, for each region those beside it."""
    depths = [np.zeros(len(counts[0].open1)), np.zeros(len(counts[0].open1))]
    for part in counts:
        depths[0] += part.open1.sum() if part.all1 is None else part.all1
        depths[1] += part.open2.sum() if part.all2 is None else part.all2
    return np.asarray(np.log(np.maximum(depths[0], 0.5) / np.maximum(depths[1], 0.5)))


def _blocks(regions: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    return [regions[i : i + AT_ONCE] for i in range(0, len(regions), AT_ONCE)]


def _shapes() -> Floats:
    """Return the parts of the prior, probabilities on the grid: 0, half-normals up and down."""
    at_zero = np.abs(GRID) < 1e-9
    sides = [np.exp(-0.5 * (GRID / spread) ** 2) for spread in SPREADS]
    up = [np.where(GRID > 1e-9, side, 0.0) for side in sides]
    down = [side[::-1] for side in up]
    return np.stack([part / part.sum() for part in (at_zero.astype(float), *up, *down)])


def _likelihood(
    counts: Sequence[OpenCells],
    depths: Sequence[Floats],
    offset: Floats,
    regions: NDArray[np.intp],
) -> Floats:
    """Return the likelihood of each log ratio, the largest of a region 1, ``(n, n_grid)``."""
    found = np.zeros((len(regions), len(GRID)))
    for part, log_depths in zip(counts, depths, strict=True):
        k1, k2 = part.open1[regions], part.open2[regions]
        # an open entry is 0 or 1, so common ones vary less than a Poisson number does
        n = np.broadcast_to(part.n1 + part.n2, part.open1.shape)[regions]
        variance = np.maximum(1.0 - (k1 + k2) / n, LEAST_VARIANCE)
        odds = np.exp((log_depths + offset)[regions, None]) * RATIOS
        # of the logarithm of the odds, what is the same for the whole grid is left out
        found += (k1 / variance)[:, None] * GRID
        found -= ((k1 + k2) / variance)[:, None] * np.log(1.0 + odds)
    return np.asarray(np.exp(found - found.max(axis=1, keepdims=True)))


def _first_weights(n: int) -> Floats:
    return np.array([0.5, *np.full(n - 1, 0.5 / (n - 1))])


def _mixture(fits: Floats) -> Floats:
    """Return the weights of the parts of the prior that make the likelihoods largest (EM)."""
    weights = _first_weights(fits.shape[1])
    for _ in range(N_ROUNDS):
        weights = weights * ((1.0 / (fits @ weights)) @ fits)
        weights[0] += PENALTY
        weights /= weights.sum()
    return weights


def _summary(posterior: Floats) -> Floats:
    """Return the probability of either direction and the standard deviation, ``(3, n)``."""
    posterior = posterior / posterior.sum(axis=1, keepdims=True)
    mean = posterior @ GRID
    spread = np.sqrt(np.maximum(posterior @ GRID**2 - mean**2, 0.0))
    return np.stack([posterior @ (GRID > 1e-9), posterior @ (GRID < -1e-9), spread])
