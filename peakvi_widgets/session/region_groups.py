"""The groups of cells that are compared along a stretch of the genome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .columns import Categories, categories_of, column_of

if TYPE_CHECKING:
    import pandas as pd

MAX_TRACKS = 24  # categories that are shown, those with the most cells


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A group of cells: see `RegionTracks`."""

    name: str
    key: str
    cells: np.ndarray


def tracks_of_column(obs: pd.DataFrame, column: str) -> tuple[Track, ...]:
    """Return the categories of a column; of too many, those with the most cells."""
    found: Categories = categories_of(column_of(obs, column))
    largest = np.argsort([-n for n in found.counts], kind="stable")[:MAX_TRACKS]
    return tuple(
        Track(found.names[code], f"c{code}", np.flatnonzero(found.codes == code))
        for code in sorted(largest)
    )


def tracks_of_groups(idx1: np.ndarray, idx2: np.ndarray, n_cells: int) -> tuple[Track, ...]:
    """Return group 1, group 2 and the rest, as far as they have cells."""
    groups = tuple(
        Track(f"group {n}", str(n), cells) for n, cells in ((1, idx1), (2, idx2)) if len(cells)
    )
    rest = np.setdiff1d(np.arange(n_cells), np.union1d(idx1, idx2))
    name, key = ("the rest", "rest") if groups else ("all cells", "all")
    return (*groups, Track(name, key, rest)) if len(rest) else groups
