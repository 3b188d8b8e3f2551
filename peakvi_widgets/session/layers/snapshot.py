"""The picture at a moment, and the way back over one change while all other changes stay.

A picture is all of it: the layers and how each looks, which is active, which the legend means, and
the color of the cells. Undo keeps the layers themselves, not their names: a reference to one stays
valid through a rename, a removal and their undo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from .kinds import CellsLayer, Layer


@dataclass(frozen=True, slots=True)
class LayerSnapshot:
    """A layer and how it looked.

    Attributes
    ----------
    layer
        The layer itself.
    settings
        All its traits by name, without the basis, which is the session's own.
    active
        Whether its controls were shown.
    """

    layer: Layer
    settings: Mapping[str, Any]
    active: bool = False


LayersSnapshot = tuple[LayerSnapshot, ...]  # from the bottom to the top


class Picture(NamedTuple):
    """Everything that a change of the picture can change.

    Attributes
    ----------
    layers
        From the bottom to the top.
    in_legend
        The layer of cells that ``color_by`` and the legend mean; None when there is none.
    color_by
        What the cells are colored by.
    """

    layers: LayersSnapshot = ()
    in_legend: CellsLayer | None = None
    color_by: str = ""

    @property
    def active(self) -> Layer | None:
        """The layer whose controls are shown."""
        return _active(self.layers)

    def described(self) -> tuple[Any, ...]:
        """Return it as values that are equal for pictures that look the same."""
        layers = [(one.layer.kind, dict(one.settings), one.active) for one in self.layers]
        at = [one.layer is self.in_legend for one in self.layers]
        return layers, at, self.color_by

    def with_active(self, name: str | None) -> Picture:
        """Return the picture after the layer of a name became the active one."""
        layers = tuple(replace(one, active=one.settings["name"] == name) for one in self.layers)
        active = next((one for one in layers if one.active), None)
        if active is None or "color_by" not in active.settings:  # the legend stays
            return self._replace(layers=layers)
        legend = cast("CellsLayer", active.layer)
        return Picture(layers, legend, active.settings["color_by"])

    def with_color(self, color_by: str) -> Picture:
        """Return the picture after the cells got another color."""

        def colored(one: LayerSnapshot) -> LayerSnapshot:
            if one.layer is not self.in_legend or one.settings["color_by"] == color_by:
                return one
            changed = {"color_by": color_by, "contrast_limits": ()}
            return replace(one, settings={**one.settings, **changed})

        return Picture(tuple(map(colored, self.layers)), self.in_legend, color_by)


def without_change(before: Picture, after: Picture, now: Picture) -> Picture:
    """Return the picture as it is now, but for one change.

    Parameters
    ----------
    before, after
        The pictures before and after the change.
    now
        The present one; what has changed since and is not as ``after`` says stays.
    """
    if now == after:
        return before
    layers = taken_back(before.layers, after.layers, now.layers)
    legend = now.in_legend if now.in_legend is not after.in_legend else before.in_legend
    color_by = now.color_by if now.color_by != after.color_by else before.color_by
    return Picture(layers, legend, color_by)


def taken_back(
    before: LayersSnapshot, after: LayersSnapshot, now: LayersSnapshot
) -> LayersSnapshot:
    """Return how the layers stand now, but for one change.

    Parameters
    ----------
    before, after
        How they snapshots when the change was made.
    now
        How they stand; what has changed since and is not as ``after`` says stays.
    """
    was, became, stands = ({one.layer: one for one in some} for some in (before, after, now))
    layers = [one.layer for one in now if one.layer in was or one.layer not in became]
    for at, one in enumerate(before):
        if one.layer not in became and one.layer not in layers:  # it was removed
            below = [layers.index(low.layer) for low in before[:at] if low.layer in layers]
            layers.insert(below[-1] + 1 if below else 0, one.layer)
    if _order(before, became) != _order(after, was):
        old = iter([one.layer for one in before if one.layer in layers])
        layers = [next(old) if layer in was else layer for layer in layers]
    active = _active(now)
    returned = _active(before)
    if (active and active not in layers) or (returned and returned not in became):
        active = returned
    return tuple(
        LayerSnapshot(
            layer, _settings(was.get(layer), became.get(layer), stands.get(layer)), layer is active
        )
        for layer in layers
    )


def _settings(
    was: LayerSnapshot | None, became: LayerSnapshot | None, stands: LayerSnapshot | None
) -> Mapping[str, Any]:
    if stands is None:
        return was.settings if was else {}
    if was is None or became is None:
        return stands.settings
    settings = dict(stands.settings)
    for name, value in was.settings.items():
        if value != became.settings[name] == settings[name]:
            settings[name] = value
    if settings.get("color_by") != was.settings.get("color_by"):
        settings["contrast_limits"] = stands.settings["contrast_limits"]  # those of another column
    return settings


def _order(some: LayersSnapshot, of: Mapping[Layer, LayerSnapshot]) -> list[Layer]:
    return [one.layer for one in some if one.layer in of]


def _active(some: LayersSnapshot) -> Layer | None:
    return next((one.layer for one in some if one.active), None)
