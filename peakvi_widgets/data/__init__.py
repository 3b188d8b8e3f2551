"""Counts: readers, checks, quality and filters, built-in data sets, simulation.

What belongs here: everything between a file and an AnnData of raw counts, and what can be said of
regions without a model (genes, coverage). Files are not trusted: sizes are checked before memory is
used, and errors are one sentence.

Only numpy is imported here. pandas, scipy, anndata and h5py are imported when they are used,
because an empty viewer needs none of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from . import datasets
from .datasets import DATASETS
from .quality import (
    FilterSettings,
    QualityMetrics,
    few_regions,
    filter_counts,
    filter_masks,
    quality_metrics,
)
from .read import read, read_10x_atac, reading
from .simulate import simulate

if TYPE_CHECKING:
    from . import cache
    from .bed import write_bed
    from .checks import DataWarning, all_zero, check_counts
    from .genes import annotate, gene_scores, guess_genome
    from .regions import RegionQuery, parse_region_names, region_query
    from .samples import read_samples

__all__ = [
    "DATASETS",
    "DataWarning",
    "FilterSettings",
    "QualityMetrics",
    "RegionQuery",
    "all_zero",
    "annotate",
    "cache",
    "check_counts",
    "datasets",
    "few_regions",
    "filter_counts",
    "filter_masks",
    "gene_scores",
    "guess_genome",
    "parse_region_names",
    "quality_metrics",
    "read",
    "read_10x_atac",
    "read_samples",
    "reading",
    "region_query",
    "simulate",
    "write_bed",
]

_HOMES = {
    "DataWarning": "checks",
    "RegionQuery": "regions",
    "all_zero": "checks",
    "annotate": "genes",
    "gene_scores": "genes",
    "guess_genome": "genes",
    "check_counts": "checks",
    "parse_region_names": "regions",
    "read_samples": "samples",
    "region_query": "regions",
    "write_bed": "bed",
}

if not TYPE_CHECKING:  # a type checker knows the names from above, and should miss all others

    def __getattr__(name: str) -> object:
        if name == "cache":
            return import_module(".cache", __name__)
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
