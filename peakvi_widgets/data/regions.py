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

# Start and end are the last two numbers, so that contigs such as chrUn_KI270742v1 stay whole.
NAME = re.compile(r"^(?P<chr>\S+?)[:_-](?P<start>\d+)[-_](?P<end>\d+)$")
QUERY = re.compile(
    r"^(?P<chr>[^\s:]+?)(?:(?:\s*:\s*|\s+|[_-](?=\d+[_-]\d+$))"
    r"(?P<start>\d+)(?:(?:\s*[-_]\s*|\s+)(?P<end>\d+))?)?$"
)
STANDARD = re.compile(r"^(?:chr)?(?:\d{1,2}|[23][LR]|[IVX]+|X|Y|Z|W)$", re.IGNORECASE)


def parse_region_names(names: Sequence[str] | pd.Index) -> pd.DataFrame:
    """Split region names into chromosome, start and end.

    Parameters
    ----------
    names
        Region names of the forms ``chr1:100-200``, ``chr1-100-200`` or ``chr1_100_200``.

    Returns
    -------
    One row a name: ``chr`` (categorical, in order of first appearance), ``start`` and ``end``
    (base pairs, counted from 0, the end not included). The index is ``chr:start-end``.

    Raises
    ------
    DataError
        If a name is no region, or a region ends before it starts.
    """
    given = pd.Series(list(names), dtype=object).astype(str)
    parts = given.str.extract(NAME)
    strange = given[parts["chr"].isna().to_numpy(bool)]
    if len(strange):
        raise DataError(
            f"{len(strange):,} of {len(given):,} names are no regions, such as "
            f"{strange.iloc[0]!r}; "
            "name regions like chr1:100-200."
        )
    return region_table(parts["chr"], parts["start"], parts["end"])


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
        If a start or end is no whole number of base pairs, or a region ends before it starts.
    """
    start, end = _base_pairs(starts), _base_pairs(ends)
    labels = pd.Series(np.asarray(chromosomes, dtype=object)).astype(str)
    chromosome = pd.Categorical(labels, categories=labels.unique())
    index = labels + ":" + pd.Series(start).astype(str) + "-" + pd.Series(end).astype(str)
    backward = np.flatnonzero((start < 0) | (end < start))
    if len(backward):
        raise DataError(
            f"Region {index[backward[0]]} ends before it starts; give the start, then the end."
        )
    return pd.DataFrame(
        {"chr": chromosome, "start": start, "end": end}, index=pd.Index(index, dtype=object)
    )


def is_region_name(names: Sequence[str] | pd.Index) -> npt.NDArray[np.bool_]:
    """Tell which of these names are regions.

    Parameters
    ----------
    names
        Any names.

    Returns
    -------
    Mask, shape ``(n_names,)``.
    """
    return np.fromiter((NAME.match(str(name)) is not None for name in names), np.bool_, len(names))


def is_standard_chromosome(chromosomes: pd.Series) -> npt.NDArray[np.bool_]:
    """Tell which regions lie on a nuclear chromosome, by its name.

    Numbered chromosomes (arabic or roman, also fly arms such as 2L), X, Y, Z and W are standard,
    with or without ``chr``. Unplaced contigs are not, nor is the mitochondrial chromosome, which
    has no chromatin.

    Parameters
    ----------
    chromosomes
        Chromosome of each region, such as ``adata.var["chr"]``.

    Returns
    -------
    Mask, shape ``(n_regions,)``.
    """
    labels = chromosomes.astype(str)
    standard = {label for label in labels.unique() if STANDARD.match(label)}
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
        """Tell which regions share at least one base with this stretch.

        Parameters
        ----------
        regions
            A table with ``chr``, ``start`` and ``end``, such as ``adata.var``.

        Returns
        -------
        Mask, shape ``(n_regions,)``. Case and a missing ``chr`` make no difference.
        """
        labels = regions["chr"].astype(str)
        wanted = _plain(self.chr)
        here = labels.isin({label for label in labels.unique() if _plain(label) == wanted})
        mask = here.to_numpy(bool) & (regions["end"].to_numpy() > self.start)
        if self.end is not None:
            mask &= regions["start"].to_numpy() < self.end
        return mask


def region_query(text: str) -> RegionQuery:
    """Read what a person types to find regions.

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
        raise DataError(f"{text!r} is no region; write it like chr7:1-2,000,000.")
    if match["start"] is None:
        return RegionQuery(match["chr"])
    start = int(match["start"])
    end = int(match["end"]) if match["end"] is not None else start + 1
    if end < start:
        raise DataError(f"{text!r} ends before it starts; write it like chr7:1-2,000,000.")
    return RegionQuery(match["chr"], start, end)


def _base_pairs(values: npt.ArrayLike | pd.Series) -> npt.NDArray[np.int64]:
    numbers = pd.to_numeric(pd.Series(np.asarray(values)), errors="coerce")
    if not ((numbers % 1 == 0) & (numbers.abs() < 2**53)).all():  # also false for what is no number
        raise DataError(
            "Starts and ends of regions must be whole numbers of base pairs; mend them."
        )
    return numbers.to_numpy(np.int64)


def _plain(chromosome: str) -> str:
    return chromosome.lower().removeprefix("chr")
