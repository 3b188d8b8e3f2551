"""How many threads the engine computes with.

PyTorch keeps one number for the whole process, and sums depend on it to the last bit. Work that
overlaps (a training, and a look at a region meanwhile) must not leave another's number behind when
it ends, or the training would not be the same again.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_asked: list[int] = []  # by what is under way, in the order in which it began
_before = 1  # what was set before the first of them


def default_threads() -> int:
    """Return one less than the cores this process may use: a browser watches on the last."""
    usable = getattr(os, "sched_getaffinity", None)
    n_cores = len(usable(0)) if usable else os.cpu_count() or 1
    return max(1, n_cores - 1)


@contextmanager
def threads(n: int | None = None) -> Iterator[None]:
    """Compute with ``n`` threads, `default_threads` if None.

    When nothing that asked is under way any more, there are as many as before.
    """
    global _before
    own = n or default_threads()
    with _lock:
        if not _asked:
            _before = torch.get_num_threads()
        _asked.append(own)
        torch.set_num_threads(own)
    try:
        yield
    finally:
        with _lock:
            _asked.remove(own)
            torch.set_num_threads(_asked[-1] if _asked else _before)
