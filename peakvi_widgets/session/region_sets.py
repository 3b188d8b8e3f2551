"""Named sets of regions: from one list of sets to the next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from ..arguments import encodable, listed, shown
from ..errors import DataError

STARRED = "starred"
MAX_SETS = 200
MAX_NAME = 100  # characters


@dataclass(frozen=True, slots=True)
class RegionSet:
    """A set of regions that has a name.

    Attributes
    ----------
    name
        A different one for each.
    regions
        The names of its regions; some may be filtered out of the counts of now.
    """

    name: str
    regions: tuple[str, ...]


Sets = tuple[RegionSet, ...]


def counted(n: int, what: str) -> str:
    """Return a number with its noun: "1 region", "1,200 regions"."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def regions_in(sets: Sets, name: Any) -> tuple[str, ...]:
    """Return the regions of a set.

    Raises
    ------
    DataError
        There is no such set.
    """
    for one in sets:
        if one.name == name:
            return one.regions
    names = listed((one.name for one in sets), none="none yet")
    raise DataError(f"The set of regions {shown(name)} was not found; there are {names}.")


def with_set(sets: Sets, name: str, regions: Iterable[str]) -> Sets:
    """Return the sets with one more at the end, or with that of this name changed.

    Raises
    ------
    DataError
        There would be too many.
    """
    new = RegionSet(name, tuple(dict.fromkeys(regions)))
    if any(one.name == name for one in sets):
        return tuple(new if one.name == name else one for one in sets)
    if len(sets) >= MAX_SETS:
        raise DataError(f"There are {MAX_SETS} sets of regions already; remove one first.")
    return (*sets, new)


def without_set(sets: Sets, name: str) -> Sets:
    """Return the sets but one.

    Raises
    ------
    DataError
        There is no such set.
    """
    regions_in(sets, name)
    return tuple(one for one in sets if one.name != name)


def combined(sets: Sets, expression: str) -> tuple[str, ...]:
    """Return the regions that an expression of names of sets means.

    Parameters
    ----------
    expression
        A name, or several with ``&`` (in both), ``|`` (in either) or ``-`` (in the first alone)
        between them and spaces around these; carried out from the left to the right.

    Raises
    ------
    DataError
        There is no such set.
    """
    first, *rest = re.split(r"\s+([&|-])\s+", expression.strip())
    found = dict.fromkeys(regions_in(sets, first))
    for sign, name in zip(rest[::2], rest[1::2], strict=True):
        other = dict.fromkeys(regions_in(sets, name))
        if sign == "|":
            found |= other
        else:
            found = {one: None for one in found if (one in other) == (sign == "&")}
    return tuple(found)


def free_set_name(sets: Sets) -> str:
    """Return a name that no set has: "set 3"."""
    taken = {one.name for one in sets}
    return next(name for n in count(len(sets) + 1) if (name := f"set {n}") not in taken)


def checked_set_name(name: Any) -> str:
    """Return a name that a set may have, without blanks around it.

    Raises
    ------
    DataError
        It is not text, empty, too long, or holds what separates names in lists and expressions.
    """
    text = encodable(name).strip() if isinstance(name, str) else ""
    is_odd = ";" in text or re.search(r"\s[&|-]\s", text) or not text.isprintable()
    if not text or len(text) > MAX_NAME or is_odd:
        raise DataError(
            f"A set of regions cannot be named {shown(name)}; use 1 to {MAX_NAME} characters "
            "without semicolons, and no &, | or - between spaces."
        )
    return text


def checked_sets(sets: tuple[Any, ...]) -> Sets:
    """Return sets that fit each other, such as those of a file.

    Raises
    ------
    DataError
        They are no sets, too many, a name is odd or there twice, or a region is twice in a set.
    """
    names = [one.name for one in sets if isinstance(one, RegionSet)]
    if len(names) < len(sets) or len(set(names)) < len(names):
        raise DataError("Each set of regions needs a name of its own.")
    if len(sets) > MAX_SETS:
        raise DataError(f"There are {len(sets):,} sets of regions; use at most {MAX_SETS}.")
    for one in sets:
        if checked_set_name(one.name) != one.name:
            raise DataError(
                f"The name of a set of regions is {shown(one.name)}; remove the spaces around it."
            )
        if len(set(one.regions)) < len(one.regions):
            raise DataError(f"The set of regions {shown(one.name)} has a region twice.")
    return sets
