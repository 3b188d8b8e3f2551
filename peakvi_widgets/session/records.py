"""The small records of a session's state: plain values, replaced and never changed in place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ..arrays import frozen

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One message for the user.

    Attributes
    ----------
    number
        Counts up, so that the same sentence twice is two notices.
    level
        How bad it is.
    text
        What happened, then what to do.
    """

    number: int = 0
    level: Level = "info"
    text: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What runs now.

    Attributes
    ----------
    name
        The verb in its running form ("training"); empty when nothing runs.
    text
        Text for the user ("epoch 12 of 100").
    progress
        Share done, in [0, 1]; -1 when it cannot be known.
    waiting
        How many more verbs wait for their turn.
    can_halt
        Whether ``halt()`` ends it.
    """

    name: str = ""
    text: str = ""
    progress: float = -1.0
    waiting: int = 0
    can_halt: bool = False


@dataclass(frozen=True, slots=True)
class ObsColumn:
    """A column of ``obs``, and how cells can be colored or grouped by it.

    Attributes
    ----------
    name
        Its name in ``obs``.
    kind
        ``"category"``, ``"number"``, or ``"none"`` where cells can be neither colored nor grouped.
    categories
        Names of the categories that occur, in the column's order; empty for a number.
    counts
        Cells in each of them.
    colors
        The colors that scanpy kept for them, ``#rrggbb``; empty where it did not.
    reason
        Why the kind is ``"none"``, as "1,204 categories; at most 200 can be colored".
    """

    name: str
    kind: Literal["category", "number", "none"]
    categories: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    colors: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """A line that was drawn for the selection (0) or that made a group (1 or 2).

    Attributes
    ----------
    group
        0, 1 or 2.
    polygon
        x and y of its corners in turn, in the coordinates of the embedding.
    basis, dimensions
        The embedding it was drawn in; it is shown in that one only.
    radius
        Of the brush that went along the line; 0 for a polygon.
    """

    group: int
    polygon: tuple[float, ...]
    basis: str = ""
    dimensions: tuple[int, int] = (0, 1)
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """A group of cells that has a name; cells may be in several.

    Attributes
    ----------
    name
        A different one for each.
    color
        As ``#rrggbb``.
    n_cells
        How many cells it has.
    query
        The query on ``obs`` and other groups that it was made by; empty where there was none.
    """

    name: str
    color: str
    n_cells: int
    query: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """A key of ``obsm`` that can be shown as an embedding.

    Attributes
    ----------
    name
        The key.
    n_dimensions
        How many columns it has; two are shown.
    """

    name: str
    n_dimensions: int


@dataclass(frozen=True, slots=True)
class ObservedRegion:
    """What is seen of a region in two groups, without a model.

    Attributes
    ----------
    region
        Its name.
    share1, share2
        Shares of the cells of group 1 and group 2 in which it is seen open.
    p
        Two-sided p-value of a difference.
    is_held_out
        Whether that is of fragments that are held out of models and of the preview; else of all.
    """

    region: str
    share1: float
    share2: float
    p: float
    is_held_out: bool


@dataclass(frozen=True, slots=True)
class TopRegions:
    """The regions that differ most between some cells and all others.

    Attributes
    ----------
    question
        The number that came with the question which this answers; 0 for the selected cells.
    n_cells
        How many cells they are.
    by
        ``"observed"`` where shares are of cells in which the region is seen open, ``"model"`` for
        a first estimate by the model; empty when nothing is known.
    regions, genes
        The surest first; a gene is empty where it is not known.
    inside, outside
        How open each region is in these cells and in all others, in [0, 1].
    """

    question: int = 0
    n_cells: int = 0
    by: Literal["", "observed", "model"] = ""
    regions: tuple[str, ...] = ()
    genes: tuple[str, ...] = ()
    inside: tuple[float, ...] = ()
    outside: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class CellDetails:
    """What is known of one cell by its counts.

    Attributes
    ----------
    cell
        Its index; -1 for none.
    name
        Its name, usually a barcode.
    n_counts, n_regions
        The sum of its counts, and how many regions are open in it.
    """

    cell: int = -1
    name: str = ""
    n_counts: float = 0.0
    n_regions: int = 0


@dataclass(frozen=True, slots=True)
class LayerRow:
    """A layer as the screen has it; what its kind does not have keeps the default.

    See `layer_kinds` for the meaning of each. ``in_legend`` marks the layer of cells whose colors
    are those of the session.
    """

    kind: Literal["cells", "groups", "labels"]
    name: str
    visible: bool
    opacity: float
    active: bool = False
    in_legend: bool = False
    basis: str = ""
    color_by: str = ""
    colormap: str = ""
    contrast_limits: tuple[float, ...] = ()
    palette: str | tuple[str, ...] | dict[str, str] = ""
    size: float = 0.0
    fill: bool = False
    outline: bool = False
    column: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Colors:
    """What the cells are colored by.

    Attributes
    ----------
    kind
        ``"none"``, ``"category"`` or ``"number"``.
    title
        What is shown, for the legend.
    codes
        Category of each cell, shape (n_cells,), int16, -1 for none; empty unless categories.
    categories
        Names of the categories.
    counts
        Cells in each of them.
    values
        Number of each cell, shape (n_cells,), float32, NaN for none; empty unless numbers.
    color_by
        What it was asked for by: a column, a region, "depth".
    """

    kind: Literal["none", "category", "number"] = "none"
    title: str = ""
    codes: np.ndarray = field(default_factory=lambda: frozen(np.empty(0, "int16")))
    categories: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    values: np.ndarray = field(default_factory=lambda: frozen(np.empty(0, "float32")))
    color_by: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides a comparison besides the groups."""

    two_sided: bool
    delta: float
    fdr_target: float
    batch_correction: bool
    estimand: Literal["difference", "log2"]
    n_samples: int
    seed: int
    donor: str | None = None
    stability: bool = False
    level: Literal["auto", "group", "cell"] = "auto"


@dataclass(frozen=True, slots=True)
class RegionWindow:
    """A stretch of the genome that is looked at.

    Attributes
    ----------
    chromosome
        As the data name it.
    start, end
        In base pairs, counted from 0, the end not included.
    """

    chromosome: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RegionTracks:
    """What lies in a stretch of the genome, and how open it is in each group of cells.

    Attributes
    ----------
    chromosome, start, end
        The stretch, wider than the window that it was made for. All places are in base pairs,
        counted from 0, ends not included.
    genes
        Names of the genes.
    gene_places
        Start, end and strand (1 for "+") of each, shape (n_genes, 3), uint32.
    exons
        Gene, start and end of each exon, shape (n_exons, 3), uint32.
    regions
        Names of the regions.
    region_rows
        Their positions in ``session.regions``, uint32.
    region_places
        Start and end of each, shape (n_regions, 2), uint32.
    regions_words
        How many of the regions in the window these are, where there are too many; else empty.
    tracks
        Names of the groups of cells.
    keys
        What each is: "1", "2", "rest", "all", or "c" with the number of a category ("c3").
    n_cells
        Cells of each.
    column
        The column of ``obs`` whose categories the groups are; empty where they are not.
    observed
        Share of the cells in which a region is seen open, shape (n_tracks, n_regions), float32.
    expected
        The same as the model expects it at the depth of the cells; empty without a trained model.
    expected_words
        How it was found, or why it is missing.
    coverage
        Cut sites per base pair in bins of equal width from ``start`` to ``end``, shape (n_tracks,
        n_bins), float32; empty without a fragments file.
    coverage_words
        How it is scaled, or why it is missing.
    cell_tracks
        The track of each single cell that is shown, uint8.
    cell_marks
        Cell, start and end of each fragment, or of each open region where there are no fragments,
        shape (n_marks, 3), uint32.
    """

    chromosome: str
    start: int
    end: int
    genes: tuple[str, ...] = ()
    gene_places: np.ndarray = field(default_factory=lambda: _empty("uint32", 2))
    exons: np.ndarray = field(default_factory=lambda: _empty("uint32", 2))
    regions: tuple[str, ...] = ()
    region_rows: np.ndarray = field(default_factory=lambda: _empty("uint32"))
    region_places: np.ndarray = field(default_factory=lambda: _empty("uint32", 2))
    regions_words: str = ""
    tracks: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    n_cells: tuple[int, ...] = ()
    column: str = ""
    observed: np.ndarray = field(default_factory=lambda: _empty("float32", 2))
    expected: np.ndarray = field(default_factory=lambda: _empty("float32", 2))
    expected_words: str = ""
    coverage: np.ndarray = field(default_factory=lambda: _empty("float32", 2))
    coverage_words: str = ""
    cell_tracks: np.ndarray = field(default_factory=lambda: _empty("uint8"))
    cell_marks: np.ndarray = field(default_factory=lambda: _empty("uint32", 2))

    def __repr__(self) -> str:
        """Return the place and how much is there."""
        place = f"{self.chromosome}:{self.start:,}-{self.end:,}"
        what = f"{len(self.genes)} genes, {len(self.regions)} regions, {len(self.tracks)} tracks"
        return f"{type(self).__name__}({place}, {what})"


def _empty(dtype: str, ndim: int = 1) -> np.ndarray:
    return frozen(np.empty((0,) * ndim, dtype))
