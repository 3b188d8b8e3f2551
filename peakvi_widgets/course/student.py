"""How far a student is in a course, and what the student wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..arguments import one_line
from ..errors import DataError
from .conditions import CONDITIONS
from .course_file import Course, Step

if TYPE_CHECKING:
    from ..session import Session

TRIES_A_HINT = 2  # failed checks before the next hint is shown
MAX_ANSWER = 10_000  # characters
MAX_NAME = 80


@dataclass(slots=True)
class Student:
    """A student at work on a course.

    Attributes
    ----------
    course
        The course.
    name
        Of the student; may be empty.
    step
        The step that is shown, counted from 0.
    done
        Which steps were fulfilled once.
    tries
        Number of failed checks of each step.
    answers
        What the student wrote at each step.
    """

    course: Course
    name: str = ""
    step: int = 0
    done: list[bool] = field(init=False)
    tries: list[int] = field(init=False)
    answers: list[str] = field(init=False)

    def __post_init__(self) -> None:
        n_steps = len(self.course.steps)
        self.name = one_line(self.name, MAX_NAME)
        self.done, self.tries, self.answers = [False] * n_steps, [0] * n_steps, [""] * n_steps

    @property
    def now(self) -> Step:
        """The step that is shown."""
        return self.course.steps[self.step]

    @property
    def is_read(self) -> bool:
        """Whether the step that is shown is only read: there is nothing to fulfil."""
        return not self.now.conditions and not self.now.question

    @property
    def n_done(self) -> int:
        """Number of steps that were fulfilled."""
        return sum(self.done)

    @property
    def hint(self) -> str:
        """The newest hint to the step that is shown, earned by tries; empty before."""
        hints = self.now.hints
        earned = min(self.tries[self.step] // TRIES_A_HINT, len(hints))
        return "" if self.done[self.step] or not earned else hints[earned - 1]

    def missing(self, session: Session) -> str:
        """Return what the step that is shown still needs, in a sentence; empty if nothing."""
        for words, value in self.now.conditions:
            if missing := CONDITIONS[words].missing(session, value):
                return missing
        if self.now.question and not self.answers[self.step].strip():
            return "Write an answer to the question."
        return ""

    def look(self, session: Session) -> str:
        """Mark the step that is shown as done if it is, and return what is missing."""
        missing = self.missing(session)
        if not missing and not self.is_read:
            self.done[self.step] = True
        return missing

    def check(self, session: Session) -> str:
        """Check the step on request; failed checks unlock hints."""
        missing = self.look(session)
        if missing and not self.done[self.step]:
            self.tries[self.step] += 1
        return missing

    def go_to(self, step: int) -> None:
        """Show another step; one that is only read is done when it is left, the last at once.

        Raises
        ------
        DataError
            It is not a step of the course.
        """
        if not 0 <= step < len(self.course.steps):
            raise DataError(f"{step + 1} is not a step; the course has {len(self.done)}.")
        if step > self.step and self.is_read:
            self.done[self.step] = True
        self.step = step
        if step == len(self.done) - 1 and self.is_read:
            self.done[step] = True

    def answer(self, text: str) -> None:
        """Keep what the student wrote at the step that is shown."""
        if len(text) > MAX_ANSWER:
            raise DataError(f"An answer has at most {MAX_ANSWER:,} characters; shorten it.")
        self.answers[self.step] = text

    def start_again(self, step: int) -> None:
        """Go back to a step and forget what was done from there on; answers stay."""
        self.go_to(step)
        for later in range(step, len(self.done)):
            self.done[later], self.tries[later] = False, 0
