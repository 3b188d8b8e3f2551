"""From a latent space to a picture: neighbors, UMAP and Leiden clusters, all by scanpy.

Each step is a generator that works on an AnnData of its own and returns what it made, so that the
session's can be used meanwhile. Neighbors are exact (scikit-learn's k-d tree) up to 20,000 cells,
found by clusters among more. Above 100,000 cells UMAP begins with a sample of them: the others
stand beside their neighbors in it when all are moved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.kept_code import import_umap
from ..errors import DataError
from ..jobs import Steps
from ..steps import shown_as
from .umap_rounds import umap_by_rounds

if TYPE_CHECKING:
    from ..engine.near_cells import NearCells
    from ..model import PEAKVI

MAX_EXACT = 20_000  # cells up to which all are compared for neighbors
MAX_AT_ONCE = 100_000  # cells up to which UMAP starts with all
N_LANDMARKS, N_BESIDE = 20_000, 5  # cells of the sample, and how many decide where another begins
REFINING_ROUNDS = 40  # of UMAP, in which all cells are moved then
APART = 1e-3  # how far from there a cell begins, in units of the map
N_LEIDEN = 2  # rounds of Leiden, as in the tutorial
TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """What an embedding puts into the standard places of an AnnData."""

    obsm: dict[str, np.ndarray]
    obsp: dict[str, Any] = field(default_factory=dict)
    uns: dict[str, Any] = field(default_factory=dict)


def warming() -> Steps:
    """Import and compile what training and embedding will need, beside all other work.

    UMAP and its neighbor graph are compiled when they are first called on a machine, for ten
    seconds and more; later that code is read from disk. A few invisible cells make that call while
    the user still looks at the data.
    """
    import sys
    from importlib import import_module

    if "umap" in sys.modules:
        return  # done already, or being done for another session
    for name in ("torch", "peakvi_widgets.model", "scanpy"):
        yield name
        import_module(name)
    few_cells = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
    yield from _placed(few_cells, n_neighbors=5, min_dist=0.2, maxiter=10, seed=0)


def embedding(
    model: PEAKVI, n_neighbors: int, min_dist: float, maxiter: int | None, seed: int
) -> Steps:
    """Compute the latent, its neighbors and a UMAP; return `Embedded`."""
    yield "encoding cells"
    latent = model.get_latent_representation()
    cells = yield from _placed(latent, n_neighbors, min_dist, maxiter, seed)
    return Embedded(
        obsm={"X_peakvi": latent, "X_umap": np.asarray(cells.obsm["X_umap"], "float32")},
        obsp=dict(cells.obsp),
        uns={"neighbors": dict(cells.uns["neighbors"]), "umap": dict(cells.uns["umap"])},
    )


def _possible_neighbors(n_neighbors: int, n_cells: int) -> int:
    """Return how many neighbors a cell can have; refuse numbers that make no map."""
    if n_neighbors < 2:
        raise DataError(f"n_neighbors is {n_neighbors}; give at least 2, such as 15.")
    if n_cells < 4:
        raise DataError(
            f"A map takes at least 4 cells, and there are {n_cells}; keep more cells in the filter."
        )
    return min(n_neighbors, n_cells - 2)  # scanpy asks for one more, and the cell is not its own


def _placed(
    latent: np.ndarray, n_neighbors: int, min_dist: float, maxiter: int | None, seed: int
) -> Steps:
    """Return an AnnData of the latent alone, with its neighbor graph and UMAP."""
    n_neighbors = _possible_neighbors(n_neighbors, len(latent))
    import_umap()
    cells = yield from _with_graph(latent, n_neighbors, seed)
    shaped: dict[str, Any] = {"min_dist": min_dist, "random_state": seed}
    text = f"placing {len(latent):,} cells (UMAP)"
    if len(latent) <= MAX_AT_ONCE:
        yield from umap_by_rounds(cells, text, maxiter=maxiter, **shaped)
        return cells
    init = yield from _beside_landmarks(latent, n_neighbors, min_dist, maxiter, seed)
    rounds = REFINING_ROUNDS if maxiter is None else min(maxiter, REFINING_ROUNDS)
    yield from umap_by_rounds(cells, text, maxiter=rounds, init_pos=init, **shaped)
    return cells


def _with_graph(latent: np.ndarray, n_neighbors: int, seed: int) -> Steps:
    """Return an AnnData of the latent alone, with its neighbor graph."""
    text = f"finding {n_neighbors} neighbors of {len(latent):,} cells"
    yield text
    import scanpy as sc
    from anndata import AnnData

    transformer: Any
    if len(latent) <= MAX_EXACT:
        from sklearn.neighbors import KNeighborsTransformer

        transformer = KNeighborsTransformer(n_neighbors=n_neighbors, algorithm="kd_tree")
    else:
        near = yield from _near_cells(latent, n_neighbors + 1, seed, text)
        yield f"weighing {n_neighbors} neighbors of {len(latent):,} cells"
        transformer = Found(near, n_neighbors)
    cells = AnnData(obsm={"X_peakvi": latent})
    sc.pp.neighbors(
        cells,
        n_neighbors=n_neighbors,
        use_rep="X_peakvi",
        transformer=transformer,
        random_state=seed,
    )
    return cells


def _near_cells(
    latent: np.ndarray, n_near: int, seed: int, text: str, among: np.ndarray | None = None
) -> Steps:
    """Do what `peakvi_widgets.engine.near_cells` does; yields texts."""
    from ..engine.near_cells import finding_near_cells

    finding = finding_near_cells(latent, n_near, among=among, seed=seed)
    return shown_as(finding, lambda share: f"{text}, {share:.0%}")


class Found:
    """Neighbors that are known already, for ``scanpy.pp.neighbors(transformer=...)``.

    Parameters
    ----------
    near
        Nearest cells of each cell, itself among them: one more than ``n_neighbors``.
    n_neighbors
        As scanpy counts them.
    """

    def __init__(self, near: NearCells, n_neighbors: int) -> None:
        self.near, self.n_neighbors = near, n_neighbors

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return what scanpy looks at."""
        return {"n_neighbors": self.n_neighbors, "metric": "euclidean"}

    def fit_transform(self, latent: np.ndarray) -> Any:
        """Return distances, ``(n_cells, n_cells)``, CSR: in each row the cell itself comes first.

        Where several cells are at one place, another may have been found before it, or in its
        place.
        """
        from scipy import sparse

        n_cells, n_near = self.near.cells.shape
        cells, distances = self.near.cells.copy(), self.near.distances.copy()
        itself = np.arange(n_cells, dtype=cells.dtype)
        odd = np.flatnonzero(cells[:, 0] != itself)
        for row in odd:
            at = np.flatnonzero(cells[row] == row)
            cells[row, at[0] if len(at) else n_near - 1] = cells[row, 0]
        cells[:, 0], distances[:, 0] = itself, 0.0
        starts = np.arange(0, n_cells * n_near + 1, n_near)
        return sparse.csr_matrix((distances.ravel(), cells.ravel(), starts), shape=(n_cells,) * 2)


def _beside_landmarks(
    latent: np.ndarray, n_neighbors: int, min_dist: float, maxiter: int | None, seed: int
) -> Steps:
    """Return where cells begin: a UMAP of some, and the others beside their neighbors there."""
    from ..engine.spectral import sample_of

    chosen = sample_of(len(latent), N_LANDMARKS, seed)
    marks = yield from _placed(latent[chosen], n_neighbors, min_dist, maxiter, seed)
    text = f"placing {len(latent):,} cells beside {len(chosen):,} of them"
    near = yield from _near_cells(latent, N_BESIDE, seed, text, chosen)
    places = np.zeros((len(latent), 2), np.float32)
    places[chosen] = marks.obsm["X_umap"]
    weights = 1.0 / np.maximum(near.distances, TINY)
    weights /= weights.sum(axis=1, keepdims=True)
    found = np.einsum("cnd,cn->cd", places[near.cells], weights)
    span = max(float(np.ptp(found)), 1.0)  # cells of one latent are not to begin at one point
    return (found + np.random.default_rng(seed).normal(0.0, APART * span, found.shape)).astype("f4")


def clustering(connectivities: Any, resolution: float, seed: int) -> Steps:
    """Find Leiden clusters of the neighbor graph; return the cluster of each cell, as text."""
    yield f"clustering {connectivities.shape[0]:,} cells (Leiden)"
    if connectivities.shape[0] > MAX_AT_ONCE:
        return _leiden_of_many(connectivities, resolution, seed).astype(str)
    import scanpy as sc
    from anndata import AnnData

    cells = AnnData(shape=connectivities.shape)
    sc.tl.leiden(
        cells,
        adjacency=connectivities,
        resolution=resolution,
        random_state=seed,
        flavor="igraph",
        n_iterations=N_LEIDEN,
        directed=False,
        key_added="clusters",
    )
    return cells.obs["clusters"].to_numpy().astype(str)


def _leiden_of_many(connectivities: Any, resolution: float, seed: int) -> np.ndarray:
    """Do what ``scanpy.tl.leiden(flavor="igraph")`` does, each edge once and without a list."""
    import random

    import igraph
    from scipy import sparse

    edges = sparse.triu(connectivities, 1).tocoo()
    graph = igraph.Graph(len(connectivities.indptr) - 1, np.stack([edges.row, edges.col], 1))
    igraph.set_random_number_generator(random.Random(seed))
    try:
        parts = graph.community_leiden(
            "modularity", weights=edges.data, resolution=resolution, n_iterations=N_LEIDEN
        )
    finally:
        igraph.set_random_number_generator(random)
    return np.asarray(parts.membership)
