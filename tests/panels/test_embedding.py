"""The embedding panel passes on what the mouse did and mirrors what came of it."""

from dataclasses import replace

import numpy as np
import pytest

from peakvi_widgets.panels.embedding import EmbeddingPanel


@pytest.fixture
def panel(session):
    return EmbeddingPanel(session)


def ask(panel, intent, **arguments):
    panel._receive(panel, {"intent": intent, **arguments}, [])


def test_lasso_then_group(panel):
    ask(panel, "lasso", polygon=[-9, -9, 0, -9, 0, 9, -9, 9], mode="new")
    left = np.flatnonzero(panel.embedding[:, 0] < 0)
    np.testing.assert_array_equal(panel.selection, left)
    ask(panel, "make_group", number=1, against_rest=True)
    np.testing.assert_array_equal(panel.idx1, left)
    assert len(panel.idx2) == panel.n_cells - len(left)
    ask(panel, "undo")
    assert len(panel.idx1) == 0


def test_train_where_the_cells_will_be_trains_and_then_places_them(panel):
    panel.session.plan = replace(panel.session.plan, max_epochs=1, batch_size=64)
    ask(panel, "train")
    panel.session.wait()
    assert (panel.training, panel.basis, panel.embedding_state) == (
        "trained", "X_umap", "current",
    )  # fmt: skip


def test_all_others_become_group_2(panel):
    first, second, _ = panel.colors.categories
    ask(panel, "groups_by", column="cell_type", group1=first, group2=second)
    ask(panel, "lasso", polygon=[-9, -9, 0, -9, 0, 9, -9, 9], mode="new")
    ask(panel, "make_group", number=1, against_rest=False)
    ask(panel, "against_rest")
    everyone = np.arange(panel.n_cells)
    np.testing.assert_array_equal(np.union1d(panel.idx1, panel.idx2), everyone)
    assert len(np.intersect1d(panel.idx1, panel.idx2)) == 0
    assert [outline.group for outline in panel.outlines] == [1]


def test_all_others_of_an_empty_group_is_refused(panel):
    ask(panel, "against_rest")
    assert "Group 1 is empty" in panel.notice.text
    assert len(panel.idx2) == 0


def test_named_groups(panel):
    ask(panel, "lasso", polygon=[-9, -9, 0, -9, 0, 9, -9, 9], mode="new")
    left = panel.selection
    ask(panel, "name_group", name="left cells", query=" ")
    ask(panel, "name_group", name="right", query="~`left cells`")
    ask(panel, "compare_group", name="left cells", number=1)
    ask(panel, "compare_group", name="right", number=2)
    assert panel.group_names == ("left cells", "right")
    np.testing.assert_array_equal(panel.idx1, left)
    ask(panel, "select_group", name="right", mode="add")
    assert len(panel.selection) == panel.n_cells
    ask(panel, "rename_group", name="left cells", new_name="West")
    ask(panel, "color_group", name="West", color="#ff0000")
    ask(panel, "update_group", name="right")
    ask(panel, "groups_to_obs")
    assert panel.color_by == panel.colors.title == "groups_peakvi"
    assert panel.colors.categories == ("West", "right")
    ask(panel, "remove_group", name="right")
    ask(panel, "groups_from", column="groups_peakvi")
    first = panel.named_groups[0]
    assert (first.name, first.color) == ("West", "#ff0000")
    assert [row.query for row in panel.named_groups] == ["", ""]
    assert panel.session.log[-1].level == "info"


@pytest.mark.parametrize("polygon", [[0, 0, 1], [0, 0, 1, 1], ["a"] * 6])
def test_broken_polygon_becomes_a_notice(panel, polygon):
    ask(panel, "lasso", polygon=polygon, mode="new")
    assert panel.notice.level == "error"
    assert len(panel.selection) == 0


def test_category_adds_to_the_selection(panel):
    first, second, _ = panel.colors.categories
    ask(panel, "select_category", column="cell_type", category=first, mode="new")
    ask(panel, "select_category", column="cell_type", category=second, mode="add")
    assert len(panel.selection) == panel.colors.counts[0] + panel.colors.counts[1]


def test_colors_travel_as_codes(panel):
    state = panel.get_state()["colors"]
    codes = np.frombuffer(state["codes"]["data"], "int16")
    names = np.array(state["categories"])[codes]
    assert names.tolist() == panel.session.adata.obs["cell_type"].astype(str).tolist()


def test_colour_that_is_not_there_is_refused_with_a_notice(panel):
    panel.set_state({"color_by": "nonsense"})
    assert panel.color_by == panel.session.color_by == "cell_type"
    assert "nonsense" in panel.notice.text


def test_clustering_before_embedding_says_what_to_do(panel):
    ask(panel, "cluster", resolution=0.2)
    with pytest.raises(RuntimeError, match="embed the cells first"):
        panel.session.wait()
    assert "embed the cells first" in panel.notice.text


def test_brush_neighbors_and_inversion(panel):
    ask(panel, "brush", path=[0, 0, 1, 0.5], radius=0.4, mode="new")
    panel.session.wait()
    n_brushed = len(panel.selection)
    assert 0 < n_brushed < panel.n_cells
    assert panel.get_state()["outlines"][0]["radius"] == 0.4
    ask(panel, "grow_selection", k=2)
    panel.session.wait()
    n_grown = len(panel.selection)
    assert n_brushed < n_grown < panel.n_cells
    ask(panel, "invert_selection")
    assert len(panel.selection) == panel.n_cells - n_grown
    ask(panel, "select", cells=[3, 1], mode="new")
    assert panel.selection.tolist() == [1, 3]


@pytest.mark.parametrize(
    ("intent", "arguments"),
    [
        ("brush", {"path": [0, 0], "radius": 0, "mode": "new"}),
        ("brush", {"path": [], "radius": 1, "mode": "new"}),
        ("grow_selection", {"k": 0}),
        ("select", {"cells": [300], "mode": "new"}),
        ("show_basis", {"basis": "X_none", "dimensions": [0, 1]}),
        ("show_basis", {"basis": "X_umap", "dimensions": [0]}),
    ],
)
def test_what_makes_no_sense_becomes_a_notice(panel, intent, arguments):
    panel.session.select([1])
    ask(panel, intent, **arguments)
    assert panel.notice.level == "error"
    assert panel.selection.tolist() == [1]


def test_another_embedding_is_shown_in_every_panel(panel):
    panel.session.adata.obsm["X_two"] = panel.session.embedding[:, ::-1].copy()
    ask(panel, "show_basis", basis="X_umap", dimensions=[1, 0])
    twin = EmbeddingPanel(panel.session)
    assert (twin.basis, twin.shown_dimensions) == ("X_umap", (1, 0))
    np.testing.assert_array_equal(twin.embedding, panel.session.adata.obsm["X_two"])
    assert [basis["name"] for basis in twin.get_state()["bases"]] == ["X_umap", "X_two"]


def test_one_cell_is_looked_at_and_one_that_has_gone_is_not_complained_of(panel):
    ask(panel, "show_cell_details", cell=12)
    assert panel.get_state()["cell_details"]["name"] == panel.session.adata.obs_names[12]
    before = panel.notice
    ask(panel, "show_cell_details", cell=300)
    assert (panel.cell_details.cell, panel.notice is before) == (12, True)


def test_preview_and_selection_are_explained(panel):
    session = panel.session
    assert session.live_preview
    ask(panel, "preview")
    session.wait()
    assert panel.basis == "X_preview"
    assert panel.preview_sentence == session.dimensions.sentence
    ask(panel, "select", cells=list(range(100)), mode="new")
    ask(panel, "check_selection")
    session._looks.wait()
    assert panel.selection_sentence == session.dimensions_of().sentence
    ask(panel, "clear_selection")
    assert panel.selection_sentence == ""
    ask(panel, "check_selection")
    assert "No cell is selected" in panel.notice.text


def test_line_that_is_being_drawn_is_looked_into(panel):
    assert panel.session.live_regions
    (x, y), (right, top) = np.median(panel.session.embedding, axis=0), (1e3, 1e3)
    line = [float(number) for number in (x, y, right, y, right, top, x, top)]
    ask(panel, "look_inside", line=line, radius=0, mode="new", question=4)
    panel.session._pens.wait()
    answer = panel.get_state()["drawn_regions"]
    assert (answer["question"], answer["by"], len(answer["regions"])) == (4, "observed", 20)
    assert panel.selection.size == 0
