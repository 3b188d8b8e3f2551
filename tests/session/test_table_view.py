"""What the table is sorted by, and its columns: set in many ways, kept in a session file."""

import pytest
from traitlets import TraitError

from peakvi_widgets.engine.da_columns import DA_COLUMNS, GENE_COLUMNS, SET_COLUMNS
from peakvi_widgets.session import Session
from peakvi_widgets.session.table_view import SortKey, TableColumn, TableFilter

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


NAMES = ["region", *(column.name for column in (*DA_COLUMNS, *GENE_COLUMNS, *SET_COLUMNS))]


def test_every_column_of_the_table_can_be_sorted_by():
    assert [key.column for key in Session(sort_by=NAMES).sort_by] == NAMES


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["gene", "region"], [TableColumn("gene"), TableColumn("region")]),
        (["gene", "prob_da"], [TableColumn(name) for name in ("region", "gene", "prob_da")]),
        ([("region", 240), ["gene", 60]], [TableColumn("region", 240), TableColumn("gene", 60)]),
        ([TableColumn("region", 0, False)], [TableColumn("region")]),
        ([TableColumn("region"), TableColumn("gene", 70, False)], [TableColumn("region")]),
    ],
)
def test_columns_that_are_named_are_shown_in_their_order_and_always_the_region(given, meant):
    columns = Session(table_columns=given).table_columns
    assert [column for column in columns if column.is_shown] == meant
    assert sorted(column.name for column in columns) == sorted(NAMES)


def test_no_columns_are_the_usual_ones():
    session = Session(table_columns=["gene"])
    session.table_columns = []
    assert session.table_columns == ()


def test_columns_that_are_set_are_the_same_when_they_are_set_again():
    session = Session(table_columns=[("gene", 60), "region", TableColumn("where", 99, False)])
    before = session.table_columns
    session.table_columns = list(before)
    assert session.table_columns == before


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("gene", "table_columns is 'gene'; use names of columns, such as ['region', "),
        (5, "table_columns is 5; use names"),
        (["genes"], "The table has no column 'genes'; it has region, "),
        (["gene", ("gene", 80)], "table_columns names 'gene' twice; name it once."),
        ([("gene", 12)], "The width of gene is 12; use 40 to 1,000 pixels, or 0 for the usual"),
        ([("gene", 1e9)], "The width of gene is 1000000000.0; use 40"),
        ([("gene", True)], "The width of gene is True; use 40"),
    ],
)
def test_columns_that_cannot_be_shown_are_refused_and_the_others_stay(given, problem):
    session = Session(table_columns=["region"])
    before = session.table_columns
    with pytest.raises(TraitError) as raised:
        session.table_columns = given
    assert str(raised.value).startswith(problem)
    assert session.table_columns is before


def test_order_and_columns_come_back_with_the_session_and_are_not_a_step_of_undo(session, tmp_path):
    session.table_filters = {"gene": "MS4A1", "prob_da": "> 0.9", "region": " "}
    session.sort_by = ["is_da_fdr", ("effect_size", True)]
    session.table_columns = ["region", ("gene", 120)]
    assert session.undo_label == ""  # it is how the table looks, not what was done
    session.save(tmp_path / "sorted.peakvi")
    session.wait()
    again = Session(tmp_path / "sorted.peakvi")
    again.wait()
    assert again.sort_by == (FDR, SortKey("effect_size", True))
    assert again.table_filters == (TableFilter("gene", "MS4A1"), TableFilter("prob_da", "> 0.9"))
    assert again.table_columns == session.table_columns
    assert TableColumn("gene", 120) in again.table_columns


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"effect": "> 1"}, "The table has no column 'effect'"),
        ({"gene": 7}, "The filter of gene is 7; use a text"),
        ({"gene": "x" * 2000}, "The filter of gene is 'xxx"),
        ([("gene", "A"), ("gene", "B")], "table_filters names 'gene' twice"),
        (("gene",), "The filter of gene is None"),
        ("gene", "table_filters is 'gene'; use columns and texts"),
        (None, "table_filters is None; use columns and texts"),
    ],
)
def test_filters_that_cannot_be_are_refused_and_the_others_stay(given, problem):
    session = Session(table_filters={"gene": "MS4A1"})
    with pytest.raises(TraitError) as raised:
        session.table_filters = given
    assert str(raised.value).startswith(problem)
    assert session.table_filters == (TableFilter("gene", "MS4A1"),)
