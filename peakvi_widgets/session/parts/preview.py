"""The preview part of a session: a map before any training, and how many dimensions are real."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from traitlets import observe

from ... import settings
from ...errors import StageError
from ...jobs import Job, Steps
from ..atomic import Work
from ..base import Part, seed_of
from ..mapping import SetUp, mapping, observed, observing, tested, testing
from ..places import PREVIEW
from ..verb import VERBS, verb

if TYPE_CHECKING:
    import pandas as pd

    from ...engine.dimensions import Dimensions
    from ...engine.preview import Preview as Map


class Preview(Part):
    """A map of the cells before any training, by the dimensions that held-out data confirm."""

    @verb(
        "preview",
        work="mapping",
        can_halt=True,
        replaces=lambda verb: not verb.looks_at_results,
    )
    def preview(self, *, seed: int | None = None) -> None:
        """Map the cells before any training, and test how many of their dimensions are real. Long.

        The map stands in ``adata.obsm["X_preview"]`` and the test in ``dimensions``. Only what
        models may see is looked at: no held-out fragments, and nothing that follows the batches or
        the depth of the cells. Panels do this automatically; see ``settings.preview``.

        Parameters
        ----------
        seed
            Of what the dimensions are tested by; None for ``peakvi_widgets.settings.seed``.

        Raises
        ------
        DataError
            From ``wait()``: there are too few cells or open regions for a map.
        StageError
            From ``wait()``: there are no counts.
        """
        seed = seed_of(seed)
        keys: list[Any] = []

        def begin() -> Steps:
            adata = self._counts()
            self._stop_preview()
            keys.append(self._preview_key(seed))
            self._attempted = keys[0]
            return self._with_counts_checked(adata, mapping(adata, self._set_up(), seed))

        def mapped(result: Map | None) -> bool:
            if result is None:
                return False
            self._take_preview(result, keys[0])
            self._react("preview", True)
            self._afterwards(lambda: self._react("previewed"))
            return True

        with self.lock:
            self._submit(
                "preview",
                begin,
                on_steps=lambda texts: self._progress(texts[-1]),
                on_end=mapped,
                arguments={"seed": seed},
            )

    def dimensions_of(self, cells: Any = None, *, seed: int | None = None) -> Dimensions:
        """Test whether there is structure among some of the cells; this takes a second or so.

        Parameters
        ----------
        cells
            In any of the forms that ``select`` accepts; None for the selected cells.
        seed
            Of what the dimensions are tested by; None for ``peakvi_widgets.settings.seed``.

        Returns
        -------
        See `peakvi_widgets.engine.dimensions.Dimensions`; ``sentence`` says what it means. Ten
        components are tested.

        Raises
        ------
        StageError
            There are no counts, or no cell is selected.
        DataError
            It does not name cells of this session.
        """
        seed = seed_of(seed)
        with self.lock:
            adata, set_up = self._counts(), self._set_up()
            chosen = self._selected() if cells is None else self._cells_of(cells)
        return tested(adata, set_up, chosen, seed)

    def check_selection(self) -> None:
        """Test in the background whether there is structure among the selected cells.

        The result stands in ``selection_dimensions`` until other cells are selected.

        Raises
        ------
        StageError
            No cell is selected.
        """
        seed = seed_of(None)
        with self.lock:
            adata, set_up, chosen = self._counts(), self._set_up(), self._selected()

            def checked(found: Dimensions | None, error: BaseException | None) -> None:
                if error:
                    self._notify_failure(error)
                    return
                is_current = self.adata is adata and self._set_up() == set_up
                if is_current and self.selection is chosen:
                    self.selection_dimensions = found

            self._looks.submit(
                Job("testing", lambda: testing(adata, set_up, chosen, seed), on_end=checked)
            )

    def observed_differences(self, idx1: Any = None, idx2: Any = None) -> pd.DataFrame:
        """Compare how often regions are seen open in two groups: no model is needed.

        Parameters
        ----------
        idx1, idx2
            Two groups of cells, in any of the forms that ``select`` accepts; None for group 1 and
            group 2 of the session.

        Returns
        -------
        One row a region, see `peakvi_widgets.engine.observed.observed_table`: the shares of the
        cells in which it is open, their difference, and a p-value of all fragments
        (``observed_p``). Where fragments are held out, ``held_out_p`` is a p-value that is right
        for groups drawn on the preview, too, which those fragments have no part in.

        Raises
        ------
        StageError
            There are no counts, or a group is empty.
        DataError
            A group is not of cells of this session, or all of its cells are in the other one.
        """
        with self.lock:
            adata, set_up = self._counts(), self._set_up()
            given = ((1, self.idx1, idx1), (2, self.idx2, idx2))
            cells = [own if one is None else self._cells_of(one) for _, own, one in given]
            for (number, *_), chosen in zip(given, cells, strict=True):
                if not len(chosen):
                    raise StageError(f"Group {number} is empty; select cells for it first.")
        return observed(adata, set_up, *cells)

    # -- inside ---------------------------------------------------------------------------------
    def _selected(self) -> np.ndarray:
        if not len(self.selection):
            raise StageError("No cell is selected; select some cells first, or name them.")
        return self.selection

    def _set_up(self) -> SetUp:
        return SetUp(self.batch_key, self.held_out, self.held_out_seed)

    def _preview_key(self, seed: int) -> Any:
        """Return what a preview depends on, to tell whether one is current."""
        return self.counts_version, self._set_up(), seed

    def _is_previewed(self) -> bool:
        """Whether there is a preview of the counts and the set-up of now, by whatever seed."""
        return self._previewed is not None and self._previewed[:2] == self._preview_key(0)[:2]

    def _take_preview(self, found: Map, key: Any) -> None:
        self.adata.obsm[PREVIEW] = found.places
        self.dimensions, self._previewed, self._has_mapped = found.dimensions, key, True

    @observe("live_preview")
    def _preview_automatically(self, _change: Any = None) -> None:
        """Begin to map the cells, unless that was done or attempted before, or a model learns."""
        if not (self.live_preview and settings.preview) or self.adata is None:
            return
        key = self._preview_key(seed_of(None))
        if self.training != "untrained" or self._is_previewed() or key == self._attempted:
            return
        if self._is_asked_for():
            return
        self._stop_preview()
        adata, set_up = self.adata, self._set_up()

        def begin() -> Steps:
            return self._with_counts_checked(adata, mapping(adata, set_up, key[-1]))

        def mapped(result: Map | None, error: BaseException | None) -> None:
            if self._previewer is not job:
                return  # something else is done now
            self._previewer, self.previewing = None, False
            try:
                if error:
                    self._notify_failure(error)
                elif result is not None and key == self._preview_key(key[-1]):
                    with self._step():
                        self._take_preview(result, key)
                        self._react("preview", False)
            finally:
                self._react("previewed")

        job = Job("mapping", begin, on_end=mapped)
        self._attempted, self._previewer, self.previewing = key, job, True
        self._previews.submit(job)

    def _is_asked_for(self) -> bool:
        """Whether a preview that was asked for runs or waits."""
        queued = (self._work.running, *self._work.waiting)
        return any(job and job.name == VERBS["preview"].work for job in queued)

    def _stop_preview(self) -> None:
        """Stop mapping the cells automatically; it is begun again when there is reason."""
        job, self._previewer, self.previewing = self._previewer, None, False
        if job is not None:
            self._attempted = None
            if not self._previews.withdraw(job):
                job.stop()

    @observe("selection")
    def _forget_selection_dimensions(self, _change: Any = None) -> None:
        self.selection_dimensions = None

    # -- reactions ------------------------------------------------------------------------------
    @observe("live")
    def _observe_groups(self, _change: Any = None) -> None:
        """Find what is observed to differ between the groups, as long as there is no model."""
        self.observed, self._observing = (), None
        self._afterwards(self._begin_observing)  # when cells, groups and set-up fit each other

    def _begin_observing(self) -> None:
        groups = self.idx1, self.idx2
        key = self.counts_version, self._set_up(), self.groups_version
        is_wanted = self.live and not self._has_weights() and all(map(len, groups))
        if not is_wanted or key == self._observing:
            return
        adata, set_up, self._observing = self.adata, self._set_up(), key

        def found(regions: Any, error: BaseException | None) -> None:
            if error is not None:
                self._notify_failure(error)
            elif self._observing == key and not self._has_weights():
                self.observed = regions or ()

        self._looks.submit(
            Job("observing", lambda: observing(adata, set_up, *groups), on_end=found)
        )

    def _groups_after_undo(self, changed: Collection[str]) -> None:
        if not {"idx1", "idx2", "model", "adata"}.isdisjoint(changed):
            self._observe_groups()

    def _drop_old_preview(self) -> None:
        """Remove a preview of other counts or another set-up, and begin the next one."""
        self._forget_selection_dimensions()
        self._observe_groups()
        if self._has_mapped and not self._is_previewed():
            self.adata.obsm.pop(PREVIEW, None)
            self.dimensions, self._previewed = None, None
            self._react("preview", False)
        self._afterwards(self._preview_automatically)

    def _preview_opened(self) -> None:
        """Map the cells that were opened; if that is not to be done, all else goes on at once."""
        self._preview_automatically()
        if self._previewer is None and not self._is_asked_for():
            self._react("previewed")

    def _preview_after_undo(self, _changed: Collection[str]) -> None:
        self._afterwards(self._preview_automatically)

    def _preview_after_failure(self, _job: Work) -> None:
        self._afterwards(self._preview_automatically)

    def _preview_restored(self, state: Mapping[str, Any]) -> None:
        if "dimensions" in state and "_previewed" not in state:  # of a file
            is_there = self.dimensions is not None
            self._previewed = self._preview_key(seed_of(None)) if is_there else None
            self._has_mapped = is_there

    def _record_preview(self) -> None:
        """Put a preview that was made automatically into the record: what follows needs it."""
        if not self._is_previewed():
            return
        for entry in reversed(self._record.entries):
            if entry.verb == "preview":
                return
            if VERBS[entry.verb].starts_over or entry.verb in ("open", "load"):
                break
        self._record.add("preview", {"seed": self._previewed[-1]}, automatic=True)
