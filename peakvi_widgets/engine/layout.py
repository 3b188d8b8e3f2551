"""Cells in two dimensions, so that those that are near in more dimensions are near: a quick t-SNE.

Nothing has to be compiled for it. Cells repel each other through a field on a grid, whose
potential is a convolution, so that a round takes a time proportional to the number of cells.
Neighbors attract each other a little more than in t-SNE, which leaves more room between groups.
"""

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray
from scipy import fft, sparse
from scipy.spatial import cKDTree

from .blas import one_blas_thread
from .spectral import Floats, sample_of

MIN_CELLS = 30  # of fewer cells no layout is made
MAX_CELLS = 20_000  # more cells are placed beside their neighbors in a sample of so many
N_NEIGHBORS, LEAST_NEIGHBORS, NEIGHBOR_SHARE = 15, 3, 0.1  # of a cell; the share is of all cells
N_BESIDE = 5  # neighbors in the sample that decide where another cell is
N_ROUNDS, N_EARLY = 150, 40  # in the early rounds neighbors come together
EARLY_ATTRACTION, ATTRACTION = 12.0, 1.5  # in units of that of t-SNE
EARLY_MOMENTUM, MOMENTUM = 0.5, 0.8
RATE = 0.25  # of what moves cells, for each of them
MAX_MOVE = 2.0  # of a cell in a round, in units of the repulsion
SPACING, MAX_GRID = 0.5, 250  # of the grid, in the same units, and how many points it has at most
BEGIN = 0.1  # standard deviation of the places in the beginning
TINY = 1e-12

Edges = tuple[NDArray[np.intp], NDArray[np.intp], Floats]  # pairs of neighbors, and their weights


def laying_out(
    coordinates: Floats, *, seed: int = 0, n_rounds: int = N_ROUNDS, max_cells: int = MAX_CELLS
) -> Generator[int, None, Floats]:
    """Place cells in two dimensions.

    Parameters
    ----------
    coordinates
        Of at least 30 cells, ``(n_cells, n)`` with at least two columns; the first two are where
        the cells are in the beginning.
    seed
        Of the sample.
    n_rounds
        How often the cells are moved.
    max_cells
        More cells are placed beside their neighbors in a random sample of this size.

    Yields
    ------
    The number of each round.

    Returns
    -------
    Places, ``(n_cells, 2)``.

    References
    ----------
    van der Maaten and Hinton 2008, JMLR (t-SNE); Linderman et al. 2019, Nature Methods (repulsion
    by interpolation on a grid); Boehm, Berens and Kobak 2022, JMLR (more attraction).
    """
    chosen = sample_of(len(coordinates), max_cells, seed)
    inside = coordinates[chosen]
    edges = neighbor_edges(inside)
    yield 0
    places = inside[:, :2] - inside[:, :2].mean(axis=0)
    places = places * (BEGIN / max(float(places.std()), TINY))
    moving = Moving(edges, len(inside))
    for number in range(1, n_rounds + 1):
        places = moving.move(places, is_early=number <= N_EARLY)
        yield number
    if len(chosen) == len(coordinates):
        return np.asarray(places)
    others = np.setdiff1d(np.arange(len(coordinates)), chosen)
    every = np.empty((len(coordinates), 2))
    every[chosen] = places
    every[others] = _beside(coordinates[others], inside, places)
    return every


@one_blas_thread()
def neighbor_edges(coordinates: Floats) -> Edges:
    """Return pairs of neighbors, each once, and how much they attract each other, in all 1/2.

    The nearest neighbor of a cell has weight 1, the others less, as their distances tell.
    """
    n = len(coordinates)
    k = min(N_NEIGHBORS, max(LEAST_NEIGHBORS, int(NEIGHBOR_SHARE * n)), n - 1)
    found = cKDTree(coordinates).query(coordinates, k + 1)
    distances, near = (np.asarray(one)[:, 1:] for one in found)
    beyond = distances - distances[:, :1]
    weights = np.exp(-beyond / np.maximum(beyond.mean(axis=1, keepdims=True), TINY))
    graph = sparse.csr_matrix(
        (weights.ravel(), near.ravel(), np.arange(0, n * k + 1, k)), shape=(n, n)
    )
    graph = graph + graph.T - graph.multiply(graph.T)
    pairs = sparse.triu(graph, 1).tocoo()
    weight = pairs.data / max(2.0 * float(pairs.data.sum()), TINY)
    return pairs.row.astype(np.intp), pairs.col.astype(np.intp), weight


class Moving:
    """Cells on their way: gradient descent with momentum and a rate for each coordinate.

    Parameters
    ----------
    edges
        Of `neighbor_edges`.
    n_cells
        How many cells there are.
    """

    def __init__(self, edges: Edges, n_cells: int) -> None:
        self.edges, self.n_cells, self.field = edges, n_cells, Field()
        self.speed, self.gain = np.zeros((n_cells, 2)), np.ones((n_cells, 2))

    def move(self, places: Floats, *, is_early: bool) -> Floats:
        """Return the places after one more round."""
        attraction = EARLY_ATTRACTION if is_early else ATTRACTION
        gradient = attraction * self._attraction(places) + self._repulsion(places)
        turns = gradient * self.speed < 0.0
        self.gain = np.maximum(np.where(turns, self.gain + 0.2, self.gain * 0.8), 0.01)
        rate = RATE * self.n_cells
        momentum = EARLY_MOMENTUM if is_early else MOMENTUM
        self.speed = momentum * self.speed - rate * self.gain * gradient
        self.speed = np.clip(self.speed, -MAX_MOVE, MAX_MOVE)
        moved = places + self.speed
        return np.asarray(moved - moved.mean(axis=0))

    def _attraction(self, places: Floats) -> Floats:
        """Return the gradient of what draws neighbors together."""
        first, second, weight = self.edges
        x, y = (column[first] - column[second] for column in np.ascontiguousarray(places.T))
        pull = 4.0 * weight / (1.0 + x * x + y * y)
        n = self.n_cells
        columns = [
            np.bincount(first, along, n) - np.bincount(second, along, n)
            for along in (pull * x, pull * y)
        ]
        return np.stack(columns, axis=1)

    def _repulsion(self, places: Floats) -> Floats:
        """Return the gradient of what drives all cells apart."""
        potential, slope = self.field.at(places)
        return np.asarray(2.0 * slope / max(float(potential.sum()) - self.n_cells, TINY))


class Field:
    """The potential of cells, and its slope, at the places of these cells.

    The potential of a cell is 1 / (1 + distance squared). Cells are spread over the points of a
    grid by a quadratic spline, and what is found there is read by the same spline.
    """

    def __init__(self) -> None:
        self._known: tuple[tuple[int, float], list[NDArray[np.complex128]]] | None = None

    def at(self, places: Floats) -> tuple[Floats, Floats]:
        """Return the potential ``(n_cells,)`` and its slope ``(n_cells, 2)``."""
        low = places.min(axis=0)
        span = float((places.max(axis=0) - low).max())
        spacing = max(SPACING, span / MAX_GRID)
        n = fft.next_fast_len(int(span / spacing) + 5, real=True)
        points, weights = _spline((places - low) / spacing + 2.0, n)
        charge = np.bincount(points.ravel(), weights.ravel(), n * n).reshape(n, n)
        spectrum = fft.rfft2(charge, (2 * n, 2 * n))
        found = []
        for kernel in self._kernels(n, spacing):
            value = fft.irfft2(spectrum * kernel, (2 * n, 2 * n))[:n, :n].ravel()
            found.append(np.einsum("ij,ij->i", value[points], weights))
        return found[0], np.stack(found[1:], axis=1)

    def _kernels(self, n: int, spacing: float) -> list[NDArray[np.complex128]]:
        """Return the transforms of the potential of a cell and of its two slopes."""
        if self._known is None or self._known[0] != (n, spacing):
            steps = np.arange(2 * n)
            away = np.where(steps <= n, steps, steps - 2 * n) * spacing
            value = 1.0 / (1.0 + away[:, None] ** 2 + away[None, :] ** 2)
            slopes = (-2.0 * away[:, None] * value**2, -2.0 * away[None, :] * value**2)
            kernels = [fft.rfft2(one) for one in (value, *slopes)]
            self._known = (n, spacing), kernels
        return self._known[1]


def _spline(at: Floats, n: int) -> tuple[NDArray[np.intp], Floats]:
    """Return the nine points of an n x n grid around each place, and their shares of it."""
    nearest = np.rint(at).astype(np.intp)
    off = at - nearest
    along = np.stack([0.5 * (0.5 - off) ** 2, 0.75 - off**2, 0.5 * (0.5 + off) ** 2])
    steps = [(i, j) for i in range(3) for j in range(3)]
    points = [(nearest[:, 0] + i - 1) * n + nearest[:, 1] + j - 1 for i, j in steps]
    weights = [along[i, :, 0] * along[j, :, 1] for i, j in steps]
    return np.stack(points, axis=1), np.stack(weights, axis=1)


def _beside(others: Floats, inside: Floats, places: Floats) -> Floats:
    """Return places of other cells: the mean of their neighbors', the nearest counting most."""
    distances, near = cKDTree(inside).query(others, min(N_BESIDE, len(inside)))
    weights = 1.0 / np.maximum(distances, TINY)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray((places[near] * weights[:, :, None]).sum(axis=1))
