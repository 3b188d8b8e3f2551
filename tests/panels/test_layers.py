"""The layers panel: what is done in it reaches the session, and the reverse."""

import pytest

from peakvi_widgets.panels.differential import DifferentialPanel
from peakvi_widgets.panels.embedding import EmbeddingPanel
from peakvi_widgets.panels.layers import LayersPanel
from peakvi_widgets.viewer import Viewer


@pytest.fixture
def panel(session):
    return LayersPanel(session)


def ask(panel, intent, **arguments):
    panel._receive(panel, {"intent": intent, **arguments}, [])


def rows(panel):
    return {row["name"]: row for row in panel.get_state()["layer_rows"]}


def test_what_is_set_in_python_is_on_the_wire(panel, session):
    session.layers["cells"].opacity = 0.25
    session.layers["cells"].contrast_limits = (1, 2)
    session.layers["groups"].visible = False
    cells = rows(panel)["cells"]
    assert (cells["opacity"], list(cells["contrast_limits"])) == (0.25, [1, 2])
    assert (cells["kind"], cells["active"], cells["in_legend"]) == ("cells", True, True)
    assert rows(panel)["groups"]["visible"] is False


@pytest.mark.parametrize(
    ("layer", "setting", "value"),
    [
        ("cells", "visible", False),
        ("cells", "opacity", 0.5),
        ("cells", "size", 4),
        ("cells", "color_by", "batch"),
        ("cells", "contrast_limits", [1.0, 2.0]),
        ("groups", "fill", False),
        ("labels", "column", "cell_type"),
        ("labels", "name", "types"),
    ],
)
def test_what_is_set_in_the_panel_is_in_python(panel, session, layer, setting, value):
    one = session.layers[layer]
    ask(panel, "set_layer", layer=layer, setting=setting, value=value)
    assert getattr(one, setting) == (tuple(value) if isinstance(value, list) else value)
    assert session.undo_label == "layer settings"


@pytest.mark.parametrize(
    ("layer", "setting", "value", "says"),
    [
        ("cells", "opacity", 3, "from 0 to 1"),
        ("cells", "opacity", "x", "opacity"),
        ("cells", "home", 1, "has no 'home'"),
        ("cells", "color_by", "nonsense", "nonsense"),
        ("others", "opacity", 1, "no layer 'others'"),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(
    panel, session, layer, setting, value, says
):
    before = session.layers.state()
    ask(panel, "set_layer", layer=layer, setting=setting, value=value)
    assert session.notice.level == "error"
    assert says in session.notice.text
    assert session.layers.state() == before
    assert session.undo_label == ""


def test_layers_are_added_chosen_moved_and_removed(panel, session):
    ask(panel, "add_layer", kind="cells")  # below the groups, so that they stay in sight
    assert list(rows(panel)) == ["cells", "cells [1]", "groups", "labels"]
    assert rows(panel)["cells [1]"]["color_by"] == "cell_type"
    assert rows(panel)["cells [1]"]["active"]
    ask(panel, "choose_layer", layer="labels")
    assert session.layers.selection.active is session.layers["labels"]
    ask(panel, "move_layer", layer="cells [1]", to=0)
    ask(panel, "remove_layer", layer="cells")
    assert list(rows(panel)) == ["cells [1]", "groups", "labels"]


def test_colours_of_other_layers_reach_the_picture_once(session):
    picture = EmbeddingPanel(session)
    session.add_layer("cells", color_by="batch")
    (other,) = picture.get_state()["layer_colors"]
    assert (other["color_by"], other["codes"]["dtype"]) == ("cell_type", "int16")
    assert picture.get_state()["colors"]["color_by"] == "batch"


def test_a_region_chosen_in_the_table_colours_the_active_layer(session):
    table = DifferentialPanel(session)
    other = session.add_layer("cells", color_by="batch")
    table.set_state({"color_by": session.regions[3]})
    assert other.color_by == session.regions[3]
    assert session.layers["cells"].color_by == "cell_type"


def test_layers_of_the_viewer_are_those_of_the_session(session):
    viewer = Viewer(session)
    assert viewer.layers is session.layers
    assert viewer.layer_list.layer_rows == session.layer_rows
