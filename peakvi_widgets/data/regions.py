"""Regions of a genome: their names, and the question which of them touch a stretch of it.

A region is written ``chr:start-end``, counted from 0 and without its end, as in a BED file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from .messages import quoted

# Start and end are the last two numbers, so that contigs such as chrUn_KI270742v1 stay whole.
NAME = re.compile(r"^(?P<chr>\S+?)[:_-](?P<start>\d+)[-_](?P<end>\d+)$")
PLAIN = re.compile(r"[^\s:*,]+:\d+-\d+\Z")  # what most files hold
STRAND = re.compile(r"(?:\([+*.-]\)|[:_,-][+*.-]|\+|\*)$")  # chr1:1-5(+), chr1:1-5:-
# What AnnData.var_names_make_unique adds; contigs with * (HLA-A*01:01) have colons of their own.
SUFFIX = re.compile(r"^(?P<base>(?P<chr>[^:*]+):\d+-\d+|\S+?)(?P<suffix>-\d+)$")
QUERY = re.compile(
    r"^(?P<chr>[^\s:]+?)(?:(?:\s*:\s*|\s+|[_-](?=\d+[_-]\d+$))"
    r"(?P<start>\d+)(?:(?:\s*[-_]\s*|\s+)(?P<end>\d+))?)?$"
)
STANDARD = re.compile(r"^(?:chr)?(?:\d{1,2}|[23][LR]|[IVX]+|X|Y|Z|W)$", re.IGNORECASE)
# What joint references put before a chromosome: GRCh38_chr1, mm10_chr1, hg38_1, GRCm39-X.
ASSEMBLY = re.compile(
    r"^(?:(?:GRC[a-z]\d+(?:\.p\d+)?|hg\d+|hs1|T2T[\w.]*?|CHM13[\w.]*?|mm\d+|rn\d+|dm\d+|ce\d+|"
    r"sacCer\d+|[a-z]{3}[A-Z][a-z]{2}\d+)[_.-]+|(?!chr)[A-Za-z][A-Za-z0-9.]*_+(?=chr))",
    re.IGNORECASE,
)


def parse_region_names(names: Sequence[str] | pd.Index) -> pd.DataFrame:
    """Split region names into chromosome, start and end.

    Parameters
    ----------
    names
        Region names of the forms ``chr1:100-200``, ``chr1-100-200`` or ``chr1_100_200``, with or
        without commas in the numbers, a strand, or the suffix of ``var_names_make_unique``.

    Returns
    -------
    One row a name: ``chr`` (categorical, in order of first appearance), ``start`` and ``end``
    (base pairs, counted from 0, the end not included). The index is ``chr:start-end``, with the
    suffix of a name that has one.

    Raises
    ------
    DataError
        If a name is not a region, or a region ends before it starts.
    """
    bare, suffixes = _bare_names(names)
    parts = bare.str.extract(NAME)
    strange = bare[parts["chr"].isna().to_numpy(bool)]
    if len(strange):
        raise DataError(
            f"{len(strange):,} of {len(bare):,} names are not regions, such as "
            f"{quoted(strange.iloc[0])}; "
            "name regions like chr1:100-200."
        )
    table = region_table(parts["chr"], parts["start"], parts["end"])
    if suffixes.any():
        table.index = table.index + pd.Index(suffixes)
    return table


def _bare_names(names: Sequence[str] | pd.Index) -> tuple[pd.Series, npt.NDArray[np.object_]]:
    """Return names without commas, strands and suffixes, and the suffixes."""
    texts = [str(name).strip() for name in names]
    given = pd.Series(texts, dtype=object)
    if all(map(PLAIN.match, texts)):
        return given, np.full(len(given), "", object)
    if given.str.contains(",", regex=False).any():
        given = given.str.replace(r"(?<=\d),(?=\d{3})", "", regex=True)
    given = given.where(given.str.match(NAME), given.str.replace(STRAND, "", regex=True))
    suffixes = np.full(len(given), "", object)
    parts = given.str.extract(SUFFIX)
    known = given[given.str.match(NAME)]
    has_suffix = (parts["chr"].notna() | parts["base"].isin(known)).to_numpy(bool)
    if has_suffix.any():
        suffixes[has_suffix] = parts["suffix"][has_suffix]
        given = given.where(~has_suffix, parts["base"])
    return given, suffixes


def region_table(
    chromosomes: Sequence[str] | pd.Series,
    starts: npt.ArrayLike | pd.Series,
    ends: npt.ArrayLike | pd.Series,
) -> pd.DataFrame:
    """Put regions together from their three parts.

    Parameters
    ----------
    chromosomes, starts, ends
        As the columns of a BED file: base pairs, counted from 0, the end not included.

    Returns
    -------
    The table that `parse_region_names` returns.

    Raises
    ------
    DataError
        If a chromosome is missing, a start or end is not a whole number of base pairs, or a region
        ends before it starts.
    """
    start, end = _base_pairs(starts), _base_pairs(ends)
    given = pd.Series(np.asarray(chromosomes, dtype=object))
    if given.isna().any():
        raise DataError(
            f"{given.isna().sum():,} of {len(given):,} regions have no chromosome; leave them out, "
            "or fill the column."
        )
    labels = given.astype(str).str.strip()
    chromosome = pd.Categorical(labels, categories=labels.unique())
    index = labels + ":" + pd.Series(start).astype(str) + "-" + pd.Series(end).astype(str)
    backward = np.flatnonzero((start < 0) | (end < start))
    if len(backward):
        raise DataError(
            f"Region {quoted(index[backward[0]])[1:-1]} ends before it starts; "
            "give the start, then the end."
        )
    return pd.DataFrame(
        {"chr": chromosome, "start": start, "end": end}, index=pd.Index(index, dtype=object)
    )


def is_region_name(names: Sequence[str] | pd.Index) -> npt.NDArray[np.bool_]:
    """Return which of these names are regions.

    Parameters
    ----------
    names
        Any names.

    Returns
    -------
    Mask, shape ``(n_names,)``.
    """
    bare, _ = _bare_names(names)
    return np.fromiter((NAME.match(name) is not None for name in bare), np.bool_, len(bare))


def is_standard_chromosome(chromosomes: pd.Series) -> npt.NDArray[np.bool_]:
    """Return which regions are on a nuclear chromosome, by its name.

    Numbered chromosomes (arabic or roman, also fly arms such as 2L), X, Y, Z and W are standard,
    with or without ``chr`` and the assembly before it (``GRCh38_chr1``). Unplaced contigs are not,
    nor is the mitochondrial chromosome, which has no chromatin.

    Parameters
    ----------
    chromosomes
        Chromosome of each region, such as ``adata.var["chr"]``.

    Returns
    -------
    Mask, shape ``(n_regions,)``.
    """
    labels = chromosomes.astype(str)
    standard = {
        label for label in labels.unique() if STANDARD.match(ASSEMBLY.sub("", label, count=1))
    }
    return labels.isin(standard).to_numpy(bool)


@dataclass(frozen=True, slots=True)
class RegionQuery:
    """A stretch of the genome.

    Parameters
    ----------
    chr
        Chromosome as the user wrote it.
    start, end
        Base pairs, counted from 0, the end not included; an `end` of None reaches to the end of
        the chromosome.
    """

    chr: str
    start: int = 0
    end: int | None = None

    def mask(self, regions: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return which regions share at least one base with this interval.

        Parameters
        ----------
        regions
            A table with ``chr``, ``start`` and ``end``, such as ``adata.var``.

        Returns
        -------
        Mask, shape ``(n_regions,)``. Case and a missing ``chr`` make no difference, nor does an
        assembly that is not asked for: ``chr1`` finds ``GRCh38_chr1`` and ``mm10_chr1``.
        """
        labels = regions["chr"].astype(str)
        wanted = _plain(self.chr)
        here = labels.isin(
            {
                label
                for label in labels.unique()
                if wanted in (_plain(label), _plain(ASSEMBLY.sub("", label, count=1)))
            }
        )
        mask = here.to_numpy(bool) & (regions["end"].to_numpy() > self.start)
        if self.end is not None:
            mask &= regions["start"].to_numpy() < self.end
        return mask


def region_query(text: str) -> RegionQuery:
    """Parse a search text for regions.

    Parameters
    ----------
    text
        ``chr7``, ``chr7:1-2,000,000``, ``chr7:500000`` (one base), any form of a region's name,
        or the three columns of a BED line.

    Returns
    -------
    The stretch asked for; coordinates are taken as they are, on the scale of region names.

    Raises
    ------
    DataError
        If the text asks for no stretch.
    """
    match = QUERY.match(re.sub(r"(?<=\d),(?=\d)", "", text.strip()))
    if match is None:
        raise DataError(f"{quoted(text)} is not a region; write it like chr7:1-2,000,000.")
    if match["start"] is None:
        return RegionQuery(match["chr"])
    start = int(match["start"])
    end = int(match["end"]) if match["end"] is not None else start + 1
    if end < start:
        raise DataError(f"{quoted(text)} ends before it starts; write it like chr7:1-2,000,000.")
    return RegionQuery(match["chr"], start, end)


def _base_pairs(values: npt.ArrayLike | pd.Series) -> npt.NDArray[np.int64]:
    numbers = pd.to_numeric(pd.Series(np.asarray(values)), errors="coerce")
    if not ((numbers % 1 == 0) & (numbers.abs() < 2**53)).all():  # also false for NaN
        raise DataError(
            "Starts and ends of regions must be whole numbers of base pairs; mend them."
        )
    return numbers.to_numpy(np.int64)


def _plain(chromosome: str) -> str:
    return chromosome.lower().removeprefix("chr")
