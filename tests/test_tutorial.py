"""The scvi-tools PeakVI tutorial (editions 1.1 and 1.2), step by step, on real bone marrow.

Only the import line differs from the tutorial. The steps build on each other, so they stand in one
class whose tests run in order and share one notebook-like namespace.
"""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import peakvi_widgets as scvi

KEY = "clusters_peakvi"
COLUMNS = [
    "prob_da", "is_da_fdr", "bayes_factor", "effect_size", "emp_effect",
    "est_prob1", "est_prob2", "emp_prob1", "emp_prob2",
]  # fmt: skip


class Notebook:
    """What the cells of the tutorial leave behind for the next."""


def farthest_apart(adata):
    """Return the two clusters whose centres in the latent lie farthest apart."""
    latent = pd.DataFrame(adata.obsm["X_peakvi"])
    centres = latent.groupby(adata.obs[KEY].to_numpy(), observed=True).mean()
    distance = np.linalg.norm(centres.to_numpy()[:, None] - centres.to_numpy(), axis=2)
    one, other = np.unravel_index(distance.argmax(), distance.shape)
    return centres.index[one], centres.index[other]


@pytest.fixture(scope="class")
def nb():
    mpl.use("agg")
    return Notebook()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::peakvi_widgets.data.checks.DataWarning")
@pytest.mark.filterwarnings(
    "ignore:The set_bad function:PendingDeprecationWarning"
)  # scanpy's plots
class TestTutorial:
    def test_01_settings(self, nb):
        scvi.settings.seed = 0
        assert scvi.__version__.count(".") == 2

    def test_02_read(self, nb, shared_data):
        folder = shared_data / "granja2019_bmmc_dev/filtered_peak_bc_matrix"
        nb.adata = scvi.data.read_10x_atac(folder)
        assert nb.adata.shape == (2500, 10000)
        assert nb.adata.obs_names[0] == "BMM_R1_16"  # no GEM well is named in this study

    def test_03_filter_to_regions_seen_in_five_percent_of_cells(self, nb):
        import scanpy as sc

        min_cells = int(nb.adata.shape[0] * 0.05)
        sc.pp.filter_genes(nb.adata, min_cells=min_cells)
        assert nb.adata.n_vars == 713  # the data's README

    def test_04_set_up_and_train(self, nb):
        scvi.model.PEAKVI.setup_anndata(nb.adata)
        nb.model = scvi.model.PEAKVI(nb.adata)
        nb.model.train()
        loss = nb.model.history["reconstruction_loss_validation"]
        assert loss.iloc[:, 0].min() < loss.iloc[0, 0]  # it starts from a map: little to gain

    def test_05_save_and_load(self, nb, tmp_path):
        nb.model.save(tmp_path / "model", overwrite=True)
        loaded = scvi.model.PEAKVI.load(tmp_path / "model", adata=nb.adata)
        np.testing.assert_array_equal(
            loaded.get_latent_representation(), nb.model.get_latent_representation()
        )
        nb.model = loaded

    def test_06_latent_space(self, nb):
        latent = nb.model.get_latent_representation()
        nb.adata.obsm["X_peakvi"] = latent
        assert latent.shape == (2500, 5)  # the square root of the square root of 713

    def test_07_umap_and_clusters(self, nb):
        import scanpy as sc

        # exact neighbors: the approximate ones compile for half a minute first
        sc.pp.neighbors(nb.adata, use_rep="X_peakvi", transformer="sklearn")
        sc.tl.umap(nb.adata, min_dist=0.2)
        sc.tl.leiden(
            nb.adata, key_added=KEY, resolution=0.2, flavor="igraph", n_iterations=2, directed=False
        )
        sc.pl.umap(nb.adata, color=KEY, show=False)
        assert nb.adata.obs[KEY].nunique() >= 3
        nb.one, nb.other = farthest_apart(nb.adata)  # the tutorial picks two by eye

    def test_08_two_groups_by_name(self, nb):
        nb.da = nb.model.differential_accessibility(
            groupby=KEY, group1=nb.one, group2=nb.other, two_sided=True
        )
        assert set(COLUMNS) <= set(nb.da.columns)
        assert len(nb.da) == 713
        assert nb.da["prob_da"].is_monotonic_decreasing

    def test_09_one_group_against_the_rest(self, nb):
        by_name = nb.model.differential_accessibility(groupby=KEY, group1=nb.one, two_sided=False)
        mask = nb.adata.obs[KEY] == nb.one
        by_mask = nb.model.differential_accessibility(idx1=mask, two_sided=False)
        pd.testing.assert_frame_equal(by_name[COLUMNS], by_mask[COLUMNS])

    def test_10_two_groups_by_cells(self, nb):
        idx1 = nb.adata.obs[KEY] == nb.one
        idx2 = np.where(nb.adata.obs[KEY] == nb.other)
        by_cells = nb.model.differential_accessibility(idx1=idx1, idx2=idx2, two_sided=True)
        pd.testing.assert_frame_equal(by_cells[COLUMNS], nb.da[COLUMNS])

    def test_11_observed_shares_are_those_of_the_counts(self, nb):
        seen = nb.adata[nb.adata.obs[KEY] == nb.one].X > 0
        expected = pd.Series(np.asarray(seen.mean(axis=0)).ravel(), index=nb.adata.var_names)
        np.testing.assert_allclose(nb.da["emp_prob1"], expected[nb.da.index], atol=1e-6)

    def test_12_filter_the_table_and_colour_by_a_region(self, nb):
        import scanpy as sc

        kept = nb.da.query("is_da_fdr and effect_size > 0 and emp_prob1 >= 0.05")
        assert len(kept) > 0
        sc.pl.umap(nb.adata, color=kept.index[0], show=False)

    def test_13_effect_size_agrees_with_what_was_observed(self, nb):
        # the tutorial's last plot, as a number: 0.79 to 0.94 over seeds and machines, since what is
        # observed differs by depth too; a wrong sign or wrong groups would give none at all
        r = np.corrcoef(nb.da["effect_size"], nb.da["emp_effect"])[0, 1]
        assert r > 0.65
