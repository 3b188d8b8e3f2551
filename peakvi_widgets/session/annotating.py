"""The steps of annotating regions with genes, and the forms in which the table is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..jobs import Steps

if TYPE_CHECKING:
    import pandas as pd

    from ..data.genes import GeneRegions, Rule

OFF = "none"  # as a genome: regions are not annotated


@dataclass(frozen=True, slots=True)
class Genome:
    """The genome by which regions are annotated.

    Attributes
    ----------
    name
        ``"hg38"``, ``"hg19"``, ``"mm10"``, or a file of genes; empty when none fits.
    sentence
        How it is known, for the user.
    is_guessed
        Whether it follows from the regions, not from a choice.
    is_sure
        Whether nothing speaks against it.
    """

    name: str = ""
    sentence: str = ""
    is_guessed: bool = True
    is_sure: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class GeneSource:
    """By what regions are annotated.

    Attributes
    ----------
    genome
        Name of a genome; empty to guess it, `OFF` for no annotation.
    rule
        See `peakvi_widgets.annotate`.
    genes
        A table of genes instead of a genome, and what it was read from.
    """

    genome: str = ""
    rule: str = "10x"
    genes: tuple[str, pd.DataFrame] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RegionGenes:
    """The genes of regions.

    Attributes
    ----------
    genome
        What they were found by; None while it is not known.
    table
        ``gene``, ``where`` and ``distance`` with the regions as index; see
        `peakvi_widgets.annotate`. None when no genome fits.
    texts
        The different texts of ``gene`` and ``where``.
    codes
        The same table in numbers: places in ``texts``, and NaN for no distance.
    members
        The regions in promoter and body of each gene; None when no genome fits.
    """

    genome: Genome | None
    table: pd.DataFrame | None = None
    texts: tuple[str, ...] = ()
    codes: pd.DataFrame | None = None
    members: GeneRegions | None = None


def annotating(regions: Sequence[str], uns: Mapping[str, Any], source: GeneSource) -> Steps:
    """Yield a text on the progress, return `RegionGenes`.

    Regions that fit no genome are not annotated; the sentence says so.

    Raises
    ------
    DataError
        A genome or a table of genes that was chosen cannot be used.
    """
    yield "annotating"
    if source.genome == OFF:
        return RegionGenes(Genome(sentence="Genes are switched off.", is_guessed=False))
    from ..data.genes import annotate, gene_regions
    from ..data.regions import parse_region_names

    places = parse_region_names(list(regions))
    yield "annotating"
    genome, genes = _genome(places, uns, source)
    if not genome.name:
        return RegionGenes(genome)
    rule, named = cast("Rule", source.rule), None if genes is not None else genome.name
    table = annotate(places, named, genes=genes, rule=rule)
    table.index = places.index.__class__(list(regions))
    yield "annotating"
    return RegionGenes(genome, table, *_coded(table), gene_regions(places, named, genes=genes))


def _genome(
    places: pd.DataFrame, uns: Mapping[str, Any], source: GeneSource
) -> tuple[Genome, pd.DataFrame | None]:
    from ..data.genes import guess_genome, left_out_sentence

    if source.genes is not None:
        name, genes = source.genes
        sentence = f"Genes of {name}. {left_out_sentence(genes)}".rstrip()
        return Genome(name, sentence, is_guessed=False), genes
    guess = guess_genome(places, uns)
    if not source.genome:
        return Genome(guess.genome or "", guess.reason, is_sure=guess.is_sure), None
    is_other = guess.genome is not None and guess.genome != source.genome
    sentence = f"You chose {source.genome}."
    if is_other:
        sentence += f" {guess.reason}"
    return Genome(source.genome, sentence, is_guessed=False, is_sure=not is_other), None


def _coded(table: pd.DataFrame) -> tuple[tuple[str, ...], pd.DataFrame]:
    """Return the different texts of a table, and the table as numbers."""
    import pandas as pd

    columns = [table[name].astype(str).to_numpy(object) for name in ("gene", "where")]
    codes, texts = pd.factorize(np.concatenate(columns), sort=True)
    gene, where = np.split(codes, 2)
    distance = table["distance"].to_numpy("float64", na_value=np.nan)
    return tuple(texts), pd.DataFrame({"gene": gene, "where": where, "distance": distance})


def with_genes(table: pd.DataFrame, genes: pd.DataFrame | None) -> pd.DataFrame:
    """Return a table of regions with their genes as its last columns, where these are known."""
    if genes is None or not table.index.isin(genes.index).all():
        return table
    plain = table.drop(columns=genes.columns, errors="ignore")
    joined = plain.join(genes)
    joined.attrs = dict(table.attrs)  # what a check says of it
    return joined


def genes_in_use(session: Any) -> pd.DataFrame | None:
    """Return the genes of a session's file of genes or of its genome; ``None`` without either."""
    if session._gene_file is not None:
        table: pd.DataFrame = session._gene_file[1]
        return table
    genome = session.genome_in_use.name if session.genome_in_use else ""
    if not genome:
        return None
    from ..data.genes import genes_of_genome

    return genes_of_genome(genome)
