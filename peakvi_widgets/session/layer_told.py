"""Layers as the record and a file have them: verbs with their arguments, and plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from .layer_kinds import KINDS, CellsLayer, GroupsLayer, LabelsLayer, Layer
from .layers import Event
from .state import LayerRow

Told = tuple[str, dict[str, Any]]  # a verb and what it was given


def usual_layers() -> list[Layer]:
    """Return the layers that a new session has."""
    return [CellsLayer(), GroupsLayer(), LabelsLayer(visible=False)]


def told_of(event: Event) -> Told:
    """Say as a verb that a layer was put in, taken out or moved."""
    layer = event.value
    assert layer is not None
    if event.type == "inserted":
        on_top = event.index == len(event.source) - 1
        at = {} if on_top else {"index": event.index}
        return "add_layer", {"kind": layer.kind, **at, **_unusual(layer)}
    if event.type == "removed":
        return "remove_layer", {"layer": layer.name}
    return "move_layer", {"layer": layer.name, "to": event.index + (event.index > event.old)}


def told_of_all(layers: Collection[Layer], in_legend: Layer | None) -> Iterator[Told]:
    """Say what makes the layers of a new session these."""
    usual = {layer.name: layer for layer in usual_layers()}
    there = {layer.name for layer in layers}
    order = [name for name in usual if name in there]
    for name in sorted(usual.keys() - set(order)):
        yield "remove_layer", {"layer": name}
    for at, layer in enumerate(layers):
        known = usual.get(layer.name)
        same = known is not None and known.kind == layer.kind
        told = _unusual(layer)
        if isinstance(layer, CellsLayer):
            told.pop("basis", None)
            if layer is in_legend:
                told.pop("color_by", None)  # it is what the cells suggest
        if not same:
            yield "add_layer", {"kind": layer.kind, "index": at, **told}
            order.insert(at, layer.name)
        elif told := {n: v for n, v in told.items() if v != getattr(known, n)}:
            yield "set_layer", {"layer": layer.name, **told}
    for at, layer in enumerate(layers):
        if order[at] != layer.name:
            yield "move_layer", {"layer": layer.name, "to": at}
            order.remove(layer.name)
            order.insert(at, layer.name)


def state_of(rows: Iterable[LayerRow]) -> list[dict[str, Any]]:
    """Return rows as `LayerList.restore` takes them; the basis is the session's own."""
    return [
        {"kind": row.kind, "active": row.active}
        | {name: getattr(row, name) for name in KINDS[row.kind].own() if name != "basis"}
        for row in rows
    ]


def _unusual(layer: Layer) -> dict[str, Any]:
    """Return the settings in which a layer differs from a new one of its kind."""
    fresh = type(layer)()
    return {n: v for n, v in layer.settings().items() if v != getattr(fresh, n)}
