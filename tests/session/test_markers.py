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
    trained.groups_by("cell_type", counts.obs["cell_type"].iloc[0])
    trained.compare(delta=0.2, **QUICK)
    trained.wait()
    trained.find_markers("cell_type", n_top=3, delta=0.05, **QUICK)  # as of a new session
    trained.wait()
    line = trained.code().splitlines()[-3]
    assert line == (
        "session.find_markers('cell_type', n_top=3, two_sided=True, delta=0.05, fdr_target=0.05, "
        "batch_correction=False, estimand='difference', n_samples=60, seed=3, level='auto')"
    )
    again = Session.replay(trained.record, data=counts)
    pd.testing.assert_frame_equal(again.markers, trained.markers)


def test_script_waits_for_them_before_their_column_may_change(trained):
    trained.cluster(resolution=1.5)
    trained.wait()
    trained.find_markers("clusters_peakvi", **QUICK)
    trained.wait()
    trained.cluster(resolution=0.01)
    trained.wait()
    _, after = trained.code().split("session.find_markers(")
    assert [line.split("(")[0] for line in after.splitlines()[1:]] == [
        "session.wait",
        "session.cluster",
        "session.wait",
    ]


def test_table_is_stale_when_its_column_was_changed_by_hand(trained):
    before = pd.Categorical(["a"] * 2 + ["b"] * (trained.n_cells - 2))
    trained.adata.obs["mine"] = before
    trained.find_markers("mine", **QUICK)
    trained.wait()
    trained.find_markers("cell_type", n_samples=5000)
    assert (trained.markers_work.column, trained.markers_work.finding) == ("mine", "cell_type")
    trained.cancel_markers()
    assert trained.markers_work.state == "final"
    trained.adata.obs["mine"] = before.rename_categories({"a": "c"})
    trained.color_by = "mine"  # what was changed by hand is seen when something is drawn
    assert trained.markers_work.state == "stale"
    trained.adata.obs["mine"] = before
    trained.color_by = ""
    assert trained.markers_work.state == "final"
    del trained.adata.obs["mine"]
    trained.color_by = "cell_type"
    assert trained.markers_work.state == "stale"


def test_table_is_stale_when_groups_are_written_over_its_column(trained):
    n = trained.n_cells
    for first in (0, 2):  # the second time other cells, but as many of the same names
        trained.name_group("a", [first, first + 1])
        trained.name_group("b", np.setdiff1d(np.arange(n), [first, first + 1]))
        trained.groups_to_obs("mine", overwrite=True)
        if first == 0:
            trained.find_markers("mine", **QUICK)
            trained.wait()
            assert trained.markers_work.state == "final"
    assert trained.markers_work.state == "stale"


def test_clusters_that_were_found_again_are_others(trained):
    trained.cluster(resolution=1.5)
    trained.wait()
    trained.find_markers("clusters_peakvi", n_top=2, **QUICK)
    trained.wait()
    trained.cluster(resolution=0.01)
    trained.wait()
    assert len(trained.obs_columns[-1].categories) < len(trained.marker_groups)
    assert trained.markers_work.state == "stale"


def test_markers_of_a_column_that_changes_meanwhile_are_not_kept(trained):
    n = len(trained.record)
    with trained.lock:  # nothing is delivered before the column has changed
        trained.find_markers("cell_type", **QUICK)
        values = trained.adata.obs["cell_type"]
        trained.adata.obs["cell_type"] = values.to_numpy()[::-1]
    trained.wait()
    assert "markers of 'cell_type' are not kept" in trained.notice.text
    assert (trained.markers, trained.markers_work.state) == (None, "none")
    assert len(trained.record) == n


def test_what_cannot_be_compared_is_refused(session):
    with pytest.raises(StageError, match="no trained model"):
        session.find_markers("cell_type")
    with pytest.raises(StageError, match="No markers yet"):
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


def test_a_training_that_fails_leaves_the_table_final(trained):
    trained.find_markers("cell_type", n_samples=50, n_top=3)
    trained.wait()
    trained.train("quick", max_epochs=3, batch_size=64)
    with pytest.raises(StageError, match="Training is complete"):
        trained.wait()
    assert trained.markers_work.state == "final"
