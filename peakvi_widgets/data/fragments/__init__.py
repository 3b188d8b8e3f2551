"""Fragments files: coverage of groups of cells along the genome, and count matrices."""

from .count_matrix import count_fragments
from .coverage import Coverage, coverage, write_bigwig
from .fragments_file import FragmentsFile, match_barcodes

__all__ = [
    "Coverage",
    "FragmentsFile",
    "count_fragments",
    "coverage",
    "match_barcodes",
    "write_bigwig",
]
