"""What a step asks is looked up in the session as it is now."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.course import CONDITIONS
from peakvi_widgets.session.records import RegionWindow

COLUMNS = (SimpleNamespace(name="kind"), SimpleNamespace(name="clusters_peakvi"))


def like_a_session(**traits):
    """Everything is fulfilled, but for the traits that are given."""
    kinds = pd.DataFrame({"kind": ["B"] * 8 + ["T"] * 12})
    return SimpleNamespace(
        **{
            "n_cells": 20,
            "filter_settings": object(),
            "embedding": np.zeros((20, 2)),
            "training": "trained",
            "obs_columns": COLUMNS,
            "colors": SimpleNamespace(color_by="ms4a1"),
            "selection": np.arange(5),
            "idx1": np.arange(10),
            "idx2": np.arange(10, 20),
            "adata": SimpleNamespace(obs=kinds),
            "da_state": "final",
            "da_check": SimpleNamespace(verdict="noise", n_confirmed=3),
            "da_result": pd.DataFrame({"gene": [None, "MS4A1", *["X"] * 30, "LATE"]}),
            "region_window": RegionWindow("chr11", 100, 200),
            **traits,
        }
    )


FULFILLED = {
    **dict.fromkeys(("opened", "filtered", "map", "trained", "compared"), True),
    "column": "clusters_peakvi",
    "colored by": "MS4A1",
    "cells selected": 5,
    "cells in group 1": 10,
    "cells in group 2": 10,
    "cells in each group": 10,
    "group 1 is mostly": {"column": "kind", "is": "B"},
    "group 2 is mostly": {"column": "kind", "is": "T", "share": 1},
    "held-out fragments say": "noise",
    "confirmed regions": 3,
    "top gene": "ms4a1",
    "region shown": "chr11:199-300",
}
NO_GROUPS = {"idx1": np.arange(0), "idx2": np.arange(0)}
MISSING = [
    ("opened", True, {"n_cells": 0}, "No data are open."),
    ("filtered", True, {"filter_settings": None}, "not filtered"),
    ("map", True, {"embedding": np.zeros((0, 2))}, "no map yet"),
    ("trained", True, {"training": "running"}, "No model is trained"),
    ("column", "other", {}, "no column other"),
    ("colored by", "CD8A", {}, "colored by ms4a1, not by CD8A"),
    ("cells selected", 6, {}, "The selection has 5 cells; 6 are needed."),
    ("cells in group 1", 1, NO_GROUPS, "Group 1 is empty; 1 are needed."),
    ("cells in group 2", 11, {}, "Group 2 has 10 cells; 11 are needed."),
    ("cells in each group", 10, {"idx2": np.arange(9)}, "Group 2 has 9 cells"),
    ("group 1 is mostly", {"column": "kind", "is": "B", "share": 0.81}, {}, "80% of group 1 are B"),
    ("group 2 is mostly", {"column": "kind", "is": "B"}, NO_GROUPS, "Group 2 is empty."),
    ("group 2 is mostly", {"column": "none", "is": "B"}, {}, "no column none"),
    ("compared", True, {"da_state": "stale"}, "is not finished"),
    ("held-out fragments say", "supported", {}, "“noise”, not “supported”"),
    ("held-out fragments say", "noise", {"da_check": None}, "was not checked"),
    ("held-out fragments say", "noise", {"da_state": "estimate"}, "is not finished"),
    ("confirmed regions", 4, {}, "3 regions are confirmed; 4 are needed."),
    ("confirmed regions", 1, {"da_check": None}, "0 regions are confirmed"),
    ("top gene", "LATE", {}, "LATE is not among the genes of the first 20 rows."),
    (
        "top gene",
        "X",
        {"da_result": pd.DataFrame({"p": [1]})},
        "genes of the regions are not known",
    ),
    ("region shown", "chr11:200-300", {}, "does not show chr11:200-300"),
    ("region shown", "chr1:100-200", {}, "does not show"),
    ("region shown", "chr11:100-200", {"region_window": None}, "does not show"),
]


def missing(words, value, session):
    condition = CONDITIONS[words]
    return condition.missing(session, condition.checked(value))


@pytest.mark.parametrize("words", CONDITIONS)
def test_nothing_is_missing_where_it_is_fulfilled(words):
    assert missing(words, FULFILLED[words], like_a_session()) == ""


@pytest.mark.parametrize(("words", "value", "traits", "message"), MISSING)
def test_what_is_missing_is_said(words, value, traits, message):
    assert message in missing(words, value, like_a_session(**traits))


def test_every_condition_was_seen_to_miss_something():
    assert {words for words, *_ in MISSING} == set(CONDITIONS)
