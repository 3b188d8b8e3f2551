"""What a session file holds, from memory to disk and back; knows arrays, not traits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import StageError
from ..jobs import Steps
from .archive import damaged, own_folder, pack, refuse_existing, unpack
from .script import versions

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from ..model import PEAKVI

RESULTS = ("obsm", "obsp", "uns")  # of the AnnData, besides obs and var
OWN_UNS = "peakvi_setup"  # the model brings it along


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """All of a session.

    Attributes
    ----------
    facts
        Values that JSON can hold.
    opened, adata
        The counts before and after filtering, with all results; perhaps the same.
    arrays
        Arrays of numbers by name.
    table
        The comparison, in the order of the regions.
    model
        The trained model.
    """

    facts: dict[str, Any]
    opened: AnnData
    adata: AnnData
    arrays: dict[str, np.ndarray]
    table: pd.DataFrame | None
    model: PEAKVI | None


def writing(path: Path, kept: Kept, overwrite: bool) -> Steps:
    """Write a session file; yields what a person may read meanwhile."""
    refuse_existing(path, overwrite)
    with own_folder(path) as folder:
        yield "writing counts"
        _write_cells(folder / "counts.h5ad", kept.opened, with_counts=True)
        _write_cells(folder / "cells.h5ad", kept.adata, with_counts=False)
        np.savez(folder / "arrays.npz", **kept.arrays)  # type: ignore[arg-type]
        columns: list[str] | None = None
        if kept.table is not None:
            columns = [str(name) for name in kept.table]
            table = {name: kept.table[name].to_numpy() for name in columns}
            np.savez(folder / "table.npz", **table)  # type: ignore[arg-type]
        if kept.model is not None:
            yield "writing the model"
            _write_model(folder / "model", kept.model)
        yield f"writing {path.name}"
        facts = {**kept.facts, "columns": columns, "versions": versions()}
        pack(path, folder, facts, overwrite=overwrite)


def opening(path: Path) -> Steps:
    """Read a session file; return `Kept`."""
    yield f"reading {path.name}"
    with TemporaryDirectory(prefix="peakvi-") as name:
        folder = Path(name)
        facts = unpack(path, folder)
        try:
            opened, adata = _read_cells(folder)
            arrays = _read_arrays(folder / "arrays.npz")
            table = _read_table(folder / "table.npz", facts["columns"], adata)
            model = None
            if (folder / "model").is_dir():
                yield "reading the model"
                from ..model import PEAKVI

                model = PEAKVI.load(folder / "model", adata=adata)
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise damaged(path, str(error)) from error
    return Kept(facts, opened, adata, arrays, table, model)


def _write_cells(path: Path, adata: AnnData, *, with_counts: bool) -> None:
    """Write cells and regions with what is known of them, and the counts if asked for."""
    from anndata import AnnData

    slots = {slot: dict(getattr(adata, slot)) for slot in RESULTS}
    slots["uns"] = {
        name: value for name, value in slots["uns"].items() if _is_writable(name, value)
    }
    if with_counts:
        slots = {"uns": slots["uns"]}
    counts = adata.X if with_counts else None
    AnnData(counts, obs=adata.obs.copy(), var=adata.var.copy(), **slots).write_h5ad(path)


def _is_writable(name: str, value: Any) -> bool:
    """Tell whether a note of the user's can be written into a file; some cannot."""
    import h5py
    from anndata.io import write_elem

    if name == OWN_UNS:
        return False
    with h5py.File("note", "w", driver="core", backing_store=False) as file:
        try:
            write_elem(file, name, value)
        except Exception:  # noqa: BLE001 - whatever anndata raises for what it does not know
            return False
    return True


def _read_cells(folder: Path) -> tuple[AnnData, AnnData]:
    """Return the counts as opened, and those kept with all results."""
    from anndata import read_h5ad

    for name in ("counts.h5ad", "cells.h5ad"):
        _check_sizes(folder / name)
    opened, cells = (read_h5ad(folder / name) for name in ("counts.h5ad", "cells.h5ad"))
    rows = opened.obs_names.get_indexer(cells.obs_names)
    columns = opened.var_names.get_indexer(cells.var_names)
    if (rows < 0).any() or (columns < 0).any():
        raise ValueError("it has results for cells or regions without counts")
    same = (
        cells.shape == opened.shape and (np.diff(rows) == 1).all() and (np.diff(columns) == 1).all()
    )
    adata = opened if same else opened[rows, columns].copy()
    for slot in ("obs", "var", *RESULTS):
        value = getattr(cells, slot)
        setattr(adata, slot, value if slot in ("obs", "var") else dict(value))
    return opened, adata


def _check_sizes(path: Path) -> None:
    """Refuse arrays that say they are far larger than the file that holds them."""
    import h5py

    sizes: list[int] = []
    with h5py.File(path) as file:
        file.visititems(
            lambda _name, found: (
                sizes.append(found.nbytes) if isinstance(found, h5py.Dataset) else None
            )
        )
    if sum(sizes) > 2 * path.stat().st_size + (1 << 20):
        raise ValueError(f"{path.name} would take far more memory than it has bytes")


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def _read_table(path: Path, columns: list[str] | None, adata: AnnData) -> pd.DataFrame | None:
    import pandas as pd

    if columns is None:
        return None
    arrays = _read_arrays(path)
    return pd.DataFrame({name: arrays[name] for name in columns}, index=adata.var_names)


def _write_model(folder: Path, model: PEAKVI) -> None:
    """Write a model, with what it takes to go on training where that is known."""
    home = model._home
    try:
        model.save(folder, with_training=True)
    except StageError:
        model.save(folder)
    model._home = home  # the folder is gone soon
