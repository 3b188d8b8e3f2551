"""How often one group's draws exceed the other's: the innermost loop of a comparison."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from .compiling import IS_COMPILED, njit

MAX_INTERVAL_PAIRS = 1000  # the share within the interval is then off by 0.7 % for 0.95


class Shares(NamedTuple):
    """What the pairs of draws say of some regions; each of shape ``(n_regions,)``."""

    up: NDArray[np.float64]  # share of pairs whose change is at least delta
    down: NDArray[np.float64]  # share of pairs whose change is at most -delta
    mean1: NDArray[np.float64]  # mean probability of group 1
    mean2: NDArray[np.float64]


def compare_draws(
    p1: NDArray[np.float32],
    p2: NDArray[np.float32],
    delta: float,
    n_shifts: int,
    offset: float | None = None,
) -> Shares:
    """Compare the draws of two groups in several pairings.

    Parameters
    ----------
    p1, p2
        Probabilities, shape ``(n_regions, n_draws)``.
    delta
        Smallest change that counts.
    n_shifts
        Pairings: draw i of group 1 with draw i + s of group 2, cyclic, for as many shifts s
        spread evenly. All have the same mean; together they have less noise.
    offset
        If given, the change is that of ``log2(p + offset)``.

    Notes
    -----
    No logarithm is taken: ``log2(a + c) - log2(b + c) >= delta`` says the same as
    ``a >= k b + (k - 1) c`` with ``k = 2 ** delta``; and a difference has ``k = 1``.
    """
    n = p1.shape[1]
    factor, margin = 1.0, delta
    if offset is not None:
        factor = 2.0**delta
        margin = (factor - 1.0) * offset
    shifts = np.unique(np.arange(n_shifts) * n // n_shifts)
    count = count_pairs if IS_COMPILED else count_pairs_plain
    up, down = count(p1, p2, np.float32(factor), np.float32(margin), shifts)
    n_pairs = n * len(shifts)
    mean1, mean2 = (p.mean(axis=1).astype(np.float64) for p in (p1, p2))
    return Shares(up / n_pairs, down / n_pairs, mean1, mean2)


def compare_means(
    p1: NDArray[np.float32],
    p2: NDArray[np.float32],
    n_cells: Sequence[int],
    delta: float,
    offset: float | None = None,
) -> tuple[Shares, NDArray[np.float64]]:
    """Compare the mean probabilities of two groups, each as sure as its number of cells makes it.

    Parameters
    ----------
    p1, p2
        Probabilities of draws, shape ``(n_regions, n_draws)``; lost, for they are worked on.
    n_cells
        Cells of each group that were drawn.
    delta, offset
        As for `compare_draws`.

    Returns
    -------
    Probability that the change of the mean is at least delta, and at most -delta, by a normal
    approximation; and the standard deviation of the difference of the means, ``(n_regions,)``.
    """
    mean1, mean2 = (p.mean(axis=1) for p in (p1, p2))
    variances = []
    for p, mean, n in zip((p1, p2), (mean1, mean2), n_cells, strict=True):
        p -= mean[:, None]
        variances.append(np.einsum("ij,ij->i", p, p).astype(np.float64) / (p.shape[1] * n))
    mean1, mean2 = mean1.astype(np.float64), mean2.astype(np.float64)
    spread = np.sqrt(sum(variances))
    change, width = mean1 - mean2, spread
    if offset is not None:
        change = np.log2((mean1 + offset) / (mean2 + offset))
        parts = (v / (m + offset) ** 2 for v, m in zip(variances, (mean1, mean2), strict=True))
        width = np.sqrt(sum(parts)) / np.log(2.0)
    width = np.maximum(width, 1e-9)
    up, down = ndtr((change - delta) / width), ndtr((-change - delta) / width)
    return Shares(up, down, mean1, mean2), spread


def effect_interval(
    pairs: Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]], width: float
) -> NDArray[np.float64]:
    """Return what the difference of a pair of draws lies between.

    Parameters
    ----------
    pairs
        Probabilities of the draws of both groups for each stratum, each of shape
        ``(n_regions, n_draws)``; the first of them count, 1,000 in all.
    width
        Probability that the interval holds, in (0, 1), as often above as below.

    Returns
    -------
    Lower and upper end, shape ``(2, n_regions)``.
    """
    n = -(-MAX_INTERVAL_PAIRS // len(pairs))
    effects = np.concatenate([p1[:, :n] - p2[:, :n] for p1, p2 in pairs], axis=1)
    effects.sort(axis=1)  # ten times faster than ``np.quantile``
    last = effects.shape[1] - 1
    ends = []
    for level in ((1.0 - width) / 2.0, (1.0 + width) / 2.0):
        below, share = divmod(level * last, 1.0)
        above = min(int(below) + 1, last)
        ends.append((1.0 - share) * effects[:, int(below)] + share * effects[:, above])
    return np.stack(ends).astype(float)


def count_pairs_plain(
    v1: NDArray[np.float32],
    v2: NDArray[np.float32],
    factor: np.float32,
    margin: np.float32,
    shifts: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count, for every row, the pairs of which one is at least ``factor`` the other ``+ margin``.

    Returns
    -------
    How often group 1's is so much larger, and how often group 2's.
    """
    up = np.zeros(len(v1), np.int64)
    down = np.zeros(len(v1), np.int64)
    for shift in shifts:
        other = np.roll(v2, -shift, axis=1)
        up += (v1 >= factor * other + margin).sum(axis=1)
        down += (other >= factor * v1 + margin).sum(axis=1)
    return up, down


@njit(cache=True, nogil=True, fastmath={"contract"})
def count_pairs(v1: Any, v2: Any, factor: Any, margin: Any, shifts: Any) -> Any:
    """Do the same as `count_pairs_plain`, without anything in between."""
    n_rows, n = v1.shape
    up = np.zeros(n_rows, np.int64)
    down = np.zeros(n_rows, np.int64)
    twice = np.empty(2 * n, v2.dtype)  # group 2 goes round, so that each shift is one loop
    for row in range(n_rows):
        a = v1[row]
        twice[:n] = v2[row]
        twice[n:] = v2[row]
        for shift in shifts:
            b = twice[shift : shift + n]
            n_up, n_down = np.int32(0), np.int32(0)
            for i in range(n):
                n_up += np.int32(a[i] >= factor * b[i] + margin)
                n_down += np.int32(b[i] >= factor * a[i] + margin)
            up[row] += n_up
            down[row] += n_down
    return up, down
