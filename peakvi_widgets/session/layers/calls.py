"""Layers as the record and a file have them: verbs with their arguments, and plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..records import LayerRow
from .kinds import KINDS, Layer, usual_layers
from .layer_list import Event
from .snapshot import Picture

Call = tuple[str, dict[str, Any]]  # a verb and what it was given


def verb_of(event: Event) -> Call:
    """Say as a verb that a layer was put in, taken out or moved."""
    layer = event.value
    assert layer is not None
    if event.type == "inserted":
        on_top = event.index == len(event.source) - 1
        at = {} if on_top else {"index": event.index}
        return "add_layer", {"kind": layer.kind, **at, **_unusual(type(layer)(), layer.settings())}
    if event.type == "removed":
        return "remove_layer", {"layer": layer.name}
    return "move_layer", {"layer": layer.name, "to": event.index + (event.index > event.old)}


def verbs_of(picture: Picture) -> Iterator[Call]:
    """Return the verbs that make a picture, whatever was there before."""
    yield "reset_layers", {}
    usual = {layer.name: layer for layer in usual_layers()}
    there = {one.settings["name"] for one in picture.layers}
    order = [name for name in usual if name in there]
    for name in sorted(usual.keys() - set(order)):
        yield "remove_layer", {"layer": name}
    # first those that have the name of a usual layer and are of another kind, then the new ones
    known = {one.settings["name"]: usual.get(one.settings["name"]) for one in picture.layers}
    for one in picture.layers:
        name, twin = one.settings["name"], known[one.settings["name"]]
        if twin is not None and twin.kind != one.layer.kind:
            yield "remove_layer", {"layer": name}
            order.remove(name)
    for at, one in enumerate(picture.layers):
        name, twin = one.settings["name"], known[one.settings["name"]]
        if name not in order:
            place = min(at, len(order))
            recorded = _unusual(type(one.layer)(), one.settings)
            yield "add_layer", {"kind": one.layer.kind, "index": place, **recorded}
            order.insert(place, name)
        elif twin is not None and (recorded := _unusual(twin, one.settings)):
            yield "set_layer", {"layer": name, **recorded}
    for at, one in enumerate(picture.layers):
        name = one.settings["name"]
        if order[at] != name:
            yield "move_layer", {"layer": name, "to": at}
            order.remove(name)
            order.insert(at, name)
    names = {one.layer: one.settings["name"] for one in picture.layers}
    if picture.in_legend is None:
        yield "color_cells", {"color_by": picture.color_by}
    else:
        yield "activate_layer", {"layer": names[picture.in_legend]}
    if picture.active is not picture.in_legend or picture.active is None:
        yield "activate_layer", {"layer": names.get(picture.active) if picture.active else None}


def state_of(rows: Iterable[LayerRow]) -> list[dict[str, Any]]:
    """Return rows as `LayerList.restore` takes them; the basis is the session's own."""
    return [
        {"kind": row.kind, "active": row.active}
        | {name: getattr(row, name) for name in KINDS[row.kind].own() if name != "basis"}
        for row in rows
    ]


def _unusual(other: Layer, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings in which a layer differs from another; the basis is the session's own."""
    return {n: v for n, v in settings.items() if n != "basis" and v != getattr(other, n)}
