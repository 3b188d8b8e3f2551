"""How many threads the engine computes with."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch


def default_threads() -> int:
    """Return one less than the cores this process may use: a browser watches on the last."""
    usable = getattr(os, "sched_getaffinity", None)
    n_cores = len(usable(0)) if usable else os.cpu_count() or 1
    return max(1, n_cores - 1)


@contextmanager
def threads(n: int | None = None) -> Iterator[None]:
    """Compute with ``n`` threads, `default_threads` if None, and with as many as before after."""
    before = torch.get_num_threads()
    torch.set_num_threads(n or default_threads())
    try:
        yield
    finally:
        torch.set_num_threads(before)
