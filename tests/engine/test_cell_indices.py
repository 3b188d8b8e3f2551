"""Which cells a person means."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from peakvi_widgets.engine.cell_indices import ordered_positions, positions
from peakvi_widgets.errors import DataError

OBS = pd.DataFrame({"kind": list("TBBTT"), "n": [1, 2, 3, 4, 5]}, index=list("abcde"))
OBS["seen"] = pd.array([None, True, True, None, False])
IS_B = OBS["kind"] == "B"


@pytest.mark.parametrize(
    "which",
    [
        pytest.param(IS_B.to_numpy(), id="mask"),
        pytest.param(IS_B.tolist(), id="list of bool"),
        pytest.param(IS_B, id="Series"),
        pytest.param(IS_B.iloc[::-1], id="Series in another order"),
        pytest.param(IS_B.reset_index(drop=True), id="Series without names"),
        pytest.param(IS_B.astype("boolean"), id="Series that can miss values"),
        pytest.param(IS_B.astype("boolean").iloc[::-1], id="such a Series in another order"),
        pytest.param(pd.array([None, True, True, None, False]), id="array with missing values"),
        pytest.param(IS_B.astype("category"), id="categories True and False"),
        pytest.param(pd.Categorical(IS_B), id="Categorical"),
        pytest.param(IS_B.astype(object), id="Series of objects"),
        pytest.param(IS_B.astype(object).iloc[::-1], id="such a Series in another order"),
        pytest.param(np.array([None, True, True, np.nan, False], object), id="objects, missing"),
        pytest.param(np.array(IS_B, object), id="array of objects"),
        pytest.param([np.bool_(value) for value in IS_B], id="list of np.bool_"),
        pytest.param(IS_B.to_numpy()[:, None], id="mask of one column"),
        pytest.param(sparse.csr_matrix(IS_B.to_numpy()[:, None]), id="sparse column"),
        pytest.param(sparse.csr_matrix(IS_B.to_numpy()[:, None]).todense(), id="np.matrix"),
        pytest.param(IS_B.to_frame(), id="table of one column"),
        pytest.param(pd.Index(IS_B), id="Index of bool"),
        pytest.param(
            np.ma.array(IS_B.to_numpy() | [True, *[False] * 4], mask=[True, *[False] * 4]),
            id="masked array",
        ),
        pytest.param(
            pd.concat([pd.Series([True, True], ["x", "y"]), IS_B.iloc[::-1]]),
            id="Series with more cells than there are",
        ),
        pytest.param(pd.Index([1, 2]), id="Index of positions"),
        pytest.param(pd.Series([2, 1]), id="Series of positions"),
        pytest.param(pd.array([2, 1], "Int64"), id="array of Int64"),
        pytest.param(np.array([2, 1], object), id="positions as objects"),
        pytest.param(np.uint8([1, 2]), id="positions of uint8"),
        pytest.param(range(1, 3), id="range"),
        pytest.param(slice(1, 3), id="slice"),
        pytest.param({1, 2}, id="set"),
        pytest.param(np.argwhere(IS_B.to_numpy()), id="np.argwhere"),
        pytest.param(pd.Series(["c", "b"], index=[7, 7]), id="Series of names"),
        pytest.param(pd.Categorical(["c", "b"]), id="Categorical of names"),
        pytest.param(np.array([b"b", b"c"]), id="bytes"),
        pytest.param(pd.array(["b", "c"], "string"), id="names of the string type"),
        pytest.param(np.where(IS_B), id="np.where"),
        pytest.param(np.array([2, 1, 2]), id="positions"),
        pytest.param([1, 2], id="list of positions"),
        pytest.param(["c", "b"], id="names"),
        pytest.param(OBS.index[1:3], id="Index of names"),
        pytest.param("kind == 'B'", id="query"),
        pytest.param("n > 1 and n < 4", id="query of numbers"),
        pytest.param("seen", id="query of a column that can miss values"),
    ],
)
def test_every_form_means_the_same_cells(which):
    assert positions(which, OBS, "idx1").tolist() == [1, 2]


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ([], "idx1 selects no cell"),
        ([False] * 5, "idx1 selects no cell"),
        ("kind == 'NK'", "idx1 selects no cell"),
        ([True], "mask of 1 cells; there are 5 cells"),
        ([5], "does not exist"),
        ([-1], "does not exist"),
        (["z"], "names 'z'"),
        ([0.5], "of type float64"),
        ([1.0, 2.0], r"of type float64; .*astype\(int\)"),
        (OBS["kind"].map({"B": 1.0, "T": 0.0}), r"a column is a mask once it is compared"),
        ([1, None, 2], "has missing values"),
        (pd.array([1, None, 2], "Int64"), "has missing values"),
        (["a", None], "has missing values"),
        (np.ma.array([1, 2], mask=[True, False]), "has missing values"),
        (OBS[["n", "seen"]], "table of 2 columns"),
        (np.ones((5, 2), bool), "2 dimensions"),
        (np.where(np.ones((5, 2))), "2 dimensions"),
        ([[1, 2], [3]], "mixed things"),
        (None, "give a mask"),
        ({"a": 1}, "give a mask"),
        (iter([1, 2]), "give a mask"),
        (np.array(["2020-01-01"], "M8[D]"), "give a mask"),
        (1j, "give a mask"),
        (True, "mask of 1 cells"),
        (IS_B.iloc[:3], r"a value for 3 of the 5 cells; .*reindex"),
        (IS_B.set_axis(list("edcxy")), r"a value for 3 of the 5 cells"),
        (IS_B.set_axis(list("aabcd")), r"a cell name repeats.*to_numpy"),
        (pd.concat([IS_B, IS_B]), r"a cell name repeats.*to_numpy"),
        (IS_B.set_axis([5, 4, 3, 2, 1]), "a value for 0 of the 5 cells"),
        (OBS["n"] - 1, r"could be labels or positions; .*== 1"),
        ((OBS["n"] - 1).iloc[:2], "could be labels or positions"),
        (IS_B.astype(int), "only 0 and 1"),
        (IS_B.astype("Int64"), "only 0 and 1"),
        (IS_B.astype(int).astype("category"), "only 0 and 1"),
        (IS_B.astype(int).to_numpy(), "only 0 and 1"),
        (IS_B.astype(int).tolist(), "only 0 and 1"),
        (np.zeros(5, int), "only 0 and 1"),
        ([0, 1, 1], "only 0 and 1"),
        ([2, 3, 3, 2, 3], "could be labels or positions"),
        ("kind ==", "not a query of obs"),
        ("colour == 'red'", "not a query of obs"),
        ("n + 1", "does not calculate"),
    ],
)
def test_what_means_no_cell_is_told(which, said):
    with pytest.raises(DataError, match=said):
        positions(which, OBS, "idx1")


def test_all_cells_and_few_cells_are_positions():
    assert positions([0, 1, 2, 3, 4], OBS, "idx1").tolist() == [0, 1, 2, 3, 4]
    assert positions([0, 1], OBS.iloc[:2], "idx1").tolist() == [0, 1]
    assert positions([0], OBS, "idx1").tolist() == [0]


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ([2, 1, 2], [2, 1, 2]),
        (["c", "b", "c"], [2, 1, 2]),
        (pd.Series(["c", "b"]), [2, 1]),
        (IS_B.iloc[::-1], [1, 2]),
        ([0, 1, 1], [0, 1, 1]),
        ([4, 0, 0, 4, 0], [4, 0, 0, 4, 0]),
        ("kind == 'B'", [1, 2]),
    ],
)
def test_order_and_repeats_are_kept_where_that_is_wished(which, expected):
    assert ordered_positions(which, OBS, "indices").tolist() == expected


def test_column_of_0_and_1_is_refused_in_an_order_too():
    with pytest.raises(DataError, match="only 0 and 1"):
        ordered_positions(IS_B.astype(int).to_numpy(), OBS, "indices")


TWICE = OBS.set_index(pd.Index(["a", "a", "b", "b", "c"]))


def test_names_that_repeat_are_refused_only_where_they_are_needed():
    assert positions("n == 2", TWICE, "idx1").tolist() == [1]
    assert positions(TWICE["n"] == 2, TWICE, "idx1").tolist() == [1]
    assert positions(["c"], TWICE, "idx1").tolist() == [4]
    with pytest.raises(DataError, match="names 'b', which several cells are called"):
        positions(["c", "b"], TWICE, "idx1")
    with pytest.raises(DataError, match="a cell name repeats"):
        positions((TWICE["n"] == 2).iloc[::-1], TWICE, "idx1")


@given(mask=st.lists(st.booleans(), min_size=5, max_size=5), order=st.permutations(range(5)))
def test_mask_in_any_form_and_order_means_the_same_cells_or_is_refused(mask, order):
    series = pd.Series(mask, OBS.index)
    forms = [
        series.iloc[order], series.iloc[order].astype("boolean"), series.iloc[order].astype(object),
        series.iloc[order].astype("category"), mask, np.array(mask), np.flatnonzero(mask),
        OBS.index[mask], series.astype(int), series.astype(float), series.map({True: 1, False: 2}),
    ]  # fmt: skip
    for form in forms:
        try:
            found = positions(form, OBS, "idx1").tolist()
        except DataError as error:
            is_column = isinstance(form, pd.Series) and form.dtype in (np.int64, np.float64)
            if not (is_column or not any(mask)) or len(str(error)) > 300:
                raise
        else:
            assert found == np.flatnonzero(mask).tolist()
