"""Places and colors of the cells, the selection and the groups."""

from __future__ import annotations

from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Bool, Enum, Instance, Int, Tuple, Unicode

from ...arrays import ArrayTrait, PlacesTrait
from .. import records, written_columns
from ..cells_trait import CellsTrait
from ..records import NamedGroup
from ..tags import NOTHING, Tagged, state


class CellTraits(Tagged):
    """Places and colors of the cells, the selection and the groups.

    Attributes
    ----------
    embedding
        Place of each cell, shape (n_cells, 2), float32 or float64; NaN for a cell without a
        place; empty before ``embed``.
    basis
        The ``obsm`` key it comes from.
    embedding_state
        ``"stale"`` when the model has changed since.
    color_by
        A column of ``obs``, the name of a region (its accessibility), "depth" (open regions of
        each cell), a gene (open regions in its promoter and body), or empty: of the active layer.
    colors
        The colors of the cells for ``color_by``.
    bases
        The keys of ``obsm`` that can be shown.
    shown_dimensions
        The two columns of ``adata.obsm[basis]`` that are shown, counted from 0 as in scanpy.
    selection
        Sorted indices into ``adata``, uint32. It may be set to all that ``select`` accepts.
    outlines
        The lines that were drawn, for the picture.
    live_regions
        Whether ``selected_regions`` are found automatically; a panel switches it on.
    selected_regions, drawn_regions
        The regions in which the selected cells, or those in the line that is being drawn, differ
        most from all others: `TopRegions`.
    idx1, idx2
        The two groups, as ``selection``: they may be set to all that ``select`` accepts.
    groups_version
        Another number whenever the groups are other cells; the same cells have the same number.
    named_groups, group_cells
        Groups that have names, and their cells one group after the other; ``groups`` joins them.
    group_names
        The named groups that group 1 and group 2 are now; empty where there is none.
    """

    # embedding and colors
    embedding = state(PlacesTrait(), undo=True, file="array", with_="places")
    basis = state(Unicode(), undo=True, file="plain", with_="places")
    embedding_state = state(Enum(("none", "current", "stale"), "none"), undo=True, file="plain")
    color_by = state(Unicode(), undo=True, file="plain")
    colors = Instance(records.Colors, args=())
    _embedded_by = state(Int(0), undo=True)  # the `weights_version` of the embedding
    bases: Any = state(Tuple(), undo=True)
    shown_dimensions: Any = state(
        Tuple(Int(), Int(), default_value=(0, 1)), undo=True, file="plain", with_="places"
    )

    # selection and groups
    selection = state(CellsTrait("uint32"), undo=True, file="array", of="cells")
    outlines: Any = state(Tuple(), undo=True, file="rows", rows_of=records.Outline, of="cells")
    live_regions = Bool(False)
    selected_regions = state(Instance(records.TopRegions, args=()), follows=True)
    drawn_regions = state(Instance(records.TopRegions, args=()), follows=True)
    _described: Any = state(AnyTrait(None), follows=True)  # what `selected_regions` is of
    _moved: Any = AnyTrait(NOTHING)  # basis: newest entry before its cells got other places
    idx1 = state(CellsTrait("uint32"), undo=True, file="array", of="cells")
    idx2 = state(CellsTrait("uint32"), undo=True, file="array", of="cells")
    groups_version = Int(0)
    named_groups: Any = state(
        Tuple(), undo=True, file="rows", rows_of=NamedGroup, of="source", with_="names", is_new=True
    )
    group_cells = state(
        ArrayTrait("uint32"), undo=True, file="array", of="source", with_="names", is_new=True
    )
    _absent: Any = state(AnyTrait(NOTHING), undo=True, of="source", with_="names")  # see `moved`
    _written = state(AnyTrait(), undo=True, of="source", without=written_columns.without_write)
    group_names = state(Tuple(Unicode(), Unicode(), default_value=("", "")), follows=True)
