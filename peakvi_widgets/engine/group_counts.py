"""Counts of two groups of cells: in how many a region is open, and in which group more often."""

from collections.abc import Generator, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .cells import Cells, Indices
from .chosen_groups import log_ratios_by_choice
from .directions import Directions, Floats, OpenCells, directions
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
    alone = [_some(group, MANY if is_final else FEW) for group in _apart(groups)]
    parts = []
    for one, other in _by_batch(alone, batches):
        open1 = yield from _n_open(encodings.cells, one)
        open2 = yield from _n_open(encodings.cells, other)
        parts.append(OpenCells(len(one), len(other), open1, open2))
    shares = [
        np.sum([part.open1 for part in parts], axis=0) / sum(part.n1 for part in parts),
        np.sum([part.open2 for part in parts], axis=0) / sum(part.n2 for part in parts),
    ]
    by_choice = log_ratios_by_choice(encodings, _apart(seen), shares)
    yield None
    yield directions(parts, by_choice)


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
