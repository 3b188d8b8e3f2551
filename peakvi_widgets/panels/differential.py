"""The differential accessibility panel: settings and a table of all regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from traitlets import Tuple, observe

from ..session import Session
from ..session.annotating import Genome
from ..session.opening import Source
from ..session.parts.comparison import (
    DA_COLUMNS,
    GENE_COLUMNS,
    Check,
    DonorCheck,
    GroupWarning,
    ObsDifference,
    StabilityCheck,
)
from ..session.records import ObsColumn, ObservedRegion, Settings, TopRegions
from ..session.table_view import SortKey, TableColumn, TableFilter
from ..wire import Array, Columns, Record, Records, Rows
from ._panel import STATIC, asks, follows, reads, shares
from ._region_rows import KeepsRegions

COLUMNS = tuple(column.name for column in DA_COLUMNS)
GENES = tuple(column.name for column in GENE_COLUMNS)


@dataclass(frozen=True, slots=True)
class DonorDot:
    """The rate of one donor in the region that colors the cells.

    Attributes
    ----------
    group
        1 or 2.
    donor
        Name of the donor.
    rate
        Fragments in the region per 10,000 of the donor's cells in that group.
    """

    group: int
    donor: str
    rate: float


@dataclass(frozen=True, slots=True, eq=False)
class SetRows:
    """A set of regions.

    Attributes
    ----------
    name
        Its name.
    rows
        Its regions that the counts of now have, as positions in ``regions``; uint32.
    """

    name: str
    rows: np.ndarray


class DifferentialPanel(KeepsRegions):
    """Regions that differ between group 1 and group 2; updated automatically (``live``)."""

    _esm = STATIC / "differential.js"
    _css = STATIC / "theme.css"

    regions = reads(Session.regions, Tuple().tag(sync=True))
    da_columns = reads(Session.da_columns, Columns(COLUMNS))
    da_state = reads(Session.da_state)
    da_n_samples = reads(Session.da_n_samples)
    da_progress = reads(Session.da_progress)
    da_from_before = reads(Session.da_from_before)
    da_title = reads(Session.da_title)
    da_settings = reads(Session.da_settings, Record(Settings))
    da_check = reads(Session.da_check, Record(Check))
    da_warnings = reads(Session.da_warnings, Rows(GroupWarning))
    da_donors = reads(Session.da_donors, Record(DonorCheck))
    da_stability = reads(Session.da_stability, Record(StabilityCheck))
    da_donor_rates = follows(Session.da_donor_rates)
    donor_dots = Rows(DonorDot)
    da_differences = reads(Session.da_differences, Rows(ObsDifference))
    genome = reads(Session.genome)
    genome_in_use = reads(Session.genome_in_use, Record(Genome))
    gene_texts = reads(Session.gene_texts, Tuple().tag(sync=True))
    gene_codes = reads(Session.gene_codes, Columns(GENES))
    training = reads(Session.training)
    obs_columns = reads(Session.obs_columns, Rows(ObsColumn))
    batch_key = reads(Session.batch_key)
    idx1 = reads(Session.idx1, Array("uint32"))
    idx2 = reads(Session.idx2, Array("uint32"))
    two_sided = shares(Session.two_sided)
    delta = shares(Session.delta)
    fdr_target = shares(Session.fdr_target)
    batch_correction = shares(Session.batch_correction)
    estimand = shares(Session.estimand)
    level = shares(Session.level)
    donor = shares(Session.donor)
    stability = shares(Session.stability)
    live = shares(Session.live)
    observed = reads(Session.observed, Rows(ObservedRegion))
    drawn_regions = reads(Session.drawn_regions, Record(TopRegions, TopRegions()))
    color_by = shares(Session.color_by)
    sort_by = shares(Session.sort_by, Rows(SortKey))
    table_filters = shares(Session.table_filters, Rows(TableFilter))
    region_sets = follows(Session.region_sets)
    set_rows = Records(SetRows)
    table_columns = shares(Session.table_columns, Rows(TableColumn))

    def __init__(self, source: Session | Source | None = None, **traits: Any) -> None:
        super().__init__(source, **traits)
        with self.session.lock:
            self.session.live = True

    @observe("color_by", "da_donors", "da_donor_rates", "regions")
    def _show_dots(self, _change: Any) -> None:
        found, rates, region = self.da_donors, self.da_donor_rates, self.color_by
        is_known = found is not None and len(rates) == len(self.regions) and region in self.regions
        names = [(1, name) for name in found.donors1] if is_known else []
        names += [(2, name) for name in found.donors2] if is_known else []
        values = rates[self.regions.index(region)].tolist() if names else []
        dots = zip(names, values, strict=len(names) == len(values))
        self.donor_dots = tuple(DonorDot(group, name, rate) for (group, name), rate in dots)

    @observe("region_sets", "regions")
    def _show_sets(self, _change: Any) -> None:
        rows = {name: row for row, name in enumerate(self.regions)} if self.region_sets else {}
        self.set_rows = tuple(
            SetRows(one.name, np.array([rows[r] for r in one.regions if r in rows], "uint32"))
            for one in self.region_sets
        )

    def on_combine_sets(self, *, name: str, expression: str) -> None:
        """Keep what two sets have in common, together, or one without the other."""
        with self.session.lock:
            self._keep(name, expression)

    def on_regions_from_bed_text(self, *, text: str, name: str) -> None:
        """Keep the regions that share at least one base with a place of a BED file's text."""
        with self.session.lock:
            self.session.regions_from_bed_text(text, name)
            self.n_kept += 1

    on_star_region = asks(Session.star_region, "region", "starred")
    on_remove_region_set = asks(Session.remove_region_set, "name")
    on_compare = asks(Session.compare)
    on_cancel = asks(Session.cancel)
    on_stop_looking = asks(Session.stop_looking)
    on_separate_groups = asks(Session.separate_groups, "shared_cells")
    on_annotate = asks(Session.annotate, "genome")
    on_match_by = asks(Session.match_by, "column")
