"""A cell that is run again: its new viewer takes the place of the one it made before.

A notebook rebinds the name and clears the output, but a widget lives on in the kernel until it is
closed, with its comms, its hold on the data and the training that it began. Where the old viewer is
shown in another cell too, its frame stays there, to say so, until that cell is run again. How a
person left the window is handed on: the first viewer of a run follows the first one of the run
before, the second one the second.
"""

from __future__ import annotations

from typing import Any, Protocol
from weakref import WeakKeyDictionary

from .kernel import running_cell


class Successor(Protocol):
    """What can take another's place: a viewer."""

    made_in: str
    made_by: str
    shown_in: set[str]
    superseded: str
    window_layout: Any

    def give_way(self, text: str, heir: Any) -> None:
        """Let go of everything but the frame, which says this."""

    def take_place(self, layout: Any) -> None:
        """Stand there as the one before did."""

    def close(self) -> None:
        """Let go of the frame too."""


_made: WeakKeyDictionary[Successor, None] = WeakKeyDictionary()  # in the order they were made in
# by cell: its last run, and the layouts that no viewer of that run has taken over
_left: dict[str, tuple[str, list[Any]]] = {}


def made(viewer: Successor) -> None:
    """Note which cell makes a viewer; what an earlier run of that cell made gives way."""
    run = running_cell()
    viewer.made_in, viewer.made_by = (run.cell, run.run) if run else ("", "")
    if run:
        here = [one for one in _made if one.made_in == run.cell]
        olds = [one for one in here if one.made_by != run.run and not one.superseded]
        last, layouts = _left.get(run.cell, ("", []))
        if last != run.run:
            layouts = [old.window_layout for old in olds]
            _left[run.cell] = run.run, layouts
        for old in olds:
            old.shown_in.discard(run.cell)  # that output is cleared
            text = f"The cell that made this viewer was run again, as [{run.number}]."
            old.give_way(text, viewer)
            if not old.shown_in:
                old.close()
        if layouts:
            viewer.take_place(layouts.pop(0))
    _made[viewer] = None


def shown(viewer: Successor) -> None:
    """Note which cell shows a viewer; a frame that stood there only to say so goes."""
    run = running_cell()
    if run is None:
        return
    viewer.shown_in.add(run.cell)
    for old in list(_made):
        if old is viewer or not old.superseded:
            continue
        old.shown_in.discard(run.cell)
        if not old.shown_in:
            old.close()
