"""Which cells a person means."""

import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.engine.selection import positions
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
        ("kind ==", "not a query of obs"),
        ("colour == 'red'", "not a query of obs"),
        ("n + 1", "does not calculate"),
    ],
)
def test_what_means_no_cell_is_told(which, said):
    with pytest.raises(DataError, match=said):
        positions(which, OBS, "idx1")


def test_query_survives_names_that_repeat():
    twice = OBS.set_index(pd.Index(["a", "a", "b", "b", "c"]))
    assert positions("n == 2", twice, "idx1").tolist() == [1]
