"""The embedding panel: a scatter plot of the cells to color and to lasso into groups."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from traitlets import Unicode, observe

from ..arguments import MaxLength
from ..errors import WireError
from ..obs_query import as_name
from ..session import Session
from ..session.cell_sets import Mode
from ..session.named_groups import GROUPS_COLUMN
from ..session.opening import Source
from ..session.records import (
    Basis,
    CellDetails,
    Colors,
    LayerRow,
    NamedGroup,
    ObsColumn,
    Outline,
    TopRegions,
)
from ..wire import Array, Record, Records, Rows
from ._panel import STATIC, Panel, asks, follows, reads, shares

Line = Annotated[list[float], MaxLength(40_000)]  # x and y of points, alternating
Barcodes = Annotated[list[str], MaxLength(1_000_000)]


class EmbeddingPanel(Panel):
    """Scatter plot of the cells with a lasso; the selection becomes group 1 or group 2.

    Attributes
    ----------
    preview_sentence, selection_sentence
        How many dimensions of all cells are real, and of the selected ones; empty when that was not
        tested.
    """

    _esm = STATIC / "embedding.js"
    _css = STATIC / "theme.css"

    embedding = reads(Session.embedding, Array("float32|float64", 2))
    basis = reads(Session.basis)
    shown_dimensions = reads(Session.shown_dimensions)
    bases = reads(Session.bases, Rows(Basis))
    embedding_state = reads(Session.embedding_state)
    training = reads(Session.training)
    n_cells = reads(Session.n_cells)
    color_by = shares(Session.color_by)
    colors = reads(Session.colors, Record(Colors, Colors()))
    layer_rows = reads(Session.layer_rows, Rows(LayerRow))
    layer_colors = reads(Session.layer_colors, Records(Colors))
    obs_columns = reads(Session.obs_columns, Rows(ObsColumn))
    selection = reads(Session.selection, Array("uint32"))
    idx1 = reads(Session.idx1, Array("uint32"))
    idx2 = reads(Session.idx2, Array("uint32"))
    named_groups = reads(Session.named_groups, Rows(NamedGroup))
    group_names = reads(Session.group_names)
    outlines = reads(Session.outlines, Rows(Outline))
    selected_regions = reads(Session.selected_regions, Record(TopRegions, TopRegions()))
    drawn_regions = reads(Session.drawn_regions, Record(TopRegions, TopRegions()))
    undo_label = reads(Session.undo_label)
    redo_label = reads(Session.redo_label)
    cell_details = Record(CellDetails, CellDetails())
    previewing = reads(Session.previewing)
    dimensions = follows(Session.dimensions)
    selection_dimensions = follows(Session.selection_dimensions)
    preview_sentence = Unicode().tag(sync=True)
    selection_sentence = Unicode().tag(sync=True)

    def __init__(self, source: Session | Source | None = None, **traits: Any) -> None:
        super().__init__(source, **traits)
        with self.session.lock:
            self.session.live_preview = self.session.live_regions = True

    @observe("dimensions", "selection_dimensions")
    def _say_dimensions(self, _change: Any) -> None:
        self.preview_sentence = self.dimensions.sentence if self.dimensions else ""
        selected = self.selection_dimensions
        self.selection_sentence = selected.sentence if selected else ""

    def on_lasso(self, polygon: Line, mode: Mode) -> None:
        """Select the cells inside a polygon, given as alternating x and y of its corners."""
        self.session.lasso(_pairs(polygon), mode=mode)

    def on_brush(self, path: Line, radius: float, mode: Mode) -> None:
        """Select the cells that a brush touches, given as alternating x and y of its path."""
        self.session.brush(_pairs(path), radius, mode=mode)

    def on_look_inside(self, line: Line, radius: float, mode: Mode, question: int) -> None:
        """Find what is observed of the cells that a line would select, while it is drawn."""
        self.session.look_inside(_pairs(line), radius=radius, mode=mode, question=question)

    def on_select(self, cells: list[int], mode: Mode) -> None:
        """Select cells by their indices."""
        self.session.select(cells, mode=mode)

    def on_select_barcodes(self, barcodes: Barcodes, mode: Mode) -> None:
        """Select cells by their barcodes."""
        self.session.select_barcodes(list(barcodes), mode=mode)

    on_stop_looking = asks(Session.stop_looking, "kept")
    on_invert_selection = asks(Session.invert_selection)
    on_grow_selection = asks(Session.grow_selection, "k")
    on_show_basis = asks(Session.show_basis, "basis", "dimensions")

    def on_show_cell_details(self, cell: int) -> None:
        """Show the details of a cell in ``cell_details``, if the cell still exists."""
        if 0 <= cell < self.session.n_cells:
            self.cell_details = self.session.cell_details(cell)

    def on_select_category(self, column: str, category: str, mode: Mode) -> None:
        """Select the cells of a category."""
        self.session.select_category(column, category, mode=mode)

    on_make_group = asks(Session.make_group, "number", "against_rest")
    on_against_rest = asks(Session.against_rest)

    def on_groups_by(self, column: str, group1: str, group2: str | None) -> None:
        """Make the groups from categories of a column of ``obs``."""
        self.session.groups_by(column, group1, group2)

    def on_name_group(self, name: str, query: str) -> None:
        """Give the cells of a query a name; without a query the selected cells."""
        self.session.name_group(name, query.strip() or None)

    def on_select_group(self, name: str, mode: Mode) -> None:
        """Select the cells of a named group."""
        self.session.select(as_name(name), mode=mode)

    def on_compare_group(self, name: str, number: Literal[1, 2]) -> None:
        """Make a named group group 1 or group 2."""
        self.session.set_groups(**{f"idx{number}": as_name(name)})

    on_update_group = asks(Session.update_group, "name")
    on_rename_group = asks(Session.rename_group, "name", "new_name")
    on_color_group = asks(Session.color_group, "name", "color")
    on_remove_group = asks(Session.remove_group, "name")

    def on_groups_from(self, column: str) -> None:
        """Make a group of each category of a column of ``obs``."""
        self.session.groups_from(column)

    def on_groups_to_obs(self) -> None:
        """Write the named groups into ``obs`` and color the cells by them."""
        self.session.groups_to_obs()
        self.session.color_by = GROUPS_COLUMN

    on_swap_groups = asks(Session.swap_groups)
    on_clear_selection = asks(Session.clear_selection)
    on_clear_groups = asks(Session.clear_groups)
    on_undo = asks(Session.undo)
    on_redo = asks(Session.redo)

    def on_train(self) -> None:
        """Train with the session's parameters, then embed the cells."""
        self.session.train()
        self.session.embed()

    on_preview = asks(Session.preview)
    on_check_selection = asks(Session.check_selection)
    on_embed = asks(Session.embed)
    on_cluster = asks(Session.cluster, "resolution")


def _pairs(line: list[float]) -> list[tuple[float, float]]:
    """Return alternating x and y as pairs.

    Raises
    ------
    WireError
        A y is missing.
    """
    if len(line) % 2:
        raise WireError(f"A line expected x and y of each point, got {len(line)} numbers.")
    return list(zip(line[::2], line[1::2], strict=True))
