"""Named groups: a list of records, and the cells of all of them in one array.

Functions from one list to the next. A list is never changed, so undo can go back to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import numpy as np

from ..arguments import MAX_TEXT, encodable, listed, shown
from ..arrays import frozen
from ..errors import DataError
from ..obs_query import names_in
from ..obs_query.grammar import Parser
from .colors.palettes import hex_color
from .colors.tables import category_color
from .records import NamedGroup

GROUPS_COLUMN = "groups_peakvi"
MAX_GROUPS = 200
MAX_NAME = 100  # characters

Rows = tuple[NamedGroup, ...]
Members = Mapping[str, np.ndarray]


def members_of(rows: Rows, cells: np.ndarray) -> dict[str, np.ndarray]:
    """Return the cells of each group by its name, sorted indices, uint32.

    Parameters
    ----------
    rows
        The groups.
    cells
        The cells of the first group, then those of the second, and so on.
    """
    ends = np.cumsum([0, *(row.n_cells for row in rows)])
    return {
        row.name: frozen(cells[start:end])
        for row, start, end in zip(rows, ends, ends[1:], strict=False)
    }


def joined(rows: Rows, members: Members) -> tuple[Rows, np.ndarray]:
    """Return the groups with their numbers of cells, and all their cells in one array."""
    counted = tuple(replace(row, n_cells=len(members[row.name])) for row in rows)
    cells = [members[row.name] for row in rows]
    return counted, frozen(np.concatenate([np.empty(0, "uint32"), *cells]).astype("uint32"))


def with_group(rows: Rows, name: str, color: str | None, query: str) -> Rows:
    """Return the groups with one more at the end, or with that of this name changed.

    Raises
    ------
    DataError
        There would be too many.
    """
    old = next((row for row in rows if row.name == name), None)
    if old is not None:
        new = replace(old, color=color or old.color, query=query)
        return tuple(new if row is old else row for row in rows)
    if len(rows) >= MAX_GROUPS:
        raise DataError(f"There are {MAX_GROUPS} named groups already; remove one first.")
    return (*rows, NamedGroup(name, color or _free_color(rows), 0, query))


def _free_color(rows: Rows) -> str:
    taken = {row.color for row in rows}
    return next(c for c in map(category_color, range(2 * MAX_GROUPS)) if c not in taken)


def position_of(rows: Rows, name: Any) -> int:
    """Return where a group stands.

    Raises
    ------
    DataError
        There is no such group; the nearest name is said.
    """
    names = [row.name for row in rows]
    if name in names:
        return names.index(name)
    if not names:
        raise DataError(f"The group {shown(name)} was not found; name some cells first.")
    near = get_close_matches(str(name)[:MAX_NAME], names, 1, 0.5)
    there = f"the nearest is {shown(near[0])}" if near else f"there are {listed(names)}"
    raise DataError(f"The group {shown(name)} was not found; {there}.")


def checked_name(name: Any) -> str:
    """Return a name that a group may have, without blanks around it.

    Raises
    ------
    DataError
        It is not text, empty, too long, or could not be written in a query.
    """
    text = encodable(name).strip() if isinstance(name, str) else ""
    if not text or len(text) > MAX_NAME or "`" in text or not text.isprintable():
        raise DataError(
            f"A group cannot be named {shown(name)}; use 1 to {MAX_NAME} characters on one line, "
            "without backticks."
        )
    return text


def changed_words(name: str, before: np.ndarray, now: np.ndarray) -> str:
    """Say how many cells a changed group has of its former ones."""
    n_kept = len(np.intersect1d(before, now))
    return f"{name}: {len(now):,} cells, {n_kept:,} of the former {len(before):,}."


def last_of(members: Sequence[np.ndarray], n_cells: int) -> tuple[np.ndarray, int]:
    """Return the last group that each cell is in, -1 for none, and how many are in several.

    Parameters
    ----------
    members
        The cells of each group.
    n_cells
        How many cells there are.
    """
    codes = np.full(n_cells, -1, "int64")
    times = np.zeros(n_cells, "int64")
    for code, cells in enumerate(members):
        codes[cells] = code
        times[cells] += 1
    return codes, int((times > 1).sum())


def moved(
    members: Members, absent: Members, opened: np.ndarray, places: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Return the cells of each group after a filter, and those that it leaves out.

    Parameters
    ----------
    members
        The cells of each group before it.
    absent
        Those that were left out before, among what was opened.
    opened
        Where each former cell stands among what was opened.
    places
        Where each opened cell stands now, -1 for one that is left out.
    """
    now, out = dict[str, np.ndarray](), dict[str, np.ndarray]()
    for name, cells in members.items():
        whole = np.union1d(opened[cells], absent.get(name, [])).astype("int64")
        at = places[whole]
        now[name] = np.sort(at[at >= 0]).astype("uint32")
        out[name] = whole[at < 0]
    return now, out


def with_kept_queries(rows: Rows) -> Rows:
    """Return the groups, each without its query where that cannot be kept."""
    return tuple(replace(row, query=kept_query(row.name, row.query)) for row in rows)


def kept_query(name: str, query: str) -> str:
    """Return the query of a group, empty where it is none, too long for a file, or of itself."""
    if len(query) > MAX_TEXT:
        return ""
    try:
        Parser(query).tree()
        return "" if name in names_in(query) else query
    except DataError:
        return ""


def check_members(rows: Rows, cells: np.ndarray, n_cells: int) -> None:
    """Raise a ``ValueError`` unless the array holds the cells of these groups."""
    names = [row.name for row in rows]
    if len(set(names)) < len(names) or len(names) > MAX_GROUPS:
        raise ValueError("two groups have the same name, or there are too many")
    if any(checked_name(name) != name for name in names):
        raise ValueError("a group has no name")
    if any(hex_color(row.color) != row.color for row in rows):
        raise ValueError("a group has no color")
    sizes = [row.n_cells for row in rows]
    if any(n < 0 for n in sizes) or cells.dtype != "uint32" or cells.shape != (sum(sizes),):
        raise ValueError("the groups are of other cells")
    for own in members_of(rows, cells).values():
        if len(own) and (own[-1] >= n_cells or bool((np.diff(own.astype("int64")) <= 0).any())):
            raise ValueError("a group is of other cells")
