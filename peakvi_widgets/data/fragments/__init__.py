"""Fragments files: coverage of groups of cells along the genome, and count matrices."""

from .count_matrix import count_fragments
from .coverage import Coverage, coverage, coverage_of, valid_bin_size, write_bigwig
from .fragments_file import Fragments, FragmentsFile, match_barcodes

__all__ = [
    "Coverage",
    "Fragments",
    "FragmentsFile",
    "count_fragments",
    "coverage",
    "coverage_of",
    "match_barcodes",
    "valid_bin_size",
    "write_bigwig",
]
