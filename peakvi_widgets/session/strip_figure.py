"""A figure of a region in single cells: a row of dots and a share for each group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..arguments import one_line
from .region_strip import RegionStrip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_NAME = 40  # characters of a group
STEPS = 0.7548776662, 0.5698402910  # multiples of these, modulo 1, are spread evenly in a square


def strip_figure(strip: RegionStrip, colors: Sequence[str]) -> Figure:
    """Draw the counts of single cells, and the shares of the cells in which it is open.

    Parameters
    ----------
    strip
        That of the session.
    colors
        Of the groups.
    """
    from .shown_figure import ShownFigure

    n = max(1, len(strip.tracks))
    drawn = ShownFigure(figsize=(7, 1.2 + 0.45 * n), layout="constrained")
    dots, bars = drawn.subplots(1, 2, sharey=True, width_ratios=[3, 2])
    _draw_dots(dots, strip, colors)
    _draw_shares(bars, strip, colors)
    names = [
        f"{one_line(name.encode(errors='replace').decode(), MAX_NAME)} ({cells:,})"
        for name, cells in zip(strip.tracks, strip.n_cells, strict=True)
    ]
    dots.set_yticks(range(len(names)), names, size=8, parse_math=False)
    dots.set_ylim(len(strip.tracks) - 0.5, -0.5)
    dots.set_title(f"counts in {strip.region}", size=9, loc="left", parse_math=False)
    line = "; line: model" if strip.expected.size else ""
    bars.set_title(f"share open{line}", size=9, loc="left")
    for axes in (dots, bars):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
    return drawn


def _draw_dots(axes: Axes, strip: RegionStrip, colors: Sequence[str]) -> None:
    for at, color in enumerate(colors):
        counts = strip.dot_counts[strip.dot_tracks == at]
        aside, up = (np.arange(len(counts)) * step % 1 - 0.5 for step in STEPS)
        places = counts + 0.6 * aside, at + 0.6 * up
        axes.plot(*places, ".", color=color, ms=3, alpha=0.6, mew=0)
        axes.plot([strip.means[at]] * 2, [at - 0.4, at + 0.4], color="k", lw=1)
    most = int(max(strip.dot_counts, default=0))
    axes.set_xticks(np.unique(np.linspace(0, most, min(most, 8) + 1).round()))


def _draw_shares(axes: Axes, strip: RegionStrip, colors: Sequence[str]) -> None:
    rows = np.arange(len(strip.tracks))
    axes.barh(rows, strip.shares, height=0.5, color=list(colors), alpha=0.85)
    if strip.expected.size:
        mean, low, high = strip.expected.T
        axes.hlines(rows, low, high, color="k", lw=0.8)
        axes.vlines(mean, rows - 0.35, rows + 0.35, color="k", lw=1.4)
    axes.set_xlim(0, None)
    axes.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.3g} %")
    axes.tick_params(left=False, labelleft=False)
