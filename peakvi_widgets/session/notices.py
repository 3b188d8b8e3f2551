"""Messages to the user: the newest one, the log of all, and warnings for a script."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from traitlets import TraitError

from ..arguments import one_line
from ..errors import PeakVIError
from ..jobs import Dropped, DroppedLater
from .atomic import Atomic
from .history.record import Record
from .log import MAX_ENTRIES, LogEntry, report
from .records import Level, Notice
from .traits.messages import MessageTraits

_log = logging.getLogger("peakvi_widgets")
LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class Notices(MessageTraits, Atomic):
    """What the session tells the user."""

    _record: Record
    _reporting_observer = False

    def __init__(self, **traits: Any) -> None:
        self._notices = count(1)
        self._warnings: list[str] = []  # warnings that `wait()` gives
        super().__init__(**traits)

    def notify(self, text: str, level: Level = "info", error: BaseException | None = None) -> None:
        """Show one sentence to the user, keep it in the log, and send it to ``logging``.

        Parameters
        ----------
        text, level
            What happened and what to do, and how bad it is.
        error
            What failed, where a report of it may help.
        """
        with self.lock:
            if self._open_step is not None:  # it is shown when what it speaks of is complete
                self._open_step.afterwards.append(lambda: self.notify(text, level, error))
                return
            number, text = next(self._notices), one_line(text)
            details = report(error, self._record.entries) if error else ""
            self._keep_log(
                (*self.log_entries, LogEntry(number, level, text, details))[-MAX_ENTRIES:]
            )
            self.notice = Notice(number, level, text)
            _log.log(LEVELS[level], text, exc_info=error)

    @property
    def log(self) -> tuple[LogEntry, ...]:
        """All notices that are kept, the newest last."""
        return tuple(self.log_entries)

    def clear_log(self) -> None:
        """Forget all notices."""
        with self.lock:
            self._keep_log(())

    def _keep_log(self, log: tuple[LogEntry, ...]) -> None:
        self.log_entries, self.n_notices = log, len(log)

    def _warn_on_wait(self, text: str) -> None:
        """Show a warning, and let ``wait()`` issue it for scripts."""
        self.notify(text, "warning")
        self._afterwards(lambda: self._warnings.append(text))

    def _notify_or_warn(self, text: str, warning: str) -> None:
        """Show a sentence, together with a warning if there is one."""
        if warning:
            self._warn_on_wait(f"{text} {warning}")
        else:
            self.notify(text)

    def _observer_failed(self, name: str, error: Exception) -> None:
        """Show that an observer raised, unless it observes the notices themselves."""
        if self._reporting_observer or name in ("notice", "log_entries", "n_notices"):
            return
        self._reporting_observer = True
        try:
            self.notify(
                f"An observer of session.{name} raised {type(error).__name__}: {error!s:.100}; "
                "correct it or unobserve it. The log has a report.",
                "error",
                error,
            )
        finally:
            self._reporting_observer = False

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Turn an error that is meant for the user into a notice; log all others and raise them."""
        try:
            yield
        except (PeakVIError, TraitError) as error:
            self.notify(str(error), "error")
        except Exception as error:
            self._notify_failure(error)
            raise

    def _notify_failure(self, error: BaseException) -> None:
        if isinstance(error, DroppedLater):
            self.notify(
                "What this cell or script asks for after its error is not done, until "
                f"session.wait() has raised it: {error}",
                "warning",
            )
        if isinstance(error, Dropped):
            return
        if isinstance(error, PeakVIError):
            self.notify(str(error), "error", error)
        else:
            self.notify(
                f"{type(error).__name__}: {error}. This is a fault of peakvi_widgets; "
                "the log has a report of it.",
                "error",
                error,
            )
