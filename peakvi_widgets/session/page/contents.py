"""What a page shows of a session: plain values that JSON can hold, with arrays in base64."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict, fields, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import DataError
from ..annotating import genes_in_use
from ..columns import colors_of, column_of
from ..figures import snapshot
from ..named_groups import members_of
from ..places import PREVIEW
from ..region_window import RegionPlaces
from .genes import genes_near

if TYPE_CHECKING:
    import pandas as pd

    from ..records import Colors
    from ..state import State

MARKER_COLUMNS = (
    *("effect_size", "prob_da", "is_da_fdr", "is_confirmed", "emp_prob1", "emp_prob2"),
)
MAX_CHROMOSOMES = 1 << 16  # or contigs; codes are uint16
MAX_MARKERS = 200  # rows of each category
MAX_NUMBERS = 40  # columns of numbers; categories are all there


def page_contents(session: State, cells: np.ndarray, *, is_of_now: bool) -> dict[str, Any]:
    """Return all that a page shows but the counts; see ``js/src/page/page-data.ts``.

    Parameters
    ----------
    session
        What is shown.
    cells
        Positions of the cells in the page, in their order; all of them, or a sample.
    is_of_now
        Whether its table is of the groups, settings and weights that there are.
    """
    now = snapshot(session)
    colors = _colors(session, cells)
    layer = next((row for row in session.layer_rows if row.in_legend), None)
    names = ("palette", "colormap", "contrast_limits")
    axes = " and ".join(str(dimension + 1) for dimension in session.shown_dimensions)
    is_preview = session.basis == PREVIEW
    source = PurePath(session.source).name or "AnnData"
    sample = []
    if len(cells) < session.n_cells:
        sample = [f"a random sample of {len(cells):,} of the {session.n_cells:,} cells"]
    return {
        "title": source,
        "facts": [
            f"{session.n_cells:,} cells x {session.n_regions:,} regions",
            *sample,
            f"model: {now.training_words}",
        ],
        "n_cells": len(cells),
        "n_regions": session.n_regions,
        "cells": [str(name) for name in session.adata.obs_names[cells]],
        "regions": list(session.regions),
        "genes": _genes(session),
        "basis": "preview, before training" if is_preview else f"{session.basis}, {axes}",
        "points": _packed(session.embedding[cells]),
        "columns": _offered(session, colors),
        "colors": [_plain(one) for one in colors],
        "color_by": session.colors.color_by,
        "settings": {name: getattr(layer, name) for name in names} if layer else None,
        "labels": any(
            row.kind == "labels" and row.visible and row.column in ("", session.color_by)
            for row in session.layer_rows
        ),
        "group1": _group(session, 1, cells),
        "group2": _group(session, 2, cells),
        "named": _named(session, cells),
        "comparison": _comparison(session, is_of_now, bool(sample)),
        "tracks": _tracks(session),
        "markers": _markers(session),
    }


def _colors(session: State, cells: np.ndarray) -> list[Colors]:
    """Return the colors of all columns, and those that are shown if by something else."""
    obs, n_numbers, found = session.adata.obs, 0, []
    for column in session.obs_columns:
        n_numbers += column.kind == "number"
        is_shown = column.name == session.colors.color_by
        if column.kind == "category" or is_shown or n_numbers <= MAX_NUMBERS:
            found.append(colors_of(column.name, column_of(obs, column.name)))
    if all(one.color_by != session.colors.color_by for one in found):
        found.append(session.colors)
    return [_of_some(one, cells) for one in found if one.kind != "none"]


def _of_some(colors: Colors, cells: np.ndarray) -> Colors:
    """Return the colors of some of the cells."""
    if colors.kind == "number":
        return replace(colors, values=colors.values[cells])
    codes = colors.codes[cells]
    counts = np.bincount(codes[codes >= 0], minlength=len(colors.categories))
    return replace(colors, codes=codes, counts=tuple(map(int, counts)))


def _some_of(members: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Return where among the cells of the page the members of a group are."""
    return np.flatnonzero(np.isin(cells, members)).astype(members.dtype)


def _offered(session: State, colors: list[Colors]) -> list[dict[str, Any]]:
    """Return the columns that the page can be colored by, and those that nothing can."""
    there = {one.color_by for one in colors}
    return [
        asdict(column)
        for column in session.obs_columns
        if column.kind == "none" or column.name in there
    ]


def _group(session: State, group: int, cells: np.ndarray) -> dict[str, Any]:
    """Return the cells of a group, and its lines in the embedding that is shown."""
    shown = session.basis, tuple(session.shown_dimensions)
    lines = [
        {
            "polygon": [list(map(float, point)) for point in np.reshape(line.polygon, (-1, 2))],
            "radius": line.radius,
        }
        for line in session.outlines
        if line.group == group and (line.basis, tuple(line.dimensions)) == shown
    ]
    return {"cells": _packed(_some_of(getattr(session, f"idx{group}"), cells)), "lines": lines}


def _named(session: State, cells: np.ndarray) -> list[dict[str, Any]]:
    """Return the named groups and their cells."""
    members = members_of(session.named_groups, session.group_cells)
    return [
        {
            "name": group.name,
            "color": group.color,
            "cells": _packed(_some_of(members[group.name], cells)),
        }
        for group in session.named_groups
    ]


def _genes(session: State) -> dict[str, Any] | None:
    """Return the gene of each region, and the regions of each gene."""
    members = session.gene_members
    if session.gene_codes is None or members is None:
        return None
    return {
        "texts": list(session.gene_texts),
        "codes": _columns(session.gene_codes),
        "names": list(members.names),
        "starts": _packed(members.indptr.astype("uint32")),
        "members": _packed(members.regions.astype("uint32")),
    }


def _markers(session: State) -> dict[str, Any] | None:
    """Return the first marker regions of each category, and whether they are up to date."""
    table = session.markers
    if table is None or not len(table):
        return None
    rows = {name: row for row, name in enumerate(session.regions)}
    table = table[table.groupby("group1", sort=False).cumcount() < MAX_MARKERS]
    table = table[[name in rows for name in table.index]]
    return {
        "column": session.markers_work.column,
        "is_of_now": session.markers_work.state == "final",
        "groups": list(map(str, table["group1"])),
        "regions": _packed(np.array([rows[name] for name in table.index], "uint32")),
        "columns": _columns(table[[name for name in MARKER_COLUMNS if name in table]]),
    }


def _tracks(session: State) -> dict[str, Any] | None:
    """Return where the regions are, and the genes near them; None where they have no places."""
    try:
        places = RegionPlaces(session.regions, session.adata.var)
    except DataError:
        return None
    both = np.concatenate([places.start, places.end])
    if ((both < 0) | (both >= 1 << 32)).any():  # nor can a genome have such places
        return None
    labels, codes = np.unique(
        [places.chromosome(row) for row in range(len(places.names))], return_inverse=True
    )
    if len(labels) > MAX_CHROMOSOMES:
        return None
    genes = genes_near(places, labels, codes, genes_in_use(session))
    return {
        "chromosomes": list(map(str, labels)),
        "codes": _packed(codes.astype("uint16")),
        "starts": _packed(places.start.astype("uint32")),
        "ends": _packed(places.end.astype("uint32")),
        "genes": _plain(genes),
    }


def _comparison(session: State, is_of_now: bool, is_sample: bool) -> dict[str, Any] | None:
    """Return the table that is there, and what is to be known about it."""
    if session.da_columns is None:
        return None
    parts = (session.da_check, *session.da_warnings, session.da_donors, session.da_stability)
    texts = [getattr(part, "sentence", "") or getattr(part, "text", "") for part in parts if part]
    state = "of earlier groups, settings or weights"
    if is_of_now:
        state = "as saved" if session.da_state == "final" else "not finished"
    if is_sample:
        state += ", of all cells and not of the sample alone"
    return {
        "title": session.da_title,
        "is_of_now": is_of_now,
        "state": f"{state}, {session.da_n_samples:,} draws a group",
        "columns": _columns(session.da_columns),
        "sentences": [text for text in texts if text],
    }


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    """Return a table as one array a column: uint8 for flags, else float32."""
    found = {str(name): table[name].to_numpy() for name in table}
    return {
        name: _packed(values.astype("uint8" if values.dtype == bool else "float32"))
        for name, values in found.items()
        if values.dtype != object
    }


def _plain(record: Any) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {
        name: _packed(value) if isinstance(value, np.ndarray) else value
        for name, value in values.items()
    }


def _packed(array: np.ndarray) -> dict[str, Any]:
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    data = b64encode(little.tobytes()).decode()
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": data}
