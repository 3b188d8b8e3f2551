"""Observed differences without a model: planted regions come first, and chance is chance."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.stats import kstest

from peakvi_widgets.engine.observed import observed_table
from peakvi_widgets.errors import DataError

NAMES = pd.Index([f"region {i}" for i in range(400)])


def groups(seed=0, change=1.0):
    """Return counts of two groups of 150 cells, the second deeper; 20 regions change."""
    random = np.random.default_rng(seed)
    rate = np.tile(random.uniform(0.05, 0.6, 400), (300, 1))
    rate[:150, :20] *= change
    rate[150:] *= 1.6
    return random.poisson(rate), np.arange(150), np.arange(150, 300)


def test_planted_regions_come_first_whatever_the_depth():
    counts, one, other = groups(change=3.0)
    held_out = np.random.default_rng(1).binomial(counts, 0.3)
    table = observed_table(
        sparse.csr_matrix(counts),
        one,
        other,
        NAMES,
        lambda _, cells: sparse.csr_matrix(held_out[cells]),
    )
    assert set(table.index[:15]) <= set(NAMES[:20])
    assert (table["held_out_effect"].iloc[:15] > 0).all()
    assert table["held_out_p"].is_monotonic_increasing
    seen = counts[:150] > 0
    np.testing.assert_allclose(table.loc[NAMES, "emp_prob1"], seen.mean(axis=0))
    np.testing.assert_allclose(
        table["emp_effect"], table["emp_prob1"] - table["emp_prob2"], atol=1e-12
    )


def test_p_values_of_unchanged_regions_are_uniform():
    found = [observed_table(*groups(seed), NAMES)["observed_p"] for seed in range(4)]
    p_values = np.concatenate(found)
    assert (p_values < 0.05).mean() < 0.06  # whole numbers make them a little larger
    assert kstest(p_values, "uniform").statistic < 0.1
    assert "held_out_p" not in observed_table(*groups(), NAMES)


def test_cells_of_both_groups_count_for_neither():
    counts, one, other = groups()
    both = observed_table(counts, np.arange(200), other, NAMES)
    pd.testing.assert_frame_equal(both, observed_table(counts, one, np.arange(200, 300), NAMES))
    with pytest.raises(DataError, match="Each group needs a cell"):
        observed_table(counts, one, one, NAMES)
