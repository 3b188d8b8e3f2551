"""How often one group's draws exceed the other's: the innermost loop of a comparison."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray


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
        Probabilities, shape ``(n_regions, n_draws)``; changed in place if ``offset`` is given.
    delta
        Smallest change that counts.
    n_shifts
        Pairings: draw i of group 1 with draw i + s of group 2, cyclic, for as many shifts s
        spread evenly. All have the same mean; together they have less noise.
    offset
        If given, the change is that of ``log2(p + offset)``.
    """
    n = p1.shape[1]
    mean1, mean2 = p1.mean(axis=1, dtype=np.float64), p2.mean(axis=1, dtype=np.float64)
    if offset is not None:
        for p in (p1, p2):
            np.log2(np.add(p, np.float32(offset), out=p), out=p)
    shifts = np.unique(np.arange(n_shifts) * n // n_shifts)
    up, down = count_pairs(p1, p2, np.float32(delta), shifts)
    n_pairs = n * len(shifts)
    return Shares(up / n_pairs, down / n_pairs, mean1, mean2)


def count_pairs_plain(
    v1: NDArray[np.float32], v2: NDArray[np.float32], delta: np.float32, shifts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count, for every row, the pairs that differ by at least ``delta``, upwards and downwards."""
    up = np.zeros(len(v1), np.int64)
    down = np.zeros(len(v1), np.int64)
    for shift in shifts:
        change = v1 - np.roll(v2, -shift, axis=1)
        up += (change >= delta).sum(axis=1)
        down += (change <= -delta).sum(axis=1)
    return up, down


@njit(cache=True, nogil=True)
def count_pairs(v1: Any, v2: Any, delta: Any, shifts: Any) -> Any:
    """Do the same as `count_pairs_plain`, without anything in between."""
    n_rows, n = v1.shape
    up = np.zeros(n_rows, np.int64)
    down = np.zeros(n_rows, np.int64)
    for row in range(n_rows):
        a, b = v1[row], v2[row]
        for shift in shifts:
            n_up, n_down = np.int32(0), np.int32(0)
            for i in range(n - shift):
                change = a[i] - b[i + shift]
                n_up += np.int32(change >= delta)
                n_down += np.int32(change <= -delta)
            for i in range(shift):
                change = a[n - shift + i] - b[i]
                n_up += np.int32(change >= delta)
                n_down += np.int32(change <= -delta)
            up[row] += n_up
            down[row] += n_down
    return up, down
