"""Simulated cells with and without groups, and what is known of them."""

from typing import NamedTuple

import anndata
import numpy as np
from scipy import sparse
from scipy.stats import false_discovery_control, norm


class Truth(NamedTuple):
    """What a simulation plants."""

    n_cells: int
    n_regions: int
    n_kinds: int
    share: float  # of the regions, that are changed in a kind
    fold: float  # by so much
    one_sided: bool  # more open all, or half of them less
    spread: float  # of the log depth

    def __str__(self) -> str:
        sides = "all up" if self.one_sided else "up or down"
        return (
            f"{self.n_cells:,} x {self.n_regions:,}, {self.n_kinds} kinds, {self.share:.0%} of the "
            f"regions {self.fold:g}-fold, {sides}, depth {self.spread:g}"
        )


GIVEN = (
    Truth(300, 400, 2, 0.15, 6.0, True, 0.5),
    Truth(600, 2_000, 2, 0.15, 6.0, True, 0.5),
    Truth(600, 2_000, 2, 0.3, 2.0, False, 0.5),
    Truth(600, 2_000, 3, 0.3, 3.0, True, 0.5),
    Truth(2_000, 2_000, 3, 0.15, 6.0, True, 0.5),
    Truth(2_000, 2_000, 4, 0.05, 4.0, False, 0.5),
)


def noise(n_cells, n_regions, spread, seed):
    """Return counts of cells that differ by depth alone."""
    random = np.random.default_rng(seed)
    depth = np.exp(random.normal(0.0, spread, n_cells)) if spread else np.ones(n_cells)
    rate = random.beta(1, 12, n_regions)
    if spread:
        counts = random.poisson(np.outer(depth, rate)).astype(np.float32)
    else:
        counts = (random.random((n_cells, n_regions)) < rate).astype(np.float32)
    return anndata.AnnData(sparse.csr_matrix(counts[:, counts.any(axis=0)]))


def planted(truth, seed, *, batch=1.0):
    """Return cells with their kind and batch, and which regions differ between kinds 0 and 1.

    ``batch`` is by how much a tenth of the regions are more open in the second batch.
    """
    random = np.random.default_rng(seed)
    rate = random.beta(1.2, 15.0, truth.n_regions)
    kind, second = (random.integers(0, n, truth.n_cells) for n in (truth.n_kinds, 2))
    effects = np.zeros((truth.n_kinds, truth.n_regions))
    n_changed = round(truth.share * truth.n_regions)
    for one in effects[1:]:
        sign = 1.0 if truth.one_sided else random.choice([-1.0, 1.0], n_changed)
        one[random.choice(truth.n_regions, n_changed, replace=False)] = sign * np.log(truth.fold)
    of_batch = np.where(random.random(truth.n_regions) < 0.1, np.log(batch), 0.0)
    depth = np.exp(random.normal(0.0, truth.spread, truth.n_cells))
    rates = depth[:, None] * rate * np.exp(effects[kind] + np.outer(second, of_batch))
    adata = anndata.AnnData(sparse.csr_matrix(random.poisson(np.minimum(rates, 3.0)), dtype="f4"))
    adata.obs["kind"], adata.obs["batch"] = kind.astype(str), second.astype(str)
    return adata, effects[1] != 0.0


def two_proportions(counts, one, other):
    """Call regions by a test of two proportions at 0.05 after Benjamini and Hochberg."""
    is_open = (counts > 0).astype(float)
    p1, p2 = (np.asarray(is_open[cells].mean(axis=0)).ravel() for cells in (one, other))
    n1, n2 = len(one), len(other)
    p = (n1 * p1 + n2 * p2) / (n1 + n2)
    error = np.sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
    z = np.abs(p1 - p2) / np.where(error > 0, error, 1.0)
    return false_discovery_control(2 * norm.sf(z)) <= 0.05
