"""What the table on screen is sorted by: set in many ways, kept in a session file."""

import pytest
from traitlets import TraitError

from peakvi_widgets.engine.da_columns import DA_COLUMNS, GENE_COLUMNS
from peakvi_widgets.session import Session
from peakvi_widgets.session.table_view import SortKey

FDR = SortKey("is_da_fdr", ascending=False)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("effect_size", [SortKey("effect_size", False)]),
        (["is_da_fdr", "region", "gene"], [FDR, SortKey("region", True), SortKey("gene", True)]),
        (("is_da_fdr", False), [FDR]),
        ([("is_da_fdr", False), ("distance", True)], [FDR, SortKey("distance", True)]),
        ([["is_da_fdr", False]], [FDR]),
        (FDR, [FDR]),
        ((FDR, "prob_da"), [FDR, SortKey("prob_da", False)]),
        ([], []),
    ],
)
def test_table_is_sorted_by_names_pairs_or_keys(given, meant):
    session = Session(sort_by=given)
    assert list(session.sort_by) == meant


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("effect", "The table has no column 'effect'; it has region, "),
        ([3], "The table has no column 3; it has region, "),
        ([(["gene"], True)], "The table has no column"),
        ([SortKey("effect", True)], "The table has no column 'effect'; it has region, "),
        (["gene", ("gene", False)], "sort_by names 'gene' twice; name it once."),
        (7, "sort_by is 7; use names of columns"),
        (None, "sort_by is None; use names of columns"),
    ],
)
def test_what_is_not_a_column_is_refused_and_the_order_stays(given, problem):
    session = Session(sort_by="region")
    with pytest.raises(TraitError) as raised:
        session.sort_by = given
    assert str(raised.value).startswith(problem)
    assert session.sort_by == (SortKey("region", True),)


def test_every_column_of_the_table_can_be_sorted_by():
    names = ["region", *(column.name for column in (*DA_COLUMNS, *GENE_COLUMNS))]
    assert [key.column for key in Session(sort_by=names).sort_by] == names


def test_order_comes_back_with_the_session_and_is_not_a_step_of_undo(session, tmp_path):
    session.sort_by = ["is_da_fdr", ("effect_size", True)]
    assert session.undo_label == ""  # it is how the table looks, not what was done
    session.save(tmp_path / "sorted.peakvi")
    session.wait()
    again = Session(tmp_path / "sorted.peakvi")
    again.wait()
    assert again.sort_by == (FDR, SortKey("effect_size", True))
