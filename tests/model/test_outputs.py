"""What a trained PEAKVI says of cells."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse

import peakvi_widgets as pv
from peakvi_widgets.errors import DataError, StageError


def test_latent_separates_the_kinds(trained, adata):
    z = trained.get_latent_representation()
    assert z.shape == (200, 4)
    is_b = (adata.obs["kind"] == "B").to_numpy()
    apart = np.linalg.norm(z[is_b].mean(0) - z[~is_b].mean(0))
    assert apart > 2 * z[is_b].std(0).max()


def test_latent_of_some_cells_is_that_of_all(trained):
    z = trained.get_latent_representation()
    assert np.array_equal(trained.get_latent_representation(indices=[5, 3, 5]), z[[5, 3, 5]])
    some = trained.get_latent_representation(indices="kind == 'B'")
    assert np.array_equal(some, z[:80])


def test_latent_as_distribution_and_as_a_draw(trained):
    mean, variance = trained.get_latent_representation(return_dist=True)
    assert (variance > 0).all()
    one, same, other = (
        trained.get_latent_representation(give_mean=False, seed=seed) for seed in (0, 0, 1)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert np.abs((one - mean) / np.sqrt(variance)).mean() == pytest.approx(0.8, abs=0.1)


def test_answers_about_other_cells(trained, adata):
    some = adata[10:20].copy()
    np.testing.assert_allclose(
        trained.get_latent_representation(some),
        trained.get_latent_representation(indices=np.arange(10, 20)),
        rtol=1e-4,
        atol=1e-5,
    )


def test_cells_with_other_regions_are_refused(trained, adata):
    with pytest.raises(
        DataError, match=r"140 of the model's 150 regions; it lacks .* and 8 more\. Pass"
    ):
        trained.get_latent_representation(adata[:, :140].copy())
    with pytest.raises(DataError, match=r"lacks 'chr1:14800-14850', 'chr1:14900-14950'\. Pass"):
        trained.get_latent_representation(adata[:, :148].copy())
    with pytest.raises(DataError, match="in another order"):
        trained.get_latent_representation(adata[:, ::-1].copy())


def test_factors_are_shares(trained):
    d, f = trained.get_library_size_factors(), trained.get_region_factors()
    assert (d.shape, f.shape) == ((200,), (150,))
    assert 0 < min(d.min(), f.min()) < max(d.max(), f.max()) < 1


def test_accessibility_is_a_table_of_cells_by_regions(trained, adata):
    regions = adata.var_names[[4, 1]]
    table = trained.get_normalized_accessibility(indices=[7, 2], region_list=regions)
    assert table.index.tolist() == ["cell7", "cell2"]
    assert table.columns.tolist() == adata.var_names[[1, 4]].tolist()
    assert trained.get_accessibility_estimates(indices=[7]).shape == (1, 150)


def test_accessibility_with_both_factors_comes_near_what_is_seen(trained, adata):
    p = trained.get_normalized_accessibility(
        return_numpy=True, normalize_cells=True, normalize_regions=True
    )
    bare = trained.get_normalized_accessibility(return_numpy=True)
    d, f = trained.get_library_size_factors(), trained.get_region_factors()
    np.testing.assert_allclose(p, bare * d[:, None] * f, rtol=1e-6)
    assert p.mean() == pytest.approx(adata.X.mean(), rel=0.1)


def test_accessibility_with_one_factor(trained):
    bare, by_cell, by_region = (
        trained.get_normalized_accessibility(return_numpy=True, **named)
        for named in ({}, {"normalize_cells": True}, {"normalize_regions": True})
    )
    np.testing.assert_array_equal(by_cell, bare * trained.get_library_size_factors()[:, None])
    np.testing.assert_array_equal(by_region, bare * trained.get_region_factors())


def test_accessibility_of_a_draw_is_that_of_the_latent_s_draw(trained):
    p = trained.get_normalized_accessibility(return_numpy=True, use_z_mean=False, seed=3)
    z = torch.from_numpy(trained.get_latent_representation(give_mean=False, seed=3))
    module, codes = trained.module, torch.from_numpy(trained._cells.codes)
    with torch.no_grad():
        expected = module.accessibility(module.hidden(z, codes, torch.empty(200, 0))).numpy()
    np.testing.assert_allclose(p, expected, rtol=1e-5)
    assert not np.allclose(p, trained.get_normalized_accessibility(return_numpy=True), rtol=1e-2)


def test_accessibility_in_another_batch(trained):
    plain = trained.get_normalized_accessibility(return_numpy=True)
    as_b2 = trained.get_normalized_accessibility(return_numpy=True, transform_batch="b2")
    np.testing.assert_allclose(as_b2[1::2], plain[1::2], rtol=1e-6)
    assert not np.allclose(as_b2[::2], plain[::2])


def test_accessibility_above_a_threshold_is_sparse(trained):
    p = trained.get_normalized_accessibility(return_numpy=True)
    kept = trained.get_normalized_accessibility(return_numpy=True, threshold=0.5)
    assert sparse.issparse(kept)
    np.testing.assert_array_equal(kept.toarray(), np.where(p >= 0.5, p, 0))
    table = trained.get_normalized_accessibility(threshold=0.5, indices=[0, 1])
    assert table.shape == (2, 150)


def test_accessibility_of_cells_drawn_with_replacement(trained):
    tables = [
        trained.get_normalized_accessibility(n_samples_overall=300, use_z_mean=False, seed=seed)
        for seed in (0, 0, 1)
    ]
    assert tables[0].shape == (300, 150)
    pd.testing.assert_frame_equal(tables[0], tables[1])
    assert not tables[0].equals(tables[2])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"region_list": ["chr9:1-2"]}, "'chr9:1-2' is not a region"),
        ({"transform_batch": "b3"}, "no batch 'b3'"),
        ({"threshold": 2}, r"threshold is 2; use a number in \[0, 1\]"),
        ({"threshold": "half"}, "threshold is 'half'; use a number"),
        ({"indices": [200]}, "does not exist"),
        ({"n_samples_overall": 0}, "n_samples_overall is 0; use a whole number"),
    ],
)
def test_what_is_not_there_is_refused(trained, wrong, said):
    with pytest.raises(DataError, match=said):
        trained.get_normalized_accessibility(**wrong)


def test_region_factors_that_the_model_does_not_have(adata):
    pv.PEAKVI.setup_anndata(adata)
    model = pv.PEAKVI(adata, region_factors=False)
    model.train(max_epochs=1, n_threads=1)
    with pytest.raises(StageError, match="region_factors=True"):
        model.get_region_factors()


def test_elbo_is_minus_the_error_and_the_divergence(trained):
    one, mean = (trained.get_elbo(return_mean=mean, seed=3) for mean in (False, True))
    error = trained.get_reconstruction_error(return_mean=False, seed=3)["reconstruction_loss"]
    assert one.shape == error.shape == (200,)
    assert mean == pytest.approx(one.mean())
    latent, variance = trained.get_latent_representation(return_dist=True)
    kl = 0.5 * (latent**2 + variance - 1 - np.log(variance)).sum(axis=1)
    np.testing.assert_allclose(one, -error - kl, rtol=1e-5)


def test_reconstruction_error_of_the_validation_cells_is_the_history_s(trained):
    judged = trained.validation_indices
    error = trained.get_reconstruction_error(indices=judged, n_samples=50)["reconstruction_loss"]
    assert len(judged) == 20
    assert error == pytest.approx(trained.training_end.best_validation_loss, rel=0.01)


def test_every_cell_is_learned_from_or_judged_by(trained):
    parts = trained.train_indices, trained.validation_indices, trained.test_indices
    assert [len(part) for part in parts] == [180, 20, 0]
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(200))


def test_cells_come_in_the_order_in_which_they_were_named(trained):
    rows = trained.get_latent_representation()[[7, 3, 7]]
    assert np.array_equal(
        trained.get_latent_representation(indices=["cell7", "cell3", "cell7"]), rows
    )
    assert np.array_equal(trained.get_latent_representation(indices=[7, 3, 7]), rows)
