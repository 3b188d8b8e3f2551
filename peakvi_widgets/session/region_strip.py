"""How a region is in the single cells of each group, as a record."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class RegionStrip:
    """How a region is in the single cells of each group.

    Attributes
    ----------
    region
        Its name.
    tracks, keys, n_cells, column
        The groups, as in `RegionTracks`.
    shares, means
        Share of the cells in which the region is seen open, and mean count of a cell; float32, one
        of each group.
    expected
        Mean of the cells' accessibility as the model estimates it at their depth, and the range of
        the middle 80 % of them, shape (n_groups, 3), float32; empty without a trained model.
    dot_tracks, dot_counts
        The group and the count of each cell that is shown; uint8, float32.
    words
        What is shown, and how many cells of a group at most.
    """

    region: str
    tracks: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    n_cells: tuple[int, ...] = ()
    column: str = ""
    shares: np.ndarray = field(default_factory=lambda: _empty("float32"))
    means: np.ndarray = field(default_factory=lambda: _empty("float32"))
    expected: np.ndarray = field(default_factory=lambda: _empty("float32", 2))
    dot_tracks: np.ndarray = field(default_factory=lambda: _empty("uint8"))
    dot_counts: np.ndarray = field(default_factory=lambda: _empty("float32"))
    words: str = ""


def _empty(dtype: str, ndim: int = 1) -> np.ndarray:
    return np.empty((0,) * ndim, dtype)
