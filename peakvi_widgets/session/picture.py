"""The picture part of a session: its layers, recorded and undone like all else.

The list (``session.layers``) is free to use like any list of layers. This part follows it: it keeps
the colours that the layers ask for, joins ``color_by`` and ``basis`` of the session with the layer
of cells that the legend speaks of, and writes each change into the record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, ClassVar

from traitlets import TraitError, Tuple, observe

from ..errors import DataError
from .comparison import ComparisonPart
from .embedding import Colors
from .layer_kinds import CellsLayer, GroupsLayer, Kind, LabelsLayer, Layer, layer_of
from .layers import Event, Key, LayerList
from .state import LayerRow

LAYER_VERBS = {"add_layer", "set_layer", "move_layer", "remove_layer"}


class LayersPart(ComparisonPart):
    """What the picture shows.

    Attributes
    ----------
    layer_rows
        The ``layers`` as plain values, for the screen.
    layer_colors
        Colours that layers of cells ask for besides ``colors``.
    """

    layer_rows: Any = Tuple()
    layer_colors: Any = Tuple()

    kept_for_undo: ClassVar[tuple[str, ...]] = (*ComparisonPart.kept_for_undo, "layer_rows")

    _unasked = 0  # above 0 while the picture changes as part of something else
    _told_last: tuple[int, Any] = (0, None)  # the newest entry of a layer, and what it set

    def __init__(self, **traits: Any) -> None:
        self._more_colors: dict[str, Colors] = {}
        self._layers = LayerList(_usual_layers())
        self.layers.selection.active = "cells"
        super().__init__(**traits)
        self.layers.check, self.layers.lock = self._check_layer, self.lock
        for signal in vars(self.layers.events).values():
            signal.connect(self._layers_changed)
        self._show_layers()

    @property
    def layers(self) -> LayerList:
        """What is drawn, from the bottom to the top."""
        return self._layers

    # -- verbs ------------------------------------------------------------------------------------
    def add_layer(self, kind: Kind, *, index: int | None = None, **settings: Any) -> Layer:
        """Put another layer on top, or at a position from the bottom.

        Parameters
        ----------
        kind
            "cells", "groups" or "labels".
        index
            Where; None for on top.
        **settings
            What it begins with: ``name``, ``color_by``, ``opacity``, ...

        Returns
        -------
        The layer, also found as ``session.layers[name]``.

        Raises
        ------
        DataError
            There is no such kind, or it has no such setting.
        TraitError
            A setting makes no sense.
        """
        with self.lock:
            layer = layer_of(kind, settings)
            self.layers.insert(len(self.layers) if index is None else index, layer)
            return layer

    def set_layer(self, layer: Key, **settings: Any) -> None:
        """Change how a layer looks: the same as setting its traits, told and undone as one.

        Raises
        ------
        DataError
            There is no such layer, or it has no such setting.
        TraitError
            A setting makes no sense; nothing was changed.
        """
        with self.lock:
            one = self.layer(layer)
            one.require(settings)
            before, name = self.layer_rows, one.name
            with self._by_itself():
                try:
                    for trait, value in settings.items():
                        setattr(one, trait, value)
                except TraitError:
                    self.layers.restore(_state(before))
                    raise
            told = {trait: getattr(one, trait) for trait in settings if trait != "basis"}
            self._tell_set(name, told, before)

    def move_layer(self, layer: Key, to: int) -> None:
        """Put a layer before the one that stands at a position, counted from the bottom.

        Raises
        ------
        DataError
            There is no such layer.
        """
        with self.lock:
            self.layers.move(self.layer(layer), to)

    def remove_layer(self, layer: Key) -> None:
        """Take a layer out.

        Raises
        ------
        DataError
            There is no such layer.
        """
        with self.lock:
            self.layers.remove(self.layer(layer))

    def layer(self, key: Key) -> Layer:
        """Return a layer by its name or position.

        Raises
        ------
        DataError
            There is no such layer.
        """
        try:
            return self.layers[key]  # type: ignore[no-any-return]
        except (KeyError, IndexError) as error:
            raise DataError(str(error.args[0])) from error

    # -- inside -----------------------------------------------------------------------------------
    def _check_layer(self, trait: str, value: str) -> None:
        """Refuse what a layer cannot show of these cells."""
        if not value or (self.adata is None and trait != "basis"):
            return  # before there are cells it is a wish
        if trait == "color_by":
            self._require_color(value)
        elif trait == "column":
            names = [column.name for column in self.obs_columns if column.kind == "category"]
            if value not in names:
                known = ", ".join(names) or "none yet"
                raise TraitError(f"obs has no categories {value!r} to write; there is {known}.")
        elif value not in {self.basis, *(basis.name for basis in self.bases)}:
            there = ", ".join(basis.name for basis in self.bases) or "none yet"
            raise TraitError(f"obsm has no {value!r} to place the cells by; there is {there}.")

    @property
    def _in_legend(self) -> CellsLayer | None:
        """The layer of cells that ``color_by``, ``colors`` and the legend mean."""
        active = self.layers.selection.active
        if isinstance(active, CellsLayer):
            return active
        cells = [layer for layer in self.layers if isinstance(layer, CellsLayer)]
        if self._legend_before in cells:
            return self._legend_before
        return cells[0] if cells else None

    _legend_before: CellsLayer | None = None

    def _layers_changed(self, event: Event) -> None:
        before = self.layer_rows
        if event.type == "set" and event.trait == "basis":
            self._join_basis(event.value)  # the record has that by itself
            return
        if event.type == "inserted" and isinstance(event.value, CellsLayer):
            with self._by_itself():
                event.value.basis = self.basis
        self._join_color()
        self._show_layers()
        if not self._unasked and self.layer_rows != before:
            self._tell_layer(event, before)

    def _join_color(self) -> None:
        """Let the session's colour be that of the layer that is looked at."""
        layer = self._legend_before = self._in_legend
        if layer is not None and layer.color_by != self.color_by:
            with self._by_itself():
                self.color_by = layer.color_by

    def _join_basis(self, layer: Any) -> None:
        """All layers of a picture share their places."""
        if layer.basis != self.basis:
            self.basis = layer.basis
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
        self._show_colors()

    def _show_colors(self) -> None:
        """Keep the colours that are asked for, and find those that are missing."""
        asked = {
            getattr(layer, name, "") for layer in self.layers for name in ("color_by", "column")
        }
        asked -= {"", self.color_by}
        for name in self._more_colors.keys() - asked:
            del self._more_colors[name]
        for name in asked - self._more_colors.keys():
            self._more_colors[name] = Colors(color_by=name)  # asked for once
            self._look_up(name, partial(self._take_more_colors, name))
        self._show_more_colors()

    def _take_more_colors(self, name: str, colors: Colors) -> None:
        if name in self._more_colors:
            self._more_colors[name] = colors
            self._show_more_colors()

    def _show_more_colors(self) -> None:
        found = tuple(colors for colors in self._more_colors.values() if colors.title)
        if found != self.layer_colors:
            self.layer_colors = found

    @observe("color_by")
    def _color_layer(self, change: Any) -> None:
        layer = self._in_legend
        if layer is not None and layer.color_by != change.new:
            layer.color_by = change.new

    @observe("basis")
    def _place_layers(self, change: Any) -> None:
        with self._by_itself():
            for layer in self.layers:
                if isinstance(layer, CellsLayer):
                    layer.basis = change.new

    @observe("obs_columns")
    def _look_again(self, _change: Any = None) -> None:
        self._more_colors.clear()
        if self.adata is not None and self.n_cells == self.adata.n_obs:
            with self._by_itself():
                self._drop_lost()
            self._show_colors()

    def _drop_lost(self) -> None:
        """Let go of what the new cells do not have."""
        for layer in self.layers:
            for trait in ("color_by", "column"):
                try:
                    self._check_layer(trait, getattr(layer, trait, ""))
                except TraitError:
                    setattr(layer, trait, "")

    # -- what depends on what ---------------------------------------------------------------------
    @contextmanager
    def _by_itself(self) -> Iterator[None]:
        self._unasked += 1
        try:
            with super()._by_itself():
                yield
        finally:
            self._unasked -= 1

    def _forget_cells(self) -> None:
        with self._by_itself():
            super()._forget_cells()
            self._look_again()
        self._tell_kept()

    def _new_weights(self) -> None:
        super()._new_weights()
        self._look_again()

    def _restore(self, before: Mapping[str, Any]) -> None:
        rows = before.get("layer_rows", self.layer_rows)
        with self._by_itself():
            super()._restore({name: v for name, v in before.items() if name != "layer_rows"})
            self.layers.restore(_state(rows))

    # -- record -----------------------------------------------------------------------------------
    def _tell_layer(self, event: Event, before: tuple[LayerRow, ...]) -> None:
        """Write into the record what somebody did to the list or to a layer."""
        layer = event.value
        if layer is None or event.type == "active":
            return
        if event.type in ("set", "renamed"):
            name = event.old if event.type == "renamed" else layer.name
            self._tell_set(name, {event.trait: getattr(layer, event.trait)}, before)
            return
        told: dict[str, Any] = {"layer": layer.name}
        verb = {"inserted": "add_layer", "removed": "remove_layer", "reordered": "move_layer"}
        if event.type == "inserted":
            on_top = event.index == len(self.layers) - 1
            at = {} if on_top else {"index": event.index}
            told = {"kind": layer.kind, **at, **_unusual(layer)}
        elif event.type == "reordered":
            told["to"] = event.index + (event.index > event.old)
        self._record.add(verb[event.type], told, before={"layer_rows": before})

    def _tell_set(
        self, name: str, settings: Mapping[str, Any], before: tuple[LayerRow, ...]
    ) -> None:
        """Record a change of a layer; one more of the same just changes what the last one says."""
        if self.layer_rows == before or not settings:
            return
        what = (name, *settings)
        newest = self._record.entries[-1].number if self._record.entries else 0
        if (newest, what) == self._told_last and "name" not in settings:
            self._record.amend(newest, **settings)
            return
        told = {"layer": name, **settings}
        number = self._record.add("set_layer", told, before={"layer_rows": before})
        self._told_last = number, what

    def _tell_kept(self) -> None:
        """Begin a new record with how the layers look already: they outlive the cells."""
        if any(entry.verb in LAYER_VERBS for entry in self._record.entries):
            return
        usual = {layer.name: layer for layer in _usual_layers()}
        there = {layer.name for layer in self.layers}
        order = [name for name in usual if name in there]
        for name in sorted(usual.keys() - set(order)):
            self._record.add("remove_layer", {"layer": name})
        for at, layer in enumerate(self.layers):
            known = usual.get(layer.name)
            same = known is not None and known.kind == layer.kind
            told = _unusual(layer)
            if isinstance(layer, CellsLayer):
                told.pop("basis", None)
                if layer is self._in_legend:
                    told.pop("color_by", None)  # it is what the cells suggest
            if not same:
                self._record.add("add_layer", {"kind": layer.kind, "index": at, **told})
                order.insert(at, layer.name)
            elif told := {n: v for n, v in told.items() if v != getattr(known, n)}:
                self._record.add("set_layer", {"layer": layer.name, **told})
        for at, layer in enumerate(self.layers):
            if order[at] != layer.name:
                self._record.add("move_layer", {"layer": layer.name, "to": at})
                order.remove(layer.name)
                order.insert(at, layer.name)


def _usual_layers() -> list[Layer]:
    return [CellsLayer(), GroupsLayer(), LabelsLayer(visible=False)]


def _unusual(layer: Layer) -> dict[str, Any]:
    """Return the settings in which a layer differs from a new one of its kind."""
    fresh = type(layer)()
    return {n: v for n, v in layer.settings().items() if v != getattr(fresh, n)}


def _state(rows: Collection[LayerRow]) -> list[dict[str, Any]]:
    """Return rows as `LayerList.restore` takes them; the basis is the session's own."""
    from .layer_kinds import KINDS

    return [
        {"kind": row.kind, "active": row.active}
        | {name: getattr(row, name) for name in KINDS[row.kind].own() if name != "basis"}
        for row in rows
    ]
