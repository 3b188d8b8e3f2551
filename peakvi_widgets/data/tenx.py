"""The two forms in which Cell Ranger writes a peak-barcode matrix: a folder, and one HDF5 file.

An ARC run writes genes beside the peaks; only the peaks are taken. Everything is checked before an
AnnData is made, so that nothing is ever half-loaded.
"""

import math
import re
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from ..errors import DataError
from ..steps import shown_as
from .checks import check_filled, check_names, peak_columns, regions_of
from .count_files import Room
from .count_rows import stored_or_read
from .hdf5_safety import open_hdf5
from .matrix_market import Head, read_head, reading_entries
from .memory import check_memory
from .messages import short_path
from .stored_matrix import reading_csr
from .tenx_files import MatrixFiles, find_matrix_files
from .tenx_names import names_from_rows
from .text_table import reading_rows

if TYPE_CHECKING:
    from anndata import AnnData
    from h5py import Group

WELL = re.compile(r"^(?P<stem>.*?)-(?P<well>\d+)$")
SEQUENCE = re.compile(r"[ACGTN]{4,}$")
NAMES_AT_ONCE = 100_000
COUNTS = ("matrix/data", "matrix/indices")  # are read in pieces


def reading_folder(
    place: Path, remarks: list[str], limit: float
) -> Generator[str, None, "AnnData"]:
    """Read a matrix in text form, its regions and its barcodes.

    Parameters
    ----------
    place
        A folder with ``matrix.mtx``, ``peaks.bed`` (or ``features.tsv`` of an ARC run) and
        ``barcodes.tsv``, each as it is or as ``.gz``, perhaps with the prefix of a sample as on
        GEO; or the matrix in such a folder.
    remarks
        Where to put sentences about what was left out or turned round.
    limit
        Bytes of counts that memory may hold.

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
    files = find_matrix_files(place)
    room = Room(limit, (files.matrix, files.features, files.barcodes))
    head = read_head(files.matrix)
    sizes = (head.n_rows, head.n_columns)
    most = 2 * max(sizes) + 1_000  # some more than fit, so that an error can say how many
    yield f"reading {files.features.name}"
    feature_rows = yield from _rows(files.features, most)
    yield f"reading {files.barcodes.name}"
    barcode_rows = yield from _rows(files.barcodes, most)
    names = names_from_rows(feature_rows, barcode_rows, files, sizes)
    remarks += names.remarks
    transposed = _is_transposed(head, len(names.features), len(names.cells), files)
    if transposed:
        remarks.append(
            f"{files.matrix.name} has cells in its rows and regions in its columns; it was turned "
            "round."
        )
    source = short_path(place if place.is_dir() else files.matrix)
    peaks = peak_columns(names.features, source=source, remarks=remarks)
    entries = reading_entries(
        files.matrix, transposed=transposed, columns=peaks, remarks=remarks, room=room
    )
    features = names.features if peaks is None else names.features[peaks]
    name, shape = files.matrix.name, (len(names.cells), len(features))
    steps = shown_as(entries, lambda share: f"reading {name}: {share:.0%}")
    named = short_path(files.matrix)  # as reading names it
    counts = yield from stored_or_read(steps, room, shape, named, remarks)
    yield "checking the counts"
    return _assemble(counts, names.cells, features, source)


def _rows(path: Path, max_rows: int) -> Generator[str, None, list[list[str]]]:
    return shown_as(reading_rows(path, max_rows), lambda _: f"reading {path.name}")


def _is_transposed(head: Head, n_regions: int, n_cells: int, files: MatrixFiles) -> bool:
    """Return whether rows are cells; refuse names that fit neither way."""
    if (head.n_rows, head.n_columns) == (n_regions, n_cells):
        return False
    if (head.n_rows, head.n_columns) == (n_cells, n_regions):
        return True
    raise DataError(
        f"{short_path(files.matrix.parent)} does not fit together: {files.matrix.name} holds "
        f"{head.n_rows:,} regions and {head.n_columns:,} cells, {files.features.name} names "
        f"{n_regions:,} regions and {files.barcodes.name} {n_cells:,} cells; take all three files "
        "from the same run."
    )


def reading_h5(path: Path, remarks: list[str], limit: float) -> Generator[str, None, "AnnData"]:
    """Read Cell Ranger's HDF5 file.

    Parameters
    ----------
    path
        ``filtered_peak_bc_matrix.h5`` of a Cell Ranger ATAC run, or
        ``filtered_feature_bc_matrix.h5`` of an ARC run.
    remarks
        Where to put sentences about the counts.
    limit
        Bytes of counts that memory may hold.

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
    source, room = short_path(path), Room(limit, (path,))
    is_kept = limit < math.inf  # on disk, beyond the limit
    with open_hdf5(path, lambda name: is_kept and name in COUNTS) as file:
        try:
            matrix = file["matrix"]
            var = _h5_features(matrix["features"], source)
            cells = _text(matrix["barcodes"], source).tolist()
            shape = _h5_shape(matrix, len(cells), len(var), source)
            peaks = peak_columns(var, source=source, remarks=remarks)
            steps = reading_csr(
                matrix["data"], matrix["indices"], matrix["indptr"], shape,
                source=source, name=path.name, columns=peaks, remarks=remarks, room=room,
            )  # fmt: skip
            shape = shape[0], len(var) if peaks is None else int(peaks.sum())
            counts = yield from stored_or_read(steps, room, shape, source, remarks)
        except DataError:
            raise
        except Exception as error:
            raise DataError(
                f"{source} is damaged, cut off or not Cell Ranger's peak-barcode matrix; "
                "copy or download it again."
            ) from error
    yield "checking the counts"
    var = var if peaks is None else var[peaks]
    return _assemble(counts, cells, var, source)


def _h5_features(features: "Group", source: str) -> pd.DataFrame:
    columns = {
        column: _text(features[name], source)
        for column, name in (("feature_types", "feature_type"), ("genome", "genome"))
        if name in features
    }
    return pd.DataFrame(columns, index=_text(features["id"], source))


def _text(data: Any, source: str) -> npt.NDArray[np.object_]:
    """Read names, some at a time, because short references may lead to long texts."""
    (n_names,) = data.shape
    names = np.empty(n_names, object)
    for start in range(0, n_names, NAMES_AT_ONCE):
        block = data.asstr()[start : start + NAMES_AT_ONCE]
        check_memory(sum(map(len, block)), source)
        names[start : start + NAMES_AT_ONCE] = block
    return names


def _h5_shape(matrix: "Group", n_cells: int, n_features: int, source: str) -> tuple[int, int]:
    shape = matrix["shape"][:2]
    if shape.dtype.kind not in "iu":
        raise ValueError("sizes that are not whole numbers")
    announced = tuple(int(n) for n in shape)
    n_bounds = matrix["indptr"].shape[0]
    if announced != (n_features, n_cells) or n_bounds != n_cells + 1:
        raise DataError(
            f"{source} does not fit together: it announces {announced[0]:,} regions and "
            f"{announced[-1]:,} cells, but names {n_features:,} and {n_cells:,} and has counts for "
            f"{n_bounds - 1:,} cells; write it again or download it again."
        )
    return n_cells, n_features


def _assemble(
    counts: sparse.csr_matrix,
    barcodes: list[str],
    var: pd.DataFrame,
    source: str,
) -> "AnnData":
    from anndata import AnnData

    obs = _cells(barcodes)
    if not len(var):
        check_names(obs.index, var.index, source=source)
    regions = regions_of(var, obs.index, source=source)
    check_names(pd.Index(barcodes, dtype=object), regions.index, source=source)
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
