"""Undo and redo: back over the newest change that can be undone, and forward again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..base import Part
from ..history.record import Entry, Undone, is_same
from ..verb import VERBS, undo_label


class Undo(Part):
    """The way back and forth over what was recorded."""

    def undo(self) -> None:
        """Go back over the last filter, set-up, selection or change of groups.

        Work that was built on it since (a training) goes with it; then the first call only says
        so, and the second does it.
        """
        with self._step():
            entry = self._record.undoable
            if entry is None or entry.before is None:
                self.notify("There is nothing to undo.")
                return
            if self._must_wait(entry, "undo"):
                return
            later = {later.verb for later in self._record.built_on(entry)}
            lost = sorted(verb for verb in later if VERBS[verb].is_costly)
            if lost and self._undo_asked != entry.number:
                self._undo_asked = entry.number
                self.notify(
                    f"Undoing the {undo_label(entry.verb)} also takes back what was built on it "
                    f"({', '.join(lost)}); undo once more to do it.",
                    "warning",
                )
                return
            self._react("before undo", entry)
            now = self._snapshot()
            state = self._without_change(entry, now)
            since = self._record.pop_undo(entry, {name: now[name] for name in state}, before=state)
            self._go_to(state)
            self._react("undone", entry, entry.before, since)
            self.notify(f"Undone: {undo_label(entry.verb)}.")

    def redo(self) -> None:
        """Bring back what was undone last; possible until something else is done."""
        with self._step():
            entry = self._record.redoable
            if entry is None:
                self.notify("There is nothing to redo.")
                return
            if self._must_wait(entry, "redo"):
                return
            self._react("before undo", entry)
            if undone := self._record.pop_redo():
                self._go_to(self._again(undone))
                after = entry.after or undone.after
                self._react("undone", entry, after, undone.number)
            self.notify(f"Redone: {undo_label(entry.verb)}.")

    def _must_wait(self, entry: Entry, wish: str) -> bool:
        """Tell whether work that runs stands in the way, and say so."""
        jobs = [job for job in (self._work.running, *self._work.waiting) if job]
        yielding = {verb.work for verb in VERBS.values() if verb.yields_to_undo}
        if not VERBS[entry.verb].starts_over or all(job.name in yielding for job in jobs):
            return False
        self.notify(f"Work is still running; stop it or wait, then {wish}.", "warning")
        return True

    def _without_change(self, entry: Entry, now: Mapping[str, Any]) -> dict[str, Any]:
        """Return what undo changes: the state as it is now, but for what an entry changed.

        What came later may have changed the same; that stays.
        """
        before = dict(entry.before or {})
        if not entry.after:
            return before
        without = self.tagged("without")
        for name, after in entry.after.items():
            take_back = without.get(name, _without)
            before[name] = take_back(before[name], after, now[name])
        state = {name: before[name] for name in entry.changed if before[name] is not now[name]}
        later = {name for name, after in entry.after.items() if not is_same(now[name], after)}
        groups = self.tagged("with_")
        kept = {groups[name] for name in later if name in groups}
        state = {name: value for name, value in state.items() if groups.get(name) not in kept}
        self._react("undoing", entry, state)
        return state

    def _again(self, undone: Undone) -> Mapping[str, Any]:
        """Return the state that redo goes forward to; what was changed since the undo stays."""
        state = dict(undone.after)
        if undone.entry.after:
            for name, without in self.tagged("without").items():
                if name in state:
                    state[name] = without(state[name], undone.before[name], getattr(self, name))
        return state

    def _go_to(self, state: Mapping[str, Any]) -> None:
        with self._step():
            now = self._snapshot()
            self._restore(state)
            changed = {name for name, value in state.items() if value is not now[name]}
            self._react("after undo", changed)


def _without(before: Any, after: Any, now: Any) -> Any:
    """Return a value as it is now, but for one change of it."""
    return before if is_same(now, after) else now
