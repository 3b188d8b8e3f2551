"""How well a comparison holds when its groups' borders and its draws are made again.

A lasso by another hand takes other cells at its border, and other draws give other probabilities.
What is called in all redraws depends on neither. It is not evidence of a real difference: noise
that a model memorised comes back in each redraw. Held-out fragments tell it apart; see `evidence`.
"""

from collections.abc import Generator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from .cells import Indices
from .differential import compare
from .posterior import Encodings
from .question import Question
from .stability_check import StabilityCheck

N_REDRAWS = 20
N_SAMPLES = 500  # draws a group of each redraw
N_NEIGHBORS = 10  # nearest cells of a member, by which the border of its group is found
MAX_CELLS = 20_000  # members of a group, and cells beside it, that are looked at


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """The share of the redraws in which each region is called.

    Attributes
    ----------
    progress
        Share of the redraws that are done, in [0, 1].
    shares
        In [0, 1], one value a region; None before the last redraw.
    check
        What that says of the comparison as a whole.
    """

    progress: float
    shares: NDArray[np.float64] | None = None
    check: StabilityCheck | None = None


def stability(
    encodings: Encodings,
    cells1: Indices,
    cells2: Indices,
    question: Question,
    table: pd.DataFrame,
    *,
    n_redraws: int = N_REDRAWS,
) -> Generator[Stability, None, None]:
    """Redraw the border of two groups and the posterior, and count how often regions are called.

    Parameters
    ----------
    encodings
        The trained network and the cells that it knows.
    cells1, cells2
        The groups, as positions; neither may be empty.
    question
        Settings of the comparison.
    table
        What the comparison found, one row a region in the order of the regions.
    n_redraws
        How often groups and draws are made again.

    Yields
    ------
    After each piece of work; with the last the shares.

    Notes
    -----
    A member is at the border of its group if one of its ten nearest cells in the latent is in no
    group. In each redraw, every second member at the border is left out, and every second of the
    cells just outside comes in; 500 draws of the posterior are compared as in `compare`.
    """
    random = np.random.default_rng([question.seed, 3])
    borders = []
    for mine, others in ((cells1, cells2), (cells2, cells1)):
        members = _some(mine, random)
        outside = np.setdiff1d(np.arange(encodings.cells.n_cells), np.union1d(mine, others))
        beside = _some(outside, random)
        for _ in encodings.know(np.union1d(members, beside)):
            yield Stability(0.0)
        borders.append((members, *_border(encodings, members, beside)))
    counts = np.zeros(len(table))
    for nth in range(n_redraws):
        one, two = (_redrawn(*border, random) for border in borders)
        asked = replace(
            question,
            seed=question.seed + nth + 1,
            n_samples=N_SAMPLES,
            first_samples=N_SAMPLES,
            interval=None,
        )
        for found in compare(encodings, one, two, asked, table.index):
            yield Stability((nth + found.progress) / n_redraws)
        assert found.table is not None
        counts += found.table["is_da_fdr"].to_numpy(bool)
    shares = counts / n_redraws
    is_called = table["is_da_fdr"].to_numpy(bool)
    yield Stability(1.0, shares, StabilityCheck.of(shares[is_called], n_redraws))


def _some(cells: Indices, random: np.random.Generator) -> Indices:
    """Return the cells, or a sample where they are too many."""
    if len(cells) <= MAX_CELLS:
        return cells
    return np.sort(random.choice(cells, MAX_CELLS, replace=False))


def _border(encodings: Encodings, members: Indices, beside: Indices) -> tuple[Indices, Indices]:
    """Return the members at the border of a group, and the cells just outside of it."""
    pool = np.concatenate([members, beside])
    n_near = min(N_NEIGHBORS + 1, len(pool))
    tree = cKDTree(encodings.mean(pool))
    near: Indices = np.asarray(tree.query(encodings.mean(members), k=[*range(1, n_near + 1)])[1])
    is_outside = near >= len(members)
    return members[is_outside.any(axis=1)], pool[np.unique(near[is_outside])]


def _redrawn(
    members: Indices, inner: Indices, outer: Indices, random: np.random.Generator
) -> Indices:
    """Leave out about half of the members at the border, and take in half of the cells beside."""
    left_out = inner[random.random(len(inner)) < 0.5]
    taken_in = outer[random.random(len(outer)) < 0.5]
    group = np.union1d(np.setdiff1d(members, left_out), taken_in)
    return group if len(group) else members
