"""The verbs of the layers, and what the record and undo know of the picture.

Every change of the list is recorded, and undone alone. After an undo the record may no longer
reproduce the present picture (which layer is active is not undone; clusters may
have come later): then what is missing is added to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from time import monotonic
from typing import Any

from ...errors import DataError
from ..base import Part
from ..columns import CLUSTERS, usual_color
from ..history.record import Entry
from ..layers.calls import verb_of, verbs_of
from ..layers.kinds import CellsLayer, Kind, Layer, layer_of, usual_layers
from ..layers.layer_list import Event, Key, LayerList
from ..layers.snapshot import Picture, without_change
from ..verb import VERBS, verb

# A slider that is dragged is one entry: changes of these that follow each other within so many
# seconds. A choice is always one of its own.
SLIDERS = {"opacity", "size", "contrast_limits"}
QUICK = 1.0


class Layers(Part):
    """Verbs that change the layers."""

    _clock: Callable[[], float] = staticmethod(monotonic)

    # -- verbs ------------------------------------------------------------------------------------
    @verb("new layer", first="kind", sets_layers=True)
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
            A setting is invalid.
        """
        with self.lock:
            layer = layer_of(kind, settings)
            self.layers.insert(len(self.layers) if index is None else index, layer)
            return layer

    @verb("layer settings", first="layer", sets_layers=True)
    def set_layer(self, layer: Key, **settings: Any) -> None:
        """Change how a layer looks: the same as setting its traits, recorded and undone as one.

        Raises
        ------
        DataError
            There is no such layer, or it has no such setting.
        TraitError
            A setting is invalid; nothing was changed.
        """
        with self._step():
            one = self.layer(layer)
            one.require(settings)
            before, name = self.picture, one.name
            one.take(settings)
            recorded = {trait: getattr(one, trait) for trait in settings if trait != "basis"}
            self._record_set(name, recorded, before)

    @verb("moved layer", first="layer", sets_layers=True)
    def move_layer(self, layer: Key, to: int) -> None:
        """Put a layer before the one that stands at a position, counted from the bottom.

        Raises
        ------
        DataError
            There is no such layer.
        """
        with self.lock:
            self.layers.move(self.layer(layer), to)

    @verb("removed layer", first="layer", sets_layers=True)
    def remove_layer(self, layer: Key) -> None:
        """Take a layer out.

        Raises
        ------
        DataError
            There is no such layer.
        """
        with self.lock:
            self.layers.remove(self.layer(layer))

    @verb("active layer", first="layer")
    def activate_layer(self, layer: Key | None) -> None:
        """Make a layer the active one: its controls are shown, and a layer of cells colors them.

        ``session.layers.selection.active = ...`` does the same.

        Parameters
        ----------
        layer
            Its name or position; None for no active layer.

        Raises
        ------
        DataError
            There is no such layer.
        """
        with self.lock:
            self.layers.selection.active = None if layer is None else self.layer(layer)

    @verb("color", first="color_by", sets_layers=True)
    def color_cells(self, color_by: str) -> None:
        """Color the cells; ``session.color_by = ...`` does the same.

        Parameters
        ----------
        color_by
            A column of ``obs``, the name of a region, "depth", a gene, or empty.

        Raises
        ------
        TraitError
            There is no such column or region.
        """
        with self.lock:
            self.color_by = color_by

    @verb("layers", sets_layers=True)
    def reset_layers(self) -> None:
        """Make the layers those of a new session, without a color."""
        with self._step():
            before = self.picture
            self._restore({"picture": _new_picture()})
            if self.picture != before:
                self._add_entry("reset_layers", {}, before)

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

    # -- record -----------------------------------------------------------------------------------
    def _record_change(self, event: Event, before: Picture) -> None:
        layer = event.value
        if event.type == "active":
            self._record_active(layer)
        elif event.type == "colored":
            self._add_entry("color_cells", {"color_by": self.color_by}, before)
        elif layer is None:
            return
        elif event.type in ("set", "renamed"):
            name = event.old if event.type == "renamed" else layer.name
            self._record_set(name, {event.trait: getattr(layer, event.trait)}, before)
        else:
            self._implied = None
            number = self._add_entry(*verb_of(event), before)
            if event.type == "inserted":
                self._implied = number, layer
            elif event.type == "removed" and before.active is layer:
                below = self.layers[max(0, event.index - 1)] if self.layers else None
                self._implied = number, below

    def _record_active(self, layer: Layer | None) -> None:
        """Record which layer is active, unless that follows from what was recorded last."""
        implied, self._implied = self._implied, None
        if implied is not None:
            self._record.update(implied[0], after={"picture": self.picture})
            if implied[1] is layer:
                return
        newest = self._record.entries[-1] if self._record.entries else None
        if newest and newest.verb == "activate_layer":
            name = newest.arguments.get("layer")
            there = next((one for one in self.layers if one.name == name), None)
            if isinstance(layer, CellsLayer) or not isinstance(there, CellsLayer):
                self._record.discard(newest.number)  # nothing used it
        recorded = {"layer": None if layer is None else layer.name}
        self._record.add("activate_layer", recorded, keeps_redo=True)

    def _record_set(self, name: str, settings: Mapping[str, Any], before: Picture) -> None:
        """Record a change of a layer; while a slider is dragged the last entry takes it up."""
        if self.picture == before or not settings:
            return
        number, what, at = self._set_last
        newest = self._record.entries[-1] if self._record.entries else None
        now, recorded = self._clock(), (name, *settings)
        if (
            newest
            and (newest.number, recorded) == (number, what)
            and SLIDERS.issuperset(settings)
            and now - at <= QUICK
        ):
            self._go_on(newest, settings, before)
        else:
            number = self._add_entry("set_layer", {"layer": name, **settings}, before)
        self._set_last = number, recorded, now

    def _go_on(self, entry: Entry, settings: Mapping[str, Any], before: Picture) -> None:
        assert entry.before is not None
        assert entry.after is not None
        after = without_change(self.picture, before, entry.after["picture"])
        if after == entry.before["picture"]:
            self._record.discard(entry.number)  # it is as it was: there is nothing to undo
        else:
            self._record.update(entry.number, after={"picture": after}, **settings)

    def _add_entry(self, verb: str, recorded: Mapping[str, Any], before: Picture) -> int:
        state = {"picture": before}
        return self._record.add(verb, recorded, before=state, after={"picture": self.picture})

    # -- what the record would give ---------------------------------------------------------------
    def _complete_record(self, entry: Entry, state: Mapping[str, Any], since: int) -> None:
        """Make the record produce the state after undo or redo.

        Parameters
        ----------
        entry
            What was undone or redone.
        state
            What the record produces up to it.
        since
            Number after which entries were made that did not use the present state.
        """
        if VERBS[entry.verb].starts_over:  # the picture is what it was then
            self._drop_picture_verbs(since)
        elif "picture" in state:
            self._drop_picture_verbs(entry.number)
            expected: Picture | None = state["picture"]
            for later in self._record.later(entry.number):
                if expected and later.verb == "cluster":
                    expected = expected.with_color(CLUSTERS)
                elif later.verb == "load":  # it may have forgotten what the layers were colored by
                    expected = None
            self._record_picture(expected)

    def _drop_picture_verbs(self, since: int) -> None:
        """Remove the entries for the picture that cannot be undone; they are made again."""
        self._record.discard(
            *(
                later.number
                for later in self._record.later(since)
                if later.before is None and _is_of_picture(later.verb)
            )
        )

    def _record_picture(self, expected: Picture | None) -> None:
        """Add to the record what is missing to make the present picture.

        Parameters
        ----------
        expected
            What the record gives so far; None when that is not known.
        """
        now = self.picture
        if expected is not None:
            if expected.described() == now.described():
                return
            active = self.layers.selection.active
            name = None if active is None else active.name
            if expected.with_active(name).described() == now.described():
                self._record.add("activate_layer", {"layer": name}, keeps_redo=True)
                return
        for name, arguments in verbs_of(now):
            self._record.add(name, arguments, keeps_redo=True)

    def _complete_opening(self, verb: str) -> None:
        if verb == "open":  # the layers outlive the cells that they were made for
            self._record_picture(_new_picture(usual_color(self.obs_columns)))

    def _begin_new_entry(self, _changed: Collection[str]) -> None:
        """Record the next change separately."""
        self._set_last, self._implied = (0, None, 0.0), None


def _is_of_picture(verb: str) -> bool:
    return VERBS[verb].sets_layers or verb == "activate_layer"


def _new_picture(color_by: str = "") -> Picture:
    """Return the picture of a new session whose cells have a color."""
    layers = usual_layers()
    picture = Picture(LayerList(layers).snapshot()).with_active("cells")
    for layer in layers:
        layer.home = None  # free to go into another list
    return picture.with_color(color_by)
