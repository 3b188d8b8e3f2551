"""The exons of genes in a GTF or GFF3 file: of each gene those of its main transcript."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

PARTS = ("exon", "CDS")
MAX_EXONS = 1_000  # of a gene

_GENE_ID = re.compile(r'(?:^|;)\s*gene_id(?:\s+"?|=)([^";]+)')
_TRANSCRIPT_ID = re.compile(r'(?:^|;)\s*transcript_id(?:\s+"?|=)([^";]+)')
_ID = re.compile(r"(?:^|;)\s*ID=([^;]+)")
_PARENTS = re.compile(r"(?:^|;)\s*Parent=([^;]+)")
_EXON = r"[0-9]{1,10}\+[0-9]{1,10}"
_EXONS = re.compile(rf"(?:{_EXON}(?:,{_EXON}){{0,{MAX_EXONS - 1}}})?")


def are_exons(text: str, length: int) -> bool:
    """Return whether a text is exons as the table of genes has them.

    Parameters
    ----------
    text
        ``offset+length``, separated by commas; empty for no exons.
    length
        Of the gene, in base pairs; no exon reaches beyond it.
    """
    if not _EXONS.fullmatch(text):
        return False
    exons = (one.split("+") for one in text.split(",") if one)
    return all(0 < int(size) <= length - int(offset) for offset, size in exons)


@dataclass(slots=True)
class _Transcript:
    """Start and end of each exon, one after the other, and how many bases are coding."""

    gene: str = ""
    coding: int = 0
    places: array[int] = field(default_factory=lambda: array("q"))

    def size(self) -> tuple[int, int]:
        return self.coding, sum(self.places[1::2]) - sum(self.places[::2])


class Exons:
    """Exons, gathered line by line; then those of a gene."""

    def __init__(self) -> None:
        self._transcripts: dict[str, _Transcript] = {}
        self._parents: dict[str, list[str]] = {}  # of GFF3: what belongs to what, by ID
        self._main: dict[str, _Transcript] | None = None

    def take(self, columns: Sequence[str]) -> None:
        """Take the columns of a line: an exon, a coding part, or what exons belong to."""
        feature, attributes = columns[2], columns[8]
        if feature not in PARTS:
            own = _ID.search(attributes)
            if own and (parents := _parents_in(attributes)):
                self._parents[own[1]] = parents
            return
        names = _parents_in(attributes)
        if not names:
            found = _TRANSCRIPT_ID.search(attributes) or _GENE_ID.search(attributes)
            names = [found[1]] if found else []
        start, end = columns[3], columns[4]
        if _is_place(start) and _is_place(end):
            for name in names:
                one = self._transcript(name, attributes)
                if feature == "CDS":
                    one.coding += int(end) - int(start) + 1
                elif len(one.places) < 2 * MAX_EXONS:
                    one.places.extend((int(start) - 1, int(end)))

    def _transcript(self, name: str, attributes: str) -> _Transcript:
        one = self._transcripts.get(name)
        if one is None:
            gene = _GENE_ID.search(attributes)
            one = self._transcripts[name] = _Transcript(gene[1] if gene else "")
        return one

    def text_of(self, key: str, start: int, end: int) -> str:
        """Return the exons of a gene or transcript as the table of genes has them.

        Parameters
        ----------
        key
            Its ``gene_id``, ``transcript_id`` or ``ID``.
        start, end
            Where it lies, in base pairs counted from 0, the end not included.

        Returns
        -------
        ``offset+length``, separated by commas, offsets from ``start``: those of the transcript with
        the most coding bases, or else with the most bases. Empty where there are none.
        """
        if self._main is None:
            self._main = self._by_gene()
        found = self._transcripts.get(key) or self._main.get(key)
        if found is None:
            return ""
        pairs = sorted(zip(found.places[::2], found.places[1::2], strict=True))
        inside = ((a, b) for a, b in pairs if start <= a < b <= end)
        return ",".join(f"{a - start}+{b - a}" for a, b in inside)

    def _by_gene(self) -> dict[str, _Transcript]:
        main: dict[str, _Transcript] = {}
        for name, one in self._transcripts.items():
            for gene in self._parents.get(name) or [one.gene]:
                if gene and (gene not in main or one.size() > main[gene].size()):
                    main[gene] = one
        return main


def _parents_in(attributes: str) -> list[str]:
    """Return the parents of a line of GFF3, whose names have their own commas as ``%2C``."""
    found = _PARENTS.search(attributes) if "Parent=" in attributes else None
    return list(dict.fromkeys(filter(None, found[1].split(",")))) if found else []


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 11
