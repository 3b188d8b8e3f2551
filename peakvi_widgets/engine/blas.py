"""Linear algebra of numpy by one thread, so that it gives the same bits on any number of cores."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import OpenBLASController, threadpool_limits

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
            _take_control()
            _limits = threadpool_limits(1, user_api="blas")
        _n_users += 1
    try:
        yield
    finally:
        with _lock:
            _n_users -= 1
            if _n_users == 0 and _limits is not None:
                _take_control()
                _limits.restore_original_limits()
                _limits = None


def _take_control() -> None:
    """Let this thread set the limit, whichever thread has set one before.

    Since version 3.7 of threadpoolctl the first thread that sets a limit keeps the others from
    doing so: their calls do nothing, silently. A limit that a worker needs would not be set if the
    main thread had needed one before it.
    """
    clear = getattr(OpenBLASController, "clear_controlling_thread", None)
    if clear is not None:
        clear(force=True)
