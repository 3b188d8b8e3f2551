"""How the table of regions is shown: by what it is sorted, and with which columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from traitlets import TraitError, Tuple

from ..arguments import encodable, listed, shown
from ..engine.da_columns import DA_COLUMNS, GENE_COLUMNS, SET_COLUMNS

TABLE_KINDS = {"region": "text"} | {
    one.name: one.kind for one in (*DA_COLUMNS, *GENE_COLUMNS, *SET_COLUMNS)
}

MIN_WIDTH, MAX_WIDTH = 40, 1000  # of a column, in pixels
MAX_FILTER = 1000  # characters


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
        _check_once("sort_by", [key.column for key in keys])
        return keys


@dataclass(frozen=True, slots=True)
class TableColumn:
    """How a column of the table is shown.

    Attributes
    ----------
    name
        ``"region"``, or a column of ``da_result``.
    width
        In pixels, 40 to 1,000; 0 for the usual width.
    is_shown
        Whether it is shown, and written when rows are copied or downloaded.
    """

    name: str
    width: int = 0
    is_shown: bool = True


class ColumnsTrait(Tuple):
    """Columns of the table in order, each a `TableColumn`; empty for all in the usual order.

    A column may also be given by its name, or as a pair of name and width. Columns that are not
    named are not shown; the region always is.
    """

    def validate(self, obj: Any, value: Any) -> tuple[TableColumn, ...]:
        """Return all columns; raise a `TraitError` for what is not a column, or one given twice."""
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise TraitError(
                f"table_columns is {shown(value)}; use names of columns, such as "
                "['region', 'gene', 'effect_size']."
            )
        columns = list(map(_table_column, value))
        if not columns:
            return ()
        names = [column.name for column in columns]
        _check_once("table_columns", names)
        if "region" not in names:
            columns.insert(0, TableColumn("region"))
        rest = [TableColumn(name, 0, False) for name in TABLE_KINDS if name not in names]
        return (*columns, *(one for one in rest if one.name != "region"))


@dataclass(frozen=True, slots=True)
class TableFilter:
    """What is typed above a column of the table.

    Attributes
    ----------
    column
        ``"region"``, or a column of ``da_result``.
    text
        Such as ``"> 0.5"``, ``"chr7:1-2,000,000"`` or part of a name.
    """

    column: str
    text: str


class FiltersTrait(Tuple):
    """Filters of the table, each a `TableFilter`; rows that pass all of them are shown.

    They may also be given as a dict, ``{"gene": "MS4A1", "prob_da": "> 0.9"}``.
    """

    def validate(self, obj: Any, value: Any) -> tuple[TableFilter, ...]:
        """Return the filters; raise a `TraitError` for what is not a column, or one given twice."""
        pairs = value.items() if isinstance(value, Mapping) else value
        if isinstance(pairs, str) or not isinstance(pairs, Iterable):
            raise TraitError(
                f"table_filters is {shown(value)}; use columns and texts, such as "
                "{'gene': 'MS4A1'}."
            )
        filters = tuple(map(_filter, pairs))
        _check_once("table_filters", [one.column for one in filters])
        return tuple(one for one in filters if one.text.strip())


def _filter(value: Any) -> TableFilter:
    if isinstance(value, TableFilter):
        value = (value.column, value.text)
    is_pair = isinstance(value, tuple | list) and len(value) == 2
    column, text = value if is_pair else (value, None)
    known_column(column)
    if not isinstance(text, str) or len(text) > MAX_FILTER:
        raise TraitError(
            f"The filter of {column} is {shown(text)}; use a text of up to {MAX_FILTER} characters."
        )
    return TableFilter(column, encodable(text))


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


def _table_column(value: Any) -> TableColumn:
    if isinstance(value, TableColumn):
        value = (value.name, value.width, value.is_shown)
    name, width, *more = value if isinstance(value, tuple | list) and len(value) > 1 else (value, 0)
    known_column(name)
    is_number = isinstance(width, int) and not isinstance(width, bool)
    if not is_number or (width != 0 and not MIN_WIDTH <= width <= MAX_WIDTH):
        raise TraitError(
            f"The width of {name} is {shown(width)}; use {MIN_WIDTH} to {MAX_WIDTH:,} pixels, "
            "or 0 for the usual width."
        )
    return TableColumn(name, width, name == "region" or bool(more[0] if more else True))


def _check_once(trait: str, names: list[str]) -> None:
    """Raise a `TraitError` for a column that is named twice."""
    if twice := [name for name in names if names.count(name) > 1]:
        raise TraitError(f"{trait} names {shown(twice[0])} twice; name it once.")


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
