"""Marker regions: rows of single comparisons, found in the background, stale with another model."""

import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session

pytestmark = pytest.mark.slow

QUICK = {"n_samples": 60, "seed": 3}


def test_rows_are_those_of_single_comparisons(trained):
    trained.two_sided = False
    trained.find_markers("cell_type", n_top=None, delta=0.1, **QUICK)
    trained.wait()
    names = trained.colors.categories
    assert list(dict.fromkeys(trained.markers["group1"])) == list(names)
    for group in trained.marker_groups:
        rows = trained.markers[trained.markers["group1"] == group.name]
        trained.groups_by("cell_type", group.name)
        trained.compare(delta=0.1, **QUICK)
        trained.wait()
        single = trained.da_result
        pd.testing.assert_frame_equal(rows[single.columns], single, check_exact=True)
        called = single["is_da_fdr"] & (single["effect_size"] > 0)
        assert (group.n_cells, group.n_called) == (len(trained.idx1), called.sum())
        assert (rows["comparison"] == f"{group.name} vs Rest").all()


def test_kept_rows_are_the_surest_that_are_more_open(trained, tmp_path):
    trained.find_markers("cell_type", n_top=None, **QUICK)
    trained.wait()
    whole = trained.markers
    trained.find_markers("cell_type", n_top=4, **QUICK)
    trained.wait()
    for group in trained.marker_groups:
        mine = whole[(whole["group1"] == group.name) & (whole["effect_size"] > 0)]
        kept = trained.markers[trained.markers["group1"] == group.name]
        assert list(kept.index) == list(mine.index[:4])
        assert group.n_rows == len(kept)
    path = trained.save_markers(tmp_path / "markers.csv")
    assert pd.read_csv(path, index_col="region").shape == trained.markers.shape


def test_state_follows_the_model(trained):
    assert trained.markers_work.state == "none"
    states = []
    trained.observe(lambda change: states.append(change.new.state), "markers_work")
    trained.find_markers("cell_type", **QUICK)
    trained.wait()
    assert states[0] == "running"
    assert trained.markers_work.state == states[-1] == "final"
    trained.train(max_epochs=4)
    trained.wait()
    assert trained.markers_work.state == "stale"
    assert trained.markers is not None
    trained.filter(min_cells=4)
    trained.wait()
    assert trained.markers is None


def test_cancelled_work_leaves_the_table(trained):
    trained.find_markers("cell_type", **QUICK)
    trained.wait()
    table, n = trained.markers, len(trained.record)
    with trained.lock:  # nothing is delivered before it is cancelled
        trained.find_markers("cell_type", n_samples=5000)
        trained.cancel_markers()
        assert trained.markers_work.state == "final"
    trained.wait()
    assert (trained.markers is table, len(trained.record)) == (True, n)


def test_script_finds_them_again(trained, counts):
    trained.delta = 0.2
    trained.find_markers("cell_type", n_top=3, **QUICK)
    trained.wait()
    line = trained.code().splitlines()[-2]
    assert line == "session.find_markers('cell_type', n_top=3, delta=0.2, n_samples=60, seed=3)"
    again = Session.replay(trained.record, data=counts)
    assert np.array_equal(again.markers.index, trained.markers.index)


def test_what_cannot_be_compared_is_refused(session):
    with pytest.raises(StageError, match="no trained model"):
        session.find_markers("cell_type")
    with pytest.raises(StageError, match="no markers yet"):
        session.save_markers("x.csv")


def test_column_without_categories_is_refused(trained):
    trained.adata.obs["real"] = np.linspace(0, 1, trained.n_cells)
    trained.adata.obs["one"] = "a"
    for column, why in (
        ("real", "holds numbers"),
        ("one", "one category only"),
        ("x", "no column"),
    ):
        with pytest.raises(DataError, match=why):
            trained.find_markers(column)
    trained.find_markers("cell_type", delta=-1)
    with pytest.raises(DataError, match="use at most 10,000,000"):
        trained.find_markers("cell_type", n_samples=10**9)
    with pytest.raises(DataError, match="delta"):
        trained.wait()
    assert trained.markers_work.state == "none"
