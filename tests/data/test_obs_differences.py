"""What else differs between groups, against planted differences."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from peakvi_widgets.data.obs_differences import matched, obs_differences
from peakvi_widgets.errors import DataError

N = 400
FIRST, SECOND = np.arange(N), np.arange(N, 2 * N)


@pytest.fixture
def obs():
    random = np.random.default_rng(0)
    group = np.repeat([0, 1], N)
    return pd.DataFrame(
        {
            "alike": random.normal(size=2 * N),
            "depth": random.lognormal(8 + 0.6 * group, 0.4),
            "batch": pd.Categorical(np.where(random.random(2 * N) < 0.9, group, 1 - group)),
            "donor": np.where(group == 0, "anna", "ben"),
            "lane": pd.array(random.integers(0, 4, 2 * N), "Int64"),
            "is_doublet": random.random(2 * N) < 0.1,
            "barcode": [f"c{i}" for i in range(2 * N)],
            "empty": np.nan,
            "constant": 1.0,
        }
    )


def test_the_most_different_columns_come_first(obs):
    found = obs_differences(obs, FIRST, SECOND)
    assert [one.column for one in found[:3]] == ["donor", "batch", "depth"]
    assert [one.column for one in found if one.is_warning] == ["donor", "batch", "depth"]
    known = {one.column: one for one in found}
    assert known["donor"].separation == 1
    assert known["batch"].separation == pytest.approx(0.8, abs=0.05)
    assert known["alike"].separation < 0.1
    assert known["constant"].separation == 0
    assert "barcode" not in known
    assert "empty" not in known
    assert known["donor"].summary == "anna: 100% against 0%"
    assert "against" in known["depth"].summary


def test_separation_of_numbers_is_that_of_all_pairs(obs):
    few = np.arange(30), np.arange(N, N + 20)
    depth = obs["depth"].to_numpy()
    larger = (depth[few[0]][:, None] > depth[few[1]]).mean()
    smaller = (depth[few[0]][:, None] < depth[few[1]]).mean()
    found = {one.column: one for one in obs_differences(obs, *few)}
    assert found["depth"].separation == pytest.approx(abs(larger - smaller))


def test_missing_values_are_left_out():
    obs = pd.DataFrame(
        {"score": pd.array([1, 2, None, 5, None, 6], "Int64"), "kind": list("aabbbb")}
    )
    obs.loc[0, "kind"] = None
    found = {one.column: one for one in obs_differences(obs, np.arange(3), np.arange(3, 6))}
    assert found["score"].separation == 1
    assert found["kind"].separation == pytest.approx(0.5)


def test_columns_of_any_kind_are_compared():
    obs = pd.DataFrame(
        {
            "mixed": ["a", 1, None, 2.5, "b", (1, 2)],
            "dates": pd.date_range("2026-01-01", periods=6),
            "lists": [[1], [2], [3], [1], [2], [3]],
            "ranges": pd.interval_range(0, 6),
        }
    )
    obs.insert(4, "mixed", range(6), allow_duplicates=True)
    found = obs_differences(obs, np.arange(3), np.arange(3, 6))
    apart = [(one.column, one.kind) for one in found if one.separation == pytest.approx(1)]
    assert sorted(apart) == [
        *(("dates", "category"), ("mixed", "category"), ("mixed", "number")),
        ("ranges", "category"),
    ]
    assert [one.column for one in found if one.separation == pytest.approx(0)] == ["lists"]


def test_an_empty_group_is_refused(obs):
    with pytest.raises(DataError, match="empty"):
        obs_differences(obs, FIRST, np.array([], int))


def test_matching_makes_depth_alike_and_keeps_what_it_can(obs):
    depth = obs["depth"].to_numpy()
    assert ks_2samp(depth[FIRST], depth[SECOND]).statistic > 0.4
    one, two = matched(depth, FIRST, SECOND)
    assert ks_2samp(depth[one], depth[two]).statistic < 0.08
    assert len(one) > 0.35 * N
    assert len(one) == pytest.approx(len(two), rel=0.1)
    again = matched(depth, FIRST, SECOND)
    assert np.array_equal(one, again[0])


def test_matching_what_never_meets_is_refused():
    values = np.concatenate([np.zeros(50), np.ones(50)])
    with pytest.raises(DataError, match="none can be matched"):
        matched(values, np.arange(50), np.arange(50, 100))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 60), st.integers(2, 60))
def test_matched_cells_are_cells_of_the_groups(seed, n1, n2):
    random = np.random.default_rng(seed)
    values = random.choice([0.0, 1.0, 2.5, np.nan, np.inf], n1 + n2)
    first, second = np.arange(n1), np.arange(n1, n1 + n2)
    try:
        one, two = matched(values, first, second, seed=seed)
    except DataError:
        return
    assert np.isin(one, first).all()
    assert np.isin(two, second).all()
    assert len(np.unique(one)) == len(one)
    assert np.isfinite(values[one]).all()


def test_values_that_raise_when_they_are_written_leave_their_column_out():
    class Broken:
        def __str__(self):
            raise RuntimeError("no text")

        __repr__ = __str__

    obs = pd.DataFrame({"broken": [Broken() for _ in range(20)], "kind": ["a", "b"] * 10})
    found = obs_differences(obs, np.arange(0, 20, 2), np.arange(1, 20, 2))
    assert [one.column for one in found] == ["kind"]
