"""Progress bars for code that waits: where someone looks, never into files and pipes."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Generator, Iterable
from functools import cache
from threading import current_thread, main_thread
from time import monotonic
from types import TracebackType
from typing import Any, TypeVar

from . import settings

Result = TypeVar("Result")

SHARE = re.compile(r": (\d{1,3})%$")  # of what is being done, at the end of what is said of it
DELAY = 0.5  # seconds before a bar appears: most work is done by then
PACE = 0.2  # seconds between two pictures of a bar that follows what runs


def bar(*, show: bool | None = None, **options: Any) -> Any:
    """Return a progress bar of tqdm, for notebooks or terminals.

    Work on other threads has none: a session does its work there, and its panels show it.

    Parameters
    ----------
    show
        Whether it is shown; None for ``peakvi_widgets.settings.progress``.
    **options
        Of ``tqdm.tqdm``.
    """
    from tqdm.auto import tqdm

    is_wanted = settings.progress if show is None else show
    is_seen = (_in_notebook() or _at_terminal()) and current_thread() is main_thread()
    return _closing(tqdm)(disable=not (is_wanted and is_seen), dynamic_ncols=True, **options)


@cache
def _closing(bars: Any) -> Any:
    """Return a subclass of tqdm's bar whose widgets are closed with it, unless it stays on screen.

    In notebooks tqdm closes the box alone; the comms of what is in it would stay open.
    """

    class Bar(bars):  # type: ignore[misc]
        def close(self) -> None:
            super().close()
            box = getattr(self, "container", None)
            if box is None or self.leave:
                return
            for widget in (*box.children, box):
                for part in (getattr(widget, "style", None), widget.layout, widget):
                    if part is not None:
                        part.close()

    return Bar


def follow(shares: Iterable[float], name: str, *, show: bool | None = None) -> None:
    """Run work to its end; a bar shows how far it is, if it takes longer than a moment.

    Parameters
    ----------
    shares
        The work; yields the share that is done, from 0 to 1.
    name
        What is done, in a word.
    show
        As for `bar`.
    """
    form = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"
    options = {"total": 1.0, "desc": name, "delay": DELAY, "bar_format": form, "leave": False}
    with bar(show=show, **options) as shown:
        for share in shares:
            shown.update(share - shown.n)


def follow_texts(steps: Generator[str, None, Result], *, show: bool | None = None) -> Result:
    """Run work to its end and return its result; a bar says what is being done.

    Parameters
    ----------
    steps
        The work; yields what it does, with the share of that where it is known: "reading x: 40%".
    show
        As for `bar`.
    """
    form = "{desc} {percentage:3.0f}%|{bar}| {elapsed}"
    options = {"total": 100, "delay": DELAY, "bar_format": form, "mininterval": DELAY / 5}
    with bar(show=show, leave=False, **options) as shown:
        while True:
            try:
                text = next(steps)
            except StopIteration as ended:
                shown.n = shown.total  # a notebook keeps a bar that is not full
                result: Result = ended.value
                return result
            share = SHARE.search(text)
            shown.set_description_str(text[: share.start()] if share else text, refresh=False)
            shown.update((int(share[1]) if share else 0) - shown.n)


def _in_notebook() -> bool:
    from tqdm.auto import tqdm

    return any("notebook" in base.__module__ for base in tqdm.__mro__)


def _at_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


class TaskBar:
    """A bar that follows what runs, if that takes longer than a moment; it goes away at the end.

    Parameters
    ----------
    task
        Returns what runs now, empty for nothing, and the share that is done or -1.
    show
        As for `bar`.
    """

    def __init__(self, task: Callable[[], tuple[str, float]], *, show: bool | None = None) -> None:
        self._task, self._is_wanted = task, show
        self._due = monotonic() + DELAY
        self._bar: Any = None
        self._output: Any = None  # of the cell, with the bar

    def __enter__(self) -> TaskBar:
        return self

    def show(self) -> None:
        """Bring the bar up to date; often called, it does so several times a second."""
        text, share = self._task()
        now = monotonic()
        if not text or now < self._due:
            return
        self._due = now + PACE
        if self._bar is None:
            self._begin()
        self._bar.set_description_str(text, refresh=False)
        self._bar.n = max(0.0, share)
        self._bar.refresh()

    def _begin(self) -> None:
        in_notebook = _in_notebook()
        self._bar = bar(
            show=self._is_wanted,
            total=1.0,
            leave=False,
            bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}",
            **({"display": False} if in_notebook else {}),
        )
        if in_notebook and not self._bar.disable:
            from tqdm import notebook

            self._output = notebook.display(self._bar.container, display_id=True)

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.n = self._bar.total  # a notebook keeps a bar that is not full
            self._bar.close()
        if self._output is not None:
            self._output.update({"text/plain": ""}, raw=True)  # else the notebook keeps the bar
