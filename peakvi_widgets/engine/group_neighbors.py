"""Cells next to a small group on the map, and how much they may say about the group.

Fifty cells have too few fragments to tell where their regions differ. The cells beside them on the
map are mostly of the same kind, and their fragments tell more, as far as they resemble the group.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .blas import one_blas_thread
from .cells import Indices
from .directions import Floats
from .posterior import Encodings

ENOUGH_CELLS = 300  # to which a smaller group is filled up
N_CANDIDATES = 20_000  # cells that are looked at, evenly spaced
N_SHOWN = 500  # cells of a group that distances are measured to
NEARER = 0.5  # how far a neighbor is at most, in units of its distance to the other group
APART = (5.0, 8.0)  # distance of groups from which neighbors count at all, and fully
MOST_UNLIKE = 0.4  # variance of the log ratio to a group from which neighbors count for nothing
LEAST_VARIANCE = 0.05  # of open entries, in units of that of a Poisson number
AT_ONCE = 4096  # cells whose distances are measured together


def candidates(n_cells: int) -> Indices:
    """Return the cells among which neighbors are sought."""
    n = min(n_cells, N_CANDIDATES)
    return np.arange(n) * n_cells // n


@one_blas_thread()
def neighbors_of(encodings: Encodings, groups: Sequence[Indices], taken: Indices) -> list[Indices]:
    """Return the cells that fill each small group up, the nearest ones on the map.

    Parameters
    ----------
    encodings
        The network and the cells it knows, `candidates` among them.
    groups
        Cells of the two groups; of a large one, some.
    taken
        All cells of either group, also those in both.

    Notes
    -----
    A distance is one to the nearest cell of a group, in units of the mean width of the posterior.
    A neighbor is in no group, much nearer to its group than to the other, and of a batch that the
    group has.
    """
    others = np.setdiff1d(candidates(encodings.cells.n_cells), taken)
    shown = [_some(group) for group in groups]
    width = np.sqrt(np.mean([encodings.variance(group).mean(axis=0) for group in shown], axis=0))
    places = encodings.mean(others).astype(np.float64) / width
    far = [_distances(places, encodings.mean(group).astype(np.float64) / width) for group in shown]
    batches = encodings.cells.codes[:, 0]
    found = []
    for group, mine, its in zip(groups, far, far[::-1], strict=True):
        can = np.flatnonzero((mine < NEARER * its) & np.isin(batches[others], batches[group]))
        nearest = can[np.argsort(mine[can], kind="stable")]
        found.append(np.sort(others[nearest[: max(0, ENOUGH_CELLS - len(group))]]))
    return found


def how_far_apart(distance: float) -> float:
    """Return how far neighbors count for groups at a distance, in [0, 1].

    Parameters
    ----------
    distance
        Of the groups, in standard deviations by which noise moves a cell. Groups that noise may
        have made from one kind have no neighbors of their own.
    """
    low, high = APART
    return float(np.clip((distance - low) / (high - low), 0.0, 1.0))


def likeness(own: Floats, n_own: float | Floats, near: Floats, n_near: int) -> Floats:
    """Return how much a neighbor counts, in units of a cell of the group, ``(n_regions,)``.

    Parameters
    ----------
    own, near
        In how many cells of the group, and of its neighbors, each region is open.
    n_own, n_near
        Cells of the group, and neighbors.

    Notes
    -----
    Over all regions, the log ratios of group and neighbors have a variance beside that of their
    counts; one standard error of it is added. What neighbors say of a region is off by as much, so
    many of them say no more than that allows, as a random effect in a meta-analysis does.

    References
    ----------
    DerSimonian, Laird 1986, Controlled Clinical Trials 7 (the variance by its moment).
    """
    both = own + near
    seen, share = both > 0, float(own.sum() / max(both.sum(), 1.0))
    chance = (both * share * (1.0 - share))[seen]
    if chance.sum() <= 0.0:
        return np.zeros(len(own))
    left = 1.0 - (both / (n_own + n_near))[seen]  # entries are 0 or 1, so common ones vary less
    excess = (own[seen] - both[seen] * share) ** 2 / chance - left
    unlike = max(float(excess.sum()), 0.0) + np.sqrt(2.0 * len(chance))
    unlike = float(unlike / chance.sum())
    known = near / np.maximum(1.0 - near / n_near, LEAST_VARIANCE)
    return np.asarray(max(0.0, 1.0 - unlike / MOST_UNLIKE) / (1.0 + known * unlike))


def _some(group: Indices) -> Indices:
    n = min(len(group), N_SHOWN)
    return group[np.arange(n) * len(group) // n]


def _distances(places: Floats, group: Floats) -> NDArray[np.float64]:
    """Return the distance of each place to the nearest one of a group."""
    lengths, found = (group**2).sum(axis=1), [np.empty(0)]
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        squares = (some**2).sum(axis=1) + (lengths - 2.0 * some @ group.T).min(axis=1)
        found.append(np.sqrt(np.maximum(squares, 0.0)))
    return np.concatenate(found)
