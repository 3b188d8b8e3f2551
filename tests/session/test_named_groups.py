"""Named groups: made, combined by text, written to obs and back, kept by filter, undo and file."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traitlets import TraitError

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session


@pytest.fixture
def named(session):
    session.name_group("A", np.arange(100))
    session.name_group("B", np.arange(50, 200))
    session.name_group("my cells", "A & depth > 1")
    return session


def cells_in(session, query):
    session.select(query)
    return set(session.selection.tolist())


# -- made, and used in queries ------------------------------------------------------------------
def test_selection_gets_a_name_and_stays(session):
    session.select([3, 1, 2])
    session.name_group("  few ")
    assert session.groups["few"].tolist() == [1, 2, 3]
    assert session.selection.tolist() == [1, 2, 3]
    row = session.named_groups[0]
    assert (row.name, row.n_cells, row.query) == ("few", 3, "")


def test_groups_have_different_colors(named):
    colors = [row.color for row in named.named_groups]
    assert len(set(colors)) == 3
    named.color_group("B", "tomato")
    assert named.named_groups[1].color == "#ff6347"
    named.name_group("B", [1, 2, 3])
    assert named.named_groups[1].color == "#ff6347"


def test_a_name_of_several_words_needs_no_backticks_where_it_is_alone(named):
    assert cells_in(named, "my cells") == cells_in(named, "`my cells`")
    named.set_groups("my cells", "~A")
    assert named.idx1.tolist() == named.groups["my cells"].tolist()
    with pytest.raises(DataError, match="not a query"):
        named.select("your cells")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("A & B", range(50, 100)),
        ("A | B", range(200)),
        ("~B", [*range(50), *range(200, 300)]),
        ("B - A", range(100, 200)),
        ("B - A - (index == 'cell_150')", [n for n in range(100, 200) if n != 150]),
        ("not A and not B", range(200, 300)),
        ("A & ~`my cells` | `my cells`", range(100)),
    ],
)
def test_text_combines_groups(named, query, expected):
    query = query.replace("cell_150", str(named.adata.obs_names[150]))
    assert cells_in(named, query) == set(expected)


NAMES = {"A": set(range(4, 40)), "B c": set(range(30, 55)), "C": {1, 59}}
LEAVES = st.sampled_from(
    [("A", NAMES["A"]), ("`B c`", NAMES["B c"]), ("C", NAMES["C"]), ("n < 20", set(range(20)))]
)


def combined(children):
    both = st.tuples(children, children)
    return st.one_of(
        children.map(lambda one: (f"~({one[0]})", set(range(60)) - one[1])),
        both.map(lambda two: (f"({two[0][0]}) & ({two[1][0]})", two[0][1] & two[1][1])),
        both.map(lambda two: (f"({two[0][0]}) | ({two[1][0]})", two[0][1] | two[1][1])),
        both.map(lambda two: (f"({two[0][0]}) - ({two[1][0]})", two[0][1] - two[1][1])),
    )


@settings(max_examples=60, deadline=None)
@given(st.recursive(LEAVES, combined, max_leaves=8))
def test_algebra_is_that_of_sets(case):
    from peakvi_widgets.obs_query import Names, query_mask

    query, expected = case
    obs = pd.DataFrame({"n": np.arange(60)})
    masks = {name: np.isin(np.arange(60), list(cells)) for name, cells in NAMES.items()}
    assert set(np.flatnonzero(query_mask(obs, query, Names(masks))).tolist()) == expected


def test_regions_and_genes_are_numbers_of_open_regions(named):
    region, members = named.regions[7], named.gene_members
    is_open = named.adata[:, region].X.toarray().ravel() > 0
    found = set(np.flatnonzero(is_open))
    assert cells_in(named, f"`{region}` > 0 & B") == found & set(range(50, 200))
    gene = members.names[int(np.diff(members.indptr).argmax())]
    named.color_by = gene
    found = set(np.flatnonzero(named.colors.values >= 1))
    assert 0 < len(found) < 300
    assert cells_in(named, f"`{gene}` >= 1 | A") == found | set(range(100))
    named.name_group("open", f"`{region}` > 0")
    assert named.groups["open"].tolist() == np.flatnonzero(is_open).tolist()


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("my_cels", "no group and obs has no column 'my_cels'; the nearest are `my cells`"),
        ("A - 5", "does not calculate"),
        ("depth - A", "'depth' is not true or false"),
    ],
)
def test_what_cannot_be_combined_is_said(named, query, message):
    with pytest.raises(DataError, match=message):
        named.select(query)


def test_two_of_them_are_compared(named):
    named.set_groups("A", "B - A")
    assert (named.idx1.tolist(), named.idx2.tolist()) == ([*range(100)], [*range(100, 200)])
    assert named.group_names == ("A", "")
    named.set_groups(idx2="B")
    assert named.group_names == ("A", "B")
    named.idx1 = [1, 2]
    assert named.group_names == ("", "B")
    named.undo()
    assert named.group_names == ("A", "B")
    assert "session.set_groups(idx1='A', idx2='B - A')" in named.script


# -- changed ------------------------------------------------------------------------------------
def test_group_that_is_named_again_says_how_many_cells_stay(named):
    named.name_group("A", np.arange(90, 120))
    assert named.notice.text == "A: 30 cells, 10 of the former 100."
    assert [row.name for row in named.named_groups] == ["A", "B", "my cells"]


def test_query_is_asked_again(named):
    before = len(named.groups["my cells"])
    named.adata.obs["depth"] = 0
    named.adata.obs.loc[named.adata.obs_names[:7], "depth"] = 9
    named.update_group("my cells")
    assert named.groups["my cells"].tolist() == [*range(7)]
    assert named.notice.text.endswith(f"of the former {before}.")
    with pytest.raises(DataError, match="not made by a query"):
        named.update_group("A")


def test_renamed_group_is_followed_by_queries(named):
    named.rename_group("A", "T cells")
    assert list(named.groups) == ["T cells", "B", "my cells"]
    assert named.named_groups[2].query == "`T cells` & depth > 1"
    named.update_group("my cells")
    with pytest.raises(DataError, match="There is a group 'B' already"):
        named.rename_group("T cells", "B")


def test_removed_group_leaves_the_others(named):
    cells = named.groups["my cells"]
    named.remove_group("B")
    assert list(named.groups) == ["A", "my cells"]
    assert np.array_equal(named.groups["my cells"], cells)


@pytest.mark.parametrize("name", ["", "a`b", "x" * 101, "two\nlines", 5])
def test_name_must_fit_a_query(session, name):
    with pytest.raises(DataError, match="A group cannot be named"):
        session.name_group(name, [1, 2])


def test_name_of_a_column_is_refused(session):
    for name in ("depth", "index"):
        with pytest.raises(DataError, match=f"obs has a column '{name}'"):
            session.name_group(name, [1, 2])


def test_name_of_a_region_or_gene_is_refused_and_a_group_is_no_number(named):
    region, gene = named.regions[7], named.gene_members.names[0]
    for name, kind in ((region, "region"), (gene, "gene")):
        with pytest.raises(DataError, match=f"is a {kind}; use another name"):
            named.name_group(name, [1, 2])
        with pytest.raises(DataError, match=f"is a {kind}; use another name"):
            named.rename_group("A", name)
    for query in ("A > 0", "A == 1", "2 > A", "A in [0, 1]", "A < B", "A == depth", "0 == A == B"):
        with pytest.raises(DataError, match="'A' is a group, not a number"):
            named.select(query)
    assert cells_in(named, "A == True") == set(range(100))
    assert cells_in(named, "A != B") == {*range(50), *range(100, 200)}


def test_query_of_a_group_itself_is_not_kept(named):
    named.name_group("A", "A & index != 'none'")
    assert named.named_groups[0].query == ""
    named.rename_group("A", "in")
    assert named.named_groups[2].query == "`in` & depth > 1"
    named.name_group("few", "`in` and batch in ['batch_0', 'batch_1']")
    named.name_group("long", " or ".join(["B"] * 1_000))
    named.rename_group("B", "x" * 50)  # its queries would be too long for a file
    assert named.named_groups[4].query == ""
    named.name_group("long", "depth > 1 or " * 400 + "depth > 1")
    assert named.named_groups[4].query == ""
    named.rename_group("in", "A")
    assert named.named_groups[3].query == "A and batch in ['batch_0', 'batch_1']"


def test_column_that_comes_later_is_not_confused_with_a_group(named):
    named.adata.obs["A"] = np.arange(300) < 100
    assert cells_in(named, "A") == set(range(100))
    named.adata.obs["A"] = "x"
    with pytest.raises(DataError, match="'A' is a group and a column of obs"):
        named.select("A")


def test_unknown_group_names_the_nearest(named):
    with pytest.raises(DataError, match="'my cell' was not found; the nearest is 'my cells'"):
        named.remove_group("my cell")
    with pytest.raises(StageError, match="No cell is selected"):
        named.name_group("none")
    with pytest.raises(TraitError, match=r"session\.name_group"):
        named.named_groups = ()


# -- obs ----------------------------------------------------------------------------------------
def test_categories_become_groups_with_their_colors_and_go_back(session):
    types = session.adata.obs["cell_type"]
    session.adata.uns["cell_type_colors"] = ["#ff0000", "#00ff00", "#0000ff"]
    session.groups_from("cell_type")
    assert list(session.groups) == list(types.cat.categories)
    assert [row.color for row in session.named_groups] == ["#ff0000", "#00ff00", "#0000ff"]
    session.groups_to_obs()
    assert list(session.adata.obs["groups_peakvi"]) == list(types)
    rows, cells = session.named_groups, session.group_cells
    session.groups_from("groups_peakvi")
    assert session.named_groups == rows
    assert np.array_equal(session.group_cells, cells)


def test_cell_in_several_groups_is_written_as_the_last(named):
    named.color_by = "depth"
    named.groups_to_obs("mine")
    written = named.adata.obs["mine"]
    assert (written.iloc[60], written.iloc[150]) in [("B", "B"), ("my cells", "B")]
    assert pd.isna(written.iloc[250])
    assert "cells are in several groups" in named.notice.text
    named.color_by = "mine"
    named.remove_group("my cells")
    with pytest.raises(DataError, match="obs has a column 'mine'"):
        named.groups_to_obs("mine")
    named.groups_to_obs("mine", overwrite=True)
    assert named.colors.categories == ("A", "B")


def test_columns_of_yes_and_no_lose_nothing(named):
    before = {name: cells.tolist() for name, cells in named.groups.items()}
    named.groups_to_obs(None)
    again = Session(named.adata)
    again.wait()
    again.groups_from(["A", "B", "my cells"])
    assert {name: cells.tolist() for name, cells in again.groups.items()} == before
    assert cells_in(again, "A & B") == set(range(50, 100))


def test_numbers_are_no_groups(session):
    session.adata.obs["cluster"] = pd.Categorical(np.arange(300) % 2)
    session.groups_from("cluster")
    assert list(session.groups) == ["cluster 0", "cluster 1"]
    session.adata.obs["real"] = np.linspace(0, 1, 300)
    with pytest.raises(DataError, match="obs\\['real'\\] has no groups: it holds numbers"):
        session.groups_from("real")


def test_categories_of_the_same_name_stay_apart(session):
    obs = session.adata.obs
    obs["d"] = pd.Categorical(np.where(np.arange(300) % 2, "x", obs["cell_type"].cat.categories[0]))
    first, *others = obs["cell_type"].cat.categories
    session.groups_from(["cell_type", "d", "d"])
    assert list(session.groups) == [f"cell_type {first}", *others, f"d {first}", "x"]
    assert session.groups[f"d {first}"].tolist() == [*range(0, 300, 2)]
    is_first = obs["cell_type"] == first
    assert session.groups[f"cell_type {first}"].tolist() == np.flatnonzero(is_first).tolist()
    obs["blank"] = pd.Categorical(["B", "B "] * 150)
    before = session.named_groups
    with pytest.raises(DataError, match="Two categories would be the group 'blank B'"):
        session.groups_from("blank")
    assert session.named_groups == before


# -- kept ---------------------------------------------------------------------------------------
def test_each_change_is_undone_and_redone(named):
    state = named.named_groups, named.group_cells
    for change in (
        lambda: named.name_group("A", [5]),
        lambda: named.name_group("A", np.arange(100, 200)),  # as many cells as before
        lambda: named.remove_group("A"),
        lambda: named.rename_group("B", "C"),
        lambda: named.color_group("B", "red"),
        lambda: named.groups_from("cell_type"),
    ):
        change()
        after = named.named_groups, named.group_cells
        named.undo()
        assert (named.named_groups, named.group_cells) == state
        named.redo()
        assert (named.named_groups, named.group_cells) == after
        named.undo()


def test_filter_keeps_groups_by_the_names_of_their_cells(named):
    names = {name: set(named.adata.obs_names[cells]) for name, cells in named.groups.items()}
    named.set_groups("A")
    least = int(np.median(named.regions_per_cell))
    named.filter(min_cells=1, min_regions=least)
    named.wait()
    assert 0 < named.n_cells < 300
    left = set(named.adata.obs_names)
    for name, cells in named.groups.items():
        assert set(named.adata.obs_names[cells]) == names[name] & left
    named.undo()
    assert {
        name: set(named.adata.obs_names[cells]) for name, cells in named.groups.items()
    } == names


def test_looser_filter_brings_the_cells_of_groups_back(named):
    before = {name: cells.tolist() for name, cells in named.groups.items()}
    least = int(np.median(named.regions_per_cell))
    for strict in (least, least + 2):
        named.filter(min_cells=0, min_regions=strict)
        named.wait()
    assert all(len(cells) < len(before[name]) for name, cells in named.groups.items())
    named.rename_group("B", "C")
    named.name_group("A", "A")  # other cells from now on
    new = set(named.adata.obs_names[named.groups["A"]])
    named.remove_group("my cells")
    named.undo()
    named.filter(min_cells=0, min_regions=0)
    named.wait()
    assert named.groups["C"].tolist() == before["B"]
    assert named.groups["my cells"].tolist() == before["my cells"]
    assert set(named.adata.obs_names[named.groups["A"]]) == new
    again = Session.replay(named.record, data=named.opened)
    assert again.named_groups == named.named_groups
    assert np.array_equal(again.group_cells, named.group_cells)
    named.undo()
    assert len(named.groups["C"]) < len(before["B"])


def test_other_counts_have_no_groups(named, counts):
    named.open(counts)
    named.wait()
    assert (named.named_groups, len(named.group_cells)) == ((), 0)


def test_script_and_file_hold_them(named, counts, tmp_path):
    named.rename_group("B", "T")
    named.color_group("T", "red")
    named.remove_group("A")
    named.set_groups("T", "~T")
    named.groups_to_obs()
    again = Session.replay(named.record, data=counts)
    named.save(tmp_path / "x.peakvi")
    named.wait()
    opened = Session(tmp_path / "x.peakvi")
    opened.wait()
    for other in (again, opened):
        assert other.named_groups == named.named_groups
        assert np.array_equal(other.group_cells, named.group_cells)
        assert other.group_names == ("T", "")
        assert list(other.adata.obs["groups_peakvi"]) == list(named.adata.obs["groups_peakvi"])


@pytest.mark.parametrize("query", ["$$$", "((A", "T | A"])
def test_query_of_a_file_that_cannot_be_asked_is_left_out(named, tmp_path, query):
    with named._step():
        rows = (replace(named.named_groups[0], name="T", query=query), *named.named_groups[1:])
        named.named_groups = rows
    named.save(tmp_path / "x.peakvi")
    named.wait()
    opened = Session(tmp_path / "x.peakvi")
    opened.wait()
    assert [row.query for row in opened.named_groups] == ["", "", "A & depth > 1"]
    opened.rename_group("B", "C")
    assert list(opened.groups) == ["T", "C", "my cells"]
