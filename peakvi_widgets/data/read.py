"""One door for every form in which counts lie on disk."""

import os
import warnings
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DataError

if TYPE_CHECKING:
    from anndata import AnnData

FORMS = "a Cell Ranger folder, a Cell Ranger .h5, an .h5ad or a .zarr"


def read(path: str | os.PathLike[str]) -> "AnnData":
    """Read counts, cells by regions.

    Parameters
    ----------
    path
        A Cell Ranger ATAC or ARC folder (``matrix.mtx``, ``peaks.bed``, ``barcodes.tsv``) or its
        ``.h5``, an AnnData as ``.h5ad`` or ``.zarr``.

    Returns
    -------
    Counts as they are, in ``X``: CSR, the smallest unsigned integers that hold them. ``var_names``
    are ``chr:start-end``; ``var`` has ``chr``, ``start`` and ``end``. An AnnData keeps its names of
    cells and everything else but ``raw`` and ``varp``; for the others see `read_10x_atac`.

    Raises
    ------
    DataError
        If the file cannot be used; the text names it and says what to do.
    """
    return _all(reading(path), path)


def read_10x_atac(path: str | os.PathLike[str]) -> "AnnData":
    """Read the peak-barcode matrix of Cell Ranger ATAC or ARC.

    Parameters
    ----------
    path
        The folder with ``matrix.mtx``, ``peaks.bed`` and ``barcodes.tsv``, as they are or as
        ``.gz``, or the ``.h5``.

    Returns
    -------
    Cells by regions, as `read` describes. Where all cells come from one GEM well, the number of the
    well is taken off the barcode (``AAAC-1`` becomes ``AAAC``), as scvi-tools' reader does; where
    there are several it stays, because a barcode may come once in each. In both cases
    ``obs["batch_id"]`` is the well.

    Raises
    ------
    DataError
        If the file cannot be used; the text names it and says what to do.
    """
    return _all(_reading_10x(_existing(path)), path)


def reading(path: str | os.PathLike[str]) -> Generator[str, None, "AnnData"]:
    """Read counts step by step, for a job that can be watched and stopped.

    Parameters
    ----------
    path
        As for `read`.

    Yields
    ------
    What is being done, such as ``"reading matrix.mtx: 40%"``.

    Returns
    -------
    As `read`; whether some cells or regions are all zero is left to `all_zero`.

    Raises
    ------
    DataError
        As for `read`.
    """
    place = _existing(path)
    if place.is_dir():
        form = "zarr" if _is_zarr(place) else "10x"
    else:
        form = {".h5ad": "h5ad", ".h5": "10x"}.get(place.suffix.lower(), "")
    if place.name in ("matrix.mtx", "matrix.mtx.gz"):
        place, form = place.parent, "10x"
    if form == "10x":
        return (yield from _reading_10x(place))
    if form in ("h5ad", "zarr"):
        return (yield from _reading_anndata(place, form))
    raise DataError(f"{place} {_advice(place.name.lower())}")


def _reading_10x(place: Path) -> Generator[str, None, "AnnData"]:
    from .tenx import reading_folder, reading_h5

    if place.is_dir():
        return (yield from reading_folder(place))
    if place.name in ("matrix.mtx", "matrix.mtx.gz"):
        return (yield from reading_folder(place.parent))
    _check_hdf5(place, "10x")
    return (yield from reading_h5(place))


def _reading_anndata(place: Path, form: str) -> Generator[str, None, "AnnData"]:
    import anndata

    from .checks import check_counts

    if form == "h5ad":
        _check_hdf5(place, form)
    yield f"reading {place.name}"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", anndata.OldFormatWarning)
            warnings.filterwarnings("ignore", ".*names are not unique")  # an error follows
            adata = anndata.read_h5ad(place) if form == "h5ad" else anndata.read_zarr(place)
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise DataError(
            f"{place} is damaged, cut off or no AnnData; copy or download it again."
        ) from error
    yield "checking the counts"
    return check_counts(adata, source=str(place))


def _all(steps: Generator[str, None, "AnnData"], path: str | os.PathLike[str]) -> "AnnData":
    from .checks import DataWarning, all_zero

    while True:
        try:
            next(steps)
        except StopIteration as end:
            adata: AnnData = end.value
            break
    sentence = all_zero(adata, source=os.fspath(path))
    if sentence:
        warnings.warn(sentence, DataWarning, stacklevel=3)
    return adata


def _existing(path: str | os.PathLike[str]) -> Path:
    place = Path(path).expanduser()
    if not place.exists():
        raise DataError(f"There is no file or folder {place}; check its name.")
    if not os.access(place, os.R_OK):
        raise DataError(f"{place} may not be read; ask its owner for access.")
    return place


def _is_zarr(folder: Path) -> bool:
    marks = (".zgroup", ".zattrs", "zarr.json")
    return folder.suffix.lower() == ".zarr" or any((folder / mark).exists() for mark in marks)


def _check_hdf5(path: Path, form: str) -> None:
    """Refuse a file whose content is another form than its name says."""
    import h5py

    if not h5py.is_hdf5(path):
        raise DataError(
            f"{path} is no HDF5 file, whatever its name says; open {FORMS}, "
            "or give it the name of what it is."
        )
    try:
        with h5py.File(path) as file:
            groups = set(file)
    except OSError as error:
        raise DataError(f"{path} is damaged or cut off; copy or download it again.") from error
    found = "10x" if "matrix" in groups else "h5ad" if {"obs", "var"} <= groups else ""
    if found == form:
        return
    if found:
        held = "an AnnData" if found == "h5ad" else "a Cell Ranger matrix"
        suffix = ".h5ad" if found == "h5ad" else ".h5"
        raise DataError(f"{path} holds {held}; rename it to {path.with_suffix(suffix).name}.")
    wanted = "an AnnData" if form == "h5ad" else "Cell Ranger's peak-barcode matrix"
    raise DataError(f"{path} is an HDF5 file, but not {wanted}; open {FORMS}.")


def _advice(name: str) -> str:
    if "fragments" in name:
        return "holds fragments, not counts; open the peak-barcode matrix of the same run."
    if name.endswith((".tar.gz", ".tgz", ".tar", ".zip")):
        return "is an archive; unpack it and open what is inside."
    return f"is of no known form; open {FORMS}."
