"""What is inside a line while it is drawn, and how the selected cells differ from the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from traitlets import observe

from ...engine.validate import number, whole
from ...errors import StageError
from ...jobs import Job, Steps
from ..base import Part, seed_of
from ..cell_sets import Mode
from ..looking_inside import Difference, cells_of_line, estimating, observed_of
from ..records import TopRegions

if TYPE_CHECKING:
    from ...engine.inside import OpenInside

# what decides an estimate by the model, besides cells and weights
SETTINGS = ("two_sided", "delta", "fdr_target", "batch_correction", "estimand", "level")


class Inside(Part):
    """In which regions cells differ from all others, live under the pen."""

    _counted: tuple[int, OpenInside] | None = None  # and the version of its counts
    _estimator: Job | None = None  # while it works
    _n_asked = 0  # questions about lines
    _n_ended = 0  # of these, up to here of lines that have ended
    _is_line_kept = False  # its cells are selected

    def look_inside(
        self,
        line: Sequence[Sequence[float]],
        *,
        radius: float = 0.0,
        mode: Mode = "new",
        question: int = 1,
    ) -> None:
        """Find in which regions the cells that a line would select differ most from all others.

        The selection stays as it is. The answer stands in ``drawn_regions`` a moment later: what
        is observed, without a model. Questions are answered one after the other:
        wait for an answer before the next question.

        Parameters
        ----------
        line
            [x, y] corners of a polygon in the coordinates of ``embedding``; with ``radius`` the
            path of a brush.
        radius
            That of the brush, in the same coordinates; 0 for a polygon.
        mode
            How the line would combine with the selection.
        question
            A number to know the answer by; from 1, as 0 stands for the selection.

        Raises
        ------
        StageError
            There are no counts, or no embedding.
        DataError
            ``radius`` is negative, or ``question`` is below 1. Later, as a notice: it is not a
            line.
        """
        with self.lock:
            adata, places, before = self._counts(), self.embedding, self.selection
            if not len(places):
                raise StageError("There is no embedding yet; preview() or train, embed and wait().")
            width = number("radius", radius, "0 or more", lambda value: value >= 0)
            question = whole("question", question, 1)
            version = self.counts_version
            self._n_asked += 1
            number_now, self._is_line_kept = self._n_asked, False

            def steps() -> Steps:
                yield "looking inside"
                cells = cells_of_line(places, line, width, before, mode)
                return observed_of(self._open_inside(adata, version), cells)

            def looked(found: Difference | None, error: BaseException | None) -> None:
                answer = TopRegions(question)  # every question is answered
                is_drawn = number_now > self._n_ended and version == self.counts_version
                if error is None and found is not None and is_drawn:
                    answer = found.named(question, self.regions, self.region_genes)
                with self._step():
                    self.drawn_regions = answer
                if error is not None:
                    self._notify_failure(error)

            self._pens.submit(Job("looking inside", steps, on_end=looked))

    def stop_looking(self, *, kept: bool = False) -> None:
        """Forget what was found inside the line that was drawn: ``drawn_regions`` becomes empty.

        Parameters
        ----------
        kept
            Whether its cells are selected now. Then ``drawn_regions`` becomes
            ``selected_regions`` when these are there, by the model where there is one: until
            other cells are selected, the groups change, a comparison starts or
            ``stop_looking()`` is called.
        """
        with self.lock:
            if not kept:
                self._end_line()
                return
            n_asked = self._n_asked

            def ended(_nothing: None, _error: BaseException | None) -> None:
                if self._n_asked == n_asked:  # else another line is drawn already
                    self._is_line_kept = True
                    self._list_selection()

            self._pens.submit(Job("ending the line", _no_steps, on_end=ended))

    # -- inside ---------------------------------------------------------------------------------
    def _open_inside(self, adata: Any, version: int) -> OpenInside:
        """Return the counts in the form in which lines ask; that is made once."""
        from ...engine.inside import OpenInside

        known = self._counted
        if known is None or known[0] != version:
            known = self._counted = version, OpenInside(adata.X)
        return known[1]

    @observe("counts_version")
    def _end_line(self, _change: Any = None) -> None:
        self._n_ended, self._is_line_kept = self._n_asked, False
        if self.drawn_regions.by:
            with self._step():
                self.drawn_regions = TopRegions()

    def _list_selection(self) -> None:
        """Let the selection's regions take the places of those inside the line that was kept."""
        if not self._is_line_kept or self._estimator is not None:
            return  # the model answers soon
        if not self.selected_regions.by:
            self._end_line()
        elif self.drawn_regions != self.selected_regions:
            with self._step():
                self.drawn_regions = self.selected_regions

    @observe("idx1", "idx2", "da_state")
    def _make_room_for_table(self, change: Any) -> None:
        if self._is_line_kept and (change.name != "da_state" or change.new == "waiting"):
            self._end_line()

    @observe("selection", "counts_version", "weights_version", "region_genes")
    def _describe_again(self, _change: Any) -> None:
        self._forget_description()
        self._follow_selection()

    @observe("live_regions", "training", *SETTINGS)
    def _follow_selection(self, _change: Any = None) -> None:
        self._afterwards(self._describe_selection)  # when all of them fit each other

    def _describe_selection(self) -> None:
        cells, n_cells, adata = self.selection, self.n_cells, self.adata
        question = {name: getattr(self, name) for name in SETTINGS}
        question["level"] = None if self.level == "auto" else self.level
        model = self.model if self._has_weights() and not self._is_learning() else None
        has_model = model is not None
        key = (self.counts_version, id(cells), has_model, self._weights_now(), *question.values())
        if key == self._described or not self.live_regions:
            return
        self._forget_description()
        self._described = key
        if not 0 < len(cells) < n_cells:
            return

        def steps() -> Steps:
            yield "looking at the selection"
            if self._described != key:
                return None  # other cells are selected now
            return observed_of(self._open_inside(adata, key[0]), cells)

        def estimate() -> None:
            draws = estimating(model, cells, n_cells, question | {"seed": seed_of(None)})
            self._estimator = Job("estimating", lambda: draws, on_end=estimated)
            self._looks.submit(self._estimator)

        def estimated(found: Difference | None, error: BaseException | None) -> None:
            if self._described == key:
                self._estimator = None
            looked(found, error)

        def looked(found: Difference | None, error: BaseException | None) -> None:
            if self._described != key:
                return
            if error is not None:
                self._described = None
                self._notify_failure(error)
            elif found is not None:
                with self._step():
                    self.selected_regions = found.named(0, self.regions, self.region_genes)
                if found.by == "observed" and model is not None:
                    estimate()
            self._list_selection()

        self._pens.submit(Job("looking at the selection", steps, on_end=looked))

    def _forget_description(self) -> None:
        self._described = None
        if self.selected_regions.by:
            self.selected_regions = TopRegions()
        if self._is_line_kept:
            self._end_line()
        job, self._estimator = self._estimator, None
        if job is not None and not self._looks.withdraw(job):
            job.stop()


def _no_steps() -> Steps:
    yield "ending the line"
