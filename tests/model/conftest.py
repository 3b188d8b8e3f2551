"""What the tests of PEAKVI share: a small data set with a planted difference, and a model of it."""

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import peakvi_widgets as pv


def made() -> anndata.AnnData:
    """Make 200 cells by 150 regions: two kinds, two batches, 10 regions open in kind B alone."""
    random = np.random.default_rng(1)
    kind = np.where(np.arange(200) < 80, "B", "T")
    p = np.full((200, 150), 0.15)
    p[:80, :10], p[80:, :10] = 0.8, 0.02
    counts = sparse.csr_matrix((random.uniform(size=p.shape) < p).astype(np.int32))
    obs = pd.DataFrame(
        {
            "kind": pd.Categorical(kind),
            "batch": pd.Categorical(np.where(np.arange(200) % 2, "b2", "b1")),
            "tss": random.standard_normal(200),
        },
        index=[f"cell{i}" for i in range(200)],
    )
    names = [f"chr1:{i}00-{i}50" for i in range(150)]
    return anndata.AnnData(counts, obs=obs, var=pd.DataFrame(index=names))


@pytest.fixture
def adata() -> anndata.AnnData:
    return made()


@pytest.fixture
def model(adata) -> pv.PEAKVI:
    pv.PEAKVI.setup_anndata(adata, batch_key="batch")
    return pv.PEAKVI(adata, n_latent=4, seed=2)


@pytest.fixture(scope="module")
def trained() -> pv.PEAKVI:
    adata = made()
    pv.PEAKVI.setup_anndata(adata, batch_key="batch")
    model = pv.PEAKVI(adata, n_latent=4, seed=2)
    model.train(max_epochs=30, lr=0.02, n_threads=1, batch_size=64)
    return model
