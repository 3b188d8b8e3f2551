"""Counts of two groups of cells: in how many a region is open, and in which group more often."""

from collections.abc import Generator, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .cells import Cells, Indices
from .chosen_groups import choice_of
from .directions import Directions, Floats, OpenCells, directions
from .group_neighbors import (
    ENOUGH_CELLS,
    candidates,
    how_far_apart,
    likeness,
    neighbors_of,
)
from .posterior import Encodings

FEW, MANY = 500, 5000  # cells of a group that are counted for a first estimate, and at last
AT_ONCE = 250  # cells counted between two yields


def counted_directions(
    encodings: Encodings,
    groups: Sequence[Indices],
    seen: Sequence[Indices],
    *,
    within_batches: bool,
    is_final: bool,
) -> Iterator[Directions | None]:
    """Say in which group each region is more open, by what a model is fitted to.

    What was held out is not looked at.

    Parameters
    ----------
    encodings
        The network and the cells it knows.
    groups
        Cells of the two groups. A cell in both says nothing of a difference and is left out.
    seen
        Those of them that are encoded.
    within_batches
        Whether cells are compared with those of their batch alone, where both groups share any.
    is_final
        Whether many cells are counted, or few.

    Yields
    ------
    ``None`` after each piece of work, and at last what was found.
    """
    batches = encodings.cells.codes[:, 0] if within_batches else None
    alone, parts = [_some(group, MANY if is_final else FEW) for group in _apart(groups)], []
    by_batch = _by_batch(alone, batches)
    for one, other in by_batch:
        open1 = yield from _n_open(encodings.cells, one)
        open2 = yield from _n_open(encodings.cells, other)
        parts.append(OpenCells(len(one), len(other), open1, open2))
    choice = choice_of(encodings, _apart(seen), _shares(parts))
    yield None
    count = how_far_apart(choice.distance)
    if count > 0.0 and min(map(len, alone)) < ENOUGH_CELLS:
        for _ in encodings.know(candidates(encodings.cells.n_cells)):
            yield None
        near = neighbors_of(encodings, alone, np.union1d(*groups))
        for i, pair in enumerate(by_batch):
            of_batch = near if batches is None else _of_batches(near, batches, pair)
            parts[i] = yield from _with_neighbors(encodings.cells, parts[i], of_batch, count)
        filled = [np.union1d(*both) for both in zip(_apart(seen), near, strict=True)]
        choice = choice_of(encodings, filled, _shares(parts))
        yield None
    yield directions(parts, choice.log_ratios)


def _shares(parts: Sequence[OpenCells]) -> list[Floats]:
    """Return the share of the cells of each group in which each region is open."""
    return [
        np.sum([part.open1 for part in parts], axis=0) / sum(part.n1 for part in parts),
        np.sum([part.open2 for part in parts], axis=0) / sum(part.n2 for part in parts),
    ]


def _of_batches(
    near: Sequence[Indices], batches: NDArray[np.int64], groups: Sequence[Indices]
) -> list[Indices]:
    """Return the neighbors that are of the batches of some cells."""
    return [
        some[np.isin(batches[some], batches[group])]
        for some, group in zip(near, groups, strict=True)
    ]


def _with_neighbors(
    cells: Cells, part: OpenCells, near: Sequence[Indices], count: float
) -> Generator[None, None, OpenCells]:
    """Add the neighbors of both groups as far as they are like them, at most by `count` each."""
    filled = []
    for n, opened, some in zip((part.n1, part.n2), (part.open1, part.open2), near, strict=True):
        if len(some) == 0:
            filled.append((n, opened, opened.sum()))
            continue
        more = yield from _n_open(cells, some)
        weight = count * likeness(opened, n, more, len(some))
        whole = opened.sum() + weight * more.sum()
        filled.append((n + weight * len(some), opened + weight * more, whole))
    (n1, open1, all1), (n2, open2, all2) = filled
    return OpenCells(n1, n2, open1, open2, all1, all2)


def _some(group: Indices, n: int) -> Indices:
    n = min(len(group), n)
    return group[np.arange(n) * len(group) // n]


def _n_open(cells: Cells, group: Indices) -> Generator[None, None, Floats]:
    found = np.zeros(cells.n_regions)
    for start in range(0, len(group), AT_ONCE):
        found += cells.n_open(group[start : start + AT_ONCE])
        yield
    return found


def _apart(groups: Sequence[Indices]) -> list[Indices]:
    """Return the cells that each group has for itself; the groups if one has none."""
    one, other = groups
    alone = [np.setdiff1d(one, other), np.setdiff1d(other, one)]
    return alone if all(map(len, alone)) else list(groups)


def _by_batch(
    groups: Sequence[Indices], batches: NDArray[np.int64] | None
) -> list[tuple[Indices, Indices]]:
    """Return the cells of both groups in every batch that both share; all if they share none."""
    one, other = groups
    if batches is not None:
        shared = np.intersect1d(batches[one], batches[other])
        if len(shared):
            return [(one[batches[one] == b], other[batches[other] == b]) for b in shared]
    return [(one, other)]
