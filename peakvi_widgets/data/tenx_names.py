"""Names of cells and features out of the text files beside a matrix.

R writes a line of headings or numbers the rows; both are recognised, and nothing else is guessed.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..errors import DataError
from .messages import quoted, short_path
from .regions import is_region_name
from .tenx_files import MatrixFiles
from .text_table import unquoted

HEADINGS = {"", "x", "v1", "barcode", "barcodes", "cell", "cells", "cell_id", "cellid", "index",
            "peak", "peaks", "region", "regions", "feature", "features", "id", "name", "names",
            "chr", "chrom", "chromosome", "seqnames", "#chrom", "site_name"}  # fmt: skip
NO_REGION = ("track", "browser")  # first words of lines that a genome browser adds to a BED file
WHITE = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Names:
    """What the files beside a matrix name.

    Parameters
    ----------
    features
        One row a feature, indexed by name; ``feature_types`` where the file tells them.
    cells
        Barcodes.
    remarks
        A sentence for each heading that was left out.
    """

    features: pd.DataFrame
    cells: list[str]
    remarks: list[str]


def names_from_rows(
    feature_rows: list[list[str]],
    barcode_rows: list[list[str]],
    files: MatrixFiles,
    sizes: tuple[int, int],
) -> Names:
    """Read names from the rows of two files.

    Parameters
    ----------
    feature_rows, barcode_rows
        Values of each row.
    files
        Where they come from.
    sizes
        Rows and columns of the matrix. A first row that looks like a heading is one only where the
        names fit the matrix without it and not with it.

    Raises
    ------
    DataError
        If a row of a BED file lacks its start or end, or a feature its type.
    """
    feature_rows, barcode_rows = _as_columns(feature_rows), _as_barcodes(barcode_rows, files)
    tables, paths = [feature_rows, barcode_rows], (files.features, files.barcodes)
    headed = [len(rows) > 1 and _is_heading(rows[0]) for rows in tables]
    remarks = []
    for dropped in ((0, 0), (1, 0), (0, 1), (1, 1)):
        possible = all(is_headed or not n for n, is_headed in zip(dropped, headed, strict=True))
        left = tuple(len(rows) - n for rows, n in zip(tables, dropped, strict=True))
        if possible and left in (sizes, sizes[::-1]):
            remarks = [
                f"The first line of {path.name}, {quoted(' '.join(rows[0]))}, is a heading and was "
                "left out."
                for path, rows, n in zip(paths, tables, dropped, strict=True)
                if n
            ]
            tables = [rows[n:] for rows, n in zip(tables, dropped, strict=True)]
            break
    cells = [row[0] for row in _without_row_numbers(tables[1])]
    return Names(_features(_without_row_numbers(tables[0]), files.features), cells, remarks)


def _as_barcodes(rows: list[list[str]], files: MatrixFiles) -> list[list[str]]:
    if ".csv" not in files.barcodes.name:
        return rows
    return [[unquoted(value) for value in row[0].split(",")] for row in rows]


def _as_columns(rows: list[list[str]]) -> list[list[str]]:
    """Leave out what a genome browser adds to a BED file; divide rows that have no tabs."""
    rows = [row for row in rows if row[0].split(" ")[0] not in NO_REGION]
    if rows and len(rows[-1]) == 1 and len(WHITE.split(rows[-1][0])) >= 3:
        return [[unquoted(value) for value in WHITE.split(row[0])] for row in rows]
    return rows


def _features(rows: list[list[str]], path: Path) -> pd.DataFrame:
    if any(_is_bed(row) for row in rows[:10]) or ".bed" in path.name:
        _check_length(rows, path, "chromosome, start and end")
        return pd.DataFrame(index=[f"{row[0]}:{row[1]}-{row[2]}" for row in rows])
    index = pd.Index([row[0] for row in rows], dtype=object)
    if max(map(len, rows), default=3) < 3:  # names alone, or beside a second name
        return pd.DataFrame(index=index)
    _check_length(rows, path, "id, name and type")
    return pd.DataFrame({"feature_types": [row[2] for row in rows]}, index=index)


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


def _without_row_numbers(rows: list[list[str]]) -> list[list[str]]:
    """Drop a first column that only counts the rows, as R's ``write.table`` adds one."""
    numbered = len(rows) > 1 and all(
        len(row) > 1 and row[0] == str(number) for number, row in enumerate(rows, 1)
    )
    if numbered and not _is_bed(rows[0]):
        return [row[1:] for row in rows]
    return rows
