"""Which gene a region belongs to: by 10x Genomics' rule, or by GREAT's."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from ...errors import DataError
from ..regions import parse_region_names
from .gene_table import genes_of_genome, left_out_sentence, read_genes

if TYPE_CHECKING:
    import pandas as pd

Rule = Literal["10x", "great"]

UPSTREAM, DOWNSTREAM = 1_000, 100  # base pairs of a promoter before and behind its TSS
DISTAL = 200_000  # base pairs from the nearest TSS beyond which a region is intergenic

BASAL_UPSTREAM, BASAL_DOWNSTREAM = 5_000, 1_000  # GREAT: the domain that every gene has
EXTENSION = 1_000_000  # GREAT: how far a domain reaches towards the next gene's basal domain

Array = npt.NDArray[Any]


def annotate(
    regions: pd.DataFrame | pd.Index | Sequence[str],
    genome: str | None = None,
    *,
    genes: pd.DataFrame | str | Path | None = None,
    rule: Rule = "10x",
) -> pd.DataFrame:
    """Assign a gene to each region, with the distance to the gene's main TSS.

    Parameters
    ----------
    regions
        Names such as ``adata.var_names``, or a table with ``chr``, ``start`` and ``end`` such as
        ``adata.var``.
    genome
        ``"hg38"``, ``"hg19"`` or ``"mm10"``. None guesses by the regions; see `guess_genome`.
    genes
        Genes of another genome, instead of ``genome``: a GTF, GFF3 or BED file, or a table as
        `genes_of_genome` returns it.
    rule
        ``"10x"``: a region that shares a base with the stretch from 1,000 bp upstream to 100 bp
        downstream of a TSS is of its ``"promoter"`` (of several, the nearest TSS first); else it is
        ``"distal"`` to the gene with the nearest TSS within 200,000 bp, or to a gene whose body it
        lies in; else ``"intergenic"``. ``"great"``: a gene's regulatory domain reaches from 5,000
        bp upstream to 1,000 bp downstream of its TSS, and on to the next gene's, 1,000,000 bp at
        most; a region belongs to the genes in whose domain its middle lies.

    Returns
    -------
    With the index of ``regions`` (or their names): ``gene``, its symbol, several separated by
    ``";"``, empty for none; ``where``, ``"promoter"``, ``"distal"`` or ``"intergenic"``;
    ``distance``, base pairs from the main TSS of the (first) gene to the nearest base of the
    region, negative upstream, 0 where the region covers it, missing for none (Int64).

    Raises
    ------
    DataError
        There is no such genome or rule, the file holds no genes, or the regions have no places.

    References
    ----------
    10x Genomics, Cell Ranger ATAC, "Peak annotations". McLean et al. 2010, Nature Biotechnology 28
    (GREAT). Main TSS: that of one transcript a gene; alternative promoters are not known here.
    """
    import pandas as pd

    if rule not in get_args(Rule):
        raise DataError(f"There is no rule {rule!r}; use '10x' or 'great'.")
    places, index = places_of(regions)
    known = genes_for(places, genome, genes)
    found = pd.DataFrame(
        {"gene": "", "where": "intergenic", "distance": np.full(len(places), np.nan)}, index=index
    )
    names, wheres, distances = (
        found[name].to_numpy(object if name != "distance" else float, copy=True)
        for name in ("gene", "where", "distance")
    )
    assign = _by_10x if rule == "10x" else _by_great
    for rows, start, end, near in by_chromosome(places, known):
        names[rows], wheres[rows], distances[rows] = assign(start, end, near)
    return pd.DataFrame(
        {
            "gene": names,
            "where": pd.Categorical(wheres, categories=["promoter", "distal", "intergenic"]),
            "distance": pd.array(distances, dtype="Float64").astype("Int64"),
        },
        index=index,
    )


def places_of(regions: pd.DataFrame | pd.Index | Sequence[str]) -> tuple[pd.DataFrame, pd.Index]:
    """Return ``chr``, ``start`` and ``end`` of regions, and their names."""
    import pandas as pd

    if isinstance(regions, pd.DataFrame):
        if {"chr", "start", "end"} <= set(regions.columns):
            return regions[["chr", "start", "end"]], regions.index
        return parse_region_names(regions.index), regions.index
    return parse_region_names(list(regions)), pd.Index(list(regions))


def genes_for(
    places: pd.DataFrame, genome: str | None, genes: pd.DataFrame | str | Path | None
) -> Mapping[str, Genes]:
    """Return the genes that are meant by chromosome; without a genome it is guessed by places."""
    import pandas as pd

    from .genome import guess_genome

    if genes is not None:
        table = genes if isinstance(genes, pd.DataFrame) else _read(genes)
        missing = {"chr", "start", "end", "strand", "gene"} - set(table.columns)
        if missing:
            raise DataError(f"The table of genes lacks the column {sorted(missing)[0]!r}.")
        return _by_name(table)
    if genome is None:
        guess = guess_genome(places)
        if guess.genome is None:
            raise DataError(f"{guess.reason} Say which genome it is: genome='hg38'.")
        genome = guess.genome
    return genes_by_chromosome(genome)


def _read(path: str | Path) -> pd.DataFrame:
    table = read_genes(path)
    if sentence := left_out_sentence(table):
        warnings.warn(f"{Path(path).name}: {sentence}", stacklevel=2)
    return table


def plain_chromosome(names: pd.Series) -> pd.Series:
    """Return chromosome names without ``chr``, so that "chr1" and "1" are one."""
    import pandas as pd

    codes, different = pd.factorize(names)  # a few names of many regions
    plain = [re.sub(r"^chr", "", str(name), flags=re.IGNORECASE) for name in different]
    return pd.Series(np.array([*plain, "nan"], object)[codes], index=names.index)


class Genes:
    """The genes of one chromosome by rising TSS."""

    def __init__(self, table: pd.DataFrame) -> None:
        is_plus = (table["strand"] == "+").to_numpy(bool)
        tss = np.where(is_plus, table["start"], table["end"] - 1).astype("int64")
        coding = (
            table["is_coding"].to_numpy(bool) if "is_coding" in table else np.ones(len(table), bool)
        )
        order = np.lexsort((~coding, tss))  # of genes at one place, a coding one first
        self.tss = tss[order]
        self.sign = np.where(is_plus, 1, -1)[order]
        self.name = table["gene"].to_numpy(object)[order]
        self.start = table["start"].to_numpy("int64")[order]
        self.end = table["end"].to_numpy("int64")[order]
        self.coding = coding[order]

    @property
    def promoters(self) -> tuple[Array, Array]:
        """First base of each gene's promoter, and the one behind its last."""
        plus = self.sign > 0
        low = self.tss - np.where(plus, UPSTREAM, DOWNSTREAM)
        return low, self.tss + np.where(plus, DOWNSTREAM, UPSTREAM) + 1

    def signed(self, gene: Array, start: Array, end: Array) -> Array:
        """Return base pairs from the TSS to the region, negative upstream."""
        tss = self.tss[gene]
        off = np.where(tss < start, start - tss, np.where(tss >= end, end - 1 - tss, 0))
        return off * self.sign[gene]


@cache
def genes_by_chromosome(genome: str, *, coding: bool = False) -> Mapping[str, Genes]:
    """Return the genes of a genome that comes with the package, by plain name of chromosome.

    Parameters
    ----------
    genome
        ``"hg38"``, ``"hg19"`` or ``"mm10"``.
    coding
        Whether those alone that code for a protein.
    """
    table = genes_of_genome(genome)
    return _by_name(table[table["is_coding"]] if coding else table)


def _by_name(table: pd.DataFrame) -> dict[str, Genes]:
    labels = plain_chromosome(table["chr"])
    return {
        str(name): Genes(table.iloc[rows]) for name, rows in labels.groupby(labels).indices.items()
    }


def by_chromosome(
    places: pd.DataFrame, genes: Mapping[str, Genes]
) -> Iterator[tuple[Array, Array, Array, Genes]]:
    """Yield rows, starts and ends of the regions of each chromosome, with its genes."""
    wanted = plain_chromosome(places["chr"])
    starts, ends = places["start"].to_numpy("int64"), places["end"].to_numpy("int64")
    for name, rows in wanted.groupby(wanted).indices.items():
        near = genes.get(str(name))
        if near is not None:
            rows = np.asarray(rows)
            yield rows, starts[rows], np.maximum(ends[rows], starts[rows] + 1), near


def shares_a_base(start: Array, end: Array, low: Array, high: Array) -> Array:
    """Return which regions share a base with any of some stretches.

    Parameters
    ----------
    start, end
        Of the regions, shape (n_regions,), half-open.
    low, high
        Of the stretches, shape (n_stretches,), half-open; they may overlap.
    """
    begun = np.searchsorted(np.sort(low), end, side="left")
    ended = np.searchsorted(np.sort(high), start, side="right")
    return begun > ended


def _by_10x(start: Array, end: Array, genes: Genes) -> tuple[Array, Array, Array]:
    nearest = _nearest(start, end, genes)
    distance = genes.signed(nearest, start, end).astype(float)
    gene = genes.name[nearest].copy()
    where = np.where(np.abs(distance) <= DISTAL, "distal", "intergenic").astype(object)
    far = np.flatnonzero(where == "intergenic")
    gene[far], distance[far] = "", np.nan
    for at, own in _bodies(start[far], end[far], genes):
        place = far[at]
        gene[place], where[place] = genes.name[own], "distal"
        distance[place] = genes.signed(np.array([own]), start[[place]], end[[place]])[0]
    rows, first, names = _first_and_names(*_promoters(start, end, genes), genes)
    gene[rows], where[rows] = names, "promoter"
    distance[rows] = genes.signed(first, start[rows], end[rows])
    return gene, where, distance


def _nearest(start: Array, end: Array, genes: Genes) -> Array:
    """Return the gene with the nearest TSS, a coding one where two are as near."""
    after = np.searchsorted(genes.tss, start, side="left")  # the first TSS not before the region
    before = np.maximum(after - 1, 0)
    before = np.searchsorted(genes.tss, genes.tss[before], side="left")  # the first of that place
    after = np.minimum(after, len(genes.tss) - 1)
    away_before = np.abs(genes.signed(before, start, end))
    away_after = np.abs(genes.signed(after, start, end))
    is_before = (away_before < away_after) | (
        (away_before == away_after) & genes.coding[before] & ~genes.coding[after]
    )
    return np.where(is_before, before, after)


def _promoters(start: Array, end: Array, genes: Genes) -> tuple[Array, Array]:
    """Return rows of regions on promoters and their genes; the nearest TSS of each row first."""
    low, high = genes.promoters
    first = np.searchsorted(genes.tss, start - UPSTREAM - DOWNSTREAM, side="left")
    last = np.searchsorted(genes.tss, end + UPSTREAM + DOWNSTREAM, side="right")
    row, owner = _pairs(first, last - first)
    touches = (low[owner] < end[row]) & (high[owner] > start[row])
    row, owner = row[touches], owner[touches]
    away = np.abs(genes.signed(owner, start[row], end[row]))
    order = np.lexsort((~genes.coding[owner], away, row))
    return row[order], owner[order]


def _pairs(first: Array, n: Array) -> tuple[Array, Array]:
    """Return rows and, for each, ``n`` places from ``first`` on."""
    row = np.repeat(np.arange(len(first)), n)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(n) - n - first, n)


def _first_and_names(row: Array, owner: Array, genes: Genes) -> tuple[Array, Array, Array]:
    """Return the rows that have genes, the first gene of each, and all of their names as text."""
    rows, begin = np.unique(row, return_index=True)
    first = owner[begin]
    names = genes.name[first].copy()
    ends = np.append(begin[1:], len(row))
    for at in np.flatnonzero(ends - begin > 1):
        names[at] = ";".join(dict.fromkeys(genes.name[owner[begin[at] : ends[at]]]))
    return rows, first, names


def _bodies(start: Array, end: Array, genes: Genes) -> Iterator[tuple[int, int]]:
    """Yield the regions that share a base with a gene's body, each with the longest such gene."""
    length = genes.end - genes.start
    for at in np.flatnonzero(shares_a_base(start, end, genes.start, genes.end)):
        own = np.flatnonzero((genes.start < end[at]) & (genes.end > start[at]))
        yield int(at), int(own[np.argmax(length[own])])


def _by_great(start: Array, end: Array, genes: Genes) -> tuple[Array, Array, Array]:
    middle = (start + end) // 2
    plus = genes.sign > 0
    low = genes.tss - np.where(plus, BASAL_UPSTREAM, BASAL_DOWNSTREAM)
    high = genes.tss + np.where(plus, BASAL_DOWNSTREAM, BASAL_UPSTREAM)
    # A domain grows until the nearest basal domain of another gene, which is one of its neighbors
    # by TSS or reaches over them.
    reach_left = np.concatenate([[-np.inf], np.maximum.accumulate(high)[:-1]])
    reach_right = np.concatenate([np.minimum.accumulate(low[::-1])[::-1][1:], [np.inf]])
    low = np.minimum(low, np.maximum(reach_left, genes.tss - EXTENSION))
    high = np.maximum(high, np.minimum(reach_right, genes.tss + EXTENSION))
    by_low = np.argsort(low, kind="stable")
    widest = 2 * EXTENSION + BASAL_UPSTREAM
    first = np.searchsorted(low[by_low], middle - widest, side="left")
    n_near = np.searchsorted(low[by_low], middle, side="right") - first
    row, near = _pairs(first, n_near)
    owner = by_low[near]
    inside = high[owner] >= middle[row]
    row, owner = row[inside], owner[inside]
    away = genes.signed(owner, start[row], end[row])
    order = np.lexsort((np.abs(away), row))
    row, owner = row[order], owner[order]
    gene = np.full(len(start), "", object)
    where = np.full(len(start), "intergenic", object)
    distance = np.full(len(start), np.nan)
    rows, nearest, names = _first_and_names(row, owner, genes)
    gene[rows] = names
    distance[rows] = away = genes.signed(nearest, start[rows], end[rows])
    is_basal = (away >= -BASAL_UPSTREAM) & (away <= BASAL_DOWNSTREAM)
    where[rows] = np.where(is_basal, "promoter", "distal")
    return gene, where, distance
