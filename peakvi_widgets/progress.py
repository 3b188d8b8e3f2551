"""Progress bars for code that waits: where someone looks, never into files and pipes."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Generator, Iterable
from threading import current_thread, main_thread
from types import TracebackType
from typing import Any, TypeVar

from . import settings

Result = TypeVar("Result")

SHARE = re.compile(r": (\d{1,3})%$")  # of what is being done, at the end of what is said of it
DELAY = 0.5  # seconds before a bar appears: most work is done by then


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
    in_notebook = any("notebook" in base.__module__ for base in tqdm.__mro__)
    is_seen = (in_notebook or _at_terminal()) and current_thread() is main_thread()
    return tqdm(disable=not (is_wanted and is_seen), dynamic_ncols=True, **options)


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
                result: Result = ended.value
                return result
            share = SHARE.search(text)
            shown.set_description_str(text[: share.start()] if share else text, refresh=False)
            shown.update((int(share[1]) if share else 0) - shown.n)


def _at_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


class TaskBar:
    """A bar in a terminal that follows what runs; it goes away when that is done.

    A notebook has none: the widgets of a bar stay there, and panels show what runs.

    Parameters
    ----------
    task
        Returns what runs now, empty for nothing, and the share that is done or -1.
    """

    def __init__(self, task: Callable[[], tuple[str, float]]) -> None:
        self._task = task
        self._bar: Any = None

    def __enter__(self) -> TaskBar:
        return self

    def show(self) -> None:
        """Bring the bar up to date."""
        text, share = self._task()
        if not text:
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                disable=not (settings.progress and _at_terminal()),
                total=1.0,
                leave=False,
                delay=DELAY,
                dynamic_ncols=True,
                bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}",
            )
        self._bar.set_description_str(text, refresh=False)
        self._bar.n = max(0.0, share)
        self._bar.refresh()

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
