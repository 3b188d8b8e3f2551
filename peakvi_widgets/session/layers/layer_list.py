"""The list of layers, from the bottom to the top, which behaves as napari's; it knows no session.

Names are unique, a layer is found by name or by position, and listeners of ``events`` are
called when a layer is inserted, removed, moved, renamed, made active or set.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, MutableSequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal

from ...arguments import listed, shown
from .kinds import Layer, layer_of
from .snapshot import LayerSnapshot, LayersSnapshot

Key = int | str | Layer


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """What listeners receive.

    Attributes
    ----------
    type
        Its name: "inserted", "removed", "reordered", "renamed", "active" or "set".
    source
        The list.
    value
        The layer it is about; None for "reordered".
    index
        Its position, or its former one.
    trait, old
        Of "set" and "renamed": what was set, and what it was before.
    """

    type: str
    source: Any
    value: Layer | None = None
    index: int = -1
    trait: str = ""
    old: Any = None


Listener = Callable[..., Any]


class Signal:
    """One kind of event, to connect to."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def connect(self, listener: Listener) -> Listener:
        """Call a function at each event, with the event or without an argument."""
        self._listeners.append(listener)
        return listener

    def disconnect(self, listener: Listener) -> None:
        """Stop calling it."""
        self._listeners.remove(listener)

    def emit(self, event: Event) -> None:
        """Call the listeners."""
        for listener in tuple(self._listeners):
            try:
                inspect.signature(listener).bind(event)
            except TypeError:
                listener()
            else:
                listener(event)


class Events:
    """What can happen to a list of layers."""

    def __init__(self) -> None:
        self.inserted, self.removed, self.reordered = Signal(), Signal(), Signal()
        self.renamed, self.active, self.set = Signal(), Signal(), Signal()


class Selection:
    """The layers that are selected; the active one is the last of them."""

    def __init__(self, layers: LayerList) -> None:
        self._layers = layers
        self._selected: tuple[Layer, ...] = ()

    @property
    def active(self) -> Layer | None:
        """The layer whose controls are shown; setting it selects it alone."""
        return self._selected[-1] if self._selected else None

    @active.setter
    def active(self, layer: Key | None) -> None:
        self._set(() if layer is None else (self._layers[self._layers.index(layer)],))

    def add(self, layer: Key) -> None:
        """Select one more and make it the active one."""
        one = self._layers[self._layers.index(layer)]
        self._set((*(old for old in self._selected if old is not one), one))

    def remove(self, layer: Key) -> None:
        """Deselect it."""
        one = self._layers[self._layers.index(layer)]
        self._set(tuple(old for old in self._selected if old is not one))

    def clear(self) -> None:
        """Select nothing."""
        self._set(())

    def __iter__(self) -> Iterator[Layer]:
        """Go through them in the order in which they were selected."""
        return iter(self._selected)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._selected)

    def __contains__(self, layer: object) -> bool:
        """Tell whether a layer is selected."""
        return layer in self._selected

    def __repr__(self) -> str:
        """Return the layers."""
        return f"Selection({list(self._selected)})"

    def forget(self, layer: Layer) -> bool:
        """Deselect a removed layer, emitting nothing; return whether it was selected."""
        before = self._selected
        self._selected = tuple(old for old in before if old is not layer)
        return self._selected != before

    def _set(self, selected: tuple[Layer, ...]) -> None:
        with self._layers.lock:
            if selected != self._selected:
                self._selected = selected
                self._layers.emit("active", self.active)


class LayerList(MutableSequence[Layer]):
    """Layers from the bottom to the top.

    Parameters
    ----------
    check
        Raises when a layer may not have a value: ``check("color_by", "cell_type")``.
    lock
        Held during each change.
    """

    def __init__(
        self,
        layers: Iterable[Layer] = (),
        *,
        check: Callable[[str, str], None] = lambda _trait, _value: None,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        self.events, self.selection = Events(), Selection(self)
        self.check = check
        self.lock = lock or nullcontext()
        self._layers: list[Layer] = []
        self.extend(layers)

    # -- as a list ------------------------------------------------------------------------------
    def __getitem__(self, key: Any) -> Any:
        """Return a layer by name or position."""
        return self._layers[key if isinstance(key, slice) else self.index(key)]

    def __setitem__(self, key: Any, layer: Any) -> None:
        """Put another layer where one was; nothing is lost when it may not stand there."""
        with self.lock:
            at = self.index(key)
            if layer is not self._layers[at]:
                self._require(layer)
                self.pop(at)
                self.insert(at, layer)

    def __delitem__(self, key: Any) -> None:
        """Remove a layer by name or position, or a slice of them."""
        for layer in self._layers[key] if isinstance(key, slice) else [self[key]]:
            self.remove(layer)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._layers)

    def __contains__(self, key: object) -> bool:
        """Tell whether a layer, or one of that name, is in the list."""
        return any(key is layer or key == layer.name for layer in self._layers)

    def __repr__(self) -> str:
        """Return the layers, the lowest first."""
        return repr(self._layers)

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """Return where a layer stands: the layer, its name, or a position.

        Raises
        ------
        KeyError
            There is none of that name.
        IndexError
            There is none at that position.
        """
        if isinstance(value, int):
            return range(len(self))[value]
        for at, layer in enumerate(self._layers[start:stop], start):
            if value is layer or value == layer.name:
                return at
        known = listed(repr(layer.name) for layer in self._layers)
        raise KeyError(f"There is no layer {shown(value)}; there is {known}.")

    def insert(self, index: int, value: Layer) -> None:
        """Put a layer at a position; it is selected, and renamed if its name is taken.

        Raises
        ------
        TypeError
            It is not a layer.
        ValueError
            It is in a list already.
        """
        with self.lock:
            self._require(value)
            at = slice(index, None).indices(len(self))[0]
            value.name = self.unique(value.name, but=value)
            value.home = self
            self._layers.insert(at, value)
            value.observe(self._follow)
            self.emit("inserted", value, at)
            self.selection.active = value

    def _require(self, value: Any) -> None:
        """Refuse what cannot be put in."""
        if not isinstance(value, Layer):
            raise TypeError(f"{value!r} is not a layer; make one by pv.CellsLayer(color_by=...).")
        if value.home is not None:
            raise ValueError(f"{value!r} is in a list already; move() it there.")
        for trait in ("basis", "color_by", "column"):
            self.check(trait, getattr(value, trait, ""))

    def remove(self, value: Key) -> None:
        """Remove a layer: the layer, or its name."""
        self.pop(value)

    def pop(self, index: Key = -1) -> Layer:
        """Take a layer out and return it; the one below it becomes active if it was."""
        with self.lock:
            at = self.index(index)
            layer = self._layers.pop(at)
            layer.unobserve(self._follow)
            layer.home = None
            was_active = self.selection.active is layer
            was_selected = self.selection.forget(layer)
            self.emit("removed", layer, at)  # first: the rest follows from it
            if was_active and self._layers and not self.selection:
                self.selection.active = self._layers[max(0, at - 1)]
            elif was_selected:
                self.emit("active", self.selection.active)
            return layer

    def move(self, source: Key, to: int) -> bool:
        """Put a layer before the one that now stands at position ``to``.

        Returns
        -------
        Whether anything changed.
        """
        with self.lock:
            at = self.index(source)
            to = range(len(self) + 1)[slice(to, None)].start
            to -= to > at
            if to == at:
                return False
            layer = self._layers.pop(at)
            self._layers.insert(to, layer)
            self.emit("reordered", layer, to, old=at)
            return True

    def reverse(self) -> None:
        """Put the lowest on top and so on: as many moves as it takes."""
        with self.lock:
            for at in range(len(self) - 1):
                self.move(-1, at)

    def unique(self, name: str, *, but: Layer | None = None) -> str:
        """Return the name, with a number behind it if another layer has it."""
        taken = {layer.name for layer in self._layers if layer is not but}
        while name in taken:
            stem, number = re.fullmatch(r"(.*?)(?: \[(\d+)\])?", name, re.DOTALL).groups()  # type: ignore[union-attr]
            name = f"{stem} [{int(number or 0) + 1}]"
        return name

    # -- to keep and to bring back ----------------------------------------------------------------
    def state(self) -> list[dict[str, Any]]:
        """Return everything as plain values that JSON can hold."""
        return [
            {
                "kind": layer.kind,
                **{k: list(v) if isinstance(v, tuple) else v for k, v in layer.settings().items()},
                "active": layer is self.selection.active,
            }
            for layer in self._layers
        ]

    def restore(self, state: Iterable[dict[str, Any]]) -> None:
        """Make the list as ``state()`` described it; layers of the same kind and name are kept.

        Raises
        ------
        DataError
            There is no such kind of layer, or it has no such setting.
        """
        with self.lock:
            wanted = [dict(one) for one in state]
            made = [self._taken_up(one) for one in wanted]
            for layer in [old for old in self._layers if old not in made]:
                self.remove(layer)
            for at, layer in enumerate(made):
                if layer.home is None:
                    self.insert(at, layer)
                else:
                    self.move(layer, at)
            active = [
                layer for layer, one in zip(made, wanted, strict=True) if one.get("active", False)
            ]
            self.selection.active = active[-1] if active else None

    def snapshot(self) -> LayersSnapshot:
        """Return the layers themselves, and how each looks."""
        active = self.selection.active
        return tuple(
            LayerSnapshot(
                layer,
                {name: value for name, value in layer.settings().items() if name != "basis"},
                layer is active,
            )
            for layer in self._layers
        )

    def restore_snapshot(self, snapshots: LayersSnapshot) -> None:
        """Make the list as ``snapshot()`` described it, of the same layers under any name."""
        with self.lock:
            wanted = [self._own(one) for one in snapshots]
            for layer in [old for old in self._layers if old not in wanted]:
                self.remove(layer)
            for layer, one in zip(wanted, snapshots, strict=True):
                home, layer.home = layer.home, None  # so no name is taken: all come at once
                layer.name, layer.home = one.settings["name"], home
            for at, (layer, one) in enumerate(zip(wanted, snapshots, strict=True)):
                layer.take(one.settings)
                if layer.home is None:
                    self.insert(at, layer)
                else:
                    self.move(layer, at)
            active = [layer for layer, one in zip(wanted, snapshots, strict=True) if one.active]
            if active != [self.selection.active]:
                self.selection.active = active[0] if active else None

    def _own(self, one: LayerSnapshot) -> Layer:
        """Return the layer, or one like it where it went into another list."""
        return (
            one.layer if one.layer.home in (None, self) else layer_of(one.layer.kind, one.settings)
        )

    def _taken_up(self, one: dict[str, Any]) -> Layer:
        kind: str = one.get("kind", "")
        settings = {name: value for name, value in one.items() if name not in ("kind", "active")}
        known = self[settings["name"]] if settings.get("name") in self else None
        if known is None or known.kind != kind:
            return layer_of(kind, settings)
        known.require(settings)
        known.take(settings)
        return known  # type: ignore[no-any-return]

    # -- listeners -------------------------------------------------------------------------------
    def emit(
        self,
        kind: Literal["inserted", "removed", "reordered", "renamed", "active", "set"],
        layer: Layer | None,
        index: int = -1,
        *,
        trait: str = "",
        old: Any = None,
    ) -> None:
        """Call the listeners of an event."""
        getattr(self.events, kind).emit(Event(kind, self, layer, index, trait, old))

    def _follow(self, change: Any) -> None:
        with self.lock:
            layer, name = change.owner, change.name
            kind: Literal["renamed", "set"] = "renamed" if name == "name" else "set"
            self.emit(kind, layer, self.index(layer), trait=name, old=change.old)
