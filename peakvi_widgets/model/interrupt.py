"""Ctrl-C during long work: what is under way ends first."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def first_interrupt_noted() -> Iterator[threading.Event]:
    """Note the first Ctrl-C instead of raising ``KeyboardInterrupt``; a second one raises.

    An exception may come between any two lines. Half a minibatch learned is worse than one more:
    what goes on from there would not be what an undisturbed training gives.

    Yields
    ------
    What is set by Ctrl-C. Only the main thread can hear of it; elsewhere nothing changes.
    """
    noted = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or not callable(before):
        yield noted
        return

    def note(_number: int, _frame: Any) -> None:
        noted.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)
