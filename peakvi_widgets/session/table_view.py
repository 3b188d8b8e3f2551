"""How the table of regions is shown: by what it is sorted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from traitlets import TraitError, Tuple

from ..arguments import listed, shown
from ..engine.da_columns import DA_COLUMNS, GENE_COLUMNS

TABLE_KINDS = {"region": "text"} | {one.name: one.kind for one in (*DA_COLUMNS, *GENE_COLUMNS)}


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column by which the table is sorted.

    Attributes
    ----------
    column
        ``"region"``, or a column of ``da_result``.
    ascending
        Whether the smallest value, or the first in the alphabet or on the genome, comes first.
    """

    column: str
    ascending: bool


class SortTrait(Tuple):
    """Columns of the table, the most important first, each a `SortKey`.

    A column may also be given by its name, which puts the largest numbers and the first texts
    first, or as a pair of name and ``ascending``.
    """

    def validate(self, obj: Any, value: Any) -> tuple[SortKey, ...]:
        """Return the keys; raise a `TraitError` for what is not a column, or one given twice."""
        is_one = isinstance(value, str | SortKey) or _is_pair(value)
        if not is_one and not isinstance(value, Iterable):
            raise TraitError(
                f"sort_by is {shown(value)}; use names of columns, such as ['is_da_fdr', 'region']."
            )
        keys = tuple(map(_sort_key, [value] if is_one else value))
        names = [key.column for key in keys]
        if twice := [name for name in names if names.count(name) > 1]:
            raise TraitError(f"sort_by names {shown(twice[0])} twice; name it once.")
        return keys


def _sort_key(value: Any) -> SortKey:
    if isinstance(value, SortKey):
        value = (value.column, value.ascending)
    if not _is_pair(value):
        known_column(value)
        value = (value, TABLE_KINDS[value] == "text")
    known_column(value[0])
    return SortKey(value[0], bool(value[1]))


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple | list) and len(value) == 2 and isinstance(value[1], bool)


def known_column(name: Any) -> str:
    """Return the name of a column of the table.

    Raises
    ------
    TraitError
        It is none.
    """
    if not isinstance(name, str) or name not in TABLE_KINDS:
        raise TraitError(f"The table has no column {shown(name)}; it has {listed(TABLE_KINDS)}.")
    return name
