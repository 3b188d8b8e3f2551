"""What a model was set up with: columns, categories, codes."""

import json

import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.engine.setup import Setup
from peakvi_widgets.errors import DataError

OBS = pd.DataFrame(
    {
        "batch": pd.Categorical(["late", "early", "late"], ["late", "early", "never"]),
        "lane": [10, 2, 2],
        "tss": [0.5, 1.0, 1.5],
        "gap": [1.0, np.nan, 2.0],
    },
    index=["a", "b", "c"],
)


def test_codes_follow_the_order_of_the_categories_and_skip_unused_ones():
    setup = Setup.of(OBS, batch_key="batch", categorical_covariate_keys=["lane"])
    assert setup.categories == (("late", "early"), ("2", "10"))
    assert setup.codes(OBS).tolist() == [[0, 1], [1, 0], [0, 0]]
    assert setup.n_categories == (2, 2)


def test_without_a_batch_all_cells_are_of_one():
    setup = Setup.of(OBS)
    assert (setup.n_categories, setup.codes(OBS).tolist()) == ((1,), [[0], [0], [0]])


def test_continuous_covariates_are_taken_as_they_are():
    setup = Setup.of(OBS, continuous_covariate_keys=["tss", "lane"])
    assert setup.continuous(OBS).tolist() == [[0.5, 10.0], [1.0, 2.0], [1.5, 2.0]]


def test_other_cells_get_the_codes_of_the_same_categories():
    setup = Setup.of(OBS, batch_key="batch")
    assert setup.codes(pd.DataFrame({"batch": ["early", "early"]})).tolist() == [[1], [1]]


def test_category_that_was_not_met_is_named():
    setup = Setup.of(OBS, batch_key="batch")
    with pytest.raises(DataError, match="'new', which the model has not met; it knows 'late'"):
        setup.codes(pd.DataFrame({"batch": ["early", "new"]}))


def test_batch_is_found_by_its_category():
    setup = Setup.of(OBS, batch_key="lane")
    assert (setup.batch_code(10), setup.batch_code("2")) == (1, 0)
    with pytest.raises(DataError, match="the batches are '2', '10'"):
        setup.batch_code("3")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"batch_key": "nobody"}, "no column 'nobody'; its columns are 'batch', 'lane'"),
        ({"labels_key": "nobody"}, "no column 'nobody'"),
        ({"batch_key": "gap"}, "missing values"),
        ({"continuous_covariate_keys": ["gap"]}, "missing values"),
        ({"continuous_covariate_keys": ["batch"]}, "does not hold numbers"),
        ({"continuous_covariate_keys": ["complex"]}, "does not hold numbers"),
        ({"continuous_covariate_keys": ["infinite"]}, "infinite or huge"),
        ({"continuous_covariate_keys": ["huge"]}, "infinite or huge"),
        ({"batch_key": "missing"}, "missing values in 1 of 3 cells"),
        ({"batch_key": "missing text"}, "missing values in 2 of 3 cells"),
        ({"batch_key": "lists"}, "cannot be categories"),
        ({"batch_key": "same"}, r"read the same, 1, '1'"),
        ({"batch_key": ["batch", "lane"]}, "several columns"),
        ({"batch_key": ["batch", "nobody"]}, "no column"),
        ({"batch_key": "twice"}, "several columns named 'twice'"),
    ],
)
def test_column_that_cannot_be_used_is_named(keys, said):
    obs = OBS.assign(
        complex=[1j, 2j, 3j],
        infinite=[1.0, np.inf, 2.0],
        huge=[1.0, 1e300, 2.0],
        missing=pd.array([1, None, 2], "Int64"),
        lists=[[1], [2], [3]],
        same=pd.Series([1, "1", 2], OBS.index, object),
        one=1,
        other=2,
        **{"missing text": pd.array(["a", None, None], "string")},
    ).rename(columns={"one": "twice", "other": "twice"})
    with pytest.raises(DataError, match=said) as refused:
        Setup.of(obs, **keys)
    assert len(str(refused.value)) < 300


NUMBERS = [1, 2, 1, 10]
FORMS = {
    "int": NUMBERS,
    "uint8": np.uint8(NUMBERS),
    "float": np.float64(NUMBERS),
    "Int64": pd.array(NUMBERS, "Int64"),
    "Float64": pd.array(NUMBERS, "Float64"),
    "category": pd.Categorical(NUMBERS),
    "category of Int64": pd.Series(NUMBERS, dtype="Int64").astype("category"),
    "text": pd.Series(list(map(str, NUMBERS))),
    "string": pd.array(list(map(str, NUMBERS)), "string"),
    "object": np.array(NUMBERS, object),
}


@pytest.mark.parametrize("met", FORMS)
@pytest.mark.parametrize("later", FORMS)
def test_whole_numbers_are_the_same_categories_in_every_type(met, later):
    setup = Setup.of(pd.DataFrame({"lane": FORMS[met]}), batch_key="lane")
    if later in ("text", "string") and met in ("float", "Float64"):
        return  # "1" and "1.0" are different texts
    codes = setup.codes(pd.DataFrame({"lane": FORMS[later]}))[:, 0]
    assert [float(setup.categories[0][code]) for code in codes] == NUMBERS
    assert setup.extended(pd.DataFrame({"lane": FORMS[later]})) == setup
    assert setup.batch_code(10) == codes[3]


@pytest.mark.parametrize(
    ("column", "categories"),
    [
        (pd.array([True, False, True], "boolean"), ("False", "True")),
        ([True, False, True], ("False", "True")),
        (["", "a", ""], ("", "a")),
        (pd.array(["b", "a", "b"], "string"), ("a", "b")),
        (pd.to_datetime(["2020-01-02", "2020-01-01", "2020-01-02"]), None),
        (pd.Categorical(["x", "y", "x"], ["y", "x", "z"]), ("y", "x")),
        ([1, "a", 1], ("1", "a")),
    ],
)
def test_columns_of_every_type_can_be_batches(column, categories):
    obs = pd.DataFrame({"batch": column})
    setup = Setup.of(obs, batch_key="batch")
    assert setup.n_categories == (2,)
    assert categories is None or setup.categories == (categories,)
    codes = setup.codes(obs)[:, 0]
    assert [setup.categories[0][code] for code in codes] == [str(value) for value in obs["batch"]]


def test_zeros_before_a_number_are_part_of_its_text():
    setup = Setup.of(pd.DataFrame({"lane": ["1", "2"]}), batch_key="lane")
    with pytest.raises(DataError, match="'01'"):
        setup.codes(pd.DataFrame({"lane": ["01", "2"]}))
    assert setup.batch_code(1) == 0
    with pytest.raises(DataError, match="no batch True"):
        setup.batch_code(True)


def test_labels_may_have_gaps():
    assert Setup.of(OBS, labels_key="gap").labels_key == "gap"


def test_round_trip_through_json():
    setup = Setup.of(
        OBS, batch_key="batch", categorical_covariate_keys=["lane"], layer="counts",
        continuous_covariate_keys=["tss"],
    )  # fmt: skip
    assert Setup.from_dict(json.loads(json.dumps(setup.as_dict()))) == setup
