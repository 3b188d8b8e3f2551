"""Static output for saved notebooks: a picture and a table in the place of a viewer.

A widget needs a kernel: a notebook that is reopened, nbconvert and GitHub do not show it. So each
cell that shows a viewer gets a second output, a matplotlib picture over a table, which the viewer
hides in a live page. It is drawn again when cells, groups, model or
comparison have changed, at most every few seconds, never under the session's lock and in a live
page never while lines are drawn, which would wait for it.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from .arguments import encodable
from .kernel import after_each_cell, has_front_end, publish
from .session.figures import Snapshot, overview, snapshot

if TYPE_CHECKING:
    from .session import Session

WATCHED = ("embedding", "colors", "layer_rows", "idx1", "idx2", "training", "da_state", "n_cells")
WAIT = 2.0  # seconds in which changes share one picture
MAX_DISPLAYS = 8  # cells whose outputs are updated
N_TOP = 10  # regions in the table

# Hidden for a moment, so that in a live page it never flashes before the viewer hides it.
STYLE = """<style>
@keyframes peakvi-saved { from { display: none; visibility: hidden; max-height: 0 } }
.peakvi-saved { animation: peakvi-saved 4s step-end 1; overflow: hidden; font: 13px sans-serif }
.peakvi-saved img { max-width: 100%; background: white }
.peakvi-saved table { border-collapse: collapse; margin: 8px 0 }
.peakvi-saved :is(td, th) { padding: 2px 12px 2px 0; text-align: left; font-weight: normal }
.peakvi-saved tr.peakvi-head th { border-bottom: 1px solid; font-weight: bold }
</style>"""

_open: WeakSet[SavedOutput] = WeakSet()


class SavedOutput:
    """The second output of the cells that show a viewer.

    Parameters
    ----------
    session
        Session that is drawn.
    name
        A class of the HTML by which the viewer finds and hides it.
    """

    def __init__(self, session: Session, name: str) -> None:
        self._session, self._name = session, name
        self._displays: list[str] = []
        self._numbers = count()
        self._is_stale = False
        self._timer: threading.Timer | None = None
        self._state = threading.Lock()  # of the two above
        self._drawing = threading.Lock()

    def display(self) -> None:
        """Add the output to the cell that runs; does nothing outside a notebook."""
        display = f"{self._name}-{next(self._numbers)}"
        with self._session.lock:
            now = snapshot(self._session)
        if not publish(bundle_of(now, self._name, b""), display):
            return
        if not self._displays:
            self._session.observe(self._changed, names=list(WATCHED))
            _open.add(self)
            after_each_cell(_refresh_unwatched)
        self._displays = [*self._displays, display][-MAX_DISPLAYS:]
        self._changed()

    def refresh(self) -> None:
        """Draw the current state, and replace every output that shows it."""
        with self._drawing:
            with self._state:
                if not self._is_stale:
                    return
                self._is_stale = False
            with self._session.lock:
                now = snapshot(self._session)
            bundle = bundle_of(now, self._name, picture_of(now))
            for display in self._displays:
                publish(bundle, display, update=True)

    def close(self) -> None:
        """Stop following the session; the outputs stay as they are."""
        if self._displays:
            self._session.unobserve(self._changed, names=list(WATCHED))
        self._displays = []
        _open.discard(self)
        with self._state:
            self._is_stale = False
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _changed(self, _change: Any = None) -> None:
        with self._state:
            self._is_stale = True
            if self._timer is not None or not has_front_end():
                return
            self._timer = threading.Timer(WAIT, self._refresh_late)
            self._timer.name, self._timer.daemon = "peakvi saved output", True
            self._timer.start()

    def _refresh_late(self) -> None:
        try:
            if self._session.hand_rests_for >= WAIT:
                self.refresh()
        finally:
            with self._state:
                self._timer = None
                is_stale = self._is_stale
            if is_stale:  # it changed while it was drawn, or was not drawn
                self._changed()


def _refresh_unwatched() -> None:
    """Draw at the end of a cell if no page is open, because nbconvert reads no later message."""
    if not has_front_end():
        for output in list(_open):
            output.refresh()


def picture_of(now: Snapshot) -> bytes:
    """Return the picture as PNG; empty where there is nothing to draw yet."""
    import io

    figure = overview(now)
    if figure is None:
        return b""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=80)
    return file.getvalue()


def bundle_of(now: Snapshot, name: str, png: bytes) -> dict[str, Any]:
    """Return the output in all forms: HTML, the picture alone, and text.

    Parameters
    ----------
    now
        State that is shown.
    name
        A class of the HTML.
    png
        The picture; empty for none.
    """
    picture = b64encode(png).decode()
    image = f'<img alt="Cells and results" src="data:image/png;base64,{picture}">' if png else ""
    html = f'<div class="peakvi-saved {name}">{STYLE}{image}{_table(now)}</div>'
    texts = {"text/html": html, "text/plain": "\n".join(_lines(now))}
    bundle: dict[str, Any] = {form: encodable(text) for form, text in texts.items()}
    if png:
        bundle["image/png"] = picture
    return bundle


def _table(now: Snapshot) -> str:
    rows = [
        f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in _facts(now)
    ]
    parts = [f"<table>{''.join(rows)}</table>"]
    top = list(_top(now))
    if top:
        heads = "".join(f"<th>{head}</th>" for head in ("region", "effect size", "prob_da"))
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in top
        )
        parts.append(f'<table><tr class="peakvi-head">{heads}</tr>{body}</table>')
    return "".join(parts)


def _lines(now: Snapshot) -> Iterator[str]:
    for name, text in _facts(now):
        yield f"{name}: {text}"
    for row in _top(now):
        yield "  ".join(row)


def _facts(now: Snapshot) -> Iterator[tuple[str, str]]:
    if not now.n_cells:
        yield "data", "none open"
        return
    source = f" ({now.source})" if now.source else ""
    yield "data", f"{now.n_cells:,} cells, {now.n_regions:,} regions{source}"
    yield "model", now.training_words
    if len(now.idx1) or len(now.idx2):
        yield "groups", f"group 1: {len(now.idx1):,} cells, group 2: {len(now.idx2):,} cells"
    if now.table is not None:
        n_called = int(now.table["is_da_fdr"].sum())
        state = "" if now.da_state == "final" else f" ({now.da_state})"
        yield "comparison", f"{now.da_title}: {n_called:,} of {len(now.table):,} regions{state}"


def _top(now: Snapshot) -> Iterator[tuple[str, str, str]]:
    if now.table is None:
        return
    top = now.table.head(N_TOP)
    for region, effect, prob in zip(top.index, top["effect_size"], top["prob_da"], strict=True):
        yield str(region), f"{effect:+.2f}", f"{prob:.3f}"
