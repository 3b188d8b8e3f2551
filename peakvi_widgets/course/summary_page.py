"""The page that a student hands in: one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING

from ..errors import StageError
from .student import Student

if TYPE_CHECKING:
    from ..session import Session

N_ROWS = 50  # of the table
N_KINDS = 3  # categories of a group that are listed
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem;
  color: #1d2329; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; font-size: 13px; display: block; overflow-x: auto }
td, th { padding: 2px 8px; text-align: right; border-bottom: 1px solid #d9dde2 }
pre { background: #f3f5f7; padding: .7rem; overflow-x: auto; font-size: 13px }
blockquote { margin: .3rem 0; padding-left: .8rem; border-left: 3px solid #b8bec6;
  white-space: pre-wrap }
img { max-width: 100% } .todo { color: #6a737d }
"""


def summary_page(student: Student, session: Session) -> str:
    """Return what a student did, as one HTML page without scripts.

    Steps, answers, the two groups, what held-out fragments say, the first rows of the table, a
    picture of the cells, and the Python that does the same.
    """
    with session.lock:
        parts = "\n".join(_parts(student, session))
    title = escape(student.course.title)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>\n{parts}\n</body></html>\n"
    )


def _parts(student: Student, session: Session) -> Iterator[str]:
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield f"<h1>{escape(student.course.title)}</h1>"
    name = f"{escape(student.name)} · " if student.name else ""
    yield f"<p>{name}{when} · {student.n_done} of {len(student.done)} steps</p>"
    yield "<h2>Steps</h2><ol>"
    for step, done, tries, answer in zip(
        student.course.steps, student.done, student.tries, student.answers, strict=True
    ):
        mark = "done" if done else "not done"
        again = f", {tries} failed checks" if tries else ""
        kind = "" if done else ' class="todo"'
        yield f"<li{kind}>{escape(step.name)} ({mark}{again})"
        if step.question:
            yield f"<p>{escape(step.question)}</p>"
            yield f"<blockquote>{escape(answer) or '(no answer)'}</blockquote>"
        yield "</li>"
    yield "</ol>"
    yield f"<h2>Data</h2><p>{escape(session.summary())}</p>"
    yield from _picture(session)
    yield "<h2>Groups</h2><ul>"
    for group in (1, 2):
        yield f"<li>Group {group}: {escape(_described(session, group))}</li>"
    yield "</ul>"
    yield from _table(session)
    yield f"<h2>The same in Python</h2><pre>{escape(session.code())}</pre>"


def _described(session: Session, group: int) -> str:
    """Return the size of a group and its most frequent kinds by the column that colors cells."""
    cells = getattr(session, f"idx{group}")
    text = f"{len(cells):,} cells"
    colors = session.colors
    if colors.kind != "category" or not len(cells):
        return text
    import numpy as np

    codes = colors.codes[cells]
    counts = np.bincount(codes[codes >= 0], minlength=len(colors.categories))
    most = np.argsort(-counts, kind="stable")[:N_KINDS]
    kinds = [f"{colors.categories[one]} {counts[one]:,}" for one in most if counts[one]]
    return f"{text} ({colors.title}: {', '.join(kinds)})" if kinds else text


def _picture(session: Session) -> Iterator[str]:
    try:
        drawn = session.figure("embedding")
    except StageError:
        return
    file = BytesIO()
    drawn.savefig(file, format="png", dpi=110)
    data = base64.b64encode(file.getvalue()).decode()
    yield f'<p><img alt="The cells on their map" src="data:image/png;base64,{data}"></p>'


def _table(session: Session) -> Iterator[str]:
    table = session.da_result
    if table is None:
        yield "<h2>Comparison</h2><p>The groups were not compared.</p>"
        return
    yield f"<h2>Comparison: {escape(session.da_title)}</h2>"
    if session.da_state != "final":
        yield "<p>This table is not of the groups of now, or not final.</p>"
    if session.da_check is not None:
        yield f"<p>{escape(session.da_check.sentence)}</p>"
    for warning in session.da_warnings:
        yield f"<p>{escape(warning.text)}</p>"
    shown = table.head(N_ROWS)
    yield shown.to_html(border=0, float_format="{:.3g}".format, na_rep="")
    if len(table) > N_ROWS:
        yield f"<p>The first {N_ROWS} of {len(table):,} regions.</p>"
