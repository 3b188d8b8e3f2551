"""The lock, the queue of long work and the record that all parts of a session share."""

from __future__ import annotations

import inspect
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal

from ..errors import PeakVIError
from ..jobs import Dropped, Job, Queue, Steps
from ..kernel import request
from ..progress import TaskBar
from .atomic import Work
from .history.record import Record
from .history.script import GrowingScript
from .notices import Notices
from .records import Task
from .slots import Slots, slots_of
from .state import State
from .verb import VERBS, Verb, lasting_work, undo_label

# What parts of a session react to; `Session.reactions` lists who does, in order.
Event = Literal[
    "cells", "columns", "model", "learning", "epoch map", "no epoch", "weights", "places", "groups",
    "layer", "basis", "basis gone",
    "opened", "preview", "previewed", "looking",
    "before undo", "undoing", "restored", "after undo", "undone",
    "verb", "failure", "saved",
]  # fmt: skip
Reaction = Callable[..., None]


class SessionBase(Notices, State):
    """Lock, queue and record; knows nothing of cells and regions.

    Attributes
    ----------
    lock
        Held by every verb and every delivery, never while computing. Take it to change several
        traits at once.
    """

    reactions: ClassVar[Mapping[Event, tuple[Reaction, ...]]] = {}

    def __init__(self, **traits: Any) -> None:
        self.lock = threading.RLock()
        self._work = Queue(self.lock, on_change=self._show_task, keeping=lasting_work())
        self._saves = Queue(self.lock, keeping=lasting_work())  # during training, beside it
        self._pens = Queue(self.lock)  # lines that are being drawn, beside all other work
        self._looks = Queue(self.lock)  # small questions to the model, beside long work
        self._at_hand = (self._pens, self._looks)
        # what is added to a result, and marker regions, beside all other work
        self._checks = Queue(self.lock, gives_way_to=self._at_hand)
        self._marking = Queue(self.lock, gives_way_to=self._at_hand)
        self._previews = Queue(self.lock)  # maps before any training, beside all other work
        self._derived = Queue(self.lock)  # what follows from the state, beside long work
        self._record = Record(on_change=self._show_record)
        self._script = GrowingScript()
        self._undo_asked: int | None = None
        super().__init__(**traits)
        self._show_record()

    def _react(self, event: Event, *arguments: Any) -> None:
        """Let the parts react to an event, one after the other."""
        for reaction in self.reactions.get(event, ()):
            reaction(self, *arguments)

    # -- long work ------------------------------------------------------------------------------
    def wait(self, *, progress: bool | None = None) -> None:
        """Block until all verbs have ended and all files are written; Ctrl-C stops softly.

        Parameters
        ----------
        progress
            Whether a progress bar shows what runs, in notebooks and terminals; None for
            ``peakvi_widgets.settings.progress``.

        Raises
        ------
        PeakVIError
            The first error. What the same cell or script asked for after it was not done, up to
            this call.
        """
        with TaskBar(self._what_runs, show=progress) as bar:
            try:
                self._saves.wait(bar.show)
            finally:
                self._wait_for_work(bar)
            for queue in (self._derived, self._checks, self._marking):
                queue.wait(bar.show)

    @property
    def hand_rests_for(self) -> float:
        """For how many seconds no line was drawn and no small question was asked."""
        return min(queue.quiet_for for queue in self._at_hand)

    def _what_runs(self) -> tuple[str, float]:
        """Return what runs, empty for nothing, and the share of it that is done or -1."""
        task = self.task
        if task.name:
            return task.text or task.name, task.progress
        for queue in (self._saves, self._checks, self._marking, self._derived):
            job = queue.running
            if job is not None:
                return job.name, -1.0
        return "", -1.0

    def _wait_for_work(self, bar: TaskBar) -> None:
        try:
            self._work.wait(bar.show)
        finally:
            texts, self._warnings = self._warnings, []
            for warning in texts:
                warnings.warn(warning, stacklevel=3)

    def halt(self) -> None:
        """Cancel the opening, filtering, mapping, embedding or clustering that runs.

        It ends at its next step. What it would have changed stays as it was. ``stop()`` ends a
        training, ``cancel()`` a comparison.
        """
        with self.lock:
            job = self._work.running
            if job and self.task.can_halt:
                job.stop()
                self.task = replace(self.task, text="stopping", can_halt=False)
                what = job.name[0].upper() + job.name[1:]
                self.notify(f"{what} was cancelled; nothing changed.")

    def cancel_all(self) -> None:
        """Stop what runs, as soon as it can be, and drop what waits; saving goes on."""
        self._work.cancel(keeping=lasting_work())
        self._checks.cancel()
        self._marking.cancel()
        self._previews.cancel()

    def _submit(
        self,
        name: str,
        begin: Callable[[], Steps],
        *,
        on_steps: Callable[[list[Any]], None] = lambda _: None,
        on_end: Callable[[Any], bool | None] = lambda _result: None,
        on_error: Callable[[BaseException], None] = lambda _error: None,
        arguments: Mapping[str, Any] | None = None,
        automatic: bool = False,
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
        automatic
            As for the record.
        """
        verb = VERBS.get(name, Verb(name, name, work=name))

        def checked_begin() -> Steps:
            job.delivery_failed = True
            try:
                with self._step(job):
                    steps = begin()
                    if arguments is not None:
                        recorded = self._recorded_arguments(name, arguments)
                        job.could_redo = self._record.undone
                        job.entry = self._record.add(name, recorded, automatic=automatic)
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
                        self._record.discard(entry)
                    elif entry is not None:
                        settled = self._record.commit(entry, before=before)
                        self._react("verb", name)
                job.entry = settled  # not before: a step that fails puts the record back
            except BaseException as raised:
                job.delivery_failed, job.entry = True, entry  # the record is as it was before
                self._fail(job, raised, on_error)
                raise
            finally:
                job.changed = {}  # it holds on to what was there before

        asked_by = None if automatic else request()
        job = Work(verb.work, checked_begin, on_steps=deliver, on_end=end, asked_by=asked_by)
        job.can_halt, job.automatic = verb.can_halt, automatic
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
                self._react("failure", job)
                if not job.delivery_failed and not isinstance(error, Dropped):
                    on_error(error)
        finally:
            self._notify_failure(error)

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

    @property
    def _slots(self) -> Slots:
        """What the slots of ``adata`` hold that results are written into."""
        return Slots.of(self.adata)

    @_slots.setter
    def _slots(self, slots: Slots) -> None:
        slots.put_back()

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

    # -- record ------------------------------------------------------------------------------------
    def _snapshot(self) -> dict[str, Any]:
        """Return the state that undo restores."""
        traits = {name: getattr(self, name) for name in self.undo_names()}
        return traits | {"slots": slots_of(self.adata)}

    def _note(
        self, verb: str, arguments: Mapping[str, Any], before: Mapping[str, Any], comment: str = ""
    ) -> None:
        """Put what was done at once, and can be undone alone, into the record."""
        after = {name: getattr(self, name) for name in before}
        recorded = self._recorded_arguments(verb, arguments)
        self._record.add(verb, recorded, before=before, after=after, comment=comment)

    def _recorded_arguments(self, verb: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Leave out what is a default of the verb anyway."""
        defaults = inspect.signature(getattr(type(self), verb)).parameters
        return {
            name: value
            for name, value in arguments.items()
            if name not in defaults or not _same(defaults[name].default, value)
        }

    @property
    def script(self) -> str:
        """The Python that does the same; ``code()`` returns it."""
        return "".join(self.script_parts)

    def _show_record(self) -> None:
        self.script_parts = self._script.parts(self._record.entries)
        entry = self._record.undoable
        self.undo_label = undo_label(entry.verb) if entry else ""
        undone = self._record.redoable
        self.redo_label = undo_label(undone.verb) if undone else ""


def _same(default: Any, value: Any) -> bool:
    return type(default) is type(value) and bool(default == value)
