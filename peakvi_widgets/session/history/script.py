"""The script of a session: its record as Python, and the same as a notebook."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..verb import VERBS
from .literals import comment_of
from .record import Entry, must_wait
from .versions import versions

N_BODY, N_TAIL = 256, 16  # entries in the second and the third part of a growing script

Parts = tuple[str, str, str]


def script(entries: Sequence[Entry]) -> str:
    """Return the Python that does in a fresh process what the entries say."""
    return "".join(GrowingScript().parts(tuple(entries)))


class GrowingScript:
    """The script of a record that grows, in three parts; only the last one changes all the time.

    After a new entry the third part is written again, which holds few entries; now and then they
    move into the second, and rarely all of these into the first. So what a step costs, to write
    and to send, hardly depends on how many came before.
    """

    def __init__(self) -> None:
        self._entries: tuple[Entry, ...] = ()
        self._texts: list[str] = []  # of each entry, with the line that waits before it
        self._pending: list[frozenset[str]] = []  # long verbs that may still run after each entry
        self._ends = (0, 0)  # how many entries the first part holds, and the first two
        self._parts: Parts = ("", "", "")

    def parts(self, entries: tuple[Entry, ...]) -> Parts:
        """Return the script of these entries; together the parts are all of it."""
        n_same = _n_same(self._entries, entries)
        del self._texts[n_same:], self._pending[n_same:]
        for entry in entries[n_same:]:
            self._append(entry)
        self._entries = entries
        head, body = self._ends
        if n_same < head:  # leave room, so that what follows does not write the first part again
            head = max(0, n_same - N_BODY // 2)
        if n_same < body:
            body = max(head, n_same - N_TAIL // 2)
        if len(entries) - body > N_TAIL:
            body = len(entries)
        if body - head > N_BODY:
            head = body
        self._write(head, body, n_same)
        return self._parts

    def _append(self, entry: Entry) -> None:
        pending = self._pending[-1] if self._pending else frozenset()
        wait = ""
        if must_wait(entry.verb, pending):
            wait, pending = "session.wait()\n", frozenset()
        self._texts.append(f"{wait}{entry.python()}\n")
        self._pending.append(pending | _may_run(entry))

    def _write(self, head: int, body: int, n_same: int) -> None:
        first, second, _ = self._parts
        old_head, old_body = self._ends
        if not first or head != old_head or n_same < head:
            begin = f"# {comment_of(versions())}\nimport peakvi_widgets as pv\n\n"
            first = "".join([begin, "session = pv.Session()\n", *self._texts[:head]])
        if (head, body) != (old_head, old_body) or n_same < body:
            second = "".join(self._texts[head:body])
        third = [*self._texts[body:], *_ending(self._entries, self._pending)]
        self._ends, self._parts = (head, body), (first, second, "".join(third))


def _n_same(old: tuple[Entry, ...], new: tuple[Entry, ...]) -> int:
    """Return how many entries at the beginning are the same."""
    low, high = 0, min(len(old), len(new))
    if old[:high] == new[:high]:  # entries are equal when they are the same
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _may_run(entry: Entry) -> frozenset[str]:
    """Return the verb if it may still run when the next one is called."""
    return frozenset({entry.verb}) if VERBS[entry.verb].takes_time else frozenset()


def _ending(entries: Sequence[Entry], pending: Sequence[frozenset[str]]) -> list[str]:
    """Return the lines after all entries."""
    lines = ["session.wait()\n"] if pending and pending[-1] else []
    has_table = any(entry.verb == "compare" for entry in entries)
    return [*lines, "session.da_result\n"] if has_table else lines


def notebook(entries: Sequence[Entry]) -> str:
    """Return the script as a Jupyter notebook (version 4.5), a cell for each stretch of work."""
    title = f"# A session of peakvi_widgets\n\nRecorded with {versions()}."
    begin = ["import peakvi_widgets as pv", "", "session = pv.Session()"]
    cells = [
        _cell("markdown", title),
        *(_cell("code", part) for part in (begin, *_stretches(entries))),
    ]
    return _notebook_of(cells)


def one_cell_notebook(code: str) -> str:
    """Return a notebook with one cell of code."""
    return _notebook_of([_cell("code", code)])


def _notebook_of(cells: list[dict[str, Any]]) -> str:
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps(
        {
            "cells": cells,
            "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        indent=1,
    )


def _stretches(entries: Sequence[Entry]) -> list[list[str]]:
    """Return the lines after the beginning in stretches that end when their work is done."""
    lines = script(entries).partition("session = pv.Session()\n")[2].split("\n")
    stretches: list[list[str]] = [[]]
    for line in filter(None, lines):
        stretches[-1].append(line)
        if line == "session.wait()":
            stretches.append([])
    if len(stretches) > 1 and stretches[-1] == ["session.da_result"]:
        last = stretches.pop()
        stretches[-1] += last
    return [stretch for stretch in stretches if stretch]


def _cell(kind: str, source: str | Sequence[str]) -> dict[str, Any]:
    text = source if isinstance(source, str) else "\n".join(source)
    lines = text.split("\n")
    code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {
        "cell_type": kind,
        "metadata": {},
        "source": [*(f"{line}\n" for line in lines[:-1]), lines[-1]],
        **code,
    }
