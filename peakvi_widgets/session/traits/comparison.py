"""The comparison of two groups, its table, and the markers."""

from __future__ import annotations

from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Bool, Enum, Float, Instance, Int, Tuple, Unicode

from ...arrays import ArrayTrait
from ...data.obs_differences import ObsDifference
from ...engine.check import Check
from ...engine.donor_check import DonorCheck
from ...engine.group_warnings import GroupWarning
from ...engine.stability_check import StabilityCheck
from .. import table_view as view
from ..marker_records import MarkersWork
from ..records import Settings
from ..region_sets import RegionSet
from ..tags import Tagged, state

DA_STATES = ("none", "waiting", "running", "estimate", "final", "stale", "cancelled", "failed")


class ComparisonTraits(Tagged):
    """The comparison of two groups, its table, and the markers.

    Attributes
    ----------
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
    da_donors
        What the donors say of a final table, as a `DonorCheck`; None without ``donor``.
    da_stability
        How many called regions stay called in redraws, as a `StabilityCheck`; None without.
    da_donor_rates
        Fragments per 10,000 of each donor, those of group 1 first, shape (n_regions, n_donors).
    da_warnings
        What about the groups of the table makes it weak: `GroupWarning` records.
    da_differences
        How far the groups of a final table differ in depth and ``obs``: `ObsDifference` records.
    sort_by, table_columns
        What the table on screen is sorted by, and its columns: `SortKey` and `TableColumn`. Set
        them to names of columns, or pairs with ``ascending`` or a width; empty for the usual.
    table_filters
        What filters the rows on screen, as `TableFilter`: ``{"gene": "MS4A1"}``.
    region_sets
        Regions that are starred or named: `RegionSet` records; see ``name_regions``.
    markers
        The marker regions of all categories of a column, one below the other; None before.
    marker_groups, markers_work
        Those categories, as `MarkerGroup` records, and what is known of the table.
    """

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
    _comparer: Any = AnyTrait(None)  # the job, as `Work`
    _redraws: Any = AnyTrait(None)  # the job of the redraws
    _compared: Any = AnyTrait(None)  # key of the latest comparison
    _shown: Any = state(AnyTrait(None), undo=True, of="model")  # key of the final table
    _table_of: Any = state(AnyTrait(None), undo=True, of="model")  # key of the table that is there

    # the table on screen, and sets of its regions
    sort_by = state(view.SortTrait(), file="rows", rows_of=view.SortKey, is_new=True)
    table_filters = state(view.FiltersTrait(), file="rows", rows_of=view.TableFilter, is_new=True)
    table_columns = state(view.ColumnsTrait(), file="rows", rows_of=view.TableColumn, is_new=True)
    region_sets: Any = state(
        Tuple(), undo=True, file="rows", rows_of=RegionSet, of="source", is_new=True
    )

    # markers
    markers = state(AnyTrait(None), undo=True, of="model")
    marker_groups: Any = state(Tuple(), undo=True, of="model")
    markers_work = state(Instance(MarkersWork, args=()), follows=True)
    _markers_of: Any = state(AnyTrait(None), undo=True, of="model")  # what they depend on
    _marker_job: Any = state(AnyTrait(None), follows=True)
