"""Which stretch of the genome is meant by a region, a place or a gene."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arguments import shown
from ..errors import DataError
from .records import RegionTracks, RegionWindow

if TYPE_CHECKING:
    import pandas as pd

NEIGHBORHOOD = 100_000  # base pairs that are shown around a region
LEAST, MOST = 200, 5_000_000  # base pairs of a window
AROUND_GENE = 0.15  # of a long gene's length, on either side of it
FURTHEST = 2**31  # base pairs; no chromosome is as long
MAX_PLACE = 200  # characters of a place or a gene

_PLACE = re.compile(
    r"^\s*(?P<chr>[^\s:]+)\s*:\s*(?P<start>[\d,. ]+)(?:\s*[-\u2013]\s*(?P<end>[\d,. ]+))?\s*$"
)


class RegionPlaces:
    """Where the regions of the counts are.

    Parameters
    ----------
    names
        Names of the regions.
    var
        A table with ``chr``, ``start`` and ``end`` in the same order, where there is one: names of
        33,000 regions take a second to read.

    Raises
    ------
    DataError
        A name is not one of a region.
    """

    def __init__(self, names: Sequence[str], var: pd.DataFrame | None = None) -> None:
        from ..data.regions import parse_region_names

        is_known = var is not None and {"chr", "start", "end"} <= set(var.columns)
        table = var if var is not None and is_known else parse_region_names(list(names))
        self.names = tuple(names)
        self.start = table["start"].to_numpy("int64")
        self.end = table["end"].to_numpy("int64")
        labels = table["chr"].astype(str).astype("category").cat
        self._codes = labels.codes.to_numpy()
        self._of_plain = {plain(name): code for code, name in enumerate(labels.categories)}
        self._labels: list[str] = [str(name) for name in labels.categories]

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.names)}

    def row_of(self, name: str) -> int | None:
        """Return the position of a region, or None."""
        return self._row_of.get(name)

    def chromosome(self, row: int) -> str:
        """Return the chromosome of a region, as the data name it."""
        return self._labels[int(self._codes[row])]

    def written(self, chromosome: str) -> str:
        """Return the name that the data have for a chromosome, with or without ``chr``."""
        code = self._of_plain.get(plain(chromosome))
        return chromosome if code is None else self._labels[code]

    def within(self, chromosome: str, start: int, end: int) -> np.ndarray:
        """Return the positions of the regions that share a base with a stretch, by rising start."""
        code = self._of_plain.get(plain(chromosome), -1)
        here = np.flatnonzero((self._codes == code) & (self.start < end) & (self.end > start))
        return here[np.argsort(self.start[here], kind="stable")]

    def overlapping(self, chromosomes: pd.Series, starts: Any, ends: Any) -> np.ndarray:
        """Return the positions of the regions that share a base with any of some places.

        Parameters
        ----------
        chromosomes, starts, ends
            The places: base pairs counted from 0, the end not included.
        """
        starts, ends = np.asarray(starts, "int64"), np.asarray(ends, "int64")
        codes = chromosomes.astype(str).map(plain).map(self._of_plain).fillna(-1).to_numpy(int)
        codes = np.where(ends <= starts, -1, codes)  # places without a base have none
        found = np.zeros(len(self.names), bool)
        for code in np.unique(codes[codes >= 0]):
            order = np.flatnonzero(codes == code)
            order = order[np.argsort(starts[order], kind="stable")]
            reach = np.maximum.accumulate(ends[order])  # of the places up to each of them
            here = np.flatnonzero(self._codes == code)
            first = np.searchsorted(reach, self.start[here], side="right")
            begins = np.append(starts[order], np.iinfo("int64").max)
            found[here] = begins[first] < self.end[here]
        return np.flatnonzero(found)


def window_of(where: str | int, places: RegionPlaces, genes: pd.DataFrame | None) -> RegionWindow:
    """Return the stretch that is meant.

    Parameters
    ----------
    where
        Name or position of a region, with 100,000 bp around it; ``"chr11:60,400,000-60,500,000"``;
        one place, with as much around it; or a gene.
    places
        The regions of the counts.
    genes
        Genes as `peakvi_widgets.data.genes.genes_of_genome` returns them, where they are known.

    Raises
    ------
    DataError
        It is none of these.
    """
    if isinstance(where, int | np.integer) and not isinstance(where, bool):
        if not 0 <= where < len(places.names):
            raise DataError(
                f"There is no region {shown(where)}; there are {len(places.names):,}, counted "
                "from 0."
            )
        return around(places, int(where))
    text = str(where).strip()
    row = places.row_of(text)
    if row is not None:
        return around(places, row)
    if len(text) > MAX_PLACE:
        raise DataError(
            f"{shown(text)} has {len(text):,} characters; type a place of at most {MAX_PLACE}."
        )
    found = _PLACE.match(text)
    if found:
        return _typed(found, places.written(found["chr"]), text)
    return _of_gene(text, places, genes)


def around(places: RegionPlaces, row: int, width: int = NEIGHBORHOOD) -> RegionWindow:
    """Return a window of some width with a region in its middle."""
    middle = int(places.start[row] + places.end[row]) // 2
    return _centered(places.chromosome(row), middle, width)


def shares_a_base(tracks: RegionTracks | None, window: RegionWindow | None) -> bool:
    """Tell whether what was found is at least partly of a window."""
    return (
        tracks is not None
        and window is not None
        and tracks.chromosome == window.chromosome
        and tracks.start < window.end
        and tracks.end > window.start
    )


def plain(chromosome: str) -> str:
    """Return the name of a chromosome without ``chr``."""
    return str(chromosome).lower().removeprefix("chr")


def _centered(chromosome: str, middle: int, width: int) -> RegionWindow:
    start = max(0, middle - width // 2)
    return RegionWindow(chromosome, start, start + width)


def _typed(found: re.Match[str], chromosome: str, text: str) -> RegionWindow:
    start, end = (
        None if found[name] is None else int(re.sub(r"\D", "", found[name]) or 0)
        for name in ("start", "end")
    )
    if start is None or max(start, end or 0) > FURTHEST:
        raise DataError(f"{shown(text)} is beyond the end of every chromosome; type another place.")
    if end is None:
        return _centered(chromosome, start, NEIGHBORHOOD)
    if end <= start:
        raise DataError(f"{shown(text)} is empty; give a start before the end.")
    if end - start > MOST:
        raise DataError(
            f"{shown(text)} is {end - start:,} bp long; at most {MOST:,} bp can be shown."
        )
    if end - start < LEAST:
        return _centered(chromosome, (start + end) // 2, LEAST)
    return RegionWindow(chromosome, start, end)


def _of_gene(text: str, places: RegionPlaces, genes: pd.DataFrame | None) -> RegionWindow:
    if genes is None:
        raise DataError(
            f"{shown(text)} is not a region or place (chr11:60,400,000-60,500,000), and the genes "
            "are not known; choose a genome by session.annotate('hg38')."
        )
    names = genes["gene"].astype(str)
    same = genes[names == text]
    if not len(same):
        same = genes[names.str.lower() == text.lower()]
    if not len(same):
        raise DataError(
            f"There is no gene, region or place {shown(text)}; type a symbol like MS4A1, or "
            "chr11:60,400,000-60,500,000."
        )
    gene = same.iloc[0]
    start, end = int(gene["start"]), int(gene["end"])
    width = max(NEIGHBORHOOD, int((end - start) * (1 + 2 * AROUND_GENE)))
    chromosome = places.written(str(gene["chr"]))
    return _centered(chromosome, (start + end) // 2, min(width, MOST))
