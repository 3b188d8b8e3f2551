"""Which genome regions are of: by what the file says, by chromosome lengths, by promoters hit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import DataError
from .gene_table import GENOMES, genome_name

if TYPE_CHECKING:
    import pandas as pd

# Lengths of the chromosomes in base pairs (UCSC chromInfo), in the order of CHROMOSOMES.
CHROMOSOMES = {"hg38": 22, "hg19": 22, "mm10": 19}  # numbered ones; X and Y follow
LENGTHS = {
    "hg38": (
        248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973, 145138636,
        138394717, 133797422, 135086622, 133275309, 114364328, 107043718, 101991189, 90338345,
        83257441, 80373285, 58617616, 64444167, 46709983, 50818468, 156040895, 57227415,
    ),
    "hg19": (
        249250621, 243199373, 198022430, 191154276, 180915260, 171115067, 159138663, 146364022,
        141213431, 135534747, 135006516, 133851895, 115169878, 107349540, 102531392, 90354753,
        81195210, 78077248, 59128983, 63025520, 48129895, 51304566, 155270560, 59373566,
    ),
    "mm10": (
        195471971, 182113224, 160039680, 156508116, 151834684, 149736546, 145441459, 129401213,
        124595110, 130694993, 122082543, 120129022, 120421639, 124902244, 104043685, 98207768,
        94987271, 90702639, 61431566, 171031299, 91744698,
    ),
}  # fmt: skip
MAX_REGIONS = 50_000  # a sample says as much
CLEAR = 1.5  # times as many promoters as the next genome, for a guess to be sure


@dataclass(frozen=True, slots=True)
class GenomeGuess:
    """The genome that regions seem to be of.

    Attributes
    ----------
    genome
        ``"hg38"``, ``"hg19"`` or ``"mm10"``; None when none fits.
    is_sure
        Whether nothing speaks against it.
    reason
        Why, in a sentence.
    promoter_shares
        For each genome, the share of the regions that touch a promoter of it; NaN for one that
        regions do not fit into.
    """

    genome: str | None
    is_sure: bool
    reason: str
    promoter_shares: Mapping[str, float]


def guess_genome(places: pd.DataFrame, uns: Mapping[str, Any] | None = None) -> GenomeGuess:
    """Guess the genome of regions.

    Parameters
    ----------
    places
        ``chr``, ``start`` and ``end`` of the regions.
    uns
        ``adata.uns``: a ``"genome"`` in it is believed unless the regions speak against it.

    Returns
    -------
    The guess with its reason. Regions of another species mostly miss the promoters of a genome;
    regions of another build of the same species mostly miss them too, since these have moved.
    """
    sample = places
    if len(places) > MAX_REGIONS:
        chosen = np.random.default_rng(0).choice(len(places), MAX_REGIONS, replace=False)
        sample = places.iloc[np.sort(chosen)]
    shares = {
        genome: _promoter_share(sample, genome) if _fits(places, genome) else float("nan")
        for genome in GENOMES
    }
    fitting = {genome: share for genome, share in shares.items() if share == share}
    said = _said(uns)
    if not fitting or max(fitting.values()) == 0:
        reason = f"The regions fit none of the genomes {', '.join(GENOMES)}."
        return GenomeGuess(said, False, reason, shares)
    order = sorted(fitting, key=lambda genome: -fitting[genome])
    best = order[0]
    others = max((fitting[genome] for genome in order[1:]), default=0.0)
    is_clear = fitting[best] >= CLEAR * others
    hits = f"{fitting[best]:.1%} of the regions touch a promoter of {best}"
    against = f", {others:.1%} one of {order[1]}" if len(order) > 1 else ""
    if said is None:
        return GenomeGuess(best, is_clear, f"{hits}{against}.", shares)
    if said == best or (said in fitting and not is_clear):
        return GenomeGuess(said, True, f"The data name {said}; {hits}{against}.", shares)
    reason = f"The data name {said}, but {hits}{against}."
    return GenomeGuess(best if is_clear else said, False, reason, shares)


def chromosome_lengths(genome: str) -> dict[str, int]:
    """Return the lengths of the numbered chromosomes, X and Y in base pairs, without ``chr``.

    Parameters
    ----------
    genome
        ``"hg38"``, ``"hg19"`` or ``"mm10"``; another one gives none.
    """
    if genome not in LENGTHS:
        return {}
    names = [*map(str, range(1, CHROMOSOMES[genome] + 1)), "X", "Y"]
    return dict(zip(names, LENGTHS[genome], strict=True))


def _said(uns: Mapping[str, Any] | None) -> str | None:
    named = (uns or {}).get("genome")
    if not isinstance(named, str):
        return None
    try:
        return genome_name(named)
    except DataError:
        return None


def _fits(places: pd.DataFrame, genome: str) -> bool:
    """Return whether all regions on known chromosomes end within them, and most are on such."""
    from .annotation import plain_chromosome

    lengths = plain_chromosome(places["chr"]).map(chromosome_lengths(genome))
    is_known = lengths.notna().to_numpy(bool)
    ends = places["end"].to_numpy("int64")[is_known]
    return is_known.mean() >= 0.5 and bool((ends <= lengths.to_numpy(float)[is_known]).all())


def _promoter_share(places: pd.DataFrame, genome: str) -> float:
    from .annotation import by_chromosome, genes_by_chromosome, shares_a_base

    known = genes_by_chromosome(genome, coding=True)
    hits = (
        shares_a_base(start, end, *genes.promoters).sum()
        for _, start, end, genes in by_chromosome(places, known)
    )
    return float(sum(hits) / len(places))
