"""Counts that are the session's own, and how a change of them from outside is noticed."""

from __future__ import annotations

import copy
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arguments import listed
from ..data.layer_choice import layers_of, set_layers
from ..errors import DataError
from ..jobs import Steps

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

PARTS = ("data", "indices", "indptr")  # of a matrix of compressed rows
N_AT_ONCE = 1 << 24  # bytes


def make_own(adata: AnnData, source: AnnData) -> str:
    """Copy every array that checked counts still share with what they were opened from.

    An array that was made for the session already, such as the compact counts, is not copied
    again; everything is there once for the notebook and once for the session.

    Parameters
    ----------
    adata
        Checked counts; changed in place.
    source
        The AnnData of the notebook.

    Returns
    -------
    A sentence that names entries of ``uns`` that cannot be copied and are left out; or "".
    """
    for slot in ("obsm", "varm", "obsp"):
        held = {name: _copied(value) for name, value in getattr(adata, slot).items()}
        setattr(adata, slot, held)
    set_layers(adata, {name: _copied(value) for name, value in layers_of(adata).items()})
    raw = () if source.raw is None else (source.raw.X,)
    matrices = (source.X, *layers_of(source).values(), *raw)
    theirs = [array for matrix in matrices for array in _arrays(matrix)]
    counts = adata.X
    arrays = [_unshared(getattr(counts, part), theirs) for part in PARTS]
    own = type(counts)(tuple(arrays), shape=counts.shape)
    own.has_sorted_indices, own.has_canonical_format = True, True
    adata.X = own
    for slot in ("obs", "var"):
        setattr(adata, slot, _copied_table(getattr(adata, slot)))
    notes, lost = {}, []
    for name, value in dict(adata.uns).items():
        try:
            notes[name] = copy.deepcopy(value)
        except Exception:  # noqa: BLE001 - any object may stand there: a lock, a socket, a model
            lost.append(str(name))
    adata.uns = notes
    return f"Some of uns cannot be copied and was left out: {listed(lost)}." if lost else ""


def _arrays(matrix: Any) -> Iterator[np.ndarray]:
    for part in PARTS:
        array = getattr(matrix, part, None)
        if isinstance(array, np.ndarray):
            yield array
    if isinstance(matrix, np.ndarray):
        yield matrix


def _unshared(array: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
    from ..data.counts import lies_in_file

    if lies_in_file(array):
        return array  # which cannot be changed
    return array.copy() if any(np.may_share_memory(array, other) for other in others) else array


def _copied(value: Any) -> Any:
    import pandas as pd
    from scipy import sparse

    if isinstance(value, pd.DataFrame):
        return _copied_table(value)
    if isinstance(value, np.ndarray):
        return copy.deepcopy(np.asarray(value))  # without the class of anndata's views
    if sparse.issparse(value):
        kind = "array" if isinstance(value, sparse.sparray) else "matrix"
        form = value.format  # type: ignore[attr-defined]
        return getattr(sparse, f"{form}_{kind}")(value, copy=True)
    return copy.deepcopy(value)


def _copied_table(table: pd.DataFrame) -> pd.DataFrame:
    """Copy a table, and the objects in its columns unless they are text."""
    import pandas as pd

    own = pd.DataFrame(table).copy(deep=True)
    for at in range(own.shape[1]):
        values = own.iloc[:, at]
        if values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) == "mixed":
            copied = [copy.deepcopy(value) for value in values]
            own.isetitem(at, pd.Series(copied, index=own.index, dtype=object).array)
    return own


@dataclass(frozen=True, slots=True, eq=False)
class Seal:
    """What counts were when the session took them; tells whether they still are.

    Attributes
    ----------
    obs_names, var_names
        Names of cells and regions.
    parts
        The arrays of the matrix.
    checksums
        One of each array; 0 of those that lie in files, which cannot be written.
    """

    obs_names: pd.Index
    var_names: pd.Index
    parts: tuple[Any, ...]
    checksums: tuple[int, ...]

    @classmethod
    def of(cls, adata: AnnData) -> Seal:
        """Seal some counts; this reads all values in memory once."""
        parts = _parts_of(adata)
        return cls(adata.obs_names, adata.var_names, parts, tuple(map(_checksum, parts)))

    def renewed(self, adata: AnnData) -> Seal:
        """Return the seal of counts whose arrays were replaced by others of the same values."""
        return replace(self, parts=_parts_of(adata))

    def require(self, adata: AnnData) -> None:
        """Refuse counts that are no longer those that were sealed; reads no value.

        Raises
        ------
        DataError
            Cells, regions or the matrix are others.
        """
        for what, names, now in (
            ("cells", self.obs_names, adata.obs_names),
            ("regions", self.var_names, adata.var_names),
        ):
            if now is not names and not now.equals(names):
                raise _changed(_difference(what, names, now))
        pairs = list(zip(_parts_of(adata), self.parts, strict=True))
        if any(now is not part and not np.array_equal(now, part) for now, part in pairs):
            raise _changed("its counts are others")

    def require_values(self, adata: AnnData) -> None:
        """Refuse counts whose values were changed, too; reads each value in memory once."""
        from ..data.counts import lies_in_file

        self.require(adata)
        for part, checksum in zip(self.parts, self.checksums, strict=True):
            if not lies_in_file(part) and _checksum(part) != checksum:
                raise _changed("its counts have other values")


def _parts_of(adata: AnnData) -> tuple[Any, ...]:
    return tuple(getattr(adata.X, part, None) for part in PARTS)


def with_values_checked(seal: Seal, adata: AnnData, steps: Steps) -> Steps:
    """Do some work on counts, but first look whether their values are still the same."""
    seal.require_values(adata)
    return (yield from steps)


def _changed(how: str) -> DataError:
    return DataError(
        f"session.adata was changed in place: {how}; go on with it as it is now by "
        "session.open(session.adata), or filter by session.filter() instead."
    )


def _difference(what: str, before: pd.Index, now: pd.Index) -> str:
    if len(now) != len(before):
        return f"it has {len(now):,} {what} instead of {len(before):,}"
    is_order = now.sort_values().equals(before.sort_values())
    return f"its {what} are in another order" if is_order else f"its {what} have other names"


def _checksum(part: Any) -> int:
    from ..data.counts import lies_in_file

    found = 0
    if isinstance(part, np.ndarray) and part.size and not lies_in_file(part):
        flat = np.ascontiguousarray(part).reshape(-1).view("uint8")
        for start in range(0, len(flat), N_AT_ONCE):
            found = zlib.crc32(flat[start : start + N_AT_ONCE].data, found)
    return found
