"""The markers part of a session: which regions mark each category of a column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from traitlets import observe

from ...engine.validate import whole
from ...errors import StageError
from ...files import write_whole
from ...jobs import Job, Steps
from ...paths import absolute_path
from ..annotating import with_genes
from ..base import Part, checked_draws
from ..comparison_steps import recorded_settings, settings_of
from ..marker_records import MarkersWork
from ..marker_steps import Markers, MarkersProgress, categories_to_compare, finding_markers
from ..verb import verb

N_SAMPLES = 5000  # draws a group, as of a comparison
N_TOP = 100  # regions of each category


class MarkerRegions(Part):
    """Which regions are more open in each category than in all other cells."""

    @verb("markers", first="column", work="finding markers", looks_at_results=True)
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
        rows are those of single comparisons, with the names in ``group1``.

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
            recorded = recorded_settings(settings, self)
            del recorded["donor"], recorded["stability"]
            self._cancel_markers()
            steps = finding_markers(model, names, codes, settings, n_top)
            self._begin_markers(column, steps, {"column": column, "n_top": n_top, **recorded})

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
            raise StageError("There are no markers yet; call find_markers(column) first.")
        path = absolute_path(path)
        write_whole(path, table.to_csv(index_label="region").encode(), overwrite=overwrite)
        self.notify(f"The markers are saved in {path}.")
        return path

    # -- inside ---------------------------------------------------------------------------------
    def _begin_markers(self, column: str, steps: Steps, recorded: dict[str, Any]) -> None:
        of = self._weights_now(), self.counts_version

        def progress(values: list[MarkersProgress]) -> None:
            if self._marker_job is job:
                with self._step():
                    newest = values[-1]
                    self.markers_work = MarkersWork("running", column, newest.text, newest.share)

        def found(result: Markers | None, error: BaseException | None) -> None:
            if self._marker_job is not job:
                return
            with self._step():
                self._marker_job = None
                if result is not None and of == (self._weights_now(), self.counts_version):
                    self.markers = with_genes(result.table, self.region_genes)
                    self.marker_groups, self._markers_of = result.groups, (column, *of)
                    arguments = self._recorded_arguments("find_markers", recorded)
                    self._record.add("find_markers", arguments, keeps_redo=True)
                self._show_markers_work()
            if error is not None:
                self._notify_failure(error)

        def submit() -> None:
            self._marking.submit(job)

        job = Job("finding markers", lambda: steps, on_steps=progress, on_end=found)
        self._marker_job = job
        self.markers_work = MarkersWork("running", column)
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
            self.markers_work = MarkersWork()
            return
        column, *of = self._markers_of or ("", 0, 0)
        now = [self._weights_now(), self.counts_version]
        is_current = of == now and not self._is_learning()
        self.markers_work = MarkersWork("final" if is_current else "stale", column)

    @observe("region_genes")
    def _name_marker_genes(self, _change: Any) -> None:
        if self.markers is not None:
            self.markers = with_genes(self.markers, self.region_genes)
