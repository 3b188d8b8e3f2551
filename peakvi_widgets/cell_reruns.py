"""When a notebook cell is run again, its new viewer replaces the one that it made before.

A notebook rebinds the name and clears the output, but a widget stays open in the kernel until it
is closed, with its comms, its references to the data and the training that it started. Where the
old viewer is displayed in another cell too, its frame stays there with a sentence that says so,
until that cell is run again. The window layout is passed on: the first viewer of a run inherits
from the first one of the run before, the second from the second.
"""

from __future__ import annotations

from typing import Any, Protocol
from weakref import WeakKeyDictionary

from .kernel import running_cell


class Replaceable(Protocol):
    """An object that a later run of its cell can replace: a viewer.

    Attributes
    ----------
    made_in, made_by
        The cell that made it and the run of that cell; empty outside a notebook.
    shown_in
        Cells that display it.
    superseded
        Why it is out of use; empty while it is in use.
    window_layout
        Sizes, folds and tabs of its window.
    """

    made_in: str
    made_by: str
    shown_in: set[str]
    superseded: str
    window_layout: Any

    def retire(self, text: str, successor: Any) -> None:
        """Release everything but the frame, which shows this text."""

    def inherit_layout(self, layout: Any) -> None:
        """Use the layout of the viewer that this one replaces."""

    def close(self) -> None:
        """Release the frame too."""


_viewers: WeakKeyDictionary[Replaceable, None] = WeakKeyDictionary()  # in order of creation
# for each cell: its last run, and the layouts that no viewer of that run has inherited yet
_layouts: dict[str, tuple[str, list[Any]]] = {}


def register(viewer: Replaceable) -> None:
    """Note which cell makes a viewer, and retire the viewers of earlier runs of that cell."""
    run = running_cell()
    viewer.made_in, viewer.made_by = (run.cell, run.run) if run else ("", "")
    if run:
        same_cell = [one for one in _viewers if one.made_in == run.cell]
        olds = [one for one in same_cell if one.made_by != run.run and not one.superseded]
        last, layouts = _layouts.get(run.cell, ("", []))
        if last != run.run:
            layouts = [old.window_layout for old in olds]
            _layouts[run.cell] = run.run, layouts
        for old in olds:
            old.shown_in.discard(run.cell)  # that output is cleared
            text = f"The cell that made this viewer was run again, as [{run.number}]."
            old.retire(text, viewer)
            if not old.shown_in:
                old.close()
        if layouts:
            viewer.inherit_layout(layouts.pop(0))
    _viewers[viewer] = None


def displayed(viewer: Replaceable) -> None:
    """Note which cell displays a viewer, and close retired viewers that no cell displays now."""
    run = running_cell()
    if run is None:
        return
    viewer.shown_in.add(run.cell)
    for old in list(_viewers):
        if old is viewer or not old.superseded:
            continue
        old.shown_in.discard(run.cell)
        if not old.shown_in:
            old.close()
