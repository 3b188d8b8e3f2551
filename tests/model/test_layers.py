"""PEAKVI: counts in a layer here, and elsewhere in X or another layer."""

import numpy as np
import pytest

import peakvi_widgets as pv
from peakvi_widgets.errors import DataError

QUICK = {"max_epochs": 2, "lr": 0.01, "n_threads": 1, "batch_size": 64}


@pytest.fixture
def layered(adata):
    """X is normalised, the counts are in a layer."""
    adata.layers["counts"] = adata.X.copy()
    adata.X = adata.X.astype(np.float32) * 0.37
    return adata


@pytest.fixture
def model(layered, tmp_path):
    pv.PEAKVI.setup_anndata(layered, layer="counts", batch_key="batch")
    model = pv.PEAKVI(layered, n_latent=4, seed=2)
    model.train(**QUICK)
    model.save(tmp_path)
    return model


def test_model_of_a_layer_is_loaded_where_the_counts_are_in_x(model, layered, tmp_path):
    latent = model.get_latent_representation()
    assert pv.PEAKVI.load(tmp_path, layered).setup.layer == "counts"
    in_x = layered.copy()
    in_x.X = layered.layers["counts"]
    del in_x.layers["counts"]
    with pytest.raises(DataError, match=r"no layer 'counts'.*or None for X"):
        pv.PEAKVI.load(tmp_path, in_x)
    again = pv.PEAKVI.load(tmp_path, in_x, layer=None)
    assert np.array_equal(again.get_latent_representation(), latent)
    assert again.setup.layer is None
    again.save(tmp_path, overwrite=True)
    with pytest.raises(DataError, match="perhaps a layer"):
        pv.PEAKVI.load(tmp_path, layered)
    back = pv.PEAKVI.load(tmp_path, layered, layer="counts")
    assert np.array_equal(back.get_latent_representation(), latent)


def test_query_cells_may_have_their_counts_elsewhere(model, layered):
    query = layered[:50, ::-1].copy()
    query.obs["batch"] = "b3"
    query.X = query.layers.pop("counts")
    with pytest.raises(DataError, match="no layer 'counts'"):
        pv.PEAKVI.prepare_query_anndata(query, model)
    ready = pv.PEAKVI.prepare_query_anndata(query, model, layer=None)
    placed = pv.PEAKVI.load_query_data(ready, model, layer=None)
    assert placed.setup.layer is None
    elsewhere = ready.copy()
    elsewhere.layers["counts"] = ready.X
    expected = pv.PEAKVI.load_query_data(elsewhere, model)
    assert np.array_equal(placed.get_latent_representation(), expected.get_latent_representation())
