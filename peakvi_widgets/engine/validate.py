"""Numbers that a person gives: taken over as Python's own, or refused by name. Without torch."""

import math
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np

from ..arguments import shown
from ..errors import DataError

MAX_SEED = 2**32 - 1  # the largest that numpy's and scikit-learn's generators accept


def whole(name: str, value: Any, least: int, *, or_none: bool = False) -> int:
    """Return a whole number as an ``int``: JSON knows none of numpy's.

    Parameters
    ----------
    name
        What to call it in an error.
    value
        An integer of any kind, or a number without a fraction such as ``5e3``.
    least
        The lowest that is allowed.
    or_none
        Whether the error is to say that ``None`` is allowed too.

    Raises
    ------
    DataError
        It is something else.
    """
    is_whole = isinstance(value, Real) and _is_finite(value) and float(value).is_integer()
    if isinstance(value, bool) or not is_whole or value < least:
        other = ", or None" if or_none else ""
        raise DataError(f"{name} is {shown(value)}; use a whole number of {least} or more{other}.")
    return int(value)


def valid_seed(value: Any) -> int:
    """Return a seed that every generator of random numbers accepts.

    Raises
    ------
    DataError
        It is not a whole number from 0 to 2**32 - 1.
    """
    seed = whole("seed", value, 0, or_none=True)
    if seed > MAX_SEED:
        raise DataError(f"seed is {shown(value)}; use a whole number from 0 to {MAX_SEED:,}.")
    return seed


def number(name: str, value: Any, allowed: str, holds: Callable[[float], bool]) -> float:
    """Return a finite number as a ``float``.

    Parameters
    ----------
    name, allowed
        What to call it in an error, and which numbers are allowed.
    value
        A number of any kind.
    holds
        Whether a number is allowed.

    Raises
    ------
    DataError
        It is something else.
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not _is_finite(value) or not holds(float(value)):
        raise DataError(f"{name} is {shown(value)}; use a number {allowed}.")
    return float(value)


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond what a float can hold
        return False


def yes_or_no(name: str, value: Any) -> bool:
    """Return a truth value, also one of numpy, as a ``bool``.

    Raises
    ------
    DataError
        It is something else.
    """
    if not isinstance(value, bool | np.bool_):
        raise DataError(f"{name} is {shown(value)}; use True or False.")
    return bool(value)
