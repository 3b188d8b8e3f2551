"""Values and type hints in words, for a sentence."""

from __future__ import annotations

import types
import typing
from collections import abc
from collections.abc import Iterable
from reprlib import Repr
from typing import Annotated, Any, Literal

MAX_SENTENCE = 299  # characters of a notice
MAX_SHOWN = 60  # characters of a value in a sentence
MAX_LISTED = 100  # characters of a list of names in a sentence
MAX_LISTED_NAME = 40

LISTS = (list, abc.Sequence, abc.Iterable, abc.Collection, abc.MutableSequence)
MAPPINGS = (dict, abc.Mapping, abc.MutableMapping)


def shown(value: Any) -> str:
    """Return a value as a sentence may quote it: on one line and short, whatever it is."""
    try:
        text = _SHORT.repr(value)
    except Exception:  # noqa: BLE001 - a repr may raise anything (numbers of 5,000 digits do)
        text = f"a value of type {type(value).__name__}"
    return one_line(text, MAX_SHOWN)


def one_line(text: str, length: int = MAX_SENTENCE) -> str:
    """Return a text on one line, cut with "..." to a number of characters."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 3]}..."


def encodable(text: str) -> str:
    """Return a text that UTF-8 can hold; halves of characters (lone surrogates) are escaped."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def listed(names: Iterable[Any], none: str = "none") -> str:
    """Return names as a sentence may list them: the first few, and how many more there are.

    Parameters
    ----------
    names
        Of columns, categories, layers, ...; as text.
    none
        What to say when there are none.
    """
    every = [str(name) for name in names]
    first: list[str] = []
    for name in every:
        short = one_line(name, MAX_LISTED_NAME)
        if first and len(", ".join([*first, short])) > MAX_LISTED:
            break
        first.append(short)
    more = f" and {len(every) - len(first):,} more" if len(first) < len(every) else ""
    return ", ".join(first) + more if first else none


_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 48
_SHORT.maxlevel, _SHORT.maxlist, _SHORT.maxtuple, _SHORT.maxdict = 2, 4, 4, 3


_WORDS: dict[Any, tuple[str, str]] = {
    int: ("a whole number", "whole numbers"),
    float: ("a finite number", "finite numbers"),
    bool: ("True or False", "truth values"),
    str: ("text", "texts"),
    types.NoneType: ("None", "None"),
    None: ("None", "None"),
}


def describe(hint: Any, *, plural: bool = False) -> str:
    """Return a type hint in words: "a list of finite numbers"."""
    origin, members = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return describe(members[0], plural=plural)
    if hint in _WORDS:
        return _WORDS[hint][plural]
    if origin is Literal:
        return _either([repr(member) for member in members])
    if origin in (types.UnionType, typing.Union):
        return _either([describe(member, plural=plural) for member in members])
    if origin is tuple and members and members[-1] is not ...:
        kinds = dict.fromkeys(describe(member, plural=True) for member in members)
        return f"{'lists' if plural else 'a list'} of {len(members)} {_either(list(kinds))}"
    if origin is tuple or origin in LISTS:
        items = describe(members[0], plural=True) if members else "values"
        return f"{'lists' if plural else 'a list'} of {items}"
    if hint in (tuple, *LISTS):
        return "lists" if plural else "a list"
    if hint in MAPPINGS or origin in MAPPINGS:
        return "tables" if plural else "a table of names and values"
    name = getattr(hint, "__name__", str(hint))
    return f"{name} objects" if plural else f"a {name} object"


def _either(words: list[str]) -> str:
    *first, last = dict.fromkeys(words)
    return f"{', '.join(first)} or {last}" if first else last
