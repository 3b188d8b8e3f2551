"""Regions to and from a BED file: of genome browsers, bedtools and GREAT."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..arguments import shown
from ..errors import DataError
from ..files import write_whole
from ..paths import absolute_path
from ..steps import result_of
from .regions import parse_region_names, region_table
from .text_table import reading_rows

if TYPE_CHECKING:
    import pandas as pd

MAX_SCORE = 1000  # the highest that the format knows
MAX_PLACES = 2_000_000


def write_bed(
    regions: pd.DataFrame | pd.Index | Sequence[str],
    path: str | Path,
    *,
    overwrite: bool = False,
) -> Path:
    """Write regions to a BED file, in the order in which they are given.

    Parameters
    ----------
    regions
        Names such as ``adata.var_names``, or a table that has them as index, such as
        ``session.da_result`` or a part of it.
    path
        Where to write, such as ``"called.bed"``.
    overwrite
        Whether a file that is there may be replaced.

    Returns
    -------
    Where it is, as an absolute path. Six columns: chromosome, start (counted from 0), end (not
    included), name, score and strand. The name is the table's ``gene`` where it has one, else the
    region's; the score is 1,000 times ``prob_da``, 0 without it; no region has a strand (".").

    Raises
    ------
    DataError
        A name is not a region, or the file is there already or cannot be written.

    References
    ----------
    The format: https://samtools.github.io/hts-specs/BEDv1.pdf
    """
    path = absolute_path(path)
    write_whole(path, bed_text(regions).encode(), overwrite=overwrite)
    return path


def bed_text(regions: pd.DataFrame | pd.Index | Sequence[str]) -> str:
    """Return what `write_bed` writes."""
    import pandas as pd

    table = regions if isinstance(regions, pd.DataFrame) else pd.DataFrame(index=list(regions))
    names = list(table.index)
    if not names:
        return ""
    places = parse_region_names(names)
    labels, scores = list(map(str, names)), np.zeros(len(names), int)
    if "gene" in table:
        genes = table["gene"].fillna("").astype(str)
        labels = [gene or name for gene, name in zip(genes, labels, strict=True)]
    if "prob_da" in table:
        share = np.nan_to_num(table["prob_da"].to_numpy(float))
        scores = np.rint(MAX_SCORE * share).astype(int)
    rows = zip(places["chr"], places["start"], places["end"], labels, scores, strict=True)
    return "".join(
        f"{chromosome}\t{start}\t{end}\t{_word(label)}\t{score}\t.\n"
        for chromosome, start, end, label, score in rows
    )


def _word(label: str) -> str:
    """Return a label without what separates columns and lines."""
    return "_".join(label.split())


def read_bed(path: str | Path) -> pd.DataFrame:
    """Read the places of a BED file.

    Parameters
    ----------
    path
        A BED file, perhaps packed by gzip.

    Returns
    -------
    One row a line: ``chr`` (categorical), ``start`` and ``end`` (base pairs, counted from 0, the
    end not included). Lines of "browser" and "track", and comments, are left out.

    Raises
    ------
    DataError
        It is not there, a line is not a place, or it has more than 2,000,000 lines.
    """
    path = absolute_path(path)
    if not path.is_file():
        raise DataError(f"There is no file {path}.")
    return _places(result_of(reading_rows(path, MAX_PLACES + 1)), path.name)


def places_of_bed(text: str, name: str = "the file") -> pd.DataFrame:
    """Return the places of the text of a BED file, as `read_bed` does.

    Parameters
    ----------
    text
        What the file holds.
    name
        Of the file, for errors.
    """
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return _places([line.split("\t") for line in lines], name)


def _places(rows: list[list[str]], name: str) -> pd.DataFrame:
    if len(rows) > MAX_PLACES:
        raise DataError(f"{name} has more than {MAX_PLACES:,} lines; leave some out.")
    kept = [row if len(row) > 2 else " ".join(row).split() for row in rows]
    kept = [row for row in kept if row and row[0].split()[:1] not in (["track"], ["browser"])]
    for row in kept:
        numbers = [text.strip() for text in row[1:3]]
        if len(numbers) < 2 or not row[0].strip() or not all(map(str.isdecimal, numbers)):
            raise DataError(
                f"{name} is not a BED file: a line begins with {shown(' '.join(row)[:60])}; "
                "it should be a chromosome, a start and an end."
            )
    columns = list(zip(*(row[:3] for row in kept), strict=True)) or [(), (), ()]
    return region_table(columns[0], list(map(int, columns[1])), list(map(int, columns[2])))
