"""One value against a type hint."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from os import PathLike
from typing import Annotated, Any, Literal

import numpy as np

from ..errors import PeakVIError, WireError
from .words import LISTS, MAPPINGS, describe, shown

MAX_TEXT = 4096  # characters of a name, a path or a query
MAX_ITEMS = 1_000_000  # of a list; a message of the browser holds little more
MAX_INT = 2**63 - 1
MANY = 100  # items that are looked at all at once

_BYTES = (bytes, bytearray, memoryview)


@dataclass(frozen=True, slots=True)
class MaxLength:
    """Another bound than the usual one: ``Annotated[str, MaxLength(10)]``, also of a list.

    Attributes
    ----------
    length
        Largest number of characters or items that is accepted.
    """

    length: int


@dataclass(frozen=True, slots=True)
class NonFinite:
    """Marks a number that may be infinite or NaN: ``Annotated[float, NonFinite()]``."""


class _Mismatch(Exception):
    """A value does not fit a type.

    Parameters
    ----------
    path
        Where in the argument, as ``[3]``; empty for the argument itself.
    expected
        What would fit, in words.
    value
        What came.
    """

    def __init__(self, path: str, expected: str, value: Any) -> None:
        super().__init__(path, expected)
        self.path, self.expected, self.value = path, expected, value


def convert(value: Any, hint: Any, label: str, *, error: type[PeakVIError] = WireError) -> Any:
    """Return one value as a type hint asks for it.

    Parameters
    ----------
    value, hint
        The value, and the type hint, in which no name is left to be looked up.
    label
        Begins the sentence: ``"The setting expected delta"``.
    error
        What is raised.

    Raises
    ------
    PeakVIError
        Of the class ``error``: the value is of another type.
    """
    try:
        return _converted(value, hint)
    except _Mismatch as found:
        where, came = f"{label}{found.path}", shown(found.value)
        raise error(f"{where} to be {found.expected:.100}, got {came}.") from None


def _converted(value: Any, hint: Any, bound: MaxLength | None = None, finite: bool = True) -> Any:
    """Return the value as the hint asks for it, or raise `_Mismatch`."""
    origin = typing.get_origin(hint)
    if origin is Annotated:
        inner, *marks = typing.get_args(hint)
        lengths = [mark for mark in marks if isinstance(mark, MaxLength)]
        return _converted(
            value,
            inner,
            lengths[0] if lengths else bound,
            finite and not any(isinstance(mark, NonFinite) for mark in marks),
        )
    if hint is float:
        return _float(value, finite)
    if hint in _SCALARS:
        return _SCALARS[hint](value)
    if hint is str:
        return _text(value, bound.length if bound else MAX_TEXT)
    if origin in (types.UnionType, typing.Union):
        return _any_of(value, hint)
    if origin is Literal:
        return _literal(value, hint)
    if hint is tuple or origin is tuple:
        return _tuple(value, hint, bound)
    if hint in LISTS or origin in LISTS:
        return _list(value, hint, bound)
    if hint in MAPPINGS or origin in MAPPINGS:
        return _mapping(value, hint, bound)
    if isinstance(hint, type) and hint is not Any and not getattr(hint, "_is_protocol", False):
        return _instance(value, hint)
    return value  # Any, a type variable, a protocol, a name that only type checkers know


def _float(value: Any, finite: bool) -> float:
    if isinstance(value, Real) and not isinstance(value, bool | np.bool_):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number) or (not finite and isinstance(value, float)):
            return number
    raise _Mismatch("", "a finite number" if finite else "a number", value)


def _int(value: Any) -> int:
    is_number = isinstance(value, Real) and not isinstance(value, bool | np.bool_)
    is_whole = is_number and (isinstance(value, Integral) or float(value).is_integer())
    if not is_whole or abs(value) > MAX_INT:
        raise _Mismatch("", "a whole number", value)
    return int(value)


def _bool(value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise _Mismatch("", "True or False", value)
    return bool(value)


def _none(value: Any) -> None:
    if value is not None:
        raise _Mismatch("", "None", value)


_SCALARS: dict[Any, Callable[[Any], Any]] = {
    int: _int,
    bool: _bool,
    types.NoneType: _none,
    None: _none,
}


def _text(value: Any, length: int) -> str:
    if not isinstance(value, str):
        raise _Mismatch("", "text", value)
    if len(value) > length:
        raise _Mismatch("", f"text of at most {length:,} characters", value)
    if "\0" in value:
        raise _Mismatch("", "text without NUL characters", value)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _Mismatch("", "text without lone surrogates", value) from None
    return str(value)


def _literal(value: Any, hint: Any) -> Any:
    choices = typing.get_args(hint)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    for choice in choices:
        if type(choice) is type(value) and choice == value:
            return choice
    raise _Mismatch("", describe(hint), value)


def _any_of(value: Any, hint: Any) -> Any:
    """Return the value as the first member that takes it without a change, else with one."""
    found: list[Any] = []
    nested: list[_Mismatch] = []
    for member in typing.get_args(hint):
        try:
            result = _converted(value, member)
        except _Mismatch as mismatch:
            nested += [mismatch] if mismatch.path else []
            continue
        if type(result) is type(value):
            return result
        found.append(result)
    if found:
        return found[0]
    if len(nested) == 1:
        raise nested[0]  # one member is a list as the value is: say which item does not fit
    raise _Mismatch("", describe(hint), value)


def _items(value: Any, hint: Any, bound: MaxLength | None) -> Any:
    if not isinstance(value, list | tuple):
        raise _Mismatch("", describe(hint), value)
    length = bound.length if bound else MAX_ITEMS
    if len(value) > length:
        raise _Mismatch("", f"a list of at most {length:,} items", f"{len(value):,} items")
    return value


def _list(value: Any, hint: Any, bound: MaxLength | None) -> Any:
    if isinstance(value, np.ndarray) and list not in (hint, typing.get_origin(hint)):
        return value  # only Python can send one
    items = _items(value, hint, bound)
    of = (typing.get_args(hint) or (Any,))[0]
    made = _numbers(items, of)
    if made is None:
        made = [_item(at, item, of) for at, item in enumerate(items)]
    return tuple(made) if isinstance(value, tuple) else made


def _numbers(items: Any, hint: Any) -> list[Any] | None:
    """Return a long list of numbers at once where all of them fit; None where each must be seen."""
    if len(items) < MANY or hint not in (int, float):
        return None
    kinds = set(map(type, items))
    if hint is int:
        fits = kinds == {int} and min(items) >= -MAX_INT and max(items) <= MAX_INT
        return list(items) if fits else None
    if not kinds <= {int, float}:
        return None
    try:
        numbers = np.asarray(items, "float64")
    except OverflowError:
        return None
    return numbers.tolist() if np.isfinite(numbers).all() else None


def _tuple(value: Any, hint: Any, bound: MaxLength | None) -> tuple[Any, ...]:
    items, members = _items(value, hint, bound), typing.get_args(hint) or (Any, ...)
    if len(members) == 2 and members[1] is ...:
        members = (members[0],) * len(items)
    if len(items) != len(members):
        raise _Mismatch("", describe(hint), value)
    return tuple(_item(at, *pair) for at, pair in enumerate(zip(items, members, strict=True)))


def _mapping(value: Any, hint: Any, bound: MaxLength | None) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise _Mismatch("", describe(hint), value)
    length = bound.length if bound else MAX_ITEMS
    if len(value) > length:
        raise _Mismatch("", f"at most {length:,} entries", f"{len(value):,} entries")
    keys, values = typing.get_args(hint) or (Any, Any)
    return {_item(key, key, keys): _item(key, one, values) for key, one in value.items()}


def _item(at: Any, value: Any, hint: Any) -> Any:
    try:
        return _converted(value, hint)
    except _Mismatch as found:
        place = at if isinstance(at, int) else shown(at)
        raise _Mismatch(f"[{place}]{found.path}", found.expected, found.value) from None


def _instance(value: Any, hint: Any) -> Any:
    if hint in _BYTES:
        if not isinstance(value, _BYTES):
            raise _Mismatch("", "bytes", value)
        return memoryview(value) if hint is memoryview else hint(value)
    if isinstance(value, hint):
        return value
    if issubclass(hint, PathLike) and isinstance(value, str):
        return hint(_text(value, MAX_TEXT))
    raise _Mismatch("", describe(hint), value)
