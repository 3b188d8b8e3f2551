"""The embedding panel: cells to look at, to colour and to lasso into two groups."""

from __future__ import annotations

from typing import Annotated, Literal

from ..arguments import MaxLength
from ..errors import WireError
from ..session import Session
from ..session.cell_sets import Mode
from ..session.embedding import Colors
from ..session.records import Basis, CellCard, LayerRow, ObsColumn, Outline
from ..wire import Array, Record, Records, Rows
from ._panel import STATIC, Panel, reads, shares

Line = Annotated[list[float], MaxLength(40_000)]  # x and y of places in turn


class EmbeddingPanel(Panel):
    """A scatter of the cells with a lasso; the selection becomes group 1 or group 2."""

    _esm = STATIC / "embedding.js"
    _css = STATIC / "theme.css"

    embedding = reads(Session.embedding, Array("float32|float64", 2))
    basis = reads(Session.basis)
    dimensions = reads(Session.dimensions)
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
    outlines = reads(Session.outlines, Rows(Outline))
    undo_label = reads(Session.undo_label)
    redo_label = reads(Session.redo_label)
    looked_at = Record(CellCard, CellCard())

    def on_lasso(self, polygon: Line, mode: Mode) -> None:
        """Select the cells inside a polygon: x and y of its corners in turn."""
        self.session.lasso(_pairs(polygon), mode=mode)

    def on_brush(self, path: Line, radius: float, mode: Mode) -> None:
        """Select the cells that a brush touches: x and y of its places in turn."""
        self.session.brush(_pairs(path), radius, mode=mode)

    def on_select(self, cells: list[int], mode: Mode) -> None:
        """Select cells by their indices."""
        self.session.select(cells, mode=mode)

    def on_invert_selection(self) -> None:
        """Select the cells that are not selected."""
        self.session.invert_selection()

    def on_grow_selection(self, k: int) -> None:
        """Add the k nearest neighbours of each selected cell."""
        self.session.grow_selection(k)

    def on_show_basis(self, basis: str, dimensions: tuple[int, int]) -> None:
        """Show another embedding, or other dimensions of it."""
        self.session.show_basis(basis, dimensions=dimensions)

    def on_look_at(self, cell: int) -> None:
        """Say in ``looked_at`` what the counts know of a cell, if it is still there."""
        if 0 <= cell < self.session.n_cells:
            self.looked_at = self.session.cell_card(cell)

    def on_select_category(self, column: str, category: str, mode: Mode) -> None:
        """Select the cells of a category."""
        self.session.select_category(column, category, mode=mode)

    def on_make_group(self, number: Literal[1, 2], against_rest: bool) -> None:
        """Make the selection group 1 or 2, perhaps against all other cells."""
        self.session.make_group(number, against_rest=against_rest)

    def on_against_rest(self) -> None:
        """Make all cells that are not in group 1 group 2."""
        self.session.against_rest()

    def on_groups_by(self, column: str, group1: str, group2: str | None) -> None:
        """Take the groups from categories of ``obs``."""
        self.session.groups_by(column, group1, group2)

    def on_swap_groups(self) -> None:
        """Make group 1 group 2 and the reverse."""
        self.session.swap_groups()

    def on_clear_selection(self) -> None:
        """Forget the pending selection."""
        self.session.clear_selection()

    def on_clear_groups(self) -> None:
        """Empty both groups."""
        self.session.clear_groups()

    def on_undo(self) -> None:
        """Go back over the last change."""
        self.session.undo()

    def on_redo(self) -> None:
        """Bring back what was undone last."""
        self.session.redo()

    def on_train(self) -> None:
        """Train with the session's parameters, then place the cells."""
        self.session.train()
        self.session.embed()

    def on_embed(self) -> None:
        """Place the cells by the trained model."""
        self.session.embed()

    def on_cluster(self, resolution: float) -> None:
        """Find Leiden clusters and colour by them."""
        self.session.cluster(resolution)


def _pairs(line: list[float]) -> list[tuple[float, float]]:
    """Return x and y of places in turn as pairs.

    Raises
    ------
    WireError
        A y is missing.
    """
    if len(line) % 2:
        raise WireError(f"A line has x and y of each place, got {len(line)} numbers.")
    return list(zip(line[::2], line[1::2], strict=True))
