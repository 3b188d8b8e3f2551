"""The registry of commands: every action of a button, a key or the command palette.

It holds data only. ``js/scripts/contract.py`` writes it into ``contract.ts``, and each panel of the
front end implements its own commands. Titles, keys and help of buttons, menus, the palette and the
shortcut sheet all come from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any

from .session import Session
from .session.history.literals import Variable, literal


@dataclass(frozen=True, slots=True)
class Command:
    """One action.

    Attributes
    ----------
    id
        Name; that of the session's verb if there is one.
    title
        Text on screen.
    keys
        Keys that run it while the viewer has the focus; "mod+z" is Ctrl+Z or Cmd+Z.
    needs
        What it requires, to follow the word "needs".
    python
        Equivalent Python; empty if it changes only what the screen shows.
    help
        Longer description, shown on hover.
    local
        Whether its keys work only in its own panel.
    """

    id: str
    title: str
    keys: tuple[str, ...] = ()
    needs: str = ""
    python: str = ""
    help: str = ""
    local: bool = False


def call(method: Callable[..., Any], *arguments: Any, **named: Any) -> str:
    """Write the call of a method of the session as its script does.

    Raises
    ------
    TypeError
        The method does not take these arguments.
    """
    signature(method).bind(None, *arguments, **named)
    words = [literal(value) for value in arguments]
    words += [f"{name}={literal(value)}" for name, value in named.items()]
    return f"session.{method.__name__}({', '.join(words)})"


POLYGON, CORNERS, RADIUS = Variable("polygon"), Variable("corners"), Variable("radius")
PATH = Variable("path")

SELECTED = "selected cells"
GROUPED = "cells in a group"
EMBEDDED = "an embedding"
TRAINED = "a trained model"
OTHER_TOOL = "a tool other than the brush"
A_LAYER = "a layer"
IDLE = "open counts and no running training"
RUNNING = "a running training"

# by the panel that implements them; commands of several panels are listed under "session"
COMMANDS: dict[str, tuple[Command, ...]] = {
    "session": (
        Command("undo", "Undo", ("mod+z",), "a change to undo", call(Session.undo)),
        Command("redo", "Redo", ("mod+shift+z", "mod+y"), "a change that was undone",
                call(Session.redo)),
    ),
    "embedding": (
        Command(
            "pan", "Pan", ("p",), EMBEDDED,
            help="Drag the canvas; with any other tool, hold Space or use the middle button",
        ),
        Command(
            "lasso", "Lasso", ("l",), EMBEDDED, call(Session.lasso, POLYGON),
            "Draw around cells; the line closes automatically",
        ),
        Command(
            "rectangle", "Rectangle", ("r",), EMBEDDED, call(Session.lasso, CORNERS),
            "Drag from corner to corner",
        ),
        Command(
            "polygon", "Polygon", ("g",), EMBEDDED, call(Session.lasso, POLYGON),
            "Click corner by corner; the first corner, Enter or a double click closes it",
        ),
        Command(
            "brush", "Brush", ("b",), EMBEDDED, call(Session.brush, PATH, RADIUS),
            "Paint over cells; [ and ] change its size",
        ),
        Command("brush_smaller", "Smaller brush", ("[",), "the brush"),
        Command("brush_larger", "Larger brush", ("]",), "the brush"),
        Command("fit", "Fit", ("home",), EMBEDDED, help="Show all cells", local=True),
        Command(
            "fit_selection", "Fit to the selection", ("shift+home",),
            f"{SELECTED}, or cells in a group", local=True,
            help="Zoom to the selected cells, or to the groups if nothing is selected",
        ),
        Command("zoom_in", "Zoom in", ("+", "="), EMBEDDED, local=True),
        Command("zoom_out", "Zoom out", ("-",), EMBEDDED, local=True),
        Command(
            "make_group_1", "Make group 1", ("1",), SELECTED, call(Session.make_group, 1),
            "These cells become group 1",
        ),
        Command(
            "make_group_2", "Make group 2", ("2",), SELECTED, call(Session.make_group, 2),
            "These cells become group 2",
        ),
        Command(
            "make_group_1_against_rest", "Make group 1, all others group 2", ("shift+i",),
            SELECTED, call(Session.make_group, 1, against_rest=True),
            "These cells become group 1, all others group 2",
        ),
        Command(
            "name_group", "Name cells", ("n",), "open counts",
            call(Session.name_group, Variable("name")),
            "Give the selected cells, or those of a query, a name",
        ),
        Command(
            "against_rest", "Group 1 against the rest", ("shift+i",), "cells in group 1",
            call(Session.against_rest), "All cells that are not in group 1 become group 2",
        ),
        Command(
            "swap_groups", "Swap groups", ("x",), GROUPED, call(Session.swap_groups),
            "Exchange group 1 and group 2",
        ),
        Command("clear_groups", "Clear groups", (), GROUPED, call(Session.clear_groups),
                "Empty both groups"),
        Command(
            "clear_selection", "Clear the selection", ("escape",),
            f"{SELECTED} or a line in progress", call(Session.clear_selection),
            "Deselect all cells",
        ),
        Command(
            "select_visible", "Select visible cells", ("a",), EMBEDDED,
            call(Session.lasso, CORNERS), "Select all cells in the current view",
        ),
        Command(
            "invert_selection", "Invert the selection", ("i",), EMBEDDED,
            call(Session.invert_selection), "Select the cells that are not selected",
        ),
        Command(
            "grow_selection", "Grow the selection", ("k",), SELECTED,
            call(Session.grow_selection, k=15),
            "Add the nearest neighbors of each cell, in the latent space if there is one",
        ),
        Command("fewer_neighbors", "Grow by fewer neighbors", ("[",), OTHER_TOOL),
        Command("more_neighbors", "Grow by more neighbors", ("]",), OTHER_TOOL),
        Command(
            "cell_cursor", "Cell cursor", ("c",), EMBEDDED,
            help="Arrow keys move to the next cell, with Shift they select; Enter selects a cell",
        ),
        Command("check_selection", "Anything in here?", ("e",), SELECTED,
                call(Session.dimensions_of),
                "Test whether there is structure among these cells, beyond noise"),
        Command("preview", "Preview", (), "open counts", call(Session.preview),
                "Map the cells without a model, by dimensions that held-out data confirm"),
        Command("embed", "Embed", (), TRAINED, call(Session.embed),
                "Compute a UMAP of the model's latent space"),
        Command("cluster", "Cluster", (), "an embedding of the trained model",
                call(Session.cluster), "Find Leiden clusters in the model's latent space"),
    ),
    "training": (
        Command("train", "Train", ("t",), IDLE, call(Session.train),
                "Train with these parameters, or continue from the last step"),
        Command("stop", "Stop training", ("s",), RUNNING, call(Session.stop),
                "Stop at the next minibatch and keep the best weights"),
        Command("pause", "Pause or resume training", (), RUNNING, call(Session.pause)),
        Command("restart", "Restart training", (), TRAINED, call(Session.train, restart=True),
                "Discard this model and train a new one; press twice"),
    ),
    "differential": (
        Command("compare", "Compare", ("d",), f"{TRAINED} and cells in both groups",
                call(Session.compare), "Find regions that differ between group 1 and group 2"),
        Command("cancel", "Cancel the comparison", (), "a running comparison",
                call(Session.cancel), "Stop this comparison; the current table stays"),
        Command("live", "Compare automatically", (), "", "session.live = True",
                "Compare whenever the groups or a setting change"),
        Command("csv", "Download the table", (), "a table", "session.da_result.to_csv(path)",
                "Download the visible rows and columns in this order"),
        Command("copy_rows", "Copy the table", (), "a table", "session.da_result.to_clipboard()",
                "Copy the visible rows for a spreadsheet; Ctrl+C copies the selected rows"),
        Command("copy_regions", "Copy the region names", (), "a table",
                "session.da_result.index", "Copy the visible regions, one per line"),
        Command("bed", "Download the regions as BED", (), "a table",
                "session.save_regions(path, 'all')",
                "Download the visible regions in this order, for a genome browser"),
        Command("copy_bed", "Copy the regions as BED", (), "a table",
                "session.save_regions(path, 'all')",
                "Copy the visible regions, for GREAT and other web pages"),
    ),
    "markers": (
        Command("find_markers", "Find markers", (), f"{TRAINED} and a column of categories",
                call(Session.find_markers, Variable("column")),
                "Compare each category of a column with all other cells"),
        Command("cancel_markers", "Cancel finding markers", (), "markers that are being found",
                call(Session.cancel_markers), "Stop; the present table stays"),
        Command("compare_category", "Category against the rest", (), "a selected marker",
                call(Session.groups_by, Variable("column"), Variable("category")),
                "Make the category of the selected row group 1, all other cells group 2"),
        Command("save_markers", "Download the markers", (), "markers",
                call(Session.save_markers, Variable("path")),
                "Download the visible rows in this order"),
    ),
    "data": (
        Command("open_another", "Open data", (), "", call(Session.open, PATH)),
        Command("filter", "Apply the filter", (), "a changed filter and no running training",
                call(Session.filter, min_cells=10), "Keep these cells and regions"),
    ),
    "layers": (
        Command("toggle_layer", "Show or hide the layer", ("v",), A_LAYER,
                "session.layers[name].visible = False"),
        Command("rename_layer", "Rename the layer", ("f2",), A_LAYER,
                "session.layers[name].name = new_name", local=True),
        Command("remove_layer", "Remove the layer", ("delete",), A_LAYER,
                "session.layers.remove(name)", local=True),
        Command("raise_layer", "Move the layer up", ("alt+arrowup",), f"{A_LAYER} above it",
                "session.layers.move(name, position)", "Draw it above the next one", local=True),
        Command("lower_layer", "Move the layer down", ("alt+arrowdown",), f"{A_LAYER} below it",
                "session.layers.move(name, position)", "Draw it below the next one", local=True),
        Command("add_cells", "New layer of cells", (), "open counts",
                call(Session.add_layer, "cells"), "Show the same cells with other colors"),
        Command("add_labels", "New layer of labels", (), "open counts",
                call(Session.add_layer, "labels"),
                "Show category names at the center of their cells"),
        Command("add_groups", "Show the groups again", (), "a removed groups layer",
                call(Session.add_layer, "groups")),
    ),
    "log": (
        Command("copy_report", "Copy the newest report", (), "a failure in the log",
                "session.log[-1].report", "What failed and where, without any data"),
        Command("clear_log", "Clear the log", (), "a notice in the log", call(Session.clear_log)),
    ),
    "code": (
        Command("copy_code", "Copy the code", (), "", call(Session.code)),
        Command("download_script", "Download the code as .py", (), "", call(Session.code),
                "Save the script with the browser"),
        Command("download_notebook", "Download the code as a notebook", (), "",
                call(Session.code, ".ipynb"), "Save the script as a notebook with the browser"),
    ),
    "viewer": (
        Command("open_session", "Open session…", (), "no running training",
                call(Session.open, "name.peakvi"), "Open a saved session"),
        Command("save_session", "Save session…", (), "open counts",
                call(Session.save, "name.peakvi"),
                "Save counts, groups, model and results in one file on the server"),
        Command("save_page", "Save as a page…", (), "open counts",
                call(Session.export_html, "name.html"),
                "Save cells, groups and table in one HTML file on the server; it needs no kernel"),
        Command("save_script", "Save code as .py…", (), "", call(Session.save_code, "name.py"),
                "Save the script in a file on the server"),
        Command("save_notebook", "Save code as a notebook…", (), "",
                call(Session.save_code, "name.ipynb"),
                "Save the script as a notebook on the server"),
        Command("palette", "All commands", ("/", "q"), help="Find a command, a region or a column"),
        Command("shortcuts", "Keyboard shortcuts", ("?",), help="List all keys with their Python"),
        Command("save_picture", "Save picture", (), "", "viewer.screenshot(path)",
                "Download the current view of the cells as PNG"),
        Command("save_window_picture", "Save picture of the window", (), "",
                "viewer.screenshot(path, canvas_only=False)", "Download the whole window as PNG"),
        Command("halt", "Cancel", (),
                "opening, filtering, mapping, embedding or clustering that is running",
                call(Session.halt), "Stop at the next step; nothing changes"),
        Command("fullscreen", "Full screen", ("shift+f",)),
        Command("fold_left", "Fold or unfold the left dock"),
        Command("fold_right", "Fold or unfold the right dock", (), "a docked widget"),
        Command("fold_bottom", "Fold or unfold the bottom dock"),
    ),
}  # fmt: skip

# menus: command ids, in groups
MENUS: dict[str, tuple[tuple[str, ...], ...]] = {
    "File": (
        ("open_another", "open_session", "save_session"),
        ("save_page", "save_script", "save_notebook"),
        ("copy_code", "download_script", "download_notebook"),
        ("csv", "bed", "copy_rows", "copy_regions", "copy_bed"),
        ("save_picture", "save_window_picture"),
    ),
    "Edit": (("undo", "redo", "halt"), ("filter",)),
    "View": (
        ("fit", "fit_selection", "zoom_in", "zoom_out"),
        ("fullscreen",),
        ("fold_left", "fold_right", "fold_bottom"),
    ),
    "Select": (
        ("pan", "lasso", "rectangle", "polygon", "brush", "brush_smaller", "brush_larger"),
        ("select_visible", "invert_selection", "clear_selection"),
        ("cell_cursor", "grow_selection", "fewer_neighbors", "more_neighbors"),
        ("check_selection",),
    ),
    "Layers": (
        ("toggle_layer", "rename_layer", "remove_layer"),
        ("raise_layer", "lower_layer"),
        ("add_cells", "add_labels", "add_groups"),
    ),
    "Model": (("preview", "train", "stop", "pause", "restart"), ("embed", "cluster")),
    "Compare": (
        ("make_group_1", "make_group_2", "make_group_1_against_rest", "against_rest"),
        ("name_group", "swap_groups", "clear_groups"),
        ("compare", "cancel", "live"),
        ("find_markers", "cancel_markers", "compare_category", "save_markers"),
    ),
    "Help": (("palette", "shortcuts"), ("copy_report", "clear_log")),
}
