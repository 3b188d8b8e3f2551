"""The list of layers has napari's manners; each change is drawn, sent, undone and in the script."""

import json

import numpy as np
import pytest
from traitlets import TraitError

from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session
from peakvi_widgets.session.layers.kinds import CellsLayer, GroupsLayer, LabelsLayer
from peakvi_widgets.session.layers.layer_list import LayerList


@pytest.fixture
def layers():
    return LayerList([CellsLayer(), GroupsLayer(), LabelsLayer()])


def names(layers):
    return [layer.name for layer in layers]


def test_names_are_unique_as_in_napari(layers):
    layers.append(CellsLayer())
    layers.append(CellsLayer("cells"))
    layers.append(CellsLayer("cells [1]"))
    assert names(layers)[3:] == ["cells [1]", "cells [2]", "cells [3]"]
    layers["labels"].name = "cells"
    assert layers[2].name == "cells [4]"
    layers["groups"].name = "groups"
    assert layers[1].name == "groups"
    layers["groups"].name = "  "
    assert layers[1].name == "groups"


def test_layers_are_found_by_name_by_position_and_by_themselves(layers):
    cells = layers["cells"]
    assert layers[0] is layers[-3] is cells
    assert [layers.index(key) for key in ("labels", 2, layers[2])] == [2, 2, 2]
    assert "cells" in layers
    assert cells in layers
    assert "others" not in layers
    with pytest.raises(KeyError, match="There is no layer 'others'; there is 'cells', 'groups'"):
        layers["others"]
    with pytest.raises(IndexError):
        layers[3]


def test_insert_remove_pop_and_move(layers):
    other = CellsLayer("other")
    layers.insert(1, other)
    assert names(layers) == ["cells", "other", "groups", "labels"]
    layers.move("other", 4)  # positions count before it is taken out, as in napari
    assert names(layers) == ["cells", "groups", "labels", "other"]
    layers.move(3, 0)
    layers.move("cells", -1)
    assert names(layers) == ["other", "groups", "labels", "cells"]
    layers.remove("groups")
    assert layers.pop() is not other
    assert layers.pop(0) is other
    assert names(layers) == ["labels"]
    layers.append(other)  # it stands nowhere, so it may come back
    with pytest.raises(ValueError, match="is in a list already"):
        layers.append(other)
    with pytest.raises(TypeError, match="is not a layer"):
        layers.append("cells")


@pytest.mark.parametrize("wrong", ["x", None, 7])
def test_what_cannot_stand_in_a_place_leaves_the_layer_there(layers, wrong):
    there = list(layers)
    with pytest.raises(TypeError, match="is not a layer; make one by"):
        layers[0] = wrong
    with pytest.raises(ValueError, match="is in a list already; move"):
        layers[0] = layers[1]
    layers[1] = layers[1]
    assert list(layers) == there
    layers["cells"] = new = CellsLayer(size=3)
    assert names(layers) == ["cells", "groups", "labels"]
    assert layers[0] is new is layers.selection.active


def test_order_is_reversed_and_nothing_lost(layers):
    layers.append(CellsLayer("more"))
    there = list(layers)
    layers.reverse()
    assert list(layers) == there[::-1]


def test_listeners_are_told_of_each_change(layers):
    events_seen = []
    for kind in ("inserted", "removed", "reordered", "renamed", "set"):
        getattr(layers.events, kind).connect(
            lambda event: events_seen.append((event.type, event.value.name, event.index))
        )
    counted = []
    stop = layers.events.inserted.connect(lambda: counted.append(1))  # an event is not asked for
    layers.append(CellsLayer("more"))
    layers.move("more", 0)
    layers[0].opacity = 0.5
    layers[0].name = "most"
    layers.remove("most")
    assert events_seen == [
        ("inserted", "more", 3),
        ("reordered", "more", 0),
        ("set", "more", 0),
        ("renamed", "most", 0),
        ("removed", "most", 0),
    ]
    layers.events.inserted.disconnect(stop)
    gone = layers.pop()
    gone.opacity = 0.1  # nobody listens to it any more
    assert [len(events_seen), counted] == [7 - 1, [1]]


def test_new_layers_are_active_and_the_one_below_follows_a_removed_one(layers):
    assert layers.selection.active is layers["labels"]
    layers.selection.active = "groups"
    layers.remove("groups")
    assert layers.selection.active is layers["cells"]
    layers.selection.add("labels")
    assert list(layers.selection) == [layers[0], layers[1]]
    layers.selection.clear()
    assert layers.selection.active is None


def test_state_is_json_and_brings_everything_back(layers):
    layers["cells"].contrast_limits = (1, 3)
    layers["cells"].palette = "Okabe-Ito"
    layers.move("labels", 0)
    state = json.loads(json.dumps(layers.state()))
    cells = layers["cells"]
    layers.remove("groups")
    cells.palette = "24 colors"
    cells.contrast_limits = ()
    layers.restore(state)
    assert layers.state() == state
    assert layers["cells"] is cells  # who holds a layer holds it still
    fresh = LayerList()
    fresh.restore(state)
    assert fresh.state() == state


@pytest.mark.parametrize(
    ("kind", "setting", "value", "match"),
    [
        (CellsLayer, "opacity", 1.5, "from 0 to 1"),
        (CellsLayer, "size", -1, "or 0 for one that fits"),
        (CellsLayer, "contrast_limits", (3, 1), "the lower first"),
        (CellsLayer, "colormap", "jet", "viridis"),
        (LabelsLayer, "size", 2, "6 to 48"),
    ],
)
def test_wrong_settings_are_refused_with_what_to_do(kind, setting, value, match):
    layer = kind()
    before = getattr(layer, setting)
    with pytest.raises(TraitError, match=match):
        setattr(layer, setting, value)
    assert getattr(layer, setting) == before


def test_a_setting_that_a_kind_does_not_have_is_refused():
    with pytest.raises(DataError, match="A groups layer has no 'color_by'; it has name, fill"):
        GroupsLayer(color_by="x")


# -- in a session -----------------------------------------------------------------------------


def test_color_by_and_colors_are_those_of_the_active_layer_of_cells(session):
    assert session.layers["cells"].color_by == session.color_by == "cell_type"
    session.color_by = "batch"
    assert session.layers["cells"].color_by == "batch"
    other = session.add_layer("cells", color_by="cell_type")
    assert (session.color_by, session.colors.title) == ("cell_type", "cell_type")
    assert [colors.color_by for colors in session.layer_colors] == ["batch"]
    session.layers.selection.active = "groups"  # no cells: the last that was active still counts
    assert session.color_by == "cell_type"
    session.layers.remove(other)
    assert session.color_by == "batch"
    assert session.layer_colors == ()


def test_cells_are_coloured_by_depth(counts):
    counts = counts.copy()
    del counts.obs["depth"]  # a column of that name would be shown instead
    session = Session(counts)
    session.wait()
    session.color_by = "depth"
    assert session.colors.title == "depth, open regions"
    np.testing.assert_array_equal(session.colors.values, (counts.X > 0).sum(1).A1)


def test_what_the_cells_do_not_have_is_refused(session):
    with pytest.raises(TraitError, match="no column of obs, region or gene 'nonsense'"):
        session.layers["cells"].color_by = "nonsense"
    with pytest.raises(TraitError, match="no categories 'n_counts' to write; there is"):
        session.layers["labels"].column = "n_counts"
    with pytest.raises(TraitError, match="X_pca"):
        session.layers["cells"].basis = "X_pca"
    with pytest.raises(TraitError, match="nonsense"):
        session.layers.append(CellsLayer(color_by="nonsense"))
    with pytest.raises(TraitError, match="nonsense"):
        session.layers["cells"] = CellsLayer(color_by="nonsense")
    with pytest.raises(TraitError, match="from 0 to 1"):
        session.set_layer("cells", size=4, opacity=7)
    assert session.layers["cells"].size == 0  # all or nothing
    with pytest.raises(DataError, match="no layer 'others'"):
        session.set_layer("others", opacity=0.5)
    assert len(session.layers) == 3
    assert "layer" not in session.code()


def test_undo_goes_back_over_each_change_of_layers(session):
    session.layers["cells"].opacity = 0.5
    session.color_by = "batch"
    session.layers.append(CellsLayer(color_by="cell_type"))
    session.layers.move("cells [1]", 0)
    session.layers.remove("labels")
    session.layers["groups"].name = "both"
    seen = []
    while session.undo_label:
        session.undo()
        cells = session.layers["cells"]
        seen.append((names(session.layers), cells.color_by, cells.opacity))
    usual = ["cells", "groups", "labels"]
    assert seen == [
        (["cells [1]", "cells", "groups"], "batch", 0.5),
        (["cells [1]", "cells", "groups", "labels"], "batch", 0.5),
        ([*usual, "cells [1]"], "batch", 0.5),
        (usual, "batch", 0.5),
        (usual, "cell_type", 0.5),
        (usual, "cell_type", 0.85),
    ]
    assert session.color_by == "cell_type"
    assert session.colors.title == "cell_type"


def test_what_was_undone_comes_back_by_redo(session):
    session.set_layer("cells", size=3, color_by="batch")
    session.layers.remove("groups")
    code = session.code()
    session.undo()
    session.undo()
    assert (names(session.layers), session.color_by) == (["cells", "groups", "labels"], "cell_type")
    session.redo()
    session.redo()
    assert (names(session.layers), session.color_by) == (["cells", "labels"], "batch")
    assert session.layers["cells"].size == 3
    assert session.code() == code


def test_script_makes_the_same_layers(session, counts):
    for opacity in np.linspace(0.1, 0.9, 9):
        session.layers["cells"].opacity = opacity
    session.set_layer("cells", color_by="batch", palette="Okabe-Ito")
    session.add_layer("cells", index=1, color_by="depth", contrast_limits=(10, 30), name="deep")
    session.layers.move("labels", 0)
    session.layers["labels"].column = "cell_type"
    session.layers["labels"].name = "types"
    session.layers.remove("groups")
    script = session.code()
    assert script.count("opacity") == 1  # a slider that was dragged is one line
    space = {"adata": counts}
    exec(script, space)
    again = space["session"]
    again.layers.selection.active = session.layers.selection.active.name
    assert again.layers.state() == session.layers.state()


def test_layers_outlive_new_cells_and_the_script_says_so(session, counts):
    session.set_layer("cells", opacity=0.3, color_by="batch")
    session.add_layer("cells", color_by="cell_type", size=7)
    session.layers.remove("labels")
    session.layers.move("groups", 0)
    other = counts.copy()
    del other.obs["cell_type"]
    session.open(other)
    session.wait()
    assert names(session.layers) == ["groups", "cells", "cells [1]"]
    assert session.layers["cells"].opacity == 0.3
    assert session.layers["cells [1]"].color_by == ""  # these cells have no such column
    space = {"adata": other, "other": other}
    exec(session.code(), space)
    assert names(space["session"].layers) == names(session.layers)
    assert space["session"].layers["cells [1]"].size == 7


def test_filter_and_its_undo_keep_the_layers(session):
    session.set_layer("cells", size=3, color_by="batch")
    session.filter(min_cells=30)
    session.wait()
    session.layers["cells"].size = 9
    session.undo()
    session.undo()
    assert session.n_regions == 240
    assert session.layers["cells"].size == 3
    assert session.colors.title == "batch"


def test_clustering_colours_the_active_layer_and_is_one_entry(trained):
    trained.cluster()
    trained.wait()
    assert trained.layers["cells"].color_by == "clusters_peakvi"
    assert "set_layer" not in trained.code()


def test_layers_made_before_there_are_cells_stay(counts):
    session = Session()
    session.layers["cells"].opacity = 0.4
    session.layers["cells"].color_by = "batch"  # a wish: nobody knows yet whether it is there
    session.layers.append(CellsLayer(color_by="nonsense"))
    session.layers.selection.active = "cells"
    session.open(counts)
    session.wait()
    assert session.layers["cells"].opacity == 0.4
    assert session.color_by == session.colors.title == "batch"
    assert session.layers["cells [1]"].color_by == ""
    again = Session.replay(session.record, data=counts)
    assert again.picture.described() == session.picture.described()


def test_basis_of_a_layer_is_that_of_the_picture(counts):
    counts = counts.copy()
    counts.obsm["X_pca"] = np.ones((300, 3), "float32")
    session = Session(counts)
    session.wait()
    assert session.layers["cells"].basis == session.basis == "X_umap"
    session.layers["cells"].basis = "X_pca"
    assert session.basis == "X_pca"
    assert session.embedding[0].tolist() == [1, 1]
    assert session.add_layer("cells").basis == "X_pca"
    session.basis = "X_umap"
    assert {layer.basis for layer in session.layers if layer.kind == "cells"} == {"X_umap"}
