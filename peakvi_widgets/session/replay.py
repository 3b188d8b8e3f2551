"""The record as plain values for a file, and back: read from strangers, so checked before it runs.

Nothing but the verbs below can be named by a record, and only with arguments they have.
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import DataError
from .record import IMMEDIATE, Entry, Name

LONG = {"open", "filter", "setup", "train", "embed", "cluster", "compare", "load", "save"}
VERBS = LONG | IMMEDIATE
VARIABLE = "variable"  # marks the name of a variable of the user's
TABLE = "table"  # marks a dict of names, as pairs


def plain_record(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Return entries as values that JSON can hold."""
    return [
        {
            "verb": entry.verb,
            "arguments": {name: _plain(value) for name, value in entry.arguments.items()},
            "comment": entry.comment,
        }
        for entry in entries
    ]


def checked_record(record: Any, session: type[Any]) -> list[tuple[str, dict[str, Any], str]]:
    """Return verb, arguments and comment of each entry of a plain record.

    Raises
    ------
    DataError
        It is no record, names something that is no verb, or gives it what it cannot take.
    """
    if not isinstance(record, Sequence) or isinstance(record, str | bytes):
        raise DataError("A record is a list of verbs with their arguments, as session.record.")
    return [_checked(number, one, session) for number, one in enumerate(record, 1)]


def _checked(number: int, one: Any, session: type[Any]) -> tuple[str, dict[str, Any], str]:
    verb = one.get("verb") if isinstance(one, Mapping) else None
    if not isinstance(verb, str) or verb not in VERBS:
        raise DataError(f"Entry {number} of the record is no verb of a session: {verb!r}.")
    arguments = one.get("arguments", {})
    if not isinstance(arguments, Mapping) or not all(isinstance(name, str) for name in arguments):
        raise DataError(f"Entry {number} of the record ({verb}) has no arguments by name.")
    given = {name: _unplain(value) for name, value in arguments.items()}
    try:
        given = _taken(verb, given, session)
    except (TypeError, ValueError) as error:
        raise DataError(f"Entry {number} of the record ({verb}) makes no sense: {error}") from error
    return verb, given, str(one.get("comment", ""))


def _taken(verb: str, given: dict[str, Any], session: type[Any]) -> dict[str, Any]:
    """Return arguments as the verb takes them; raise where it cannot."""
    method = getattr(session, verb)
    inspect.signature(method).bind(None, **given)
    if verb == "open" and not isinstance(given["source"], str | Name):
        raise TypeError("source is neither a path nor a variable.")
    try:
        hints = typing.get_type_hints(method)
    except NameError:  # of a class that is not imported before it is needed
        hints = {}
    for name, value in given.items():
        if name in hints and not _fits(value, hints[name]):
            raise TypeError(f"{name} cannot be {value!r:.60}.")
    if verb == "train":
        from ..engine.plan import plan_from

        known = {name: value for name, value in given.items() if name not in ("preset", "restart")}
        plan_from(given.get("preset") or "standard", **known)
    pairs = {name for name, hint in hints.items() if typing.get_origin(hint) is tuple}
    return {name: tuple(value) if name in pairs else value for name, value in given.items()}


def _fits(value: Any, hint: Any) -> bool:
    """Tell whether a plain value may be what a type hint asks for; only plain hints count."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return value in arguments
    if origin in (types.UnionType, typing.Union):
        return any(_fits(value, argument) for argument in arguments)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if hint in (str, bool, types.NoneType):
        return isinstance(value, hint)
    return isinstance(value, Sequence) or origin is None


def _plain(value: Any) -> Any:
    if isinstance(value, Name):
        return {VARIABLE: value.text}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {TABLE: [[name, one] for name, one in value.items()]}
    return value


def _unplain(value: Any) -> Any:
    if isinstance(value, Mapping):
        if set(value) == {TABLE}:
            return _table(value[TABLE])
        text = value.get(VARIABLE)
        if set(value) != {VARIABLE} or not isinstance(text, str) or not text.isidentifier():
            raise DataError(f"{dict(value)!r:.60} in the record is neither a value nor a variable.")
        return Name(text)
    if isinstance(value, list | tuple):
        read = [_unplain(one) for one in value]
        return [tuple(one) if isinstance(one, list) else one for one in read]  # corners
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise DataError(f"{value!r:.60} in the record is no plain value.")


def _table(pairs: Any) -> dict[str, str]:
    is_pair = [
        isinstance(pair, list | tuple)
        and len(pair) == 2
        and all(isinstance(part, str) for part in pair)
        for pair in (pairs if isinstance(pairs, list | tuple) else [None])
    ]
    if not all(is_pair):
        raise DataError(f"{pairs!r:.60} in the record is no table of names.")
    return dict(pairs)
