"""The kinds of layers: what is drawn of the cells, of the two groups, and of their names.

Each is a traitlets object, so setting a trait updates every screen and the record. What depends
on the session (which columns there are) is asked of the list that the layer stands in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, ClassVar, Literal, Protocol

from traitlets import Any as AnyTrait
from traitlets import Bool, Enum, Float, HasTraits, TraitError, Tuple, Unicode, validate

from ...arguments import encodable, shown
from ...errors import DataError
from ..colors import tables
from ..colors.palettes import PALETTES, Palette, palette_of

Kind = Literal["cells", "groups", "labels"]

COLORMAPS = tuple(tables.COLORMAPS)
DEPTH = "depth"  # open regions of a cell, where obs has no column of that name


class Home(Protocol):
    """What a layer asks of the list that it is in."""

    @property
    def check(self) -> Callable[[str, str], None]:
        """Raises when a layer may not have a value of a trait."""

    def unique(self, name: str, *, but: Layer | None = None) -> str:
        """Return the name, with a number behind it if another layer has it."""


class Layer(HasTraits):
    """What all kinds have.

    Parameters
    ----------
    name
        Empty for the kind's own; made unique in its list ("cells [1]").
    **settings
        Any of its traits.

    Attributes
    ----------
    name
        Unique in its list; setting one that is taken adds a number.
    visible
        Whether it is drawn.
    opacity
        0 to 1.
    """

    kind: ClassVar[Kind]
    name = Unicode()
    visible = Bool(True)
    opacity = Float(1.0)

    home: Home | None = None  # the list that it is in

    def __init__(self, name: str = "", **settings: Any) -> None:
        self.require(settings)
        super().__init__(**{"name": name or self.kind, **settings})

    def __repr__(self) -> str:
        """Return kind and name, as napari does."""
        return f"<{type(self).__name__} {self.name!r}>"

    def settings(self) -> dict[str, Any]:
        """Return all traits by name, as plain values that JSON can hold."""
        return {name: getattr(self, name) for name in self.own()}

    def take(self, settings: Mapping[str, Any]) -> None:
        """Set some traits, each after what it depends on: limits are of what colors the cells."""
        for name in sorted(settings, key="contrast_limits".__eq__):
            setattr(self, name, settings[name])

    @classmethod
    def own(cls) -> list[str]:
        """Return the names of the settings, the name first."""
        return ["name", *(name for name in cls.class_trait_names() if name != "name")]

    @classmethod
    def require(cls, settings: Any) -> None:
        """Refuse a setting that this kind does not have."""
        for name in settings:
            if name not in cls.own():
                known = ", ".join(cls.own())
                raise DataError(f"A {cls.kind} layer has no {shown(name)}; it has {known}.")

    @validate("name")
    def _unique(self, proposal: Any) -> str:
        name = encodable(str(proposal.value)).strip() or self.kind
        return self.home.unique(name, but=self) if self.home is not None else name

    @validate("opacity")
    def _is_share(self, proposal: Any) -> float:
        if not 0 <= proposal.value <= 1:
            raise TraitError(f"opacity is {proposal.value:g}; use a number from 0 to 1.")
        return float(proposal.value)


class CellsLayer(Layer):
    """A disc for each cell.

    Attributes
    ----------
    basis
        The ``obsm`` key of the places; one for all layers of a picture, as a selection, a group's
        outline and a name are of a place. Setting that of one moves all, like ``session.basis``.
    color_by
        A column of ``obs``, the name of a region (its accessibility), "depth" (open regions of each
        cell), a gene (open regions in its promoter and body), or empty.
    colormap
        Of numbers: ``"viridis"``, ``"cividis"``, ``"magma"`` or ``"grey"``.
    contrast_limits
        Between which numbers the colors run; empty for the middle 98 % of the cells. They are of
        what ``color_by`` shows: another one begins without.
    palette
        Of categories: ``"24 colors"``, ``"Okabe-Ito"`` or ``"Tol muted"``; ``"adata"`` for those in
        ``uns["<column>_colors"]``, a list of colors, or a dict of category to color (others
        keep theirs). Any color of CSS or matplotlib; to change it, set another.
    size
        Diameter of a disc in pixels; 0 for one that fits the number of cells.
    """

    kind = "cells"
    opacity = Float(0.85)
    basis = Unicode()
    color_by = Unicode()
    colormap = Enum(COLORMAPS, COLORMAPS[0])
    contrast_limits: Any = Tuple()
    palette: Any = AnyTrait(PALETTES[0])
    size = Float(0.0)

    @validate("basis", "color_by")
    def _is_there(self, proposal: Any) -> str:
        value = str(proposal.value)
        if self.home is not None:
            self.home.check(proposal.trait.name, value)
        return value

    @validate("palette")
    def _has_colors(self, proposal: Any) -> Palette:
        try:
            return palette_of(proposal.value)
        except DataError as error:
            raise TraitError(str(error)) from error

    @validate("contrast_limits")
    def _is_ordered(self, proposal: Any) -> tuple[float, ...]:
        limits = tuple(float(limit) for limit in proposal.value or ())
        finite = all(map(isfinite, limits))
        if limits and not (len(limits) == 2 and finite and limits[0] < limits[1]):
            raise TraitError(
                f"contrast_limits are {limits}; use two numbers, the lower first, or () for "
                "those that fit the cells."
            )
        return limits

    @validate("size")
    def _is_size(self, proposal: Any) -> float:
        if not 0 <= proposal.value <= 50:
            raise TraitError(
                f"size is {proposal.value:g}; use pixels up to 50, or 0 for one that fits."
            )
        return float(proposal.value)


class GroupsLayer(Layer):
    """Group 1 and group 2, above the other cells.

    Attributes
    ----------
    fill
        Whether their cells are drawn in the colors of the groups: discs for group 1, rings for
        group 2.
    outline
        Whether the line that was drawn round them is shown.
    """

    kind = "groups"
    fill = Bool(True)
    outline = Bool(True)


class LabelsLayer(Layer):
    """The name of each category at the middle of its cells, none over another.

    Attributes
    ----------
    column
        A column of ``obs`` with categories; empty for what the cells are colored by.
    size
        Height of the text in pixels.
    """

    kind = "labels"
    column = Unicode()
    size = Float(12.0)

    @validate("column")
    def _is_there(self, proposal: Any) -> str:
        value = str(proposal.value)
        if self.home is not None:
            self.home.check("column", value)
        return value

    @validate("size")
    def _is_size(self, proposal: Any) -> float:
        if not 6 <= proposal.value <= 48:
            raise TraitError(f"size is {proposal.value:g}; use 6 to 48 pixels.")
        return float(proposal.value)


KINDS: dict[str, type[Layer]] = {kind.kind: kind for kind in (CellsLayer, GroupsLayer, LabelsLayer)}


def layer_of(kind: str, settings: Any) -> Layer:
    """Make a layer of a kind.

    Raises
    ------
    DataError
        There is no such kind, or it has no such setting.
    """
    if kind not in KINDS:
        raise DataError(f"There is no kind of layer {shown(kind)}; use {', '.join(KINDS)}.")
    return KINDS[kind](**settings)


def usual_layers() -> list[Layer]:
    """Return the layers that a new session has."""
    return [CellsLayer(), GroupsLayer(), LabelsLayer(visible=False)]
