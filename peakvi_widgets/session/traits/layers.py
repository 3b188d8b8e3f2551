"""The layers as they are drawn."""

from __future__ import annotations

from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Instance, Tuple

from .. import records
from ..layers.snapshot import Picture, without_change
from ..tags import NOTHING, Tagged, state


class LayerTraits(Tagged):
    """The layers as they are drawn.

    Attributes
    ----------
    layer_rows, layer_colors
        The ``layers`` as plain values, for the screen, and the colors they need besides ``colors``.
    picture
        The layers and colors at this moment, for undo.
    """

    layer_rows: Any = state(Tuple(), file="rows", rows_of=records.LayerRow, mirrors=True)
    layer_colors: Any = Tuple()
    picture = state(Instance(Picture, args=()), undo=True, without=without_change, mirrors=True)
    _more_colors: Any = AnyTrait(NOTHING)  # colors of layers by what they are colored by
    _legend_before: Any = AnyTrait(None)  # the layer of cells that the legend described before
    # entry of the record, what it set of which layer, and when
    _set_last: Any = state(AnyTrait((0, None, 0.0)), follows=True)
    _implied: Any = state(AnyTrait(None), follows=True)  # entry, and the layer active with it
