"""Undo of layers: one change is one step, gives back that alone, and keeps the layer itself."""

import pytest

from peakvi_widgets.session.layers.kinds import CellsLayer, LabelsLayer
from peakvi_widgets.session.layers.layer_list import LayerList


@pytest.fixture
def pass_seconds(session):
    """Let the session's clock go forward; it stands still otherwise."""
    now = [100.0]
    session._clock = lambda: now[0]

    def pass_(seconds):
        now[0] += seconds

    return pass_


def undone(session, trait, layer="cells"):
    """Undo all and return what the trait was after each step."""
    seen = []
    while session.undo_label:
        session.undo()
        seen.append(getattr(session.layers[layer], trait))
    return seen


@pytest.mark.parametrize(
    ("layer", "trait", "values", "usual"),
    [
        ("cells", "color_by", ["batch", "depth"], "cell_type"),
        ("cells", "palette", ["Okabe-Ito", "Tol muted"], "24 colors"),
        ("cells", "colormap", ["magma", "grey"], "viridis"),
        ("cells", "visible", [False, True], True),
        ("groups", "fill", [False, True], True),
        ("groups", "outline", [False, True], True),
        ("labels", "column", ["batch", "cell_type"], ""),
    ],
)
def test_each_choice_is_undone_alone(session, pass_seconds, layer, trait, values, usual):
    for value in values:
        setattr(session.layers[layer], trait, value)
    assert undone(session, trait, layer) == [*values[-2::-1], usual]
    for value in values:
        session.redo()
        assert getattr(session.layers[layer], trait) == value


@pytest.mark.parametrize(
    ("trait", "values"),
    [("opacity", [0.3, 0.4, 0.5]), ("size", [2, 3, 4]), ("contrast_limits", [(1, 2), (1, 3)])],
)
def test_dragged_slider_is_one_entry_until_it_rests(session, pass_seconds, trait, values):
    layer = session.layers["cells"]
    usual = getattr(layer, trait)
    for value in values:
        pass_seconds(1)
        setattr(layer, trait, value)
    pass_seconds(1.1)
    session.set_layer("cells", **{trait: values[0]})
    assert session.code().count(trait) == 2
    assert undone(session, trait) == [values[-1], usual]
    session.redo()
    assert getattr(layer, trait) == values[-1]


def test_slider_that_is_dragged_back_leaves_nothing_to_undo(session, pass_seconds):
    session.layers["cells"].opacity = 0.4
    session.layers["cells"].opacity = 0.85
    assert session.undo_label == ""
    assert "opacity" not in session.code()
    session.layers["cells"].opacity = 0.3
    assert undone(session, "opacity") == [0.85]


def test_slider_of_another_layer_and_after_an_undo_is_an_entry_of_its_own(session, pass_seconds):
    session.layers["cells"].opacity = 0.4
    session.layers["labels"].opacity = 0.4
    session.layers["cells"].opacity = 0.5
    session.undo()
    session.undo()
    session.layers["cells"].opacity = 0.6
    assert undone(session, "opacity") == [0.4, 0.85]


def test_held_layer_stays_the_layer_through_rename_removal_and_their_undo(session):
    layer = session.layers["cells"]
    layer.name = "types"
    session.layers.remove(layer)
    session.undo()
    session.undo()
    assert session.layers["cells"] is layer
    layer.opacity = 0.2
    assert session.layer_rows[0].opacity == 0.2
    session.undo()
    session.redo()
    assert (layer.opacity, session.layers["cells"]) == (0.2, layer)


def test_names_that_were_exchanged_come_back(session):
    cells, labels = session.layers["cells"], session.layers["labels"]
    for layer, name in ((cells, "x"), (labels, "cells"), (cells, "labels")):
        layer.name = name
    stood = session.layers.snapshot()
    while session.undo_label:
        session.undo()
    assert (session.layers["cells"], session.layers["labels"]) == (cells, labels)
    session.layers.restore_snapshot(stood)
    assert (cells.name, labels.name) == ("labels", "cells")


def test_removed_active_layer_is_told_and_comes_back_as_it_was(session):
    labels = session.layers["labels"]
    labels.size = 20
    session.layers.selection.active = labels
    activated = []
    session.layers.events.active.connect(lambda: activated.append(session.layers.selection.active))
    session.layers.remove(labels)
    assert activated == [session.layers["groups"]]
    assert session.code().endswith("session.remove_layer('labels')\n")
    session.undo()
    assert session.layers[2] is labels is session.layers.selection.active
    assert labels.size == 20
    session.redo()
    assert [layer.name for layer in session.layers] == ["cells", "groups"]


def test_undone_look_keeps_what_came_later_by_itself(trained):
    before = trained.layers["cells"].opacity
    trained.layers["cells"].opacity = 0.5
    trained.cluster()
    trained.wait()
    trained.undo()
    assert trained.layers["cells"].opacity == before
    assert trained.color_by == trained.layers["cells"].color_by == "clusters_peakvi"
    trained.redo()
    assert trained.layers["cells"].opacity == 0.5
    assert trained.color_by == "clusters_peakvi"


def test_undone_colour_does_not_take_away_the_clusters_that_came_later(trained):
    trained.color_by = "batch"
    trained.cluster()
    trained.wait()
    trained.undo()
    assert trained.color_by == "clusters_peakvi"


def test_layer_that_went_into_another_list_comes_back_as_one_like_it(session):
    labels = session.layers.pop("labels")
    labels.size = 30
    LayerList([labels])
    session.undo()
    assert session.layers["labels"] is not labels
    assert session.layers["labels"].size == 12


def test_undone_new_layer_and_order_leave_the_other_layers(session):
    more = session.layers
    more.append(CellsLayer("other"))
    more.append(LabelsLayer("names"))
    more.move("names", 0)
    session.undo()
    session.undo()
    assert [layer.name for layer in more] == ["cells", "groups", "labels", "other"]
    session.redo()
    session.redo()
    assert [layer.name for layer in more] == ["names", "cells", "groups", "labels", "other"]


def test_limits_are_of_what_colours_the_cells(session, counts):
    layer = session.layers["cells"]
    session.set_layer("cells", color_by="depth")
    layer.contrast_limits = (500, 8000)
    layer.color_by = "batch"
    assert layer.contrast_limits == session.layer_rows[0].contrast_limits == ()
    assert session.code().endswith("session.set_layer('cells', color_by='batch')\n")
    session.undo()  # one step brings both back
    assert (layer.color_by, layer.contrast_limits) == ("depth", (500, 8000))
    session.redo()
    assert (layer.color_by, layer.contrast_limits) == ("batch", ())
    session.color_by = session.regions[0]
    session.set_layer("cells", contrast_limits=(0.1, 0.4), color_by="depth")  # both are wanted
    assert layer.contrast_limits == (0.1, 0.4)
    space = {"adata": counts}
    exec(session.code(), space)
    assert space["session"].layers.state() == session.layers.state()


def test_limits_of_a_kept_state_and_of_a_new_layer_stay(session):
    session.set_layer("cells", color_by="depth", contrast_limits=(1, 2))
    session.add_layer("cells", color_by="batch", contrast_limits=(3, 4))
    state = [dict(reversed(one.items())) for one in session.layers.state()]
    session.color_by = "depth"
    session.layers["cells"].color_by = "batch"
    session.layers.restore(state)
    assert [session.layers[at].contrast_limits for at in (0, 3)] == [(1, 2), (3, 4)]


def test_limits_do_not_go_to_clusters_that_came_later(trained):
    trained.set_layer("cells", color_by="depth", contrast_limits=(1, 2))
    trained.color_by = "batch"
    trained.cluster()
    trained.wait()
    trained.undo()
    layer = trained.layers["cells"]
    assert (layer.color_by, layer.contrast_limits) == ("clusters_peakvi", ())
