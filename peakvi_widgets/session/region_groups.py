"""The groups of cells that are compared along a stretch of the genome."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..arguments import listed, shown
from ..errors import DataError, StageError
from .columns import categories_of, column_of, has_column, usual_color

if TYPE_CHECKING:
    import pandas as pd

    from .state import State

MAX_TRACKS = 24  # categories that are shown, those with the most cells
MAX_DECODED = 500  # cells of a group that the model decodes


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """A group of cells: see `RegionTracks`."""

    name: str
    key: str
    cells: np.ndarray


def tracks_of_column(obs: pd.DataFrame, column: str) -> tuple[Track, ...]:
    """Return the categories of a column; of too many, those with the most cells."""
    found = categories_of(column_of(obs, column))
    largest = np.argsort([-n for n in found.counts], kind="stable")[:MAX_TRACKS]
    return tuple(
        Track(found.names[code], f"c{code}", np.flatnonzero(found.codes == code))
        for code in sorted(largest)
    )


def tracks_of_groups(idx1: np.ndarray, idx2: np.ndarray, n_cells: int) -> tuple[Track, ...]:
    """Return group 1, group 2 and the rest, as far as they have cells."""
    groups = tuple(
        Track(f"group {n}", str(n), cells) for n, cells in ((1, idx1), (2, idx2)) if len(cells)
    )
    rest = np.setdiff1d(np.arange(n_cells), np.union1d(idx1, idx2))
    name, key = ("the rest", "rest") if groups else ("all cells", "all")
    return (*groups, Track(name, key, rest)) if len(rest) else groups


def column_of_tracks(session: State) -> str:
    """Return the column whose categories are compared in a session; empty where the groups are."""
    known = [
        column.name
        for column in session.obs_columns
        if column.kind == "category" and has_column(session.adata.obs, column.name)
    ]
    if session.tracks_by in known:
        return str(session.tracks_by)
    if len(session.idx1) or len(session.idx2):
        return ""
    if session.color_by in known:
        return str(session.color_by)
    usual = usual_color(session.obs_columns)
    return usual if usual in known else ""


def tracks_of(session: State, column: str) -> tuple[Track, ...]:
    """Return the categories of a column, or without one the groups of a session."""
    if column:
        return tracks_of_column(session.adata.obs, column)
    return tracks_of_groups(session.idx1, session.idx2, session.n_cells)


def sampled(cells: np.ndarray, most: int) -> np.ndarray:
    """Return at most so many of some cells, always the same."""
    if len(cells) <= most:
        return cells
    return np.sort(np.random.default_rng(0).choice(cells, most, replace=False))


def digest_of(tracks: Sequence[Track]) -> bytes:
    """Return what differs when other cells are in the groups, or the groups have other names."""
    digest = hashlib.blake2b(digest_size=16)
    for track in tracks:
        digest.update(f"{track.name!r} {track.key} {len(track.cells)}".encode())
        digest.update(track.cells.tobytes())
    return digest.digest()


def cells_of_track(
    group: int | str, tracks: Sequence[Track], idx1: np.ndarray, idx2: np.ndarray
) -> np.ndarray:
    """Return the cells of group 1 or 2, or of a track by its name.

    Raises
    ------
    DataError
        There is no such group.
    StageError
        Group 1 or 2 is empty.
    """
    wanted = str(group) if isinstance(group, int) else group
    if wanted in ("1", "2"):
        cells = idx1 if wanted == "1" else idx2
        if not len(cells):
            raise StageError(f"Group {wanted} is empty; select cells for it first.")
        return np.asarray(cells)
    found = next((track for track in tracks if wanted in (track.key, track.name)), None)
    if found is None:
        names = listed(track.name for track in tracks)
        raise DataError(f"There is no group {shown(group)}; use 1, 2 or {names}.")
    return found.cells
