"""The small records of a session's state: plain values, replaced and never changed in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from .palettes import colors_in

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

MAX_CATEGORIES = 200  # more is a name for every cell, not a grouping

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence for the person at the screen.

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
        What a person reads ("epoch 12 of 100").
    progress
        Share done, in [0, 1]; -1 when it cannot be known.
    waiting
        How many more verbs wait for their turn.
    """

    name: str = ""
    text: str = ""
    progress: float = -1.0
    waiting: int = 0


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
        The colours that scanpy kept for them, ``#rrggbb``; empty where it did not.
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
class CellCard:
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

    See `layer_kinds` for the meaning of each. ``in_legend`` marks the layer of cells whose colours
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


def obs_columns(adata: AnnData) -> tuple[ObsColumn, ...]:
    """Describe the columns of ``obs``.

    Text columns count as categories when they hold at most `MAX_CATEGORIES` of them; so do
    whole numbers with at most 20 values.
    """
    found = (describe(name, adata.obs[name]) for name in adata.obs.columns)
    return tuple(_with_colors(column, adata) for column in found)


def _with_colors(column: ObsColumn, adata: AnnData) -> ObsColumn:
    """Add the colours that scanpy kept: it counts all categories, we those that occur."""
    if column.kind != "category" or f"{column.name}_colors" not in adata.uns:
        return column
    values = adata.obs[column.name]
    every = getattr(values.dtype, "categories", column.categories)
    known = colors_in(adata.uns, column.name, every)
    colors = tuple(known[name] for name in column.categories if name in known)
    return replace(column, colors=colors) if len(colors) == len(column.categories) else column


def describe(name: str, values: pd.Series) -> ObsColumn:
    """Describe one column; its kind is ``"none"`` when it is of no use to color or group by."""
    import pandas as pd

    if values.isna().all():
        return ObsColumn(str(name), "none", reason="no values")
    is_number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    is_grouping = not is_number and not isinstance(values.dtype, pd.CategoricalDtype)
    if is_number and not (pd.api.types.is_integer_dtype(values) and values.nunique() <= 20):
        return ObsColumn(str(name), "number")
    if is_grouping and (n := values.nunique()) > MAX_CATEGORIES:
        return _too_many(name, n, values)
    counts = as_categories(values).value_counts(sort=False)
    if len(counts) > MAX_CATEGORIES:
        return _too_many(name, len(counts), values)
    return ObsColumn(str(name), "category", tuple(map(str, counts.index)), tuple(map(int, counts)))


def _too_many(name: str, n: int, values: pd.Series) -> ObsColumn:
    import pandas as pd

    what = "dates" if pd.api.types.is_datetime64_any_dtype(values) else "categories"
    reason = f"{n:,} {what}; at most {MAX_CATEGORIES} can be colored"
    return ObsColumn(str(name), "none", reason=reason)


def as_categories(values: pd.Series) -> pd.Series:
    """Return a column as categories, names as text, only those that occur, in their order."""
    import pandas as pd

    if isinstance(values.dtype, pd.CategoricalDtype):
        used = values.cat.remove_unused_categories()
        return used.cat.rename_categories([str(name) for name in used.cat.categories])
    order = sorted(values.dropna().unique())
    return pd.Series(
        pd.Categorical(
            values.map(str, na_action="ignore"), categories=[str(value) for value in order]
        ),
        index=values.index,
    )
