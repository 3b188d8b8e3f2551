"""Barcodes that someone has kept in a file or a list, and the cells that they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..data.text_table import reading_rows, unquoted
from ..errors import DataError
from ..steps import result_of

MAX_BARCODES = 5_000_000
CORE = re.compile(r"[ACGTN]{8,}")  # what is left of a barcode without sample and suffix


class Found(NamedTuple):
    """The cells of some barcodes.

    Attributes
    ----------
    cells
        Sorted positions.
    n_unknown
        How many different barcodes are of no cell.
    n_by_letters
        How many are not the name of a cell and were found by their letters.
    """

    cells: np.ndarray
    n_unknown: int
    n_by_letters: int


class Parts(NamedTuple):
    """A barcode: its sample, its letters and what is behind them."""

    before: str
    letters: str
    behind: str


def read_barcodes(path: Path) -> list[str]:
    """Return the first value of each line of a text file, perhaps packed by gzip.

    Raises
    ------
    DataError
        The file is not there, or not such a file.
    """
    if not path.is_file():
        raise DataError(f"There is no file {path}; give one with a barcode in each line.")
    rows = result_of(reading_rows(path, MAX_BARCODES))
    words = (re.split(r"[,;\s]", row[0], maxsplit=1)[0] for row in rows)
    return [unquoted(word).strip("\"'") for word in words]  # also where only one quote is left


def cells_of_barcodes(barcodes: Sequence[str], names: Sequence[str]) -> Found:
    """Find cells by their barcodes, by letters alone where a name as a whole is not there.

    Letters must be of one cell only. What a barcode has before and behind them must be what that
    cell has, or nothing; it may differ where all barcodes have the same and all names have the
    same, because then no sample can be taken for another.

    Parameters
    ----------
    barcodes
        Perhaps with repeats.
    names
        Of all cells.
    """
    known = {name: at for at, name in enumerate(names)}
    parts = [parts_of(name) for name in names]
    times = Counter(one.letters for one in parts)
    unique = {one.letters: at for at, one in enumerate(parts) if times[one.letters] == 1}
    wanted = {name: parts_of(name) for name in map(str, barcodes)}
    is_one_sample = len(_samples(parts)) == 1 and len(_samples(wanted.values())) == 1

    def by_letters(asked: Parts) -> int:
        at = unique.get(asked.letters, -1) if asked.letters else -1
        if at < 0 or is_one_sample:
            return at
        fits = asked.before in ("", parts[at].before) and asked.behind in ("", parts[at].behind)
        return at if fits else -1

    whole = [known.get(name, -1) for name in wanted]
    pairs = zip(whole, wanted.values(), strict=True)
    found = [by_letters(asked) if at < 0 else at for at, asked in pairs]
    cells = np.unique(np.array(found, "int64"))
    n_unknown = found.count(-1)
    return Found(cells[cells >= 0], n_unknown, whole.count(-1) - n_unknown)


def parts_of(name: str) -> Parts:
    """Return the parts of a barcode, all empty where it has no letters or several such words."""
    words = list(CORE.finditer(name))
    if len(words) != 1:
        return Parts("", "", "")
    start, end = words[0].span()
    return Parts(name[:start], name[start:end], name[end:])


def _samples(parts: Iterable[Parts]) -> set[tuple[str, str]]:
    return {(one.before, one.behind) for one in parts if one.letters}
