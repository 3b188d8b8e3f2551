"""The comparison part of a session: differential accessibility of the two groups, live."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal

from traitlets import TraitError, observe, validate

from ...arguments import listed, shown
from ...data.obs_differences import ObsDifference as ObsDifference
from ...engine.check import Check as Check  # for the panels
from ...engine.da_columns import DA_COLUMNS as DA_COLUMNS
from ...engine.da_columns import GENE_COLUMNS as GENE_COLUMNS
from ...engine.donor_check import DonorCheck as DonorCheck
from ...engine.group_warnings import GroupWarning as GroupWarning
from ...engine.metrics import Comparison as Progress
from ...engine.region_order import by_evidence
from ...engine.stability_check import StabilityCheck as StabilityCheck
from ...errors import StageError
from ...jobs import Job, Steps
from ..annotating import with_genes
from ..atomic import Work
from ..base import Part, checked_draws, seed_of
from ..columns import has_column
from ..comparison_steps import (
    DONOR_COLUMNS,
    Found,
    comparing,
    recorded_settings,
    redrawing,
    settings_of,
)
from ..finished import Finished, FinishedComparisons, plain_key
from ..history.record import Entry
from ..records import Settings
from ..verb import VERBS, verb

if TYPE_CHECKING:
    from ...engine.stability import Stability

MAX_DELTA = 1000  # far beyond any difference of probabilities or of their log2
N_SAMPLES = 5000  # draws a group of the final table, as in scvi-tools

ASKED = (  # the settings of a comparison
    *(
        "two_sided",
        "delta",
        "fdr_target",
        "batch_correction",
        "estimand",
        "level",
        "donor",
        "stability",
    ),
)
CURRENT = ("running", "estimate", "final")  # of which the same need not be asked for again


class Comparison(Part):
    """Which regions differ between group 1 and group 2."""

    def __init__(self, **traits: Any) -> None:
        self._finished = FinishedComparisons()
        super().__init__(**traits)

    @verb("compare", work="comparing", yields_to_undo=True, replaces=lambda _verb: True)
    def compare(
        self,
        *,
        two_sided: bool | None = None,
        delta: float | None = None,
        fdr_target: float | None = None,
        batch_correction: bool | None = None,
        estimand: Literal["difference", "log2"] | None = None,
        level: Literal["auto", "group", "cell"] | None = None,
        donor: str | None = None,
        stability: bool | None = None,
        n_samples: int = N_SAMPLES,
        seed: int | None = None,
    ) -> None:
        """Compare group 1 with group 2; ``da_result`` gets better until it is final. Long.

        What is not given stays as the trait of the same name says. A comparison that runs already
        with the same groups and settings goes on; one with others is cancelled.

        Raises
        ------
        TraitError
            A setting of the session is invalid, or ``donor`` is not a column of categories.
        DataError
            ``n_samples`` or ``seed`` is not a whole number that can be used.
        StageError
            From ``wait()``: nothing is trained, or a group is empty.
        """
        given = {
            "two_sided": two_sided,
            "delta": delta,
            "fdr_target": fdr_target,
            "batch_correction": batch_correction,
            "estimand": estimand,
            "level": level,
            "donor": donor,
            "stability": stability,
        }
        n_samples, seed = checked_draws(n_samples, seed)
        with self._step():
            for name, value in given.items():
                if value is not None:
                    self.set_trait(name, value)
            self._compare(n_samples, seed)

    def cancel(self) -> None:
        """Cancel the running comparison, or the redraws of it; the present table stays."""
        with self._step():
            self._stop_redraws()
            if self._comparer and self._cancel_comparison():
                self.da_state = "cancelled"

    # -- inside ---------------------------------------------------------------------------------
    def _compare(self, n_samples: int, seed: int, *, automatic: bool = False) -> None:
        settings = settings_of(self, n_samples, seed)
        is_there = self._key(settings) == self._compared and self.da_state in CURRENT
        if is_there and not self._changes_soon():
            return
        self._cancel_comparison()
        known: list[Finished] = []

        def begin() -> Steps:
            model = self._trained()
            self._compared = self._key(settings)
            empty = [n for n in (1, 2) if not len(getattr(self, f"idx{n}"))]
            if empty:
                raise StageError(
                    f"Group {' and '.join(map(str, empty))} is empty; select cells for it first."
                )
            self.da_state, self.da_progress = "running", 0.0
            adata = self._counts()
            obs = adata.obs.copy(deep=False)
            known.extend(self._known_comparisons(settings))
            plain = known[0].progress if known else None
            steps = comparing(model, adata.X, obs, self.idx1, self.idx2, settings, plain)
            return self._with_counts_checked(adata, steps)

        def ended(_result: Any) -> bool:
            if self._comparer is not job:
                return False  # another one has taken its place
            self._comparer = None
            if self.da_state == "final":
                if not self._is_current():  # the model was trained meanwhile
                    self.da_state = "stale"
                self._redraw_if_asked()
                return True
            self._compared = None
            self.da_state = "cancelled"
            return False

        def failed(_error: BaseException) -> None:
            if self._comparer is None:
                self.da_state = "failed"

        self.da_state = "waiting"
        job = self._comparer = self._submit(
            "compare",
            begin,
            on_steps=lambda values: self._on_comparison(job, settings, values, known),
            on_end=ended,
            on_error=failed,
            arguments=recorded_settings(settings, self),
            automatic=automatic,
        )

    def _known_comparisons(self, settings: Settings) -> list[Finished]:
        """Return the comparison that differs only in what is added to it, if there is one."""
        key = plain_key(self._key(settings))
        kept = self._finished.get(key)
        if kept is None and self._is_shown(key):  # it is of a file
            table = self.da_columns.drop(columns=[*DONOR_COLUMNS, "stability"], errors="ignore")
            kept = Finished(Progress(table, self.da_n_samples, 1.0, True, self.da_check))
        return [kept] if kept else []

    def _is_shown(self, plain: Any) -> bool:
        return self._shown is not None and plain_key(self._shown) == plain

    def _changes_soon(self) -> bool:
        """Tell whether work that is queued will change what is compared."""
        delivering = [job for job, _ in self._open_step.jobs] if self._open_step else []
        jobs = (self._work.running, *self._work.waiting)
        queued = {job.name for job in jobs if job and job not in delivering}
        return any(verb.remakes_model and verb.work in queued for verb in VERBS.values())

    def _on_comparison(
        self, job: Work, settings: Settings, values: list[Found], known: list[Finished]
    ) -> None:
        if self._comparer is not job:
            return
        newest = values[-1]
        tables = [value.progress for value in values if value.progress.table is not None]
        self.da_progress = newest.progress.progress
        self._progress(newest.title, self.da_progress)
        best = tables[-1] if tables else None
        is_old = self.da_state == "estimate" and best and best.n_samples == self.da_n_samples
        if best and best.table is not None and (best.is_final or not is_old):
            table = best.table
            redraws = known[0].stability if known and settings.stability else None
            if redraws is not None:
                table = table.assign(stability=redraws.shares)
            self.da_columns = table
            self.da_result = with_genes(by_evidence(table), self.region_genes)
            self.da_n_samples, self.da_title = best.n_samples, newest.title
            self.da_settings, self.da_check = settings, best.check
            self.da_warnings, self.da_differences = newest.warnings, newest.differences
            self.da_donors, self.da_donor_rates = newest.donors, newest.donor_rates
            self.da_stability = redraws.check if redraws is not None else None
            self.da_from_before = False
            self._table_of = self._compared
            if best.is_final:
                key = plain_key(self._compared)
                self.da_from_before = bool(known) and not self._is_shown(key)
                self._finished.keep(key, newest.plain)
            self.da_state = "final" if best.is_final else "estimate"
            self._shown = self._compared if best.is_final else None

    def _redraw_if_asked(self) -> None:
        """Begin the redraws of the final table, beside all other work."""
        of = self.da_settings
        if not self.stability or self.da_state != "final" or self.da_stability or of is None:
            return
        self._stop_redraws()
        key, table, model = self._shown, self.da_columns, self._trained()
        steps = redrawing(model, table, self.idx1, self.idx2, of)

        def redrawn(found: Stability | None, error: BaseException | None) -> None:
            if self._redraws is not job:
                return
            self._redraws = None
            if self._shown != key or not self._is_current() or self.da_columns is not table:
                return
            try:
                if error:
                    raise error
                if found is None or found.check is None:  # stopped
                    return
                self._finished.add_stability(plain_key(key), found)
                with self._step():
                    self.da_columns = table.assign(stability=found.shares)
                    self.da_result = with_genes(by_evidence(self.da_columns), self.region_genes)
                    self.da_stability = found.check
            except Exception as raised:  # noqa: BLE001 - no verb waits for redraws
                self._notify_failure(raised)

        def submit() -> None:
            self._checks.submit(job)

        job = self._redraws = Job("redrawing", lambda: steps, on_end=redrawn)
        self._afterwards(submit)

    def _stop_redraws(self) -> None:
        job, self._redraws = self._redraws, None
        if job is not None and not self._checks.withdraw(job):
            job.stop()

    def _cancel_comparison(self) -> bool:
        """Stop the comparison that runs or waits; say whether there was one."""
        self._stop_redraws()
        job, self._comparer, self._compared = self._comparer, None, None
        if job is None:
            return False
        if not self._work.withdraw(job):
            job.stop()
        if job.entry is not None:
            self._record.discard(job.entry)
        return True

    @observe(*ASKED, "live")
    def _follow_settings(self, _change: Any) -> None:
        if not self._in_step:
            self._update_comparison()

    def _update_comparison(self) -> None:
        """Mark the table as stale, or compare again if the comparison is live."""
        if self._is_current() and not self._changes_soon():
            self._cancel_comparison()
            self._compared, self.da_state = self._shown, "final"
            self._redraw_if_asked()
            return
        has_groups = len(self.idx1) and len(self.idx2)
        if self.live and has_groups and self._has_weights() and not self._is_learning():
            self._compare(N_SAMPLES, seed_of(None), automatic=True)
            return
        if self._comparer in self._work.waiting:
            return  # it was asked for, and looks at groups and model when its turn comes
        self._cancel_comparison()
        self.da_state = "none" if self.da_result is None else "stale"

    @observe("weights_version", "counts_version")
    def _mark_as_stale(self, _change: Any = None) -> None:
        self._stop_redraws()
        if self._comparer is None and self.da_state != "none":
            self.da_state = "none" if self.da_result is None else "stale"

    def _is_current(self) -> bool:
        """Return whether the table is what a comparison would return now."""
        return self._is_of_now(self._shown)

    # -- reactions ------------------------------------------------------------------------------
    def _forget_table(self) -> None:
        """Cancel a comparison of the former model, unless it waits for the next one."""
        job = self._comparer
        if job in self._work.waiting and not job.automatic:
            self.da_state = "waiting"
        else:
            self._cancel_comparison()

    def _comparison_before_undo(self, entry: Entry) -> None:
        if entry.regroups or VERBS[entry.verb].starts_over:
            self._cancel_comparison()  # it is started again for the state after the undo

    def _comparison_after_undo(self, changed: Collection[str]) -> None:
        if not {"idx1", "idx2", "model"}.isdisjoint(changed):
            self._update_comparison()

    def _table_restored(self, state: Mapping[str, Any]) -> None:
        if state.get("da_state") == "final" and "_shown" not in state and self.da_settings:  # file
            of = self.da_settings
            key = self._key(settings_of(self, of.n_samples, of.seed))
            self._shown = self._compared = self._table_of = key

    def _comparison_after_failure(self, job: Work) -> None:
        if not self._is_queued(self._comparer, job):
            self._comparer = self._compared = None
        if self._comparer is not None:
            return
        if self.da_result is None:
            self.da_state = "none"
        elif self._is_current():
            self._compared, self.da_state = self._shown, "final"
        elif self.da_state in ("waiting", "running", "estimate"):
            self.da_state = "cancelled"
        elif self.da_state == "final":
            self.da_state = "stale"

    @validate("donor")
    def _is_column(self, proposal: Any) -> str | None:
        name: str | None = proposal.value
        if name is None or self.adata is None:
            return name
        if has_column(self.adata.obs, name):
            self._follow_column(name)
        known = [column.name for column in self.obs_columns if column.kind == "category"]
        if name not in known:
            raise TraitError(
                f"obs has no column of categories {shown(name)}; it has {listed(known)}."
            )
        return name

    @validate("fdr_target")
    def _is_share(self, proposal: Any) -> float:
        if not 0 < proposal.value < 1:
            raise TraitError(f"fdr_target is {proposal.value:g}; use a number between 0 and 1.")
        return float(proposal.value)

    @validate("delta")
    def _is_change(self, proposal: Any) -> float:
        if not 0 <= proposal.value <= MAX_DELTA:
            raise TraitError(
                f"delta is {proposal.value:g}; use a number from 0 to {MAX_DELTA}, such as 0.05."
            )
        return float(proposal.value)
