"""What a session file holds, from memory to disk and back; knows arrays, not traits."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ...access import may_open
from ...data.layer_choice import layers_of, set_layers
from ...errors import DataError
from ...files import refuse_existing, short
from ...jobs import Steps
from ...paths import absolute_path
from ...steps import result_of
from ..history.versions import versions
from .cells_file import FRAMES, MAPPINGS, Cells, anndata_of, read_cells, write_cells
from .changes import Changes
from .container import damaged, own_folder, pack, unpack

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from ...model import PEAKVI
    from ...model.snapshot import ModelSnapshot


@dataclass(frozen=True, slots=True, eq=False)
class ToWrite:
    """All of a session at one moment, on the way into a file.

    Attributes
    ----------
    facts
        Values that JSON can hold.
    opened, cells
        The counts before filtering, and those kept with all results. ``opened`` is None where
        both are the same.
    arrays
        Arrays of numbers by name.
    table
        The comparison, in the order of the regions.
    model
        The model, perhaps one that is being trained; copied when the file is begun.
    check
        Raises what opening a file with such facts would raise.
    with_counts
        Whether the file holds the counts too, or results alone.
    left_out
        Names of what is not in it.
    """

    facts: dict[str, Any]
    opened: Cells | None
    cells: Cells
    arrays: dict[str, np.ndarray]
    table: pd.DataFrame | None
    model: PEAKVI | None
    check: Callable[[dict[str, Any]], object]
    with_counts: bool = True
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """All of a session, from a file.

    Attributes
    ----------
    facts, arrays, table
        As in `ToWrite`.
    opened, adata
        The counts before and after filtering, with all results; perhaps the same.
    model
        The trained model.
    """

    facts: dict[str, Any]
    opened: AnnData
    adata: AnnData
    arrays: dict[str, np.ndarray]
    table: pd.DataFrame | None
    model: PEAKVI | None


def writing(path: Path, content: ToWrite, overwrite: bool) -> Steps:
    """Write a session file; yields texts on the progress.

    Returns
    -------
    `Changes`: what the file holds in another form, or not at all.
    """
    refuse_existing(path, overwrite)
    changes, facts = Changes(left_out=[*content.left_out]), dict(content.facts)
    snapshot = None if content.model is None else content.model.snapshot()
    if snapshot is not None:
        facts |= _facts_of_training(snapshot, facts)
    with own_folder(path) as folder:
        names = {}
        if content.with_counts:
            yield "writing counts"
            opened = content.cells.names_only() if content.opened is None else content.opened
            names["counts"] = write_cells(folder / "counts.h5ad", opened, changes)
        else:
            changes.counts_in = str(facts.get("counts_file", ""))
            if content.opened is not None:
                known = content.opened.without_counts()
                names["opened"] = write_cells(folder / "opened.h5ad", known, changes)
        names["cells"] = write_cells(folder / "cells.h5ad", _results(content), changes)
        np.savez(folder / "arrays.npz", **content.arrays)  # type: ignore[arg-type]
        columns: list[str] | None = None
        if content.table is not None:
            columns = [str(name) for name in content.table]
            table = {name: content.table[name].to_numpy() for name in columns}
            np.savez(folder / "table.npz", **table)  # type: ignore[arg-type]
        if snapshot is not None:
            yield "writing the model"
            snapshot.write(folder / "model")
        yield f"writing {path.name}"
        facts |= {"columns": columns, "names": names, "versions": versions()}
        _check_again(content.check, facts, changes)
        pack(path, folder, facts, overwrite=overwrite)
    return changes


def _facts_of_training(snapshot: ModelSnapshot, facts: dict[str, Any]) -> dict[str, Any]:
    """Return what a session says of its training, as it is when the model is copied."""
    if snapshot.has_ended or not snapshot.epochs:
        return {"training": "trained"}
    n = len(snapshot.epochs)
    return {
        "training": "trained",
        "history": [asdict(metrics) for metrics in snapshot.epochs],
        "training_end": f"Saved during training, after {n} whole epochs; train to continue.",
        "da_state": "none" if facts["da_state"] == "none" else "stale",
    }


def _check_again(
    check: Callable[[dict[str, Any]], object], facts: dict[str, Any], changes: Changes
) -> None:
    """Make sure that the facts can be read: without the record if that is what cannot be."""
    try:
        check(json.loads(json.dumps(facts)))
    except (TypeError, ValueError):
        facts["record"] = []
        check(json.loads(json.dumps(facts)))
        changes.left_out.append("the record of what was done")


def _results(content: ToWrite) -> Cells:
    """Return what the counts alone do not give: layers only where they are not those opened."""
    cells, opened = content.cells.without_counts(), content.opened
    if opened is None or not content.cells.layers:
        return cells
    rows = opened.obs.index.get_indexer(cells.obs.index)
    columns = opened.var.index.get_indexer(cells.var.index)
    return replace(
        cells,
        layers={
            name: values
            for name, values in content.cells.layers.items()
            if name not in opened.layers
            or not _is_same(values, opened.layers[name][rows][:, columns])
        },
    )


def _is_same(one: Any, other: Any) -> bool:
    if type(one) is not type(other) or one.dtype != other.dtype or one.shape != other.shape:
        return False
    different = one != other
    return not (different.nnz if hasattr(different, "nnz") else np.any(different))


def opening(path: Path, counts: AnnData | None = None) -> Steps:
    """Read a session file; return `Kept`.

    Parameters
    ----------
    path
        The file.
    counts
        The counts that were opened, for a file that holds results alone.
    """
    from ...data.count_files import counts_limit

    yield f"reading {path.name}"
    limit = counts_limit()
    with TemporaryDirectory(prefix="peakvi-") as name:
        folder = Path(name)
        facts = unpack(path, folder)
        if counts is None and not (folder / "counts.h5ad").is_file():
            counts = yield from _reading_counts(path, facts)
        try:
            opened, adata = _read_cells(folder, facts.get("names", {}), counts, limit)
            arrays = _read_arrays(folder / "arrays.npz")
            table = _read_table(folder / "table.npz", facts["columns"], adata)
            model = None
            if (folder / "model").is_dir():
                yield "reading the model"
                from ...model import PEAKVI

                model = PEAKVI.load(folder / "model", adata=adata)
        except Exception as error:
            # a file that was damaged on purpose can fail in any way; all mean the same
            raise damaged(path, error) from error
    return Kept(facts, opened, adata, arrays, table, model)


def _reading_counts(path: Path, facts: dict[str, Any]) -> Steps:
    """Read the counts of a file that names another one for them.

    It is looked for where it was, and beside the session's file.
    """
    from ...data.hash import hash_of
    from ...data.read import counts_key, reading
    from ..columns import tidied

    file, layer = _file_of_counts(path, facts.get("counts_file", "")), facts.get("counts_layer")
    layer = layer if isinstance(layer, str) else None
    facts["counts_key"] = counts_key(file, layer)
    counts = yield from reading(file, layer=layer)
    yield f"comparing {file.name}"
    if hash_of(counts) != facts.get("data_hash"):
        raise DataError(
            f"{short(file)} no longer holds the counts of {path.name}; put the former file there, "
            f"or beside {path.name}."
        )
    counts.obs, _ = tidied(counts.obs)
    facts["counts_file"] = str(file)
    return counts


def _file_of_counts(path: Path, named: object) -> Path:
    if named == "":
        raise DataError(
            f"{path.name} holds results without counts; open the same data, then call "
            "session.recover()."
        )
    try:
        file = absolute_path(cast(str, named))
    except (DataError, TypeError) as error:
        raise damaged(path, "its counts are in a file of an impossible name") from error
    places = [file, path.with_name(file.name)]
    found = next((one for one in places if may_open(one) and os.path.exists(one)), None)
    if found is not None:
        return found
    if not may_open(file):
        raise DataError(
            f"The counts of {path.name} are in {short(file)}, outside the folder that this server "
            f"shows; put them beside {path.name}."
        )
    raise DataError(
        f"The counts of {path.name} were read from {short(file)}, which is not there; put it "
        f"there, or beside {path.name}."
    )


def _read_cells(
    folder: Path, names: dict[str, Any], counts: AnnData | None, limit: float
) -> tuple[AnnData, AnnData]:
    """Return the counts as opened, and those kept with all results."""
    from ...data.kept import copied, keeping_places

    if counts is None:
        opened = anndata_of(read_cells(folder / "counts.h5ad", names.get("counts", {}), limit))
    else:
        opened = copied(counts)
        if (folder / "opened.h5ad").is_file():
            _add_known(opened, read_cells(folder / "opened.h5ad", names.get("opened", {})))
    cells = read_cells(folder / "cells.h5ad", names.get("cells", {}))
    rows = opened.obs_names.get_indexer(cells.obs.index)
    columns = opened.var_names.get_indexer(cells.var.index)
    if (rows < 0).any() or (columns < 0).any():
        raise ValueError("it has results for cells or regions without counts")
    is_same = (
        (len(rows), len(columns)) == opened.shape
        and (np.diff(rows) == 1).all()
        and (np.diff(columns) == 1).all()
    )
    adata = opened
    if not is_same:
        adata = result_of(keeping_places(opened, rows, columns, limit))
    _add_known(adata, cells)
    return opened, adata


def _add_known(adata: AnnData, cells: Cells) -> None:
    """Put what is known of cells and regions in the place of what a file of counts tells of them.

    Layers that are not in both stay.
    """
    for slot in FRAMES:
        known = getattr(cells, slot)
        if not known.index.equals(getattr(adata, slot).index):
            raise ValueError(f"{slot} is of others")
        setattr(adata, slot, known)
    for slot in MAPPINGS:
        if slot != "layers":
            setattr(adata, slot, getattr(cells, slot))
    set_layers(adata, {**layers_of(adata), **cells.layers})


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read arrays of numbers, none of which may claim to be larger than what is there."""
    with zipfile.ZipFile(path) as file:
        for member in file.infolist():
            _check_array(file, member)
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def _check_array(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{member.filename} is compressed")
    with file.open(member) as stream:
        version = np.lib.format.read_magic(stream)
        read = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }[version]
        shape, _, dtype = read(stream)
        n_bytes = float(np.prod([float(n) for n in shape])) * dtype.itemsize
        if n_bytes > member.file_size:
            raise ValueError(f"{member.filename} claims to be larger than it is")


def _read_table(path: Path, columns: list[str] | None, adata: AnnData) -> pd.DataFrame | None:
    import pandas as pd

    if columns is None:
        return None
    arrays = _read_arrays(path)
    return pd.DataFrame({name: arrays[name] for name in columns}, index=adata.var_names)
