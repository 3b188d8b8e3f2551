"""PEAKVI follows an AnnData that is changed in place after set-up, as scanpy does, or refuses."""

import numpy as np
import pandas as pd
import pytest
import scanpy as sc
from scipy import sparse

import peakvi_widgets as pv
from peakvi_widgets.engine.plan import plan_from
from peakvi_widgets.errors import DataError, StageError

pytestmark = pytest.mark.slow

QUICK = {"max_epochs": 3, "lr": 0.01, "n_threads": 1, "batch_size": 64}


@pytest.fixture
def trained(adata):
    """A model of its own for each test: the AnnData will be changed."""
    pv.PEAKVI.setup_anndata(adata, batch_key="batch", continuous_covariate_keys=["tss"])
    model = pv.PEAKVI(adata, n_latent=4, seed=2)
    model.train(**QUICK)
    return model


def by_name(model, adata):
    """Return all that a model says of each cell, indexed by its name."""
    return pd.concat(
        [
            pd.DataFrame(model.get_latent_representation(), adata.obs_names),
            pd.Series(model.get_library_size_factors(), adata.obs_names),
            pd.Series(model.get_elbo(return_mean=False), adata.obs_names),
            model.get_normalized_accessibility(),
        ],
        axis=1,
    )


def seen(adata):
    return np.asarray((adata.X > 0).mean(axis=0)).ravel()


def filtered(adata):
    sc.pp.filter_cells(adata, min_genes=25)


def subset(adata):
    adata._inplace_subset_obs(np.arange(200) % 3 > 0)


def ordered(adata):
    adata._inplace_subset_obs(adata.obs.sort_values("tss").index)


def one_cell(adata):
    adata._inplace_subset_obs(["cell7"])


@pytest.mark.parametrize("change", [filtered, subset, ordered, one_cell])
def test_answers_are_about_the_cells_that_are_there_now(trained, adata, change):
    before, n_before = by_name(trained, adata), adata.n_obs
    kind = adata.obs["kind"]
    change(adata)
    assert adata.n_obs < n_before or change is ordered
    found = by_name(trained, adata)
    # the latent does not depend on the other cells but for the last bits of a product in blocks
    elbo = found.columns[5]
    np.testing.assert_allclose(
        found.drop(columns=elbo),
        before.loc[adata.obs_names].drop(columns=elbo),
        rtol=1e-4,
        atol=1e-6,
    )
    assert str(adata.n_obs) in repr(trained)
    if change is one_cell:
        return
    table = trained.differential_accessibility(groupby="kind", group1="B", n_samples=50)
    is_b = (adata.obs["kind"] == "B").to_numpy()
    expected = pd.Series(seen(adata[is_b]) - seen(adata[~is_b]), adata.var_names)
    np.testing.assert_allclose(table["emp_effect"], expected[table.index], atol=1e-6)
    mask = kind == "B"  # of the cells of before, by name
    again = trained.differential_accessibility(idx1=mask, n_samples=50)
    pd.testing.assert_frame_equal(again, table[list(again)])
    *_, last = trained.comparing(mask, n_samples=50)
    pd.testing.assert_series_equal(last.table["emp_effect"], expected, check_names=False, atol=1e-6)


def fewer_regions(adata):
    sc.pp.filter_genes(adata, min_cells=30)


def other_order(adata):
    adata._inplace_subset_var(np.random.default_rng(0).permutation(adata.n_vars))


def other_names(adata):
    adata.var_names = [f"peak{i}" for i in range(adata.n_vars)]


def one_other_name(adata):
    adata.var_names = [*adata.var_names[:-1], "chrX:1-2"]


@pytest.mark.parametrize("change", [fewer_regions, other_order, other_names, one_other_name])
def test_changed_regions_are_refused_and_the_model_is_saved_with_its_own(
    trained, adata, change, tmp_path
):
    full, latent = adata.copy(), trained.get_latent_representation()
    change(adata)
    for ask in (
        trained.get_latent_representation,
        trained.get_library_size_factors,
        trained.get_region_factors,
        trained.get_normalized_accessibility,
        trained.get_elbo,
        trained.get_reconstruction_error,
        lambda: trained.differential_accessibility(groupby="kind"),
        lambda: next(trained.comparing([0], [1])),
        lambda: trained.train(max_epochs=5),
        lambda: trained.train(**QUICK, restart=True),
        lambda: next(trained.training(plan_from(**QUICK), restart=True)),
        lambda: trained.save_for_scvi(tmp_path / "scvi"),
    ):
        with pytest.raises(DataError, match="regions of the AnnData changed") as refused:
            ask()
        assert len(str(refused.value)) < 300
    assert np.array_equal(trained.get_latent_representation(full), latent)
    trained.save(tmp_path / "model")
    with pytest.raises(DataError, match="model's"):
        pv.PEAKVI.load(tmp_path / "model", adata)
    again = pv.PEAKVI.load(tmp_path / "model", full)
    assert np.array_equal(again.get_latent_representation(), latent)
    query = full[:20].copy()
    query.obs["batch"] = "b3"
    placed = pv.PEAKVI.load_query_data(query, trained)
    assert placed.get_latent_representation().shape == (20, 4)


def as_float(adata):
    adata.X = adata.X.astype(np.float32)


def one_value(adata):
    adata.X.data[17] += 1


def values_doubled(adata):
    adata.X.data[:] *= 2


def replaced(adata):
    adata.X = sparse.csr_matrix(adata.X.toarray()[::-1])


def dense(adata):
    adata.X = adata.X.toarray()


def rows_swapped(adata):
    """All values are 1, and their number and sum stay."""
    counts = adata.X.toarray()
    counts[[0, 1]] = counts[[1, 0]]
    other = sparse.csr_matrix(counts)
    adata.X.indices[:], adata.X.indptr[:] = other.indices, other.indptr


def region_closed(adata):
    counts = adata.X.tolil()
    counts[:, 0] = 0
    adata.X = counts.tocsr()
    adata.X.eliminate_zeros()


@pytest.mark.parametrize(
    "change", [as_float, one_value, values_doubled, replaced, dense, rows_swapped, region_closed]
)
def test_changed_counts_are_read_again(trained, adata, change, tmp_path):
    trained.get_latent_representation()
    trained.save(tmp_path)
    change(adata)
    fresh = pv.PEAKVI.load(tmp_path, adata.copy())
    pd.testing.assert_frame_equal(by_name(trained, adata), by_name(fresh, adata), check_exact=True)
    pd.testing.assert_frame_equal(
        trained.differential_accessibility(groupby="kind", group1="B", n_samples=50),
        fresh.differential_accessibility(groupby="kind", group1="B", n_samples=50),
        check_exact=True,
    )


def normalized(adata):
    sc.pp.normalize_total(adata)


def logarithms(adata):
    sc.pp.log1p(adata)


def log_in_place(adata):
    counts = adata.X.astype(np.float32)
    adata.X = counts
    np.log1p(counts.data, out=counts.data)


def no_counts(adata):
    adata.X = None


@pytest.mark.parametrize("change", [normalized, logarithms, log_in_place, no_counts])
def test_what_is_not_counts_any_more_is_refused(trained, adata, change):
    counts = adata.copy()
    latent = trained.get_latent_representation()
    change(adata)
    for ask in (trained.get_latent_representation, lambda: trained.train(**QUICK, restart=True)):
        with pytest.raises(DataError, match=r"raw counts, perhaps a layer|holds no counts in X"):
            ask()
    assert np.array_equal(trained.get_latent_representation(counts), latent)
    adata.X = counts.X
    assert np.array_equal(trained.get_latent_representation(), latent)


def test_layer_is_followed_too(adata):
    adata.layers["counts"] = adata.X.copy()
    pv.PEAKVI.setup_anndata(adata, layer="counts")
    model = pv.PEAKVI(adata, n_latent=4, seed=2)
    model.train(**QUICK)
    latent = model.get_latent_representation()
    sc.pp.log1p(adata)  # X alone
    assert np.array_equal(model.get_latent_representation(), latent)
    adata.layers["counts"] = adata.layers["counts"] * 2
    assert not np.array_equal(model.get_latent_representation(), latent)
    del adata.layers["counts"]
    with pytest.raises(DataError, match="no layer 'counts'"):
        model.get_latent_representation()


def test_covariates_are_followed_and_a_missing_one_is_named(trained, adata):
    depth = trained.get_normalized_accessibility(return_numpy=True)
    kept = adata.obs["batch"].copy()
    adata.obs["batch"] = kept.map({"b1": "b2", "b2": "b1"}).to_numpy()
    swapped = trained.get_normalized_accessibility(return_numpy=True)
    assert np.abs(swapped - depth).max() > 1e-6
    adata.obs["batch"] = "b7"
    with pytest.raises(DataError, match="'b7', which the model has not met"):
        trained.get_latent_representation()
    del adata.obs["batch"]
    with pytest.raises(DataError, match="no column 'batch'"):
        trained.get_latent_representation()
    adata.obs["batch"] = kept
    assert np.array_equal(trained.get_normalized_accessibility(return_numpy=True), depth)


def test_training_does_not_go_on_with_other_cells(trained, adata, tmp_path):
    names, learned = adata.obs_names, set(adata.obs_names[trained.train_indices])
    subset(adata)
    with pytest.raises(StageError, match=r"changed since this training began.*restart=True"):
        trained.train(max_epochs=5)
    with pytest.raises(StageError, match="changed since this training began"):
        trained.save(tmp_path, with_training=True)
    of_split = (trained.train_indices, trained.validation_indices, trained.test_indices)
    assert set(adata.obs_names[of_split[0]]) == learned & set(adata.obs_names)
    assert sorted(np.concatenate(of_split)) == list(range(adata.n_obs))
    trained.train(**QUICK, restart=True)
    assert len(trained.train_indices) + len(trained.validation_indices) == adata.n_obs < len(names)


def test_equal_counts_of_another_kind_let_training_go_on(trained, adata):
    adata.X = adata.X.copy()
    adata.obs["batch"] = adata.obs["batch"].astype(str)
    adata.obs["other"] = 1
    trained.train(max_epochs=5)
    assert trained.training_end.n_epochs == 5


def test_cells_with_new_names_are_the_same_cells(trained, adata):
    latent, learned = trained.get_latent_representation(), trained.train_indices
    adata.obs_names = [f"{name}-1" for name in adata.obs_names]
    assert np.array_equal(trained.get_latent_representation(), latent)
    assert np.array_equal(trained.train_indices, learned)
    assert trained.get_normalized_accessibility(indices=["cell3-1"]).index.tolist() == ["cell3-1"]
    trained.train(max_epochs=5)
    adata.obs_names = [f"{i}" for i in range(200)]
    subset(adata)
    with pytest.raises(DataError, match=r"names do not say which"):
        _ = trained.train_indices


def test_model_of_a_view_follows_what_it_is_a_view_of(trained, adata, tmp_path):
    trained.save(tmp_path)
    view = adata[::2]
    model = pv.PEAKVI.load(tmp_path, view)
    latent = model.get_latent_representation()
    assert np.array_equal(model.get_latent_representation(), latent)
    assert model._encodings is not None
    adata.X.data[:] *= 3
    assert not np.array_equal(model.get_latent_representation(), latent)


def test_what_is_known_of_unchanged_cells_is_not_computed_again(trained, adata):
    trained.get_latent_representation()
    known = trained._encodings
    adata.obs["other"] = 1.0
    adata.obsm["X"] = np.zeros((200, 2))
    trained.get_latent_representation()
    assert trained._encodings is known


def test_frozen_counts_are_not_summed_again(trained, adata, monkeypatch):
    for name in ("data", "indices", "indptr"):
        own = getattr(adata.X, name).copy()
        own.flags.writeable = False
        setattr(adata.X, name, own)
    trained.get_latent_representation()
    monkeypatch.setattr(pv.model.cell_source, "checksum", lambda _: pytest.fail("it was read"))
    trained.get_latent_representation()


def test_shares_of_most_cells_are_of_the_counts_as_they_are_now(trained, adata):
    most = np.arange(200) < 150
    for _ in range(2):
        table = trained.differential_accessibility(idx1=most).loc[adata.var_names]
        is_open = (adata.X > 0).toarray()
        np.testing.assert_allclose(table["emp_prob1"], is_open[most].mean(axis=0))
        np.testing.assert_allclose(table["emp_prob2"], is_open[~most].mean(axis=0))
        adata.X.data[::3] = 0


def test_no_cells_are_left(trained, adata):
    adata._inplace_subset_obs(np.zeros(200, bool))
    for ask in (
        trained.get_latent_representation,
        trained.get_normalized_accessibility,
        trained.get_elbo,
        lambda: trained.differential_accessibility(groupby="kind"),
        lambda: next(trained.comparing([0], [1])),
        lambda: trained.train(**QUICK, restart=True),
    ):
        with pytest.raises(DataError):
            ask()
