"""Undo and redo: back over the newest change that can be undone, and forward again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..verb import VERBS, undo_label
from ..work import SessionBase
from .record import Entry, Undone, is_same


class UndoPart(SessionBase):
    """The way back and forth over what was recorded."""

    def undo(self) -> None:
        """Go back over the last filter, set-up, selection or change of groups.

        Work that was built on it since (a training) goes with it; then the first call only says
        so, and the second does it.
        """
        with self._step():
            entry = self._record.undoable
            if entry is None or entry.before is None:
                self.tell("There is nothing to undo.")
                return
            if self._must_wait(entry, "undo"):
                return
            later = {later.verb for later in self._record.built_on(entry)}
            lost = sorted(verb for verb in later if VERBS[verb].is_costly)
            if lost and self._undo_asked != entry.number:
                self._undo_asked = entry.number
                self.tell(
                    f"Undoing the {undo_label(entry.verb)} also takes back what was built on it "
                    f"({', '.join(lost)}); undo once more to do it.",
                    "warning",
                )
                return
            self._before_undo(entry)
            now = self._snapshot()
            state = self._without_change(entry, now)
            since = self._record.take_back(entry, {name: now[name] for name in state}, before=state)
            self._go_to(state)
            self._complete_record(entry, entry.before, since)
            self.tell(f"Undone: {undo_label(entry.verb)}.")

    def redo(self) -> None:
        """Bring back what was undone last; possible until something else is done."""
        with self._step():
            entry = self._record.redoable
            if entry is None:
                self.tell("There is nothing to redo.")
                return
            if self._must_wait(entry, "redo"):
                return
            self._before_undo(entry)
            if undone := self._record.bring_back():
                self._go_to(self._again(undone))
                after = entry.after or undone.after
                self._complete_record(entry, after, undone.number)
            self.tell(f"Redone: {undo_label(entry.verb)}.")

    def _must_wait(self, entry: Entry, wish: str) -> bool:
        """Tell whether work that runs stands in the way, and say so."""
        jobs = [job for job in (self._work.running, *self._work.waiting) if job]
        yielding = {verb.work for verb in VERBS.values() if verb.yields_to_undo}
        if not VERBS[entry.verb].starts_over or all(job.name in yielding for job in jobs):
            return False
        self.tell(f"Work is still running; stop it or wait, then {wish}.", "warning")
        return True

    def _without_change(self, entry: Entry, now: Mapping[str, Any]) -> dict[str, Any]:
        """Return what undo changes: the state as it is now, but for what an entry changed.

        What came later may have changed the same; that stays.
        """
        before = dict(entry.before or {})
        if not entry.after:
            return before
        for name, after in entry.after.items():
            before[name] = self._without(name, before[name], after, now[name])
        return {name: before[name] for name in entry.changed if before[name] is not now[name]}

    def _without(self, name: str, before: Any, after: Any, now: Any) -> Any:
        """Return a part of the state as it is now, but for one change of it."""
        return before if is_same(now, after) else now

    def _again(self, undone: Undone) -> Mapping[str, Any]:
        """Return the state that redo goes forward to."""
        return undone.after

    def _go_to(self, state: Mapping[str, Any]) -> None:
        with self._step():
            now = self._snapshot()
            self._restore(state)
            self._after_undo({name for name, value in state.items() if value is not now[name]})

    # -- what depends on what: each part of the session adds its own, and calls super -------------
    def _forget_model(self) -> None:
        """Forget what came from a trained model."""

    def _forget_cells(self) -> None:
        """Forget what names cells by their position."""

    def _complete_record(self, entry: Entry, state: Mapping[str, Any], since: int) -> None:
        """Make the record give what undo or redo gave.

        Parameters
        ----------
        entry
            What was undone or redone.
        state
            What the record gives up to it.
        since
            Number after which entries were made that did not look at what is given now.
        """

    def _before_undo(self, entry: Entry) -> None:
        """Give up what runs and would not fit when a verb is undone or redone."""

    def _after_undo(self, changed: Collection[str]) -> None:
        """Bring what depends on the state that changed up to date."""
