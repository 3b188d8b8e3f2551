"""Which cells: inside a polygon, of a mask, and how selections combine. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from ..arguments import listed, shown
from ..errors import DataError
from ..jobs import Steps
from ..obs_query import NO_NAMES, Names
from .records import CellDetails

if TYPE_CHECKING:
    from anndata import AnnData

Category = str | int | float | bool  # as a column of obs holds it, or its name
Mode = Literal["new", "add", "subtract", "intersect"]
N_AT_ONCE = 50_000  # cells whose neighbors are looked for between two rests


def _unit(*coordinates: np.ndarray | float) -> float:
    """Return the power of two that brings a shape near 1: products neither overflow nor vanish."""
    size = max((float(np.abs(part).max(initial=0.0)) for part in coordinates), default=0.0)
    return float(2.0 ** -np.clip(np.floor(np.log2(size)), -1000, 1000)) if size > 0 else 1.0


def inside(points: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """Return which points lie inside a polygon.

    Parameters
    ----------
    points
        Shape (n_points, 2).
    polygon
        Corners in turn, shape (n_corners, 2); closed automatically. A line that crosses itself
        encloses what it winds around (non-zero winding rule).

    Returns
    -------
    Mask, shape (n_points,).
    """
    unit = _unit(polygon)
    x, y = points.astype("float64").T * unit
    polygon = polygon * unit
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    near = near[np.argsort(y[near])]  # then each edge meets only the points at its own height
    x, y = x[near], y[near]
    winding = np.zeros(len(near), "int32")
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        start, end = np.searchsorted(y, sorted((y0, y1)))
        at = slice(start, end)
        # above 0 when the point is left of the edge that goes up
        side = (x1 - x0) * (y[at] - y0) - (x[at] - x0) * (y1 - y0)
        winding[at] += side > 0 if y0 < y1 else -(side < 0).astype("int32")
    mask = np.zeros(len(points), bool)
    mask[near[winding != 0]] = True
    return mask


def brushed(points: np.ndarray, path: np.ndarray, radius: float) -> np.ndarray:
    """Return which points a round brush touches on its way.

    Parameters
    ----------
    points
        Shape (n_points, 2).
    path
        Where the middle of the brush went, shape (n_places, 2); one place is a dab.
    radius
        In the units of the points; what lies just so far away is touched.

    Returns
    -------
    Mask, shape (n_points,).
    """
    unit = _unit(path, radius)
    x, y = points.astype("float64").T * unit
    path, radius = path * unit, radius * unit
    mask = np.zeros(len(points), bool)
    starts, ends = (path[:-1], path[1:]) if len(path) > 1 else (path, path)
    for (x0, y0), (x1, y1) in zip(starts, ends, strict=True):
        near = np.flatnonzero(
            (x >= min(x0, x1) - radius)
            & (x <= max(x0, x1) + radius)
            & (y >= min(y0, y1) - radius)
            & (y <= max(y0, y1) + radius)
        )
        dx, dy = x1 - x0, y1 - y0
        length = dx * dx + dy * dy
        along = ((x[near] - x0) * dx + (y[near] - y0) * dy) / length if length else 0.0
        share = np.clip(along, 0, 1)
        away = (x[near] - x0 - share * dx) ** 2 + (y[near] - y0 - share * dy) ** 2
        mask[near[away <= radius * radius]] = True
    return mask


def with_neighbors(places: np.ndarray, cells: np.ndarray, k: int) -> Steps:
    """Find some cells and the ``k`` nearest other cells of each (exact, Euclidean).

    Parameters
    ----------
    places
        Shape (n_cells, n_dimensions); a cell whose place is not finite is not a neighbor.
    cells
        Indices.
    k
        Neighbors of each cell; at least 1.

    Yields
    ------
    How far it is, in words.

    Returns
    -------
    Sorted indices, uint32.
    """
    yield f"looking for {k} neighbors of {len(cells):,} cells"
    from scipy.spatial import cKDTree

    is_placed = np.isfinite(places).all(axis=1)
    placed = np.flatnonzero(is_placed)
    found = np.zeros(len(places), bool)
    found[cells] = True
    asked = cells[is_placed[cells]]
    if len(asked):
        tree = cKDTree(places[placed])
        nearest = [*range(1, min(k + 1, len(placed)) + 1)]  # the nearest cell is the cell itself
        for start in range(0, len(asked), N_AT_ONCE):
            block = asked[start : start + N_AT_ONCE]
            found[placed[tree.query(places[block], k=nearest, workers=-1)[1].ravel()]] = True
            yield f"looked at {start + len(block):,} of {len(asked):,} cells"
    return np.flatnonzero(found).astype("uint32")


def in_graph(distances: Any, cells: np.ndarray, k: int) -> np.ndarray | None:
    """Return what `with_neighbors` does, from the graph that the embedding was made of.

    Parameters
    ----------
    distances
        Of each cell to its nearest ones, itself included; CSR, equally many in each row.
    cells
        Indices, at least one.
    k
        Neighbors of each cell.

    Returns
    -------
    Sorted indices, uint32; None when the graph knows fewer neighbors.
    """
    rows = distances[cells]
    n_known = np.unique(np.diff(rows.indptr))
    if len(n_known) != 1 or n_known[0] < k + 1:
        return None
    near, away = (part.reshape(len(cells), -1) for part in (rows.indices, rows.data))
    if not (near == np.reshape(cells, (-1, 1))).any(axis=1).all():
        return None
    nearest = np.take_along_axis(near, np.argsort(away, axis=1, kind="stable")[:, : k + 1], axis=1)
    return np.union1d(cells, nearest.ravel()).astype("uint32")


def details_of(adata: AnnData, cell: int) -> CellDetails:
    """Say what the counts know of one cell.

    Raises
    ------
    DataError
        There is no such cell.
    """
    if isinstance(cell, bool) or not isinstance(cell, int | np.integer):
        raise DataError(f"A cell is named by its position, not by {shown(cell)}.")
    if not 0 <= cell < adata.n_obs:
        raise DataError(f"There is no cell {shown(cell)}; use 0 to {adata.n_obs - 1}.")
    counts = adata.X[cell]
    values = counts.data if hasattr(counts, "indptr") else np.asarray(counts)
    n_regions = int(np.count_nonzero(values))
    return CellDetails(int(cell), str(adata.obs_names[cell]), float(values.sum()), n_regions)


def as_path(places: Sequence[Sequence[float]] | np.ndarray) -> np.ndarray:
    """Return the way of a brush as an array, shape (n_places, 2), float64.

    Raises
    ------
    DataError
        It is none.
    """
    return _pairs(places, "The path of a brush", "place", 1)


def as_polygon(corners: Sequence[Sequence[float]] | np.ndarray) -> np.ndarray:
    """Return the corners of a polygon as an array, shape (n_corners, 2), float64.

    Raises
    ------
    DataError
        It has fewer than three corners, or a corner is not two finite numbers.
    """
    return _pairs(corners, "A polygon", "corner", 3)


def _pairs(given: Any, what: str, one: str, least: int) -> np.ndarray:
    try:
        pairs = np.asarray(given, "float64")
    except (TypeError, ValueError) as error:
        raise DataError(f"{what} is a list of [x, y] {one}s.") from error
    if pairs.ndim != 2 or pairs.shape[1:] != (2,) or len(pairs) < least:
        number = {1: "one", 3: "three"}[least]
        plural = "" if least == 1 else "s"
        raise DataError(f"{what} needs at least {number} [x, y] {one}{plural}.")
    if not np.isfinite(pairs).all():
        raise DataError(f"{what} has a {one} that is not a finite number.")
    return pairs


def combine(old: np.ndarray, new: np.ndarray, mode: Mode) -> np.ndarray:
    """Combine two selections.

    Parameters
    ----------
    old, new
        Indices of cells, uint32.
    mode
        "new" replaces, "add" is either, "subtract" takes away, "intersect" keeps what is in both.

    Returns
    -------
    Sorted indices, uint32.
    """
    if mode not in get_args(Mode):
        raise DataError(f"There is no selection mode {shown(mode)}; use {listed(get_args(Mode))}.")
    n = 1 + max((int(cells.max()) for cells in (old, new) if len(cells)), default=-1)
    before, now = mask_of(old, n), mask_of(new, n)
    joined = {"new": now, "add": before | now, "subtract": before & ~now, "intersect": before & now}
    return np.flatnonzero(joined[mode]).astype("uint32")


def without(n: int, cells: np.ndarray) -> np.ndarray:
    """Return all of n cells but some, as sorted indices, uint32."""
    return np.flatnonzero(~mask_of(cells, n)).astype("uint32")


def mask_of(cells: np.ndarray, n: int) -> np.ndarray:
    """Return which of n cells are among some, shape (n,)."""
    mask = np.zeros(n, bool)
    mask[cells] = True
    return mask


def cells_of(value: Any, adata: AnnData, names: Names = NO_NAMES) -> np.ndarray:
    """Return the cells that something names; nothing may be named too.

    Parameters
    ----------
    value
        A mask (array or Series, which is matched by cell name), positions, cell names, the tuple
        that ``np.where`` gives, or a query on ``obs`` as text.
    adata
        The cells there are.
    names
        Others than columns that a query may use.

    Returns
    -------
    Sorted indices without repeats, uint32.

    Raises
    ------
    DataError
        It names no cells of this AnnData; the text says why.
    """
    if not isinstance(value, str | tuple):
        if not hasattr(value, "__len__"):
            raise DataError(f"Cells are a mask, positions, names or a query, not {shown(value)}.")
        if not len(value):
            return np.empty(0, "uint32")
    from ..engine.cell_indices import positions

    try:
        return positions(value, adata.obs, "The selection", names).astype("uint32")
    except OverflowError as error:
        raise DataError(f"There is no cell {shown(max(value))}.") from error
