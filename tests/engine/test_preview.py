"""A map before any training: it shows planted groups, and neither noise, depth nor batches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from peakvi_widgets.engine import preview as module
from peakvi_widgets.engine.preview import preview, previewing
from peakvi_widgets.engine.spectral import indicators
from peakvi_widgets.errors import DataError

from .simulated import grouped, noise

pytestmark = pytest.mark.slow


def purity(places, group, k=10):
    """Return the share of the nearest cells that are of the same group."""
    distances = ((places[:, None] - places[None]) ** 2).sum(axis=-1)
    near = distances.argsort(axis=1)[:, 1 : k + 1]
    return (group[near] == group[:, None]).mean()


@pytest.mark.parametrize("n_groups", [2, 3, 5])
def test_planted_groups_are_apart(n_groups):
    counts, group, _ = grouped(n_groups=n_groups)
    found = preview(counts)
    assert found.dimensions.n_confirmed == n_groups - 1
    assert found.places.shape == (len(group), 2)
    assert found.places.dtype == np.float32
    assert purity(found.places, group) > 0.95


@settings(max_examples=5)
@given(seed=st.integers(0, 10_000), spread=st.sampled_from([0.0, 0.5, 0.9]))
def test_noise_and_depth_alone_confirm_nothing(seed, spread):
    counts = noise(n_cells=300, n_regions=700, seed=seed, spread=spread)
    found = preview(counts)
    assert found.dimensions.n_confirmed == 0
    depth = np.log(np.maximum(counts.astype(bool).sum(axis=1), 1))
    is_placed = np.isfinite(found.places[:, 0])
    for axis in (0, 1):
        assert abs(np.corrcoef(found.places[is_placed, axis], depth[is_placed])[0, 1]) < 0.5


def test_batches_are_left_out():
    counts, group, _ = grouped(n_groups=2)
    batch = np.arange(len(group)) % 2
    counts[np.ix_(batch == 1, np.arange(700, 900))] = 0
    assert purity(preview(counts).places, batch) > 0.9
    found = preview(counts, unwanted=indicators(batch))
    assert found.dimensions.n_confirmed == 1
    assert purity(found.places, batch) < 0.7
    assert purity(found.places, group) > 0.9


def test_cells_without_open_regions_have_no_place():
    counts, _, _ = grouped(n_cells=300)
    counts[[7, 200]] = 0
    found = preview(counts)
    assert np.flatnonzero(np.isnan(found.places[:, 0])).tolist() == [7, 200]


@pytest.mark.parametrize("limit", ["cells", "entries"])
def test_many_cells_are_placed_on_the_map_of_a_sample(limit, monkeypatch):
    counts, group, _ = grouped(n_cells=900, n_groups=4, seed=2)
    if limit == "entries":
        monkeypatch.setattr(module, "MAX_ENTRIES", np.count_nonzero(counts) // 2)
    found = preview(counts, max_cells=450 if limit == "cells" else 50_000)
    assert found.is_sample
    assert found.dimensions.n_cells == pytest.approx(450, abs=2)
    assert purity(found.places, group) > 0.9
    assert not preview(counts[:300]).is_sample


def test_result_is_the_same_for_any_form_and_the_same_seed():
    counts, _, _ = grouped(n_cells=250)
    first = preview(counts, seed=4).places
    for form in (sparse.csc_matrix, sparse.csr_array):
        np.testing.assert_array_equal(preview(form(counts), seed=4).places, first)


def test_progress_is_yielded_often_enough_to_be_stopped():
    counts, _, _ = grouped(n_cells=300, n_groups=4)
    assert len(list(previewing(counts))) > 15


@pytest.mark.parametrize("counts", [np.ones((2, 5)), np.zeros((20, 5))])
def test_too_little_for_a_map_is_a_data_error(counts):
    with pytest.raises(DataError, match="A map needs at least 3 cells"):
        preview(counts)


@pytest.mark.parametrize("n_cells", [3, 4, 12])
def test_few_cells_have_a_map(n_cells):
    counts = np.random.default_rng(0).poisson(0.5, (n_cells, 30))
    found = preview(counts)
    assert found.places.shape == (n_cells, 2)
    assert found.dimensions.n_confirmed == 0
