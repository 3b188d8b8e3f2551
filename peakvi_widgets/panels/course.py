"""The course panel: what to do next, whether it is done, and hints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from traitlets import Unicode

from ..arguments import MaxLength
from ..course import Course, Step, Student, blocks_of, summary_page
from ..course.conditions import LOOKED_AT
from ..errors import PeakVIError
from ..session import Session
from ..session.opening import Source
from ..wire import Record, Rows
from ._panel import STATIC, Panel

NOTHING = Course("", "", "", (Step("", ""),))


@dataclass(frozen=True, slots=True)
class CourseStep:
    """A step in the list of all."""

    name: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """The step that is shown.

    Attributes
    ----------
    step
        Its place, counted from 0.
    body
        Its text, as JSON of `blocks_of`; for the first step after what the course is about.
    is_done, is_read
        Whether it was fulfilled once; whether there is nothing to fulfil.
    missing
        What it still needs, in a sentence; empty before a check, and if nothing.
    hint
        The newest hint.
    question, answer
        What is asked and what the student wrote.
    button
        ``data-testid`` of the control to highlight, or empty.
    """

    step: int = 0
    body: str = "[]"
    is_done: bool = False
    is_read: bool = False
    missing: str = ""
    hint: str = ""
    question: str = ""
    answer: str = ""
    button: str = ""


@dataclass(frozen=True, slots=True)
class SummaryPage:
    """A page to hand in; number 0 before the first."""

    number: int = 0
    name: str = ""
    html: str = ""


class CoursePanel(Panel):
    """The steps of a course; see `peakvi_widgets.workshop`.

    Parameters
    ----------
    source
        As of any panel.
    student
        Who works on which course.
    on_progress
        Called with the student after each change of what is done.

    Attributes
    ----------
    student
        How far the student is.
    """

    _esm = STATIC / "course.js"
    _css = STATIC / "theme.css"

    course_title = Unicode().tag(sync=True)
    steps = Rows(CourseStep)
    lesson = Record(Lesson, Lesson())
    page = Record(SummaryPage, SummaryPage())

    def __init__(
        self,
        source: Session | Source | None = None,
        *,
        student: Student | None = None,
        on_progress: Callable[[Student], None] = lambda _student: None,
        **traits: Any,
    ) -> None:
        self.student = student or Student(NOTHING)
        self._on_progress, self._reported = on_progress, (-1, -1, -1)
        self._arrivals: dict[int, tuple[Any, ...]] = {}
        super().__init__(source, **traits)
        with self.session.lock:
            self.session.observe(self._look, names=list(LOOKED_AT))
            self._look()

    def close(self) -> None:
        """Close the panel on every page and release the session, which stays open."""
        if self._joined:
            with self.session.lock:
                self.session.unobserve(self._look, names=list(LOOKED_AT))
        super().close()

    def go_to(self, step: int) -> None:
        """Show another step, counted from 0."""
        with self.session.lock:
            self.student.go_to(step)
            self._look()

    def on_go_to_step(self, step: int) -> None:
        """Show another step."""
        self.go_to(step)

    def on_check(self) -> None:
        """Show what is missing; failed checks unlock hints."""
        self._show(self.student.check(self.session))

    def on_answer(self, text: Annotated[str, MaxLength(10_000)]) -> None:
        """Keep what the student wrote."""
        self.student.answer(text)
        self._look()

    def on_start_again(self, step: int) -> None:
        """Restart a step with the selection, groups and coloring that it began with."""
        version, selection, idx1, idx2, color_by = self._arrivals.get(step, (None,) * 5)
        if version == self.session.counts_version:
            self.session.selection, self.session.color_by = selection, color_by
            self.session.idx1, self.session.idx2 = idx1, idx2
        else:
            self.session.notify(
                "The cells have changed since this step began; the groups were not restored."
            )
        self.student.start_again(step)  # only now: the groups may have been those of a later step
        for later in [later for later in self._arrivals if later > step]:
            del self._arrivals[later]
        self._look()

    def on_hand_in(self) -> None:
        """Make the page that the student hands in; the browser saves it."""
        name = re.sub(r"[\W_]+", "_", f"{self.student.course.title}_{self.student.name}")
        html = summary_page(self.student, self.session)
        self.page = SummaryPage(self.page.number + 1, f"{name.strip('_')[:80]}.html", html)

    def _look(self, _change: Any = None) -> None:
        """See whether the step is done now; what is missing is said only when it is asked for."""
        session, step = self.session, self.student.step
        if step not in self._arrivals:
            self._arrivals[step] = (
                session.counts_version,
                np.array(session.selection),
                np.array(session.idx1),
                np.array(session.idx2),
                session.color_by,
            )
        missing = self.student.look(session)
        is_new_step = self.lesson.step != step
        self._show(missing if self.lesson.missing and not is_new_step else "")

    def _show(self, missing: str) -> None:
        student, course, step = self.student, self.student.course, self.student.now
        self.course_title = course.title
        self.steps = tuple(
            CourseStep(one.name, done) for one, done in zip(course.steps, student.done, strict=True)
        )
        text = f"{course.intro}\n\n{step.text}" if student.step == 0 else step.text
        self.lesson = Lesson(
            student.step,
            json.dumps(blocks_of(text)),
            student.done[student.step],
            student.is_read,
            missing,
            student.hint,
            step.question,
            student.answers[student.step],
            step.button,
        )
        now = student.step, student.n_done, sum(student.tries)
        if now != self._reported:
            self._reported = now
            try:
                self._on_progress(student)
            except PeakVIError as error:  # such as a folder that is gone: the lesson goes on
                self.session.notify(str(error), "warning")
