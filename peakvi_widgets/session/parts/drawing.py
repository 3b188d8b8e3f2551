"""What the picture shows: the layers and their colors.

The list (``session.layers``) is free to use like any list of layers. This part follows it: it keeps
the colors that the layers ask for, joins ``color_by`` and ``basis`` of the session with the layer
of cells that the legend speaks of, and writes each change into the record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from traitlets import TraitError, observe

from ...arguments import listed, shown
from ..base import Part
from ..layers.calls import state_of
from ..layers.kinds import CellsLayer
from ..layers.layer_list import Event
from ..layers.snapshot import LayerSnapshot, LayersSnapshot, Picture
from ..records import Colors, LayerRow


class Drawing(Part):
    """What the picture shows."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.layers.check, self.layers.lock = self._check_layer, self.lock
        for signal in vars(self.layers.events).values():
            signal.connect(self._layers_changed)
        self._show_layers()

    @property
    def _layer_state(self) -> tuple[LayersSnapshot, tuple[str, ...]]:
        """The layers, how each looks, and their bases: what a step that fails puts back."""
        cells = [layer for layer in self.layers if isinstance(layer, CellsLayer)]
        return self.layers.snapshot(), tuple(layer.basis for layer in cells)

    @_layer_state.setter
    def _layer_state(self, state: tuple[LayersSnapshot, tuple[str, ...]]) -> None:
        with self._step():
            self.layers.restore_snapshot(state[0])
            self._place_layers()

    # -- inside -----------------------------------------------------------------------------------
    def _check_layer(self, trait: str, value: str) -> None:
        """Refuse what a layer cannot show of these cells."""
        if not value or (self.adata is None and trait != "basis"):
            return  # before there are cells it is a wish
        if self.adata is not None:
            self._follow_columns()
        if trait == "color_by":
            self._require_color(value)
        elif trait == "column":
            names = [column.name for column in self.obs_columns if column.kind == "category"]
            if value not in names:
                raise TraitError(
                    f"obs has no categories {shown(value)} to write; "
                    f"there is {listed(names, 'none yet')}."
                )
        elif value not in {self.basis, *(basis.name for basis in self.bases)}:
            there = listed((basis.name for basis in self.bases), "none yet")
            raise TraitError(f"obsm has no {shown(value)} to place the cells by; there is {there}.")

    @property
    def _in_legend(self) -> CellsLayer | None:
        """The layer of cells that ``color_by``, ``colors`` and the legend mean."""
        active = self.layers.selection.active
        if isinstance(active, CellsLayer):
            return active
        cells = [layer for layer in self.layers if isinstance(layer, CellsLayer)]
        before = [layer for layer in cells if layer is self._legend_before]
        return next(iter(before or cells), None)

    def _layers_changed(self, event: Event) -> None:
        before = self.picture
        if event.type == "set" and event.trait == "basis":
            self._join_basis(event.value)  # recorded there
            return
        if event.type == "inserted" and isinstance(event.value, CellsLayer):
            event.value.basis = self.basis
        if isinstance(event.value, CellsLayer) and event.trait == "color_by":
            with self._step():
                event.value.contrast_limits = ()  # they were of what colored the cells before
        self._join_color()
        self._show_layers()
        if not self._in_step and self.picture != before:
            self._react("layer", event, before)

    def _join_color(self) -> None:
        """Let the session's color be that of the layer in the legend."""
        layer = self._legend_before = self._in_legend
        if layer is not None and layer.color_by != self.color_by:
            with self._step():
                self.color_by = layer.color_by

    def _join_basis(self, layer: Any) -> None:
        """All layers of a picture share their places."""
        if layer.basis != self.basis:
            self._react("basis", layer.basis)
        self._show_layers()

    def _show_layers(self) -> None:
        active, in_legend = self.layers.selection.active, self._in_legend
        self.layer_rows = tuple(
            LayerRow(
                kind=layer.kind,
                active=layer is active,
                in_legend=layer is in_legend,
                **layer.settings(),
            )
            for layer in self.layers
        )
        self.picture = Picture(self.layers.snapshot(), in_legend, self.color_by)
        self._show_colors()

    def _show_colors(self) -> None:
        """Keep the colors that are asked for, and find those that are missing."""
        asked = {
            getattr(layer, name, "") for layer in self.layers for name in ("color_by", "column")
        }
        asked -= {"", self.color_by}
        missing = asked - self._more_colors.keys()
        kept = {name: colors for name, colors in self._more_colors.items() if name in asked}
        self._more_colors = kept | {name: Colors(color_by=name) for name in missing}
        for name in missing:
            self._look_up(name, partial(self._take_more_colors, name))
        self._show_more_colors()

    def _take_more_colors(self, name: str, colors: Colors) -> None:
        if name in self._more_colors:
            self._more_colors = self._more_colors | {name: colors}
            self._show_more_colors()

    def _show_more_colors(self) -> None:
        found = tuple(colors for colors in self._more_colors.values() if colors.title)
        if found != self.layer_colors:
            self.layer_colors = found

    @observe("color_by")
    def _color_layer(self, change: Any) -> None:
        layer = self._in_legend
        if layer is None:
            before = self.picture
            self._show_layers()
            if not self._in_step:
                self._react("layer", Event("colored", self.layers), before)
        elif layer.color_by != change.new:
            layer.color_by = change.new

    @observe("basis")
    def _place_layers(self, _change: Any = None) -> None:
        for layer in self.layers:
            if isinstance(layer, CellsLayer):
                layer.basis = self.basis

    @observe("obs_columns", "gene_members", "genome_in_use")
    def _look_again(self, change: Any = None) -> None:
        self._more_colors, before = {}, self.color_by
        if self.adata is not None and self.n_cells == self.adata.n_obs:
            with self._step():
                self._drop_lost()
                if (
                    change is not None
                    and change.name != "obs_columns"
                    and not self.color_by
                    and before
                ):
                    self.notify(f"There is no gene {before} to color by.", "warning")
            self._show_colors()

    def _drop_lost(self) -> None:
        """Reset what the new cells do not have."""
        for layer in self.layers:
            for trait in ("color_by", "column"):
                try:
                    self._check_layer(trait, getattr(layer, trait, ""))
                except TraitError:
                    setattr(layer, trait, "")

    # -- reactions --------------------------------------------------------------------------------
    def _draw_new_cells(self) -> None:
        self._look_again()
        self._show_layers()

    def _layers_restored(self, state: Mapping[str, Any]) -> None:
        if "layer_rows" in state:  # of a file
            self.layers.restore(state_of(state["layer_rows"]))
            named = [row.name for row in state["layer_rows"] if row.in_legend]
            self._legend_before = self.layers[named[0]] if named else None
            self._join_color()
            self._show_layers()
        else:
            self._show_picture(state.get("picture", self.picture))

    def _show_picture(self, picture: Picture) -> None:
        """Make the picture another one; the basis stays that of the session."""
        self.layers.restore_snapshot(tuple(map(self._possible, picture.layers)))
        self._legend_before = picture.in_legend if picture.in_legend in self.layers else None
        self._join_color()
        if self._in_legend is None and self.color_by != picture.color_by:
            self.color_by = picture.color_by
        self._show_layers()

    def _possible(self, one: LayerSnapshot) -> LayerSnapshot:
        """Return a layer without what the cells of now do not have."""
        settings = dict(one.settings)
        for trait in {"color_by", "column"} & settings.keys():
            try:
                self._check_layer(trait, settings[trait])
            except TraitError:
                settings[trait] = ""
        return replace(one, settings=settings)

    def _layers_after_undo(self, _changed: Collection[str]) -> None:
        self._show_layers()
