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
        ({"batch_key": "nobody"}, "no column 'nobody'; its columns are batch, lane"),
        ({"labels_key": "nobody"}, "no column 'nobody'"),
        ({"batch_key": "gap"}, "missing values"),
        ({"continuous_covariate_keys": ["gap"]}, "missing values"),
        ({"continuous_covariate_keys": ["batch"]}, "does not hold numbers"),
    ],
)
def test_column_that_cannot_be_used_is_named(keys, said):
    with pytest.raises(DataError, match=said):
        Setup.of(OBS, **keys)


def test_round_trip_through_json():
    setup = Setup.of(
        OBS, batch_key="batch", categorical_covariate_keys=["lane"], layer="counts",
        continuous_covariate_keys=["tss"],
    )  # fmt: skip
    assert Setup.from_dict(json.loads(json.dumps(setup.as_dict()))) == setup
