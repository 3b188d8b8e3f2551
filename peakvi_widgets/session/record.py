"""The record of verbs: what undo goes back over, and the Python that does the same.

Every verb that changed the session stands here with the arguments it was given. A verb that is
undone, or that failed, is taken out again, so the record is always the shortest true story.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import numpy as np

# verbs that only look at what is there: the script must have waited before them
IMMEDIATE = {
    "lasso",
    "brush",
    "show_basis",
    "invert_selection",
    "grow_selection",
    "select",
    "select_category",
    "make_group",
    "against_rest",
    "groups_by",
    "swap_groups",
    "clear_selection",
    "clear_groups",
    "set_groups",
}


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One verb that was carried out.

    Attributes
    ----------
    number
        Names the entry for as long as the session lives.
    verb
        Name of the method of ``Session``.
    arguments
        What it was given, defaults left out.
    before
        The state to go back to, or None when the verb cannot be undone.
    comment
        What a reader of the script should know ("412 cells").
    """

    number: int
    verb: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] | None = None
    comment: str = ""

    def python(self) -> str:
        """Return the call as one line of Python."""
        positional = {
            "open": "source",
            "lasso": "polygon",
            "brush": "path",
            "show_basis": "basis",
            "make_group": "number",
            "against_rest": "number",
        }.get(self.verb)
        words = [
            _literal(value) if name == positional else f"{name}={_literal(value)}"
            for name, value in self.arguments.items()
        ]
        comment = f"  # {self.comment}" if self.comment else ""
        return f"session.{self.verb}({', '.join(words)}){comment}"


def _literal(value: Any) -> str:
    if isinstance(value, Name):
        return value.text
    if isinstance(value, np.ndarray):
        return repr(value.tolist())
    return repr(value)


@dataclass(frozen=True, slots=True)
class Name:
    """A variable of the user's, written into the script as it is."""

    text: str


class Record:
    """The entries so far.

    Parameters
    ----------
    on_change
        Called after each change.
    """

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self.entries: tuple[Entry, ...] = ()
        self._on_change = on_change
        self._numbers = count(1)

    def add(
        self,
        verb: str,
        arguments: Mapping[str, Any],
        *,
        before: Mapping[str, Any] | None = None,
        comment: str = "",
        replacing: bool = False,
    ) -> int:
        """Put a verb at the end; ``replacing`` takes out earlier ones of the same verb.

        Returns
        -------
        The number of the new entry.
        """
        entry = Entry(next(self._numbers), verb, dict(arguments), before, comment)
        kept = (old for old in self.entries if not (replacing and old.verb == verb))
        self._set((*kept, entry))
        return entry.number

    def amend(self, number: int, *, comment: str = "", **arguments: Any) -> None:
        """Change what an entry says it was given."""
        self._set(
            tuple(
                replace(old, arguments={**old.arguments, **arguments}, comment=comment)
                if old.number == number
                else old
                for old in self.entries
            )
        )

    def take_out(self, number: int) -> None:
        """Forget a verb that came to nothing."""
        self._set(tuple(old for old in self.entries if old.number != number))

    def restart(self, keep: int | None) -> None:
        """Forget everything before entry ``keep``: a new data set was opened."""
        self._set(tuple(old for old in self.entries if old.number == keep))

    @property
    def undoable(self) -> Entry | None:
        """The entry that undo goes back over next."""
        return next((entry for entry in reversed(self.entries) if entry.before is not None), None)

    def after(self, entry: Entry) -> tuple[Entry, ...]:
        """Return what was done after an entry."""
        return self.entries[self.entries.index(entry) + 1 :]

    def back_to(self, entry: Entry) -> None:
        """Drop an entry and all after it."""
        self._set(self.entries[: self.entries.index(entry)])

    def python(self) -> str:
        """Return the script that does the same in a fresh process."""
        import peakvi_widgets

        lines = [
            f"# peakvi_widgets {peakvi_widgets.__version__}",
            "import peakvi_widgets as pv",
            "",
            "session = pv.Session()",
        ]
        pending = False
        for entry in self.entries:
            immediate = entry.verb in IMMEDIATE
            if immediate and pending:
                lines.append("session.wait()")
            pending = not immediate
            lines.append(entry.python())
        if pending:
            lines.append("session.wait()")
        if any(entry.verb == "compare" for entry in self.entries):
            lines.append("session.da_result")
        return "\n".join(lines) + "\n"

    def _set(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self._on_change()
