"""Names of cells and features out of the text files beside a matrix.

R writes a line of headings or numbers the rows; both are recognised, and nothing else is guessed.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..errors import DataError
from .messages import quoted, short_path
from .regions import is_region_name
from .text_table import unquoted

HEADINGS = {"", "x", "v1", "barcode", "barcodes", "cell", "cells", "cell_id", "cellid", "index",
            "peak", "peaks", "region", "regions", "feature", "features", "id", "name", "names",
            "chr", "chrom", "chromosome", "seqnames", "#chrom", "site_name"}  # fmt: skip
NO_REGION = ("track", "browser")  # first words of lines that a genome browser adds to a BED file
WHITE = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class NamedRows:
    """What a file names, and what was left out to read it.

    Parameters
    ----------
    table
        One row a cell or feature, indexed by name.
    remark
        A sentence; empty where the file was plain.
    """

    table: pd.DataFrame
    remark: str = ""


def barcodes_of(rows: list[list[str]], path: Path, expected: Collection[int]) -> NamedRows:
    """Take the names of cells from the rows of ``barcodes.tsv``.

    Parameters
    ----------
    rows
        Values of each row.
    path
        The file, for the text of a remark.
    expected
        Sizes of the matrix; there is a heading only where the rows do not fit without.
    """
    if ".csv" in path.name:
        rows = [[unquoted(value) for value in row[0].split(",")] for row in rows]
    rows, remark = _without_heading(rows, path, expected, lambda row: row[0].lower() in HEADINGS)
    rows = _without_row_numbers(rows)
    return NamedRows(pd.DataFrame(index=pd.Index([row[0] for row in rows], dtype=object)), remark)


def features_of(rows: list[list[str]], path: Path, expected: Collection[int]) -> NamedRows:
    """Take features from the rows of ``peaks.bed``, ``features.tsv`` or a list of names.

    Parameters
    ----------
    rows
        Values of each row.
    path
        The file, for the text of an error or remark.
    expected
        Sizes of the matrix; there is a heading only where the rows do not fit without.

    Raises
    ------
    DataError
        If a row of a BED file lacks its start or end, or a feature its type.
    """
    rows = [row for row in rows if row[0].split(" ")[0] not in NO_REGION]
    if rows and len(rows[-1]) == 1 and len(WHITE.split(rows[-1][0])) >= 3:
        rows = [WHITE.split(row[0]) for row in rows]  # divided by spaces or commas
    rows, remark = _without_heading(rows, path, expected, _is_heading)
    rows = _without_row_numbers(rows)
    if any(_is_bed(row) for row in rows[:10]) or ".bed" in path.name:
        _check_length(rows, path, "chromosome, start and end")
        return NamedRows(
            pd.DataFrame(index=[f"{row[0]}:{row[1]}-{row[2]}" for row in rows]), remark
        )
    index = pd.Index([row[0] for row in rows], dtype=object)
    if max(map(len, rows), default=3) < 3:  # names alone, or beside a second name
        return NamedRows(pd.DataFrame(index=index), remark)
    _check_length(rows, path, "id, name and type")
    return NamedRows(pd.DataFrame({"feature_types": [row[2] for row in rows]}, index=index), remark)


def _check_length(rows: list[list[str]], path: Path, columns: str) -> None:
    short = next((row for row in rows if len(row) < 3), None)
    if short is not None:
        raise DataError(
            f"{short_path(path)} has a line {quoted(' '.join(short))} without {columns}, divided "
            "by tabs; copy or download it again."
        )


def _is_bed(row: list[str]) -> bool:
    return len(row) >= 3 and row[1].isdecimal() and row[2].isdecimal()


def _is_heading(row: list[str]) -> bool:
    return row[0].lower() in HEADINGS and not _is_bed(row) and not bool(is_region_name(row[:1])[0])


def _without_heading(
    rows: list[list[str]],
    path: Path,
    expected: Collection[int],
    is_heading: Callable[[list[str]], bool],
) -> tuple[list[list[str]], str]:
    if len(rows) > 1 and len(rows) not in expected and is_heading(rows[0]):
        remark = (
            f"The first line of {path.name}, {quoted(' '.join(rows[0]))}, is a heading and was "
            "left out."
        )
        return rows[1:], remark
    return rows, ""


def _without_row_numbers(rows: list[list[str]]) -> list[list[str]]:
    """Take off a first column that only counts the rows, as R's ``write.table`` adds one."""
    numbered = len(rows) > 1 and all(
        len(row) > 1 and row[0] == str(number) for number, row in enumerate(rows, 1)
    )
    if numbered and not _is_bed(rows[0]):
        return [row[1:] for row in rows]
    return rows
