"""The steps of looking at single cells in a region: their counts, and what the model estimates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..jobs import Steps
from ..steps import result_of
from .region_groups import MAX_DECODED, Track, column_of_tracks, sampled, tracks_of
from .region_strip import RegionStrip

if TYPE_CHECKING:
    from ..model import PEAKVI
    from .state import State

MAX_DOTS = 1_500  # cells that are shown, of all groups together
MAX_DOTS_OF_GROUP = 250
TAIL = 0.1  # of the cells of a group below and above the range of the estimates


@dataclass(frozen=True, slots=True, eq=False)
class StripQuestion:
    """All that a strip depends on.

    Attributes
    ----------
    region, row
        Name and position of the region.
    counts
        The matrix, cells x regions.
    tracks, column
        The groups.
    model
        A trained model of these cells, or None.
    """

    region: str
    row: int
    counts: Any
    tracks: tuple[Track, ...]
    column: str
    model: PEAKVI | None


def strip_question(session: State) -> StripQuestion | None:
    """Return what the strip of now depends on; None where no region colors the cells."""
    if session.adata is None or session.color_by not in session.regions:
        return None
    column, model = column_of_tracks(session), session.model
    is_known = session.training == "trained" and model is not None and model.is_trained
    return StripQuestion(
        region=session.color_by,
        row=session.regions.index(session.color_by),
        counts=session.adata.X,
        tracks=tracks_of(session, column),
        column=column,
        model=model if is_known else None,
    )


def strip_now(asked: StripQuestion) -> RegionStrip:
    """Return the strip, when all of it is known."""
    strip: RegionStrip = result_of(stripping(asked))
    return strip


def stripping(asked: StripQuestion) -> Steps:
    """Yield what is counted before the model is asked, return a `RegionStrip`."""
    yield "counting"
    counts = np.asarray(asked.counts[:, [asked.row]].toarray(), "float32").ravel()
    groups = [counts[track.cells] for track in asked.tracks]
    n_dots = min(MAX_DOTS_OF_GROUP, MAX_DOTS // max(1, len(groups)))
    dots = [sampled(np.arange(len(values)), n_dots) for values in groups]
    is_sample = any(len(values) > n_dots for values in groups)
    of = f", {n_dots} of a group at most" if is_sample else ""
    seen = RegionStrip(
        region=asked.region,
        tracks=tuple(track.name for track in asked.tracks),
        keys=tuple(track.key for track in asked.tracks),
        n_cells=tuple(map(len, groups)),
        column=asked.column,
        shares=np.array([_mean(values > 0) for values in groups], "float32"),
        means=np.array([_mean(values) for values in groups], "float32"),
        dot_tracks=np.repeat(np.arange(len(groups)), list(map(len, dots))).astype("uint8"),
        dot_counts=np.concatenate(
            [values[some] for values, some in zip(groups, dots, strict=True)]
            + [np.empty(0, "float32")]
        ),
        words=f"Dots: counts of single cells{of}. Bars: share of all cells in which it is open.",
    )
    if asked.model is None:
        return seen
    yield seen  # new weights take seconds to encode the cells
    expected = _estimated(asked.model, asked.region, asked.tracks)
    of = f" (of {MAX_DECODED} cells of a group)" if max(seen.n_cells) > MAX_DECODED else ""
    words = f"{seen.words} Lines: the same by the model{of}, with the middle 80 % of the cells."
    return replace(seen, expected=expected, words=words)


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else 0.0


def _estimated(model: PEAKVI, region: str, tracks: tuple[Track, ...]) -> np.ndarray:
    """Return mean, lower and upper end of what the model estimates of the cells of each group."""
    some = [sampled(track.cells, MAX_DECODED) for track in tracks]
    cells = np.unique(np.concatenate([*some, np.empty(0, int)])).astype("int64")
    decoded = model.get_normalized_accessibility(
        indices=cells,
        region_list=[region],
        normalize_cells=True,
        normalize_regions=True,
        return_numpy=True,
    ).ravel()
    found = np.zeros((len(tracks), 3), "float32")
    for at, chosen in enumerate(some):
        if len(chosen):
            values = decoded[np.searchsorted(cells, chosen)]
            found[at] = values.mean(), *np.quantile(values, [TAIL, 1 - TAIL])
    return found
