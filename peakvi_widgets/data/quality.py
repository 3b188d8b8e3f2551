"""Quality of cells and regions, and the filter that acts on it."""

import math
import warnings
from dataclasses import dataclass
from numbers import Integral, Real
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import DataError

if TYPE_CHECKING:
    from anndata import AnnData
    from scipy import sparse

FEW_REGIONS = 2_000


@dataclass(frozen=True, slots=True)
class QualityMetrics:
    """How much was seen in each cell and of each region.

    Parameters
    ----------
    regions_per_cell
        Open regions of each cell, shape ``(n_cells,)``.
    counts_per_cell
        Sum of the counts of each cell, shape ``(n_cells,)``.
    cells_per_region
        Cells in which each region is open, shape ``(n_regions,)``.
    """

    regions_per_cell: npt.NDArray[np.int64]
    counts_per_cell: npt.NDArray[np.int64]
    cells_per_region: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FilterSettings:
    """Which cells and regions to keep.

    Parameters
    ----------
    min_cells
        Keep a region that is open in at least this many of the kept cells: a number (int), or a
        share of them (float below 1). The PeakVI tutorial uses 0.05.
    min_regions
        Keep a cell with at least this many open regions.
    max_regions
        Keep a cell with at most this many open regions (more are often two cells under one
        barcode); None for no bound.
    standard_chromosomes
        Keep only regions on nuclear chromosomes; see `is_standard_chromosome`.

    Raises
    ------
    DataError
        If a setting is invalid.
    """

    min_cells: int | float = 10
    min_regions: int = 0
    max_regions: int | None = None
    standard_chromosomes: bool = False

    def __post_init__(self) -> None:
        if not (_is_number(self.min_cells) or _is_share(self.min_cells)):
            raise DataError(
                f"min_cells is {self.min_cells!r}; give a number of cells such as 10, or a share "
                "of the cells below 1 such as 0.05."
            )
        if not _is_number(self.min_regions):
            raise DataError(f"min_regions is {self.min_regions!r}; give a number of regions, >= 0.")
        if self.max_regions is not None:
            if not _is_number(self.max_regions):
                raise DataError(
                    f"max_regions is {self.max_regions!r}; give a number of regions, or None for "
                    "no bound."
                )
            if self.max_regions < self.min_regions:
                raise DataError(
                    f"max_regions ({self.max_regions:,}) is below min_regions "
                    f"({self.min_regions:,}), so no cell could stay; raise it or lower the other."
                )
        if not isinstance(self.standard_chromosomes, bool | np.bool_):
            raise DataError(
                f"standard_chromosomes is {self.standard_chromosomes!r}; give True or False."
            )

    def cells_needed(self, n_cells: int) -> int:
        """Return in how many cells a region must be open to be kept.

        Parameters
        ----------
        n_cells
            Number of kept cells.

        Returns
        -------
        A share is rounded down to whole cells, as the PeakVI tutorial does.
        """
        if isinstance(self.min_cells, Integral):
            return int(self.min_cells)
        return math.floor(self.min_cells * n_cells + 1e-9)


def quality_metrics(adata: "AnnData") -> QualityMetrics:
    """Measure the quality of cells and regions.

    Parameters
    ----------
    adata
        Counts, cells by regions.

    Returns
    -------
    Three arrays; the counts are never made dense.
    """
    from .count_sums import (
        cells_per_region,
        counts_per_cell,
        open_regions_per_cell,
    )

    counts = _compact(adata)
    return QualityMetrics(
        regions_per_cell=open_regions_per_cell(counts),
        counts_per_cell=counts_per_cell(counts),
        cells_per_region=cells_per_region(counts),
    )


def filter_masks(
    adata: "AnnData", settings: FilterSettings
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Decide which cells and regions stay.

    The order matters and is: regions on other chromosomes go first; then cells, by their open
    regions among those left; then regions, by the number of kept cells in which they are open.

    Parameters
    ----------
    adata
        Counts, cells by regions.
    settings
        What to keep.

    Returns
    -------
    Mask of the cells, shape ``(n_cells,)``, and of the regions, shape ``(n_regions,)``.
    """
    from .count_sums import cells_per_region, open_regions_per_cell
    from .regions import is_standard_chromosome, parse_region_names

    counts = _compact(adata)
    regions = np.ones(adata.n_vars, np.bool_)
    if settings.standard_chromosomes:
        table = adata.var if "chr" in adata.var else parse_region_names(adata.var_names)
        regions = is_standard_chromosome(table["chr"])
    open_regions = open_regions_per_cell(counts, regions)
    cells = open_regions >= settings.min_regions
    if settings.max_regions is not None:
        cells &= open_regions <= settings.max_regions
    needed = settings.cells_needed(int(cells.sum()))
    return cells, regions & (cells_per_region(counts, cells) >= needed)


def filter_counts(
    adata: "AnnData",
    *,
    min_cells: int | float = 10,
    min_regions: int = 0,
    max_regions: int | None = None,
    standard_chromosomes: bool = False,
    memory: str | float | None = None,
) -> "AnnData":
    """Keep the cells and regions that pass the filter.

    Parameters
    ----------
    adata
        Counts, cells by regions. It is not changed.
    min_cells, min_regions, max_regions, standard_chromosomes
        As in `FilterSettings`; the order in which they act is that of `filter_masks`.
    memory
        Largest counts that are held in memory; larger ones lie on disk until the AnnData is gone.
        As for `peakvi_widgets.read`.

    Returns
    -------
    A new AnnData.

    Raises
    ------
    DataError
        If a setting is invalid, or no cell or no region would stay.

    Warns
    -----
    DataWarning
        If fewer than 2,000 regions stay.
    """
    from ..progress import follow_texts
    from .checks import DataWarning
    from .count_files import counts_limit
    from .kept import keeping

    settings = FilterSettings(min_cells, min_regions, max_regions, standard_chromosomes)
    cells, regions = filter_masks(adata, settings)
    check_kept(cells, regions, settings)
    sentence = few_regions(int(regions.sum()))
    if sentence:
        warnings.warn(sentence, DataWarning, stacklevel=2)
    return follow_texts(keeping(adata, cells, regions, counts_limit(memory)))


def check_kept(
    cells: npt.NDArray[np.bool_], regions: npt.NDArray[np.bool_], settings: FilterSettings
) -> None:
    """Raise if a filter keeps nothing.

    Parameters
    ----------
    cells, regions
        Masks of what stays, shapes ``(n_cells,)`` and ``(n_regions,)``.
    settings
        What made them.

    Raises
    ------
    DataError
        If no cell or no region stays.
    """
    if not cells.any():
        most = "any number of" if settings.max_regions is None else f"{settings.max_regions:,}"
        raise DataError(
            f"None of the {len(cells):,} cells has {settings.min_regions:,} to {most} open "
            "regions; lower min_regions or raise max_regions."
        )
    if not regions.any():
        needed = settings.cells_needed(int(cells.sum()))
        raise DataError(
            f"None of the {len(regions):,} regions"
            + (" is on a standard chromosome and" if settings.standard_chromosomes else " is")
            + f" open in {needed:,} of the {cells.sum():,} kept cells; lower min_cells"
            + (" or take all chromosomes." if settings.standard_chromosomes else ".")
        )


def few_regions(n_regions: int) -> str:
    """Return a warning if few regions are kept.

    Parameters
    ----------
    n_regions
        Number of regions that stay.

    Returns
    -------
    One sentence that says what to do; empty if at least 2,000 are kept.
    """
    if n_regions >= FEW_REGIONS:
        return ""
    return (
        f"Only {n_regions:,} regions remain, fewer than {FEW_REGIONS:,}: similar cells may not be "
        "distinguished; lower min_cells to keep more, or open counts of more regions."
    )


def _compact(adata: "AnnData") -> "sparse.csr_matrix":
    from .counts import compact_counts, is_compact

    return adata.X if is_compact(adata.X) else compact_counts(adata.X, source="The AnnData")


def _is_number(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 0


def _is_share(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, Integral) and 0 <= float(value) < 1
