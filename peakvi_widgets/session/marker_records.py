"""The records of marker regions: of which categories, and whether they are being found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class MarkerGroup:
    """A category of which marker regions were found.

    Attributes
    ----------
    name
        Of the category.
    n_cells
        How many cells it has.
    n_called
        How many regions are called and more open in it than in all other cells.
    n_rows
        How many rows of the table it has.
    """

    name: str
    n_cells: int
    n_called: int
    n_rows: int


@dataclass(frozen=True, slots=True)
class MarkersWork:
    """What is known of the table of marker regions.

    Attributes
    ----------
    state
        ``"stale"`` when the model, the counts or the categories have changed since.
    column
        The column of ``obs`` of the table that is there; empty where there is none.
    finding
        The column whose markers are being found; empty where none are.
    text
        What is compared just now, as "B cells, 3 of 12".
    progress
        In [0, 1].
    """

    state: Literal["none", "running", "final", "stale"] = "none"
    column: str = ""
    finding: str = ""
    text: str = ""
    progress: float = 0.0
