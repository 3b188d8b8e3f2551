"""Genes: their positions, the gene of each region, and the genome that regions belong to."""

from .annotation import Rule, annotate
from .gene_table import GENOMES, genes_of_genome, read_genes
from .genome import GenomeGuess, guess_genome

__all__ = [
    "GENOMES",
    "GenomeGuess",
    "Rule",
    "annotate",
    "genes_of_genome",
    "guess_genome",
    "read_genes",
]
