"""The script of a session: its record as Python, and the same as a notebook."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .literals import comment_of
from .record import IMMEDIATE, LASTING, Entry, must_wait

# what decides numbers and pictures, besides this package
LIBRARIES = ("torch", "numpy", "anndata", "scanpy", "umap-learn", "igraph")


def script(entries: Sequence[Entry]) -> str:
    """Return the Python that does in a fresh process what the entries say."""
    parts = [
        [f"# {comment_of(versions())}", "import peakvi_widgets as pv", "", "session = pv.Session()"]
    ]
    return "\n".join(line for part in (*parts, *_parts(entries)) for line in part) + "\n"


def notebook(entries: Sequence[Entry]) -> str:
    """Return the script as a Jupyter notebook (version 4.5), a cell for each stretch of work."""
    title = f"# A session of peakvi_widgets\n\nRecorded with {versions()}."
    begin = ["import peakvi_widgets as pv", "", "session = pv.Session()"]
    cells = [_cell("markdown", title), *(_cell("code", part) for part in (begin, *_parts(entries)))]
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


@cache
def versions() -> str:
    """Say which versions the numbers come from, without importing anything."""
    import peakvi_widgets

    found = [f"peakvi_widgets {peakvi_widgets.__version__}", f"Python {platform.python_version()}"]
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:  # installed in a way that leaves no trace
            continue
    return ", ".join(found)


def _parts(entries: Sequence[Entry]) -> list[list[str]]:
    """Return the lines in stretches, each of which ends when its work is done."""
    parts: list[list[str]] = [[]]
    pending: set[str] = set()
    for entry in entries:
        if must_wait(entry.verb, pending):
            parts[-1].append("session.wait()")
            parts.append([])
            pending = set()
        if entry.verb not in IMMEDIATE or entry.verb in LASTING:
            pending.add(entry.verb)
        parts[-1].append(entry.python())
    if pending:
        parts[-1].append("session.wait()")
    if any(entry.verb == "compare" for entry in entries):
        parts[-1].append("session.da_result")
    return [part for part in parts if part]


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
