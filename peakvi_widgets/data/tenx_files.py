"""Which files belong to a matrix: Cell Ranger's plain names, and GEO's with a sample's prefix."""

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import DataError
from .messages import quoted_list, short_path

MATRIX = re.compile(r"^(?P<prefix>.*?)(?:matrix)?\.mtx(?:\.gz)?$", re.IGNORECASE)
FEATURES = ("peaks.bed", "features.tsv", "regions.bed", "features.bed", "peaks.tsv", "peaks.txt",
            "regions.tsv", "regions.txt", "features.txt", "genes.tsv")  # fmt: skip
BARCODES = ("barcodes.tsv", "barcodes.txt", "barcodes.csv", "cells.tsv", "cells.txt")


@dataclass(frozen=True, slots=True)
class MatrixFiles:
    """The three files of one sample.

    Parameters
    ----------
    matrix, features, barcodes
        Regular files that exist.
    """

    matrix: Path
    features: Path
    barcodes: Path


def is_matrix_name(name: str) -> bool:
    """Return whether a file is named like a Matrix Market file.

    Parameters
    ----------
    name
        Name of a file, such as ``GSM1_matrix.mtx.gz``.
    """
    return MATRIX.match(name) is not None


def find_matrix_files(place: Path) -> MatrixFiles:
    """Find the files of a sample.

    Parameters
    ----------
    place
        The folder, or the matrix in it.

    Returns
    -------
    The plain file first where there is also a packed one.

    Raises
    ------
    DataError
        If a file is missing, or the folder holds several samples.
    """
    folder = place if place.is_dir() else place.parent
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}
    matrix = place if place.is_file() else _matrix(folder, files)
    prefix = _prefix(matrix.name) if matrix is not None else ""
    lone = len({_prefix(name) for name in files if is_matrix_name(name)}) <= 1
    features = _companion(files, FEATURES, prefix, lone)
    barcodes = _companion(files, BARCODES, prefix, lone)
    found = {"matrix.mtx": matrix, FEATURES[0]: features, BARCODES[0]: barcodes}
    missing = [prefix + name for name, path in found.items() if path is None]
    if len(missing) == 3:
        raise DataError(f"{short_path(folder)} {_nothing_there(folder)}")
    if matrix is None or features is None or barcodes is None:
        raise DataError(
            f"{short_path(folder)} has no {' and no '.join(missing)} (nor the same as .gz); "
            "put it beside the other files of this run."
        )
    return MatrixFiles(matrix, features, barcodes)


def _matrix(folder: Path, files: dict[str, Path]) -> Path | None:
    """Choose the only matrix of a folder."""
    named = [name for name in files if is_matrix_name(name)]
    plain = [name for name in named if re.match(r"matrix\.mtx", name)]
    whole = [name for name in named if "matrix.mtx" in name.lower()]
    names = plain or whole or named
    prefixes = sorted({_prefix(name) for name in names})
    if len(prefixes) > 1:
        raise DataError(
            f"{short_path(folder)} holds {len(prefixes)} samples ("
            f"{quoted_list((prefix.rstrip('_.-') for prefix in prefixes), 3)}); open one by its "
            f"matrix, such as {short_path(Path(names[0]))}, or join them by "
            "peakvi_widgets.read_samples."
        )
    return files[names[0]] if names else None


def _prefix(name: str) -> str:
    match = MATRIX.match(name)
    return match["prefix"] if match else ""


def _companion(
    files: dict[str, Path], names: tuple[str, ...], prefix: str, lone: bool
) -> Path | None:
    """Find a file by the prefix of its matrix, then by ever shorter ones."""
    lower = {name.lower(): path for name, path in files.items()}
    while True:
        for name in names:
            for ending in ("", ".gz"):
                path = lower.get(f"{prefix}{name}{ending}".lower())
                if path is not None:
                    return path
        shorter = re.sub(r"[^_.-]*[_.-]?$", "", prefix.rstrip("_.-"))
        if not prefix or (not shorter and not lone):
            return None
        prefix = shorter


def _nothing_there(folder: Path) -> str:
    inside = sorted(path.parent.name for path in folder.glob("*/*matrix.mtx*"))
    return (
        "is not a Cell Ranger folder: it has no matrix.mtx, peaks.bed and barcodes.tsv; "
        + (f"open {short_path(folder / inside[0])}." if inside else "open the folder that holds "
           "them.")
    )  # fmt: skip
