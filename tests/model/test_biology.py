"""Real cells: the latent keeps their kinds apart, and known marker regions come out on top.

Labels were made without the model. Quality is the share of a cell's 15 nearest neighbors in the
latent that carry its label.
"""

import importlib.util

import anndata
import numpy as np
import pytest

import peakvi_widgets as pv

pytestmark = pytest.mark.slow

MS4A1 = "chr11:60455500-60456000"
FCN1, VCAN = "chr9:137816852-137817353", "chr5:82823903-82824404"


@pytest.fixture(scope="module")
def label_purity(shared_data):
    spec = importlib.util.spec_from_file_location("measure", shared_data / "label_purity.py")
    measure = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(measure)
    return measure.label_purity


def trained_on(path, min_cells, **training):
    adata = anndata.read_h5ad(path)
    n_cells = np.asarray((adata.X > 0).sum(axis=0)).ravel()
    adata = adata[:, n_cells >= min_cells].copy()
    pv.PEAKVI.setup_anndata(adata)
    model = pv.PEAKVI(adata, seed=0)
    model.train(n_threads=1, **training)
    return model


@pytest.fixture(scope="module")
def marrow(shared_data):
    path = shared_data / "granja2019_bmmc_dev/granja2019_bmmc_dev.h5ad"
    return trained_on(path, min_cells=1)


@pytest.fixture(scope="module")
def blood(shared_data):
    path = shared_data / "pbmc10k_multiome_51loci_tiles500/pbmc10k_multiome_51loci_tiles500.h5ad"
    return trained_on(path, min_cells=10, preset="quick")


def test_default_training_keeps_the_kinds_of_marrow_cells_apart(marrow, label_purity):
    latent = marrow.get_latent_representation()
    assert label_purity(latent, marrow.adata.obs["cell_type"]) >= 0.73  # TF-IDF + SVD: 0.705


def test_default_training_gets_as_low_as_scvi_tools_does_and_much_sooner(marrow):
    """On these validation cells its defaults reach 578.06 nats a cell, after 265 epochs."""
    losses = marrow.history_table()["reconstruction_loss_validation"]
    assert losses.min() < 576
    assert (losses < 578.06).idxmax() < 35
    assert marrow.training_end.best_validation_loss < 1.005 * losses.min()


def test_markers_of_monocytes_are_more_open_in_them_than_in_b_cells(marrow):
    table = marrow.differential_accessibility(
        groupby="cell_type", group1="CD14 Mono", group2="B", n_samples=2000
    )
    assert (table.loc[[FCN1, VCAN], "effect_size"] > 0).all()


def test_quick_training_keeps_the_kinds_of_blood_cells_apart(blood, label_purity):
    latent = blood.get_latent_representation()
    assert label_purity(latent, blood.adata.obs["cell_type_coarse"]) >= 0.92


def test_promoter_of_cd20_has_one_of_the_largest_effects_in_b_cells(blood):
    table = blood.differential_accessibility(groupby="cell_type_coarse", group1="B")
    assert MS4A1 in table.sort_values("effect_size", ascending=False).index[:5]
    assert table.loc[MS4A1, "prob_da"] > 0.99
    assert table.loc[MS4A1, "emp_prob1"] == pytest.approx(0.543, abs=0.001)
