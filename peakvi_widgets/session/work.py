"""What all parts of a session stand on: one lock, one queue of work, one record, one notice."""

from __future__ import annotations

import inspect
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any, ClassVar

from traitlets import TraitError

from ..arguments import one_line
from ..errors import PeakVIError
from ..jobs import Dropped, Job, Queue, Steps
from .atomic import Work
from .history.record import Record
from .history.script import GrowingScript
from .log import MOST, LogEntry, report
from .records import Level, Notice, Task
from .state import State
from .verb import VERBS, Verb, lasting_work, undo_label


class SessionBase(State):
    """Lock, queue, record and notices; knows nothing of cells and regions.

    Attributes
    ----------
    lock
        Held by every verb and every delivery, never while computing. Take it to change several
        traits at once.
    """

    more_state: ClassVar[tuple[str, ...]] = ("_recorded", "_queued")
    of_step: ClassVar[frozenset[str]] = frozenset({"_recorded", "_queued"})

    _telling_of_observer = False

    def __init__(self, **traits: Any) -> None:
        self.lock = threading.RLock()
        self._notices = count(1)
        self._work = Queue(self.lock, on_change=self._show_task, keeping=lasting_work())
        self._record = Record(on_change=self._show_record)
        self._script = GrowingScript()
        self._undo_asked: int | None = None
        self._doubts: list[str] = []  # what whoever waits without a screen must be told
        super().__init__(**traits)
        self._show_record()

    # -- long work ------------------------------------------------------------------------------
    def wait(self) -> None:
        """Block until all verbs have ended; Ctrl-C stops softly.

        Raises
        ------
        PeakVIError
            The first error since the queue was last empty.
        """
        try:
            self._work.wait()
        finally:
            doubts, self._doubts = self._doubts, []
            for doubt in doubts:
                warnings.warn(doubt, stacklevel=2)

    def halt(self) -> None:
        """Give up the opening, filtering, embedding or clustering that runs, at its next step.

        What it would have changed stays as it was. ``stop()`` ends a training, ``cancel()`` a
        comparison.
        """
        with self.lock:
            job = self._work.running
            if job and self.task.can_halt:
                job.stop()
                self.task = replace(self.task, text="stopping", can_halt=False)
                what = job.name[0].upper() + job.name[1:]
                self.tell(f"{what} was cancelled; nothing changed.")

    def cancel_all(self) -> None:
        """Stop what runs, as soon as it can be, and drop what waits; saving goes on."""
        self._work.cancel(keeping=lasting_work())

    def _submit(
        self,
        name: str,
        begin: Callable[[], Steps],
        *,
        on_steps: Callable[[list[Any]], None] = lambda _: None,
        on_end: Callable[[Any], bool | None] = lambda _result: None,
        on_error: Callable[[BaseException], None] = lambda _error: None,
        arguments: Mapping[str, Any] | None = None,
        by_itself: bool = False,
    ) -> Work:
        """Queue one piece of long work.

        ``begin``, ``on_steps`` and ``on_end`` change the state in one step each: all of it or, when
        they raise, nothing. When the work fails, at whatever point, all that it has changed is put
        back, the error becomes a notice and ``wait()`` raises it.

        Parameters
        ----------
        name
            The verb, or what is done in a word ("looking up") where it is none.
        begin
            Checks what the work needs and returns its generator.
        on_steps
            Takes what the generator has yielded since the last call.
        on_end
            Takes the result; None when the work was stopped. It returns False when the work came
            to nothing.
        on_error
            Called after an error of the work itself, when all has been put back.
        arguments
            What the record holds of it; None when it is not recorded, or not here. It is recorded
            when its turn has come and ``begin`` found nothing wrong, moves to the end when it has
            taken effect, and is removed when it failed or came to nothing.
        by_itself
            As for the record.
        """
        verb = VERBS.get(name, Verb(name, name, work=name))

        def checked_begin() -> Steps:
            job.delivery_failed = True
            try:
                with self._step(job):
                    steps = begin()
                    if arguments is not None:
                        told = self._told(name, arguments)
                        job.could_redo = self._record.undone
                        job.entry = self._record.add(name, told, by_itself=by_itself)
            except PeakVIError:
                job.delivery_failed = False  # the work cannot be done: not a fault of the session
                raise
            job.delivery_failed = False
            return steps

        def deliver(values: list[Any]) -> None:
            try:
                with self._step(job):
                    on_steps(values)
            except BaseException:
                job.delivery_failed = True
                raise

        def end(result: Any, error: BaseException | None) -> None:
            if error is not None:
                self._fail(job, error, on_error)
                return
            entry = job.entry
            try:
                with self._step(job):
                    before = self._snapshot() if verb.starts_over else None
                    took_effect = on_end(result)
                    settled = entry
                    if entry is not None and took_effect is False:
                        self._record.take_out(entry)
                    elif entry is not None:
                        settled = self._record.settle(entry, before=before)
                        self._after_verb(name)
                job.entry = settled  # not before: a step that fails puts the record back
            except BaseException as raised:
                job.delivery_failed, job.entry = True, entry  # the record is as it was before
                self._fail(job, raised, on_error)
                raise
            finally:
                job.changed = {}  # it holds on to what was there before

        job = Work(verb.work, checked_begin, on_steps=deliver, on_end=end)
        job.can_halt, job.by_itself = verb.can_halt, by_itself
        with self._step(job):
            self._work.submit(job)
        return job

    def _fail(
        self, job: Work, error: BaseException, on_error: Callable[[BaseException], None]
    ) -> None:
        """Put back all that a job has changed, and say why."""
        try:
            job.undo()
            with self._step():
                self._take_back(job)
                if job.entry is not None:
                    self._record.remove(job.entry, undone=job.could_redo)
                self._settle(job)
                if not job.delivery_failed and not isinstance(error, Dropped):
                    on_error(error)
        finally:
            self._tell_failure(error)

    def _settle(self, job: Work | None = None) -> None:
        """Make what follows from other state follow from it again; each part adds its own.

        Parameters
        ----------
        job
            One that has just failed.
        """

    def _is_queued(self, job: Job | None, ended: Job | None = None) -> bool:
        """Tell whether a job runs or is in the queue."""
        queued = {self._work.running, *self._work.waiting} - {None, ended}
        return job in queued

    # what a step puts back besides traits
    @property
    def _queued(self) -> tuple[Job, ...]:
        return self._work.waiting

    @_queued.setter
    def _queued(self, jobs: tuple[Job, ...]) -> None:
        self._work.waiting = jobs

    @property
    def _recorded(self) -> tuple[Any, ...]:
        return self._record.entries, self._record.undone

    @_recorded.setter
    def _recorded(self, recorded: tuple[Any, ...]) -> None:
        self._record.entries, self._record.undone = recorded

    def _tell_failure(self, error: BaseException) -> None:
        if isinstance(error, Dropped):
            return
        if isinstance(error, PeakVIError):
            self.tell(str(error), "error", error)
        else:
            self.tell(
                f"{type(error).__name__}: {error}. This is a fault of peakvi_widgets; "
                "the log has a report of it.",
                "error",
                error,
            )

    def _show_task(self) -> None:
        job, waiting = self._work.running, len(self._work.waiting)
        name = job.name if job else ""
        if name == self.task.name:
            self.task = replace(self.task, waiting=waiting)
        else:
            can_halt = isinstance(job, Work) and job.can_halt
            self.task = Task(name, waiting=waiting, can_halt=can_halt)

    def _progress(self, text: str, progress: float = -1.0) -> None:
        """Say how far the running verb has come."""
        self.task = replace(self.task, text=text, progress=progress)

    # -- notices --------------------------------------------------------------------------------
    def tell(self, text: str, level: Level = "info", error: BaseException | None = None) -> None:
        """Show one sentence to whoever looks at a screen, and keep it in the log.

        Parameters
        ----------
        text, level
            What happened and what to do, and how bad it is.
        error
            What failed, where a report of it may help.
        """
        with self.lock:
            if self._open_step is not None:  # it is shown when what it speaks of is complete
                self._open_step.afterwards.append(lambda: self.tell(text, level, error))
                return
            number, text = next(self._notices), one_line(text)
            told = report(error, self._record.entries) if error else ""
            self._keep_log((*self.log_entries, LogEntry(number, level, text, told))[-MOST:])
            self.notice = Notice(number, level, text)

    @property
    def script(self) -> str:
        """The Python that does the same; ``code()`` returns it."""
        return "".join(self.script_parts)

    @property
    def log(self) -> tuple[LogEntry, ...]:
        """All notices that are kept, the newest last."""
        return tuple(self.log_entries)

    def clear_log(self) -> None:
        """Forget all notices."""
        with self.lock:
            self._keep_log(())

    def _keep_log(self, log: tuple[LogEntry, ...]) -> None:
        self.log_entries, self.n_notices = log, len(log)

    def _doubt(self, text: str) -> None:
        """Show a warning, and let ``wait()`` give it to whoever has no screen."""
        self.tell(text, "warning")
        self._afterwards(lambda: self._doubts.append(text))

    def _observer_failed(self, name: str, error: Exception) -> None:
        """Show that an observer raised, unless it observes the notices themselves."""
        if self._telling_of_observer or name in ("notice", "log_entries", "n_notices"):
            return
        self._telling_of_observer = True
        try:
            self.tell(
                f"An observer of session.{name} raised {type(error).__name__}: {error!s:.100}; "
                "correct it or unobserve it. The log has a report.",
                "error",
                error,
            )
        finally:
            self._telling_of_observer = False

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Turn an error that is meant for the user into a notice; let all others through, told."""
        try:
            yield
        except (PeakVIError, TraitError) as error:
            self.tell(str(error), "error")
        except Exception as error:
            self._tell_failure(error)
            raise

    # -- record ------------------------------------------------------------------------------------
    def _after_verb(self, verb: str) -> None:
        """Complete the record when a long verb has taken its place in it."""

    def _snapshot(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.undo_names()}

    def _restore(self, state: Mapping[str, Any]) -> None:
        for name, value in state.items():
            if self.has_trait(name):
                self.set_trait(name, value)
            else:
                setattr(self, name, value)

    def _note(
        self, verb: str, arguments: Mapping[str, Any], before: Mapping[str, Any], comment: str = ""
    ) -> None:
        """Put what was done at once, and can be undone alone, into the record."""
        after = {name: getattr(self, name) for name in before}
        told = self._told(verb, arguments)
        self._record.add(verb, told, before=before, after=after, comment=comment)

    def _told(self, verb: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Leave out what is a default of the verb anyway."""
        defaults = inspect.signature(getattr(type(self), verb)).parameters
        return {
            name: value
            for name, value in arguments.items()
            if name not in defaults or not _same(defaults[name].default, value)
        }

    def _show_record(self) -> None:
        self.script_parts = self._script.parts(self._record.entries)
        entry = self._record.undoable
        self.undo_label = undo_label(entry.verb) if entry else ""
        undone = self._record.redoable
        self.redo_label = undo_label(undone.verb) if undone else ""


def _same(default: Any, value: Any) -> bool:
    return type(default) is type(value) and bool(default == value)
