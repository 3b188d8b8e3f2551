"""Cells, regions and all that is known of them, as one HDF5 file that anndata reads too."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ...data.hdf5_safety import check_hdf5
from ...data.layer_choice import layers_of
from ...errors import DataError
from ...files import is_disk_error, patient_file
from .changes import Changes, Names

if TYPE_CHECKING:
    import h5py
    import pandas as pd
    from anndata import AnnData

FRAMES = ("obs", "var")
MAPPINGS = ("obsm", "varm", "obsp", "layers", "uns")
OWN_UNS = "peakvi_setup"  # the model brings it along


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The parts of an AnnData, as they are at one moment.

    The arrays are those of the AnnData; what is replaced there later does not change here.
    """

    X: Any
    obs: pd.DataFrame
    var: pd.DataFrame
    obsm: dict[str, Any]
    varm: dict[str, Any]
    obsp: dict[str, Any]
    layers: dict[str, Any]
    uns: dict[str, Any]

    @classmethod
    def of(cls, adata: AnnData) -> Cells:
        """Take the parts of an AnnData, without a copy of its arrays."""
        parts: dict[str, Any] = {slot: getattr(adata, slot).copy(deep=False) for slot in FRAMES}
        parts |= {slot: dict(getattr(adata, slot)) for slot in MAPPINGS if slot != "layers"}
        parts["layers"] = layers_of(adata)
        parts["uns"].pop(OWN_UNS, None)
        return cls(X=adata.X, **parts)

    def names_only(self) -> Cells:
        """Return the counts with their layers and the names of cells and regions alone."""
        empty: dict[str, Any] = {slot: {} for slot in MAPPINGS if slot != "layers"}
        return replace(self, obs=self.obs[[]], var=self.var[[]], **empty)

    def without_counts(self) -> Cells:
        """Return all but the counts and their layers."""
        return replace(self, X=None, layers={})


def write_cells(path: Path, cells: Cells, changes: Changes) -> dict[str, Names]:
    """Write a file and read back whatever is not a plain array of numbers.

    Parameters
    ----------
    path, cells
        Where to, and what.
    changes
        Takes the names of what the file holds in another form, or not at all.

    Returns
    -------
    What `read_cells` needs to turn names and types back, as values that JSON can hold.
    """
    import h5py

    from .storable import storable_frame, storable_mapping

    names: dict[str, Names] = {}
    with (
        warnings.catch_warnings(),
        patient_file(path) as disk,
        h5py.File(disk, "w", libver="latest") as file,
    ):
        warnings.simplefilter("ignore")  # of anndata and h5py: what matters is read back
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        if cells.X is not None:
            _write_one(file, "X", cells.X, "X", Changes())
        for slot in FRAMES:
            frame, names[slot] = storable_frame(getattr(cells, slot), slot, changes)
            _write_frame(file, slot, frame, slot, changes)
        for slot in MAPPINGS:
            values, names[slot] = storable_mapping(getattr(cells, slot), slot, changes)
            _write_mapping(file, slot, values, slot, changes)
    return {slot: part for slot, part in names.items() if part}


def _write_mapping(
    parent: h5py.Group, key: str, values: Mapping[str, Any], label: str, changes: Changes
) -> None:
    group = parent.create_group(key)
    group.attrs.update({"encoding-type": "dict", "encoding-version": "0.1.0"})
    for name, value in values.items():
        shown = f"{label}[{name!r}]"
        if isinstance(value, Mapping):
            _write_mapping(group, name, value, shown, changes)
        else:
            _write_one(group, name, value, shown, changes)


def _write_frame(
    parent: h5py.Group, key: str, frame: pd.DataFrame, label: str, changes: Changes
) -> None:
    if _try(parent, key, frame) is None:
        return
    for i, name in enumerate(list(frame.columns)):
        if error := _try(parent, f"trial {i}", frame[[name]]):
            _raise_disk_error(error)
            frame = frame.assign(**{name: np.nan})  # its place stays, as the names tell columns
            changes.left_out.append(f"{label}[{name!r}]")
        else:
            del parent[f"trial {i}"]
    if error := _try(parent, key, frame):
        raise error


def _write_one(parent: h5py.Group, key: str, value: Any, label: str, changes: Changes) -> None:
    if error := _try(parent, key, value):
        if key == "X":
            raise error
        _raise_disk_error(error)
        changes.left_out.append(label)


def _try(parent: h5py.Group, key: str, value: Any) -> BaseException | None:
    """Write one value and read it back; return what failed, leaving nothing of it."""
    from anndata.io import read_elem, write_elem

    try:
        write_elem(parent, key, value)
        if not _is_plain(value):
            read_elem(parent[key])
    except Exception as error:  # noqa: BLE001 - whatever anndata raises for what it does not know
        _raise_disk_error(error)
        if key in parent:
            del parent[key]
        return error
    return None


def _raise_disk_error(error: BaseException) -> None:
    if is_disk_error(error):
        raise error


def _is_plain(value: Any) -> bool:
    from scipy import sparse

    from .storable import NUMBERS

    is_array = isinstance(value, np.ndarray) or sparse.issparse(value)
    return is_array and value.dtype.kind in NUMBERS and value.dtype.itemsize <= 8


def read_cells(path: Path, names: Mapping[str, Names], limit: float = math.inf) -> Cells:
    """Read what `write_cells` wrote.

    Parameters
    ----------
    path, names
        The file, and what `write_cells` returned.
    limit
        Bytes of counts that memory may hold; more lie on disk, as long as something shows them.

    Raises
    ------
    ValueError
        It leads to other files, or claims to be larger than it is (also a `DataError`).
    """
    import h5py
    from anndata.io import read_elem

    from ...data.stored_matrix import in_pieces
    from .storable import restored_frame, restored_mapping

    with warnings.catch_warnings(), h5py.File(path) as file:
        warnings.simplefilter("ignore")
        n_bytes = check_hdf5(file, source=path.name, in_pieces=in_pieces(None, limit))
        if n_bytes > 2 * path.stat().st_size + (1 << 20):
            raise ValueError(f"{path.name} would take far more memory than it has bytes")
        parts: dict[str, Any] = {"X": _read_counts(file["X"], limit) if "X" in file else None}
        for slot in FRAMES:
            parts[slot] = restored_frame(read_elem(file[slot]), names.get(slot, {}))
        for slot in MAPPINGS:
            values = read_elem(file[slot]) if slot in file else {}
            _check_sparse(values)
            parts[slot] = restored_mapping(values, names.get(slot, {}))
    _check_sparse({"X": parts["X"]})
    return Cells(**parts)


def _read_counts(element: Any, limit: float) -> Any:
    from anndata.io import read_elem

    from ...data.count_files import Room
    from ...data.count_rows import BYTES
    from ...data.memory import check_memory
    from ...data.stored_matrix import reading_matrix
    from ...steps import result_of

    if element.attrs.get("encoding-type") == "csr_matrix" and BYTES * len(element["data"]) > limit:
        n_cells, n_regions = map(int, element.attrs["shape"])
        shape = n_cells, n_regions
        with suppress(DataError):  # where the disk is full, they are held in memory
            return result_of(
                reading_matrix(element, shape, source="counts", name="counts", room=Room(limit))
            )
    if hasattr(element, "keys"):
        check_memory(sum(element[part].nbytes for part in ("data", "indices", "indptr")), "counts")
    return read_elem(element)


def _check_sparse(values: Mapping[str, Any]) -> None:
    """Raise a ``ValueError`` where a sparse matrix does not hold together.

    SciPy trusts the arrays of a matrix, and reads and writes memory that is not its own if they
    lie.
    """
    from scipy import sparse

    for name, value in values.items():
        if isinstance(value, Mapping):
            _check_sparse(value)
        elif sparse.issparse(value):
            value = cast(Any, value)
            if value.indices.dtype not in ("int32", "int64"):
                raise ValueError(f"the columns of {name} are not whole numbers")
            n_rows, n_columns = value.shape if value.format == "csr" else value.shape[::-1]
            indptr, indices = value.indptr, value.indices
            ends = indptr[0] == 0 and indptr[-1] == len(indices) == len(value.data)
            if len(indptr) != n_rows + 1 or not ends or (np.diff(indptr) < 0).any():
                raise ValueError(f"the rows of {name} do not fit")
            if len(indices) and (indices.min() < 0 or indices.max() >= n_columns):
                raise ValueError(f"{name} has columns that there are not")


def anndata_of(cells: Cells) -> AnnData:
    """Put the parts together."""
    from anndata import AnnData

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = {part.name: getattr(cells, part.name) for part in fields(cells)}
        adata = AnnData(**{name: value for name, value in parts.items() if name != "uns"})
    adata.uns = cells.uns  # AnnData() looks at uns["neighbors"] and may fail
    return adata
