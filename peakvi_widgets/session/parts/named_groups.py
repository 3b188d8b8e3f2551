"""The named groups of a session: any number of them, each with a name, a color and its cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from traitlets import TraitError, observe, validate

from ...arguments import shown
from ...errors import DataError, StageError
from ...obs_query import with_name
from ..base import Part
from ..cell_sets import mask_of
from ..colors.palettes import colors_in, hex_color
from ..columns import categories_of, column_of, describe, has_column, obs_columns
from ..named_groups import (
    GROUPS_COLUMN,
    changed_words,
    checked_name,
    joined,
    kept_query,
    last_of,
    moved,
    position_of,
    with_group,
    with_kept_queries,
)
from ..records import NamedGroup
from ..verb import verb
from ..written_columns import Written


class NamedGroups(Part):
    """Groups of cells that have names; a cell may be in several."""

    @verb("named group", first="name")
    def name_group(self, name: str, cells: Any = None, *, color: str | None = None) -> None:
        """Give some cells a name; queries can use it as they use a column of ``obs``.

        If there is a group of this name, its cells are replaced, and how many stay is said.

        Parameters
        ----------
        name
            Text without backticks.
        cells
            The cells in any way that ``select`` knows, also a query with names of other groups,
            such as ``"B & n_counts > 2000"``, ``"A | B"``, ``"~A"`` or ``"A - B"``; None for the
            selection. The name of a region or gene is the number of its open regions, as in
            ``"MS4A1 > 0"``. A query is kept, so that ``update_group`` can look for its cells again;
            one that names the group itself, or of more than 4,096 characters, is not.
        color
            Of CSS or matplotlib; None for one that no other group has.

        Raises
        ------
        StageError
            No cells are given and none is selected.
        DataError
            It is not a name, a column of ``obs``, a region or a gene has it, or no cells are named.
        """
        with self.lock:
            name = self._free_name(name)
            if cells is None and not len(self.selection):
                raise StageError("No cell is selected; select some cells first, or name them.")
            found = self.selection if cells is None else self._cells_of(cells)
            wanted = None if color is None else hex_color(color)
            query = cells if isinstance(cells, str) else ""
            given = cells if cells is None or query else found
            rows = with_group(self.named_groups, name, wanted, kept_query(name, query))
            recorded = {"name": name, "cells": given, "color": wanted}
            self._set_members("name_group", recorded, rows, {name: found})

    @verb("updated group", first="name")
    def update_group(self, name: str) -> None:
        """Look for the cells of a group's query again, as after a change of ``obs``.

        How many of the former cells it still has is said.

        Raises
        ------
        DataError
            There is no such group, it was not made by a query, or the query finds no cell.
        """
        with self.lock:
            row = self.named_groups[position_of(self.named_groups, name)]
            if not row.query:
                raise DataError(
                    f"{shown(name)} was not made by a query; name its cells again by name_group."
                )
            found = self._cells_of(row.query)
            self._set_members(
                "update_group", {"name": row.name}, self.named_groups, {row.name: found}
            )

    @verb("renamed group", first="name")
    def rename_group(self, name: str, new_name: str) -> None:
        """Give a group another name; queries of other groups follow.

        Raises
        ------
        DataError
            There is no such group, or another group, a column of ``obs``, a region or a gene has
            the name.
        """
        with self.lock:
            at = position_of(self.named_groups, name)
            new_name = self._free_name(new_name)
            if new_name in self.groups and new_name != name:
                raise DataError(f"There is a group {shown(new_name)} already; use another name.")
            rows = tuple(
                replace(row, query=with_name(row.query, name, new_name))
                for row in self.named_groups
            )
            rows = (*rows[:at], replace(rows[at], name=new_name), *rows[at + 1 :])
            rows = with_kept_queries(rows)
            with self._cells_verb("rename_group", {"name": name, "new_name": new_name}):
                self._forget_absent([name], new_name)
                self._set_named(rows, self.group_cells)

    @verb("colored group", first="name")
    def color_group(self, name: str, color: str) -> None:
        """Give a group another color, of CSS or matplotlib.

        Raises
        ------
        DataError
            There is no such group, or it is not a color.
        """
        with self.lock:
            at = position_of(self.named_groups, name)
            wanted = hex_color(color)
            rows = list(self.named_groups)
            rows[at] = replace(rows[at], color=wanted)
            with self._cells_verb("color_group", {"name": name, "color": wanted}):
                self._set_named(tuple(rows), self.group_cells)

    @verb("removed group", first="name")
    def remove_group(self, name: str) -> None:
        """Forget a group; its cells stay, also in group 1 and group 2.

        Raises
        ------
        DataError
            There is no such group.
        """
        with self.lock:
            at = position_of(self.named_groups, name)
            members = self.groups
            rows = (*self.named_groups[:at], *self.named_groups[at + 1 :])
            with self._cells_verb("remove_group", {"name": name}):
                self._forget_absent([name])
                self._set_named(*joined(rows, members))

    @verb("groups from a column", first="column")
    def groups_from(self, column: str | list[str]) -> None:
        """Make a group of each category of a column of ``obs``, with its color.

        Parameters
        ----------
        column
            A column of categories, or one of yes and no, which is a group by its own name; or
            several. A category that is a number, or that two of the columns have, gets the name
            of its column before it.

        Raises
        ------
        DataError
            There is no such column, it holds numbers, a category cannot be the name of a group,
            or two would be of the same name.
        """
        with self.lock:
            columns = [column] if isinstance(column, str) else list(column)
            rows, found = self.named_groups, dict[str, np.ndarray]()
            for name, color, cells in self._groups_in_all(dict.fromkeys(columns)):
                if name in found:
                    raise DataError(
                        f"Two categories would be the group {shown(name)}; rename one of them."
                    )
                rows = with_group(rows, name, color or None, "")
                found[name] = cells
            self._set_members("groups_from", {"column": column}, rows, found)

    @verb("groups to obs", first="column")
    def groups_to_obs(self, column: str | None = GROUPS_COLUMN, *, overwrite: bool = False) -> None:
        """Write the named groups into ``adata.obs``, where ``groups_from`` finds them again.

        Undo takes the column back.

        Parameters
        ----------
        column
            Gets the names as categories, and their colors go to ``adata.uns``. A cell that is in
            several groups gets the last of them, and a sentence says how many such cells there
            are. None for a column of yes and no for each group, by its name, which loses nothing.
        overwrite
            Whether a column that is there may be replaced; one that was written by default is.

        Raises
        ------
        StageError
            No group has a name.
        DataError
            There is such a column.
        """
        with self.lock:
            adata, members = self._counts(), self.groups
            if not members:
                raise StageError("No group has a name; name some cells first.")
            names = list(members) if column is None else [str(column)]
            there = [one for one in names if has_column(adata.obs, one) and one != GROUPS_COLUMN]
            if there and not overwrite:
                raise DataError(
                    f"obs has a column {shown(there[0])}; use another name, or overwrite=True."
                )
            columns = self._as_yes_and_no() if column is None else self._as_categories(names[0])
            with self._step():
                before = (self._written or Written(adata, {})).and_now(adata, names)
                self._written = before
                self._written = before.with_columns(columns)
                recorded = {"column": column, "overwrite": overwrite}
                self._note("groups_to_obs", recorded, {"_written": before})

    # -- inside ---------------------------------------------------------------------------------
    def _new_name(self, name: Any) -> str:
        """Return a name that a group may get."""
        text, obs = checked_name(name), self._counts().obs
        is_taken = has_column(obs, text) or text in ("index", obs.index.name)
        if is_taken and text not in self.groups:
            raise DataError(f"obs has a column {shown(text)}; use another name for the group.")
        return text

    def _free_name(self, name: Any) -> str:
        """Return a name that a group may get and that no region or gene has."""
        text = self._new_name(name)
        genes = self.gene_members
        kinds = {"region": self.adata.var_names, "gene": () if genes is None else genes}
        for kind, others in kinds.items():
            if text in others and text not in self.groups:
                raise DataError(f"{shown(text)} is a {kind}; use another name for the group.")
        return text

    def _set_members(
        self,
        verb: str,
        recorded: dict[str, Any],
        rows: tuple[NamedGroup, ...],
        found: dict[str, np.ndarray],
    ) -> None:
        """Give groups their cells in a recorded step, and say what became of former ones."""
        before = self.groups
        with self._cells_verb(verb, recorded) as comment:
            if verb != "update_group":
                self._forget_absent(found)
            self._set_named(*joined(rows, {**before, **found}))
            comment.append(", ".join(f"{len(cells):,}" for cells in found.values()) + " cells")
        again = [name for name in found if name in before]
        if again:
            self.notify(" ".join(changed_words(name, before[name], found[name]) for name in again))

    def _forget_absent(self, names: Iterable[str], new_name: str = "") -> None:
        """Forget what a filter has left out of some groups, or keep it by a new name."""
        kept, gone = dict(self._absent), [name for name in names if name in self._absent]
        for name in gone:
            cells = kept.pop(name)
            if new_name:
                kept[new_name] = cells
        if gone:
            self._absent = kept

    def _set_named(self, rows: tuple[NamedGroup, ...], cells: np.ndarray) -> None:
        self.group_cells = cells
        self.named_groups = rows

    def _groups_in_all(self, columns: Iterable[str]) -> list[tuple[str, str, np.ndarray]]:
        """Return the groups of columns; those of the same name get that of their column too."""
        groups = [(one, *group) for one in columns for group in self._groups_in(one)]
        times = Counter(name for _, name, _, _ in groups)
        return [
            (self._new_name(f"{one} {name}") if times[name] > 1 else name, color, cells)
            for one, name, color, cells in groups
        ]

    def _groups_in(self, column: str) -> list[tuple[str, str, np.ndarray]]:
        """Return name, color (perhaps empty) and cells of each group that a column holds."""
        adata = self._counts()
        values = column_of(adata.obs, column)
        found = categories_of(values)
        if found.values and all(isinstance(value, bool | np.bool_) for value in found.values):
            yes = [code for code, value in enumerate(found.values) if value]
            return [(checked_name(column), "", np.flatnonzero(np.isin(found.codes, yes)))]
        described = describe(column, values)
        if described.kind != "category":
            why = described.reason or "it holds numbers; name a group by a query, as 'x > 5'"
            raise DataError(f"obs[{column!r:.60}] has no groups: {why}.")
        colors = colors_in(adata.uns, column, getattr(values.dtype, "categories", found.names))
        groups = []
        for code, name in enumerate(found.names):
            text = f"{column} {name}" if name.replace(".", "").isdigit() else name
            cells = np.flatnonzero(found.codes == code)
            groups.append((self._new_name(text), colors.get(name, ""), cells))
        return groups

    def _as_yes_and_no(self) -> dict[str, tuple[Any, Any]]:
        """Return a column of each group, without colors."""
        return {name: (mask_of(cells, self.n_cells), None) for name, cells in self.groups.items()}

    def _as_categories(self, column: str) -> dict[str, tuple[Any, Any]]:
        """Return the column that has the groups as categories, and their colors."""
        import pandas as pd

        names = [row.name for row in self.named_groups]
        codes, n_several = last_of(list(self.groups.values()), self.n_cells)
        values = pd.Categorical.from_codes(codes, categories=pd.Index(names))
        if n_several:
            self.notify(
                f"{n_several:,} cells are in several groups; obs[{column!r:.60}] has the last one "
                "of each. session.groups_to_obs(None) writes a column for each group."
            )
        return {column: (values, [row.color for row in self.named_groups])}

    # -- what follows ---------------------------------------------------------------------------
    @validate("named_groups", "group_cells")
    def _is_set_by_a_verb(self, proposal: Any) -> Any:
        if not self._in_step:
            raise TraitError("Named groups are set by session.name_group(name, cells).")
        return proposal.value

    @observe("_written")
    def _write_columns(self, change: Any) -> None:
        """Write columns into ``obs``, or take them back."""
        old, new = change.old, change.new
        if old is None or new is None or new.adata is not self.adata:
            return
        names = new.write(old)
        if not names:
            return
        self.obs_columns = obs_columns(self.adata)
        if self.color_by in names:
            if has_column(self.adata.obs, self.color_by):
                self._look_up(self.color_by, lambda colors: self.set_trait("colors", colors))
            else:
                self.color_by = ""
        self._react("columns")

    @observe("adata")
    def _keep_named_groups(self, change: Any) -> None:
        """Find the cells of the groups among those that a filter has left, or brings back."""
        if change.old is None or change.new is None or not self.named_groups:
            return
        opened = self.opened.obs_names
        before = opened.get_indexer(change.old.obs_names)
        if (before < 0).any():  # of other counts
            return
        places = change.new.obs_names.get_indexer(opened)
        members, self._absent = moved(self.groups, self._absent, before, places)
        self._set_named(*joined(self.named_groups, members))

    @observe("idx1", "idx2", "named_groups", "group_cells")
    def _follow_groups(self, _change: Any) -> None:
        self._afterwards(self._find_names)  # when all of them fit each other

    def _find_names(self) -> None:
        known = self.groups
        pair = self.idx1, self.idx2
        self.group_names = tuple(
            next((name for name, own in known.items() if len(own) and np.array_equal(own, one)), "")
            for one in pair
        )
