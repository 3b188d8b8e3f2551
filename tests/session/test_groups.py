"""Selections and groups: by lasso, by category, by code; undo goes back over each."""

import numpy as np
import pytest
from traitlets import TraitError

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session

LEFT = [[-9, -9], [0, -9], [0, 9], [-9, 9]]
UPPER = [[-9, 0], [9, 0], [9, 9], [-9, 9]]


def test_lasso_selects_what_lies_inside(session):
    session.lasso(LEFT)
    np.testing.assert_array_equal(session.selection, np.flatnonzero(session.embedding[:, 0] < 0))
    session.lasso(UPPER, mode="subtract")
    x, y = session.embedding.T
    np.testing.assert_array_equal(session.selection, np.flatnonzero((x < 0) & (y < 0)))


def test_selection_becomes_a_group_and_its_outline_goes_along(session):
    session.lasso(LEFT)
    chosen = session.selection
    session.make_group(1)
    np.testing.assert_array_equal(session.idx1, chosen)
    assert len(session.selection) == 0
    assert [outline.group for outline in session.outlines] == [1]
    assert session.outlines[0].polygon == (-9, -9, 0, -9, 0, 9, -9, 9)


def test_a_cell_is_in_one_group_only(session):
    session.lasso(LEFT)
    session.make_group(1)
    session.lasso(UPPER)
    session.make_group(2)
    assert not np.intersect1d(session.idx1, session.idx2).size
    x, y = session.embedding.T
    np.testing.assert_array_equal(session.idx1, np.flatnonzero((x < 0) & (y < 0)))
    assert "left group 1" in session.notice.text


def test_against_all_others(session):
    session.lasso(LEFT)
    session.make_group(1, against_rest=True)
    assert len(session.idx1) + len(session.idx2) == session.n_cells
    assert not np.intersect1d(session.idx1, session.idx2).size


def test_groups_from_categories(session):
    first, second, _ = session.colors.categories
    session.groups_by("cell_type", first, second)
    types = session.adata.obs["cell_type"].astype(str).to_numpy()
    np.testing.assert_array_equal(session.idx1, np.flatnonzero(types == first))
    np.testing.assert_array_equal(session.idx2, np.flatnonzero(types == second))
    session.groups_by("cell_type", first)
    np.testing.assert_array_equal(session.idx2, np.flatnonzero(types != first))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing", "a"), "no column 'nothing'"),
        (("cell_type", "nobody"), "no category 'nobody'"),
        (("cell_type", "x", "x"), "same category"),
    ],
)
def test_groups_from_what_is_not_there(session, arguments, message):
    with pytest.raises(DataError, match=message):
        session.groups_by(*arguments)


def test_groups_may_be_set_by_code_in_any_form(session):
    session.idx1 = session.adata.obs["cell_type"] == session.colors.categories[0]
    assert session.idx1.dtype == "uint32"
    session.idx2 = np.where(session.adata.obs["depth"] > 1)
    session.idx2 = "depth > 1"
    with pytest.raises(TraitError, match="there are 300"):
        session.idx1 = [300]
    assert session.undo_label == "groups"


def test_undo_goes_back_one_change_at_a_time(session):
    session.lasso(LEFT)
    session.make_group(1)
    session.idx2 = [1, 2, 3]
    session.undo()
    assert len(session.idx2) == 0
    session.undo()
    assert len(session.idx1) == 0
    assert len(session.selection) > 0
    session.undo()
    assert len(session.selection) == 0
    session.undo()
    assert session.notice.text == "There is nothing to undo."


def test_swap_and_clear(session):
    session.idx1, session.idx2 = [1], [2, 3]
    session.swap_groups()
    assert (session.idx1.tolist(), session.idx2.tolist()) == ([2, 3], [1])
    session.clear_groups()
    assert (session.idx1.tolist(), session.idx2.tolist()) == ([], [])
    session.undo()
    assert session.idx1.tolist() == [2, 3]


def test_few_cells_are_warned_of(session):
    session.select([1, 2, 3])
    session.make_group(1)
    assert "Group 1 has 3 cells, fewer than 20" in session.notice.text
    assert session.notice.level == "warning"


def test_too_early_says_what_to_do(session):
    with pytest.raises(StageError, match="draw a lasso"):
        session.make_group(1)
    with pytest.raises(StageError, match="no embedding"):
        Session().lasso(LEFT)


def test_groups_cannot_be_changed_in_place(session):
    session.idx1 = [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        session.idx1[0] = 5


def test_written_groups_find_their_cells_by_name(session, counts):
    session.idx1, session.idx2 = [0, 5], [7]
    theirs = counts[::-1].copy()
    session.write_groups(theirs)
    group = theirs.obs["peakvi_group"]
    assert group[counts.obs_names[5]] == "group 1"
    assert group[counts.obs_names[7]] == "group 2"
    assert group.notna().sum() == 3


def test_group_against_the_rest_and_in_the_script(session):
    session.idx1 = [1, 2, 3]
    session.against_rest()
    assert len(session.idx2) == 297
    assert session.code().rstrip().endswith("session.against_rest()")
    session.clear_groups()
    with pytest.raises(StageError, match="Group 1 is empty"):
        session.against_rest()


def test_a_line_round_no_cell_can_be_cleared(session):
    session.lasso([[90, 90], [91, 90], [91, 91]])
    assert len(session.outlines) == 1
    session.clear_selection()
    assert session.outlines == ()
