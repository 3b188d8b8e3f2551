"""Directions of differences by the counts of two groups: planted truth and what must not matter."""

import numpy as np
import pytest

from peakvi_widgets.engine.directions import OpenCells, _balanced, _commonest, directions

N_REGIONS = 1000
CHANGED = np.arange(N_REGIONS) < 150


def counted(seed, *, fold=4.0, n=(200, 300), depth=(1.0, 1.0), batch=1.0):
    """Count open cells of two groups; group 1 is ``fold`` times as open in changed regions."""
    random = np.random.default_rng(seed)
    rate = np.random.default_rng(0).beta(1.2, 15.0, N_REGIONS) * batch
    rates = np.where(CHANGED, np.minimum(rate * fold, 0.9), rate), rate
    k1, k2 = (
        random.binomial(cells, 1.0 - np.exp(-r * d)).astype(float)
        for cells, r, d in zip(n, rates, depth, strict=True)
    )
    return OpenCells(*n, k1, k2)


@pytest.mark.parametrize(("fold", "power"), [(4.0, 0.7), (0.25, 0.2)])
@pytest.mark.parametrize("depth", [(1.0, 1.0), (2.0, 0.7)])
def test_changed_regions_are_sure_of_their_direction_and_others_are_not(fold, power, depth):
    right, wrong = [], []
    for seed in range(3):
        found = directions([counted(seed, fold=fold, depth=depth)])
        right.append((found.up if fold > 1.0 else found.down)[CHANGED] > 0.95)
        wrong.append(np.maximum(found.up, found.down)[~CHANGED] > 0.95)
    assert np.mean(right) > power
    assert np.mean(wrong) < 0.01


def test_where_nothing_differs_nothing_is_sure():
    found = directions([counted(1, fold=1.0, depth=(2.0, 0.5))])
    assert np.maximum(found.up, found.down).max() < 0.9
    assert np.median(found.up + found.down) < 0.4


def test_groups_swapped_turn_the_direction():
    counts = counted(2)
    one = directions([counts])
    other = directions([OpenCells(counts.n2, counts.n1, counts.open2, counts.open1)])
    np.testing.assert_allclose(one.up, other.down, atol=0.02)
    np.testing.assert_allclose(one.spread, other.spread, atol=0.02)


def test_log_ratio_that_is_expected_is_no_difference():
    counts = counted(3, fold=2.0)
    assert (directions([counts]).up[CHANGED] > 0.95).mean() > 0.1
    found = directions([counts], np.where(CHANGED, np.log(2.0), 0.0))
    assert (found.up[CHANGED] > 0.95).mean() < 0.01


def test_batches_are_compared_within():
    """Group 1 is mostly of the batch in which some regions are more open, group 2 of the other."""
    random = np.random.default_rng(0)
    batch = np.where(random.random(N_REGIONS) < 0.1, 5.0, 1.0)
    parts = [counted(4, fold=1.0, n=(300, 40), batch=batch), counted(5, fold=1.0, n=(40, 300))]
    pooled = OpenCells(340, 340, *(sum(part[i] for part in parts) for i in (2, 3)))
    assert ((directions([pooled]).up > 0.95) & (batch > 1.0)).sum() > 20
    assert (np.max(directions(parts)[:2], axis=0) > 0.95).sum() <= 2


@pytest.mark.parametrize("open1", [np.zeros(5), np.array([0.0, 1.0, 3.0, 3.0, 0.0])])
def test_few_counts_are_never_sure(open1):
    found = directions([OpenCells(3, 4, open1, np.zeros(5))])
    assert np.isfinite(found).all()
    assert (np.maximum(found.up, found.down) < 0.95).all()


def test_many_regions_that_are_more_open_in_a_small_group_are_not_taken_for_its_depth():
    is_changed, off = np.arange(4000) < 1200, []
    for seed in range(3):
        random = np.random.default_rng(seed)
        rate = random.beta(1.2, 15.0, len(is_changed))
        rates = np.where(is_changed, 3.0 * rate, rate), rate
        k1, k2 = (random.binomial(100, 1.0 - np.exp(-each)).astype(float) for each in rates)
        found = _commonest([OpenCells(100, 100, k1, k2)]) + np.log(k1.sum() / k2.sum())
        off.append(found - np.log(k1[~is_changed].sum() / k2[~is_changed].sum()))
    assert np.mean(off) == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize("seed", range(3))
def test_of_few_cells_regions_that_differ_are_not_taken_for_their_depth(seed):
    """Of thirty cells, most regions with enough counts are those that differ."""
    is_changed, random = np.arange(2000) < 300, np.random.default_rng(seed)
    rate = random.beta(1.2, 15.0, len(is_changed))
    rates = np.where(is_changed, np.minimum(6.0 * rate, 3.0), rate), rate
    k1, k2 = (random.binomial(30, 1.0 - np.exp(-each)).astype(float) for each in rates)
    found = directions([OpenCells(30, 30, k1, k2)])
    assert (np.maximum(found.up, found.down)[~is_changed] > 0.95).sum() <= 5


@pytest.mark.parametrize("depth", [0.5, 1.0])
def test_depth_that_balances_regions_is_that_of_groups_without_differences(depth):
    counts = counted(6, fold=1.0, n=(40, 40), depth=(depth, 1.0))
    assert _balanced([counts]) == pytest.approx(0.0, abs=0.05)
    turned = OpenCells(counts.n2, counts.n1, counts.open2, counts.open1)
    assert _balanced([turned]) == pytest.approx(-_balanced([counts]), abs=0.001)
    weighted = OpenCells(40, 20, counts.open1, counts.open2 / 2.0)
    assert _balanced([weighted]) == pytest.approx(_balanced([counts]), abs=0.1)
    assert _balanced([OpenCells(3, 4, np.zeros(5), np.zeros(5))]) == 0.0
