"""From a latent space to a picture: neighbours, UMAP and Leiden clusters, all by scanpy.

Each step is a generator that works on an AnnData of its own and returns what it made, so that the
session's can be used meanwhile. Neighbors are exact (scikit-learn's k-d tree): for a latent
of about ten dimensions that is faster than approximate ones, which compile for half a minute first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.kept_code import import_umap
from ..errors import DataError
from ..jobs import Steps

if TYPE_CHECKING:
    from ..model import PEAKVI


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """What an embedding puts into the standard places of an AnnData."""

    obsm: dict[str, np.ndarray]
    obsp: dict[str, Any] = field(default_factory=dict)
    uns: dict[str, Any] = field(default_factory=dict)


def warming() -> Steps:
    """Import and compile what training and embedding will need, beside all other work.

    UMAP and its neighbour graph are compiled when they are first called on a machine, for ten
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
    """Compute the latent, its neighbours and a UMAP; return `Embedded`."""
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
    """Return an AnnData of the latent alone, with its neighbour graph and UMAP."""
    n_neighbors = _possible_neighbors(n_neighbors, len(latent))
    yield f"finding {n_neighbors} neighbours of {len(latent):,} cells"
    import scanpy as sc
    from anndata import AnnData
    from sklearn.neighbors import KNeighborsTransformer

    import_umap()
    cells = AnnData(obsm={"X_peakvi": latent})
    sc.pp.neighbors(
        cells,
        n_neighbors=n_neighbors,
        use_rep="X_peakvi",
        transformer=KNeighborsTransformer(n_neighbors=n_neighbors, algorithm="kd_tree"),
        random_state=seed,
    )
    yield f"placing {len(latent):,} cells (UMAP)"
    sc.tl.umap(cells, min_dist=min_dist, maxiter=maxiter, random_state=seed)
    return cells


def clustering(connectivities: Any, resolution: float, seed: int) -> Steps:
    """Find Leiden clusters of the neighbour graph; return the cluster of each cell, as text."""
    yield f"clustering {connectivities.shape[0]:,} cells (Leiden)"
    import scanpy as sc
    from anndata import AnnData

    cells = AnnData(shape=connectivities.shape)
    sc.tl.leiden(
        cells,
        adjacency=connectivities,
        resolution=resolution,
        random_state=seed,
        flavor="igraph",
        n_iterations=2,
        directed=False,
        key_added="clusters",
    )
    return cells.obs["clusters"].to_numpy().astype(str)
