"""Numba, where there is one. Without it the readable twins of the compiled loops are taken."""

from collections.abc import Callable
from typing import Any

try:
    from numba import njit

    IS_COMPILED = True
except ImportError:  # there is none for this machine, or for this version of numpy
    IS_COMPILED = False

    def njit(**_: Any) -> Callable[[Any], Any]:  # type: ignore[no-redef]
        """Leave a function as it is."""
        return lambda function: function


__all__ = ["IS_COMPILED", "njit"]
