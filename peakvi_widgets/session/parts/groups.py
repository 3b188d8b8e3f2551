"""The groups part of a session: the two groups that are compared."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from traitlets import observe

from ...arguments import shown
from ...data.obs_differences import matched
from ...engine.group_warnings import group_warnings
from ...errors import DataError, StageError
from ..base import Part, seed_of
from ..cell_sets import Category, combine, without
from ..columns import column_of, depth_of, has_column, required_numbers
from ..layers.kinds import DEPTH
from ..verb import verb

if TYPE_CHECKING:
    from anndata import AnnData

SharedCells = Literal["leave out", "group 1", "group 2"]


class Groups(Part):
    """Which cells belong to group 1 and group 2."""

    _known_groups: dict[bytes, int]  # numbers of the groups that were there so far

    def __init__(self, **traits: Any) -> None:
        self._known_groups = {}
        super().__init__(**traits)

    @verb("group", first="number")
    def make_group(self, number: Literal[1, 2], *, against_rest: bool = False) -> None:
        """Make the pending selection group 1 or group 2.

        A cell that was in the other group leaves it.

        Parameters
        ----------
        number
            1 or 2.
        against_rest
            Whether all other cells become the other group.

        Raises
        ------
        StageError
            Nothing is selected.
        """
        with self.lock:
            if number not in (1, 2):
                raise DataError(f"There is no group {shown(number)}; use 1 or 2.")
            if not len(self.selection):
                raise StageError("No cell is selected; draw a lasso round some first.")
            other = 3 - number
            with self._cells_verb(
                "make_group", {"number": number, "against_rest": against_rest}
            ) as comment:
                chosen, theirs = self.selection, getattr(self, f"idx{other}")
                left = (
                    without(self.n_cells, chosen)
                    if against_rest
                    else combine(theirs, chosen, "subtract")
                )
                drawn = [replace(old, group=number) for old in self._outlines_of(0)]
                kept = () if against_rest else self._outlines_of(other)
                self._set_groups({number: chosen, other: left})
                self.selection = np.empty(0, "uint32")
                self.outlines = (*kept, *drawn)
                comment.append(f"{len(chosen):,} cells")
            moved = 0 if against_rest else len(theirs) - len(left)
            self._warn_of_groups(moved, other)

    @verb("group", first="number")
    def against_rest(self, number: Literal[1, 2] = 1) -> None:
        """Make all cells that are not in one group the other group.

        Raises
        ------
        StageError
            The group is empty.
        """
        with self.lock:
            if number not in (1, 2):
                raise DataError(f"There is no group {shown(number)}; use 1 or 2.")
            theirs = getattr(self, f"idx{number}")
            if not len(theirs):
                raise StageError(f"Group {number} is empty; select cells for it first.")
            with self._cells_verb("against_rest", {"number": number}):
                self._set_groups({3 - number: without(self.n_cells, theirs)})
                self.outlines = self._outlines_of(0, number)

    @verb("groups")
    def groups_by(self, column: str, group1: Category, group2: Category | None = None) -> None:
        """Take the groups from categories of ``obs``, as the tutorial does.

        Parameters
        ----------
        column
            A column of ``obs``.
        group1, group2
            Two of its categories, as the column holds them or as text; without ``group2`` all
            other cells are group 2.

        Raises
        ------
        DataError
            There is no such column or category, or both are the same.
        """
        with self.lock:
            same = DataError("Group 1 and group 2 are the same category; choose two.")
            if type(group1) is type(group2) and group1 == group2:
                raise same
            first, name1 = self._category(column, group1)
            name2: str | None = None
            second = ~first
            if group2 is not None:
                second, name2 = self._category(column, group2)
            if name1 == name2:
                raise same
            with self._cells_verb(
                "groups_by", {"column": column, "group1": name1, "group2": name2}
            ) as comment:
                self._set_groups({1: np.flatnonzero(first), 2: np.flatnonzero(second)})
                self.outlines = ()
                comment.append(f"{first.sum():,} and {second.sum():,} cells")
            self._warn_of_groups()

    @verb("groups")
    def set_groups(self, idx1: Any = None, idx2: Any = None) -> None:
        """Set one or both groups to cells named in any of the ways that ``select`` knows."""
        with self.lock:
            given = {n: value for n, value in ((1, idx1), (2, idx2)) if value is not None}
            cells = {number: self._cells_of(value) for number, value in given.items()}
            recorded = {
                f"idx{number}": value if isinstance(value, str) else cells[number]
                for number, value in given.items()
            }
            with self._cells_verb("set_groups", recorded) as comment:
                self._set_groups(cells)
                comment.append(" and ".join(f"{len(one):,}" for one in cells.values()) + " cells")
                self.outlines = tuple(o for o in self.outlines if o.group not in cells)
            self._warn_of_groups()

    @verb("swapped groups")
    def swap_groups(self) -> None:
        """Make group 1 group 2 and the reverse."""
        with self.lock, self._cells_verb("swap_groups", {}):
            self._set_groups({1: self.idx2, 2: self.idx1})
            self.outlines = tuple(
                replace(old, group={0: 0, 1: 2, 2: 1}[old.group]) for old in self.outlines
            )

    @verb("matched groups", first="column")
    def match_by(self, column: str, *, seed: int | None = None) -> None:
        """Keep cells of both groups so that a number is distributed alike in both.

        Parameters
        ----------
        column
            A column of numbers in ``obs``, or "depth" (open regions of each cell).
        seed
            Of the choice of cells; None for ``peakvi_widgets.settings.seed``.

        Raises
        ------
        StageError
            A group is empty.
        DataError
            There is no such column, it does not hold numbers, or no cells of the groups are alike.
        """
        with self.lock:
            seed = seed_of(seed)
            groups = self.idx1, self.idx2
            if not all(map(len, groups)):
                raise StageError("Both groups need cells to be matched; select cells for them.")
            kept = matched(self._numbers_by(column), *groups, seed=seed)
            arguments = {"column": column, "seed": seed}
            with self._cells_verb("match_by", arguments) as comment:
                self._set_groups(dict(zip((1, 2), kept, strict=True)))
                self.outlines = self._outlines_of(0)
                comment.append(f"{len(kept[0]):,} and {len(kept[1]):,} cells")
            sizes = [
                f"{len(now):,} of {len(before):,} cells of group {number}"
                for number, now, before in zip((1, 2), kept, groups, strict=True)
            ]
            self.notify(f"Matched by {column}: {' and '.join(sizes)} are kept.")
            self._warn_of_groups()

    @verb("separated groups", first="shared_cells")
    def separate_groups(self, shared_cells: SharedCells = "leave out") -> None:
        """Decide where the cells go that are in both groups.

        Only groups set by code can share cells: a cell that is drawn or chosen by category is in
        one group.

        Parameters
        ----------
        shared_cells
            ``"leave out"`` of both groups, or the group that keeps them.

        Raises
        ------
        DataError
            It is another word.
        StageError
            No cell is in both groups, or a group would be empty.
        """
        with self.lock:
            if shared_cells not in get_args(SharedCells):
                raise DataError(
                    f"Shared cells cannot go to {shown(shared_cells)}; use 'leave out', 'group 1' "
                    "or 'group 2'."
                )
            shared = combine(self.idx1, self.idx2, "intersect")
            if not len(shared):
                raise StageError("No cell is in both groups; there is nothing to separate.")
            groups = {
                number: combine(getattr(self, f"idx{number}"), shared, "subtract")
                for number in (1, 2)
                if shared_cells != f"group {number}"
            }
            empty = [number for number, cells in groups.items() if not len(cells)]
            if empty:
                raise StageError(
                    f"Group {' and '.join(map(str, empty))} would be empty, because all of its "
                    "cells are in both groups; choose other cells."
                )
            with self._cells_verb("separate_groups", {"shared_cells": shared_cells}) as comment:
                self._set_groups(groups)
                self.outlines = tuple(o for o in self.outlines if o.group not in groups)
                comment.append(f"{len(shared):,} cells were in both")
            self._warn_of_groups()

    @verb("cleared groups")
    def clear_groups(self) -> None:
        """Empty both groups."""
        with self.lock:
            if not len(self.idx1) and not len(self.idx2):
                return
            with self._cells_verb("clear_groups", {}):
                self._set_groups({1: np.empty(0), 2: np.empty(0)})
                self.outlines = self._outlines_of(0)

    def write_groups(self, adata: AnnData, *, key: str = "peakvi_group") -> None:
        """Write the two groups into ``obs`` of the user's own AnnData; cells are found by name.

        Parameters
        ----------
        adata
            Holds cells of the session, in any order; other cells get no group.
        key
            Column to write: categories "group 1" and "group 2".
        """
        import pandas as pd

        with self.lock:
            names = self._counts().obs_names
            codes = np.full(len(names), -1, "int64")
            for number in (1, 2):
                codes[getattr(self, f"idx{number}")] = number - 1
            found = names.get_indexer(adata.obs_names)
            theirs: np.ndarray[Any, np.dtype[np.int64]] = np.where(found < 0, -1, codes[found])
            adata.obs[key] = pd.Categorical.from_codes(
                theirs, categories=pd.Index(["group 1", "group 2"])
            )

    # -- inside ---------------------------------------------------------------------------------
    def _numbers_by(self, column: str) -> np.ndarray:
        """Return a number of each cell, float64."""
        adata = self._counts()
        if column == DEPTH and not has_column(adata.obs, column):
            return depth_of(adata.X).astype(float)
        return required_numbers(column, column_of(adata.obs, column))

    def _set_groups(self, groups: dict[int, np.ndarray]) -> None:
        for number, cells in groups.items():
            self.set_trait(f"idx{number}", cells)

    @observe("idx1", "idx2")
    def _number_groups(self, _change: Any) -> None:
        digests = (sha256(cells.tobytes()).digest() for cells in (self.idx1, self.idx2))
        number = 1 + len(self._known_groups)
        self.groups_version = self._known_groups.setdefault(b"".join(digests), number)

    @observe("idx1", "idx2")
    def _set_from_outside(self, change: Any) -> None:
        if self._in_step:
            return
        number = int(change.name[-1])
        now = {name: getattr(self, name) for name in self.names_of("cells")}
        self.outlines = tuple(old for old in self.outlines if old.group != number)
        self._note("set_groups", {change.name: change.new}, now | {change.name: change.old})
        self._react("groups")

    def _warn_of_groups(self, moved: int = 0, other: int = 0) -> None:
        if moved:
            self.notify(f"{moved:,} cells left group {other}: a cell is in one group only.")
        for found in () if moved else group_warnings(self.idx1, self.idx2):
            self.notify(found.text, "warning")
