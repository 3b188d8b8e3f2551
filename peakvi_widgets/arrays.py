"""Numpy arrays as traits: of fixed dtype and rank, frozen on arrival, only ever replaced."""

from __future__ import annotations

from typing import Any

import numpy as np
from traitlets import TraitError, TraitType

FURTHEST = float(np.finfo("float32").max)  # a place beyond it cannot be drawn


class ArrayTrait(TraitType[np.ndarray, Any]):
    """A numpy array that cannot be changed in place.

    Parameters
    ----------
    dtype
        What values are cast to; several, separated by "|", are all allowed, and anything else is
        cast to the last of them.
    ndim
        Number of dimensions; the default is empty in all of them.
    """

    def __init__(self, dtype: str, ndim: int = 1) -> None:
        self.dtypes, self.ndim = tuple(np.dtype(name) for name in dtype.split("|")), ndim
        super().__init__(frozen(np.empty((0,) * ndim, self.dtypes[0])))

    def validate(self, obj: Any, value: Any) -> np.ndarray:
        """Cast to the declared dtype and freeze; an array that fits already is not copied."""
        own = getattr(value, "dtype", None)
        array = np.ascontiguousarray(value, own if own in self.dtypes else self.dtypes[-1])
        if array.ndim != self.ndim:
            raise TraitError(f"{self.name} needs {self.ndim} dimensions, not {array.ndim}.")
        return frozen(array)

    def set(self, obj: Any, value: Any) -> None:
        """Replace the array; unlike other traits, an equal one counts as a change too."""
        new = self._validate(obj, value)
        old = obj._trait_values.get(self.name)
        obj._trait_values[self.name] = new
        if old is not new:
            obj._notify_trait(self.name, old, new)


class PlacesTrait(ArrayTrait):
    """Coordinates of cells, as `as_places` gives them."""

    def __init__(self) -> None:
        super().__init__("float32|float64", 2)

    def validate(self, obj: Any, value: Any) -> np.ndarray:
        """Replace points that cannot be drawn by NaN, and freeze."""
        return super().validate(obj, as_places(value))


def as_places(values: Any) -> np.ndarray:
    """Return coordinates of cells in the precision that they have.

    Parameters
    ----------
    values
        Shape (n_cells, 2), any real numbers.

    Returns
    -------
    Shape (n_cells, 2); float32 where that loses nothing, else float64. A cell with a coordinate
    that is not finite, or that float32 cannot reach, has no place: both are NaN.
    """
    given = np.asarray(values)
    places = given.astype(np.result_type(given.dtype, "float32"), copy=False)
    if places.dtype != np.dtype("float32"):
        places = places.astype("float64", copy=False)
    has_none = ~(np.abs(places) <= FURTHEST).all(axis=1)  # also where it is NaN
    if has_none.any():
        places = places.copy()
        places[has_none] = np.nan
    return places


def frozen(array: np.ndarray) -> np.ndarray:
    """Return the array so that it cannot be changed through what is returned."""
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view
