"""A few facts about an object as a small HTML table, for notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape


def summary_table(title: str, facts: Mapping[str, str], next_step: str) -> str:
    """Return a title, a row a fact, and the call that usually comes next.

    Parameters
    ----------
    title, facts, next_step
        Plain text; it may hold anything.
    """
    rows = "".join(
        f'<tr><th scope="row" style="text-align: left">{escape(name)}</th>'
        f'<td style="text-align: left">{escape(value)}</td></tr>'
        for name, value in facts.items()
    )
    return (
        f"<div><strong>{escape(title)}</strong><table>{rows}</table>"
        f"next: <code>{escape(next_step)}</code></div>"
    )
