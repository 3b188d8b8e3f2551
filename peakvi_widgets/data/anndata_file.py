"""AnnData and MuData on disk, element by element.

Only the matrix of counts is read from all that could be X, block by block. What anndata cannot read
(encodings of a newer version, damaged notes) is left out and named; names and counts must be right.
"""

import warnings
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from .checks import assembled, check_filled, check_names, peak_columns, regions_of
from .count_files import Room
from .count_rows import stored_or_read
from .counts import NotCountsError
from .hdf5_safety import open_hdf5
from .layer_choice import RAW, counts_elsewhere, list_of_layers, no_layer, within
from .messages import quoted, quoted_list, short_path
from .modality import choose_modality
from .stored_matrix import in_pieces, reading_matrix
from .zarr_safety import open_zarr

if TYPE_CHECKING:
    from anndata import AnnData
    from scipy import sparse

Texts = Generator[str, None, "AnnData"]
MAX_DEPTH = 32


def reading_anndata(
    path: Path, form: str, layer: str | None, remarks: list[str], room: Room
) -> Texts:
    """Read an ``.h5ad``, ``.h5mu`` or zarr store.

    Parameters
    ----------
    path, form
        What to read; the form is ``"hdf5"`` or ``"zarr"``.
    layer
        Layer that holds the counts; None for ``X``, and ``"raw"`` for those of ``raw``.
    remarks
        Where to put sentences about what was left out.
    room
        Where counts may go.

    Yields
    ------
    What is being done.

    Returns
    -------
    Cells by regions, checked as by `check_counts`.

    Raises
    ------
    DataError
        If the file cannot be used.
    """
    source = short_path(path)
    yield f"reading {path.name}"
    by_name = in_pieces(layer, room.limit)
    if form == "zarr":
        with _damage_reported(source):
            return (yield from _reading_root(open_zarr(path, by_name), path, layer, remarks, room))
    with open_hdf5(path, by_name) as file, _damage_reported(source):
        return (yield from _reading_root(file, path, layer, remarks, room))


def _reading_root(
    root: Any, path: Path, layer: str | None, remarks: list[str], room: Room
) -> Texts:
    source = short_path(path)
    group = root
    if "mod" in root and "X" not in root:
        group = _modality(root["mod"], source, remarks)
    if "obs" not in group or "var" not in group:
        raise ValueError("no cells or features")
    obs = _table(group, "obs", remarks)
    raw, layers = _child(group, "raw"), _child(group, "layers") or {}
    from_raw = layer == RAW and raw is not None and layer not in layers
    if layer is not None and layer not in layers and not from_raw:
        raise no_layer(layer, list_of_layers(layers, raw is not None), source)
    home = raw if from_raw else group
    var = _table(home, "var", remarks)
    peaks = peak_columns(var, source=source, remarks=remarks)
    kept = var if peaks is None else var[peaks]
    regions = regions_of(kept, obs.index, source=source)
    check_names(obs.index, regions.index, source=source)
    matrix = _child(home, "X") if layer is None or from_raw else layers[layer]
    shape = (len(obs), len(var))
    try:
        counts = yield from _reading_counts(
            matrix, shape, path, peaks, within(source, layer), remarks, room
        )
        yield "checking the counts"
        check_filled(counts, source=source)
    except NotCountsError as error:
        places = {} if layer is not None else _places(layers, raw)
        raise counts_elsewhere(
            error, places, source=source, opened_as=quoted(source, len(source))
        ) from error
    slots = yield from _reading_slots(group, shape, layer, from_raw, path.name, remarks)
    if peaks is not None:
        slots["varm"] = {name: value[peaks] for name, value in slots["varm"].items()}
        slots["layers"] = {name: value[:, peaks] for name, value in slots["layers"].items()}
    return assembled(counts, obs, kept, regions, **slots)


def _reading_counts(
    matrix: Any,
    shape: tuple[int, int],
    path: Path,
    peaks: npt.NDArray[Any] | None,
    source: str,
    remarks: list[str],
    room: Room,
) -> Generator[str, None, "sparse.csr_matrix"]:
    if matrix is None:
        raise NotCountsError(f"{source} holds no values; put the raw counts in X.")
    steps = reading_matrix(
        matrix, shape, source=source, name=path.name, columns=peaks, remarks=remarks, room=room
    )
    n_regions = shape[1] if peaks is None else int(peaks.sum())
    return (yield from stored_or_read(steps, room, (shape[0], n_regions), source, remarks))


def _child(group: Any, name: str) -> Any:
    """Return an element; None where there is none or it holds nothing."""
    found = group[name] if name in group else None  # noqa: SIM401  # not every group has get
    return None if found is None or found.attrs.get("encoding-type") == "null" else found


def _places(layers: Any, raw: Any) -> dict[str, Any]:
    places = {name: layers[name] for name in layers}
    if raw is not None and RAW not in places:
        places[RAW] = _child(raw, "X")
    return places


def _modality(modalities: Any, source: str, remarks: list[str]) -> Any:
    """Return the ATAC modality of a MuData."""
    known: dict[str, Any] = {}
    for name in modalities:
        try:
            known[name] = _table(modalities[name], "var", [])
        except Exception:  # noqa: BLE001 - a modality that cannot be read cannot be chosen
            known[name] = pd.DataFrame()
    chosen = choose_modality(known, source=source, remarks=remarks)
    return modalities[chosen]


def _table(group: Any, slot: str, remarks: list[str]) -> pd.DataFrame:
    """Read obs or var; columns that cannot be read are left out and named."""
    element = group[slot]
    if not hasattr(element, "keys"):
        return _old_table(element, _child(group, "uns"))
    try:
        table = _element(element)
    except Exception:
        table, lost = _readable_columns(element)
        if not lost:
            raise
        remarks.append(
            f"{slot} has columns that cannot be read and were left out: {quoted_list(lost)}."
        )
    if not isinstance(table, pd.DataFrame):
        raise ValueError(f"{slot} is not a table")
    return table.set_axis(table.index.astype(str))


def _readable_columns(element: Any) -> tuple[pd.DataFrame, list[str]]:
    attributes = dict(element.attrs)
    table = pd.DataFrame(index=pd.Index(_element(element[str(attributes["_index"])])))
    lost = []
    for name in map(str, attributes.get("column-order", [])):
        try:
            table[name] = _element(element[name])
        except Exception:  # noqa: BLE001 - named to the user
            lost.append(name)
    return table, lost


def _old_table(element: Any, notes: Any) -> pd.DataFrame:
    """Read obs or var as anndata wrote them before version 0.7: records, categories in uns."""
    table = pd.DataFrame.from_records(element[:])
    for name in table:
        if table[name].dtype == object:
            table[name] = [
                value.decode() if isinstance(value, bytes) else value for value in table[name]
            ]
        categories = f"{name}_categories"
        if notes is not None and categories in notes:
            labels = pd.Index(_element(notes[categories])).astype(str)
            table[name] = pd.Categorical.from_codes(table[name], labels)
    return table.set_index(table.columns[0]).rename_axis(None)


def _reading_slots(
    group: Any,
    shape: tuple[int, int],
    layer: str | None,
    from_raw: bool,
    name: str,
    remarks: list[str],
) -> Generator[str, None, dict[str, dict[str, Any]]]:
    """Read layers, embeddings and notes; what cannot be read is left out and named."""
    n_cells, n_features = shape
    wanted: dict[str, tuple[int, ...]] = {
        "layers": () if from_raw else (n_cells, n_features),
        "obsm": (n_cells,),
        "varm": () if from_raw else (n_features,),
        "obsp": (n_cells, n_cells),
        "uns": (),
    }
    slots: dict[str, dict[str, Any]] = {slot: {} for slot in wanted}
    lost: list[str] = []
    for slot, leading in wanted.items():
        if slot not in group or (from_raw and slot in ("layers", "varm")):
            continue
        try:
            elements = group[slot]
            keys = list(elements) if hasattr(elements, "keys") else []
        except Exception:  # noqa: BLE001 - named to the user below
            lost.append(slot)
            continue
        for key in keys:
            if slot == "layers" and key == layer:
                continue
            yield f"reading {name}: {slot}"
            try:
                value = _element(elements[key])
                if leading and tuple(value.shape[: len(leading)]) != leading:
                    raise ValueError("another number of cells or features")
                slots[slot][key] = value
            except Exception:  # noqa: BLE001 - named to the user below
                lost.append(f"{slot}/{key}")
    if lost:
        remarks.append(
            f"{name} has parts that cannot be read and were left out: {quoted_list(lost)}."
        )
    return slots


def _element(element: Any) -> Any:
    """Read one element by anndata."""
    import anndata
    from anndata.io import read_elem

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", anndata.OldFormatWarning)
        warnings.filterwarnings("ignore", ".*names are not unique")  # an error follows
        value = read_elem(element)
    return dict(value) if isinstance(value, Mapping) else value


@contextmanager
def _damage_reported(source: str) -> Iterator[None]:
    """Turn whatever damage makes h5py, zarr, anndata or pandas raise into one sentence."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        raise DataError(
            f"{source} is damaged, cut off or not an AnnData; copy or download it again."
        ) from error
