"""Genes near the regions of a page, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..region_window import NEIGHBORHOOD, plain

if TYPE_CHECKING:
    import pandas as pd

    from ..region_window import RegionPlaces

MANY = 5000  # genes from which only coding ones are in a page, and without their exons


@dataclass(frozen=True, slots=True, eq=False)
class GenesNear:
    """Genes by rising start on each chromosome.

    Attributes
    ----------
    names
        Of the genes.
    codes
        Chromosome of each, as a place among those of the regions.
    starts, ends
        In base pairs, counted from 0, the end not included.
    is_forward
        Whether it is read from left to right.
    n_exons
        Of each gene.
    exons
        Start and end of each exon, gene by gene, ``(n, 2)``.
    """

    names: list[str]
    codes: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    is_forward: np.ndarray
    n_exons: np.ndarray
    exons: np.ndarray


def genes_near(
    places: RegionPlaces, labels: np.ndarray, codes: np.ndarray, genes: pd.DataFrame | None
) -> GenesNear:
    """Return the genes within 100,000 base pairs of a region.

    Parameters
    ----------
    places
        Where the regions are.
    labels, codes
        Names of the chromosomes, and the chromosome of each region as a place among these.
    genes
        Genes as `peakvi_widgets.data.genes.genes_of_genome` returns them, where they are known.
    """
    if genes is None:
        nothing = np.empty(0, "uint32")
        no_flags, no_codes = np.empty(0, "uint8"), np.empty(0, "uint16")
        return GenesNear(
            [], no_codes, nothing, nothing, no_flags, no_codes, np.empty((0, 2), "uint32")
        )
    of_plain = {plain(str(name)): code for code, name in enumerate(labels)}
    chromosomes = genes["chr"].astype(str).map(plain).map(of_plain).fillna(-1).to_numpy(int)
    near = np.zeros(len(genes), bool)
    for code in range(len(labels)):
        here = np.flatnonzero(codes == code)
        here = here[np.argsort(places.start[here], kind="stable")]
        reach = np.maximum.accumulate(places.end[here])
        some = np.flatnonzero(chromosomes == code)
        first = np.searchsorted(reach, genes["start"].to_numpy()[some] - NEIGHBORHOOD)
        begins = np.append(places.start[here], np.iinfo("int64").max)[first]
        near[some] = begins < genes["end"].to_numpy()[some] + NEIGHBORHOOD
    has_exons = near.sum() <= MANY
    if not has_exons:
        near &= genes["is_coding"].to_numpy(bool)
    table = genes[near].assign(code=chromosomes[near]).sort_values(["code", "start"], kind="stable")
    texts = table["exons"] if has_exons else [""] * len(table)
    exons = [_exons(*row) for row in zip(table["start"], texts, strict=True)]
    flat = np.array([one for own in exons for one in own], "uint32").reshape(-1, 2)
    return GenesNear(
        list(map(str, table["gene"])),
        table["code"].to_numpy("uint16"),
        table["start"].to_numpy("uint32"),
        table["end"].to_numpy("uint32"),
        (table["strand"] == "+").to_numpy("uint8"),
        np.array(list(map(len, exons)), "uint16"),
        flat,
    )


def _exons(start: int, text: Any) -> list[tuple[int, int]]:
    """Return start and end of each exon of ``offset+length`` texts."""
    found = []
    for one in filter(None, str(text).split(",")):
        offset, _, length = one.partition("+")
        found.append((start + int(offset), start + int(offset) + int(length)))
    return found
