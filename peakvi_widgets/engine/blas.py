"""Linear algebra of numpy by one thread, so that it gives the same bits on any number of cores."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

_lock = threading.Lock()
_n_users = 0  # computations that need the limit
_limits: threadpool_limits | None = None


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Compute with one thread of BLAS; also a decorator.

    The limit is one for the whole process and sums depend on it, so it is lifted when the last of
    the computations that overlap has ended.
    """
    global _n_users, _limits
    with _lock:
        if _n_users == 0:
            _limits = threadpool_limits(1, user_api="blas")
        _n_users += 1
    try:
        yield
    finally:
        with _lock:
            _n_users -= 1
            if _n_users == 0 and _limits is not None:
                _limits.restore_original_limits()
                _limits = None
