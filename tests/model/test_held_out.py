"""A model that holds fragments out, and comparisons that are checked by them."""

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from peakvi_widgets.data.simulate import simulate
from peakvi_widgets.engine.da_columns import DA_COLUMNS
from peakvi_widgets.errors import DataError
from peakvi_widgets.model import PEAKVI

NINE = [column.name for column in DA_COLUMNS if not column.name.startswith("held_out")][:9]
CHECKED = ["held_out_effect", "held_out_p", "is_confirmed"]


def fragments(seed=0, n_cells=300, n_regions=400):
    """Two kinds of cells, each with 60 regions of its own, as Poisson fragments."""
    random = np.random.default_rng(seed)
    rates = np.full((2, n_regions), 0.15)
    rates[0, :60] = rates[1, 60:120] = 0.9
    kind = np.arange(n_cells) % 2
    counts = random.poisson(rates[kind])
    obs = pd.DataFrame(
        {"kind": np.array(["a", "b"])[kind]}, index=[f"cell{i}" for i in range(n_cells)]
    )
    var = pd.DataFrame(index=[f"chr1:{1000 * i}-{1000 * i + 500}" for i in range(n_regions)])
    return anndata.AnnData(sparse.csr_matrix(counts.astype("int32")), obs, var)


def trained(adata, **setup):
    PEAKVI.setup_anndata(adata, **setup)
    model = PEAKVI(adata, seed=0)
    model.train(preset="quick")
    return model


@pytest.fixture(scope="module")
def model():
    return trained(fragments(), held_out=0.3, held_out_seed=7)


@pytest.fixture
def saved(model, tmp_path):
    model.save(tmp_path / "model")
    return tmp_path / "model"


def test_real_differences_are_confirmed_by_what_the_model_never_saw(model):
    table = model.differential_accessibility(groupby="kind", group1="a", group2="b", check=True)
    assert "agree in sign" in table.attrs["checks"][0]
    table = table.loc[model.region_names]
    assert table["is_confirmed"].to_numpy()[:120].mean() > 0.9
    called = table["is_da_fdr"].to_numpy()[120:]  # the model is sure of what it learned by heart
    assert table["is_confirmed"].to_numpy()[120:].sum() < 0.05 * max(called.sum(), 100)
    assert (table["held_out_effect"].to_numpy()[:60] > 0).all()
    assert (table["held_out_effect"].to_numpy()[60:120] < 0).all()


def test_the_nine_columns_stay_as_they_are(model):
    arguments = {"groupby": "kind", "group1": "a", "group2": "b"}
    plain = model.differential_accessibility(**arguments)
    checked = model.differential_accessibility(**arguments, check=True)
    assert list(checked.columns[:9]) == list(plain.columns[:9]) == NINE
    pd.testing.assert_frame_equal(checked[plain.columns], plain, check_like=False)
    assert [name for name in checked.columns if name not in plain.columns] == CHECKED
    assert len(checked.attrs["checks"]) == 1


def test_comparing_ends_with_the_check(model):
    cells = np.arange(300)
    *_, last = model.comparing(cells[::2], cells[1::2], n_samples=500, check=True)
    assert last.is_final
    assert last.check.verdict in ("supported", "mixed")
    assert last.check.n_confirmed == last.table["is_confirmed"].sum() > 100
    assert list(last.table.columns[-3:]) == CHECKED


def test_a_filtered_anndata_holds_the_same_fragments_out(model, saved):
    adata = fragments()
    whole = PEAKVI.load(saved, adata)
    kept = adata[adata.obs["kind"] == "a"].copy()
    some = PEAKVI.load(saved, kept)
    np.testing.assert_array_equal(
        some.get_latent_representation(),
        whole.get_latent_representation(indices=np.flatnonzero(adata.obs["kind"] == "a")),
    )


def test_the_rule_is_saved_with_the_model_and_with_the_anndata(model, saved, tmp_path):
    again = PEAKVI.load(saved, fragments())
    assert again.setup.held_out == model.setup.held_out
    assert (model.setup.held_out.share, model.setup.held_out.seed) == (0.3, 7)
    table = again.differential_accessibility(groupby="kind", check=True)
    pd.testing.assert_frame_equal(
        table, model.differential_accessibility(groupby="kind", check=True)
    )
    assert len(table.attrs["checks"]) == 2
    model.adata.write_h5ad(tmp_path / "cells.h5ad")
    read = anndata.read_h5ad(tmp_path / "cells.h5ad")
    assert PEAKVI(read).setup == model.setup


def test_the_same_seed_gives_the_same_model_and_another_one_does_not():
    latents = [
        trained(fragments(), held_out=0.3, held_out_seed=seed).get_latent_representation()
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(latents[0], latents[1])
    assert not np.array_equal(latents[0], latents[2])


def test_held_out_fragments_never_reach_the_model(model):
    """Moving what is held out elsewhere changes no weight."""
    adata = fragments()
    held = model._cells.held_out(np.arange(adata.n_obs))
    without = adata.copy()
    without.X = sparse.csr_matrix(adata.X - held).astype("int32")
    without.X.eliminate_zeros()
    plain = trained(without)
    np.testing.assert_array_equal(
        plain.get_latent_representation(), model.get_latent_representation()
    )


def test_without_held_out_fragments_nothing_can_be_checked():
    model = trained(fragments())
    with pytest.raises(DataError, match="No fragments were held out"):
        model.differential_accessibility(groupby="kind", check=True)
    with pytest.raises(DataError, match="No fragments were held out"):
        next(model.comparing(np.arange(10), check=True))


def test_binary_counts_cannot_be_divided():
    adata = simulate(50, 60, density=0.2, seed=0)
    adata.X = (adata.X > 0).astype("float32")
    with pytest.raises(DataError, match="binary"):
        PEAKVI.setup_anndata(adata, held_out=0.2)
    assert "peakvi_setup" not in adata.uns
