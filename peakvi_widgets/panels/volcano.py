"""The volcano panel: effect size against probability, linked with the table."""

from __future__ import annotations

from traitlets import Tuple

from ..session import Session
from ..session.records import Settings
from ..wire import Array, Columns, Record
from ._panel import STATIC, reads, shares
from ._region_rows import KeepsRegions

COLUMNS = ("effect_size", "prob_da", "is_da_fdr", "is_confirmed", "effect_low", "effect_high")


class VolcanoPanel(KeepsRegions):
    """Volcano plot of the regions: effect size against probability, to choose sets in."""

    _esm = STATIC / "volcano.js"
    _css = STATIC / "theme.css"

    regions = reads(Session.regions, Tuple().tag(sync=True))
    da_columns = reads(Session.da_columns, Columns(COLUMNS))
    gene_texts = reads(Session.gene_texts, Tuple().tag(sync=True))
    gene_codes = reads(Session.gene_codes, Columns(("gene", "where", "distance")))
    da_state = reads(Session.da_state)
    da_from_before = reads(Session.da_from_before)
    da_title = reads(Session.da_title)
    da_n_samples = reads(Session.da_n_samples)
    da_progress = reads(Session.da_progress)
    da_settings = reads(Session.da_settings, Record(Settings))
    training = reads(Session.training)
    idx1 = reads(Session.idx1, Array("uint32"))
    idx2 = reads(Session.idx2, Array("uint32"))
    live = reads(Session.live)
    color_by = shares(Session.color_by)
