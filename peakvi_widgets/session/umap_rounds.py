"""UMAP by scanpy, round by round: how far it is, and an end before its last round.

UMAP counts its rounds by a progress bar. In its place stands one that also reports to the thread
that waits, and that ends the rounds when it is asked to. The map stays the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sized
from importlib import import_module
from typing import Any

from ..jobs import Steps

INTERVAL = 0.2  # seconds between two looks at how far it is
_of_thread = threading.local()  # the rounds that are reported, in the thread that computes them


class _EndedEarly(Exception):
    """The rounds were ended; nothing is wrong."""


class _Rounds:
    """Which round UMAP is in, and whether it is to end."""

    def __init__(self) -> None:
        self.n_done, self.n_rounds, self.is_ending = 0, 0, False

    def counted(self, rounds: Iterable[Any]) -> Iterator[Any]:
        """Give the rounds on, one after the other."""
        for number, value in enumerate(rounds):
            if self.is_ending:
                raise _EndedEarly
            yield value
            self.n_done = number + 1


def umap_by_rounds(cells: Any, text: str, **arguments: Any) -> Steps:
    """Run ``scanpy.tl.umap`` on an AnnData that is used for nothing else.

    Parameters
    ----------
    cells
        With a neighbor graph.
    text
        What is being done; the share of the rounds is added to it.
    arguments
        For ``scanpy.tl.umap``.

    Yields
    ------
    Texts on the progress. Closed meanwhile, it ends after the present round.
    """
    import scanpy as sc

    _report_rounds(import_module("umap.layouts"))
    rounds, errors = _Rounds(), list[BaseException]()

    def compute() -> None:
        _of_thread.rounds = rounds
        try:
            sc.tl.umap(cells, **arguments)
        except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
            errors.append(error)

    thread = threading.Thread(target=compute, name="peakvi-umap", daemon=True)
    thread.start()
    last = text
    yield text
    try:
        while thread.is_alive():
            thread.join(INTERVAL)
            now = text
            if rounds.n_done:
                now = f"{text}, {rounds.n_done / rounds.n_rounds:.0%}"
            if now != last:
                last = now
                yield now
    finally:
        rounds.is_ending = True
        thread.join()
    if errors:
        raise errors[0]


def _report_rounds(layouts: Any) -> None:
    """Replace UMAP's progress bar; in other threads it stays what it was."""
    bar: Callable[..., Iterable[Any]] | None = getattr(layouts, "tqdm", None)
    if bar is None or hasattr(bar, "reports"):
        return

    def reporting(rounds: Iterable[Any], *args: Any, **options: Any) -> Iterable[Any]:
        waited_for: _Rounds | None = getattr(_of_thread, "rounds", None)
        if waited_for is None:
            return bar(rounds, *args, **options)
        waited_for.n_rounds = max(len(rounds), 1) if isinstance(rounds, Sized) else 1
        return waited_for.counted(rounds)

    reporting.reports = True  # type: ignore[attr-defined]
    layouts.tqdm = reporting
