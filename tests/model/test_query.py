"""PEAKVI: new cells of other batches on a trained model."""

import numpy as np
import pytest

import peakvi_widgets as pv
from peakvi_widgets.errors import DataError, StageError

QUICK = {"max_epochs": 8, "lr": 0.05, "n_threads": 1, "batch_size": 32}


@pytest.fixture
def query(adata):
    """Cells of a new batch, in which twenty regions are wide open."""
    cells = adata[::2].copy()
    cells.obs["batch"] = "b3"
    counts = cells.X.toarray()
    counts[:, 100:120] = 1
    cells.X = type(adata.X)(counts)
    return cells


def test_reference_cells_are_where_they_were(trained, query, adata):
    placed = pv.PEAKVI.load_query_data(query, trained)
    before = trained.get_normalized_accessibility(adata, return_numpy=True)
    placed.train(**QUICK)
    np.testing.assert_allclose(
        placed.get_normalized_accessibility(adata, return_numpy=True), before, rtol=1e-5
    )
    np.testing.assert_allclose(
        placed.get_latent_representation(adata), trained.get_latent_representation(adata)
    )


def test_new_cells_have_a_place_at_once(trained, query):
    placed = pv.PEAKVI.load_query_data(query, trained)
    assert placed.setup.categories == (("b1", "b2", "b3"),)
    as_known = query.copy()
    as_known.obs["batch"] = "b1"
    np.testing.assert_allclose(
        placed.get_latent_representation(), trained.get_latent_representation(as_known), rtol=1e-5
    )


def test_training_finds_which_known_batch_the_new_one_is_like(adata):
    """Twenty regions are open in batch b2 and in the new one, and closed in b1."""
    is_b2, opened = np.arange(200) % 2 == 1, slice(100, 120)
    counts = adata.X.toarray()
    counts[:, opened] = is_b2[:, None]
    adata.X = type(adata.X)(counts)
    new = adata[is_b2].copy()
    new.obs["batch"] = "b3"
    pv.PEAKVI.setup_anndata(adata, batch_key="batch")
    reference = pv.PEAKVI(adata, n_latent=2, seed=2)
    reference.train(**{**QUICK, "max_epochs": 20, "lr": 0.02, "start": "none"})
    placed = pv.PEAKVI.load_query_data(new, reference)
    before = placed.get_reconstruction_error()["reconstruction_loss"]
    placed.train(**{**QUICK, "max_epochs": 30})
    assert placed.get_reconstruction_error()["reconstruction_loss"] < before
    of_b1, of_b2, of_b3 = (
        placed.get_normalized_accessibility(return_numpy=True, transform_batch=batch)[:, opened]
        for batch in ("b1", "b2", "b3")
    )
    assert abs(of_b3.mean() - of_b2.mean()) < 0.2 * abs(of_b2.mean() - of_b1.mean())


def test_query_model_is_saved_loaded_and_trained_on(trained, query, tmp_path):
    whole, placed = (pv.PEAKVI.load_query_data(query, trained) for _ in range(2))
    whole.train(**QUICK)
    placed.train(**{**QUICK, "max_steps": 6})
    placed.save(tmp_path, with_training=True)
    again = pv.PEAKVI.load(tmp_path, query)
    again.train()
    weights = again.module.state_dict()
    for name, value in whole.module.state_dict().items():
        assert np.array_equal(value, weights[name]), name


def test_reference_may_be_a_folder(trained, query, tmp_path):
    trained.save(tmp_path)
    one, other = (pv.PEAKVI.load_query_data(query, it) for it in (trained, tmp_path))
    assert np.array_equal(one.get_latent_representation(), other.get_latent_representation())


def test_cells_of_known_batches_leave_nothing_to_learn(trained, adata):
    placed = pv.PEAKVI.load_query_data(adata[:50].copy(), trained)
    assert placed.get_latent_representation().shape == (50, 4)
    with pytest.raises(StageError, match="nothing to learn"):
        placed.train(**QUICK)


def test_reference_is_not_trained_anew(trained, query):
    with pytest.raises(StageError, match="load_query_data"):
        pv.PEAKVI.load_query_data(query, trained).train(**QUICK, restart=True)


def test_cells_that_do_not_fit_are_refused(trained, query, model):
    with pytest.raises(DataError, match="of the model's 150 regions"):
        pv.PEAKVI.load_query_data(query[:, :9].copy(), trained)
    with pytest.raises(DataError, match="no column 'batch'"):
        pv.PEAKVI.load_query_data(type(query)(query.X, var=query.var), trained)
    with pytest.raises(StageError, match="call train"):
        pv.PEAKVI.load_query_data(query, model)


def test_cells_with_other_regions_are_given_those_of_the_model(trained, query, tmp_path):
    trained.save(tmp_path)
    order = np.random.default_rng(0).permutation(150)[:120]
    some = query[:, order].copy()
    some.obsm["X_umap"] = np.zeros((some.n_obs, 2))
    before = some.copy()
    for reference in (trained, tmp_path):
        prepared = pv.PEAKVI.prepare_query_anndata(some, reference)
        assert list(prepared.var_names) == list(trained.adata.var_names)
        expected = query.X.toarray()
        expected[:, np.setdiff1d(np.arange(150), order)] = 0
        np.testing.assert_array_equal(prepared.X.toarray(), expected)
        assert prepared.obs.equals(some.obs)
        assert list(prepared.obsm) == ["X_umap"]
    assert (some.X != before.X).nnz == 0
    placed = pv.PEAKVI.load_query_data(prepared, trained)
    assert placed.get_latent_representation().shape == (some.n_obs, 4)


def test_cells_with_the_same_regions_are_left_as_they_are(trained, query):
    assert pv.PEAKVI.prepare_query_anndata(query, trained) is query


def test_cells_that_share_no_region_are_refused(trained, query):
    query.var_names = [f"chr2:{i}" for i in range(150)]
    with pytest.raises(DataError, match=r"none of the model's 150 regions \(here 'chr2:0'"):
        pv.PEAKVI.prepare_query_anndata(query, trained)
    query.var_names = ["chr1:000-050"] * 150
    with pytest.raises(DataError, match="more than once"):
        pv.PEAKVI.prepare_query_anndata(query, trained)
