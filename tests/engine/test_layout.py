"""Cells in two dimensions: neighbors stay neighbors, and the field is the sum over all cells."""

import numpy as np
import pytest

from peakvi_widgets.engine.layout import Field, laying_out, neighbor_edges
from peakvi_widgets.steps import result_of


def groups(n_groups=4, n_each=80, n_dimensions=5, seed=0):
    """Return coordinates of cells around so many centers, and the group of each."""
    random = np.random.default_rng(seed)
    centers = np.eye(n_groups, n_dimensions) * 4.0
    group = np.repeat(np.arange(n_groups), n_each)
    return centers[group] + random.normal(0.0, 0.3, (len(group), n_dimensions)), group


def purity(places, group, k=10):
    """Return the share of the nearest cells that are of the same group."""
    distances = ((places[:, None] - places[None]) ** 2).sum(axis=-1)
    near = distances.argsort(axis=1)[:, 1 : k + 1]
    return (group[near] == group[:, None]).mean()


def test_field_is_the_sum_over_all_cells():
    places = np.random.default_rng(1).normal(0.0, 4.0, (1000, 2))
    away = places[:, None] - places[None]
    each = 1.0 / (1.0 + (away**2).sum(axis=-1))
    slope = (-2.0 * away * each[:, :, None] ** 2).sum(axis=1)
    potential, found = Field().at(places)
    # a cell is spread over its part of the grid, which flattens its own potential a little
    np.testing.assert_allclose(potential, each.sum(axis=1), rtol=0.03, atol=0.2)
    assert np.corrcoef(found.ravel(), slope.ravel())[0, 1] > 0.99


def test_edges_name_each_pair_once_and_weigh_one_half():
    coordinates, _ = groups()
    first, second, weight = neighbor_edges(coordinates)
    assert (first < second).all()
    assert len(set(zip(first, second, strict=True))) == len(first)
    assert weight.sum() == pytest.approx(0.5)
    assert (weight > 0).all()


def test_groups_stay_together_and_apart():
    coordinates, group = groups()
    assert purity(coordinates[:, :2], group) < 0.8  # two dimensions alone do not tell them apart
    assert purity(result_of(laying_out(coordinates)), group) > 0.99


def test_cells_beside_a_sample_are_placed_among_their_neighbors():
    coordinates, group = groups()
    places = result_of(laying_out(coordinates, max_cells=120, seed=3))
    assert np.isfinite(places).all()
    assert purity(places, group) > 0.99


def test_same_coordinates_give_same_places():
    coordinates, _ = groups(n_each=30)
    first, second = (result_of(laying_out(coordinates)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("n_each", [8, 12])
def test_few_cells_neither_meet_nor_fly_apart(n_each):
    coordinates, group = groups(n_groups=4, n_each=n_each)
    places = result_of(laying_out(coordinates))
    assert purity(places, group, k=3) > 0.9
    assert 0.5 < np.ptp(places) < 200


def test_equal_cells_have_places():
    assert np.isfinite(result_of(laying_out(np.ones((40, 3))))).all()
