"""A record is carried out again; one that strangers made can do nothing but what a session does."""

import json

import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session

LEFT = [[-9, -9], [0, -9], [0, 9], [-9, 9]]


def test_replayed_record_gives_the_same_session(counts, tmp_path):
    counts.write_h5ad(tmp_path / "cells.h5ad")
    session = Session(tmp_path / "cells.h5ad")
    session.filter(min_cells=20)
    session.setup(batch_key="batch")
    session.train("quick", max_epochs=2, batch_size=64, n_threads=1)
    session.wait()
    session.show_basis("X_umap", dimensions=(1, 0))
    session.lasso(LEFT)
    session.make_group(1)
    session.select(np.arange(20))
    session.make_group(2)
    session.compare(n_samples=100)
    session.save(tmp_path / "model")
    session.wait()
    record = json.loads(json.dumps(session.record))
    (tmp_path / "model" / "model.json").unlink()
    again = Session.replay(record)
    assert not (tmp_path / "model" / "model.json").exists()  # replaying writes no file
    np.testing.assert_array_equal(again.idx1, session.idx1)
    np.testing.assert_array_equal(again.idx2, session.idx2)
    assert again.shown_dimensions == (1, 0)
    pd.testing.assert_frame_equal(again.da_result, session.da_result)
    without_save = [line for line in session.code().splitlines() if "save" not in line]
    assert again.code().splitlines() == without_save


def test_record_of_a_variable_runs_on_given_data(session, counts):
    session.groups_by("cell_type", session.colors.categories[0])
    with pytest.raises(DataError, match="pass it as data"):
        Session.replay(session.record)
    again = Session.replay(session.record, data=counts)
    np.testing.assert_array_equal(again.idx1, session.idx1)
    assert again.code() == session.code()


def test_other_data_is_taken_with_a_warning(session, counts):
    session.select([1, 2, 3])
    session.make_group(1)
    other = counts[::-1].copy()
    with pytest.warns(UserWarning, match="does not hold the counts"):
        again = Session.replay(session.record, data=other)
    assert again.idx1.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"verb": "_restore", "arguments": {"state": {}}}, "not a verb of a session: '_restore'"),
        ({"verb": "figure", "arguments": {"kind": "volcano", "path": "x"}}, "not a verb"),
        ({"verb": "save_code", "arguments": {"path": "x.py"}}, "not a verb"),
        ({"verb": "__init__"}, "not a verb"),
        ({"verb": ["train"]}, "not a verb"),
        ("train", "not a verb"),
        ({"verb": "train", "arguments": ["quick"]}, "no arguments by name"),
        ({"verb": "lasso", "arguments": {"polygons": []}}, "no argument 'polygons'"),
        ({"verb": "lasso", "arguments": {"polygon": LEFT, "mode": "burn"}}, "expected mode to be"),
        ({"verb": "make_group", "arguments": {"number": "1"}}, "expected number to be"),
        ({"verb": "embed", "arguments": {"n_neighbors": 1.5}}, "expected n_neighbors to be"),
        ({"verb": "filter", "arguments": {"min_cells": {"code": "1"}}}, "neither a value nor"),
        ({"verb": "open", "arguments": {"source": 3}}, "neither a path nor a variable"),
        (
            {"verb": "open", "arguments": {"source": {"variable": "a; import os"}}},
            "not a name",
        ),
        ({"verb": "select", "arguments": {"cells": {"variable": "a"}}}, "only open takes"),
        ({"verb": "select", "arguments": {"cells": [float("nan")]}}, "not a plain value"),
        ({"verb": "select", "arguments": {"cells": [[[[[1]]]]]}}, "not a plain value"),
        ({"verb": "select", "arguments": {"cells": "a", "x); import os; (": 1}}, "no argument"),
        ({"verb": "add_layer", "arguments": {"kind": "cells", "a=1, b": 1}}, "is invalid"),
        ({"verb": "add_layer", "arguments": {"kind": "cells", "opacity": "1"}}, "is invalid"),
        ({"verb": "set_layer", "arguments": {"layer": "cells", "a=1, b": 1}}, "is invalid"),
        ({"verb": "compare", "arguments": {"delta": float("inf")}}, "not a plain value"),
        ({"verb": "train", "arguments": {"lr": "fast"}}, "is invalid"),
        ({"verb": "train", "arguments": {"wheels": 4}}, "is invalid"),
    ],
)
def test_what_is_no_record_is_refused_before_anything_runs(counts, monkeypatch, entry, message):
    monkeypatch.setattr(Session, "open", lambda *_, **__: pytest.fail("it ran"))
    good = {"verb": "open", "arguments": {"source": "pbmc10k"}}
    with pytest.raises(DataError, match=message):
        Session.replay([good, entry])


@pytest.mark.parametrize("record", ["train", {"verb": "train"}, None, 3])
def test_what_is_no_list_is_refused(record):
    with pytest.raises(DataError, match="list of verbs"):
        Session.replay(record)
