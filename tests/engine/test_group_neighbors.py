"""Cells next to a small group: which are chosen, and how much they count."""

import numpy as np
import pytest

from peakvi_widgets.engine import group_counts
from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.group_neighbors import (
    ENOUGH_CELLS,
    MOST_UNLIKE,
    how_far_apart,
    likeness,
    neighbors_of,
)
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.posterior import Encodings
from tests.engine.simulated import cells_of

N_REGIONS = 2000
RATE = np.random.default_rng(0).beta(1.2, 15.0, N_REGIONS)


class Placed(Encodings):
    """Cells at given places of a map with one axis."""

    def __init__(self, places, batches):
        model = initialise(PeakVAE(architecture(2, (2,), n_latent=1, n_hidden=4)), seed=0)
        super().__init__(model, cells_of(np.ones((len(places), 2), int), batches[:, None]))
        self._mean[:] = np.array(places, np.float32)[:, None]
        self._variance[:] = 1.0
        self._known[:] = True


def kinds():
    """Place 1,000 cells, half of them about 0 and half about 10; every second one in a batch."""
    random, kind = np.random.default_rng(0), np.arange(1000) % 2
    places = random.normal(size=1000) + 10.0 * kind
    return places, kind, (np.arange(1000) // 2) % 2


def test_small_groups_are_filled_with_the_nearest_cells():
    places, kind, batch = kinds()
    groups = [np.flatnonzero(kind == k)[::13] for k in (0, 1)]
    near = neighbors_of(Placed(places, batch), groups, np.concatenate(groups))
    for group, other, some in zip(groups, groups[::-1], near, strict=True):
        assert len(some) == ENOUGH_CELLS - len(group)
        assert not np.isin(some, np.concatenate([group, other])).any()
        assert (kind[some] == kind[group[0]]).all()
        far = np.abs(places[:, None] - places[group]).min(axis=1)
        rest = np.setdiff1d(np.flatnonzero(kind == kind[group[0]]), np.concatenate([group, some]))
        assert far[some].max() <= far[rest].min() + 1e-5


def test_neighbors_are_of_a_batch_of_the_group():
    places, kind, batch = kinds()
    groups = [np.flatnonzero((kind == k) & (batch == 0))[::12] for k in (0, 1)]
    for some in neighbors_of(Placed(places, batch), groups, np.concatenate(groups)):
        assert len(some) > 100
        assert (batch[some] == 0).all()


def test_large_groups_and_cells_between_two_groups_have_no_neighbors():
    places, kind, batch = kinds()
    middle = np.concatenate([places, [5.0, 5.1]])
    batch = np.concatenate([batch, [0, 0]])
    groups = [np.flatnonzero(kind == 0), np.flatnonzero(kind == 1)[:290]]
    near = neighbors_of(Placed(middle, batch), groups, np.concatenate(groups))
    assert len(near[0]) == 0
    assert len(near[1]) == ENOUGH_CELLS - 290
    groups = [np.flatnonzero(kind == k)[:299] for k in (0, 1)]
    near = neighbors_of(Placed(middle, batch), groups, np.concatenate(groups))
    assert not np.isin([1000, 1001], np.concatenate(near))[0]


EVEN, ODD = np.arange(0, 1000, 2), np.arange(1, 1000, 2)  # the cells of either kind


@pytest.mark.parametrize("is_final", [False, True])
@pytest.mark.parametrize(
    ("groups", "within_batches"),
    [
        ((EVEN[:40], np.arange(101, 901)), False),  # every second one is counted, all of them odd
        ((EVEN[:50], np.concatenate([EVEN[40:50], ODD[:350]])), False),  # 10 cells are in both
        ((EVEN[:50:2], np.arange(101, 901)), True),  # group 1 has one batch
    ],
)
def test_no_cell_of_a_group_counts_as_a_neighbor(groups, within_batches, is_final, monkeypatch):
    monkeypatch.setattr(group_counts, "how_far_apart", lambda distance: 1.0)
    monkeypatch.setattr(group_counts, "FEW", 400)
    monkeypatch.setattr(group_counts, "MANY", 400)
    places, _, batch = kinds()
    encodings = Placed(places, batch)
    counted, n_open = [], encodings.cells.n_open
    monkeypatch.setattr(
        encodings.cells, "n_open", lambda some: counted.extend(some) or n_open(some)
    )
    asked = {"within_batches": within_batches, "is_final": is_final}
    for _ in group_counts.counted_directions(encodings, groups, groups, **asked):
        pass
    even = np.intersect1d(counted, EVEN)
    assert len(np.setdiff1d(even, groups[0])) > 5
    assert not np.isin(even, groups[1]).any()


@pytest.mark.parametrize(("distance", "counts"), [(0.0, 0.0), (5.0, 0.0), (6.5, 0.5), (30.0, 1.0)])
def test_neighbors_count_where_groups_are_farther_apart_than_noise_moves_cells(distance, counts):
    assert how_far_apart(distance) == pytest.approx(counts)


def opened(n_cells, rate, seed):
    """Count the cells in which each region is open."""
    return np.random.default_rng(seed).binomial(n_cells, 1.0 - np.exp(-rate)).astype(float)


@pytest.mark.parametrize("depth", [1.0, 2.0])
def test_neighbors_of_the_same_kind_count_nearly_as_cells_of_the_group(depth):
    weight = likeness(opened(50, RATE, 1), 50, opened(250, RATE * depth, 2), 250)
    assert np.median(weight) > 0.55
    assert weight.max() <= 1.0


def test_neighbors_of_another_kind_count_for_little_or_nothing():
    for spread, most in ((0.3, 0.6), (1.2, 0.0)):
        other = RATE * np.exp(np.random.default_rng(3).normal(0.0, spread, N_REGIONS))
        weight = likeness(opened(50, RATE, 1), 50, opened(250, other, 2), 250)
        assert np.median(weight) <= most


def test_what_neighbors_say_is_no_surer_than_they_are_like_the_group():
    """With a variance v of the log ratio, never so many count that theirs is below v."""
    other = RATE * np.exp(np.random.default_rng(3).normal(0.0, 0.4, N_REGIONS))
    near = opened(20_000, other, 2)
    weight = likeness(opened(200, RATE, 1), 200, near, 20_000)
    assert (weight * near).max() < 1.0 / 0.4**2
    assert MOST_UNLIKE > 0.4**2


def test_groups_without_open_regions_have_no_neighbors_that_count():
    assert (likeness(np.zeros(5), 3, np.zeros(5), 7) == 0.0).all()
