"""The log panel: every notice of the session, and reports of what failed."""

from __future__ import annotations

from ..session import Session
from ..session.log import LogEntry
from ..wire import Rows
from ._panel import STATIC, Panel, reads


class LogPanel(Panel):
    """All that the session told, the newest on top; a failure with a report to copy."""

    _esm = STATIC / "log.js"
    _css = STATIC / "theme.css"

    log_entries = reads(Session.log_entries, Rows(LogEntry))

    def on_clear_log(self) -> None:
        """Forget all notices."""
        self.session.clear_log()
