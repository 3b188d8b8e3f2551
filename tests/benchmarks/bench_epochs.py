"""How many epochs many cells need: cells drawn from a model of real ones, trained for longer.

``python tests/benchmarks/bench_epochs.py --cells 40000 --epochs 15 5 2`` trains on the bone marrow,
draws as many cells from what was learned, each like one of the real cells, and trains new models on
these for so many epochs. Printed are the steps, the loss of validation, and the share of the 15
nearest cells that have the label of the cell that a cell was drawn from. Nothing is asserted.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
SHARED = ROOT.parent / "shared" / "data"
AT_ONCE, N_NEAR, MAX_JUDGED = 500, 15, 10_000


def drawn(adata, model, n_cells: int, seed: int):
    """Return cells whose regions are open by chance, as the model expects of real cells."""
    from anndata import AnnData

    rng = np.random.default_rng(seed)
    like = np.sort(rng.integers(adata.n_obs, size=n_cells))
    rows = []
    for start in range(0, n_cells, AT_ONCE):
        some, where = np.unique(like[start : start + AT_ONCE], return_inverse=True)
        expected = model.get_accessibility_estimates(
            indices=some, normalize_cells=True, normalize_regions=True
        ).to_numpy()[where]
        rows.append(sparse.csr_matrix(rng.random(expected.shape, np.float32) < expected))
    obs = pd.DataFrame(
        {"cell_type": adata.obs["cell_type"].to_numpy()[like]},
        index=[f"cell {i}" for i in range(n_cells)],
    )
    counts = sparse.vstack(rows).astype(np.int32)
    return AnnData(counts, obs=obs, var=pd.DataFrame(index=adata.var_names))


def purity(latent, labels, seed: int) -> float:
    """Return the share of the nearest cells with a cell's own label, over some of the cells."""
    from sklearn.neighbors import NearestNeighbors

    some = np.random.default_rng(seed).permutation(len(latent))[:MAX_JUDGED]
    near = NearestNeighbors(n_neighbors=N_NEAR + 1).fit(latent).kneighbors(latent[some])[1][:, 1:]
    codes = pd.factorize(labels)[0]
    return float((codes[near] == codes[some, None]).mean())


def main() -> None:
    """Train, draw, and train on what was drawn."""
    import anndata

    import peakvi_widgets as pv

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, nargs="+", default=[40_000])
    parser.add_argument("--epochs", type=int, nargs="+", default=[15, 5, 2])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    asked = parser.parse_args()
    adata = anndata.read_h5ad(SHARED / "granja2019_bmmc_dev" / "granja2019_bmmc_dev.h5ad")
    pv.PEAKVI.setup_anndata(adata)
    known = pv.PEAKVI(adata, seed=0)
    known.train(progress=False)
    print("    cells  epochs   steps  seconds  validation  own kind among 15", flush=True)
    for n_cells in asked.cells:
        cells = drawn(adata, known, n_cells, seed=1)
        pv.PEAKVI.setup_anndata(cells)
        for seed in asked.seeds:
            for n_epochs in asked.epochs:
                model, begin = pv.PEAKVI(cells, seed=seed), time.perf_counter()
                model.train(n_epochs, schedule_epochs=n_epochs, progress=False)
                seconds = time.perf_counter() - begin
                latent = model.get_latent_representation(progress=False)
                share = purity(latent, cells.obs["cell_type"], seed)
                n_steps, loss = model.training_end.n_steps, model.training_end.best_validation_loss
                print(
                    f"{n_cells:9,} {n_epochs:7} {n_steps:7,} {seconds:8.0f} {loss:11.2f} "
                    f"{share:18.3f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
