"""The region panel: a stretch of the genome with its genes, and how open it is in each group."""

from __future__ import annotations

from typing import Any

from traitlets import Bool, observe

from ..access import path_to_open
from ..session import Session
from ..session.opening import Source
from ..session.records import LayerRow, ObsColumn, RegionTracks, RegionWindow
from ..session.region_strip import RegionStrip
from ..wire import Array, Record, Rows
from ._panel import STATIC, Panel, asks, own, reads, shares


class RegionPanel(Panel):
    """Genes, regions, accessibility and coverage of the groups along a stretch of the genome."""

    _esm = STATIC / "region.js"
    _css = STATIC / "theme.css"

    region_window = reads(Session.region_window, Record(RegionWindow))
    region_tracks = reads(Session.region_tracks, Record(RegionTracks))
    region_strip = reads(Session.region_strip, Record(RegionStrip))
    region_marks = reads(Session.region_marks, Array("uint8"))
    tracks_by = shares(Session.tracks_by)
    obs_columns = reads(Session.obs_columns, Rows(ObsColumn))
    layer_rows = reads(Session.layer_rows, Rows(LayerRow))
    n_regions = reads(Session.n_regions)
    color_by = shares(Session.color_by)
    is_shown = own(Bool(False))

    def __init__(self, source: Session | Source | None = None, **traits: Any) -> None:
        super().__init__(source, **traits)
        with self.session.lock:
            if self.session.region_viewers is None:
                self.session.region_viewers = 0

    def close(self) -> None:
        """Close the panel on every page and release the session, which stays open."""
        self.is_shown = False
        super().close()

    @observe("is_shown")
    def _count_viewers(self, change: Any) -> None:
        with self.session.lock:
            before = self.session.region_viewers or 0
            self.session.region_viewers = max(0, before + (1 if change.new else -1))

    on_show_region = asks(Session.show_region, "where")

    def on_use_fragments(self, path: str) -> None:
        """Say in which file of the server the fragments of the cells are."""
        self.session.use_fragments(path_to_open(path))
