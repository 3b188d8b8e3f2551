"""The data part of a session: open, look at quality, filter, say what the batches are."""

from __future__ import annotations

from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from traitlets import observe

from ... import settings
from ...arguments import listed, shown
from ...data.quality import FilterSettings
from ...engine.held_out import HeldOut
from ...errors import DataError
from ...jobs import Job, Queue, Steps
from ..base import Part
from ..columns import unreadable
from ..history.literals import Variable
from ..neighbors import warming
from ..opening import OpenedCounts, Source, filtering, opening, setting_up
from ..own_counts import Seal
from ..verb import Verb, verb

if TYPE_CHECKING:
    from anndata import AnnData

DEFAULT_HELD_OUT = settings.held_out, settings.seed  # before anyone sets others


def _is_superfluous(between: Verb) -> bool:
    """Tell whether a verb leaves an earlier set-up without effect: it looks at no batches."""
    return between.looks_at_results or between.name == "save"


class Counts(Part):
    """The counts and what is known of them."""

    def __init__(self, **traits: Any) -> None:
        self._versions = count(1)
        super().__init__(**traits)
        self._warm = Queue(self.lock)

    def _open_counts(
        self, source: Source, layer: str | None, name: str, data_hash: str | None
    ) -> None:
        """Read counts, check them and measure their quality; see ``Session.open``."""
        share, seed = _checked_share(settings.held_out, settings.seed)
        is_path = isinstance(source, str | Path)
        recorded = str(source) if is_path else Variable(name)
        shown = str(source) if is_path else name

        def opened(result: OpenedCounts | None) -> bool:
            if result is None:
                return False
            self._record.restart(keep=job.entry)
            self.source = shown
            self.opened = result.adata
            self.regions_per_cell = result.regions_per_cell
            self.cells_per_region = result.cells_per_region
            self.n_cells_opened, self.n_regions_opened = result.adata.shape
            self.filter_settings, self.filter_warning, self.batch_key = None, "", None
            self.donor = None
            self.held_out, self.held_out_seed = share, seed
            self.dimensions, self._previewed, self._has_mapped = None, None, False
            self._reset("source")
            self._adopt(result.adata, result.seal)
            if job.entry is not None:
                size = f"{self.n_cells:,} cells x {self.n_regions:,} regions"
                self._record.update(job.entry, comment=size, data_hash=result.data_hash)
            if result.remark:
                self.notify(result.remark)
            for warning in filter(None, (result.warning, unreadable(self.obs_columns))):
                self._warn_on_wait(warning)
            self.counts_file = result.counts_file
            self.counts_layer = layer if result.counts_file else None
            self.counts_key = result.counts_key
            self.data_hash = result.data_hash
            if data_hash not in (None, result.data_hash):
                self._warn_on_wait(
                    f"{shown} does not hold the counts that the script was made with: groups and "
                    "results will differ. Open the same data to repeat it."
                )
            self._afterwards(lambda: self._react("opened"))
            return True

        with self.lock:
            job = self._submit(
                "open",
                lambda: opening(source, layer, shown),
                on_steps=lambda texts: self._progress(texts[-1]),
                on_end=opened,
                arguments={"source": recorded, "layer": layer},
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
            A setting is invalid; from ``wait()``: nothing is left.
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
            self._renew_seal(self._opened())  # its arrays may lie on disk now
            self._adopt(adata, seal)
            if self.filter_warning:
                self.notify(self.filter_warning, "warning")
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
                self._record.update(job.entry, held_out=share, held_out_seed=seed)
            if share and not can_hold_out:
                self._warn_on_wait(
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

    # -- inside ---------------------------------------------------------------------------------
    def _record_settings(self, verb: str) -> None:
        """Record after opening what only the settings of this process say."""
        if verb == "open" and (self.held_out, self.held_out_seed) != DEFAULT_HELD_OUT:
            given = {"held_out": self.held_out, "held_out_seed": self.held_out_seed}
            self._record.add("setup", given, automatic=True)

    @observe("adata")
    def _number_counts(self, _change: Any) -> None:
        self.counts_version = next(self._versions)

    # -- reactions ------------------------------------------------------------------------------
    def _warm_up(self) -> None:
        self._warm.submit(Job("warming up", warming))


def _checked_share(share: float, seed: int) -> tuple[float, int]:
    """Return which share of the fragments is held out, and by which seed, as plain numbers."""
    is_none = isinstance(share, int | float) and not isinstance(share, bool) and share == 0
    rule = HeldOut(0.5 if is_none else share, seed)
    return 0.0 if is_none else rule.share, rule.seed
