"""The layers panel: the list of layers and the controls of the active layer."""

from __future__ import annotations

from ..arguments import convert, shown
from ..session import Session
from ..session.layers.kinds import Kind
from ..session.records import Basis, LayerRow, ObsColumn
from ..wire import Rows, hint_of
from ._panel import STATIC, Panel, reads


class LayersPanel(Panel):
    """List of layers, the topmost first, and the controls of the active layer."""

    _esm = STATIC / "layers.js"
    _css = STATIC / "theme.css"

    layer_rows = reads(Session.layer_rows, Rows(LayerRow))
    obs_columns = reads(Session.obs_columns, Rows(ObsColumn))
    n_cells = reads(Session.n_cells)
    bases = reads(Session.bases, Rows(Basis))

    def on_set_layer(
        self, layer: str, setting: str, value: str | float | bool | list[float]
    ) -> None:
        """Change one setting of a layer."""
        one = self.session.layer(layer)
        one.require((setting,))
        trait = one.traits()[setting]
        fitting = convert(value, hint_of(trait), f"The layer {shown(layer)} expected {setting}")
        self.session.set_layer(layer, **{setting: fitting})

    def on_choose_layer(self, layer: str) -> None:
        """Make a layer the active one."""
        self.session.layers.selection.active = self.session.layer(layer)

    def on_add_layer(self, kind: Kind) -> None:
        """Add a layer on top; layers of cells are added below the groups."""
        layers = self.session.layers
        groups = [at for at, layer in enumerate(layers) if layer.kind == "groups"]
        below = groups[0] if groups and kind == "cells" else None
        color_by = {"color_by": self.session.color_by} if kind == "cells" else {}
        self.session.add_layer(kind, index=below, **color_by)

    def on_move_layer(self, layer: str, to: int) -> None:
        """Move a layer before the one at a position, counted from the bottom."""
        self.session.move_layer(layer, to)

    def on_remove_layer(self, layer: str) -> None:
        """Remove a layer."""
        self.session.remove_layer(layer)
