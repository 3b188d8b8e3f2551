"""Which cells a person means: a mask, positions, names or a query become positions.

Cell names decide where there are any. What could mean two things is refused, with a sentence that
says how to write either: a column of 0 and 1 is not taken for the positions 0 and 1.
"""

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from ..errors import DataError
from ..obs_query import NO_NAMES, Names, query_mask

if TYPE_CHECKING:
    from .cells import Indices  # which needs torch; this file does not

FORMS = "give a mask, positions, cell names or a query of obs"


def positions(which: Any, obs: pd.DataFrame, name: str, names: Names = NO_NAMES) -> "Indices":
    """Return the positions of the cells that were meant, in rising order and each once.

    Parameters
    ----------
    which
        A mask as an array or a Series, positions, cell names, what ``np.where`` returns, or a
        query of ``obs`` (its language is that of `peakvi_widgets.obs_query`). A mask that is a
        Series is put in the order of the cells by their names; where a value is missing, the cell
        is not meant.
    obs
        The table of the cells.
    name
        What to call it in an error.
    names
        Others that a query may use as it uses columns.

    Raises
    ------
    DataError
        It means no cell, cells that do not exist, or could mean two things.
    """
    return np.unique(_positions(which, obs, name, names, is_set=True))


def ordered_positions(which: Any, obs: pd.DataFrame, name: str) -> "Indices":
    """Return the positions of the cells that were meant, in the order in which they were named.

    Positions and names keep their order and their repeats; a mask and a query give the cells in
    rising order. Parameters and errors are those of `positions`.
    """
    return _positions(which, obs, name, NO_NAMES, is_set=False)


def _positions(
    which: Any,
    obs: pd.DataFrame,
    name: str,
    names: Names,
    *,
    is_set: bool,
) -> "Indices":
    if isinstance(which, str):
        found = np.flatnonzero(_queried(which, obs, name, names))
    else:
        values, index = _values(which, len(obs), name)
        if not len(values):
            found = np.empty(0, np.intp)
        elif values.dtype.kind == "b":
            found = np.flatnonzero(_mask(values, index, obs, name))
        elif values.dtype.kind in "iu":
            _refuse_column(values, index, obs, name, is_set=is_set)
            if values.min() < 0 or values.max() >= len(obs):
                raise DataError(
                    f"{name} names a cell that does not exist; there are {len(obs)} cells."
                )
            found = values
        else:
            found = _named(values, obs, name)
    if len(found) == 0:
        raise DataError(f"{name} selects no cell; select at least one.")
    return found.astype(np.intp)


def _queried(query: str, obs: pd.DataFrame, name: str, names: Names) -> Any:
    try:
        return query_mask(obs, query, names)
    except DataError as error:
        raise DataError(f"{name} is not a query of obs: {error}") from error


# -- from any container to one dimension of bools, whole numbers or names -------------------------
def _values(which: Any, n_cells: int, name: str) -> tuple[NDArray[Any], pd.Index | None]:
    """Return plain values, and the names that a Series gives them."""
    if isinstance(which, tuple) and len(which) == 1:
        which = which[0]  # of np.where
    if isinstance(which, slice):
        which = np.arange(n_cells)[which]
    elif isinstance(which, set | frozenset):
        which = list(which)
    elif sparse.issparse(which):
        matrix: Any = which  # scipy-stubs know no common base
        which = matrix.toarray()
    elif isinstance(which, pd.DataFrame):
        if which.shape[1] != 1:
            raise DataError(f"{name} is a table of {which.shape[1]} columns; give one of them.")
        which = which.iloc[:, 0]
    elif isinstance(which, np.ma.MaskedArray):
        if which.dtype.kind != "b" and np.ma.is_masked(which):
            _refuse_missing(name)
        which = which.filled(False)
    index = which.index if isinstance(which, pd.Series) else None
    try:
        values = np.asarray(which.array if isinstance(which, pd.Series | pd.Index) else which)
    except (TypeError, ValueError) as error:  # lists of several lengths
        raise DataError(f"{name} is a {type(which).__name__} of mixed things; {FORMS}.") from error
    if values.ndim > 1 and values.size != max(values.shape):
        raise DataError(f"{name} has {values.ndim} dimensions; {FORMS}.")
    return _plain(values.reshape(-1), which, name), index


def _plain(values: NDArray[Any], which: Any, name: str) -> NDArray[Any]:
    """Turn values of any type into bools, whole numbers or names."""
    kind = values.dtype.kind
    if not len(values) or kind in "biuUT":
        return values
    if kind == "S":
        return np.char.decode(values, "utf-8", "replace")
    if kind == "O":
        is_missing = pd.isna(values)
        inferred = pd.api.types.infer_dtype(values, skipna=True)
        if inferred == "boolean" or (is_missing.all() and pd.api.types.is_bool_dtype(which)):
            return np.where(is_missing, False, values).astype(bool)
        if inferred in ("integer", "string", "mixed-integer"):
            if is_missing.any():
                _refuse_missing(name)
            return values.astype(np.int64) if inferred == "integer" else values.astype(str)
    if kind == "f":
        if isinstance(getattr(which, "dtype", None), pd.api.extensions.ExtensionDtype):
            _refuse_missing(name)  # pandas makes floats of whole numbers with gaps
        raise DataError(
            f"{name} is of type {values.dtype}; {FORMS}. Positions are whole numbers, as "
            ".astype(int) gives them; a column is a mask once it is compared, as column == 1."
        )
    raise DataError(f"{name} is a {type(which).__name__} of type {values.dtype}; {FORMS}.")


def _refuse_missing(name: str) -> NoReturn:
    raise DataError(f"{name} has missing values; fill them or leave them out, or give a mask.")


# -- what the values mean -------------------------------------------------------------------------
def _mask(
    mask: NDArray[np.bool_], index: pd.Index | None, obs: pd.DataFrame, name: str
) -> NDArray[np.bool_]:
    """Return a mask in the order of the cells."""
    n_cells = len(obs)
    if index is None or index.equals(obs.index) or _is_unnamed(index):
        if len(mask) != n_cells:
            raise DataError(f"{name} is a mask of {len(mask)} cells; there are {n_cells} cells.")
        return mask
    if not (index.is_unique and obs.index.is_unique):
        raise DataError(
            f"{name} is a Series in which a cell name repeats, so its order is not known; "
            "give series.to_numpy() if its values are in the order of the cells."
        )
    places = index.get_indexer(obs.index)
    if n_missing := int((places < 0).sum()):
        raise DataError(
            f"{name} is a Series with a value for {n_cells - n_missing} of the {n_cells} cells; "
            "give each cell one, as series.reindex(adata.obs_names, fill_value=False) does."
        )
    return mask[places]


def _is_unnamed(index: pd.Index) -> bool:
    """Return whether an index is the one that pandas gives where none was given."""
    return index.dtype.kind in "iu" and np.array_equal(index, np.arange(len(index)))


def _refuse_column(
    values: NDArray[Any], index: pd.Index | None, obs: pd.DataFrame, name: str, *, is_set: bool
) -> None:
    """Raise for whole numbers that look like a column of obs, not like positions."""
    n = len(values)
    of_each = n == len(obs) and n > 2
    few = n > 2 and values.min() >= 0 and values.max() <= 1 and (is_set or of_each)
    if few:
        raise DataError(
            f"{name} holds only 0 and 1, which could be a mask or positions; write "
            "values == 1 for the cells that have a 1, or np.unique(values) for the cells 0 and 1."
        )
    named = index is not None and not _is_unnamed(index) and index.isin(obs.index).any()
    if named or (is_set and of_each and 2 * len(np.unique(values)) <= n):
        raise DataError(
            f"{name} has a whole number for each cell, which could be labels or positions; write "
            "which one is meant, as obs['column'] == 1, or np.unique(values) for positions."
        )


def _named(names: NDArray[Any], obs: pd.DataFrame, name: str) -> NDArray[np.intp]:
    wanted = pd.Index(names.astype(object))
    unknown = ~wanted.isin(obs.index)
    if unknown.any():
        raise DataError(f"{name} names {str(wanted[unknown][0])!r}, which is not a cell here.")
    if obs.index.is_unique:
        return obs.index.get_indexer(wanted)
    repeated = wanted[wanted.isin(obs.index[obs.index.duplicated()])]
    if len(repeated):
        raise DataError(
            f"{name} names {str(repeated[0])!r}, which several cells are called; make the names "
            "unique by adata.obs_names_make_unique(), or give a mask or positions."
        )
    first = obs.index[~obs.index.duplicated()]
    return np.flatnonzero(~obs.index.duplicated())[first.get_indexer(wanted)]
