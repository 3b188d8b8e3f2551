"""The log panel: all notices of the session, and reports of failures."""

from __future__ import annotations

from typing import Any

from traitlets import observe

from ..session import Session
from ..session.log import LogEntry
from ..wire import Rows
from ._panel import STATIC, Panel, asks, follows

N_NEWER = 16  # notices that are sent again with each new one


class LogPanel(Panel):
    """All notices of the session, the newest first; failures have a report to copy.

    Attributes
    ----------
    log_older, log_newer
        The notices in two parts, of which the first changes rarely. It may still hold some that the
        session has forgotten.
    """

    _esm = STATIC / "log.js"
    _css = STATIC / "theme.css"

    log_entries = follows(Session.log_entries)
    log_older = Rows(LogEntry)
    log_newer = Rows(LogEntry)

    @observe("log_entries")
    def _send_newer(self, change: Any) -> None:
        entries, older = change.new, self.log_older
        newest = older[-1].number if older else 0
        newer = tuple(entry for entry in entries if entry.number > newest)
        if len(newer) > N_NEWER or (older and older[-1] not in entries):
            older, newer = entries, ()
        with self.hold_sync():  # together, and only what changed
            if older is not self.log_older:
                self.log_older = older
            self.log_newer = newer

    on_clear_log = asks(Session.clear_log)
