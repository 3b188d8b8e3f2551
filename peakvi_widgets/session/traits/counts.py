"""The counts, and what they were made from."""

from __future__ import annotations

from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Float, Instance, Int, Tuple, Unicode

from ...arrays import ArrayTrait
from ...data.quality import FilterSettings
from ..tags import Tagged, state


class CountTraits(Tagged):
    """The counts, and what they were made from.

    Attributes
    ----------
    adata
        The session's own AnnData, cells x regions, after filtering; None before ``open``. It
        shares no array with what was opened, and results are stored in it. Columns and results may
        be added to it (``obs``, ``obsm``, ``obsp``, ``uns``); cells, regions and counts must stay
        as they are, otherwise verbs raise a `DataError`.
    opened
        The counts before filtering.
    source
        What was opened: a path, or the name of a data set or variable.
    n_cells, n_regions, n_cells_opened, n_regions_opened
        Sizes after and before filtering.
    regions_per_cell, cells_per_region
        Open regions of each cell and cells of each region, before filtering; uint32.
    regions
        Names of the regions, in order.
    filter_settings, filter_warning
        What the counts were filtered by, None when they were not; a sentence when few are left.
    obs_columns
        Columns that cells can be colored or grouped by.
    batch_key
        Column of ``obs`` with the batches; None for a single batch.
    held_out, held_out_seed
        Share of the fragments that models are not fitted to, so that comparisons can be checked by
        them, in [0, 1), and the seed that decides which; see `peakvi_widgets.engine.held_out`.
    counts_file, counts_layer
        Where counts that lie on disk were read from, the layer None for ``X``: a session file names
        it and holds no copy. Empty for counts in memory.
    counts_key
        What tells that file, as it was read, from all others: once it was changed or removed, a
        session file holds the counts.
    data_hash
        A hash of the counts that were opened, with the names of cells and regions.
    counts_version
        Another number whenever the counts or the cells and regions may have changed.
    """

    adata = state(AnyTrait(None), undo=True)
    opened: Any = AnyTrait(None)
    source = state(Unicode(), file="plain")
    n_cells = state(Int(0), undo=True)
    n_regions = state(Int(0), undo=True)
    n_cells_opened = state(Int(0), file="plain")
    n_regions_opened = state(Int(0), file="plain")
    regions_per_cell = state(ArrayTrait("uint32"), file="array")
    cells_per_region = state(ArrayTrait("uint32"), file="array")
    regions: Any = state(Tuple(), undo=True)
    filter_settings = state(Instance(FilterSettings, allow_none=True), undo=True, file="record")
    filter_warning = state(Unicode(), undo=True, file="plain")
    obs_columns: Any = state(Tuple(), undo=True)
    batch_key = state(Unicode(None, allow_none=True), undo=True, file="plain")
    held_out = state(Float(), undo=True, file="plain", is_new=True)
    held_out_seed = state(Int(0), undo=True, file="plain", is_new=True)
    counts_file = state(Unicode(), file="plain", is_new=True)
    counts_layer = state(Unicode(None, allow_none=True), file="plain", is_new=True)
    counts_key = state(Unicode(), file="plain", is_new=True)
    data_hash = state(Unicode(), file="plain")
    counts_version = state(Int(0), undo=True)
