"""Which cells a person means: a mask, positions, names or a query become positions."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionDtype
from pandas.api.types import is_bool_dtype

from ..errors import DataError
from ..obs_query import query_mask

if TYPE_CHECKING:
    from .cells import Indices  # which needs torch; this file does not


def positions(which: Any, obs: pd.DataFrame, name: str) -> "Indices":
    """Return the positions of the cells that were meant, in rising order and each once.

    Parameters
    ----------
    which
        A mask as an array or a Series, positions, cell names, what ``np.where`` returns, or a
        query of ``obs`` (its language is that of `peakvi_widgets.obs_query`). A Series indexed by
        cell names is put in the order of the cells; where it misses a value, the cell is not meant.
    obs
        The table of the cells.
    name
        What to call it in an error.

    Raises
    ------
    DataError
        It means no cell, or cells that do not exist.
    """
    if isinstance(which, str):
        return _some(np.flatnonzero(_queried(which, obs, name)), name)
    if isinstance(which, tuple) and len(which) == 1:
        which = which[0]
    which = _plain_mask(which)
    if isinstance(which, pd.Series) and which.dtype == bool and which.index.is_unique:
        is_shuffled = set(which.index) == set(obs.index)
        which = which.reindex(obs.index) if is_shuffled else which
    array = np.asarray(which).ravel()
    if array.dtype == bool:
        if len(array) != len(obs):
            raise DataError(f"{name} is a mask of {len(array)} cells; there are {len(obs)} cells.")
        return _some(np.flatnonzero(array), name)
    if array.dtype.kind in "OUST" and len(array):
        found = obs.index.get_indexer(pd.Index(array))
        if (found < 0).any():
            raise DataError(f"{name} names {str(array[found < 0][0])!r}, which is not a cell here.")
        return _some(np.unique(found), name)
    if len(array) and array.dtype.kind not in "iu":
        raise DataError(f"{name} is of type {array.dtype}; give a mask, positions or a query.")
    if len(array) and (array.min() < 0 or array.max() >= len(obs)):
        raise DataError(f"{name} names a cell that does not exist; there are {len(obs)} cells.")
    return _some(np.unique(array.astype(np.intp)), name)


def _plain_mask(which: Any) -> Any:
    """Turn a mask of pandas that can hold missing values into a plain one; missing is no."""
    kind = getattr(which, "dtype", None)
    if not isinstance(kind, ExtensionDtype) or not is_bool_dtype(kind):
        return which
    return pd.Series(which).astype("boolean").fillna(False).astype(bool)


def _queried(query: str, obs: pd.DataFrame, name: str) -> Any:
    try:
        return query_mask(obs, query)
    except DataError as error:
        raise DataError(f"{name} is not a query of obs: {error}") from error


def _some(cells: Any, name: str) -> "Indices":
    if len(cells) == 0:
        raise DataError(f"{name} selects no cell; select at least one.")
    return np.asarray(cells, np.intp)
