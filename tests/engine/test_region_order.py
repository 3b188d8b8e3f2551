"""Orders of a table: what is confirmed first, and ties of the probability by size of effect."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from peakvi_widgets.engine.differential import called
from peakvi_widgets.engine.region_order import by_evidence, by_probability


def table(**columns):
    return pd.DataFrame(
        {
            "prob_da": [1.0, 1.0, 0.99, 0.2, 1.0],
            "is_da_fdr": [True, True, True, False, True],
            "effect_size": [0.1, -0.4, 0.9, -0.95, 0.1],
            **columns,
        },
        index=list("abcde"),
    )


def test_equally_probable_regions_come_by_size_of_effect_then_as_they_were():
    assert "".join(by_probability(table()).index) == "baecd"


def test_confirmed_then_called_then_others_each_by_size_of_effect():
    checked = table(is_confirmed=[False, True, False, False, True])
    assert "".join(by_evidence(checked).index) == "becad"


def test_without_a_check_called_regions_come_first():
    assert "".join(by_evidence(table()).index) == "cbaed"


def test_equal_effects_come_by_probability():
    same = table(effect_size=[0.5] * 5, is_da_fdr=[True] * 5)
    assert "".join(by_evidence(same).index) == "abecd"


def test_what_single_precision_cannot_tell_apart_stays_in_order():
    close = table(effect_size=[0.5, 0.5 + 1e-9, 0.5, 0.5, 0.5], prob_da=[1.0] * 5)
    assert "".join(by_evidence(close).index) == "abced"


def test_an_effect_that_is_not_a_number_comes_last():
    assert "".join(by_evidence(table(effect_size=[0.1, np.nan, 0.3, 1, 0.2])).index) == "ceabd"


FEW = st.sampled_from([0.0, 0.5, 0.9, 0.99, 1.0])


@given(st.lists(st.tuples(FEW, st.sampled_from([-0.9, -0.2, 0.0, 0.2, 0.5])), min_size=1))
def test_of_equally_probable_regions_the_larger_effects_are_first_and_called_first(rows):
    prob, effect = (np.array(column) for column in zip(*rows, strict=True))
    is_called = called(prob, 0.05, 0.0, effect)
    frame = pd.DataFrame({"prob_da": prob, "is_da_fdr": is_called, "effect_size": effect})
    for order in (by_probability(frame), by_evidence(frame)):
        for _, same in order.groupby(["prob_da", "is_da_fdr"], sort=False):
            assert same["effect_size"].abs().is_monotonic_decreasing
    for _, same in frame.groupby("prob_da"):
        left, taken = (same[same["is_da_fdr"] == kind]["effect_size"].abs() for kind in (0, 1))
        assert not len(left) or not len(taken) or taken.min() >= left.max()
    assert is_called.sum() == called(prob, 0.05).sum()
