"""The nearest cells that clusters find, against those that all distances give."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from peakvi_widgets.engine import near_cells
from peakvi_widgets.engine.near_cells import finding_near_cells


def found(coordinates, n_near, **options):
    finding = finding_near_cells(coordinates, n_near, **options)
    shares = []
    while True:
        try:
            shares.append(next(finding))
        except StopIteration as end:
            assert shares == sorted(shares)
            assert shares[-1] == pytest.approx(1.0)
            return end.value


def clouds(n_cells, n_dimensions, n_clouds=5, seed=0):
    chance = np.random.default_rng(seed)
    middles = 4 * chance.normal(size=(n_clouds, n_dimensions))
    return (
        middles[chance.integers(n_clouds, size=n_cells)]
        + chance.normal(size=(n_cells, n_dimensions))
    ).astype("float32")


def test_nearly_all_true_neighbors_are_found_and_the_share_is_told(monkeypatch):
    monkeypatch.setattr(near_cells, "FIRST_SEARCHED", 2)
    cells = clouds(3_000, 8)
    near = found(cells, 11)
    true = np.sort(cdist(cells, cells), axis=1)[:, :11]
    share = (near.distances <= true[:, -1:] + 1e-4).mean()
    assert share > near_cells.GOAL - 0.01
    assert near.recall == pytest.approx(share, abs=0.015)
    assert (near.cells[:, 0] == np.arange(3_000)).all()
    exact = np.linalg.norm(cells[near.cells[:, 5]] - cells, axis=1)
    np.testing.assert_allclose(near.distances[:, 5], exact, rtol=1e-3, atol=1e-3)


def test_more_clusters_are_searched_where_few_do_not_do(monkeypatch):
    monkeypatch.setattr(near_cells, "FIRST_SEARCHED", 1)
    cells = np.random.default_rng(0).normal(size=(2_000, 12))
    assert found(cells, 11, goal=0.0).recall < 0.6
    assert found(cells, 11).recall >= near_cells.GOAL


def test_cells_that_are_looked_among_are_the_only_ones_found():
    cells = clouds(1_500, 5)
    among = np.arange(7, 1_500, 10)
    near = found(cells, 4, among=among)
    assert np.isin(near.cells, among).all()
    true = np.sort(cdist(cells, cells[among]), axis=1)[:, 0]
    assert (near.distances[:, 0] <= true + 1e-3).mean() > 0.97


@given(
    n_cells=st.integers(1, 60),
    n_near=st.integers(1, 12),
    n_places=st.integers(1, 60),
    seed=st.integers(0, 5),
)
@settings(max_examples=30, deadline=None)
def test_each_row_holds_different_cells_by_their_distance(n_cells, n_near, n_places, seed):
    chance = np.random.default_rng(seed)
    places = chance.normal(size=(n_places, 3)).astype("float32")
    cells = places[chance.integers(n_places, size=n_cells)]  # some may be at one place
    n_near = min(n_near, n_cells)
    near = found(cells, n_near, seed=seed)
    assert near.cells.shape == near.distances.shape == (n_cells, n_near)
    assert all(len(set(row)) == n_near for row in near.cells.tolist())
    assert (np.diff(near.distances, axis=1) >= -1e-4).all()
    assert (near.distances[:, 0] < 1e-3).all()


def test_the_same_seed_finds_the_same():
    cells = clouds(2_000, 6)
    one, other = found(cells, 8, seed=3), found(cells, 8, seed=3)
    np.testing.assert_array_equal(one.cells, other.cells)
    np.testing.assert_array_equal(one.distances, other.distances)
