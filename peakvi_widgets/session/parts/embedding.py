"""The embedding part of a session: a place for each cell, clusters, and colors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from traitlets import observe, validate

from ...engine.validate import number, whole
from ...errors import StageError
from ...jobs import Steps
from ..atomic import Work
from ..base import Part, seed_of
from ..columns import CLUSTERS, has_column, obs_columns, usual_color
from ..layers.kinds import DEPTH
from ..neighbors import Embedded, clustering, embedding
from ..places import PREVIEW, bases_of, places_in
from ..records import Colors
from ..verb import one_of, verb

BASES = ("X_umap", "X_tsne", "X_pca")  # what a file may contain, best first


class Embedding(Part):
    """Where cells are drawn, and in which color."""

    @verb(
        "embed",
        work="embedding",
        can_halt=True,
        is_costly=True,
        keeps_redo=False,
        replaces=one_of("train", "compare", "save"),
    )
    def embed(
        self,
        *,
        n_neighbors: int = 15,
        min_dist: float = 0.2,
        maxiter: int | None = 200,
        seed: int | None = None,
    ) -> None:
        """Place the cells by a UMAP of the model's latent space (scanpy). Long.

        Results stand in ``adata.obsm["X_peakvi"]``, ``obsm["X_umap"]`` and ``obsp``.

        Parameters
        ----------
        n_neighbors
            Neighbors of a cell in the graph, at least 2; of fewer cells, all but the last.
        min_dist
            How close UMAP may put two cells; 0.2 as in the tutorial.
        maxiter
            Rounds of UMAP. None is scanpy's own choice, 500 for up to 10,000 cells: more than twice
            the time for the same picture.
        seed
            Of the UMAP; None for ``peakvi_widgets.settings.seed``.

        Raises
        ------
        DataError
            A parameter is invalid.
        StageError
            From ``wait()``: nothing is trained.
        """
        n_neighbors = whole("n_neighbors", n_neighbors, 2)
        min_dist = number("min_dist", min_dist, "of 0 or more", lambda value: value >= 0)
        maxiter = None if maxiter is None else whole("maxiter", maxiter, 1, or_none=True)
        embedded_by: list[int] = []

        def begin() -> Steps:
            model = self._trained()
            embedded_by.append(model.weights_version)
            steps = embedding(model, n_neighbors, min_dist, maxiter, seed_of(seed))
            return self._with_counts_checked(self._counts(), steps)

        def embedded(result: Embedded | None) -> bool:
            if result is None:
                return False
            for slot in ("obsm", "obsp", "uns"):
                getattr(self.adata, slot).update(getattr(result, slot))
            self._take_basis("X_umap", embedded_by[0])
            return True

        with self.lock:
            self._submit(
                "embed",
                begin,
                on_steps=lambda texts: self._progress(texts[-1]),
                on_end=embedded,
                arguments={
                    "n_neighbors": n_neighbors,
                    "min_dist": min_dist,
                    "maxiter": maxiter,
                    "seed": seed_of(seed),
                },
            )

    @verb("cluster", work="clustering", can_halt=True, is_costly=True, keeps_redo=False)
    def cluster(self, resolution: float = 0.2, *, seed: int | None = None) -> None:
        """Find Leiden clusters and color the cells by them (scanpy). Long.

        The result stands in ``adata.obs["clusters_peakvi"]``.

        Parameters
        ----------
        resolution
            Above 0; higher gives more clusters; 0.2 as in the tutorial.
        seed
            None for ``peakvi_widgets.settings.seed``.

        Raises
        ------
        DataError
            The resolution is not above 0.
        StageError
            From ``wait()``: there are no neighbors yet.
        """
        resolution = number("resolution", resolution, "above 0", lambda value: value > 0)

        def begin() -> Steps:
            graph = self._counts().obsp.get("connectivities")
            if graph is None:
                raise StageError("There is no neighbor graph yet; embed the cells first.")
            return clustering(graph, resolution, seed_of(seed))

        def clustered(result: np.ndarray | None) -> bool:
            if result is None:
                return False
            import pandas as pd

            names = sorted(set(result), key=int)
            self.adata.obs[CLUSTERS] = pd.Categorical(result, categories=names)
            self.obs_columns = obs_columns(self.adata)
            if self.color_by == CLUSTERS:
                self._recolor()
            else:
                self.color_by = CLUSTERS
            self._react("columns")
            return True

        with self.lock:
            self._submit(
                "cluster",
                begin,
                on_steps=lambda texts: self._progress(texts[-1]),
                on_end=clustered,
                arguments={"resolution": resolution, "seed": seed_of(seed)},
            )

    # -- color ---------------------------------------------------------------------------------
    @validate("color_by")
    def _color_by_exists(self, proposal: Any) -> str:
        name = str(proposal.value)
        self._require_color(name)
        return name

    @observe("color_by")
    def _recolor(self, _change: Any = None) -> None:
        self._look_up(self.color_by, self._take_colors)

    @observe("gene_members")
    def _recolor_by_gene(self, _change: Any) -> None:
        self._afterwards(self._recolor_by_weights)  # when layers have lost what there is not

    def _take_colors(self, colors: Colors) -> None:
        if colors.color_by == self.color_by:
            self.colors = colors

    # -- places ---------------------------------------------------------------------------------
    def _take_basis(self, basis: str, embedded_by: int | None = None) -> None:
        """Show a basis, computed from the weights of some version or contained in a file."""
        self.embedding = places_in(self.adata, basis)
        self.basis, self.shown_dimensions = basis, (0, 1)
        self._embedded_by = self.weights_version if embedded_by is None else embedded_by
        self._show_embedding_state()
        self.bases = bases_of(self.adata)
        self._react("places", basis)

    @observe("weights_version", "counts_version")
    def _show_embedding_state(self, _change: Any = None) -> None:
        is_current = self._embedded_by == self._weights_now() and not self._is_learning()
        state = "current" if is_current else "stale"
        self.embedding_state = state if len(self.embedding) else "none"

    # -- reactions ------------------------------------------------------------------------------
    def _embed_new_cells(self) -> None:
        """Show what other cells bring along."""
        self._show_best_basis()
        names = [column.name for column in self.obs_columns if column.kind != "none"]
        known = self.color_by in (*names, DEPTH)
        wanted = self.color_by if known else usual_color(self.obs_columns)
        if wanted == self.color_by:
            self._recolor()
        else:
            self.color_by = wanted

    def _show_best_basis(self) -> None:
        """Show an embedding that a file contains, or none."""
        there = {basis.name for basis in bases_of(self.adata)}
        found = next((basis for basis in BASES if basis in there), None)
        if found:
            self._take_basis(found)
            return
        self.embedding = np.empty((0, 2), "float32")
        self.basis, self.embedding_state, self.shown_dimensions = "", "none", (0, 1)
        self.bases = bases_of(self.adata)

    def _show_preview(self, asked: bool) -> None:
        """Show the preview if it was asked for or nothing else is shown; or what remains."""
        self.bases = bases_of(self.adata)
        is_there = any(basis.name == PREVIEW for basis in self.bases)
        if is_there and (asked or self.basis in ("", PREVIEW)):
            self._take_basis(PREVIEW, self._embedded_by)  # it is of no model
        elif not is_there and self.basis == PREVIEW:
            self._show_best_basis()

    def _recolor_by_weights(self) -> None:
        is_there = self.color_by and self.adata is not None
        if is_there and not has_column(self.adata.obs, self.color_by):
            with self._step():
                self._recolor()

    def _embedding_after_failure(self, _job: Work) -> None:
        self._show_embedding_state()

    def _embedding_restored(self, state: Mapping[str, Any]) -> None:
        if "embedding_state" in state and "_embedded_by" not in state:  # of a file
            is_current = state["embedding_state"] == "current"
            self._embedded_by = self._weights_now() if is_current else -1
        self._show_embedding_state()

    def _colors_after_undo(self, changed: Collection[str]) -> None:
        if {"adata", "model"}.isdisjoint(changed):
            return
        names = {column.name for column in self.obs_columns}
        is_there = self.color_by in names or self.color_by in (*self.regions, DEPTH)
        if is_there or self._may_be_gene(self.color_by):
            self._recolor()
        else:
            self.color_by = ""
