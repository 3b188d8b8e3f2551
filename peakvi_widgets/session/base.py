"""The base of all parts of a session: the questions that each asks, and resets that concern many.

Parts are siblings: none inherits from another or imports it. What several of them need stands here;
what one does after another has changed something is listed in `Session.reactions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np
from traitlets import TraitError, validate

from ..arguments import encodable, listed, shown
from ..arrays import frozen
from ..engine.validate import valid_seed, whole
from ..errors import DataError, StageError
from ..jobs import Job, Steps
from ..obs_query import Names, as_name
from .annotating import OFF
from .cell_sets import cells_of, mask_of
from .columns import (
    categories_of,
    colors_of,
    column_of,
    depth_of,
    describe,
    has_column,
    obs_columns,
)
from .comparison_steps import settings_of
from .layers.kinds import DEPTH, usual_layers
from .layers.layer_list import LayerList
from .named_groups import members_of
from .own_counts import Seal, with_values_checked
from .records import Colors, Outline, Settings
from .slots import Slots
from .work import SessionBase

if TYPE_CHECKING:
    from anndata import AnnData

    from ..model import PEAKVI

MAX_SAMPLES = 10_000_000  # draws a group
GROUPS = ("named_groups", "group_cells", "_absent")
LEARNING = ("running", "paused", "stopping")  # while the weights may change at any moment


class Part(SessionBase):
    """What a part of a session knows of the others: their state, and nothing else."""

    def __init__(self, **traits: Any) -> None:
        self._layers = LayerList(usual_layers())
        self._layers.selection.active = "cells"
        super().__init__(**traits)

    def _not_yet(self, text: str, *works: str) -> StageError:
        """Return the error for what is missing, which work that has not ended may bring."""
        jobs = (self._work.running, *self._work.waiting)
        names = [job.name for job in jobs if job is not None and job.name in works]
        if names:
            what = text.split(";")[0]
            text = f"{what}, because {names[0]} has not ended; call session.wait() first."
        return StageError(text)

    # -- counts ---------------------------------------------------------------------------------
    def _opened(self) -> AnnData:
        if self.opened is None:
            text = "There are no counts yet; open a file or an AnnData first."
            raise self._not_yet(text, "opening")
        opened: AnnData = self.opened
        return opened

    def _counts(self) -> AnnData:
        """Return the counts, unless they were changed in place."""
        self._opened()
        seal = self._seal_of(self.adata)
        if seal is not None:
            seal.require(self.adata)
        self._follow_columns()
        adata: AnnData = self.adata
        return adata

    def _with_counts_checked(self, adata: AnnData, steps: Steps) -> Steps:
        """Return work that first looks whether the values of the counts are the same as before."""
        seal = self._seal_of(adata)
        return steps if seal is None else with_values_checked(seal, adata, steps)

    def _seal_of(self, adata: AnnData) -> Seal | None:
        return next((seal for sealed, seal in self._seals if sealed() is adata), None)

    def _add_seal(self, adata: AnnData, seal: Seal | None = None) -> None:
        """Note what counts are, to notice later that they were changed in place."""
        known = [one for one in self._seals if one[0]() is not None and one[0]() is not adata]
        self._seals = (*known, (ref(adata), Seal.of(adata) if seal is None else seal))

    def _renew_seal(self, adata: AnnData) -> None:
        """Note that the arrays of sealed counts are others with the same values."""
        seal = self._seal_of(adata)
        if seal is not None:
            self._add_seal(adata, seal.renewed(adata))

    @validate("adata")
    def _is_own(self, proposal: Any) -> Any:
        if not self._in_step:
            raise TraitError(
                "session.adata cannot be replaced; open other counts by session.open(adata)."
            )
        return proposal.value

    def _adopt(self, adata: AnnData, seal: Seal | None = None) -> None:
        """Take other counts, and reset what depended on the former ones."""
        self._add_seal(adata, seal)
        self.adata = adata
        self.n_cells, self.n_regions = adata.shape
        self.regions = tuple(map(str, adata.var_names))
        self.obs_columns = obs_columns(adata)
        self._forget_model()
        self._reset("cells")
        self._record.forget_undone()  # it refers to cells that no longer exist
        self._react("cells")

    def _follow_columns(self) -> None:
        """Describe the columns of ``obs`` again when there are others than before."""
        names = dict.fromkeys(encodable(str(name)) for name in self.adata.obs.columns)
        if list(names) != [column.name for column in self.obs_columns]:
            self.obs_columns = obs_columns(self.adata)

    def _follow_column(self, name: str) -> None:
        """Describe a column again that may hold other values than before."""
        known = next((column for column in self.obs_columns if column.name == name), None)
        if known and replace(known, colors=()) != describe(name, column_of(self.adata.obs, name)):
            self.obs_columns = obs_columns(self.adata)

    def _category(self, column: str, given: Any) -> tuple[np.ndarray, str]:
        """Return the cells of one category, as a mask, and the name of the category.

        Parameters
        ----------
        column
            A column of ``obs``.
        given
            The category as the column holds it, or its name.
        """
        found = categories_of(column_of(self._counts().obs, column))
        code = found.code_of(given)
        if code is None:
            raise DataError(
                f"{shown(column)} has no category {shown(given)}; it has {listed(found.names)}."
            )
        return found.codes == code, found.names[code]

    # -- model ----------------------------------------------------------------------------------
    def _has_weights(self) -> bool:
        return self.model is not None and self.model.is_trained

    def _trained(self) -> PEAKVI:
        if not self._has_weights():
            text = "There is no trained model yet; train one first."
            raise self._not_yet(text, "training", "loading a model")
        model: PEAKVI = self.model
        return model

    def _weights_now(self) -> int:
        """Return the number of the present weights."""
        return 0 if self.model is None else int(self.model.weights_version)

    def _is_learning(self) -> bool:
        """Whether the weights may change at any moment."""
        return self.training in LEARNING or (self.model is not None and self.model.is_learning)

    def _forget_model(self) -> None:
        """Reset what depends on the model."""
        self._reset("model")
        self._react("model")

    # -- comparison -----------------------------------------------------------------------------
    def _key(self, settings: Settings) -> Any:
        """Return what a table depends on, to tell whether one is current."""
        return settings, self.groups_version, self._weights_now(), self.counts_version

    def _is_of_now(self, key: Any) -> bool:
        """Whether a table with this key is of the groups, settings and weights of now."""
        of = self.da_settings
        return (
            of is not None
            and key is not None
            and not self._is_learning()
            and bool(key == self._key(settings_of(self, of.n_samples, of.seed)))
        )

    def _table_is_of_now(self) -> bool:
        """Whether the table that is there, final or not, is of what there is now."""
        return self._is_of_now(self._table_of)

    # -- cells ----------------------------------------------------------------------------------
    def _cells(self, value: Any) -> np.ndarray:
        """Return the cells that a value means; those that a verb sets are not checked again."""
        if self._in_step or (isinstance(value, np.ndarray) and not value.size):
            return np.asarray(value, "uint32")
        return self._cells_of(value)

    def _cells_of(self, value: Any) -> np.ndarray:
        """Return the cells that a value means; a query may name groups, regions and genes."""
        adata = self._counts()
        if not isinstance(value, str):
            return cells_of(value, adata)
        masks = {name: mask_of(cells, adata.n_obs) for name, cells in self.groups.items()}
        names = Names(masks, self._n_open)
        try:
            return cells_of(value, adata, names)
        except DataError:
            if value not in masks:
                raise
            return cells_of(as_name(value), adata, names)  # the name of a group, in several words

    def _n_open(self, name: str) -> np.ndarray | None:
        """Return how many regions are open in each cell, of a region or a gene; None for others."""
        rows = np.flatnonzero(self.adata.var_names == name)
        if not len(rows):
            if self.gene_members is None or name not in self.gene_members:
                return None
            rows = self.gene_members.of(name)
        from ..data.genes.scores import open_regions

        return open_regions(self.adata.X, rows)

    @property
    def groups(self) -> Mapping[str, np.ndarray]:
        """The cells of each named group by its name: sorted indices into ``adata``, uint32."""
        return members_of(self.named_groups, self.group_cells)

    def _outlines_of(self, *groups: int) -> tuple[Outline, ...]:
        return tuple(old for old in self.outlines if old.group in groups)

    @contextmanager
    def _cells_verb(self, verb: str, arguments: dict[str, Any]) -> Iterator[list[str]]:
        """Change selection or groups in one step that is recorded and can be undone alone.

        Yields
        ------
        A list that takes the parts of the comment in the script.
        """
        if self.adata is not None:
            self._counts()  # refuses counts that were changed in place
        with self._step():
            names = (*self.names_of("cells"), *GROUPS)
            before = {name: getattr(self, name) for name in names}
            comment: list[str] = []
            yield comment
            self._note(verb, arguments, before, " ".join(comment))
            if any(getattr(self, name) is not before[name] for name in ("idx1", "idx2")):
                self._react("groups")

    # -- colors and layers ----------------------------------------------------------------------
    @property
    def layers(self) -> LayerList:
        """What is drawn, from the bottom to the top."""
        return self._layers

    def _require_color(self, name: str) -> None:
        """Refuse what the cells cannot be colored by; before there are cells it is a wish."""
        if not name or self.adata is None:
            return
        try:
            self._counts()
        except DataError as error:
            raise TraitError(str(error)) from error
        if has_column(self.adata.obs, name):
            self._follow_column(name)
        elif name not in self.adata.var_names and name != DEPTH and not self._may_be_gene(name):
            if self._is_near_gene(name):
                raise TraitError(
                    f"No region lies in the promoter or body of {name}; color by one next to it."
                )
            raise TraitError(
                f"There is no column of obs, region or gene {shown(name)} to color by."
            )

    def _is_near_gene(self, name: str) -> bool:
        """Whether a region has this gene as the nearest."""
        return name in self.gene_texts

    def _may_be_gene(self, name: str) -> bool:
        """Whether a gene has this name; of any genome that is possible while that is not known."""
        if self.gene_members is not None:
            return name in self.gene_members
        if self.genome_in_use is not None or self.genome == OFF:
            return False
        if self._gene_file is not None:
            return bool((self._gene_file[1]["gene"] == name).any())
        from ..data.genes import GENOMES, gene_names

        return any(
            name in gene_names(genome) for genome in ([self.genome] if self.genome else GENOMES)
        )

    def _look_up(self, name: str, take: Callable[[Colors], None]) -> None:
        """Find the color of each cell: at once, or soon where the model must compute it."""
        if not name or self.adata is None:
            take(Colors(color_by=name))
        elif has_column(self.adata.obs, name):
            take(colors_of(name, column_of(self.adata.obs, name)))
        elif name not in self.adata.var_names and name != DEPTH:
            take(self._gene_colors(name))
        elif name not in self.adata.var_names:
            depth = frozen(depth_of(self.adata.X))
            take(Colors("number", f"{name}, open regions", values=depth, color_by=name))
        elif self._has_weights() and self.training == "trained":
            self._looks.submit(self._accessibility_of(name, self._trained(), take))
        else:
            values = frozen(np.asarray(self._n_open(name), "float32"))
            take(Colors("number", f"{name}, seen open", values=values, color_by=name))

    def _gene_colors(self, gene: str) -> Colors:
        """Sum the open regions of a gene; nothing while genes are not known."""
        n_open = self._n_open(gene)
        if n_open is None:
            return Colors(color_by=gene)
        values = frozen(n_open)
        title = f"{gene}, open regions in promoter and body (sum)"
        return Colors("number", title, values=values, color_by=gene)

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
                    return  # the colors of the present model are looked up separately
                with self._step():
                    title = f"{region}, accessibility"
                    take(Colors("number", title, values=frozen(values), color_by=region))
            except Exception as raised:  # noqa: BLE001 - no verb waits for colors
                self._notify_failure(raised)

        return Job("coloring", steps, on_end=looked)

    # -- back and forth -------------------------------------------------------------------------
    def _restore(self, state: Mapping[str, Any]) -> None:
        """Set some of the state to what it was, or to what a file holds.

        The AnnData comes first, with what its slots held, because names are looked up there.
        """
        with self._step():
            if "adata" in state:
                self.adata = state["adata"]
                if self.adata is not None and self._seal_of(self.adata) is None:
                    self._add_seal(self.adata)  # of a file
                Slots(self.adata, dict(state["slots"])).put_back()
            apart = {"adata", "slots", *self.tagged("mirrors")}
            for name, value in state.items():
                if name not in apart:
                    self.set_trait(name, value)
            self._react("restored", state)


def seed_of(seed: int | None) -> int:
    """Return the seed that is meant when none is given."""
    from .. import settings

    return valid_seed(settings.seed if seed is None else seed)


def checked_draws(n_samples: Any, seed: Any) -> tuple[int, int]:
    """Return how many draws a group and which seed are meant, as plain whole numbers."""
    n_samples = whole("n_samples", n_samples, 1)
    if n_samples > MAX_SAMPLES:
        raise DataError(f"n_samples is {n_samples:,}; use at most {MAX_SAMPLES:,}.")
    return n_samples, seed_of(seed)
