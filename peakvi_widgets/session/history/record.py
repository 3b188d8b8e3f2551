"""The record of verbs: what undo goes back over, and the Python that does the same.

Every verb that changed the session stands here with the arguments it was given, in the order in
which they took effect. A verb that is undone, or that failed, is taken out again, so the record is
always the shortest true story; what was undone is kept aside until something else is done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from ...errors import DataError
from ..verb import VERBS, Verb
from .literals import comment_of, is_name, literal


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
    automatic
        Whether the session did it, not the user (a live comparison).
    after
        The same state as it left it, where what came later need not be undone with it.
    replaced
        The earlier entries that it made superfluous.
    """

    number: int
    verb: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] | None = None
    comment: str = ""
    automatic: bool = False
    after: Mapping[str, Any] | None = None
    replaced: tuple[Entry, ...] = ()
    _line: str = field(default="", init=False, repr=False)

    @property
    def regroups(self) -> bool:
        """Whether it changed a group, which a comparison rests on."""
        return not {"idx1", "idx2"}.isdisjoint(self.changed)

    @property
    def changed(self) -> set[str]:
        """Names of the state that it changed."""
        before, after = self.before or {}, self.after or {}
        return {name for name in after if not is_same(before[name], after[name])}

    def python(self) -> str:
        """Return the call as one line of Python."""
        if not self._line:
            object.__setattr__(self, "_line", _call(self.verb, self.arguments, self.comment))
        return self._line


def _call(verb: str, arguments: Mapping[str, Any], comment: str) -> str:
    """Write a verb of a session with literal arguments; names that cannot be one are left out."""
    if verb not in VERBS:
        raise DataError(f"{verb!r:.60} is not a verb of a session.")
    first = VERBS[verb].first
    words = [literal(arguments[first])] if first and first in arguments else []
    words += [
        f"{name}={literal(value)}"
        for name, value in arguments.items()
        if name != first and is_name(name)
    ]
    remark = comment_of(comment)
    return f"session.{verb}({', '.join(words)})" + (f"  # {remark}" if remark else "")


@dataclass(frozen=True, slots=True, eq=False)
class Undone:
    """What redo brings back.

    Attributes
    ----------
    entry
        The verb that was undone.
    dropped
        It and what was built on it.
    after
        The state to go forward to.
    number
        Entries from this number on came after the undoing.
    before
        The state that the undoing went back to.
    """

    entry: Entry
    dropped: tuple[Entry, ...]
    after: Mapping[str, Any]
    number: int
    before: Mapping[str, Any] = field(default_factory=dict)


class Record:
    """The entries so far, and what was undone of them.

    Parameters
    ----------
    on_change
        Called after each change.
    """

    def __init__(self, on_change: Callable[[], None] = lambda: None) -> None:
        self.entries: tuple[Entry, ...] = ()
        self.undone: tuple[Undone, ...] = ()
        self._on_change = on_change
        self._numbers = count(1)

    def add(
        self,
        verb: str,
        arguments: Mapping[str, Any],
        *,
        before: Mapping[str, Any] | None = None,
        comment: str = "",
        automatic: bool = False,
        after: Mapping[str, Any] | None = None,
        keeps_redo: bool = False,
    ) -> int:
        """Put a verb at the end; what could be redone is forgotten, unless it is automatic.

        Parameters
        ----------
        verb, arguments, before, comment, automatic, after
            See `Entry`.
        keeps_redo
            Whether what could be redone still can.

        Returns
        -------
        The number of the new entry.
        """
        number = next(self._numbers)
        entry = Entry(number, verb, dict(arguments), before, comment, automatic, after)
        if not automatic and not keeps_redo:
            self.undone = ()
        self._set((*self.entries, entry))
        return number

    def commit(self, number: int, *, before: Mapping[str, Any] | None = None) -> int:
        """Move a long verb to the end: only now did it take effect.

        Parameters
        ----------
        number
            The entry; when it was taken out meanwhile, nothing happens.
        before
            The state to go back to.

        Returns
        -------
        The entry's new number.
        """
        entry = self._entry(number)
        if entry is None:
            return number
        others = tuple(old for old in self.entries if old is not entry)
        replaced = _superfluous(others, VERBS[entry.verb])
        if not VERBS[entry.verb].keeps_redo:
            self.undone = ()
        number = next(self._numbers)
        settled = replace(entry, number=number, before=before, replaced=replaced)
        self._set((*(old for old in others if old not in replaced), settled))
        return number

    def update(
        self,
        number: int,
        *,
        comment: str = "",
        after: Mapping[str, Any] | None = None,
        **arguments: Any,
    ) -> None:
        """Change what an entry says it was given, and the state that it left."""

        def amended(old: Entry) -> Entry:
            recorded = {**old.arguments, **arguments}
            return replace(old, arguments=recorded, comment=comment, after=after or old.after)

        self._set(tuple(amended(old) if old.number == number else old for old in self.entries))

    def discard(self, *numbers: int) -> None:
        """Forget verbs that came to nothing."""
        if numbers:
            self._set(tuple(old for old in self.entries if old.number not in numbers))

    def later(self, number: int) -> tuple[Entry, ...]:
        """Return the entries that were made after one."""
        return tuple(entry for entry in self.entries if entry.number > number)

    def remove(self, number: int, *, undone: tuple[Undone, ...]) -> None:
        """Forget a verb that failed; what could be redone before it can be redone again.

        Parameters
        ----------
        number
            The entry.
        undone
            What could be redone before it was added.
        """
        newest = self.entries[-1].number if self.entries else None
        if newest == number and not self.undone:
            self.undone = undone
        self.discard(number)

    def restart(self, keep: int | None) -> None:
        """Forget everything before entry ``keep``: a new data set was opened."""
        self._set(tuple(old for old in self.entries if old.number == keep))

    def load(self, entries: Iterable[tuple[str, Mapping[str, Any], str]]) -> None:
        """Go on with the record of another session: verbs, arguments and comments."""
        self.undone = ()
        self._set(
            tuple(
                Entry(next(self._numbers), verb, arguments, comment=comment)
                for verb, arguments, comment in entries
            )
        )

    @property
    def newest(self) -> int:
        """The number of the last entry; 0 when there is none."""
        return self.entries[-1].number if self.entries else 0

    # -- back and forth -------------------------------------------------------------------------
    @property
    def undoable(self) -> Entry | None:
        """The entry that undo goes back over next."""
        return next((entry for entry in reversed(self.entries) if entry.before is not None), None)

    @property
    def redoable(self) -> Entry | None:
        """The entry that redo would bring back."""
        return self.undone[-1].entry if self.undone else None

    def built_on(self, entry: Entry) -> tuple[Entry, ...]:
        """Return what was done later and goes when an entry goes."""
        later = self.entries[self.entries.index(entry) + 1 :]
        if VERBS[entry.verb].starts_over:
            return later
        return tuple(other for other in later if entry.regroups and other.verb == "compare")

    def pop_undo(self, entry: Entry, after: Mapping[str, Any], *, before: Mapping[str, Any]) -> int:
        """Drop an entry and what was built on it, and keep both aside.

        Parameters
        ----------
        entry
            What is undone.
        after
            The state to go forward to when it is redone.
        before
            The state that is gone back to now.

        Returns
        -------
        A number that is lower than that of all entries to come.
        """
        dropped = (entry, *self.built_on(entry))
        back = _before(entry, dropped) if VERBS[entry.verb].starts_over else ()
        undone = Undone(entry, dropped, after, next(self._numbers), before)
        self.undone = (*self.undone, undone)
        self._set(_in_order((old for old in self.entries if old not in dropped), back))
        return undone.number

    def pop_redo(self) -> Undone | None:
        """Take up again what was undone last, and return it; None when there is nothing."""
        if not self.undone:
            return None
        *rest, undone = self.undone
        replaced = {old for entry in undone.dropped for old in entry.replaced}
        kept = (
            old
            for old in self.entries
            if old not in replaced and not (old.automatic and old.number > undone.number)
        )
        self.undone = tuple(rest)
        self._set(_in_order(kept, undone.dropped))
        return undone

    def forget_undone(self) -> None:
        """Forget what could be redone: it would not fit what there is now."""
        if self.undone:
            self.undone = ()
            self._on_change()

    def _entry(self, number: int) -> Entry | None:
        return next((entry for entry in self.entries if entry.number == number), None)

    def _set(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        self._on_change()


def must_wait(verb: str, pending: Collection[str]) -> bool:
    """Return whether a verb can be called only when some that were called before have ended.

    Parameters
    ----------
    verb
        What is to be called.
    pending
        The long verbs before it.
    """
    waits = VERBS[verb].looks_at_results or (verb == "train" and "train" in pending)
    return bool(pending) and (waits or any(VERBS[one].runs_beside for one in pending))


def is_same(one: Any, other: Any) -> bool:
    """Tell whether state is what it was: plain values by value, all others by identity."""
    return one is other or (isinstance(one, str | int | float | tuple) and bool(one == other))


def _superfluous(entries: tuple[Entry, ...], verb: Verb) -> tuple[Entry, ...]:
    """Return the earlier entries of a verb that nothing after them looks at."""
    found: list[Entry] = []
    if verb.replaces is None:
        return ()
    for entry in reversed(entries):
        if entry.verb == verb.name:
            if verb.remakes_model and _may_end_a_model(entry):
                break
            found.append(entry)
        elif not verb.replaces(VERBS[entry.verb]):
            break
    return tuple(found)


def _may_end_a_model(entry: Entry) -> bool:
    """Tell whether there may have been a model before a verb: none is there after it."""
    if entry.before is None:
        return not entry.automatic
    return entry.before.get("model") is not None


def _before(entry: Entry, dropped: Iterable[Entry]) -> list[Entry]:
    """Return what the dropped entries had replaced and that came before ``entry``."""
    found = []
    for old in (old for one in dropped for old in one.replaced):
        found += [old] if old.number < entry.number else _before(entry, [old])
    return found


def _in_order(*groups: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted((entry for group in groups for entry in group), key=lambda e: e.number))
