"""The record as plain values for a file, and back: read from strangers, so checked before it runs.

Nothing but the verbs below can be named by a record, and only with arguments they have.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any

import numpy as np
from traitlets import TraitError

from ...arguments import check
from ...arguments.words import one_line, shown
from ...errors import DataError
from ..layers.kinds import KINDS, layer_of
from ..verb import VERBS
from .literals import Variable, comment_of
from .record import Entry

VARIABLE = "variable"  # marks the name of a variable of the user's
TABLE = "table"  # marks a dict of names, as pairs
MAX_DEPTH = 3  # of lists within each other
MAX_WHY = 100  # characters of the reason why a record is cut


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
        It is not a record, names something that is not a verb, or has arguments that the verb does
        not accept.
    """
    _require_list(record)
    return [_checked(number, one, session) for number, one in enumerate(record, 1)]


def readable_record(
    record: Any, session: type[Any]
) -> tuple[list[tuple[str, dict[str, Any], str]], str]:
    """Return the entries up to the first that this version does not know, and what is missing.

    Returns
    -------
    Entries as of `checked_record`, and a sentence; empty when all entries are known.

    Raises
    ------
    DataError
        It is not a list.
    """
    _require_list(record)
    entries: list[tuple[str, dict[str, Any], str]] = []
    for number, one in enumerate(record, 1):
        try:
            entries.append(_checked(number, one, session))
        except DataError as error:
            return entries, (
                f"The record is kept up to step {number - 1} of {len(record)}, so the script lacks "
                f"later steps: {one_line(str(error), MAX_WHY)}"
            )
    return entries, ""


def _require_list(record: Any) -> None:
    if not isinstance(record, Sequence) or isinstance(record, str | bytes):
        raise DataError("A record is a list of verbs with their arguments, as session.record.")


def _checked(number: int, one: Any, session: type[Any]) -> tuple[str, dict[str, Any], str]:
    verb = one.get("verb") if isinstance(one, Mapping) else None
    if not isinstance(verb, str) or verb not in VERBS:
        raise DataError(f"Entry {number} of the record is not a verb of a session: {shown(verb)}.")
    label = f"Entry {number} of the record ({verb})"
    arguments = one.get("arguments", {})
    if not isinstance(arguments, Mapping) or not all(isinstance(name, str) for name in arguments):
        raise DataError(f"{label} has no arguments by name.")
    given = {name: _unplain(value, label) for name, value in arguments.items()}
    given = check(getattr(session, verb), given, label=label, error=DataError)
    try:
        _check_values(verb, given)
    except (TypeError, ValueError, TraitError) as error:
        raise DataError(f"{label} is invalid: {str(error)[:200]}") from error
    comment = one.get("comment", "")
    return verb, given, comment_of(comment) if isinstance(comment, str) else ""


def _check_values(verb: str, given: dict[str, Any]) -> None:
    """Check what the annotations of a verb do not say; raise where it would."""
    if verb == "open" and not isinstance(given["source"], str | Variable):
        raise TypeError("source is neither a path nor a variable.")
    if verb != "open" and any(isinstance(value, Variable) for value in given.values()):
        raise TypeError("only open takes a variable.")
    if verb == "train":
        from ...engine.plan import plan_from

        known = {name: value for name, value in given.items() if name not in ("preset", "restart")}
        plan_from(given.get("preset") or "standard", **known)
    if verb == "add_layer":
        layer_of(given["kind"], _without(given, "kind", "index"))
    if verb == "set_layer":
        _check_settings(_without(given, "layer"))


def _check_settings(settings: dict[str, Any]) -> None:
    """Raise when no kind of layer takes these settings."""
    errors = []
    for kind in KINDS:
        try:
            layer_of(kind, settings)
        except (DataError, TraitError) as error:
            errors.append(error)
        else:
            return
    raise errors[0]


def _without(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in names}


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, Variable):
        return {VARIABLE: value.text}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, PathLike):
        return fspath(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {TABLE: [[str(name), _plain(one)] for name, one in value.items()]}
    return value


def _unplain(value: Any, label: str, depth: int = 0) -> Any:
    """Return what `_plain` was given; a list within a list as a tuple, such as a corner."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float) and abs(value) < math.inf:  # not NaN, which is not below
        return value
    if isinstance(value, Mapping) and depth == 0:
        if set(value) == {TABLE}:
            return _table(value[TABLE], label)
        if set(value) == {VARIABLE} and isinstance(value[VARIABLE], str):
            return Variable(value[VARIABLE])
        raise DataError(f"{label}: {shown(dict(value))} is neither a value nor a variable.")
    if isinstance(value, list | tuple) and depth < MAX_DEPTH:
        read = [_unplain(one, label, depth + 1) for one in value]
        return [tuple(one) if isinstance(one, list) else one for one in read]
    raise DataError(f"{label}: {shown(value)} is not a plain value.")


def _table(pairs: Any, label: str) -> dict[str, str]:
    is_pair = [
        isinstance(pair, list | tuple)
        and len(pair) == 2
        and all(isinstance(part, str) for part in pair)
        for pair in (pairs if isinstance(pairs, list | tuple) else [None])
    ]
    if not all(is_pair):
        raise DataError(f"{label}: {shown(pairs)} is not a table of names.")
    return dict(pairs)
