"""What else differs between the groups, and groups that are matched in it."""

import numpy as np
import pytest

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session

pytestmark = pytest.mark.slow


@pytest.fixture
def deep_against_shallow(trained):
    """Groups that differ in depth: nearly all deep cells against nearly all shallow ones."""
    del trained.adata.obs["depth"]  # that of the simulation
    depth = np.asarray((trained.adata.X > 0).sum(axis=1)).ravel()
    order = np.argsort(depth, kind="stable")
    shallow, deep = order[:150], order[150:]
    mixed = np.r_[deep[:130], shallow[:20]], np.r_[shallow[20:], deep[130:]]
    trained.set_groups(*map(np.sort, mixed))
    return trained, depth


def test_depth_comes_first_where_it_differs_most(deep_against_shallow):
    session, _ = deep_against_shallow
    session.compare(n_samples=100)
    session.wait()
    first = session.da_differences[0]
    assert first.column == "depth"
    assert first.is_warning
    assert {"batch", "cell_type"} <= {one.column for one in session.da_differences}


def test_matched_groups_are_alike_and_parts_of_the_former_ones(deep_against_shallow):
    session, depth = deep_against_shallow
    before = session.idx1, session.idx2
    session.match_by("depth")
    for now, then in zip((session.idx1, session.idx2), before, strict=True):
        assert 0 < len(now) < len(then)
        assert np.isin(now, then).all()
    medians = [np.median(depth[cells]) for cells in (session.idx1, session.idx2)]
    was = [np.median(depth[cells]) for cells in before]
    assert abs(medians[0] - medians[1]) < 0.5 * abs(was[0] - was[1])
    assert any("Matched by depth" in entry.text for entry in session.log)
    assert "session.match_by('depth', seed=0)" in session.code()
    matched = session.idx1
    session.undo()
    np.testing.assert_array_equal(session.idx1, before[0])
    session.redo()
    np.testing.assert_array_equal(session.idx1, matched)


def test_the_same_seed_keeps_the_same_cells(deep_against_shallow):
    session, _ = deep_against_shallow
    kept = []
    for seed in (1, 1, 2):
        session.match_by("depth", seed=seed)
        kept.append(session.idx1)
        session.undo()
    np.testing.assert_array_equal(kept[0], kept[1])
    assert not np.array_equal(kept[0], kept[2])


def test_a_column_of_that_name_is_meant_before_the_depth(deep_against_shallow):
    session, _ = deep_against_shallow
    session.adata.obs["depth"] = np.arange(session.n_cells)
    session.match_by("depth")
    assert abs(np.median(session.idx1) - np.median(session.idx2)) < 60


@pytest.mark.parametrize("column", ["cell_type", "absent", "", 7])
def test_what_is_no_column_of_numbers_is_refused_and_the_groups_stay(deep_against_shallow, column):
    session, _ = deep_against_shallow
    before = session.idx1
    with pytest.raises(DataError):
        session.match_by(column)
    assert session.idx1 is before


def test_empty_groups_cannot_be_matched(trained):
    with pytest.raises(StageError, match="Both groups need cells"):
        trained.match_by("depth")


def test_odd_columns_do_not_stop_a_comparison(trained):
    obs = trained.adata.obs
    obs["lists"] = [[1, 2]] * len(obs)
    obs["complex"] = np.ones(len(obs)) * 1j
    obs["empty"] = np.nan
    obs["infinite"] = np.inf
    trained.set_groups(range(50), range(50, 120))
    trained.compare(n_samples=100)
    trained.wait()
    assert trained.da_state == "final"
    assert "batch" in {one.column for one in trained.da_differences}


def test_differences_are_of_the_table_and_saved_with_it(deep_against_shallow, tmp_path):
    session, _ = deep_against_shallow
    session.compare(n_samples=100)
    session.save(tmp_path / "all.peakvi")
    session.wait()
    again = Session(tmp_path / "all.peakvi")
    again.wait()
    assert again.da_differences == session.da_differences != ()
    session.setup(batch_key="batch")
    session.wait()
    assert session.da_differences == ()


def test_small_and_overlapping_groups_are_compared_with_a_warning(trained, tmp_path):
    trained.set_groups(range(12), range(10, 60))
    assert "both groups" in trained.notice.text
    trained.compare(n_samples=100)
    trained.save(tmp_path / "all.peakvi")
    trained.wait()
    assert trained.da_state == "final"
    assert [one.kind for one in trained.da_warnings] == ["few cells", "shared cells"]
    again = Session(tmp_path / "all.peakvi")
    again.wait()
    assert again.da_warnings == trained.da_warnings
    trained.set_groups(range(30), range(30, 60))
    trained.compare(n_samples=100)
    trained.wait()
    assert trained.da_warnings == ()


@pytest.mark.parametrize(
    ("shared_cells", "idx1", "idx2"),
    [
        ("leave out", range(30), range(40, 60)),
        ("group 1", range(40), range(40, 60)),
        ("group 2", range(30), range(30, 60)),
    ],
)
def test_shared_cells_go_where_they_are_told(trained, shared_cells, idx1, idx2):
    trained.set_groups(range(40), range(30, 60))
    trained.separate_groups(shared_cells)
    np.testing.assert_array_equal(trained.idx1, idx1)
    np.testing.assert_array_equal(trained.idx2, idx2)
    assert "session.separate_groups(" in trained.code()
    again = Session.replay(trained.record, data=trained.opened)
    np.testing.assert_array_equal(again.idx1, idx1)
    trained.undo()
    np.testing.assert_array_equal(trained.idx1, range(40))
    np.testing.assert_array_equal(trained.idx2, range(30, 60))


def test_groups_that_cannot_be_separated_are_refused_and_stay(trained):
    trained.set_groups(range(30), range(30, 60))
    with pytest.raises(StageError, match="No cell is in both"):
        trained.separate_groups()
    trained.set_groups(range(10, 40), range(60))
    before = trained.idx1, trained.idx2
    with pytest.raises(StageError, match="Group 1 would be empty"):
        trained.separate_groups("group 2")
    with pytest.raises(DataError, match="leave out"):
        trained.separate_groups("group 3")
    assert trained.idx1 is before[0]
    assert trained.idx2 is before[1]
