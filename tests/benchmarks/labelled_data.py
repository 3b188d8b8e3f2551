"""Labelled data sets, half of the fragments of one, and groups of equal composition."""

from pathlib import Path

import anndata
import numpy as np
from scipy import sparse

from peakvi_widgets.engine.dimensions import thin

SHARED = Path(__file__).parents[3] / "shared" / "data"
LABELLED = {
    "bone marrow": "granja2019_bmmc_dev",
    "leukaemia": "corces2016_leukemia",
    "bone marrow, 600": "granja2019_bmmc_600",
    "tiles": "pbmc10k_multiome_51loci_tiles500",
}


def labelled(name):
    """Return a labelled data set without the regions that no cell has."""
    folder = SHARED / LABELLED[name]
    adata = anndata.read_h5ad(next(folder.glob("*.h5ad")))
    counts = sparse.csr_matrix(adata.X).astype(np.float32)
    kept = np.asarray((counts > 0).sum(axis=0)).ravel() > 0
    return anndata.AnnData(counts[:, kept], obs=adata.obs.copy(), var=adata.var.loc[kept].copy())


def halves_of_marrow():
    """Return the bone marrow and the halves of its fragments, without what the first lacks."""
    whole = labelled("bone marrow")
    fit, held_out = thin(whole.X, 0.5, seed=0)
    kept = np.asarray((fit > 0).sum(axis=0)).ravel() > 0
    return whole, fit[:, kept], held_out[:, kept]


def same_shares(cells, is_first, kinds):
    """Return random cells of two groups, as many of each kind in one as in the other."""
    chance = np.random.default_rng(0)
    groups = []
    for kind in np.unique(kinds):
        pair = [cells[(kinds == kind) & (is_first == which)] for which in (True, False)]
        n_cells = min(map(len, pair))
        groups.append([chance.permutation(one)[:n_cells] for one in pair])
    return [np.concatenate(parts) for parts in zip(*groups, strict=True)]
