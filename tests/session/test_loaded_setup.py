"""A loaded model brings its covariates and its shape; a restart keeps both."""

import numpy as np
import pytest

from peakvi_widgets.data.simulate import simulate
from peakvi_widgets.model import PEAKVI
from peakvi_widgets.session import Session


@pytest.fixture
def adata():
    adata = simulate(60, 40, density=0.3, n_types=3, n_batches=2, seed=0)
    adata.obs["score"] = np.linspace(0, 1, 60)
    return adata


@pytest.mark.parametrize("seen", [{}, {"batch_key": "batch"}], ids=["no batch", "batch"])
@pytest.mark.parametrize("more", [[], ["cell_type"]], ids=["", "covariates"])
def test_restart_keeps_set_up_and_shape_of_a_loaded_model(adata, seen, more, tmp_path):
    PEAKVI.setup_anndata(
        adata, **seen, categorical_covariate_keys=more, continuous_covariate_keys=["score"]
    )
    model = PEAKVI(adata, n_latent=3, n_hidden=7, seed=0)
    model.train(max_epochs=1)
    model.save(tmp_path / "model")
    session = Session(adata)
    session.load(tmp_path / "model")
    session.wait()
    loaded = session.model
    assert session.batch_key == seen.get("batch_key")
    session.train("quick", max_epochs=1, restart=True, n_threads=1)
    session.wait()
    assert session.model is not loaded
    assert session.model.setup == model.setup
    assert session.model.module.shape == model.module.shape
    session.setup(batch_key=seen.get("batch_key"))  # the same again: nothing is forgotten
    session.wait()
    assert session.model is not None
    assert session.model.setup == model.setup


def test_undone_set_up_after_loading_brings_the_batch_back(adata, tmp_path):
    session = Session(adata)
    session.setup(batch_key="batch")
    session.train("quick", max_epochs=1, n_threads=1)
    session.save(tmp_path / "model")
    session.wait()
    other = Session(adata)
    other.load(tmp_path / "model")
    other.setup(batch_key=None)
    other.wait()
    assert other.batch_key is None
    assert other.model is None
    other.undo()
    assert other.batch_key == "batch"
    assert other.training == "trained"


def test_model_of_a_layer_loads_where_the_same_layer_is_open(adata, tmp_path):
    adata.layers["counts"] = adata.X.copy()
    adata.X = adata.X.astype("float32") * 0.37
    PEAKVI.setup_anndata(adata, layer="counts", batch_key="batch")
    model = PEAKVI(adata, seed=0)
    model.train(max_epochs=1)
    model.save(tmp_path / "model")
    session = Session()
    session.open(adata, layer="counts")
    session.load(tmp_path / "model")
    session.wait()
    assert session.batch_key == "batch"
    np.testing.assert_allclose(
        session.model.get_latent_representation(), model.get_latent_representation(), atol=1e-6
    )
