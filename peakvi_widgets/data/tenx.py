"""The two forms in which Cell Ranger writes a peak-barcode matrix: a folder, and one HDF5 file.

An ARC run writes genes beside the peaks; only the peaks are taken. Everything is checked before an
AnnData is made, so that nothing is ever half-loaded.
"""

import gzip
import re
import zlib
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from ..errors import DataError
from .checks import check_filled, check_names, peak_columns, regions_of
from .counts import BLOCK, compact_counts, compact_values
from .matrix_market import reading_matrix_market

if TYPE_CHECKING:
    from anndata import AnnData
    from h5py import Group

WELL = re.compile(r"^(?P<stem>.*?)-(?P<well>\d+)$")
SEQUENCE = re.compile(r"[ACGTN]{4,}$")
FEATURES = ("peaks.bed", "features.tsv")


def reading_folder(folder: Path) -> Generator[str, None, "AnnData"]:
    """Read a Cell Ranger folder: a matrix, its regions, its barcodes.

    Parameters
    ----------
    folder
        Holds ``matrix.mtx``, ``peaks.bed`` (or ``features.tsv`` of an ARC run) and
        ``barcodes.tsv``, each as it is or as ``.gz``.

    Yields
    ------
    What is being done.

    Returns
    -------
    Cells by regions; see `read_10x_atac`.

    Raises
    ------
    DataError
        If a file is missing or damaged, the files do not agree, or the counts cannot be used.
    """
    matrix, features, barcodes = _files(folder)
    yield f"reading {features.name}"
    var = _read_features(features)
    yield f"reading {barcodes.name}"
    cells = [line.split("\t")[0] for line in _lines(barcodes)]
    steps = reading_matrix_market(matrix)
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            counts: sparse.csr_matrix = end.value
            break
        yield f"reading {matrix.name}: {share:.0%}"
    if counts.shape != (len(cells), len(var)):
        raise DataError(
            f"{folder} does not fit together: {matrix.name} holds {counts.shape[1]:,} regions and "
            f"{counts.shape[0]:,} cells, {features.name} names {len(var):,} regions and "
            f"{barcodes.name} {len(cells):,} cells; take all three files from the same run."
        )
    yield "checking the counts"
    return _assemble(counts, cells, var, source=str(folder))


def reading_h5(path: Path) -> Generator[str, None, "AnnData"]:
    """Read Cell Ranger's HDF5 file.

    Parameters
    ----------
    path
        ``filtered_peak_bc_matrix.h5`` of a Cell Ranger ATAC run, or
        ``filtered_feature_bc_matrix.h5`` of an ARC run.

    Yields
    ------
    What is being done.

    Returns
    -------
    Cells by regions; see `read_10x_atac`.

    Raises
    ------
    DataError
        If the file is damaged or no such file, or the counts cannot be used.
    """
    import h5py

    try:
        with h5py.File(path) as file:
            matrix = file["matrix"]
            var = _h5_features(matrix["features"])
            cells = _text(matrix["barcodes"]).tolist()
            counts = yield from _h5_counts(matrix, len(cells), len(var), path)
    except DataError:
        raise
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise DataError(
            f"{path} is damaged, cut off or not Cell Ranger's peak-barcode matrix; "
            "copy or download it again."
        ) from error
    yield "checking the counts"
    return _assemble(counts, cells, var, source=str(path))


def _h5_features(features: "Group") -> pd.DataFrame:
    columns = (
        {"feature_types": _text(features["feature_type"])} if "feature_type" in features else {}
    )
    if "genome" in features:
        columns["genome"] = _text(features["genome"])
    return pd.DataFrame(columns, index=_text(features["id"]))


def _text(data: Any) -> npt.NDArray[np.object_]:
    return np.asarray(data.asstr()[:], dtype=object)


def _h5_counts(
    matrix: "Group", n_cells: int, n_features: int, path: Path
) -> Generator[str, None, sparse.csr_matrix]:
    data, indices = matrix["data"], matrix["indices"]
    indptr = matrix["indptr"][:].astype(np.int64)
    n_values, shape = len(data), tuple(int(n) for n in matrix["shape"][:])
    if shape != (n_features, n_cells) or len(indptr) != n_cells + 1:
        raise DataError(
            f"{path} does not fit together: it announces {shape[0]:,} regions and {shape[-1]:,} "
            f"cells, but names {n_features:,} and {n_cells:,} and has counts for "
            f"{len(indptr) - 1:,} cells; write it again or download it again."
        )
    if len(indices) != n_values or indptr[0] != 0 or indptr[-1] != n_values:
        raise ValueError("counts and their places differ in number")
    if (np.diff(indptr) < 0).any():
        raise ValueError("cells overlap")
    columns = np.empty(n_values, np.int32)
    counts = np.empty(n_values, np.uint8)
    for start in range(0, n_values, BLOCK):
        yield f"reading {path.name}: {start / n_values:.0%}"
        here = slice(start, start + BLOCK)
        values = compact_values(data[here], source=str(path))
        counts = counts.astype(np.promote_types(counts.dtype, values.dtype), copy=False)
        counts[here], places = values, indices[here]
        if places.min() < 0 or places.max() >= n_features:
            raise ValueError("a count has no region")
        columns[here] = places
    return sparse.csr_matrix((counts, columns, indptr), shape=(n_cells, n_features))


def _files(folder: Path) -> tuple[Path, Path, Path]:
    """Find the three files; the plain one first where there is also a packed one."""
    wanted = (("matrix.mtx",), FEATURES, ("barcodes.tsv",))
    found = [
        [
            path
            for name in names
            for path in (folder / name, folder / f"{name}.gz")
            if path.is_file()
        ]
        for names in wanted
    ]
    missing = [names[0] for names, paths in zip(wanted, found, strict=True) if not paths]
    if len(missing) == len(wanted):
        inside = sorted(path.parent.name for path in folder.glob("*/matrix.mtx*"))
        raise DataError(
            f"{folder} is no Cell Ranger folder: it has no matrix.mtx, peaks.bed and barcodes.tsv; "
            + (f"open {folder / inside[0]}." if inside else "open the folder that holds them.")
        )
    if missing:
        raise DataError(
            f"{folder} has no {' and no '.join(missing)} (nor the same as .gz); "
            "put it beside the other files of this run."
        )
    matrix, features, barcodes = (paths[0] for paths in found)
    return matrix, features, barcodes


def _lines(path: Path) -> list[str]:
    try:
        packed = path.suffix == ".gz"
        text = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
        lines = text.decode("utf-8").splitlines()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{path} is damaged or cut off; copy or download it again.") from error
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _read_features(path: Path) -> pd.DataFrame:
    """Read a BED file of peaks, or the features of an ARC run (id, name, type, ...)."""
    rows = [line.split("\t") for line in _lines(path)]
    bed = path.name.startswith("peaks.bed")
    short = next((row for row in rows if len(row) < 3), None)
    if short is not None:
        columns = "chromosome, start and end" if bed else "id, name and type"
        raise DataError(
            f"{path} has a line {' '.join(short)!r} without {columns}, divided by tabs; "
            "copy or download it again."
        )
    if bed:
        return pd.DataFrame(index=[f"{row[0]}:{row[1]}-{row[2]}" for row in rows])
    return pd.DataFrame({"feature_types": [row[2] for row in rows]}, index=[row[0] for row in rows])


def _assemble(
    counts: sparse.csr_matrix, barcodes: list[str], var: pd.DataFrame, *, source: str
) -> "AnnData":
    from anndata import AnnData

    peaks = peak_columns(var, source=source)
    if peaks is not None:
        counts, var = counts[:, peaks], var[peaks]
    obs = _cells(barcodes)
    if not len(var):
        check_names(obs.index, var.index, source=source)
    regions = regions_of(var, obs.index, source=source)
    check_names(pd.Index(barcodes), regions.index, source=source)
    counts = compact_counts(counts, source=source)
    check_filled(counts, source=source)
    if "genome" in var:
        regions["genome"] = pd.Categorical(var["genome"].to_numpy())
    return AnnData(X=counts, obs=obs, var=regions)


def _cells(barcodes: list[str]) -> pd.DataFrame:
    """Name the cells; see `read_10x_atac` for what becomes of the number of the GEM well."""
    matches = [match for match in map(WELL.match, barcodes) if match is not None]
    wells = [match["well"] for match in matches]
    sequences = all(SEQUENCE.search(match["stem"]) for match in matches)
    # Numbers that merely count the cells (cell-0, cell-1, ...) are no wells.
    if len(matches) < len(barcodes) or not (sequences or len(set(wells)) < len(barcodes)):
        return pd.DataFrame(index=pd.Index(barcodes, dtype=object))
    one = len(set(wells)) == 1
    names = [match["stem"] for match in matches] if one else barcodes
    order = sorted(set(wells), key=int)
    batch_id = pd.Categorical(wells, categories=order)
    return pd.DataFrame({"batch_id": batch_id}, index=pd.Index(names, dtype=object))
