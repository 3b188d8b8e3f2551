"""Numpy arrays as traits: of fixed dtype and rank, frozen on arrival, only ever replaced."""

from __future__ import annotations

from typing import Any

import numpy as np
from traitlets import TraitError, TraitType


class ArrayTrait(TraitType[np.ndarray, Any]):
    """A numpy array that nobody can change in place.

    Parameters
    ----------
    dtype
        What values are cast to.
    ndim
        Number of dimensions; the default is empty in all of them.
    """

    def __init__(self, dtype: str, ndim: int = 1) -> None:
        self.dtype, self.ndim = np.dtype(dtype), ndim
        super().__init__(frozen(np.empty((0,) * ndim, dtype)))

    def validate(self, obj: Any, value: Any) -> np.ndarray:
        """Cast to the declared dtype and freeze; an array that fits already is not copied."""
        array = np.ascontiguousarray(value, self.dtype)
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


def frozen(array: np.ndarray) -> np.ndarray:
    """Return the array so that it cannot be changed through what is returned."""
    if not array.flags.writeable:
        return array
    view = array.view()
    view.flags.writeable = False
    return view
