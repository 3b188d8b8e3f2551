"""Open regions inside a line: sums are right whatever was asked before; sure ones come first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import binom

from peakvi_widgets.engine import inside
from peakvi_widgets.engine.inside import OpenInside, surest

COUNTS = sparse.csr_matrix(np.random.default_rng(0).poisson(0.3, (40, 60)))


@given(st.lists(st.sets(st.integers(0, 39)), min_size=1, max_size=6), st.sampled_from([1, 7, 1000]))
def test_sums_do_not_depend_on_earlier_questions(questions, at_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inside, "AT_ONCE", at_once)
        counted = OpenInside(COUNTS)
        for cells in questions:
            found = counted.count(np.array(sorted(cells), int))
            expected = (COUNTS.toarray()[sorted(cells)] > 0).sum(axis=0)
            np.testing.assert_array_equal(found, expected)


def test_stored_zeros_are_not_open():
    counts = sparse.csr_matrix(([0.0, 2.0], [0, 1], [0, 2]), shape=(1, 3))
    assert OpenInside(counts).totals.tolist() == [0, 1, 0]


def test_surest_regions_are_those_of_the_smallest_p_value():
    random = np.random.default_rng(1)
    totals = random.integers(0, 500, 300)
    opened = random.binomial(totals, np.where(np.arange(300) < 4, 0.7, 0.2))
    share = opened.sum() / totals.sum()
    tail = np.minimum(
        binom.cdf(opened, totals, share), binom.sf(opened - 1, totals, share)
    )  # of each region
    found = surest(opened, totals, 4)
    assert set(found) == set(np.argsort(tail)[:4]) == set(range(4))


def test_depth_alone_is_no_difference_and_one_cell_beats_no_share_of_many():
    assert len(surest(np.array([10, 20, 30]), np.array([20, 40, 60]), 5)) == 0
    assert len(surest(np.array([0, 0]), np.array([5, 5]), 5)) == 0
    assert surest(np.array([1, 30, 10]), np.array([1, 100, 1000]), 1).tolist() == [1]
