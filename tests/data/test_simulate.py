"""The planted truth can be found again in the counts."""

import anndata
import numpy as np
import pytest

from peakvi_widgets.data import check_counts, simulate
from peakvi_widgets.errors import DataError


@pytest.fixture(scope="module")
def adata():
    return simulate(3_000, 1_500, density=0.15, n_types=4, n_batches=2, seed=3)


def is_open(adata):
    return (adata.X > 0).astype(float)


def test_counts_are_like_those_of_a_reader(adata):
    own = check_counts(adata, source="simulated")
    assert (own.X != adata.X).nnz == 0
    assert own.var_names.tolist() == adata.var_names.tolist()
    assert adata.X.dtype == np.uint8
    assert adata.X.has_canonical_format
    assert adata.obs["cell_type"].nunique() == 4
    assert adata.obs["batch"].nunique() == 2


@pytest.mark.parametrize("density", [0.01, 0.13, 0.5, 0.9])
def test_density_is_as_asked(density):
    counts = simulate(400, 4_000, density=density, n_batches=2, seed=5).X
    assert counts.nnz / np.prod(counts.shape) == pytest.approx(density, rel=0.04)


def test_counts_are_poisson(adata):
    # Where lambda is the mean, P(open) = 1 - exp(-lambda); so two and more come as often as they
    # must. Regions of the first batch and one type, depths near 1, are nearly alike.
    alike = (adata.obs["batch"] == "batch_1") & adata.obs["depth"].between(0.98, 1.02)
    counts = adata.X[alike.to_numpy()]
    chance = adata.varm["accessibility"].to_numpy().T[adata.obs["cell_type"].cat.codes[alike]]
    rate = -np.log1p(-chance)
    assert is_open(adata[alike.to_numpy()]).sum() == pytest.approx(chance.sum(), rel=0.03)
    assert counts.sum() == pytest.approx(rate.sum(), rel=0.03)
    two = (counts == 2).sum()
    assert two == pytest.approx((np.exp(-rate) * rate**2 / 2).sum(), rel=0.05)


def test_planted_regions_open_in_their_type_by_the_effect(adata):
    accessibility = adata.varm["accessibility"]
    for cell_type in accessibility.columns:
        planted = (adata.var["planted_type"] == cell_type).to_numpy()
        here = -np.log1p(-accessibility[cell_type])
        elsewhere = -np.log1p(-accessibility.drop(columns=cell_type))
        ratio = elsewhere.rdiv(here, axis=0).to_numpy()
        np.testing.assert_allclose(ratio[planted], 4, rtol=1e-6)
        assert ratio[~planted].max() == pytest.approx(1)


def test_planted_share(adata):
    assert (adata.var["planted_type"] != "none").mean() == pytest.approx(0.2, abs=0.04)


def test_truth_is_seen_in_the_cells(adata):
    opened = is_open(adata)
    cells = (adata.obs["cell_type"] == "type_2").to_numpy()
    difference = np.asarray(opened[cells].mean(axis=0) - opened[~cells].mean(axis=0)).ravel()
    planted = (adata.var["planted_type"] == "type_2").to_numpy()
    assert np.median(difference[planted]) > 0.1
    assert abs(np.median(difference[~planted])) < 0.02
    # the largest differences are planted ones
    assert planted[np.argsort(difference)[-20:]].all()


def test_depth_scales_what_is_seen(adata):
    seen = np.asarray(adata.X.sum(axis=1)).ravel()
    assert adata.obs["depth"].mean() == pytest.approx(1)
    assert np.corrcoef(adata.obs["depth"], seen)[0, 1] > 0.97


def test_batches_differ_in_some_regions(adata):
    second = (adata.obs["batch"] == "batch_2").to_numpy()
    opened = is_open(adata)
    one = np.asarray(opened[~second].mean(axis=0)).ravel()
    two = np.asarray(opened[second].mean(axis=0)).ravel()
    pooled = (one + two) / 2
    score = (two - one) / np.sqrt(pooled * (1 - pooled) * (1 / second.sum() + 1 / (~second).sum()))
    assert 0.03 < (np.abs(score) > 4).mean() < 0.1  # of the tenth that is touched, the clear ones


def test_stated_accessibility_is_that_of_the_first_batch(adata):
    first = (adata.obs["batch"] == "batch_1").to_numpy()
    rate = -np.log1p(-adata.varm["accessibility"].to_numpy().T)
    cells = adata.obs[first]
    mean = cells["depth"].to_numpy()[:, None] * rate[cells["cell_type"].cat.codes]
    score = (np.asarray(adata.X[first].sum(axis=0)).ravel() - mean.sum(axis=0)) / np.sqrt(
        mean.sum(axis=0)
    )
    assert np.abs(score).max() < 5
    assert score.std() == pytest.approx(1, abs=0.1)


def test_same_seed_same_counts():
    first, again, other = (simulate(50, 400, seed=seed) for seed in (1, 1, 2))
    assert (first.X != again.X).nnz == 0
    assert first.obs.equals(again.obs)
    assert (first.X != other.X).nnz > 0


def test_one_cell_type_has_nothing_to_differ_from():
    adata = simulate(20, 100, n_types=1, planted=0.0)
    assert set(adata.var["planted_type"]) == {"none"}


def test_regions_lie_apart_on_all_chromosomes():
    var = simulate(5, 2_300).var
    assert var["chr"].nunique() == 23
    for _, regions in var.groupby("chr", observed=True):
        assert (regions["start"].to_numpy()[1:] > regions["end"].to_numpy()[:-1]).all()


def test_simulated_data_can_be_written(tmp_path):
    adata = simulate(20, 100)
    adata.write_h5ad(tmp_path / "simulated.h5ad")
    again = anndata.read_h5ad(tmp_path / "simulated.h5ad")
    assert (again.X != adata.X).nnz == 0
    assert again.obs["cell_type"].tolist() == adata.obs["cell_type"].tolist()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"n_cells": 0}, "n_cells"),
        ({"n_regions": 0}, "n_regions"),
        ({"n_types": 0}, "n_types"),
        ({"n_batches": 0}, "n_batches"),
        ({"density": 0.0}, "density"),
        ({"density": 1.0}, "density"),
        ({"planted": 1.1}, "planted"),
        ({"effect": 0.5}, "effect"),
        ({"effect": float("nan")}, "effect"),
    ],
)
def test_argument_that_makes_no_sense(arguments, word):
    with pytest.raises(DataError, match=f"^{word} is .*; give"):
        simulate(**arguments)
