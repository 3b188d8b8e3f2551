"""How many dimensions of a map are real: components of one half of the data, tested on the other.

Fragments fall into a cell's open regions independently of each other, given what kind of cell it
is. So each fragment can be dealt out to one of two halves, and what the halves have in common is
the cells, not the noise of their counts. A component that one half suggests is confirmed if the
cells that it brings together are alike in the other half too. Binary counts cannot be dealt out;
there one half of the regions is tested on the other.
"""

from collections.abc import Generator, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..errors import DataError
from ..steps import result_of
from .blas import one_blas_thread
from .confirmed import MAX_DEPTH_SHARE as MAX_DEPTH_SHARE
from .confirmed import Dimensions as Dimensions
from .spectral import Floats, Similarity, SpectralMap, as_rows, depth_shares, sample_of
from .validate import number

N_TESTED = 30  # components
N_FOLDS = 5  # parts of the fragments, each of which is held out once
MAX_CELLS = 20_000  # more cells are represented by a sample of so many
MAX_OPEN = 1_000  # open regions a cell, on average; of more a random part is looked at
MIN_CELLS = 10  # fewer cells confirm nothing
AT_ONCE = 4_000_000  # entries that are looked at in one go
TINY = 1e-12

Unit = Literal["binary", "cut sites", "fragments"]
Tested = tuple[Dimensions, Floats, NDArray[np.intp]]  # and the vectors and cells that were tested


def dimensions(
    counts: Any,
    *,
    n_components: int = N_TESTED,
    seed: int = 0,
    unwanted: NDArray[Any] | None = None,
    max_cells: int = MAX_CELLS,
    max_entries: int | None = None,
) -> Dimensions:
    """Test which components of a spectral map are real.

    Parameters
    ----------
    counts
        Cells by regions, sparse or an array.
    n_components
        How many components to test, at least 1.
    seed
        Of the halves, the sample and the eigensolver.
    unwanted
        Columns that no component may follow, see `spectral.spectral_map`.
    max_cells
        A larger number of cells is represented by a random sample of this size.
    max_entries
        If more regions are open in the cells, all together, a random part of the regions is looked
        at; ``None`` for 1,000 a cell.

    References
    ----------
    Chen, Roch, Rohe, Yu 2021, "Estimating graph dimension with cross-validated eigenvalues". Their
    test is applied to degree-normalised cosine similarities.
    """
    rows = as_rows(counts)
    if max_entries is not None:
        rows = _some_regions(rows, seed, max_entries)
    return dimensions_and_vectors(rows, n_components, seed, unwanted, max_cells)[0]


def dimensions_and_vectors(
    counts: Any,
    n_components: int,
    seed: int,
    unwanted: NDArray[Any] | None,
    max_cells: int,
) -> Tested:
    """Return the dimensions, the vectors that were tested, and the cells that these are of."""
    return result_of(testing_dimensions(counts, n_components, seed, unwanted, max_cells))


def testing_dimensions(
    counts: Any,
    n_components: int,
    seed: int,
    unwanted: NDArray[Any] | None,
    max_cells: int,
) -> Generator[int, None, Tested]:
    """Do what `dimensions_and_vectors` does; yields the number of each part that was held out."""
    rows = as_rows(counts)
    chosen = sample_of(rows.shape[0], max_cells, seed)
    if len(chosen) < rows.shape[0]:
        rows = rows[chosen]
        unwanted = None if unwanted is None else np.asarray(unwanted)[chosen]
    rows = _some_regions(rows, seed, MAX_OPEN * rows.shape[0])
    kind: Literal["fragments", "regions"] = "regions" if unit_of(rows) == "binary" else "fragments"
    if rows.shape[0] < MIN_CELLS or rows.nnz < MIN_CELLS:
        none = Dimensions((), (), (), (), kind, rows.shape[0])
        return none, np.empty((rows.shape[0], 0)), chosen
    ways = []
    for pair in folds(rows, seed=seed):
        ways.append(_one_way(*pair, unwanted, n_components, seed))
        del pair  # before the next is made
        yield len(ways)
    n = min(one.shape[1] for one, _ in ways)
    z, values, reached, shares = np.mean([one[:, :n] for one, _ in ways], axis=0)
    z = z * np.sqrt(len(ways))  # the mean of independent tests
    z, values, reached, shares = (
        tuple(map(float, column)) for column in (z, values, reached, shares)
    )
    found = Dimensions(z, values, reached, shares, kind, rows.shape[0])
    return found, ways[0][1][:, :n], chosen


@one_blas_thread()
def matching_components(
    whole: SpectralMap, confirmed: Floats, tested: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Find the components that span best what was confirmed in a part of the fragments.

    Parameters
    ----------
    whole
        Map of all cells and fragments; not of a sample.
    confirmed
        The vectors that were confirmed, ``(n_tested, n)``.
    tested
        Positions of the cells that these are of.

    Returns
    -------
    Positions of n components of the map, in order.
    """
    components = (whole.components * whole.similarity.trivial[:, None])[tested]
    basis = components / np.maximum(np.linalg.norm(components, axis=0), TINY)
    captured = ((confirmed.T @ basis) ** 2).sum(axis=0)
    return np.sort(np.argsort(-captured, kind="stable")[: confirmed.shape[1]])


def _some_regions(rows: sparse.csr_matrix, seed: int, max_entries: int) -> sparse.csr_matrix:
    """Return a random part of the regions if so many are open that a part is enough."""
    share = max_entries / max(rows.nnz, 1)
    if share >= 1.0:
        return rows
    kept = np.random.default_rng([seed, 1]).random(rows.shape[1]) < share
    return rows[:, np.flatnonzero(kept)]


@one_blas_thread()
def _one_way(
    fit: sparse.csr_matrix,
    held_out: sparse.csr_matrix,
    unwanted: NDArray[Any] | None,
    n_components: int,
    seed: int,
) -> tuple[Floats, Floats]:
    """Return z, eigenvalue, held-out value and share of depth of each vector; and the vectors."""
    fitted, test = Similarity(fit, unwanted), Similarity(held_out, unwanted)
    values, vectors = fitted.eigenvectors(n_components, seed)
    found, z = _held_out_values(test, vectors)
    return np.stack([z, values, found, depth_shares(fitted, vectors)]), vectors


def _held_out_values(test: Similarity, vectors: Floats) -> tuple[Floats, Floats]:
    """Return what vectors reach in held-out data, and how far above chance that is.

    The vectors do not depend on the held-out half. So under chance ``v' A v`` is a weighted sum of
    the cosines of pairs of independent cells, whose variance the squares of their entries give.
    """
    inside = vectors - test.depth_basis @ (test.depth_basis.T @ vectors)
    length = np.linalg.norm(inside, axis=0)
    inside = inside / np.maximum(length, TINY)
    found = (inside * test.apply(inside)).sum(axis=0)
    expected = -(inside**2 * test.trivial[:, None] ** 2).sum(axis=0)
    squares = test.rows.copy()
    squares.data = squares.data.astype(np.float64) ** 2
    pairs = (inside * test.scale[:, None]) ** 2
    own = np.asarray(squares.multiply(squares).sum(axis=1), np.float64).ravel()
    variance = 2.0 * (
        (np.asarray(squares.T @ pairs) ** 2).sum(axis=0) - (pairs**2 * own[:, None]).sum(axis=0)
    )
    z = (found - expected) / np.sqrt(np.maximum(variance, TINY**2))
    return found, np.where(length > 0.1, z, 0.0)


def unit_of(counts: Any) -> Unit:
    """Find what is counted: whether a region is open, cut sites (two a fragment), or fragments.

    Fragments give a mixture of Poisson distributions. For any such mixture the shares of ones, twos
    and threes keep ``2 p2^2 <= 3 p1 p3``. Cut sites come in pairs, so there are far more twos.
    """
    values = as_rows(counts).data
    ones, twos, threes = np.zeros(3)
    for start in range(0, len(values), AT_ONCE):
        some = values[start : start + AT_ONCE]
        ones, twos, threes = (
            before + np.count_nonzero(some == n) for n, before in enumerate((ones, twos, threes), 1)
        )
    if ones == len(values):
        return "binary"
    least = 2.0 * twos**2 / (3.0 * max(ones, 1.0))
    is_paired = threes + 4.0 * np.sqrt(least) + 4.0 < least
    return "cut sites" if is_paired else "fragments"


def fragments_of(counts: Any) -> sparse.csr_matrix:
    """Return the number of fragments: half of the cut sites, rounded up, or the counts as they are.

    Raises
    ------
    DataError
        The counts are binary.
    """
    rows = as_rows(counts)
    unit = unit_of(rows)
    if unit == "binary":
        raise DataError("Binary counts do not say how many fragments there are; give raw counts.")
    fragments = rows.astype(np.int64)
    if unit == "cut sites":
        fragments.data = (fragments.data + 1) // 2
    return fragments


def thin(
    counts: Any, share: float = 0.5, *, seed: int = 0
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Deal the fragments out to two parts that are independent given the cells.

    Parameters
    ----------
    counts
        Cells by regions: fragments, or cut sites as Cell Ranger counts them, two a fragment.
    share
        Share of the fragments that goes to the held-out part, in (0, 1).
    seed
        The same seed gives the same parts.

    Returns
    -------
    The part to fit to and the held-out part, as whole numbers of fragments; they add up to
    `fragments_of` the counts.

    Raises
    ------
    DataError
        The counts are binary, or ``share`` is out of range.

    References
    ----------
    Neufeld et al. 2023, Biostatistics (count splitting); 2024, JMLR (data thinning).
    """
    share = number("share", share, "in (0, 1)", lambda value: 0 < value < 1)
    fragments = fragments_of(counts)
    held_out = np.random.default_rng(seed).binomial(fragments.data, share)
    return _like(fragments, fragments.data - held_out), _like(fragments, held_out)


def folds(
    counts: Any, n_folds: int = N_FOLDS, *, seed: int = 0
) -> Iterator[tuple[sparse.csr_matrix, sparse.csr_matrix]]:
    """Deal the data out to several parts; yield each part as held out from the others.

    Parameters
    ----------
    counts
        Cells by regions. Fragments are dealt out; for binary counts, the regions are.
    n_folds
        Number of parts, at least 2.
    seed
        The same seed gives the same parts.

    Yields
    ------
    What to fit to and what is held out; the held-out parts add up to the whole.
    """
    rows, random = as_rows(counts), np.random.default_rng(seed)
    if unit_of(rows) == "binary":
        which, columns = random.permutation(np.arange(rows.shape[1]) % n_folds), rows.tocsc()
        for i in range(n_folds):
            fit, held_out = (columns[:, np.flatnonzero(part)] for part in (which != i, which == i))
            yield fit.tocsr(), held_out.tocsr()
        return
    fragments = fragments_of(rows).data
    if not len(fragments) or fragments.max() < 2**31:
        fragments = fragments.astype(np.int32)
    left = fragments.copy()
    for i in range(n_folds):
        dealt = random.binomial(left, 1.0 / (n_folds - i)).astype(fragments.dtype)
        left -= dealt
        yield _like(rows, fragments - dealt), _like(rows, dealt)


def _like(counts: sparse.csr_matrix, values: NDArray[np.integer[Any]]) -> sparse.csr_matrix:
    """Return other values in the same places, without the zeros among them."""
    stays = values != 0
    before = np.zeros(len(stays) + 1, counts.indptr.dtype)
    np.cumsum(stays, out=before[1:])
    parts = values[stays], counts.indices[stays], before[counts.indptr]
    return sparse.csr_matrix(parts, shape=counts.shape)
