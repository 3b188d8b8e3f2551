"""The markers part of a session: which regions mark each category of a column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Literal

from traitlets import observe

from ...arguments import shown
from ...engine.validate import whole
from ...errors import StageError
from ...files import write_whole
from ...jobs import Job, Steps
from ...paths import absolute_path
from ..annotating import with_genes
from ..base import Part, checked_draws
from ..comparison_steps import settings_of
from ..marker_records import MarkersWork
from ..marker_steps import (
    Markers,
    MarkersProgress,
    categories_key,
    categories_to_compare,
    finding_markers,
    present_key,
)
from ..verb import verb

# column, its categories, weights and counts; None for those of a file that is being opened
MarkersOf = tuple[str, str, int | None, int | None]

N_SAMPLES = 5000  # draws a group, as of a comparison
N_TOP = 100  # regions of each category


class MarkerRegions(Part):
    """Which regions are more open in each category than in all other cells."""

    @verb(
        "markers",
        first="column",
        work="finding markers",
        looks_at_results=True,
        runs_beside=True,
    )
    def find_markers(
        self,
        column: str,
        *,
        n_top: int | None = N_TOP,
        two_sided: bool | None = None,
        delta: float | None = None,
        fdr_target: float | None = None,
        batch_correction: bool | None = None,
        estimand: Literal["difference", "log2"] | None = None,
        level: Literal["auto", "group", "cell"] | None = None,
        n_samples: int = N_SAMPLES,
        seed: int | None = None,
    ) -> None:
        """Compare each category of a column with all other cells. Long; beside all other work.

        The table is ``markers``, until the model changes; ``cancel_markers()`` ends the work. Its
        rows are those of single comparisons, with the names in ``group1``. When the column changes
        before the end, nothing is kept.

        Parameters
        ----------
        column
            A column of ``obs`` with at least two categories.
        n_top
            How many regions of each category are kept that are more open in it, the surest first;
            None for all regions in both directions.
        two_sided, delta, fdr_target, batch_correction, estimand, level
            As for ``compare``; None for what the session has.
        n_samples, seed
            As for ``compare``.

        Raises
        ------
        StageError
            Nothing is trained, the model is being trained, or (from ``wait()``) it is trained
            meanwhile.
        DataError
            The column has no categories, or a setting is invalid.
        """
        given: dict[str, Any] = {
            "two_sided": two_sided,
            "delta": delta,
            "fdr_target": fdr_target,
            "batch_correction": batch_correction,
            "estimand": estimand,
            "level": level,
        }
        n_samples, seed = checked_draws(n_samples, seed)
        n_top = None if n_top is None else whole("n_top", n_top, 1)
        with self._step():
            model, adata = self._trained(), self._counts()
            if self._is_learning():
                raise StageError("The model is being trained; find markers when that has ended.")
            names, codes = categories_to_compare(adata.obs, column)
            given = {name: value for name, value in given.items() if value is not None}
            plain = replace(settings_of(self, n_samples, seed), donor=None, stability=False)
            settings = replace(plain, **given)
            recorded = asdict(settings)  # all of them: what is left out is what the session has
            del recorded["donor"], recorded["stability"]
            self._cancel_markers()
            steps = finding_markers(model, names, codes, settings, n_top)
            of = column, categories_key(names, codes), self._weights_now(), self.counts_version
            self._begin_markers(of, steps, {"column": column, "n_top": n_top, **recorded})

    def cancel_markers(self) -> None:
        """Stop finding markers; the present table stays."""
        with self._step():
            self._cancel_markers()

    def save_markers(self, path: Any, *, overwrite: bool = False) -> Any:
        """Write the table of markers as CSV; return where it is.

        Raises
        ------
        StageError
            There are no markers yet.
        DataError
            The file is there already, or cannot be written.
        """
        with self.lock:
            table = self.markers
        if table is None:
            raise StageError("No markers yet; call find_markers(column) first.")
        path = absolute_path(path)
        write_whole(path, table.to_csv(index_label="region").encode(), overwrite=overwrite)
        self.notify(f"The markers are saved in {path}.")
        return path

    # -- inside ---------------------------------------------------------------------------------
    def _begin_markers(self, of: MarkersOf, steps: Steps, recorded: dict[str, Any]) -> None:
        column = of[0]

        def show(text: str = "", share: float = 0.0) -> None:
            self.markers_work = MarkersWork("running", self._markers_column(), column, text, share)

        def progress(values: list[MarkersProgress]) -> None:
            if self._marker_job is job:
                with self._step():
                    show(values[-1].text, values[-1].share)

        def found(result: Markers | None, error: BaseException | None) -> None:
            if self._marker_job is not job:
                return
            with self._step():
                self._marker_job = None
                is_current = self._markers_are(of)
                if result is not None and not is_current:
                    self.notify(
                        f"The markers of {shown(column)} are not kept: it has changed meanwhile; "
                        "find them again.",
                        "warning",
                    )
                elif result is not None:
                    self._markers_of, self.marker_groups = of, result.groups
                    self.markers = with_genes(result.table, self.region_genes)
                    arguments = self._recorded_arguments("find_markers", recorded)
                    self._record.add("find_markers", arguments, keeps_redo=True)
                self._show_markers_work()
            if error is not None:
                self._notify_failure(error)

        def submit() -> None:
            self._marking.submit(job)

        job = Job("finding markers", lambda: steps, on_steps=progress, on_end=found)
        self._marker_job = job
        show()
        self._afterwards(submit)

    def _cancel_markers(self) -> None:
        job, self._marker_job = self._marker_job, None
        if job is not None and not self._marking.withdraw(job):
            job.stop()
        self._show_markers_work()

    @observe("weights_version", "counts_version", "markers", "training")
    def _follow_markers(self, change: Any) -> None:
        is_other = change.name.endswith("version") or self._is_learning()
        if self._marker_job is not None and is_other:
            self._cancel_markers()
            self.notify("Finding markers was cancelled: the model or the counts have changed.")
        self._show_markers_work()

    def _show_markers_work(self) -> None:
        if self._marker_job is not None:
            return
        if self.markers is None:
            self._say_markers(MarkersWork())
            return
        is_current = self._markers_are(self._markers_of) and not self._is_learning()
        state: Literal["final", "stale"] = "final" if is_current else "stale"
        self._say_markers(MarkersWork(state, self._markers_column()))

    def _say_markers(self, work: MarkersWork) -> None:
        if work != self.markers_work:
            self.markers_work = work

    def _markers_column(self) -> str:
        """Return the column of the table that is there."""
        return self._markers_of[0] if self.markers is not None and self._markers_of else ""

    def _markers_are(self, of: MarkersOf | None) -> bool:
        """Return whether markers are of the categories, weights and counts of now."""
        if of is None:
            return False
        column, key, *versions = of
        is_of_model = versions == [self._weights_now(), self.counts_version]
        return is_of_model and present_key(self.adata.obs, column) == key

    def _markers_restored(self, state: Mapping[str, Any]) -> None:
        """Tie the markers of a file to the weights and counts that came with them."""
        of = state.get("_markers_of")
        if of is not None and of[2] is None and of is self._markers_of:
            self._markers_of = (*of[:2], self._weights_now(), self.counts_version)
            self._name_marker_genes()
        self._look_at_categories()

    @observe("obs_columns", "colors")
    def _look_at_categories(self, _change: Any = None) -> None:
        """Look whether the table is of the categories that the column has now."""
        if self.adata is not None:
            self._show_markers_work()

    @observe("region_genes")
    def _name_marker_genes(self, _change: Any = None) -> None:
        if self.markers is not None:
            self.markers = with_genes(self.markers, self.region_genes)
