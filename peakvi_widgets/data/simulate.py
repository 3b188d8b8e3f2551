"""Counts whose truth is known: cell types with regions that open in one of them only.

A region has a rate of its own (a few are open almost everywhere, most rarely); in the cell type it
is planted for, the rate is `effect` times as high. A cell's rates are scaled by its depth, and by a
batch effect in some regions. Counts are Poisson, so a region is open with probability
``1 - exp(-depth * rate)``. Random numbers are made for a few hundred cells at a time.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData
    from scipy import sparse

BASELINE_SPREAD = 1.1  # of the log rate between regions
DEPTH_SPREAD = 0.45  # of the log depth between cells
BATCH_SPREAD = 0.7  # of the log rate between batches, in the regions a batch touches
BATCH_SHARE = 0.1  # of the regions a batch touches
BLOCK = 2_000_000  # random numbers made in one go
WIDTH = 500  # base pairs
CHROMOSOMES = [*(f"chr{number}" for number in range(1, 23)), "chrX"]


def simulate(
    n_cells: int = 2_000,
    n_regions: int = 5_000,
    *,
    density: float = 0.1,
    n_types: int = 5,
    n_batches: int = 1,
    planted: float = 0.2,
    effect: float = 4.0,
    seed: int = 0,
) -> "AnnData":
    """Simulate counts with planted truth.

    Parameters
    ----------
    n_cells, n_regions
        Size, each at least 1.
    density
        Share of cells and regions that is open on average, in (0, 1).
    n_types
        Number of cell types, at least 1.
    n_batches
        Number of batches, at least 1; they differ in a tenth of the regions.
    planted
        Share of the regions that open more in one cell type, in [0, 1].
    effect
        How many times as often fragments fall into a planted region in its cell type, at least 1.
    seed
        The same seed gives the same counts.

    Returns
    -------
    Counts, cells by regions. The truth: ``obs["cell_type"]``, ``obs["batch"]``, ``obs["depth"]``
    (1 on average); ``var["planted_type"]`` (the type, or ``none``); ``varm["accessibility"]``, a
    table of the probability that a cell of each type, of depth 1 and in the first batch, is open;
    ``uns["simulation"]``, the arguments.

    Raises
    ------
    DataError
        If an argument is invalid.
    """
    import pandas as pd
    from anndata import AnnData

    _check(n_cells, n_regions, density, n_types, n_batches, planted, effect)
    rng = np.random.default_rng(seed)
    types = pd.Index([f"type_{number}" for number in range(1, n_types + 1)])
    batches = pd.Index([f"batch_{number}" for number in range(1, n_batches + 1)])

    depth = np.exp(rng.normal(0, DEPTH_SPREAD, n_cells))
    depth = (depth / depth.mean()).astype(np.float32)
    cell_type = rng.integers(n_types, size=n_cells)
    batch = rng.integers(n_batches, size=n_cells)

    planted_type = np.where(
        rng.random(n_regions) < planted, rng.integers(n_types, size=n_regions), -1
    )
    baseline = np.clip(rng.normal(0, 1, n_regions), -2.5, 2.5)  # no region far above all others
    rate = np.exp(BASELINE_SPREAD * baseline) * np.ones((n_types, 1))
    rate[planted_type[planted_type >= 0], np.flatnonzero(planted_type >= 0)] *= effect
    shift = np.exp(rng.normal(0, BATCH_SPREAD, (n_batches, n_regions)))
    shift[rng.random((n_batches, n_regions)) >= BATCH_SHARE] = 1
    shift[0] = 1
    # One row for each pair of type and batch that a cell can have.
    rates = (rate[:, None] * shift).reshape(n_types * n_batches, n_regions)
    pair = cell_type * n_batches + batch
    scale = _scale(rates, depth, pair, density, rng)

    counts = _draw((scale * rates).astype(np.float32), depth, pair, rng)
    obs = pd.DataFrame(
        {
            "cell_type": pd.Categorical.from_codes(cell_type, categories=types),
            "batch": pd.Categorical.from_codes(batch, categories=batches),
            "depth": depth,
        },
        index=[f"cell_{number}" for number in range(1, n_cells + 1)],
    )
    var = _regions(n_regions)
    var["planted_type"] = pd.Categorical.from_codes(
        planted_type + 1, categories=pd.Index(["none", *types])
    )
    accessibility = pd.DataFrame(1 - np.exp(-scale * rate.T), index=var.index, columns=types)
    simulation = {
        "n_cells": n_cells,
        "n_regions": n_regions,
        "density": density,
        "n_types": n_types,
        "n_batches": n_batches,
        "planted": planted,
        "effect": effect,
        "seed": seed,
    }
    return AnnData(
        X=counts,
        obs=obs,
        var=var,
        varm={"accessibility": accessibility},
        uns={"simulation": simulation},
    )


def _check(
    n_cells: int,
    n_regions: int,
    density: float,
    n_types: int,
    n_batches: int,
    planted: float,
    effect: float,
) -> None:
    sizes = {
        "n_cells": n_cells,
        "n_regions": n_regions,
        "n_types": n_types,
        "n_batches": n_batches,
    }
    for name, value in sizes.items():
        if value < 1:
            raise DataError(f"{name} is {value}; give at least 1.")
    if not 0 < density < 1:
        raise DataError(f"density is {density}; give a share between 0 and 1, such as 0.1.")
    if not 0 <= planted <= 1:
        raise DataError(f"planted is {planted}; give a share from 0 to 1, such as 0.2.")
    if not effect >= 1:
        raise DataError(f"effect is {effect}; give how many times as often, at least 1.")


def _scale(
    rates: npt.NDArray[np.float64],
    depth: npt.NDArray[np.float32],
    pair: npt.NDArray[np.int64],
    density: float,
    rng: np.random.Generator,
) -> float:
    """Find by bisection what the rates must be multiplied with to give the density wanted."""
    n_cells = min(len(depth), max(50, BLOCK // rates.shape[1]))
    cells = rng.choice(len(depth), n_cells, replace=False)
    # The cells drawn stand for the depths of all.
    depths = np.quantile(depth, (np.arange(n_cells) + 0.5) / n_cells).astype(np.float32)
    sample = depths[:, None] * rates[pair[cells]].astype(np.float32)
    low, high = -20.0, 20.0
    for _ in range(16):
        middle = (low + high) / 2
        if 1 - np.exp(-np.float32(np.exp(middle)) * sample).mean() < density:
            low = middle
        else:
            high = middle
    return float(np.exp((low + high) / 2))


def _draw(
    rates: npt.NDArray[np.float32],
    depth: npt.NDArray[np.float32],
    pair: npt.NDArray[np.int64],
    rng: np.random.Generator,
) -> "sparse.csr_matrix":
    """Draw Poisson counts: first which regions are open, then how many fragments lie there."""
    from scipy import sparse

    n_cells, n_regions = len(pair), rates.shape[1]
    at_once = max(1, BLOCK // n_regions)
    counts: list[npt.NDArray[np.uint8]] = []
    regions: list[npt.NDArray[np.int32]] = []
    indptr = np.zeros(n_cells + 1, np.int64)
    for start in range(0, n_cells, at_once):
        cells = slice(start, start + at_once)
        mean = rates[pair[cells]] * depth[cells, None]
        draw = rng.random(mean.shape, np.float32)
        closed = np.exp(-mean)
        cell, region = np.nonzero(draw >= closed)
        counts.append(_poisson(mean[cell, region], draw[cell, region], closed[cell, region]))
        regions.append(region.astype(np.int32))
        indptr[start + 1 : start + 1 + at_once] = np.bincount(cell, minlength=len(closed))
    np.cumsum(indptr, out=indptr)
    return sparse.csr_matrix(
        (np.concatenate(counts), np.concatenate(regions), indptr), shape=(n_cells, n_regions)
    )


def _poisson(
    mean: npt.NDArray[np.float32], draw: npt.NDArray[np.float32], closed: npt.NDArray[np.float32]
) -> npt.NDArray[np.uint8]:
    """Invert the Poisson distribution where it is known that the count is at least one.

    `closed` is the probability of no count, and `draw`, in [0, 1), is not below it.
    """
    count = np.ones(len(mean), np.uint8)
    going = np.arange(len(mean))
    term, total = closed.copy(), closed.copy()
    for number in range(1, np.iinfo(np.uint8).max):
        term *= mean / number
        total += term
        # Rounding may keep the sum from ever reaching a draw near 1; then the tail has no weight.
        more = (draw >= total) & ((term > 1e-9) | (mean > number))
        if not more.any():
            break
        going = going[more]
        mean, draw, term, total = mean[more], draw[more], term[more], total[more]
        count[going] += 1
    return count


def _regions(n_regions: int) -> "pd.DataFrame":
    """Lay regions of one width out along the chromosomes, 2,000 base pairs from start to start."""
    from .regions import region_table

    chromosome = np.arange(n_regions) * len(CHROMOSOMES) // n_regions
    first = np.searchsorted(chromosome, chromosome)
    start = 10_000 + 2_000 * (np.arange(n_regions) - first)
    return region_table([CHROMOSOMES[number] for number in chromosome], start, start + WIDTH)
