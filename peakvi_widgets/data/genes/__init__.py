"""Genes: their positions, the gene of each region, and the genome that regions belong to."""

from .annotation import Rule, annotate
from .gene_table import GENOMES, gene_names, genes_of_genome, left_out_sentence, read_genes
from .genome import GenomeGuess, guess_genome
from .scores import GeneRegions, gene_regions, gene_scores

__all__ = [
    "GENOMES",
    "GeneRegions",
    "GenomeGuess",
    "Rule",
    "annotate",
    "gene_names",
    "gene_regions",
    "gene_scores",
    "genes_of_genome",
    "guess_genome",
    "left_out_sentence",
    "read_genes",
]
