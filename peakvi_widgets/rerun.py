"""A cell that is run again: its new viewer takes the place of the one it made before.

A notebook rebinds the name and clears the output, but a widget lives on in the kernel until it is
closed, with its comms, its hold on the data and the training that it began. Where the old viewer is
shown in another cell too, its frame stays there, to say so, until that cell is run again.
"""

from __future__ import annotations

from typing import Any, Protocol
from weakref import WeakSet

from .kernel import running_cell


class Successor(Protocol):
    """What can take another's place: a viewer."""

    made_in: str
    made_by: str
    shown_in: set[str]
    superseded: str

    def give_way(self, text: str, heir: Any) -> None:
        """Let go of everything but the frame, which says this."""

    def close(self) -> None:
        """Let go of the frame too."""


_made: WeakSet[Successor] = WeakSet()


def made(viewer: Successor) -> None:
    """Note which cell makes a viewer; what an earlier run of that cell made gives way."""
    run = running_cell()
    viewer.made_in, viewer.made_by = (run.cell, run.run) if run else ("", "")
    for old in list(_made):
        if run and old.made_in == run.cell and old.made_by != run.run and not old.superseded:
            old.shown_in.discard(run.cell)  # that output is cleared
            text = f"The cell that made this viewer was run again, as [{run.number}]."
            old.give_way(text, viewer)
            if not old.shown_in:
                old.close()
    _made.add(viewer)


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
