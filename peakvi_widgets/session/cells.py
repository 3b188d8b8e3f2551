"""Which cells: inside a polygon, of a mask, and how selections combine. Arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from ..errors import DataError

if TYPE_CHECKING:
    from anndata import AnnData

Mode = Literal["new", "add", "subtract", "intersect"]


def inside(points: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    """Return which points lie inside a polygon.

    Parameters
    ----------
    points
        Shape (n_points, 2).
    polygon
        Corners in turn, shape (n_corners, 2); closed by itself. A line that crosses itself
        encloses what it winds around (non-zero winding rule).

    Returns
    -------
    Mask, shape (n_points,).
    """
    x, y = points[:, 0].astype("float64"), points[:, 1].astype("float64")
    low, high = polygon.min(axis=0), polygon.max(axis=0)
    near = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
    x, y = x[near], y[near]
    winding = np.zeros(len(near), "int32")
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        # above 0 when the point is left of the edge that goes up
        side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)
        winding += (y0 <= y) & (y1 > y) & (side > 0)
        winding -= (y0 > y) & (y1 <= y) & (side < 0)
    mask = np.zeros(len(points), bool)
    mask[near[winding != 0]] = True
    return mask


def as_polygon(corners: Sequence[Sequence[float]] | np.ndarray) -> np.ndarray:
    """Return the corners of a polygon as an array, shape (n_corners, 2), float64.

    Raises
    ------
    DataError
        It has fewer than three corners, or a corner is not two finite numbers.
    """
    try:
        polygon = np.asarray(corners, "float64")
    except (TypeError, ValueError) as error:
        raise DataError("A polygon is a list of [x, y] corners.") from error
    if polygon.ndim != 2 or polygon.shape[1:] != (2,) or len(polygon) < 3:
        raise DataError("A polygon needs at least three [x, y] corners.")
    if not np.isfinite(polygon).all():
        raise DataError("A corner of the polygon is not a finite number.")
    return polygon


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
        raise DataError(f"There is no selection mode {mode!r}; use {', '.join(get_args(Mode))}.")
    joined = {
        "new": lambda: np.unique(new),
        "add": lambda: np.union1d(old, new),
        "subtract": lambda: np.setdiff1d(old, new),
        "intersect": lambda: np.intersect1d(old, new),
    }[mode]()
    return joined.astype("uint32")


def cells_of(value: Any, adata: AnnData) -> np.ndarray:
    """Return the cells that something names; nothing may be named too.

    Parameters
    ----------
    value
        A mask (array or Series, which is matched by cell name), positions, cell names, the tuple
        that ``np.where`` gives, or a query on ``obs`` as text.
    adata
        The cells there are.

    Returns
    -------
    Sorted indices without repeats, uint32.

    Raises
    ------
    DataError
        It names no cells of this AnnData; the text says why.
    """
    if not isinstance(value, str | tuple) and not len(value):
        return np.empty(0, "uint32")
    from ..engine.selection import positions

    return positions(value, adata.obs, "The selection").astype("uint32")
