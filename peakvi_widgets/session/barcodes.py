"""Barcodes that someone has kept in a file or a list, and the cells that they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..data.text_table import reading_rows, unquoted
from ..errors import DataError

MAX_BARCODES = 5_000_000
CORE = re.compile(r"[ACGTN]{8,}")  # what is left of a barcode without sample and suffix


def read_barcodes(path: Path) -> list[str]:
    """Return the first value of each line of a text file, perhaps packed by gzip.

    Raises
    ------
    DataError
        The file is not there, or not such a file.
    """
    if not path.is_file():
        raise DataError(f"There is no file {path}; give one with a barcode in each line.")
    reading = reading_rows(path, MAX_BARCODES)
    while True:
        try:
            next(reading)
        except StopIteration as end:
            rows: list[list[str]] = end.value
            break
    return [unquoted(re.split(r"[,;\s]", row[0], maxsplit=1)[0]) for row in rows]


def cells_of_barcodes(barcodes: Sequence[str], names: Sequence[str]) -> tuple[np.ndarray, int]:
    """Find cells by their barcodes, by letters alone where a name as a whole is not there.

    Parameters
    ----------
    barcodes
        Perhaps with repeats.
    names
        Of all cells.

    Returns
    -------
    Sorted positions of the cells, and how many different barcodes are of none.
    """
    known = {name: at for at, name in enumerate(names)}
    cores = [core_of(name) for name in names]
    times = Counter(cores)
    unique = {core: at for at, core in enumerate(cores) if core and times[core] == 1}
    wanted = dict.fromkeys(barcodes)
    found = [known.get(name, unique.get(core_of(name), -1)) for name in wanted]
    cells = np.unique(np.array(found, "int64"))
    return cells[cells >= 0], found.count(-1)


def core_of(name: str) -> str:
    """Return the letters of a barcode, empty where it has none or several such words."""
    words = CORE.findall(name)
    return words[0] if len(words) == 1 else ""
