"""The selection part of a session: cells picked by a line, a brush, a name or as neighbors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from traitlets import observe

from ...arguments import shown
from ...engine.validate import number
from ...errors import DataError, StageError
from ...jobs import Steps
from ...paths import absolute_path
from ..barcodes import cells_of_barcodes, read_barcodes
from ..base import Part
from ..cell_sets import (
    Category,
    Mode,
    as_path,
    as_polygon,
    brushed,
    combine,
    details_of,
    in_graph,
    inside,
    with_neighbors,
    without,
)
from ..history.record import Entry
from ..places import EPOCH, PREVIEW
from ..records import CellDetails, Outline
from ..verb import verb

LATENT = "X_peakvi"


class Selection(Part):
    """Which cells are selected, until they become a group."""

    @verb("lasso", first="polygon")
    def lasso(self, polygon: Sequence[Sequence[float]], *, mode: Mode = "new") -> None:
        """Select the cells inside a polygon of the embedding.

        Parameters
        ----------
        polygon
            [x, y] corners in coordinates of ``embedding``; closed automatically, non-zero winding.
        mode
            How it combines with the pending selection.

        Raises
        ------
        StageError
            There is no embedding yet.
        DataError
            It is not a polygon.
        """
        with self.lock:
            self._require_embedding()
            corners = as_polygon(polygon)  # as given: rounded, it would hold other cells
            found = np.flatnonzero(inside(self.embedding, corners))
            recorded = {"polygon": [tuple(corner) for corner in corners.tolist()], "mode": mode}
            self._draw("lasso", recorded, found, mode, corners)

    @verb("brush", first="path")
    def brush(self, path: Sequence[Sequence[float]], radius: float, *, mode: Mode = "new") -> None:
        """Select the cells that a round brush touches.

        Parameters
        ----------
        path
            [x, y] places of its middle, in the coordinates of ``embedding``; one place is a dab.
        radius
            In the same coordinates, above 0.
        mode
            How it combines with the pending selection.

        Raises
        ------
        StageError
            There is no embedding yet.
        DataError
            It is not a path, or the radius is not above 0.
        """
        with self.lock:
            self._require_embedding()
            places = as_path(path)
            width = number("radius", radius, "above 0", lambda value: value > 0)
            found = np.flatnonzero(brushed(self.embedding, places, width))
            steps = [tuple(place) for place in places.tolist()]
            recorded = {"path": steps, "radius": width, "mode": mode}
            self._draw("brush", recorded, found, mode, places, width)

    def _draw(
        self,
        verb: str,
        recorded: dict[str, Any],
        found: np.ndarray,
        mode: Mode,
        line: np.ndarray,
        radius: float = 0.0,
    ) -> None:
        with self._cells_verb(verb, recorded) as comment:
            self.selection = combine(self.selection, found, mode)
            flat = tuple(line.ravel().tolist())
            pending = Outline(0, flat, self.basis, self.shown_dimensions, radius)
            drawn = self.outlines if mode != "new" else self._outlines_of(1, 2)
            self.outlines = (*drawn, pending) if mode in ("new", "add") else drawn
            comment.append(f"{len(self.selection):,} cells")

    @verb("selection")
    def select(self, cells: Any, *, mode: Mode = "new") -> None:
        """Select cells by a mask, a boolean Series, indices, ``np.where`` or a query on ``obs``.

        Raises
        ------
        DataError
            It does not name cells of this session.
        """
        with self.lock:
            found = self._cells_of(cells)
            recorded = cells if isinstance(cells, str) else found
            self._choose("select", {"cells": recorded, "mode": mode}, found, mode)

    @verb("selection")
    def select_category(self, column: str, category: Category, *, mode: Mode = "new") -> None:
        """Select the cells of one category of ``obs``.

        Raises
        ------
        DataError
            There is no such column or category.
        """
        with self.lock:
            mask, category = self._category(column, category)
            found = np.flatnonzero(mask)
            recorded = {"column": column, "category": category, "mode": mode}
            self._choose("select_category", recorded, found, mode)

    @verb("selection", first="barcodes")
    def select_barcodes(self, barcodes: str | Path | list[str], *, mode: Mode = "new") -> None:
        """Select cells by their barcodes, from a list or a file.

        A barcode that is not the name of a cell is looked for by its letters alone, without a
        sample before it or a number behind it, where these are of one cell only and that cell
        cannot be of another sample. How many were found so, and how many are not here, is said.

        Parameters
        ----------
        barcodes
            Names, or the path of a text file with one at the beginning of each line.
        mode
            How it combines with the pending selection.

        Raises
        ------
        DataError
            None of them is a cell here, or the file cannot be read.
        """
        with self.lock:
            names = self._counts().obs_names
            given: list[str]
            if isinstance(barcodes, str | PathLike):
                path = absolute_path(barcodes)
                recorded: Any = str(path)
                given = read_barcodes(path)
            else:
                recorded = given = list(barcodes)
            found = cells_of_barcodes(given, list(map(str, names)))
            n_cells = len(found.cells)
            if not n_cells:
                raise DataError(
                    f"None of the {len(given):,} barcodes is a cell here; cells are named as "
                    f"{shown(str(names[0]))}."
                )
            recorded = {"barcodes": recorded, "mode": mode}
            self._choose("select_barcodes", recorded, found.cells, mode)
            if found.n_unknown or found.n_by_letters:
                how = (
                    f" (ignoring the suffix: {found.n_by_letters:,})" if found.n_by_letters else ""
                )
                rest = f"; not found: {found.n_unknown:,}" if found.n_unknown else ""
                self.notify(f"Found by barcode: {n_cells:,} cells{how}{rest}.")

    @verb("inverted selection")
    def invert_selection(self) -> None:
        """Select the cells that are not selected."""
        with self.lock:
            others = without(self._counts().n_obs, self.selection)
            self._choose("invert_selection", {}, others, "new")

    @verb("grown selection", work="growing", looks_at_results=True)
    def grow_selection(self, k: int = 15) -> None:
        """Add the nearest neighbors of each selected cell. Long.

        They are looked for in the latent space (``adata.obsm["X_peakvi"]``) where there is one,
        else in the present embedding; the script's comment says in which. When other
        cells are selected before they are found, those stay selected.

        Parameters
        ----------
        k
            How many of each cell, at least 1.

        Raises
        ------
        StageError
            Nothing is selected, or there is no embedding yet.
        DataError
            k is not a whole number above 0.
        """
        with self.lock:
            if not isinstance(k, int | np.integer) or isinstance(k, bool) or k < 1:
                raise DataError(f"k is {shown(k)}; use a whole number above 0.")
            if not len(self.selection):
                raise StageError("No cell is selected; select some first, then grow by neighbors.")
            has_latent = LATENT in self._counts().obsm
            if not has_latent and not len(self.embedding):
                text = "There is no embedding yet; train, embed and wait() first."
                raise self._not_yet(text, "embedding", "mapping")
            if not has_latent and self.basis == PREVIEW:
                self._react("looking")
            asked = self.selection

            def begin() -> Steps:
                return self._growing(asked, int(k))

            def grown(result: tuple[np.ndarray, str] | None) -> None:
                if result and self.selection is asked:
                    self._choose("grow_selection", {"k": int(k)}, result[0], "new", result[1])

            self._submit(
                "grow_selection",
                begin,
                on_steps=lambda texts: self._progress(texts[-1]),
                on_end=grown,
            )

    def cell_details(self, cell: int) -> CellDetails:
        """Say what the counts know of one cell: its name, its counts, its open regions.

        Raises
        ------
        DataError
            There is no such cell.
        """
        return details_of(self._counts(), cell)

    @verb("cleared selection")
    def clear_selection(self) -> None:
        """Forget the pending selection."""
        with self.lock:
            if not len(self.selection) and not self._outlines_of(0):
                return
            with self._cells_verb("clear_selection", {}):
                self.selection = np.empty(0, "uint32")
                self.outlines = self._outlines_of(1, 2)

    # -- inside ---------------------------------------------------------------------------------
    def _choose(
        self, verb: str, recorded: dict[str, Any], found: np.ndarray, mode: Mode, where: str = ""
    ) -> None:
        """Select cells that no line was drawn round."""
        with self._cells_verb(verb, recorded) as comment:
            self.selection = combine(self.selection, found, mode)
            self.outlines = self._outlines_of(1, 2)
            comment.append(f"{where} {len(self.selection):,} cells".strip())

    def _growing(self, cells: np.ndarray, k: int) -> Steps:
        """Say where neighbors are looked for, under the lock, and how, without it."""
        if self.selection is not cells:
            return _nothing()
        has_latent = LATENT in self._counts().obsm
        places = np.asarray(self.adata.obsm[LATENT]) if has_latent else self.embedding
        where = f"neighbors in {LATENT if has_latent else self.basis}:"
        used = _use_rep(self.adata.uns.get("neighbors"))
        graph = self.adata.obsp.get("distances") if has_latent and used == LATENT else None

        def steps() -> Steps:
            # those that the embedding found in the latent space, if they are enough
            found = None if graph is None else in_graph(graph, cells, k)
            if found is None:
                found = yield from with_neighbors(places, cells, k)
            return found, where

        return steps()

    def _require_embedding(self) -> None:
        if not len(self.embedding):
            text = "There is no embedding yet; preview() or train, embed and wait()."
            raise self._not_yet(text, "embedding", "mapping")
        if self.basis == PREVIEW:
            self._react("looking")

    @observe("selection")
    def _select_from_outside(self, change: Any) -> None:
        if self._in_step:
            return
        before = {name: getattr(self, name) for name in self.names_of("cells")}
        self.outlines = self._outlines_of(1, 2)
        comment = f"{len(change.new):,} cells"
        self._note("select", {"cells": change.new}, before | {"selection": change.old}, comment)

    # -- reactions ------------------------------------------------------------------------------
    def _forget_outlines_in(self, basis: str) -> None:
        """Remove the outlines of a basis in which the cells have other places now."""
        is_apart = basis == PREVIEW or basis.startswith(EPOCH)  # from the latent space
        moved = {basis} if is_apart else {basis, LATENT}
        self.outlines = tuple(old for old in self.outlines if old.basis not in moved)
        self._moved = {**self._moved, **dict.fromkeys(moved, self._record.newest)}

    def _keep_valid_outlines(self, entry: Entry, state: dict[str, Any]) -> None:
        """Leave out the outlines that an undo would restore in places of earlier cells."""
        if "outlines" in state and entry.after:
            state["outlines"] = tuple(
                old for old in state["outlines"] if self._moved.get(old.basis, 0) < entry.number
            )


def _use_rep(neighbors: Any) -> Any:
    """Return the basis that scanpy's neighbors were computed in, where that is noted."""
    params = neighbors.get("params") if isinstance(neighbors, Mapping) else None
    return params.get("use_rep") if isinstance(params, Mapping) else None


def _nothing() -> Steps:
    yield from ()
