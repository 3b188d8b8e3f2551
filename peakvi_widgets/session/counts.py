"""The data part of a session: open, look at quality, filter, say what the batches are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import ref

import numpy as np
from traitlets import TraitError, observe, validate

from .. import settings
from ..arguments import encodable, listed, shown
from ..data.datasets import DATASETS
from ..data.quality import FilterSettings
from ..engine.held_out import HeldOut
from ..errors import DataError, StageError
from ..jobs import Job, Queue, Steps
from .columns import categories_of, column_of, describe, obs_columns, unreadable
from .history.literals import Name
from .history.undo import UndoPart
from .neighbors import warming
from .opening import Opened, Source, filtering, opening, setting_up
from .own_counts import Seal, with_values_checked
from .slots import Slots, slots_of
from .verb import Verb, verb

if TYPE_CHECKING:
    from anndata import AnnData

__all__ = ["DATASETS", "DataPart", "FilterSettings", "Source"]


def _is_superfluous(between: Verb) -> bool:
    """Tell whether a verb leaves an earlier set-up without effect: it looks at no batches."""
    return between.looks_at_results or between.name == "save"


class DataPart(UndoPart):
    """The counts and what is known of them."""

    more_state: ClassVar[tuple[str, ...]] = (*UndoPart.more_state, "_slots")
    of_step: ClassVar[frozenset[str]] = UndoPart.of_step | {"_slots"}

    def __init__(self, **traits: Any) -> None:
        self._versions = count(1)
        super().__init__(**traits)
        self._warm = Queue(self.lock)

    @verb("open", first="source", work="opening", can_halt=True, remakes_model=True)
    def open(
        self,
        source: Source,
        *,
        layer: str | None = None,
        name: str = "adata",
        data_hash: str | None = None,
    ) -> None:
        """Read counts, check them and measure their quality. Long.

        Parameters
        ----------
        source
            A 10x folder, a ``.h5``, ``.h5ad``, ``.h5mu`` or ``.zarr`` path, the name of a built-in
            data set ("pbmc10k"), or an AnnData, MuData or DataFrame, which is not changed.
        layer
            Layer that holds the raw counts; None for ``X``, and ``"raw"`` for those of ``raw``.
        name
            The variable that holds the AnnData, for the script.
        data_hash
            What the session's ``data_hash`` was when a script was made. Other counts are opened
            too, with a warning.

        Raises
        ------
        DataError
            From ``wait()``: the counts cannot be used. What was open stays open.
        """
        share, seed = _checked_share(settings.held_out, settings.seed)
        is_path = isinstance(source, str | Path)
        told = str(source) if is_path else Name(name)
        shown = str(source) if is_path else name

        def opened(result: Opened | None) -> bool:
            if result is None:
                return False
            self._record.restart(keep=job.entry)
            self.source = shown
            self.opened = result.adata
            self.regions_per_cell = result.regions_per_cell
            self.cells_per_region = result.cells_per_region
            self.n_cells_opened, self.n_regions_opened = result.adata.shape
            self.filter_settings, self.filter_warning, self.batch_key = None, "", None
            self.held_out, self.held_out_seed = share, seed
            self._adopt(result.adata, result.seal)
            if job.entry is not None:
                size = f"{self.n_cells:,} cells x {self.n_regions:,} regions"
                self._record.amend(job.entry, comment=size, data_hash=result.data_hash)
            if result.remark:
                self.tell(result.remark)
            for doubt in filter(None, (result.doubt, unreadable(self.obs_columns))):
                self._doubt(doubt)
            self.data_hash = result.data_hash
            if data_hash not in (None, result.data_hash):
                self._doubt(
                    f"{shown} does not hold the counts that the script was made with: groups and "
                    "results will differ. Open the same data to repeat it."
                )
            self._afterwards(self._warm_up)
            return True

        with self.lock:
            job = self._submit(
                "open",
                lambda: opening(source, layer, shown),
                on_steps=lambda texts: self._progress(texts[-1]),
                on_end=opened,
                arguments={"source": told, "layer": layer},
            )

    @verb("filter", work="filtering", can_halt=True, starts_over=True, remakes_model=True)
    def filter(
        self,
        *,
        min_cells: int | float = 10,
        min_regions: int = 0,
        max_regions: int | None = None,
        standard_chromosomes: bool = False,
    ) -> None:
        """Keep good cells and regions of what was opened (filters do not add up). Long.

        Parameters
        ----------
        min_cells
            Cells in which a region must be open: a number, or a share of the kept cells below 1.
        min_regions, max_regions
            Open regions that a cell must have at least and at most.
        standard_chromosomes
            Whether to drop regions on contigs and the mitochondrial genome.

        Raises
        ------
        DataError
            A setting makes no sense; from ``wait()``: nothing is left.
        """
        settings = FilterSettings(min_cells, min_regions, max_regions, standard_chromosomes)

        def begin() -> Steps:
            opened = self._opened()
            return self._with_counts_checked(opened, filtering(opened, settings))

        def filtered(result: tuple[AnnData, str, Seal] | None) -> bool:
            if result is None:
                return False
            adata, self.filter_warning, seal = result
            self.filter_settings = settings
            self._adopt(adata, seal)
            if self.filter_warning:
                self.tell(self.filter_warning, "warning")
            return True

        with self.lock:
            self._submit(
                "filter",
                begin,
                on_end=filtered,
                arguments=asdict(settings),
            )

    @verb(
        "batches",
        work="setting up",
        starts_over=True,
        remakes_model=True,
        replaces=_is_superfluous,
    )
    def setup(
        self,
        *,
        batch_key: str | None = None,
        held_out: float | None = None,
        held_out_seed: int | None = None,
    ) -> None:
        """Say what models are fitted to; a model that was fitted to something else is forgotten.

        Parameters
        ----------
        batch_key
            Column of ``obs`` with the batches; None for a single batch.
        held_out
            Share of the fragments that are set aside to check comparisons by, in [0, 1); 0 for
            none; None for the share as it is, at first ``peakvi_widgets.settings.held_out``. From
            binary counts none can be set aside; a warning says so.
        held_out_seed
            Decides which; None for the seed as it is, at first ``peakvi_widgets.settings.seed``.

        Raises
        ------
        DataError
            ``held_out`` or its seed is out of range. From ``wait()``: there is no such column, or
            it does not hold categories.
        """
        _checked_share(held_out or 0.0, held_out_seed or 0)

        def begin() -> Steps:
            adata = self._counts()
            if batch_key is not None:
                self._follow_column(batch_key)
            known = [column.name for column in self.obs_columns if column.kind == "category"]
            if batch_key is not None and batch_key not in known:
                raise DataError(
                    f"obs has no column of categories {shown(batch_key)}; it has {listed(known)}."
                )
            return setting_up(adata)

        def set_up(can_hold_out: bool) -> None:
            share, seed = _checked_share(
                self.held_out if held_out is None else held_out,
                self.held_out_seed if held_out_seed is None else held_out_seed,
            )
            if job.entry is not None:
                self._record.amend(job.entry, held_out=share, held_out_seed=seed)
            if share and not can_hold_out:
                self._doubt(
                    "These counts are binary and do not say how many fragments there are, so none "
                    "are held out and comparisons are not checked; open raw counts to have both."
                )
            if (self.batch_key, self.held_out, self.held_out_seed) != (batch_key, share, seed):
                self.batch_key, self.held_out, self.held_out_seed = batch_key, share, seed
                self._forget_model()

        with self.lock:
            job = self._submit(
                "setup",
                begin,
                on_end=set_up,
                arguments={
                    "batch_key": batch_key,
                    "held_out": held_out,
                    "held_out_seed": held_out_seed,
                },
            )

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

    # -- back and forth -------------------------------------------------------------------------
    @property
    def _slots(self) -> Slots:
        """What the slots of ``adata`` hold that results are written into."""
        return Slots.of(self.adata)

    @_slots.setter
    def _slots(self, slots: Slots) -> None:
        slots.put_back()

    @observe("adata")
    def _number_counts(self, _change: Any) -> None:
        self.counts_version = next(self._versions)

    def _snapshot(self) -> dict[str, Any]:
        return super()._snapshot() | {"slots": slots_of(self.adata)}

    def _restore(self, state: Mapping[str, Any]) -> None:
        """Restore; the AnnData first, with what stood in it, because names are looked up there."""
        if "adata" in state:
            with self._step():
                self.set_trait("adata", state["adata"])
            if self.adata is not None and self._seal_of(self.adata) is None:
                self._add_seal(self.adata)  # of a file
            Slots(self.adata, dict(state["slots"])).put_back()
        rest = {name: value for name, value in state.items() if name not in ("adata", "slots")}
        super()._restore(rest)

    # -- what the other parts ask ---------------------------------------------------------------
    def _warm_up(self) -> None:
        self._warm.submit(Job("warming up", warming))

    def _opened(self) -> AnnData:
        if self.opened is None:
            raise StageError("There are no counts yet; open a file or an AnnData first.")
        return self.opened

    def _counts(self) -> AnnData:
        """Return the counts, unless they were changed in place."""
        self._opened()
        seal = self._seal_of(self.adata)
        if seal is not None:
            seal.require(self.adata)
        self._follow_columns()
        return self.adata

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

    def _adopt(self, adata: AnnData, seal: Seal | None = None) -> None:
        """Take other counts; what depended on the earlier ones cannot hold and is forgotten."""
        self._add_seal(adata, seal)
        self.adata = adata
        self.n_cells, self.n_regions = adata.shape
        self.regions = tuple(map(str, adata.var_names))
        self.obs_columns = obs_columns(adata)
        self._forget_model()
        self._forget_cells()

    @validate("adata")
    def _is_own(self, proposal: Any) -> Any:
        if self._open_step is None:
            raise TraitError(
                "session.adata cannot be replaced; open other counts by session.open(adata)."
            )
        return proposal.value

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


def _checked_share(share: float, seed: int) -> tuple[float, int]:
    """Return which share of the fragments is held out, and by which seed, as plain numbers."""
    is_none = isinstance(share, int | float) and not isinstance(share, bool) and share == 0
    rule = HeldOut(0.5 if is_none else share, seed)
    return 0.0 if is_none else rule.share, rule.seed
