"""What we write for scvi-tools is loaded there and says the same: measured where it is installed.

``python tests/benchmarks/bench_engine.py --install`` installs it.
"""

import subprocess
from pathlib import Path

import numpy as np
import pytest

import peakvi_widgets as pv

SCVI = Path(__file__).parents[2] / ".bench" / "scvi" / "bin" / "python"
PROGRAM = """
import sys, warnings
warnings.filterwarnings("ignore")
import anndata, numpy as np, scvi
model = scvi.model.PEAKVI.load(sys.argv[1], anndata.read_h5ad(sys.argv[2]), accelerator="cpu")
np.savez(
    sys.argv[3],
    latent=model.get_latent_representation(),
    p=model.get_normalized_accessibility(return_numpy=True, normalize_regions=True),
    history=model.history["reconstruction_loss_validation"].to_numpy().ravel(),
)
print(scvi.__version__)
"""


@pytest.mark.parametrize("n_batches", [1, 3])
@pytest.mark.parametrize("batch_norm", ["none", "both"])
def bench_scvi_loads_what_we_write(tmp_path, n_batches, batch_norm):
    if not SCVI.exists():
        print("\nscvi-tools is not installed here")
        return
    adata = pv.data.simulate(300, 500, n_batches=n_batches, seed=0)
    del adata.varm["accessibility"], adata.uns["simulation"]
    adata.obs["depth"] = adata.obs["depth"].astype("float64")
    keys = {"categorical_covariate_keys": ["cell_type"], "continuous_covariate_keys": ["depth"]}
    pv.PEAKVI.setup_anndata(adata, batch_key="batch", **keys)
    model = pv.PEAKVI(adata, use_batch_norm=batch_norm, encode_covariates=True)
    model.train(max_epochs=3, n_threads=1)
    model.save_for_scvi(tmp_path / "model")
    del adata.uns["peakvi_setup"]
    adata.write_h5ad(tmp_path / "cells.h5ad")
    files = [tmp_path / "model", tmp_path / "cells.h5ad", tmp_path / "said.npz"]
    done = subprocess.run([SCVI, "-c", PROGRAM, *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    there = np.load(files[2])
    close = {"rtol": 1e-4, "atol": 1e-5}
    np.testing.assert_allclose(there["latent"], model.get_latent_representation(), **close)
    p = model.get_normalized_accessibility(return_numpy=True, normalize_regions=True)
    np.testing.assert_allclose(there["p"], p, **close)
    losses = model.history_table()["reconstruction_loss_validation"]
    np.testing.assert_allclose(there["history"], losses)
    print(f"\nscvi-tools {done.stdout.split()[-1]} says the same of {n_batches} batches")
