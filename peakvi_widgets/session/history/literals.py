"""Values, comments and names as the script writes them: literals, and nothing that can run.

A record may come from a stranger, so whatever stands in it becomes a literal that evaluates to the
same value, a comment of one line, or the name of a variable.
"""

from __future__ import annotations

import keyword
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Any

import numpy as np

from ...errors import DataError

MAX_COMMENT = 200  # characters
TAKEN = ("pv", "session")  # names that the script itself uses


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the user's, written into the script as it is.

    Raises
    ------
    DataError
        It is not a name that a variable can have, or the script uses it for something else.
    """

    text: str

    def __post_init__(self) -> None:
        if not is_name(self.text):
            raise DataError(f"{self.text!r:.60} is not a name that a variable can have.")
        if self.text in TAKEN:
            raise DataError(
                f"The script uses the name {self.text!r} itself; name the variable otherwise."
            )


def is_name(text: Any) -> bool:
    """Return whether a text is a name of Python's that is not a keyword."""
    return isinstance(text, str) and text.isidentifier() and not keyword.iskeyword(text)


def comment_of(text: Any) -> str:
    """Return a text as a comment can hold it: on one line, without control characters."""
    line = "".join(one if one.isprintable() else " " for one in str(text)[: 2 * MAX_COMMENT])
    return " ".join(line.split())[:MAX_COMMENT]


def literal(value: Any) -> str:
    """Return the Python literal that evaluates to a value.

    Numpy's scalars and arrays, paths, sets and tables become the plain values nearest to them. Of
    what has no literal its ``repr`` is written as text.
    """
    if isinstance(value, Variable):
        return value.text
    if value is None or isinstance(value, bool):
        return repr(bool(value)) if value is not None else "None"
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    if hasattr(value, "isoformat"):
        return literal(value.isoformat())
    if hasattr(value, "tolist"):
        return literal(value.tolist())
    return repr(repr(value)[:MAX_COMMENT])


def _number(value: float) -> str:
    if math.isnan(value):
        return "(1e999 - 1e999)"  # there is no literal for it, nor for infinity
    return repr(value) if math.isfinite(value) else ("1e999" if value > 0 else "-1e999")


def _sequence(values: Iterable[Any]) -> str:
    return f"[{', '.join(map(literal, values))}]"


def _tuple(values: tuple[Any, ...]) -> str:
    return f"({literal(values[0])},)" if len(values) == 1 else f"({_sequence(values)[1:-1]})"


def _table(values: Mapping[Any, Any]) -> str:
    pairs = (f"{literal(_key(key))}: {literal(value)}" for key, value in values.items())
    return f"{{{', '.join(pairs)}}}"


def _key(key: Any) -> Any:
    """Return a key as a literal dict can hold it."""
    is_plain = key is None or isinstance(key, str | bytes | int | float | np.generic | Variable)
    return key if is_plain else repr(key)


def _numpy(value: Any) -> str:
    """Write a scalar or an array of numpy."""
    if value.dtype.kind in "mMV":
        value = np.asarray(value).astype(str)
    plain = value.tolist()
    return literal(str(plain) if isinstance(plain, np.generic) else plain)


# A class that derives from str, int or float is written as the plain value, whatever its own
# ``repr`` says.
_WRITERS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (str, lambda value: repr(str.__str__(value))),
    ((bytes, bytearray), lambda value: repr(bytes(value))),
    (int, lambda value: repr(int.__int__(value))),
    (float, lambda value: _number(float.__float__(value))),
    (complex, lambda value: repr(str(complex(value)))),
    (np.longdouble, lambda value: _number(float(value))),
    (PathLike, lambda value: literal(fspath(value))),
    (tuple, _tuple),
    ((list, range), _sequence),
    ((set, frozenset), lambda value: _sequence(sorted(value, key=repr))),
    (Mapping, _table),
    ((np.ndarray, np.generic), _numpy),
)
