"""All or nothing: the changes of one step of a session become visible together, or not at all.

The session's own observers (methods with ``@observe``) run at once, because they derive one part of
the state from another. All other observers, such as panels and those of a notebook, are called once
the step is complete, so they never see half of it. When something raises within a step, every trait
is restored and no observer is called.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from traitlets import All, Bunch, EventHandler, HasTraits

from ..jobs import Job

_log = logging.getLogger("peakvi_widgets")


class Work(Job):
    """A job of a session, with what it has changed so far.

    Attributes
    ----------
    changed
        Name of each attribute that a step of this job changed: its value before the first of these
        steps, and after the last.
    entry
        Its number in the record.
    could_redo
        What could be redone before it entered the record.
    can_halt
        Whether ``halt()`` ends it.
    automatic
        Whether the session started it, not the user.
    delivery_failed
        Whether an error came from delivering a result rather than from computing it.
    undo
        Puts back what the work itself has changed, beside the state of the session.
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.changed: dict[str, tuple[Any, Any]] = {}
        self.could_redo: tuple[Any, ...] = ()
        self.can_halt = self.automatic = False
        self.delivery_failed = False
        self.undo: Callable[[], None] = lambda: None

    def note(self, changes: Mapping[str, tuple[Any, Any]]) -> None:
        """Add the changes of one step."""
        for name, (old, new) in changes.items():
            self.changed[name] = self.changed.get(name, (old, None))[0], new


@dataclass(eq=False)
class Step:
    """A step in progress.

    Attributes
    ----------
    before
        The state at its beginning.
    jobs
        The jobs that its changes belong to, each with the state since which they do.
    afterwards
        What to do once it is complete, such as showing a notice.
    """

    before: dict[str, Any]
    jobs: list[tuple[Work, Mapping[str, Any]]] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    thread: int = field(default_factory=threading.get_ident)


def differ(one: Any, other: Any) -> bool:
    """Tell whether state changed: plain values are compared by value, all others by identity."""
    if one is other:
        return False
    if type(one) is not type(other) or not isinstance(one, str | int | float | tuple):
        return True
    try:
        return bool(one != other)
    except Exception:  # noqa: BLE001 - some objects in a tuple cannot be compared
        return True


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the values before and after of what is different."""
    return {name: (before[name], now[name]) for name in now if differ(before[name], now[name])}


class _Observer:
    """An observer that is not the session's own."""

    def __init__(self, session: Atomic, handler: Callable[[Any], None]) -> None:
        self.session, self.handler = session, handler

    def __call__(self, change: Any) -> None:
        if not self.session._in_step or change["type"] != "change":  # else when it is complete
            self.session._call_observer(self.handler, change)

    def __eq__(self, other: object) -> bool:
        theirs = other.handler if isinstance(other, _Observer) else other
        return bool(self.handler == theirs)

    __hash__ = None  # type: ignore[assignment]


class Atomic(HasTraits):
    """Traits that change step by step, each step as a whole.

    Attributes
    ----------
    lock
        Held during every step.
    """

    # Attributes besides traits that belong to the state; they are replaced and never mutated. As
    # traits that are tagged with `follows`, they are put back when a step fails, and not when a
    # job fails.
    more_state: ClassVar[tuple[str, ...]] = ()

    lock: threading.RLock
    _open_step: Step | None = None

    @contextmanager
    def _step(self, job: Work | None = None) -> Iterator[Step]:
        """Change the state as a whole; within another step this is a part of that one.

        Parameters
        ----------
        job
            The job that the changes belong to.
        """
        with self.lock:
            step = self._open_step
            if step is not None:
                if job is not None:  # what the user asked for owns all of the step
                    since = self._state() if job.automatic else step.before
                    step.jobs.append((job, since))
                yield step
                return
            step = self._open_step = Step(self._state())
            if job is not None:
                step.jobs.append((job, step.before))
            try:
                yield step
            except BaseException:
                self._put_back(step.before)
                raise
            finally:
                self._open_step = None
            self._complete(step)

    @property
    def _in_step(self) -> bool:
        """Whether what changes now is part of a step, not a change that the user makes."""
        step = self._open_step
        return step is not None and step.thread == threading.get_ident()

    def _afterwards(self, action: Callable[[], None]) -> None:
        """Do something when the step in progress is complete, or now if there is none."""
        if self._open_step is not None:
            self._open_step.afterwards.append(action)
        else:
            action()

    def _complete(self, step: Step) -> None:
        now = self._state()
        for job, since in step.jobs:
            changes = _changes(since, now)
            job.note({name: both for name, both in changes.items() if name not in self._of_step})
        for name, (old, new) in _changes(step.before, now).items():
            if self.has_trait(name):
                self._notify_observers_of(name, old, new)
        for action in step.afterwards:
            action()

    def _state(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in (*self._all_traits, *self.more_state)}

    @cached_property
    def _all_traits(self) -> tuple[str, ...]:
        return tuple(self.trait_names())

    @cached_property
    def _of_step(self) -> frozenset[str]:
        return frozenset((*self.more_state, *self.trait_names(follows=True)))

    def _put_back(self, state: Mapping[str, Any]) -> None:
        """Make some of the state what it was, without any check or call; these may be at fault."""
        traits = {name: value for name, value in state.items() if self.has_trait(name)}
        self._trait_values.update(traits)
        for name in self.more_state:
            if name in state and differ(getattr(self, name), state[name]):
                setattr(self, name, state[name])
        self._trait_values.update(traits)  # setting the others may have changed some

    def _take_back(self, job: Work) -> None:
        """Undo what a job has changed, but for what others changed after it."""
        with self._step():
            now = self._state()
            mine = {name: both for name, both in job.changed.items() if name not in self._of_step}
            self._put_back({n: old for n, (old, new) in mine.items() if not differ(now[n], new)})
            job.changed = {}

    # -- observers --------------------------------------------------------------------------------
    def observe(self, handler: Any, names: Any = All, type: Any = "change") -> None:
        """Call ``handler(change)`` when a trait has changed; see ``traitlets.HasTraits.observe``.

        It is called when the state is complete again. What it raises becomes a notice; the code
        that changed the trait continues.
        """
        own = isinstance(handler, EventHandler)
        super().observe(handler if own else _Observer(self, handler), names, type)

    def unobserve(self, handler: Any, names: Any = All, type: Any = "change") -> None:
        """Do not call a handler any more."""
        own = handler is None or isinstance(handler, EventHandler)
        super().unobserve(handler if own else _Observer(self, handler), names, type)

    def _notify_observers_of(self, name: str, old: Any, new: Any) -> None:
        change = Bunch(name=name, old=old, new=new, owner=self, type="change")
        for known in (name, All):
            observers: Iterable[Any] = self._trait_notifiers.get(known, {}).get("change", ())
            every: Iterable[Any] = self._trait_notifiers.get(known, {}).get(All, ())
            for observer in (*observers, *every):
                if isinstance(observer, _Observer):
                    self._call_observer(observer.handler, change)

    def _call_observer(self, handler: Callable[[Any], None], change: Any) -> None:
        try:
            handler(change)
        except Exception as error:  # noqa: BLE001 - an observer must not break the session
            _log.debug("An observer of %s failed.", change["name"], exc_info=True)
            self._observer_failed(str(change["name"]), error)

    def _observer_failed(self, name: str, error: Exception) -> None:
        """Say that an observer raised."""
