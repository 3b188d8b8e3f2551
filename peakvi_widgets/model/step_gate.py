"""A lock between training and readers of the weights, open between minibatches."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class StepGate:
    """A lock for training and for readers of the weights, with priority for readers.

    The training thread holds the gate during each minibatch and opens it in between. A reader waits
    at most for the end of the current minibatch, and training waits until all readers are done.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._owner: int | None = None  # the thread that trains, during a minibatch
        self._n_readers = 0

    @contextmanager
    def training(self) -> Iterator[None]:
        """Hold the gate during a training."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def between_steps(self) -> Iterator[None]:
        """Open the gate: no weight changes inside this block."""
        self._leave()
        try:
            yield
        finally:
            self._enter()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Wait for the end of the current minibatch; no other starts inside this block."""
        if self._owner == threading.get_ident():  # the training itself saves
            yield
            return
        with self._changed:
            self._n_readers += 1
        try:
            with self._changed:
                self._changed.wait_for(lambda: self._owner is None)
            yield
        finally:
            with self._changed:
                self._n_readers -= 1
                self._changed.notify_all()

    def _enter(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._owner is None and not self._n_readers)
            self._owner = threading.get_ident()

    def _leave(self) -> None:
        with self._changed:
            self._owner = None
            self._changed.notify_all()
