"""Counting pairs of draws: worked numbers, and the compiled loop against the plain one."""

import numpy as np
import pytest
from scipy.stats import norm

from peakvi_widgets.engine.pairs import compare_draws, compare_means, count_pairs, count_pairs_plain


@pytest.mark.parametrize("n", [1, 7, 64])
def test_compiled_loop_counts_what_the_plain_one_counts(n):
    random = np.random.default_rng(n)
    v1, v2 = random.uniform(size=(2, 5, n)).astype(np.float32)
    shifts = np.unique(np.arange(4) * n // 4)
    for counts in zip(
        count_pairs(v1, v2, np.float32(1.5), np.float32(0.1), shifts),
        count_pairs_plain(v1, v2, np.float32(1.5), np.float32(0.1), shifts),
        strict=True,
    ):
        assert np.array_equal(*counts)


def test_all_shifts_make_all_pairs():
    v1, v2 = np.float32([[0.1, 0.5, 0.9]]), np.float32([[0.2, 0.4, 0.6]])
    up, down = count_pairs(v1, v2, np.float32(1.0), np.float32(0.25), np.arange(3))
    change = v1[0][:, None] - v2[0]
    assert (up[0], down[0]) == ((change >= 0.25).sum(), (change <= -0.25).sum())


def test_shares_of_constant_draws():
    p1 = np.full((3, 10), 0.5, np.float32)
    p2 = np.float32([[0.25], [0.5], [0.75]]).repeat(10, axis=1)
    shares = compare_draws(p1, p2, 0.25, 4)
    assert shares.up.tolist() == [1.0, 0.0, 0.0]  # a change of exactly delta counts
    assert shares.down.tolist() == [0.0, 0.0, 1.0]
    assert shares.mean2.tolist() == [0.25, 0.5, 0.75]


def test_ratio_of_two_is_a_change_of_one_in_log2():
    p1, p2 = (np.full((1, 4), p, np.float32) for p in (0.5, 0.25))
    assert compare_draws(p1, p2, 0.99, 2, offset=0.0).up.tolist() == [1.0]
    assert compare_draws(p1, p2, 1.01, 2, offset=0.0).up.tolist() == [0.0]
    assert compare_draws(p1, p2, 0.5, 2, offset=0.5).up.tolist() == [0.0]  # log2(1 / 0.75) < 0.5
    assert compare_draws(p2, p1, 0.4, 2, offset=0.5).down.tolist() == [1.0]  # and > 0.4


def test_ratios_are_counted_as_their_logarithms_are():
    random = np.random.default_rng(4)
    p1, p2 = random.uniform(size=(2, 20, 64)).astype(np.float32)
    shares, offset = compare_draws(p1, p2, 0.3, 1, offset=0.01), np.float32(0.01)
    change = np.log2(p1 + offset) - np.log2(p2 + offset)
    np.testing.assert_allclose(shares.up, (change >= 0.3).mean(axis=1))
    np.testing.assert_allclose(shares.down, (change <= -0.3).mean(axis=1))


def test_more_pairings_have_the_same_mean_and_less_noise():
    random = np.random.default_rng(0)
    p1, p2 = random.uniform(size=(2, 2000, 50)).astype(np.float32)
    one, many = (compare_draws(p1, p2, 0.0, n).up for n in (1, 8))
    assert one.mean() == pytest.approx(0.5, abs=0.01)
    assert many.mean() == pytest.approx(0.5, abs=0.01)
    assert many.std() < 0.87 * one.std()  # all pairs: sqrt(2 / 3)


def test_means_are_compared_by_their_standard_errors():
    random = np.random.default_rng(0)
    p1 = random.uniform(0.3, 0.5, (2, 4000)).astype(np.float32)
    p2 = random.uniform(0.1, 0.5, (2, 4000)).astype(np.float32)
    means, spreads = [p.mean(axis=1) for p in (p1, p2)], [p.std(axis=1) for p in (p1, p2)]
    shares, spread = compare_means(p1, p2, (25, 100), delta=0.08)
    np.testing.assert_allclose(spread, np.hypot(spreads[0] / 5, spreads[1] / 10), rtol=1e-3)
    np.testing.assert_allclose((shares.mean1, shares.mean2), means, rtol=1e-6)
    np.testing.assert_allclose(
        shares.up, norm.cdf((means[0] - means[1] - 0.08) / spread), rtol=1e-3
    )
    assert (shares.down < 1e-12).all()


def test_log2_of_means_is_their_ratio():
    p1, p2 = np.full((1, 10), 0.4, np.float32), np.full((1, 10), 0.2, np.float32)
    for delta, up in ((0.99, 1.0), (1.01, 0.0)):
        shares, _ = compare_means(p1.copy(), p2.copy(), (5, 5), delta, offset=0.0)
        assert shares.up == pytest.approx(up)
