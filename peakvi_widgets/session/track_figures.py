"""Figures of groups along the genome and in a region, in the colors that they have on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..arguments import shown
from ..errors import StageError
from .colors.of_layers import GROUP_COLORS, OTHERS, palette_of
from .colors.tables import PLAIN, category_color
from .region_figure import region_figure
from .region_window import shares_a_base
from .strip_figure import strip_figure
from .strip_steps import strip_now, strip_question

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .records import RegionTracks
    from .region_strip import RegionStrip
    from .state import State

KINDS = ("region", "strip")


def track_figure(session: State, kind: str) -> Figure:
    """Draw one of the kinds of `KINDS`; see ``Session.figure``."""
    return region_in(session) if kind == "region" else strip_in(session)


def region_in(session: State) -> Figure:
    """Draw the stretch of the genome that is looked at."""
    window, tracks = session.region_window, session.region_tracks
    if window is None or tracks is None or not shares_a_base(tracks, window):
        raise StageError(
            'There is nothing to draw yet; call show_region("MS4A1") and wait() first.'
        )
    return region_figure(window, tracks, session.region_marks, _track_colors(session, tracks))


def strip_in(session: State) -> Figure:
    """Draw the cells of each group in the region that colors them."""
    asked = strip_question(session)
    if asked is None:
        raise StageError(
            "There is nothing to draw yet; set session.color_by to a region such as "
            f"{shown(session.regions[0] if session.regions else 'chr11:60455500-60456000')}."
        )
    found = session.region_strip or strip_now(asked)
    return strip_figure(found, _track_colors(session, found))


def _track_colors(session: State, tracks: RegionTracks | RegionStrip) -> list[str]:
    row = next((row for row in session.layer_rows if row.color_by == tracks.column), None)
    known = next((of for of in session.obs_columns if of.name == tracks.column), None)
    palette = palette_of(session, row, known.categories) if row and known else ""
    own = {"1": GROUP_COLORS[0], "2": GROUP_COLORS[1], "rest": OTHERS, "all": PLAIN[0]}
    return [own.get(key) or category_color(int(key[1:]), palette) for key in tracks.keys]
