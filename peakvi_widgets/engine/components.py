"""The confirmed components of cells, and what each open region says of a cell's place on them.

A spectral map finds the components. Cells are then placed on them by regions weighted by how much
they follow each component: by their effect on the log rate, shrunk by its share of signal. So
regions that follow nothing, whose chance effects a map adds up, hardly count.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree

from .blas import one_blas_thread
from .cells import Cells, Indices
from .dimensions import (
    MAX_CELLS,
    N_TESTED,
    Dimensions,
    dimensions_and_vectors,
    matching_components,
)
from .spectral import Floats, Similarity, spectral_map

LEAST_SCALE = 0.1  # of an axis of the latent, in units of the first one
LEAST_OPEN = 5  # cells in which a region must be open to tell how strong effects are
N_ROUNDS = 2  # of effects from components and components from effects
N_NEAR, NEAR_SHARE = 15, 0.05  # cells that a cell is averaged with; at most that share of all
TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Components:
    """Confirmed components of some cells.

    Attributes
    ----------
    counts
        Of these cells, ``(n_cells, n_regions)``.
    loadings
        What a count adds to the constant projection of a cell, and to that on each component,
        ``(n_regions, 1 + n)``.
    turn
        From these projections, in units of the constant one, to components of mean 0 and variance
        1; the last row is added, ``(n + 1, n)``.
    scales
        Spread that the components are to have, as held-out data confirm it, ``(n,)``, in [0.1, 1].
    """

    counts: sparse.csr_matrix
    loadings: Floats
    turn: Floats
    scales: Floats

    def place(self, projections: Floats) -> Floats:
        """Return the components of cells, given their projections ``(n_cells, 1 + n)``."""
        return np.asarray(_with_constant(_ratios(projections)) @ self.turn)

    def smoothed(self, placed: Floats) -> Floats:
        """Average each cell with those next to it; shape ``(n_cells, n)``, as what is given."""
        n_near = min(N_NEAR, int(NEAR_SHARE * len(placed)))
        if n_near == 0:
            return placed
        scaled = placed * self.scales
        _, near = cKDTree(scaled).query(scaled, n_near + 1)
        return np.asarray(placed[near].mean(axis=1))


@one_blas_thread()
def confirmed_components(
    cells: Cells, train: Indices, n_latent: int, seed: int
) -> tuple[Dimensions, Components | None]:
    """Find the confirmed components of the cells to learn from; ``None`` where there are none."""
    counts, unwanted = cells.rows(train), cells.covariates(train)
    dimensions, vectors, tested = dimensions_and_vectors(
        counts, N_TESTED, seed, unwanted, MAX_CELLS
    )
    n = dimensions.n_confirmed
    if n == 0:
        return dimensions, None
    whole = spectral_map(counts, len(dimensions.z), seed=seed, unwanted=unwanted)
    is_confirmed = np.array(dimensions.is_confirmed)
    which = matching_components(whole, vectors[:, is_confirmed], tested)[:n_latent]
    reached = np.sort(np.array(dimensions.held_out_values)[is_confirmed])[::-1][: len(which)]
    scales = np.sqrt(np.clip(reached / max(reached[0], TINY), LEAST_SCALE**2, 1.0))
    target = _standard(whole.components[:, which])
    loadings, turn = _weighted(counts, whole.similarity, target)
    return dimensions, Components(counts, loadings, turn, scales)


@one_blas_thread()
def effects_of(components: Floats, counts: sparse.csr_matrix, depth: Floats) -> Floats:
    """Return how the log rate of each region follows components, ``(n_regions, n)``.

    Each effect is shrunk by its share of signal, which the effects of all regions tell.

    Parameters
    ----------
    components
        Of cells, ``(n_cells, n)``.
    counts
        Of these cells; only which entries are above 0 matters.
    depth
        Of these cells, in any unit, ``(n_cells,)``.
    """
    raw = raw_effects_of(components, counts, depth)
    n_open, noise = raw.n_open, raw.variance[:, None]
    enough = n_open >= LEAST_OPEN
    weight = n_open[enough, None] / max(n_open[enough].sum(), 1.0)
    signal = np.maximum(((raw.values[enough] ** 2 - noise[enough]) * weight).sum(axis=0), 1e-6)
    return np.asarray(raw.values * signal / (signal + noise))


class RawEffects(NamedTuple):
    """How the log rate of each region follows components, as it is observed."""

    values: Floats  # (n_regions, n)
    variance: Floats  # of each value by chance, (n_regions,)
    n_open: Floats  # cells in which the region is open, (n_regions,)


@one_blas_thread()
def raw_effects_of(components: Floats, counts: sparse.csr_matrix, depth: Floats) -> RawEffects:
    """Return the effects without shrinking them; parameters as for `effects_of`."""
    inside = _standard(components)
    is_open = _is_open(counts)
    n_open = np.asarray(is_open.sum(axis=0), np.float64).ravel()
    expected = np.outer(n_open, inside.T @ depth / max(depth.sum(), 1.0))
    least = np.maximum(n_open, 1.0)
    values = (np.asarray(is_open.T @ inside) - expected) / least[:, None]
    return RawEffects(values, 1.0 / least, n_open)


def _weighted(counts: sparse.csr_matrix, like: Similarity, target: Floats) -> tuple[Floats, Floats]:
    """Return loadings by the effects of regions, and how projections turn into the target."""
    is_open = _is_open(counts)
    depth = np.asarray(is_open.sum(axis=1), np.float64).ravel()
    constant, weights = like.weights * like.sums, np.sqrt(like.weights)
    components, loadings = target, constant[:, None]
    for _ in range(N_ROUNDS):
        effects = effects_of(components, is_open, depth) * weights[:, None]
        loadings = np.column_stack([constant, effects])
        ratios = _with_constant(_ratios(np.asarray(is_open @ loadings)))
        components = ratios @ np.linalg.lstsq(ratios, target, rcond=None)[0]
    ratios = _with_constant(_ratios(np.asarray(counts @ loadings)))
    turn = np.linalg.lstsq(ratios, target, rcond=None)[0]
    placed = ratios @ turn
    turn[-1] -= placed.mean(axis=0)
    return loadings, np.asarray(turn / np.maximum(placed.std(axis=0), TINY))


def _is_open(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return 1 for every entry above 0; places are shared where no entry is 0."""
    if not counts.nnz or counts.data.min() <= 0:
        return (counts > 0).astype(np.float64)
    if counts.dtype == np.float64 and counts.data.max() == 1.0:
        return counts
    ones = np.ones(counts.nnz)
    return sparse.csr_matrix((ones, counts.indices, counts.indptr), shape=counts.shape)


def _ratios(projections: Floats) -> Floats:
    """Return projections in units of the constant one, so that depth cancels."""
    return np.asarray(projections[:, 1:] / np.maximum(projections[:, :1], TINY))


def _with_constant(columns: Floats) -> Floats:
    return np.column_stack([columns, np.ones(len(columns))])


def _standard(columns: Floats) -> Floats:
    """Shift and scale columns to mean 0 and variance 1."""
    inside = columns - columns.mean(axis=0)
    return np.asarray(inside / np.maximum(inside.std(axis=0), TINY))
