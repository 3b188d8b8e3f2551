"""Messages, what runs, the record, and the file of the session."""

from __future__ import annotations

from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Instance, Int, Tuple, Unicode

from .. import records
from ..tags import Tagged, state


class MessageTraits(Tagged):
    """Messages, what runs, the record, and the file of the session.

    Attributes
    ----------
    notice
        The newest message for the user.
    log_entries, n_notices
        All messages, the newest last: time, level, text, and a report for a failure; their number.
    task
        What runs now.
    script_parts
        The script in three parts, of which only the last changes with each step.
    undo_label, redo_label
        What ``undo()`` and ``redo()`` would do; empty when there is nothing.
    recoverable
        What ``recover()`` would restore, as a sentence; empty when there is nothing.
    """

    notice = state(Instance(records.Notice, args=()), follows=True)
    log_entries: Any = state(Tuple(), follows=True)
    n_notices = state(Int(0), follows=True)
    task = state(Instance(records.Task, args=()), follows=True)
    script_parts: Any = state(Tuple(("", "", "")), follows=True)
    undo_label = state(Unicode(), follows=True)
    redo_label = state(Unicode(), follows=True)
    _session_file: Any = AnyTrait(None)  # path of the file that holds the session
    recoverable = Unicode()
