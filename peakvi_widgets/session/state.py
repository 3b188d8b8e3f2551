"""All state of a session, each trait declared once, with tags that say what happens to it.

Undo, session files, the reset of what no longer holds and the recovery from a failed step are loops
over these tags: a new trait is one line here, and no other list.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Bool, Enum, Float, Instance, Int, Tuple, Unicode

from ..arrays import ArrayTrait, PlacesTrait
from ..data.obs_differences import ObsDifference
from ..data.quality import FilterSettings
from ..engine.check import Check
from ..engine.confirmed import Dimensions
from ..engine.donor_check import DonorCheck
from ..engine.group_warnings import GroupWarning
from ..engine.metrics import EpochMetrics, Step
from ..engine.plan import PRESETS, TrainingPlan
from ..engine.stability_check import StabilityCheck
from . import records, written_columns
from . import table_view as view
from .annotating import Genome
from .atomic import Atomic
from .cells_trait import CellsTrait
from .layers.snapshot import Picture, without_change
from .marker_records import MarkersWork
from .records import NamedGroup, Settings
from .region_sets import RegionSet
from .tags import Tagged, state

NOTHING: Mapping[Any, Any] = MappingProxyType({})
TRAINING = ("untrained", "waiting", "running", "paused", "stopping", "trained")
DA_STATES = ("none", "waiting", "running", "estimate", "final", "stale", "cancelled", "failed")


class State(Tagged, Atomic):
    """The traits of a session.

    Attributes
    ----------
    notice
        The newest message for the user.
    log_entries, n_notices
        All messages, the newest last: time, level, text, and a report for a failure; their number.
    task
        What runs now.
    script_parts
        The script in three parts, of which only the last changes with each step.
    undo_label, redo_label
        What ``undo()`` and ``redo()`` would do; empty when there is nothing.
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
    genome
        Genome of the genes: "hg38", "hg19", "mm10", "none", or empty to guess it.
    genome_in_use
        What ``region_genes`` was found by, as a `Genome`; None before it is known.
    region_genes
        Gene, kind of place and distance to the main TSS of each region (``gene``, ``where``,
        ``distance``), with ``regions`` as index; None while or where they are not known.
    gene_texts, gene_codes
        The same for panels: the different texts, and the columns as numbers.
    gene_members
        The regions in promoter and body of each gene, as `GeneRegions`; None while not known.
    fragments
        Path of the fragments file that ``use_fragments`` named; empty for one beside the counts.
    region_window, region_tracks
        The `RegionWindow` that is looked at, and the `RegionTracks` there; None while not known.
    region_marks
        For each region of ``region_tracks``: 1 if the table calls it and it is not confirmed, 2 if
        it is, 3 if that was not checked, else 0; empty without a table of the groups of now. uint8.
    region_viewers
        Number of panels on screen that show it, None without any; with 0 it is found when asked.
    tracks_by
        Column of ``obs`` whose categories are compared in it; empty for the groups, or without
        groups for the categories that color the cells.
    counts_version
        Another number whenever the counts or the cells and regions may have changed.
    data_hash
        A hash of the counts that were opened, with the names of cells and regions.
    model
        The `PEAKVI` that is trained or being trained; None before.
    training
        One of `TRAINING`.
    preset, plan
        The chosen preset, and the parameters, perhaps edited since; ``preset`` sets ``plan``.
    history, step
        One `EpochMetrics` an epoch, and the latest minibatch; None when no training runs.
    training_end
        A sentence that says why training ended and which weights are used.
    why_no_start
        Why a training of ``model`` starts from random weights; empty where it does not.
    weights_version
        Another number whenever the weights of ``model`` may have changed; 0 without a model.
    dimensions
        How many dimensions of the cells are real, as a `Dimensions`: ``n_confirmed`` is their
        number, ``z`` says how far each component lies above chance in held-out data, and
        ``sentence`` what that means; None before ``preview``.
    live_preview
        Whether the cells are mapped automatically before there is a model; a panel switches it on.
        See also ``peakvi_widgets.settings.preview``.
    previewing
        Whether that is being done.
    selection_dimensions
        The same as ``dimensions``, of the selected cells, once ``check_selection`` has tested them.
    observed
        Before there is a model, the regions that are observed to differ most surely between the
        groups: `ObservedRegion` records, found while ``live`` is on; see ``observed_differences``.
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
    two_sided
        Whether a difference in either direction counts, or only more open in group 1.
    delta
        Smallest change that counts: of the probability, or of its log2.
    fdr_target
        Expected share of false positives among ``is_da_fdr``, in (0, 1).
    batch_correction
        Whether cells of different batches are compared as if of the same batch.
    estimand
        ``"difference"`` of the probabilities or their ``"log2"`` ratio.
    level
        What is compared: means of a ``"group"``, a ``"cell"`` with a cell as scvi-tools does, or
        ``"auto"``: cells if the model was trained as scvi-tools trains, else groups.
    donor
        Column of ``obs`` with the donor of each cell, to test tables across donors; None for none.
    stability
        Whether each final table is redrawn, in the background, to see how well it holds.
    live
        Whether a comparison starts when both groups have cells; a panel switches it on.
    da_state
        One of `DA_STATES`.
    da_n_samples, da_progress
        Draws a group that the table is based on, and progress of the comparison, in [0, 1].
    da_from_before
        Whether the final table was there before and kept: it is the same as a new one would be.
    da_title, da_settings
        What the table compares, as text, and with which settings.
    da_result
        The table in the tutorial's columns, those of a check and those of ``region_genes``, from
        confirmed to called to other regions, each by size of effect; None before.
    da_columns
        The same in the order of ``regions``, for the panels.
    da_check
        What held-out fragments say of a final table, as a `Check`; None where the model has none.
    da_warnings
        What about the groups of the table makes it weak: `GroupWarning` records.
    da_donors
        What the donors say of a final table, as a `DonorCheck`; None without ``donor``.
    da_stability
        How many called regions stay called in redraws, as a `StabilityCheck`; None without.
    da_donor_rates
        Fragments per 10,000 of each donor, those of group 1 first, shape (n_regions, n_donors).
    da_differences
        How far the groups of a final table differ in depth and ``obs``: `ObsDifference` records.
    markers
        The marker regions of all categories of a column, one below the other; None before.
    marker_groups, markers_work
        Those categories, as `MarkerGroup` records, and what is known of the table.
    sort_by, table_columns
        What the table on screen is sorted by, and its columns: `SortKey` and `TableColumn`. Set
        them to names of columns, or pairs with ``ascending`` or a width; empty for the usual.
    region_sets
        Regions that are starred or named: `RegionSet` records; see ``name_regions``.
    layer_rows, layer_colors
        The ``layers`` as plain values, for the screen, and the colors they need besides ``colors``.
    picture
        The layers and colors at this moment, for undo.
    recoverable
        What ``recover()`` would restore, as a sentence; empty when there is nothing.
    """

    more_state = ("_recorded", "_queued", "_slots", "_layer_state")

    # messages, task and record
    notice = state(Instance(records.Notice, args=()), follows=True)
    log_entries: Any = state(Tuple(), follows=True)
    n_notices = state(Int(0), follows=True)
    task = state(Instance(records.Task, args=()), follows=True)
    script_parts: Any = state(Tuple(("", "", "")), follows=True)
    undo_label = state(Unicode(), follows=True)
    redo_label = state(Unicode(), follows=True)

    # counts
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
    data_hash = state(Unicode(), file="plain")
    counts_version = state(Int(0), undo=True)

    # genes
    genome = state(Unicode(), undo=True, file="plain", of="source", is_new=True)
    gene_rule = state(
        Enum(("10x", "great"), "10x"), undo=True, file="plain", of="source", is_new=True
    )
    _gene_file: Any = state(AnyTrait(None), undo=True, of="source")  # its name, and its genes
    genome_in_use = Instance(Genome, allow_none=True)
    region_genes: Any = AnyTrait(None)
    gene_texts: Any = Tuple()
    gene_codes: Any = AnyTrait(None)
    gene_members: Any = AnyTrait(None)
    _seals: Any = Tuple()  # pairs of a reference to counts and their `Seal`

    # a stretch of the genome
    fragments = state(Unicode(), file="plain", of="source", is_new=True)
    region_window = state(Instance(records.RegionWindow, allow_none=True), of="source")
    region_tracks = state(Instance(records.RegionTracks, allow_none=True), follows=True)
    region_marks = state(ArrayTrait("uint8"), follows=True)
    region_viewers = state(Int(None, allow_none=True), follows=True)
    tracks_by = state(Unicode(), of="source")

    # model
    model = state(AnyTrait(None), undo=True, of="model")
    training = state(Enum(TRAINING, "untrained"), file="plain", of="model")
    preset = state(Enum(tuple(PRESETS), "standard"), file="plain")
    plan = state(Instance(TrainingPlan, args=()), file="record")
    history: Any = state(Tuple(), undo=True, file="rows", rows_of=EpochMetrics, of="model")
    step = state(Instance(Step, allow_none=True), of="model")
    training_end = state(Unicode(), undo=True, file="plain", of="model")
    weights_version = Int(0)
    why_no_start = state(Unicode(), of="model")
    _trainer: Any = AnyTrait(None)  # the job, as `Work`

    # preview
    dimensions = state(Instance(Dimensions, allow_none=True), undo=True, file="record")
    live_preview = Bool(False)
    previewing = state(Bool(False), follows=True)
    selection_dimensions = Instance(Dimensions, allow_none=True)
    observed: Any = Tuple()
    _observing: Any = state(AnyTrait(None), follows=True)  # what `observed` is of, or will be
    _previewed: Any = state(AnyTrait(None), undo=True)  # key of the preview that there is
    _has_mapped = Bool(False)  # whether what was opened may hold a preview of ours
    _previewer: Any = state(AnyTrait(None), follows=True)  # the automatic job
    _attempted: Any = state(AnyTrait(None), follows=True)  # key of the latest that was begun

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

    # comparison
    two_sided = state(Bool(True), file="plain")
    delta = state(Float(0.05, min=0.0), file="plain")
    fdr_target = state(Float(0.05), file="plain")
    batch_correction = state(Bool(False), file="plain")
    estimand = state(Enum(("difference", "log2"), "difference"), file="plain")
    level = state(Enum(("auto", "group", "cell"), "auto"), file="plain", is_new=True)
    donor = state(Unicode(None, allow_none=True), file="plain", is_new=True)
    stability = state(Bool(False), file="plain", is_new=True)
    live = Bool(False)
    da_state = state(Enum(DA_STATES, "none"), undo=True, file="plain", of="model")
    da_n_samples = state(Int(0), undo=True, file="plain", of="model")
    da_progress = Float(0.0)
    da_from_before = state(Bool(False), undo=True, of="model")
    da_title = state(Unicode(), undo=True, file="plain", of="model")
    da_settings = state(Instance(Settings, allow_none=True), undo=True, file="record", of="model")
    da_result = state(AnyTrait(None), undo=True, of="model")
    da_columns = state(AnyTrait(None), undo=True, of="model")
    da_check = state(Instance(Check, allow_none=True), undo=True, file="record", of="model")
    da_donors = state(Instance(DonorCheck, allow_none=True), undo=True, file="record", of="model")
    da_stability = state(
        Instance(StabilityCheck, allow_none=True), undo=True, file="record", of="model"
    )
    da_donor_rates = state(
        ArrayTrait("float32", 2), undo=True, file="array", of="model", is_new=True
    )
    da_warnings: Any = state(
        Tuple(), undo=True, file="rows", rows_of=GroupWarning, of="model", is_new=True
    )
    da_differences: Any = state(
        Tuple(), undo=True, file="rows", rows_of=ObsDifference, of="model", is_new=True
    )
    sort_by = state(view.SortTrait(), file="rows", rows_of=view.SortKey, is_new=True)
    table_columns = state(view.ColumnsTrait(), file="rows", rows_of=view.TableColumn, is_new=True)
    region_sets: Any = state(
        Tuple(), undo=True, file="rows", rows_of=RegionSet, of="source", is_new=True
    )
    _comparer: Any = AnyTrait(None)  # the job, as `Work`
    _redraws: Any = AnyTrait(None)  # the job of the redraws
    _compared: Any = AnyTrait(None)  # key of the latest comparison
    _shown: Any = state(AnyTrait(None), undo=True, of="model")  # key of the final table
    _table_of: Any = state(AnyTrait(None), undo=True, of="model")  # key of the table that is there
    markers = state(AnyTrait(None), undo=True, of="model")
    marker_groups: Any = state(Tuple(), undo=True, of="model")
    markers_work = state(Instance(MarkersWork, args=()), follows=True)
    _markers_of: Any = state(AnyTrait(None), undo=True, of="model")  # what they depend on
    _marker_job: Any = state(AnyTrait(None), follows=True)

    # layers
    layer_rows: Any = state(Tuple(), file="rows", rows_of=records.LayerRow, mirrors=True)
    layer_colors: Any = Tuple()
    picture = state(Instance(Picture, args=()), undo=True, without=without_change, mirrors=True)
    _more_colors: Any = AnyTrait(NOTHING)  # colors of layers by what they are colored by
    _legend_before: Any = AnyTrait(None)  # the layer of cells that the legend described before
    # entry of the record, what it set of which layer, and when
    _set_last: Any = state(AnyTrait((0, None, 0.0)), follows=True)
    _implied: Any = state(AnyTrait(None), follows=True)  # entry, and the layer active with it

    # files
    _session_file: Any = AnyTrait(None)  # path of the file that holds the session
    recoverable = Unicode()
