"""A map of cells without training: a spectral embedding of their similarity.

Cells are compared by the cosine of their open regions, weighted by inverse document frequency. The
matrix of similarities is normalised by the degrees of the cells and never formed: a product with it
is two products with the sparse counts. Dividing a component by the trivial one takes the depth of
the cells out of it. What else is unwanted, such as batches, is projected out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..errors import DataError
from ..mapped_files import mapping_of
from .blas import one_blas_thread

MAX_CELLS = 50_000  # more cells are placed on the map of a sample of so many
DENSE_BELOW = 200  # so few cells have their similarities formed
BLOCK, N_BLOCKS = 8, 12  # vectors that are multiplied together, and how often; at least
PER_VECTOR = 6  # vectors that the eigenvectors are combined from, for each of them; at least
INDEPENDENT = 1e-6  # length of a vector without what others explain, relative, that counts
DEPTH_DEGREE = 3  # of the polynomial of log depth that components are compared with
DEPTH_LIMIT = 3.0  # standard deviations of log depth at which that polynomial becomes flat
LEAST_DEGREE = 1e-3  # of the median; a cell that shares less with others is not placed by them
TINY = 1e-9

Floats = NDArray[np.float64]


class Similarity:
    """Cosine similarities of cells, normalised by degree, as an operator.

    Parameters
    ----------
    counts
        Cells by regions, CSR; only which entries are above 0 matters.
    unwanted
        What no component may follow, such as a column of 0 and 1 for each batch, shape
        ``(n_cells, n_columns)``.

    Attributes
    ----------
    rows
        Cells as rows of length 1, weighted by inverse document frequency, ``(n_cells, n_regions)``.
    trivial
        The trivial component: square roots of the degrees, of length 1, ``(n_cells,)``.
    basis, depth_basis
        Orthonormal columns that span the trivial component and what is unwanted; and these together
        with the depth of the cells.
    """

    @one_blas_thread()
    def __init__(self, counts: sparse.csr_matrix, unwanted: NDArray[Any] | None = None) -> None:
        is_open = _open(counts)
        n_cells, seen = is_open.shape[0], np.asarray(is_open.sum(axis=0), np.float64).ravel()
        is_known = (seen > 0) & (seen < n_cells)
        self.weights = np.where(is_known, np.log(n_cells / np.maximum(seen, 1.0)), 0.0)
        self.rows = self.unit_rows(is_open)
        self.own = _squares(self.rows)
        self.sums = np.asarray(self.rows.sum(axis=0), np.float64).ravel()
        degree = self.rows @ self.sums - self.own
        least = max(LEAST_DEGREE * float(np.median(degree)), TINY)
        is_linked = (self.own > 0.0) & (degree > least)
        degree = np.maximum(degree, least)
        self.scale = np.where(is_linked, 1.0 / np.sqrt(degree), 0.0)
        self.length = float(np.linalg.norm(np.sqrt(degree)))
        self.trivial: Floats = np.sqrt(degree) / self.length
        self.columns = columns_of(self.trivial, unwanted)
        self.basis = _orthonormal(self.columns)
        depth = self.trivial[:, None] * _depth_powers(is_open)
        self.depth_basis = _orthonormal(np.hstack([self.columns, depth]))

    @property
    def n_cells(self) -> int:
        """Number of cells compared."""
        return int(self.rows.shape[0])

    def unit_rows(self, is_open: sparse.csr_matrix) -> sparse.csr_matrix:
        """Weight the regions of cells, these or others, and scale each cell to length 1."""
        rows = _with_data(is_open, self.weights.astype(np.float32)[is_open.indices])
        length = np.sqrt(_squares(rows))
        rows.data /= np.repeat(np.maximum(length, TINY), np.diff(rows.indptr)).astype(np.float32)
        return rows

    def apply(self, vectors: Floats) -> Floats:
        """Multiply vectors by the similarities; shape ``(n_cells, n)``."""
        scaled = self.scale[:, None] * vectors
        around = self.rows @ (self.rows.T @ scaled.astype(np.float32))
        return np.asarray(self.scale[:, None] * (around - self.own[:, None] * scaled), np.float64)

    def without_unwanted(self, vectors: Floats) -> Floats:
        """Project the trivial component and what is unwanted out of vectors, ``(n_cells, n)``."""
        return np.asarray(vectors - self.basis @ (self.basis.T @ vectors), np.float64)

    @one_blas_thread()
    def eigenvectors(self, n: int, seed: int) -> tuple[Floats, Floats]:
        """Return the largest eigenvalues, ``(n,)``, and their vectors, ``(n_cells, n)``."""
        size = self.n_cells
        n = max(0, min(n, size - self.basis.shape[1] - 1))
        if n == 0:
            return np.empty(0), np.empty((size, 0))

        def product(vectors: Floats) -> Floats:
            return self.without_unwanted(self.apply(self.without_unwanted(vectors)))

        n_blocks = max(N_BLOCKS, -(-PER_VECTOR * n // BLOCK))
        if size <= max(DENSE_BELOW, 2 * BLOCK * n_blocks):
            every = product(np.eye(size))
            values, vectors = np.linalg.eigh((every + every.T) / 2.0)
        else:
            begin = np.random.default_rng(seed).normal(size=(size, BLOCK))
            values, vectors = _krylov(product, self.without_unwanted(begin), n_blocks)
        order = np.argsort(-values)[:n]
        return values[order], _with_fixed_sign(vectors[:, order])


def _krylov(
    product: Callable[[Floats], Floats], begin: Floats, n_blocks: int
) -> tuple[Floats, Floats]:
    """Return eigenvalues and eigenvectors of a symmetric operator, the largest ones well.

    Many vectors are multiplied at once, which takes hardly longer than one.

    Parameters
    ----------
    product
        Multiplies vectors ``(n, n_vectors)`` by the operator.
    begin
        Vectors to begin with, ``(n, n_vectors)``.
    n_blocks
        How often to multiply.

    References
    ----------
    Golub and Underwood 1977 (block Lanczos), with all vectors made orthogonal again.
    """
    size, width = begin.shape
    basis = np.empty((size, width * n_blocks), order="F")
    products, n = np.empty_like(basis), 0
    new = _new_directions(begin, basis[:, :0])
    for _ in range(n_blocks):
        block = slice(n, n + new.shape[1])
        basis[:, block], products[:, block] = new, product(new)
        n = block.stop
        new = _new_directions(products[:, block], basis[:, :n])
        if not new.shape[1]:
            break
    inside = basis[:, :n].T @ products[:, :n]
    values, vectors = np.linalg.eigh((inside + inside.T) / 2.0)
    return values, np.asarray(basis[:, :n] @ vectors)


def _new_directions(vectors: Floats, known: Floats) -> Floats:
    """Return orthonormal directions of vectors that known ones, orthonormal too, do not span."""
    least = INDEPENDENT * np.linalg.norm(vectors, axis=0).max()
    for _ in range(2):  # once leaves rounding errors
        vectors = vectors - known @ (known.T @ vectors)
    directions, lengths = np.linalg.qr(vectors)
    return np.asarray(directions[:, np.abs(np.diag(lengths)) > least])


@dataclass(frozen=True, slots=True, eq=False)
class SpectralMap:
    """Components of cells, and what it takes to place other cells among them.

    Attributes
    ----------
    values
        Eigenvalues, falling, ``(n_components,)``.
    components
        Of the cells that were given, ``(n_cells, n_components)``, with the degree of each cell
        divided out; for a cell without open regions they are 0.
    depth_shares
        Share of the variance of each component that the depth of the cells explains, in [0, 1].
    is_sample
        Whether the map was made from a sample of the cells, and the others were placed on it.
    similarity
        Of the cells that the map was made from.
    loadings
        What each region adds to each component, ``(n_regions, n_components)``.
    shares
        How much of each column that was projected out to take away from each component,
        ``(n_columns, n_components)``.
    """

    values: Floats
    components: Floats
    depth_shares: Floats
    is_sample: bool
    similarity: Similarity
    loadings: NDArray[np.float32]
    shares: Floats

    @one_blas_thread()
    def place(self, counts: Any, unwanted: NDArray[Any] | None = None) -> Floats:
        """Return the components of other cells over the same regions, ``(n_cells, n_components)``.

        Parameters
        ----------
        counts, unwanted
            As for `spectral_map`, of the other cells.

        References
        ----------
        Nystrom's extension of eigenvectors.
        """
        like, is_open = self.similarity, _open(as_rows(counts))
        rows = like.unit_rows(is_open)
        root = np.sqrt(np.maximum(rows @ like.sums, TINY))
        around = np.asarray(rows @ self.loadings, np.float64) / root[:, None]
        trivial = root / like.length
        placed = around - columns_of(trivial, unwanted) @ self.shares
        placed[np.diff(rows.indptr) == 0] = 0.0
        return np.asarray(placed / trivial[:, None], np.float64)

    def coordinates(self, n: int | None = None) -> Floats:
        """Return a map in which distances have a meaning, ``(n_cells, n)``.

        Components are weighted by their eigenvalues, and each cell is scaled to length 1 together
        with a constant component: the direction of a cell counts, not its distance from the middle.
        """
        return coordinates_of(self.components[:, :n], self.values[:n])


def coordinates_of(components: Floats, values: Floats) -> Floats:
    """Return `SpectralMap.coordinates` of some components with their eigenvalues."""
    weighted = components * np.maximum(values, 0.0)
    return np.asarray(weighted / np.sqrt(1.0 + (weighted**2).sum(axis=1, keepdims=True)))


@one_blas_thread()
def spectral_map(
    counts: Any,
    n_components: int = 15,
    *,
    seed: int = 0,
    unwanted: NDArray[Any] | None = None,
    max_cells: int = MAX_CELLS,
) -> SpectralMap:
    """Map cells by the leading eigenvectors of their similarities.

    Parameters
    ----------
    counts
        Cells by regions, sparse or an array.
    n_components
        How many components, at least 1; there are fewer where there are few cells.
    seed
        Of the sample, and of the vector that the eigensolver starts with.
    unwanted
        Columns that no component may follow, such as 0 and 1 for each batch, shape
        ``(n_cells, n_columns)``.
    max_cells
        A larger number of cells is placed on the map of a random sample of this size.

    Raises
    ------
    DataError
        There are fewer than three cells, or no region is open in any of them.

    References
    ----------
    Zhang et al. 2024, Nature Methods (SnapATAC2), for the matrix-free spectral embedding.
    """
    matrix = as_rows(counts)
    n_cells = matrix.shape[0]
    if n_cells < 3 or matrix.nnz == 0:
        raise DataError("A map needs at least 3 cells and an open region; use a weaker filter.")
    chosen = sample_of(n_cells, max_cells, seed)
    is_sample = len(chosen) < n_cells
    columns = None if unwanted is None else np.asarray(unwanted, np.float64)
    similarity = Similarity(
        matrix[chosen] if is_sample else matrix, None if columns is None else columns[chosen]
    )
    values, vectors = similarity.eigenvectors(n_components, seed)
    scaled = (similarity.scale[:, None] * vectors).astype(np.float32)
    over = np.where(np.abs(values) > TINY, values, np.inf)
    loadings = np.asarray((similarity.rows.T @ scaled) / over, np.float32)
    projected = similarity.basis @ (similarity.basis.T @ similarity.apply(vectors)) / over
    shares, *_ = np.linalg.lstsq(similarity.columns, projected, rcond=None)
    components = vectors / similarity.trivial[:, None]
    components[similarity.own == 0.0] = 0.0
    found = SpectralMap(
        values,
        components,
        depth_shares(similarity, vectors),
        is_sample,
        similarity,
        loadings,
        np.asarray(shares, np.float64),
    )
    if not is_sample:
        return found
    every = found.place(matrix, columns)
    every[chosen] = components
    return SpectralMap(values, every, found.depth_shares, True, similarity, loadings, found.shares)


def sample_of(n_cells: int, max_cells: int, seed: int) -> NDArray[np.intp]:
    """Return the positions of all cells, or of a random sample of ``max_cells`` in their order."""
    if n_cells <= max_cells:
        return np.arange(n_cells)
    return np.sort(np.random.default_rng(seed).choice(n_cells, max_cells, replace=False))


def as_rows(counts: Any) -> sparse.csr_matrix:
    """Return counts as compressed rows without stored zeros; what is given is not changed."""
    rows: sparse.csr_matrix = sparse.csr_matrix(counts)
    if isinstance(counts, sparse.csr_matrix) and mapping_of(counts.indices) is not None:
        rows.has_canonical_format = counts.has_canonical_format  # it cannot have changed
    if not rows.has_canonical_format or (rows.nnz and rows.data.min() == 0):
        rows = rows.copy()
        rows.sum_duplicates()
        rows.eliminate_zeros()
    return rows


def indicators(codes: NDArray[np.integer[Any]]) -> Floats:
    """Return a column of 0 and 1 for each code that occurs, ``(n_cells, n)``; none for one alone.

    Parameters
    ----------
    codes
        Such as the batch of each cell, ``(n_cells,)``.
    """
    found = np.unique(codes)
    if len(found) < 2:
        return np.empty((len(codes), 0))
    return np.asarray(codes[:, None] == found, np.float64)


def columns_of(trivial: Floats, unwanted: NDArray[Any] | None) -> Floats:
    """Return the columns to project out, the trivial one first, ``(n_cells, n_columns)``."""
    if unwanted is None:
        return trivial[:, None]
    return np.asarray(trivial[:, None] * np.column_stack([np.ones_like(trivial), unwanted]))


@one_blas_thread()
def depth_shares(similarity: Similarity, vectors: Floats) -> Floats:
    """Return the share of each vector that the depth of the cells explains, in [0, 1]."""
    inside = similarity.without_unwanted(vectors)
    explained = (similarity.depth_basis.T @ inside) ** 2
    whole = np.maximum((inside**2).sum(axis=0), TINY)
    return np.asarray(np.minimum(explained.sum(axis=0) / whole, 1.0), np.float64)


def _open(counts: sparse.csr_matrix) -> sparse.csr_matrix:
    """Return 1 for every entry above 0, in the same places."""
    ones = np.ones(len(counts.data), np.float32)
    return sparse.csr_matrix((ones, counts.indices, counts.indptr), shape=counts.shape)


def _with_data(rows: sparse.csr_matrix, data: NDArray[Any]) -> sparse.csr_matrix:
    """Return other values in the same places, which are not copied and must not change."""
    return sparse.csr_matrix((data, rows.indices, rows.indptr), shape=rows.shape)


def _depth_powers(is_open: sparse.csr_matrix) -> Floats:
    """Return powers of the standardised log depth of cells, ``(n_cells, DEPTH_DEGREE)``."""
    log_depth = np.log(np.maximum(np.diff(is_open.indptr), 1))
    standard = (log_depth - log_depth.mean()) / max(log_depth.std(), TINY)
    limited = np.clip(standard, -DEPTH_LIMIT, DEPTH_LIMIT)
    return np.asarray(limited[:, None] ** np.arange(1, DEPTH_DEGREE + 1), np.float64)


def _squares(rows: sparse.csr_matrix) -> Floats:
    """Return the squared length of each row."""
    squares = _with_data(rows, rows.data**2)
    return np.asarray(squares.sum(axis=1), np.float64).ravel()


def _orthonormal(columns: Floats) -> Floats:
    """Return an orthonormal basis of columns that may depend on each other."""
    scaled = columns / np.maximum(np.linalg.norm(columns, axis=0), TINY)
    vectors, values, _ = np.linalg.svd(scaled, full_matrices=False)
    return np.asarray(vectors[:, values > 1e-6 * values[0]], np.float64)


def _with_fixed_sign(vectors: Floats) -> Floats:
    """Make the largest entry of each vector positive, so that signs do not depend on a solver."""
    largest = np.abs(vectors).argmax(axis=0)
    signs = np.sign(vectors[largest, np.arange(vectors.shape[1])])
    return np.asarray(vectors * np.where(signs == 0.0, 1.0, signs), np.float64)
