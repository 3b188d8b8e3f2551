"""A figure of a stretch of the genome: genes, regions, and a pair of axes for each group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..arguments import one_line
from .records import RegionTracks, RegionWindow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

DIM, CALLED, QUIET = "#565e67", "#0b63be", "#868f99"
MAX_NAME = 40  # characters of a group
ROWS = 4  # of genes


def region_figure(
    window: RegionWindow, tracks: RegionTracks, marks: np.ndarray, colors: Sequence[str]
) -> Figure:
    """Draw what is in a window.

    Parameters
    ----------
    window, tracks, marks
        Those of the session.
    colors
        Of the tracks.
    """
    from .shown_figure import ShownFigure

    n, has_coverage = len(tracks.tracks), tracks.coverage.size > 0
    heights = [1.1, 0.25, *([0.7 if has_coverage else 0.5] * n)]
    drawn = ShownFigure(figsize=(8, 0.4 + 0.75 * sum(heights)), layout="constrained")
    made = drawn.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    _draw_genes(made[0], window, tracks)
    _draw_regions(made[1], tracks, marks)
    seen = _in_sight(window, tracks)
    most = {
        "coverage": _most(tracks.coverage, seen[0]),
        "share": max(_most(tracks.observed, seen[1]), _most(tracks.expected, seen[1])),
    }
    for at, axes in enumerate(made[2:]):
        _draw_track(axes, tracks, at, colors[at], most)
    made[0].set_xlim(window.start, window.end)
    made[-1].set_xlabel(window.chromosome, size=8)
    made[-1].tick_params(axis="x", labelsize=7)
    _as_is(made[-1].xaxis.label)
    made[-1].xaxis.set_major_formatter(lambda place, _: f"{place:,.0f}")
    return drawn


def _as_is(text: Text) -> None:
    """Draw the letters of a name as they are: "$" and "_" begin no formula."""
    text.set_parse_math(False)
    text.set_usetex(False)


def _in_sight(window: RegionWindow, tracks: RegionTracks) -> tuple[np.ndarray, np.ndarray]:
    """Return which bins and which regions are in the window."""
    edges = _edges(tracks)
    bins = (edges[:-1] < window.end) & (edges[1:] > window.start)
    places = tracks.region_places.astype("int64")
    return bins, (places[:, 0] < window.end) & (places[:, 1] > window.start)


def _edges(tracks: RegionTracks) -> np.ndarray:
    n = tracks.coverage.shape[1] if tracks.coverage.size else 0
    return np.linspace(tracks.start, tracks.end, n + 1)


def _most(values: np.ndarray, seen: np.ndarray) -> float:
    return float(values[:, seen].max()) if values.size and seen.any() else 0.0


def _draw_genes(axes: Axes, window: RegionWindow, tracks: RegionTracks) -> None:
    letter = (window.end - window.start) / 110  # base pairs that a letter takes
    ends: list[float] = []
    for at, (start, end, strand) in enumerate(tracks.gene_places.astype("int64")):
        if end <= window.start or start >= window.end:
            continue
        name = tracks.genes[at]
        left = max(start, window.start)
        right = max(min(end, window.end), left + (len(name) + 3) * letter)
        row = next((row for row, taken in enumerate(ends) if taken < left), len(ends))
        ends[row : row + 1] = [right]
        if row >= ROWS:
            continue
        axes.plot([start, end], [-row, -row], color=DIM, lw=0.8, solid_capstyle="butt")
        for _, begin, stop in tracks.exons[tracks.exons[:, 0] == at].astype("int64"):
            axes.broken_barh([(begin, stop - begin)], (-row - 0.14, 0.28), color=DIM)
        arrow = "→" if strand else "←"
        words = axes.text(
            left, -row - 0.22, f"{name} {arrow}", size=7, va="top", style="italic", clip_on=True
        )
        _as_is(words)
    axes.set_ylim(-max(1, min(ROWS, len(ends))) + 0.2, 0.4)
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.tick_params(bottom=False)


def _draw_regions(axes: Axes, tracks: RegionTracks, marks: np.ndarray) -> None:
    places = tracks.region_places.astype("int64")
    called = marks if len(marks) == len(places) else np.zeros(len(places), "uint8")
    for (start, end), mark in zip(places, called, strict=True):
        color = CALLED if mark else QUIET
        face = "none" if mark == 1 else color
        axes.broken_barh(
            [(start, end - start)], (0.2, 0.6), facecolor=face, edgecolor=color, lw=0.6
        )
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.tick_params(bottom=False)


def _draw_track(
    axes: Axes, tracks: RegionTracks, at: int, color: str, most: dict[str, float]
) -> None:
    """Draw the coverage, or without one the shares, of a group."""
    if tracks.coverage.size:
        axes.stairs(tracks.coverage[at], _edges(tracks), fill=True, color=color, lw=0)
        top = most["coverage"]
    else:
        for (start, end), share in zip(
            tracks.region_places.astype("int64"), tracks.observed[at], strict=True
        ):
            axes.broken_barh([(start, end - start)], (0, share), color=color)
        top = most["share"]
    if tracks.expected.size and not tracks.coverage.size:
        axes.hlines(tracks.expected[at], *tracks.region_places.T.astype("int64"), color="k", lw=1)
    axes.set_ylim(0, 1.15 * top or 1)
    axes.set_yticks([0, top] if top else [0], ["0", f"{top:.2g}"] if top else ["0"], size=6)
    name = one_line(tracks.tracks[at].encode(errors="replace").decode(), MAX_NAME)
    words = axes.text(
        0.005, 0.93, f"{name} ({tracks.n_cells[at]:,})", size=7, va="top",
        transform=axes.transAxes,
    )  # fmt: skip
    _as_is(words)
    axes.spines[["top", "right"]].set_visible(False)
