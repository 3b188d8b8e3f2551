"""The picture part of a session: its layers, recorded and undone like all else.

The list (``session.layers``) is free to use like any list of layers. This part follows it: it keeps
the colours that the layers ask for, joins ``color_by`` and ``basis`` of the session with the layer
of cells that the legend speaks of, and writes each change into the record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from time import monotonic
from typing import Any, ClassVar

from traitlets import TraitError, Tuple, observe

from ..arguments import listed, shown
from ..errors import DataError
from .comparison import ComparisonPart
from .embedding import Colors
from .layer_kinds import CellsLayer, Kind, Layer, layer_of
from .layer_told import state_of, told_of, told_of_all, usual_layers
from .layers import Event, Key, LayerList
from .record import Entry, Undone
from .state import LayerRow
from .stood import Standing, taken_back

LAYER_VERBS = {"add_layer", "set_layer", "move_layer", "remove_layer"}

# A slider that is dragged is one entry: changes of these that follow each other within so many
# seconds. A choice is always one of its own.
SLIDERS = {"opacity", "size", "contrast_limits"}
QUICK = 1.0


class LayersPart(ComparisonPart):
    """What the picture shows.

    Attributes
    ----------
    layer_rows
        The ``layers`` as plain values, for the screen.
    layer_colors
        Colours that layers of cells ask for besides ``colors``.
    standing
        The layers themselves and how each looks, for undo.
    """

    layer_rows: Any = Tuple()
    layer_colors: Any = Tuple()

    kept_for_undo: ClassVar[tuple[str, ...]] = (*ComparisonPart.kept_for_undo, "standing")
    more_state: ClassVar[tuple[str, ...]] = (
        *ComparisonPart.more_state, "_layer_state", "_more_colors", "_legend_before", "_told_last",
        "standing",
    )  # fmt: skip
    of_step: ClassVar[frozenset[str]] = ComparisonPart.of_step | {"_layer_state", "_told_last"}
    standing: Standing = ()

    _clock: Callable[[], float] = staticmethod(monotonic)
    _unasked = 0  # above 0 while the picture changes as part of something else
    _told_last: tuple[int, Any, float] = (0, None, 0.0)  # entry, what it set of which layer, when

    def __init__(self, **traits: Any) -> None:
        self._more_colors: dict[str, Colors] = {}
        self._layers = LayerList(usual_layers())
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

    @property
    def _layer_state(self) -> Standing:
        """The layers and how each looks, which a step that fails puts back."""
        return self.layers.standing()

    @_layer_state.setter
    def _layer_state(self, state: Standing) -> None:
        with self._by_itself():
            self.layers.bring_back(state)

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
            before, name = self.standing, one.name
            with self._by_itself():
                try:
                    one.take(settings)
                except TraitError:
                    self.layers.bring_back(before)
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
        if self._legend_before in cells:
            return self._legend_before
        return cells[0] if cells else None

    _legend_before: CellsLayer | None = None

    def _layers_changed(self, event: Event) -> None:
        before = self.standing
        if event.type == "set" and event.trait == "basis":
            self._join_basis(event.value)  # the record has that by itself
            return
        if event.type == "inserted" and isinstance(event.value, CellsLayer):
            with self._by_itself():
                event.value.basis = self.basis
        if isinstance(event.value, CellsLayer) and event.trait == "color_by":
            with self._by_itself():
                event.value.contrast_limits = ()  # they were of what coloured the cells before
        self._join_color()
        self._show_layers()
        if not self._unasked and self.standing != before:
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
        self.standing = self.layers.standing()
        self._show_colors()

    def _show_colors(self) -> None:
        """Keep the colours that are asked for, and find those that are missing."""
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
        self._more_colors = {}
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

    def _restore(self, state: Mapping[str, Any]) -> None:
        own = {"layer_rows", "standing"}
        stood = state.get("standing", self.standing)
        with self._by_itself():
            super()._restore({name: value for name, value in state.items() if name not in own})
            if "layer_rows" in state:  # of a file
                self.layers.restore(state_of(state["layer_rows"]))
            else:
                self.layers.bring_back(stood)

    def _after_undo(self, changed: Collection[str]) -> None:
        super()._after_undo(changed)
        self._told_last = (0, None, 0.0)  # what comes next is a change of its own

    def _without(self, name: str, before: Any, after: Any, now: Any) -> Any:
        if name == "standing":
            return taken_back(before, after, now)
        return super()._without(name, before, after, now)

    def _again(self, undone: Undone) -> Mapping[str, Any]:
        state = super()._again(undone)
        if undone.entry.verb not in LAYER_VERBS or "standing" not in state:
            return state
        return {
            **state,
            "standing": taken_back(state["standing"], undone.before["standing"], self.standing),
        }

    # -- record -----------------------------------------------------------------------------------
    def _tell_layer(self, event: Event, before: Standing) -> None:
        """Write into the record what somebody did to the list or to a layer."""
        layer = event.value
        if layer is None or event.type == "active":
            return
        if event.type in ("set", "renamed"):
            name = event.old if event.type == "renamed" else layer.name
            self._tell_set(name, {event.trait: getattr(layer, event.trait)}, before)
            return
        self._add_entry(*told_of(event), before)

    def _tell_set(self, name: str, settings: Mapping[str, Any], before: Standing) -> None:
        """Record a change of a layer; while a slider is dragged the last entry takes it up."""
        if self.standing == before or not settings:
            return
        number, what, at = self._told_last
        newest = self._record.entries[-1] if self._record.entries else None
        now, told = self._clock(), (name, *settings)
        if (
            newest
            and (newest.number, told) == (number, what)
            and SLIDERS.issuperset(settings)
            and now - at <= QUICK
        ):
            self._go_on(newest, settings, before)
        else:
            number = self._add_entry("set_layer", {"layer": name, **settings}, before)
        self._told_last = number, told, now

    def _go_on(self, entry: Entry, settings: Mapping[str, Any], before: Standing) -> None:
        assert entry.before is not None
        assert entry.after is not None
        after = taken_back(self.standing, before, entry.after["standing"])
        if after == entry.before["standing"]:
            self._record.take_out(entry.number)  # it is as it was: there is nothing to undo
        else:
            self._record.amend(entry.number, after={"standing": after}, **settings)

    def _add_entry(self, verb: str, told: Mapping[str, Any], before: Standing) -> int:
        state = {"standing": before}
        return self._record.add(verb, told, before=state, after={"standing": self.standing})

    def _tell_kept(self) -> None:
        """Begin a new record with how the layers look already: they outlive the cells."""
        if not any(entry.verb in LAYER_VERBS for entry in self._record.entries):
            for verb, told in told_of_all(self.layers, self._in_legend):
                self._record.add(verb, told)
