"""Jobs: one worker thread runs them in order, one courier thread delivers what they yield.

A job is a generator. The worker never touches a session: it asks ``begin`` (under the lock) for the
generator when the job's turn comes, and runs it without the lock. The courier delivers at most ten
times a second and once more at the end, under the lock, so results arrive whether the kernel is
idle, busy with a cell, or absent. Both threads end when nothing is left to do, and when Python
does.
"""

from __future__ import annotations

import atexit
import math
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Collection, Generator, Hashable, Iterable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

DELIVERY_INTERVAL = 0.1  # seconds; faster only queues up in the browser
POLL_INTERVAL = 0.05  # seconds; how soon Ctrl-C is noticed while waiting
LAST_WAIT = 10.0  # seconds that Python waits at exit for running jobs
MAX_WRITING_TIME = 600.0  # the same for files that are being written

Steps = Generator[Any, None, Any]


@dataclass(frozen=True)
class _End:
    result: Any
    error: BaseException | None


class Job:
    """One generator to be run.

    Parameters
    ----------
    name
        What the job does, in a word ("training").
    begin
        Called under the lock when the job's turn comes; checks what it needs and returns the
        generator. An exception that it raises ends the job.
    on_steps
        Called by the courier, under the lock, with all values since the last delivery.
    on_end
        Called once, under the lock, with the generator's return value (None when stopped) and the
        error or None.
    asked_by
        Identifies the cell or script that needs the job, see `Queue`; None for no such one.
    """

    def __init__(
        self,
        name: str,
        begin: Callable[[], Steps],
        *,
        on_steps: Callable[[list[Any]], None] = lambda _: None,
        on_end: Callable[[Any, BaseException | None], None] = lambda _result, _error: None,
        asked_by: Hashable | None = None,
    ) -> None:
        self.name, self.asked_by = name, asked_by
        self.entry: int | None = None  # used by the owner: its entry of the record
        self._begin, self._on_steps, self._on_end = begin, on_steps, on_end
        self._outbox: SimpleQueue[Any] = SimpleQueue()
        self._stop, self._go, self._ended = (threading.Event() for _ in range(3))
        self._go.set()

    @property
    def stopping(self) -> bool:
        """Whether the job was asked to end."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask the generator to end at its next ``yield``."""
        self._stop.set()
        self._go.set()

    def pause(self) -> None:
        """Pause the generator at its next ``yield``."""
        if not self.stopping:
            self._go.clear()

    def resume(self) -> None:
        """Resume a paused generator."""
        self._go.set()

    def run(
        self, lock: threading.RLock, give_way: Callable[[Job], None] = lambda _: None
    ) -> BaseException | None:
        """Run to the end on this thread while a courier delivers; return the error, if any.

        Parameters
        ----------
        lock
            Held while the job begins and delivers.
        give_way
            Called with this job before each of its steps, without the lock; may wait.
        """
        ended: list[BaseException | None] = []
        courier = threading.Thread(
            target=lambda: ended.append(self._deliver(lock)), name="peakvi-courier", daemon=True
        )
        is_delivered = _started(courier)
        result: Any = None
        error: BaseException | None = None
        try:
            with lock:  # it may have been stopped by a thread that held the lock until now
                steps = None if self.stopping else self._begin()
            if steps is not None:
                result = self._compute(steps, give_way)
        except BaseException as raised:  # noqa: BLE001 - handed to on_end, never lost
            error = raised
        self._outbox.put(_End(result, error))
        self._ended.set()
        if not is_delivered:
            return self._deliver(lock)
        courier.join()
        return ended[0]

    def _compute(self, steps: Steps, give_way: Callable[[Job], None]) -> Any:
        give_way(self)
        while not self.stopping:
            try:
                value = next(steps)
            except StopIteration as end:
                return end.value
            self._outbox.put(value)
            self._go.wait()
            give_way(self)
        steps.close()
        return None

    def _deliver(self, lock: threading.RLock) -> BaseException | None:
        failed: BaseException | None = None
        while True:
            values = [self._outbox.get()]
            while not self._outbox.empty():
                values.append(self._outbox.get())
            end = values.pop() if isinstance(values[-1], _End) else None
            if values and failed is None:
                failed = self._call(lock, self._on_steps, values)
                if failed:
                    self.stop()  # no later value can be delivered
            if end:
                error = end.error or failed
                late = self._call(lock, self._on_end, end.result, error)
                return error or late
            self._ended.wait(DELIVERY_INTERVAL)

    @staticmethod
    def _call(
        lock: threading.RLock, function: Callable[..., None], *arguments: Any
    ) -> BaseException | None:
        try:
            with lock:
                function(*arguments)
        except BaseException as raised:  # noqa: BLE001 - becomes the job's error
            return raised
        return None


class Queue:
    """Jobs that run one after the other, in the order in which they were submitted.

    A job depends on those before it: when one fails, all that wait are dropped. So is what the same
    cell or script asks for afterwards, until ``wait()`` has raised the error: what a line of code
    does must not depend on whether the line before has failed already, or is about to.

    Parameters
    ----------
    lock
        Held while jobs begin and deliver; never while they compute.
    on_change
        Called under the lock when a job begins or the queue is empty again.
    keeping
        Names of jobs that always run to their end: after Ctrl-C, after an error of an earlier
        job and when Python exits.
    gives_way_to
        Queues of short jobs: while one of them has work, no step of this queue's jobs begins.
    """

    def __init__(
        self,
        lock: threading.RLock,
        on_change: Callable[[], None] = lambda: None,
        *,
        keeping: Collection[str] = (),
        gives_way_to: Collection[Queue] = (),
    ) -> None:
        self._lock, self._on_change, self._keeping = lock, on_change, keeping
        self._gives_way_to = gives_way_to
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._first_error: BaseException | None = None
        self._failed: set[Hashable] = set()  # cells and scripts whose jobs failed
        self._idle = threading.Event()
        self._idle.set()
        self._idle_since = -math.inf
        self._is_worked = True  # False: there is work and no worker
        _queues.add(self)

    @property
    def running(self) -> Job | None:
        """The job that runs now."""
        return self._running

    @property
    def quiet_for(self) -> float:
        """For how many seconds there has been no work; infinite where there never was any."""
        return time.monotonic() - self._idle_since if self._idle.is_set() else 0.0

    @property
    def waiting(self) -> tuple[Job, ...]:
        """The jobs whose turn has not come."""
        return tuple(self._waiting)

    @waiting.setter
    def waiting(self, jobs: Iterable[Job]) -> None:
        """Put the jobs in the queue back as they were; call it with the lock held."""
        self._waiting = deque(jobs)

    def submit(self, job: Job) -> Job:
        """Append a job; it starts at once if the queue is empty."""
        with self._lock:
            self._waiting.append(job)
            if self._idle.is_set():
                self._idle.clear()
                if job.asked_by not in self._failed:
                    self._forget_error()
                worker = threading.Thread(target=self._work, name="peakvi-worker", daemon=True)
                self._is_worked = _started(worker)
            else:
                self._on_change()
        return job

    def withdraw(self, job: Job) -> bool:
        """Remove a job that has not started; return whether it was in the queue."""
        with self._lock:
            if job not in self._waiting:
                return False
            self._waiting.remove(job)
            self._on_change()
            return True

    def wait(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Block until everything is delivered, then raise the first error and forget it.

        Ctrl-C cancels the jobs and waits until the running one has ended.

        Parameters
        ----------
        meanwhile
            Called again and again, without the lock.
        """
        try:
            while not self._idle.wait(POLL_INTERVAL):
                meanwhile()
        except KeyboardInterrupt:
            self.cancel(self._keeping)
            self._idle.wait()
        with self._lock:
            error = self._first_error
            self._forget_error()
        if error:
            raise error

    def cancel(self, keeping: Collection[str] = ()) -> None:
        """Cancel all jobs: the running one ends at its next ``yield``, the others never start.

        Parameters
        ----------
        keeping
            Names of jobs that are not cancelled.
        """
        with self._lock:
            dropped = [job for job in self._waiting if job.name not in keeping]
            self._waiting = deque(job for job in self._waiting if job.name in keeping)
            if self._running and self._running.name not in keeping:
                self._running.stop()
        self._end(dropped, Dropped("cancelled"))

    def _work(self) -> None:
        while True:
            with self._lock:
                self._running = self._waiting.popleft() if self._waiting else None
                if self._running is None:
                    self._on_change()
                    self._idle_since = time.monotonic()
                    self._idle.set()
                    return
                self._on_change()
                earlier = self._error_before(self._running)
            if earlier:
                self._end([self._running], DroppedLater(earlier))
                continue
            error = self._running.run(self._lock, self._give_way)
            if error:
                with self._lock:
                    self._first_error = self._first_error or error
                    self._failed |= {self._running.asked_by} - {None}
                self._drop_waiting(error)

    def _give_way(self, job: Job) -> None:
        for other in self._gives_way_to:
            while not job.stopping and not other._idle.wait(POLL_INTERVAL):
                pass

    def _error_before(self, job: Job) -> BaseException | None:
        """Return the error that the same cell or script has caused and `wait()` has not raised."""
        depends = job.asked_by in self._failed and job.name not in self._keeping
        return self._first_error if depends else None

    def _forget_error(self) -> None:
        self._first_error, self._failed = None, set()

    def _is_keeping(self) -> bool:
        """Return whether a job that always runs to its end is running or waiting."""
        with self._lock:
            jobs = [job for job in (self._running, *self._waiting) if job]
        return any(job.name in self._keeping for job in jobs)

    def _drop_waiting(self, error: BaseException) -> None:
        """Drop the jobs after one that failed, because they depend on it."""
        with self._lock:
            dropped = [job for job in self._waiting if job.name not in self._keeping]
            self._waiting = deque(job for job in self._waiting if job.name in self._keeping)
        self._end(dropped, Dropped(error))

    def _end(self, dropped: Iterable[Job], why: Dropped) -> None:
        for job in dropped:
            job._call(self._lock, job._on_end, None, why)


class Dropped(Exception):
    """A job did not run: an earlier one failed (carries that error) or all were cancelled."""


class DroppedLater(Dropped):
    """A job was asked for when the error had been shown already, and did not run."""


_queues: weakref.WeakSet[Queue] = weakref.WeakSet()

# The first finalizer of a process registers with `atexit` the function that runs all of them.
# PyTorch makes finalizers when it is imported, perhaps while `_end_all` waits for the job that
# imports it. That is too late to register: they would run, and fail, in an interpreter that is
# shutting down. So one finalizer is made before `_end_all` is registered.
weakref.finalize(Queue, int)


def _started(thread: threading.Thread) -> bool:
    """Start a thread; return whether that worked: Python 3.12 starts none while it exits."""
    try:
        thread.start()
    except RuntimeError as error:
        if "shutdown" not in str(error):
            raise  # the system has no more of them
        return False
    return True


def _end_all() -> None:
    """Stop running jobs at their next step, because no thread may be killed inside PyTorch.

    At exit, Python kills daemon threads wherever they are. C++ treats that as an error and aborts
    the process, so a script that succeeded would look like one that failed.
    """
    began = time.monotonic()
    while True:
        busy = [queue for queue in _queues if not queue._idle.is_set()]
        is_writing = any(queue._is_keeping() for queue in busy)
        if not busy or time.monotonic() - began > (MAX_WRITING_TIME if is_writing else LAST_WAIT):
            return
        for queue in busy:
            queue.cancel(queue._keeping)  # again: a job that ends may have submitted another
            if not queue._is_worked:
                queue._is_worked = True
                queue._work()
        busy[0]._idle.wait(POLL_INTERVAL)


# Before all atexit functions where possible: that of h5py makes writing impossible.
getattr(threading, "_register_atexit", atexit.register)(_end_all)
