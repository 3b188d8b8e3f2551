"""The groups part of a session: a pending selection, and the two groups that are compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Literal

import numpy as np
from traitlets import TraitError, Tuple, observe

from ..arrays import ArrayTrait
from ..errors import DataError, StageError
from .cells import Mode, as_polygon, cells_of, combine, inside
from .embedding import EmbeddingPart
from .state import Outline

FEW_CELLS = 10


class CellsTrait(ArrayTrait):
    """Cells of the session that owns the trait, named in any of the ways that ``select`` knows."""

    def validate(self, obj: Any, value: Any) -> np.ndarray:
        """Turn what names cells into their sorted indices."""
        try:
            return super().validate(obj, obj._cells(value))
        except (DataError, StageError) as error:
            raise TraitError(str(error)) from error


class GroupsPart(EmbeddingPart):
    """Which cells are selected, and which belong to group 1 and group 2.

    Attributes
    ----------
    selection
        The pending selection: sorted indices into ``adata``, uint32.
    idx1, idx2
        The two groups, the same way. They may be set to a mask, a boolean Series, indices, the
        tuple that ``np.where`` gives, or a query on ``obs``.
    outlines
        Polygons that were drawn, for the picture.
    """

    selection = ArrayTrait("uint32")
    idx1 = CellsTrait("uint32")
    idx2 = CellsTrait("uint32")
    outlines: Any = Tuple()

    _own_names: ClassVar[tuple[str, ...]] = ("selection", "idx1", "idx2", "outlines")
    kept_for_undo: ClassVar[tuple[str, ...]] = (*EmbeddingPart.kept_for_undo, *_own_names)

    _in_verb = False

    def lasso(self, polygon: Sequence[Sequence[float]], *, mode: Mode = "new") -> None:
        """Select the cells inside a polygon of the embedding.

        Parameters
        ----------
        polygon
            [x, y] corners in the coordinates of ``embedding``; closed by itself, non-zero winding.
        mode
            How it combines with the pending selection.

        Raises
        ------
        StageError
            There is no embedding yet.
        DataError
            It is no polygon.
        """
        with self.lock:
            if not len(self.embedding):
                raise StageError("There is no embedding yet; train, embed and wait() first.")
            corners = _rounded(as_polygon(polygon), self.embedding)
            found = np.flatnonzero(inside(self.embedding, corners))
            told = [tuple(corner) for corner in corners.tolist()]
            with self._verb("lasso", {"polygon": told, "mode": mode}) as comment:
                self.selection = combine(self.selection, found, mode)
                pending = Outline(0, tuple(corners.ravel().tolist()))
                drawn = self.outlines if mode != "new" else self._outlines_of(1, 2)
                self.outlines = (*drawn, pending) if mode in ("new", "add") else drawn
                comment.append(f"{len(self.selection):,} cells")

    def select(self, cells: Any, *, mode: Mode = "new") -> None:
        """Select cells by a mask, a boolean Series, indices, ``np.where`` or a query on ``obs``.

        Raises
        ------
        DataError
            It does not name cells of this session.
        """
        with self.lock:
            found = cells_of(cells, self._counts())
            told = cells if isinstance(cells, str) else found
            with self._verb("select", {"cells": told, "mode": mode}) as comment:
                self.selection = combine(self.selection, found, mode)
                self.outlines = self._outlines_of(1, 2)
                comment.append(f"{len(self.selection):,} cells")

    def select_category(self, column: str, category: str, *, mode: Mode = "new") -> None:
        """Select the cells of one category of ``obs``.

        Raises
        ------
        DataError
            There is no such column or category.
        """
        with self.lock:
            found = np.flatnonzero(self._category(column, category))
            told = {"column": column, "category": category, "mode": mode}
            with self._verb("select_category", told) as comment:
                self.selection = combine(self.selection, found, mode)
                self.outlines = self._outlines_of(1, 2)
                comment.append(f"{len(self.selection):,} cells")

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
                raise DataError(f"There is no group {number!r}; use 1 or 2.")
            if not len(self.selection):
                raise StageError("No cell is selected; draw a lasso round some first.")
            other = 3 - number
            with self._verb(
                "make_group", {"number": number, "against_rest": against_rest}
            ) as comment:
                chosen, theirs = self.selection, getattr(self, f"idx{other}")
                everyone = np.arange(self.n_cells, dtype="uint32")
                left = np.setdiff1d(everyone if against_rest else theirs, chosen)
                drawn = [Outline(number, old.polygon) for old in self._outlines_of(0)]
                kept = () if against_rest else self._outlines_of(other)
                self._set_groups({number: chosen, other: left})
                self.selection = np.empty(0, "uint32")
                self.outlines = (*kept, *drawn)
                comment.append(f"{len(chosen):,} cells")
            moved = 0 if against_rest else len(theirs) - len(left)
            self._warn_few(moved, other)

    def against_rest(self, number: Literal[1, 2] = 1) -> None:
        """Make all cells that are not in one group the other group.

        Raises
        ------
        StageError
            The group is empty.
        """
        with self.lock:
            if number not in (1, 2):
                raise DataError(f"There is no group {number!r}; use 1 or 2.")
            theirs = getattr(self, f"idx{number}")
            if not len(theirs):
                raise StageError(f"Group {number} is empty; select cells for it first.")
            with self._verb("against_rest", {"number": number}):
                everyone = np.arange(self.n_cells, dtype="uint32")
                self._set_groups({3 - number: np.setdiff1d(everyone, theirs)})
                self.outlines = self._outlines_of(0, number)

    def groups_by(self, column: str, group1: str, group2: str | None = None) -> None:
        """Take the groups from categories of ``obs``, as the tutorial does.

        Parameters
        ----------
        column
            A column of ``obs``.
        group1, group2
            Two of its categories; without ``group2`` all other cells are group 2.

        Raises
        ------
        DataError
            There is no such column or category, or both are the same.
        """
        with self.lock:
            if group1 == group2:
                raise DataError("Group 1 and group 2 are the same category; choose two.")
            first = self._category(column, group1)
            second = ~first if group2 is None else self._category(column, group2)
            with self._verb(
                "groups_by", {"column": column, "group1": group1, "group2": group2}
            ) as comment:
                self._set_groups({1: np.flatnonzero(first), 2: np.flatnonzero(second)})
                self.outlines = ()
                comment.append(f"{first.sum():,} and {second.sum():,} cells")
            self._warn_few()

    def set_groups(self, idx1: Any = None, idx2: Any = None) -> None:
        """Set one or both groups to cells named in any of the ways that ``select`` knows."""
        with self.lock:
            given = {1: idx1, 2: idx2}
            cells = {
                number: cells_of(value, self._counts())
                for number, value in given.items()
                if value is not None
            }
            with self._verb("set_groups", {f"idx{n}": value for n, value in cells.items()}):
                self._set_groups(cells)
                self.outlines = tuple(o for o in self.outlines if o.group not in cells)
            self._warn_few()

    def swap_groups(self) -> None:
        """Make group 1 group 2 and the reverse."""
        with self.lock, self._verb("swap_groups", {}):
            self._set_groups({1: self.idx2, 2: self.idx1})
            self.outlines = tuple(
                Outline({0: 0, 1: 2, 2: 1}[old.group], old.polygon) for old in self.outlines
            )

    def clear_selection(self) -> None:
        """Forget the pending selection."""
        with self.lock:
            if not len(self.selection) and not self._outlines_of(0):
                return
            with self._verb("clear_selection", {}):
                self.selection = np.empty(0, "uint32")
                self.outlines = self._outlines_of(1, 2)

    def clear_groups(self) -> None:
        """Empty both groups."""
        with self.lock:
            if not len(self.idx1) and not len(self.idx2):
                return
            with self._verb("clear_groups", {}):
                self._set_groups({1: np.empty(0), 2: np.empty(0)})
                self.outlines = self._outlines_of(0)

    # -- inside ---------------------------------------------------------------------------------
    def _set_groups(self, groups: dict[int, np.ndarray]) -> None:
        for number, cells in groups.items():
            self.set_trait(f"idx{number}", cells)

    @contextmanager
    def _verb(self, verb: str, arguments: dict[str, Any]) -> Iterator[list[str]]:
        """Carry out one change of selection or groups: recorded, undoable, told once at its end."""
        before = {name: getattr(self, name) for name in self._own_names}
        comment: list[str] = []
        with self._settled():
            yield comment
        told = self._told(verb, arguments)
        self._record.add(verb, told, before=before, comment=" ".join(comment))
        if any(getattr(self, name) is not before[name] for name in ("idx1", "idx2")):
            self._new_groups()

    def _cells(self, value: Any) -> np.ndarray:
        """Return the cells that something names; what a verb sets is known to be right."""
        if self._in_verb or (isinstance(value, np.ndarray) and not value.size):
            return np.asarray(value, "uint32")
        return cells_of(value, self._counts())

    @observe("idx1", "idx2")
    def _set_from_outside(self, change: Any) -> None:
        if self._in_verb:
            return
        number = int(change.name[-1])
        before = {name: getattr(self, name) for name in self._own_names} | {change.name: change.old}
        self.outlines = tuple(old for old in self.outlines if old.group != number)
        self._record.add("set_groups", {change.name: change.new}, before=before)
        self._new_groups()

    def _new_groups(self) -> None:
        """Mark what was computed for the earlier groups; each part adds its own."""

    def _outlines_of(self, *groups: int) -> tuple[Outline, ...]:
        return tuple(old for old in self.outlines if old.group in groups)

    def _warn_few(self, moved: int = 0, other: int = 0) -> None:
        small = [n for n in (1, 2) if 0 < len(getattr(self, f"idx{n}")) < FEW_CELLS]
        if moved:
            self.tell(f"{moved:,} cells left group {other}: a cell is in one group only.")
        elif small:
            self.tell(
                f"Group {' and '.join(map(str, small))} has fewer than {FEW_CELLS} cells: "
                "what is open in so few is mostly chance.",
                "warning",
            )

    def _take_basis(self, basis: str) -> None:
        super()._take_basis(basis)
        self.outlines = ()  # they were drawn round other places

    def _forget_cells(self) -> None:
        super()._forget_cells()
        with self._settled():
            self._set_groups({1: np.empty(0), 2: np.empty(0)})
        self.selection = np.empty(0, "uint32")
        self.outlines = ()
        self._new_groups()

    def _restore(self, before: Mapping[str, Any]) -> None:
        with self._settled():
            super()._restore(before)

    @contextmanager
    def _settled(self) -> Iterator[None]:
        """Set groups without checking and recording them."""
        self._in_verb = True
        try:
            yield
        finally:
            self._in_verb = False

    def _after_undo(self) -> None:
        super()._after_undo()
        self._new_groups()


def _rounded(polygon: np.ndarray, embedding: np.ndarray) -> np.ndarray:
    """Round corners to a ten-thousandth of the picture: what the script says is what was used."""
    extent = float(np.ptp(embedding, axis=0).max()) or 1.0
    return np.round(polygon, max(0, int(np.ceil(4 - np.log10(extent)))))
