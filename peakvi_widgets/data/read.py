"""One door for every form in which counts lie on disk."""

import os
import stat
import warnings
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DataError
from ..paths import absolute_path
from .messages import short_path

if TYPE_CHECKING:
    from anndata import AnnData

FORMS = "a Cell Ranger folder, a Cell Ranger .h5, an .h5ad, .h5mu or .zarr"


def read(
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    memory: str | float | None = None,
    progress: bool | None = None,
) -> "AnnData":
    """Read counts, cells by regions.

    Parameters
    ----------
    path
        A Cell Ranger ATAC or ARC folder (``matrix.mtx``, ``peaks.bed``, ``barcodes.tsv``, perhaps
        with a sample's prefix as on GEO), the matrix in it, or Cell Ranger's ``.h5``; an AnnData as
        ``.h5ad`` or ``.zarr``; a MuData as ``.h5mu``, of which the ATAC modality is taken.
    layer
        Layer of an AnnData that holds the counts; None for ``X``, and ``"raw"`` for those of
        ``raw``.
    memory
        Largest counts that are held in memory, such as ``"2 GB"``; larger ones are copied once to
        the user's cache folder and read from there, see ``peakvi_widgets.cache``. None for
        ``peakvi_widgets.settings.memory``.
    progress
        Whether a progress bar is shown where reading takes a while; None for
        ``peakvi_widgets.settings.progress``.

    Returns
    -------
    Counts as they are, in ``X``: CSR, the smallest unsigned integers that hold them, which cannot
    be written where they lie on disk. ``var_names``
    are ``chr:start-end``; ``var`` has ``chr``, ``start`` and ``end``. An AnnData keeps its names of
    cells and everything else but ``raw`` and ``varp``; for the others see `read_10x_atac`.

    Raises
    ------
    DataError
        If the file cannot be used; the text names it and says what to do.

    Warns
    -----
    DataWarning
        About cells and regions without counts, and what was left out, summed or transposed.
    """
    remarks: list[str] = []
    steps = reading(path, layer=layer, memory=memory, remarks=remarks)
    return _all(steps, path, remarks, progress)


def read_10x_atac(
    path: str | os.PathLike[str],
    *,
    memory: str | float | None = None,
    progress: bool | None = None,
) -> "AnnData":
    """Read the peak-barcode matrix of Cell Ranger ATAC or ARC.

    Parameters
    ----------
    path
        The folder with ``matrix.mtx``, ``peaks.bed`` and ``barcodes.tsv``, as they are or as
        ``.gz``, the matrix in it, or the ``.h5``.
    memory, progress
        As for `read`.

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

    Warns
    -----
    DataWarning
        As `read`.
    """
    from .count_files import counts_limit

    remarks: list[str] = []
    steps = _reading_10x(_existing(path), remarks, counts_limit(memory))
    return _all(steps, path, remarks, progress)


def reading(
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    memory: str | float | None = None,
    remarks: list[str] | None = None,
) -> Generator[str, None, "AnnData"]:
    """Read counts step by step, for a job that can be watched and stopped.

    Parameters
    ----------
    path, layer, memory
        As for `read`.
    remarks
        Where to put sentences about what was left out, summed or transposed.

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
    from .count_files import Room, counts_limit

    place, limit = _existing(path), counts_limit(memory)
    remarks = [] if remarks is None else remarks
    form = _form(place)
    if layer is not None and form == "10x":
        raise DataError(
            f"{short_path(place)} is a matrix without layers; open it without layer={layer!r:.40}."
        )
    if form == "10x":
        return (yield from _reading_10x(place, remarks, limit))
    from .anndata_file import reading_anndata

    if form != "zarr":
        _check_hdf5(place, form)
    room = Room(limit, (place,), layer)
    stored_as = "zarr" if form == "zarr" else "hdf5"
    return (yield from reading_anndata(place, stored_as, layer, remarks, room))


def counts_key(path: str | os.PathLike[str], layer: str | None = None) -> str:
    """Return what tells the files that `read` reads, as they are now, from all others.

    Parameters
    ----------
    path, layer
        As for `read`.

    Returns
    -------
    32 letters, which change when a file is written or replaced; empty where one is not there.
    """
    from .count_files import key_of
    from .tenx_files import find_matrix_files, is_matrix_name

    try:
        place = _existing(path)
        if is_matrix_name(place.name) or (place.is_dir() and not _is_zarr(place)):
            found = find_matrix_files(place)
            return key_of((found.matrix, found.features, found.barcodes), layer)
    except (DataError, OSError):
        return ""
    return key_of((place,), layer)


def _form(place: Path) -> str:
    """Return the form of a file or folder by its name."""
    from .tenx_files import is_matrix_name

    if place.is_dir():
        return "zarr" if _is_zarr(place) else "10x"
    if is_matrix_name(place.name):
        return "10x"
    form = {".h5ad": "h5ad", ".h5mu": "h5mu", ".h5": "10x"}.get(place.suffix.lower())
    if form is None:
        raise DataError(f"{short_path(place)} {_advice(place.name.lower())}")
    return form


def _reading_10x(place: Path, remarks: list[str], limit: float) -> Generator[str, None, "AnnData"]:
    from .tenx import reading_folder, reading_h5
    from .tenx_files import is_matrix_name

    if place.is_dir() or is_matrix_name(place.name):
        return (yield from reading_folder(place, remarks, limit))
    _check_hdf5(place, "10x")
    return (yield from reading_h5(place, remarks, limit))


def _all(
    steps: Generator[str, None, "AnnData"],
    path: str | os.PathLike[str],
    remarks: list[str],
    progress: bool | None,
) -> "AnnData":
    from ..progress import follow_texts
    from .checks import DataWarning, all_zero

    adata = follow_texts(steps, show=progress)
    for sentence in (*remarks, all_zero(adata, source=os.fspath(path))):
        if sentence:
            warnings.warn(sentence, DataWarning, stacklevel=3)
    return adata


def _existing(path: str | os.PathLike[str]) -> Path:
    absolute_path(path)  # raises for what no file can be named
    place = Path(path).expanduser()
    try:
        mode = place.stat().st_mode
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        raise DataError(
            f"There is no file or folder {short_path(place)}; check its name."
        ) from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise DataError(
            f"{short_path(place)} is not a regular file or folder; copy its content into a file "
            "and open that."
        )
    if not os.access(place, os.R_OK):
        raise DataError(f"{short_path(place)} cannot be read; ask its owner for access.")
    return place


def _is_zarr(folder: Path) -> bool:
    marks = (".zgroup", ".zattrs", "zarr.json")
    return folder.suffix.lower() == ".zarr" or any((folder / mark).exists() for mark in marks)


def _check_hdf5(path: Path, form: str) -> None:
    """Raise if the content of a file is not what its name says."""
    from .hdf5_safety import open_hdf5

    source = short_path(path)
    with open_hdf5(path, lambda _name: True) as file:  # no array is read here
        groups = set(file)
    found = "10x" if "matrix" in groups else "h5ad" if {"obs", "var"} <= groups else ""
    if "mod" in groups and "X" not in groups:
        found = "h5mu"
    if found == form:
        return
    if found:
        held = {"h5ad": "an AnnData", "h5mu": "a MuData", "10x": "a Cell Ranger matrix"}[found]
        suffix = ".h5" if found == "10x" else f".{found}"
        raise DataError(f"{source} holds {held}; rename it to {path.with_suffix(suffix).name}.")
    wanted = "Cell Ranger's peak-barcode matrix" if form == "10x" else "an AnnData"
    raise DataError(f"{source} is an HDF5 file, but not {wanted}; open {FORMS}.")


def _advice(name: str) -> str:
    if "fragments" in name:
        return "holds fragments, not counts; open the peak-barcode matrix of the same run."
    if name.endswith((".tar.gz", ".tgz", ".tar", ".zip")):
        return "is an archive; unpack it and open what is inside."
    return f"is of an unknown form; open {FORMS}."
