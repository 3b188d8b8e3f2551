"""Counts of simulated cells, with groups and without."""

import numpy as np
from scipy import sparse

from peakvi_widgets.engine.cells import Cells


def cells_of(counts, codes=None, continuous=None):
    counts = sparse.csr_matrix(counts)
    if codes is None:
        codes = np.zeros((counts.shape[0], 1), np.int64)
    if continuous is None:
        continuous = np.zeros((counts.shape[0], 0), np.float32)
    return Cells(counts, codes, continuous)


def noise(n_cells=400, n_regions=900, seed=0, spread=0.6):
    """Return counts of cells that differ by depth alone."""
    random = np.random.default_rng(seed)
    rate = np.outer(np.exp(random.normal(0, spread, n_cells)), random.beta(1, 12, n_regions))
    return random.poisson(rate)


def grouped(n_cells=600, n_regions=900, n_groups=3, seed=0, spread=0.4):
    """Return counts of cells of so many groups, the group of each, and their depth."""
    random = np.random.default_rng(seed)
    group = random.integers(0, n_groups, n_cells)
    rate = np.tile(random.beta(1, 10, n_regions), (n_groups, 1))
    for one in range(n_groups):
        rate[one, one * 80 : (one + 1) * 80] *= 5.0
    depth = np.exp(random.normal(0, spread, n_cells))
    return random.poisson(rate[group] * depth[:, None]), group, depth
