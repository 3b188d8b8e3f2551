"""A map of cells before any training, and how many of its dimensions are real. Without torch.

The map shows what held-out fragments confirm and nothing else: the confirmed components of the
spectral map, laid out in two dimensions. Components that follow the depth of the cells are left
out, and so is what batches explain.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..steps import result_of, shown_as
from .blas import one_blas_thread
from .dimensions import MAX_CELLS as MAX_TESTED
from .dimensions import (
    MAX_DEPTH_SHARE,
    N_TESTED,
    Dimensions,
    matching_components,
    testing_dimensions,
)
from .layout import MIN_CELLS as MIN_LAID_OUT
from .layout import laying_out
from .spectral import (
    MAX_CELLS,
    Floats,
    SpectralMap,
    as_rows,
    coordinates_of,
    sample_of,
    spectral_map,
)

MAX_SHOWN = 15  # components that places depend on
MAX_ENTRIES = 20_000_000  # open regions of the cells that are mapped; of more cells a sample is
PLANE = 2  # so many confirmed components are shown as they are
PLACED_AT_ONCE = 4_000_000  # open regions
TESTING = "testing dimensions by held-out data"

# what a model may see of the counts of some cells at these positions
Fitting = Callable[[sparse.csr_matrix, NDArray[np.intp]], sparse.csr_matrix]


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A map of cells before any training.

    Attributes
    ----------
    places
        Of the cells, ``(n_cells, 2)``, float32; NaN for a cell without open regions.
    components
        What the places are made of, ``(n_cells, n)``, float32: the confirmed components, at most
        15; where fewer than two are confirmed, the leading ones that do not follow the depth.
    dimensions
        Which components held-out data confirm.
    is_sample
        Whether the map was made from a sample of the cells, and the others were placed on it.
    """

    places: NDArray[np.float32]
    components: NDArray[np.float32]
    dimensions: Dimensions
    is_sample: bool


def preview(
    counts: Any,
    *,
    seed: int = 0,
    unwanted: NDArray[Any] | None = None,
    max_cells: int = MAX_CELLS,
) -> Preview:
    """Map cells before any training; it takes seconds.

    Parameters
    ----------
    counts
        Cells by regions, sparse or an array; only what a model may see, if fragments are held out.
    seed
        Of what is held out for the test of the components, and of samples.
    unwanted
        Columns that no component may follow, such as 0 and 1 for each batch, shape
        ``(n_cells, n_columns)``; see `spectral.indicators`.
    max_cells
        A larger number of cells is placed on the map of a random sample of this size.

    Raises
    ------
    DataError
        There are fewer than three cells, or no region is open in any of them.
    """
    return result_of(previewing(counts, seed=seed, unwanted=unwanted, max_cells=max_cells))


def previewing(
    counts: Any,
    *,
    seed: int = 0,
    unwanted: NDArray[Any] | None = None,
    max_cells: int = MAX_CELLS,
    fitting: Fitting | None = None,
) -> Generator[str, None, Preview]:
    """Do what `preview` does; yields texts on the progress.

    With ``fitting``, ``counts`` are all fragments, and it takes the rows of some cells, with the
    positions of these, to what a model may see of them.
    """
    rows = as_rows(counts)
    per_cell = max(1.0, rows.nnz / max(rows.shape[0], 1))
    max_cells = int(min(max_cells, max(3.0, MAX_ENTRIES / per_cell)))
    chosen = sample_of(rows.shape[0], max_cells, seed)
    columns = None if unwanted is None else np.asarray(unwanted, np.float64)
    is_sample = len(chosen) < rows.shape[0]
    some = rows, columns
    if is_sample:
        some = rows[chosen], None if columns is None else columns[chosen]
    if fitting is not None:
        some = fitting(some[0], chosen), some[1]
    yield f"mapping {len(chosen):,} cells"
    whole = spectral_map(some[0], N_TESTED, seed=seed, unwanted=some[1], max_cells=len(chosen))
    yield TESTING
    tests = testing_dimensions(some[0], N_TESTED, seed, some[1], MAX_TESTED)
    dimensions, vectors, tested = yield from shown_as(tests, lambda _: TESTING)
    which = _which(whole, dimensions, vectors, tested)
    components, is_placed = whole.components, np.diff(some[0].indptr) > 0
    if is_sample:
        components, is_placed = yield from _placing(whole, rows, columns, fitting)
        components[chosen] = whole.components
    coordinates = coordinates_of(components[:, which], whole.values[which])
    places = np.full((rows.shape[0], 2), np.nan, np.float32)
    if dimensions.n_confirmed > PLANE and is_placed.sum() >= MIN_LAID_OUT:
        laid_out = laying_out(coordinates[is_placed], seed=seed)
        places[is_placed] = yield from shown_as(laid_out, lambda _: "placing cells")
    else:
        places[is_placed] = _plane(coordinates[is_placed])
    return Preview(places, coordinates.astype(np.float32), dimensions, is_sample)


def _placing(
    whole: SpectralMap, rows: sparse.csr_matrix, columns: Floats | None, fitting: Fitting | None
) -> Generator[str, None, tuple[Floats, NDArray[np.bool_]]]:
    """Place all cells on the map of a sample; also tell which of them have open regions."""
    n_cells = rows.shape[0]
    at_once = max(1, int(PLACED_AT_ONCE * n_cells / max(rows.nnz, 1)))
    components, is_placed = [], []
    for start in range(0, n_cells, at_once):
        yield f"placing {n_cells:,} cells"
        cells = np.arange(start, min(start + at_once, n_cells))
        some = rows[cells] if fitting is None else fitting(rows[cells], cells)
        components.append(whole.place(some, None if columns is None else columns[cells]))
        is_placed.append(np.diff(some.indptr) > 0)
    return np.concatenate(components), np.concatenate(is_placed)


def _which(
    whole: SpectralMap, dimensions: Dimensions, vectors: Floats, tested: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return the components to show: those confirmed, and others where these make no plane."""
    confirmed = vectors[:, np.array(dimensions.is_confirmed, bool)]
    found = matching_components(whole, confirmed, tested)[:MAX_SHOWN]
    if len(found) >= PLANE:
        return found
    others = np.flatnonzero(whole.depth_shares <= MAX_DEPTH_SHARE)
    others = others[~np.isin(others, found)]
    return np.concatenate([found, others])[:PLANE].astype(np.intp)


@one_blas_thread()
def _plane(coordinates: Floats) -> Floats:
    """Return the first two columns; a column that is missing is 0."""
    places = np.zeros((len(coordinates), PLANE))
    n = min(PLANE, coordinates.shape[1])
    places[:, :n] = coordinates[:, :n]
    return places
