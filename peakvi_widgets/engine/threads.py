"""How many threads the engine computes with, and pieces of work spread over them.

The wide layers fall apart into pieces that do not depend on each other: stripes of regions, blocks
of cells. Each piece is computed by one thread, by PyTorch and compiled loops alike, and what the
pieces add up to is added in their order. So a result is the same, to the last bit, on any number of
threads; and no thread waits at a barrier inside a product, which collapses where cores are shared.

PyTorch's own threads are for what is not spread: they are one number for the whole process, and
sums depend on it. Work that overlaps (a training, and a look at a region meanwhile) must not leave
another's number behind when it ends.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import NamedTuple, TypeVar

import torch

Part = TypeVar("Part")
Result = TypeVar("Result")


class Asked(NamedTuple):
    """A request for threads of a running computation."""

    spread: int  # threads for its pieces
    inside: int  # threads of PyTorch's own


_lock = threading.Lock()
_asked: list[Asked] = []  # of running computations, in the order in which they started
_before = 1  # what was set before the first of them
_pool: ThreadPoolExecutor | None = None


def default_threads() -> int:
    """Return one less than the cores this process may use: a browser watches on the last."""
    usable = getattr(os, "sched_getaffinity", None)
    n_cores = len(usable(0)) if usable else os.cpu_count() or 1
    return max(1, n_cores - 1)


@contextmanager
def threads(n: int | None = None, *, inside: bool = False) -> Iterator[None]:
    """Compute with ``n`` threads, `default_threads` if None.

    When all computations that made requests have ended, the setting is restored.

    Parameters
    ----------
    n
        How many.
    inside
        Whether PyTorch is to use them inside its own operations, for what comes in one piece.
    """
    global _before, _pool
    n = n or default_threads()
    own = Asked(1, n) if inside else Asked(n, 1)
    with _lock:
        if not _asked:
            _before = torch.get_num_threads()
        _asked.append(own)
        torch.set_num_threads(own.inside)
    try:
        yield
    finally:
        with _lock:
            _asked.remove(own)
            torch.set_num_threads(_asked[-1].inside if _asked else _before)
            if _pool is not None and not _asked:
                _pool.shutdown(wait=False)
                _pool = None


def n_at_once() -> int:
    """Return how many pieces are computed at the same time."""
    asked = _asked[-1:]  # another thread may take the last one away meanwhile
    return asked[0].spread if asked else 1


def spread(work: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """Do pieces of work that do not depend on each other; no gradients are recorded.

    Parameters
    ----------
    work
        What to do with one part. It must not write where the work on another part reads.
    parts
        What to do it with.

    Returns
    -------
    What came of each part, in their order.
    """
    todo = list(parts)
    n = min(n_at_once(), len(todo))
    if n <= 1:
        with torch.no_grad():
            return [work(part) for part in todo]
    done: list[Result | None] = [None] * len(todo)
    turns = count()

    @torch.no_grad()  # each thread has a switch of its own
    def help_out() -> None:
        while (turn := next(turns)) < len(todo):
            done[turn] = work(todo[turn])

    others = _call(help_out, n - 1)
    try:
        help_out()
    finally:
        for other in others:
            other.result()
    return done  # type: ignore[return-value]  # each turn was taken


def _call(help_out: Callable[[], None], n: int) -> list[Future[None]]:
    """Add so many threads; they end with the last running computation."""
    global _pool
    with _lock:
        if _pool is None or _pool._max_workers < n:
            if _pool is not None:
                _pool.shutdown(wait=False)  # what it has begun it ends
            _pool = ThreadPoolExecutor(n, thread_name_prefix="peakvi-helper")
        return [_pool.submit(help_out) for _ in range(n)]
