"""Which regions of a stretch are shown where there are too many, and how they are marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .records import RegionWindow
from .region_window import RegionPlaces

if TYPE_CHECKING:
    import pandas as pd

MAX_REGIONS = 2_000  # that are shown of a stretch


def shown_regions(
    places: RegionPlaces, window: RegionWindow, margin: int, called: np.ndarray
) -> tuple[np.ndarray, str]:
    """Choose the regions of a window and of what lies beside it.

    Parameters
    ----------
    places
        The regions of the counts.
    window
        What is in sight. Its regions come first, then those that are nearest to it.
    margin
        Base pairs on either side that are looked at beside the window.
    called
        Rows of regions that a table calls. Where the window alone has too many regions these come
        first, then an even sample of the others.

    Returns
    -------
    At most `MAX_REGIONS` rows, by rising start, and a sentence where some of the window are left
    out.
    """
    rows = places.within(window.chromosome, max(0, window.start - margin), window.end + margin)
    if len(rows) <= MAX_REGIONS:
        return rows, ""
    away = np.maximum(window.start - places.end[rows], places.start[rows] - window.end) + 1
    inside = away <= 0
    n = int(inside.sum())
    if n <= MAX_REGIONS:
        nearest = np.argsort(np.maximum(away, 0), kind="stable")[:MAX_REGIONS]
        return rows[np.sort(nearest)], ""
    at = np.flatnonzero(inside)
    is_called = np.isin(rows[at], called)
    first = _even(at[is_called], MAX_REGIONS)
    chosen = np.concatenate([first, _even(at[~is_called], MAX_REGIONS - len(first))])
    which = "called ones first, then an even sample" if len(first) else "an even sample"
    return rows[np.sort(chosen)], f"{MAX_REGIONS:,} of {n:,} regions are shown, {which}."


def marks_of(rows: np.ndarray, table: pd.DataFrame) -> np.ndarray:
    """Return ``session.region_marks`` of some rows of a table."""
    if len(rows) and rows.max() >= len(table):
        return np.empty(0, "uint8")
    called = table["is_da_fdr"].to_numpy(bool)[rows]
    kind = np.full(len(rows), 3)
    if "is_confirmed" in table:
        kind = np.where(table["is_confirmed"].to_numpy(bool)[rows], 2, 1)
    return np.where(called, kind, 0).astype("uint8")


def _even(values: np.ndarray, most: int) -> np.ndarray:
    """Return at most so many values, at even distances."""
    if len(values) <= most:
        return values
    at = np.linspace(0, len(values), most, endpoint=False).astype(int)
    return np.asarray(values[at])
