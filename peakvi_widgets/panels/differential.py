"""The differential accessibility panel: settings and a table of all regions."""

from __future__ import annotations

from typing import Any

from traitlets import Tuple

from ..session import Session
from ..session.opening import Source
from ..session.parts.comparison import DA_COLUMNS, Check, GroupWarning, ObsDifference
from ..session.records import Settings
from ..wire import Array, Columns, Record, Rows
from ._panel import STATIC, Panel, asks, reads, shares

COLUMNS = tuple(column.name for column in DA_COLUMNS)


class DifferentialPanel(Panel):
    """Regions that differ between group 1 and group 2; updated automatically (``live``)."""

    _esm = STATIC / "differential.js"
    _css = STATIC / "theme.css"

    regions = reads(Session.regions, Tuple().tag(sync=True))
    da_columns = reads(Session.da_columns, Columns(COLUMNS))
    da_state = reads(Session.da_state)
    da_n_samples = reads(Session.da_n_samples)
    da_progress = reads(Session.da_progress)
    da_title = reads(Session.da_title)
    da_settings = reads(Session.da_settings, Record(Settings))
    da_check = reads(Session.da_check, Record(Check))
    da_warnings = reads(Session.da_warnings, Rows(GroupWarning))
    da_differences = reads(Session.da_differences, Rows(ObsDifference))
    training = reads(Session.training)
    batch_key = reads(Session.batch_key)
    idx1 = reads(Session.idx1, Array("uint32"))
    idx2 = reads(Session.idx2, Array("uint32"))
    two_sided = shares(Session.two_sided)
    delta = shares(Session.delta)
    fdr_target = shares(Session.fdr_target)
    batch_correction = shares(Session.batch_correction)
    estimand = shares(Session.estimand)
    live = shares(Session.live)
    color_by = shares(Session.color_by)

    def __init__(self, source: Session | Source | None = None, **traits: Any) -> None:
        super().__init__(source, **traits)
        with self.session.lock:
            self.session.live = True

    on_compare = asks(Session.compare)
    on_cancel = asks(Session.cancel)
    on_separate_groups = asks(Session.separate_groups, "shared_cells")
    on_match_by = asks(Session.match_by, "column")
