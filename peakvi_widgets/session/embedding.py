"""The embedding part of a session: a place for each cell, clusters, and colours."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from traitlets import TraitError, observe, validate

from ..arguments import shown
from ..arrays import frozen
from ..engine.validate import number, whole
from ..errors import DataError, StageError
from ..jobs import Job, Queue, Steps
from .atomic import Work
from .columns import categories_of, column_of, describe, has_column, numbers_of, obs_columns
from .layers.kinds import DEPTH
from .neighbors import Embedded, clustering, embedding
from .places import bases_of, places_in
from .records import Colors
from .training import TrainingPart, _seed
from .verb import one_of, verb

if TYPE_CHECKING:
    import pandas as pd

    from ..model import PEAKVI

CLUSTERS = "clusters_peakvi"  # the tutorial's name
BASES = ("X_umap", "X_tsne", "X_pca")  # what a file may bring along, best first
USUAL_LABELS = ("cell_type", "celltype", "cell_types", "annotation", CLUSTERS, "leiden", "louvain")


class EmbeddingPart(TrainingPart):
    """Where cells are drawn, and in which color."""

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._looks = Queue(self.lock)  # small looks at the model, beside long work

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
            A parameter makes no sense.
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
            steps = embedding(model, n_neighbors, min_dist, maxiter, _seed(seed))
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
                    "seed": _seed(seed),
                },
            )

    @verb("cluster", work="clustering", can_halt=True, is_costly=True, keeps_redo=False)
    def cluster(self, resolution: float = 0.2, *, seed: int | None = None) -> None:
        """Find Leiden clusters and colour the cells by them (scanpy). Long.

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
            From ``wait()``: there are no neighbours yet.
        """
        resolution = number("resolution", resolution, "above 0", lambda value: value > 0)

        def begin() -> Steps:
            graph = self._counts().obsp.get("connectivities")
            if graph is None:
                raise StageError("There is no neighbour graph yet; embed the cells first.")
            return clustering(graph, resolution, _seed(seed))

        def clustered(result: np.ndarray | None) -> bool:
            if result is None:
                return False
            import pandas as pd

            names = sorted(set(result), key=int)
            self.adata.obs[CLUSTERS] = pd.Categorical(result, categories=names)
            self.obs_columns = obs_columns(self.adata)
            with self._by_itself():
                if self.color_by == CLUSTERS:
                    self._recolor()
                else:
                    self.color_by = CLUSTERS
            return True

        with self.lock:
            self._submit(
                "cluster",
                begin,
                on_steps=lambda texts: self._progress(texts[-1]),
                on_end=clustered,
                arguments={"resolution": resolution, "seed": _seed(seed)},
            )

    # -- colour ---------------------------------------------------------------------------------
    @validate("color_by")
    def _color_by_exists(self, proposal: Any) -> str:
        name = str(proposal.value)
        self._require_color(name)
        return name

    def _require_color(self, name: str) -> None:
        """Refuse what the cells cannot be coloured by; before there are cells it is a wish."""
        if not name or self.adata is None:
            return
        try:
            self._counts()
        except DataError as error:
            raise TraitError(str(error)) from error
        if has_column(self.adata.obs, name):
            self._follow_column(name)
        elif name not in self.adata.var_names and name != DEPTH:
            raise TraitError(f"There is no column of obs and no region {shown(name)} to color by.")

    @observe("color_by")
    def _recolor(self, _change: Any = None) -> None:
        self._look_up(self.color_by, self._take_colors)

    def _take_colors(self, colors: Colors) -> None:
        if colors.color_by == self.color_by:
            self.colors = colors

    def _look_up(self, name: str, take: Callable[[Colors], None]) -> None:
        """Find the colour of each cell: at once, or soon where the model must be asked."""
        if not name or self.adata is None:
            take(Colors(color_by=name))
        elif has_column(self.adata.obs, name):
            take(_colors_of(name, column_of(self.adata.obs, name)))
        elif name not in self.adata.var_names:
            depth = np.asarray((self.adata.X > 0).sum(axis=1), "float32").ravel()
            take(Colors("number", f"{name}, open regions", values=frozen(depth), color_by=name))
        elif self._has_weights() and self.training == "trained":
            self._looks.submit(self._accessibility_of(name, self._trained(), take))
        else:
            seen = np.asarray(self.adata[:, name].X.todense()).ravel() > 0
            values = frozen(seen.astype("float32"))
            take(Colors("number", f"{name}, seen open", values=values, color_by=name))

    def _accessibility_of(self, region: str, model: PEAKVI, take: Callable[[Colors], None]) -> Job:
        asked = self.counts_version, model.weights_version

        def steps() -> Steps:
            yield region
            values = model.get_normalized_accessibility(region_list=[region], return_numpy=True)
            return np.ascontiguousarray(values, "float32").ravel()

        def looked(values: np.ndarray | None, error: BaseException | None) -> None:
            try:
                if error:
                    raise error
                if values is None or asked != (self.counts_version, self._weights_now()):
                    return  # the colors of the present model are asked for anew
                with self._step():
                    title = f"{region}, accessibility"
                    take(Colors("number", title, values=frozen(values), color_by=region))
            except Exception as raised:  # noqa: BLE001 - nobody waits for colors
                self._tell_failure(raised)

        return Job("coloring", steps, on_end=looked)

    # -- what depends on what -------------------------------------------------------------------
    @contextmanager
    def _by_itself(self) -> Iterator[None]:
        """Change the picture as part of something else: nobody asked for it."""
        yield

    def _take_basis(self, basis: str, embedded_by: int | None = None) -> None:
        """Show a basis, computed from the weights of some version or brought along by a file."""
        self.embedding = places_in(self.adata, basis)
        self.basis = basis
        self._embedded_by = self.weights_version if embedded_by is None else embedded_by
        self._show_embedding_state()

    @observe("weights_version")
    def _show_embedding_state(self, _change: Any = None) -> None:
        is_current = self._embedded_by == self._weights_now() and not self._is_learning()
        state = "current" if is_current else "stale"
        self.embedding_state = state if len(self.embedding) else "none"

    def _forget_cells(self) -> None:
        super()._forget_cells()
        there = {basis.name for basis in bases_of(self.adata)}
        found = next((basis for basis in BASES if basis in there), None)
        if found:
            self._take_basis(found)
        else:
            self.embedding = np.empty((0, 2), "float32")
            self.basis, self.embedding_state = "", "none"
        names = [column.name for column in self.obs_columns if column.kind != "none"]
        wanted = self.color_by if self.color_by in (*names, DEPTH) else self._usual_color()
        if wanted == self.color_by:
            self._recolor()
        else:
            self.color_by = wanted

    def _weights_move(self) -> None:
        super()._weights_move()
        self._show_embedding_state()

    def _usual_color(self) -> str:
        """Return what new cells are colored by when nobody chose anything."""
        names = [column.name for column in self.obs_columns if column.kind != "none"]
        return next((name for name in USUAL_LABELS if name in names), "")

    def _new_weights(self) -> None:
        super()._new_weights()
        if self.color_by and not has_column(self.adata.obs, self.color_by):
            self._recolor()

    def _settle(self, job: Work | None = None) -> None:
        super()._settle(job)
        self._show_embedding_state()

    def _restore(self, state: Mapping[str, Any]) -> None:
        super()._restore(state)
        if "embedding_state" in state and "_embedded_by" not in state:  # of a file
            is_current = state["embedding_state"] == "current"
            self._embedded_by = self._weights_now() if is_current else -1
        self._show_embedding_state()

    def _after_undo(self, changed: Collection[str]) -> None:
        super()._after_undo(changed)
        if {"adata", "model"}.isdisjoint(changed):
            return
        names = {column.name for column in self.obs_columns}
        if self.color_by in names or self.color_by in (*self.regions, DEPTH):
            self._recolor()
        else:
            self.color_by = ""


def _colors_of(name: str, values: pd.Series) -> Colors:
    column = describe(name, values)
    if column.kind == "none":
        return Colors("none", name, color_by=name)
    if column.kind == "number":
        return Colors("number", name, values=frozen(numbers_of(values)), color_by=name)
    codes = frozen(categories_of(values).codes.astype("int16"))
    return Colors("category", name, codes, column.categories, column.counts, color_by=name)
