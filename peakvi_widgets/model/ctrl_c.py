"""Ctrl-C during long work: the step in progress ends first."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def stop_after_step() -> Iterator[threading.Event]:
    """Set an event at the first Ctrl-C instead of raising ``KeyboardInterrupt``.

    An exception can be raised between any two lines. Half a minibatch of learning is worse than
    one more minibatch: a training that continues from there would not give the same weights as
    one that was never interrupted. A second Ctrl-C raises ``KeyboardInterrupt`` as usual.

    Yields
    ------
    Event that Ctrl-C sets. Only the main thread receives Ctrl-C; in other threads the event is
    never set.
    """
    pressed = threading.Event()
    previous = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or not callable(previous):
        yield pressed
        return

    def set_event(_number: int, _frame: Any) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, previous)

    signal.signal(signal.SIGINT, set_event)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, previous)
