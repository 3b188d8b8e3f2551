"""How many dimensions a model's cells have, before any training and in some of the cells."""

import numpy as np
import pytest

import peakvi_widgets as pv
from peakvi_widgets.engine.dimensions import Dimensions
from peakvi_widgets.engine.preview import preview
from peakvi_widgets.errors import DataError


def test_two_kinds_are_one_dimension_before_any_training(model):
    assert not model.is_trained
    assert isinstance(model.dimensions, Dimensions)
    assert model.dimensions.n_confirmed == 1
    assert model.dimensions.z[0] > 4.0 > max(model.dimensions.z[1:])
    assert str(model.dimensions) == "1 dimension is confirmed by held-out regions."
    assert model.dimensions is model.dimensions


@pytest.mark.parametrize("cells", ["kind == 'T'", np.arange(80, 200), np.arange(200) >= 80])
def test_one_kind_alone_has_none(model, cells):
    found = model.get_dimensions(cells)
    assert (found.n_confirmed, found.n_cells) == (0, 120)
    assert "No structure beyond noise" in str(found)


def test_dimensions_follow_the_counts_that_are_there_now(model):
    assert model.dimensions.n_confirmed == 1
    model.adata.X = model.adata.X[np.arange(200) % 40 + 100]  # of one kind
    assert model.dimensions.z[0] != pytest.approx(29.0, abs=3.0)


def test_seed_decides_what_is_held_out(adata):
    pv.PEAKVI.setup_anndata(adata)
    model = pv.PEAKVI(adata, seed=3)
    assert model.get_dimensions(seed=3) == model.dimensions != model.get_dimensions(seed=4)


@pytest.mark.parametrize("wrong", [{"n_components": 0}, {"seed": -1}, {"indices": [999]}])
def test_what_cannot_be_used_is_refused(model, wrong):
    with pytest.raises(DataError):
        model.get_dimensions(**wrong)


def test_training_says_what_it_started_from_and_loads_again(model, adata, tmp_path):
    model.train(max_epochs=2, n_threads=1, encoder_rate=0.0)
    assert model.plan.start == "spectral"
    model.save(tmp_path, with_training=True)
    again = pv.PEAKVI.load(tmp_path, adata)
    before = again.get_latent_representation()
    again.train(max_epochs=4)
    model.train(max_epochs=4)
    assert np.array_equal(again.get_latent_representation(), model.get_latent_representation())
    assert np.array_equal(before, again.get_latent_representation())  # held encoders
    first = again.get_normalized_accessibility(return_numpy=True)
    assert np.array_equal(first, model.get_normalized_accessibility(return_numpy=True))


def test_new_training_of_a_loaded_model_begins_at_its_weights(model, adata, tmp_path):
    model.train(max_epochs=2, n_threads=1)
    model.save(tmp_path)
    again = pv.PEAKVI.load(tmp_path, adata)
    again.train(max_epochs=1, lr=1e-30, n_threads=1)
    assert again.plan.start == "none"
    assert again.plan.encoder_rate == model.plan.encoder_rate == pytest.approx(0.008)
    np.testing.assert_allclose(
        again.get_latent_representation(), model.get_latent_representation(), atol=1e-6
    )


def test_preview_shows_the_kinds_and_neither_batches_nor_held_out_fragments(adata):
    """What is not looked at can be anything."""
    kind = (adata.obs["kind"] == "T").to_numpy()
    pv.PEAKVI.setup_anndata(adata)
    found = pv.PEAKVI(adata).get_preview()
    assert found.dimensions.n_confirmed == 1
    first = found.places[:, 0]
    assert abs(np.corrcoef(first, kind)[0, 1]) > 0.9
    adata.X = adata.X * 3
    pv.PEAKVI.setup_anndata(adata, held_out=0.3)
    model = pv.PEAKVI(adata)
    cells = model._cells_now()
    seen = cells.rows(np.arange(200))
    held_out = (cells.held_out(np.arange(200)) > 0).sum()
    assert held_out > 0
    places = model.get_preview().places
    np.testing.assert_array_equal(places, preview(seen, seed=model.seed).places)
    with pytest.raises(DataError):
        model.get_preview(seed=-1)
