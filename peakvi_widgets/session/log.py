"""The log of a session: all messages, and for each failure a report of its cause."""

from __future__ import annotations

import platform
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from .history.versions import versions
from .records import Level

MAX_ENTRIES = 200  # notices that are kept
MAX_TRACEBACK_CHARS = 6000  # characters of a traceback, from its end
N_VERBS_IN_REPORT = 8  # verbs that a report names


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A notice, kept.

    Attributes
    ----------
    number
        That of the notice.
    level
        How bad it is.
    text
        What happened, then what to do.
    report
        Of a failure: versions, the verbs before it and its traceback, to be sent to those who can
        mend it; else empty.
    time
        When it was recorded, in seconds since 1970.
    """

    number: int
    level: Level
    text: str
    report: str = ""
    time: float = field(default_factory=time.time)


class Recorded(Protocol):
    """An entry of the record."""

    @property
    def verb(self) -> str:
        """Name of the verb."""


def report(error: BaseException, entries: Sequence[Recorded]) -> str:
    """Say what failed, after what and where.

    It holds no data, no argument of a verb and no path but those of the traceback, in which the
    home folder is "~".
    """
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    verbs = ", ".join(entry.verb for entry in entries[-N_VERBS_IN_REPORT:]) or "none"
    raised = "".join(traceback.format_exception(error)).replace(str(Path.home()), "~")
    if len(raised) > MAX_TRACEBACK_CHARS:
        raised = f"...{raised[-MAX_TRACEBACK_CHARS:]}"
    return f"{versions()}, {system}\nVerbs before: {verbs}\n\n{raised.rstrip()}\n"
