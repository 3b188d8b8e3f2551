"""The markers panel: regions that are more open in each category than in all other cells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from traitlets import Tuple, observe

from ..session import Session
from ..session.marker_records import MarkerGroup, MarkersWork
from ..session.opening import Source
from ..session.records import ObsColumn
from ..wire import Columns, Record, Rows
from ._panel import STATIC, Panel, asks, follows, reads, shares

COLUMNS = ("effect_size", "prob_da", "is_da_fdr", "is_confirmed", "emp_prob1", "emp_prob2")
MOST = 200  # rows of each category that are sent


class MarkersPanel(Panel):
    """Table of the marker regions of all categories of a column, one below the other.

    Attributes
    ----------
    shown_groups
        The categories, with the numbers of their rows that are sent.
    marker_regions, marker_genes
        Names of the rows' regions and of their genes; empty where these are not known.
    marker_columns
        The numbers of the same rows.
    """

    _esm = STATIC / "markers.js"
    _css = STATIC / "theme.css"

    markers = follows(Session.markers)
    marker_groups = follows(Session.marker_groups)
    markers_work = reads(Session.markers_work, Record(MarkersWork, MarkersWork()))
    shown_groups = Rows(MarkerGroup)
    marker_regions = Tuple().tag(sync=True)
    marker_genes = Tuple().tag(sync=True)
    marker_columns = Columns(COLUMNS)
    n_cells = reads(Session.n_cells)
    obs_columns = reads(Session.obs_columns, Rows(ObsColumn))
    training = reads(Session.training)
    color_by = shares(Session.color_by)

    def __init__(self, source: Session | Source | None = None, **traits: Any) -> None:
        super().__init__(source, **traits)
        self._send_rows()

    @observe("markers", "marker_groups")
    def _send_rows(self, _change: Any = None) -> None:
        table, groups = self.markers, self.marker_groups
        sizes = [group.n_rows for group in groups]
        if sum(sizes) != (0 if table is None else len(table)):
            return  # the other of the two is still to come
        with self.hold_sync():
            self.shown_groups = tuple(replace(one, n_rows=min(one.n_rows, MOST)) for one in groups)
            self.marker_columns, self.marker_regions, self.marker_genes = None, (), ()
            if table is not None:
                rows = table[np.concatenate([np.arange(size) < MOST for size in sizes])]
                genes = rows["gene"].fillna("") if "gene" in rows else ()
                self.marker_columns = rows
                self.marker_regions = tuple(map(str, rows.index))
                self.marker_genes = tuple(map(str, genes))

    on_find_markers = asks(Session.find_markers, "column")
    on_cancel_markers = asks(Session.cancel_markers)

    def on_compare_category(self, column: str, category: str) -> None:
        """Make a category group 1, and all other cells group 2."""
        self.session.groups_by(column, category)
