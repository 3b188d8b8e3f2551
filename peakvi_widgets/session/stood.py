"""How the layers stood at a moment, and the way back over one change while all other changes stay.

Undo keeps the layers themselves, not their names: whoever holds one holds it through a rename, a
removal and their undo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .layer_kinds import Layer


@dataclass(frozen=True, slots=True)
class Stood:
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


Standing = tuple[Stood, ...]  # from the bottom to the top


def taken_back(before: Standing, after: Standing, now: Standing) -> Standing:
    """Return how the layers stand now, but for one change.

    Parameters
    ----------
    before, after
        How they stood when the change was made.
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
        Stood(
            layer, _settings(was.get(layer), became.get(layer), stands.get(layer)), layer is active
        )
        for layer in layers
    )


def _settings(was: Stood | None, became: Stood | None, stands: Stood | None) -> Mapping[str, Any]:
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


def _order(some: Standing, of: Mapping[Layer, Stood]) -> list[Layer]:
    return [one.layer for one in some if one.layer in of]


def _active(some: Standing) -> Layer | None:
    return next((one.layer for one in some if one.active), None)
