"""What a step of a course may ask of a session, each by the words that a course file uses.

A condition looks at the session as it is now and says what is still missing, in one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..arguments import listed, shown
from ..errors import DataError

if TYPE_CHECKING:
    from ..session import Session

MIN_SHARE = 0.8  # of a group, unless a course says otherwise
TOP = 20  # rows of the table in which a gene is looked for
KIND = "{column: cell_type_coarse, is: B}"
VERDICTS = ("nothing called", "too few fragments", "supported", "mixed", "noise")


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that a session may fulfil.

    Attributes
    ----------
    words
        Its name in a course file: ``cells in group 1``.
    example
        A value, as in a course file.
    help
        What it asks, in one line.
    checked
        Returns the value that a course gives, as the condition needs it.
    missing
        Returns what is missing in a session, given the value; empty if nothing is.
    """

    words: str
    example: str
    help: str
    checked: Callable[[Any], Any]
    missing: Callable[[Session, Any], str]


def _yes(value: Any) -> bool:
    if value is not True:
        raise DataError(f"it is {shown(value)}; write true.")
    return True


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**9:
        raise DataError(f"it is {shown(value)}; write a whole number above 0.")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"it is {shown(value)}; write a name.")
    return value


def _verdict(value: Any) -> str:
    if value not in VERDICTS:
        raise DataError(f"it is {shown(value)}; write one of {', '.join(VERDICTS)}.")
    return str(value)


def _kind(value: Any) -> tuple[str, str, float]:
    """Return column, category and share of ``{column: cell_type, is: B cell, share: 0.8}``."""
    hint = "write {column: cell_type_coarse, is: B, share: 0.8}."
    if not isinstance(value, Mapping) or not {"column", "is"} <= set(value):
        raise DataError(f"it is {shown(value)}; {hint}")
    if extra := set(value) - {"column", "is", "share"}:
        raise DataError(f"it has {listed(extra)}; {hint}")
    share = value.get("share", MIN_SHARE)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise DataError(f"the share is {shown(share)}; write a number up to 1.")
    return str(value["column"]), str(value["is"]), float(share)


def _is_open(session: Session, _value: bool) -> str:
    return "" if session.n_cells else "No data are open."


def _is_filtered(session: Session, _value: bool) -> str:
    return "" if session.filter_settings is not None else "The data are not filtered yet."


def _has_map(session: Session, _value: bool) -> str:
    return "" if len(session.embedding) else "The cells have no map yet."


def _is_trained(session: Session, _value: bool) -> str:
    return "" if session.training == "trained" else "No model is trained yet."


def _has_column(session: Session, name: str) -> str:
    known = [column.name for column in session.obs_columns]
    return "" if name in known else f"The cells have no column {name} yet."


def _is_colored(session: Session, name: str) -> str:
    if session.colors.color_by.lower() == name.lower():
        return ""
    now = session.colors.color_by
    return f"The cells are colored by {now or 'nothing'}, not by {name}."


def _selected(session: Session, number: int) -> str:
    return _few("the selection", len(session.selection), number)


def _group(group: int) -> Callable[[Session, int], str]:
    def missing(session: Session, number: int) -> str:
        return _few(f"group {group}", len(getattr(session, f"idx{group}")), number)

    return missing


def _both(session: Session, number: int) -> str:
    return _group(1)(session, number) or _group(2)(session, number)


def _few(what: str, found: int, number: int) -> str:
    have = "is empty" if found == 0 else f"has {found:,} cells"
    return "" if found >= number else f"{what[0].upper()}{what[1:]} {have}; {number:,} are needed."


def _mostly(group: int) -> Callable[[Session, tuple[str, str, float]], str]:
    def missing(session: Session, value: tuple[str, str, float]) -> str:
        column, wanted, share = value
        cells = getattr(session, f"idx{group}")
        if not len(cells):
            return f"Group {group} is empty."
        if session.adata is None or column not in session.adata.obs:
            return f"The cells have no column {column}."
        found = (session.adata.obs[column].iloc[cells].astype(str) == wanted).mean()
        if found >= share:
            return ""
        return f"{found:.0%} of group {group} are {wanted}; {share:.0%} are needed."

    return missing


def _is_compared(session: Session, _value: bool) -> str:
    return "" if session.da_state == "final" else "The comparison of these groups is not finished."


def _says(session: Session, verdict: str) -> str:
    if waiting := _is_compared(session, True):
        return waiting
    if session.da_check is None:
        return "This comparison was not checked by held-out fragments."
    found = session.da_check.verdict
    return "" if found == verdict else f"Held-out fragments say “{found}”, not “{verdict}”."


def _confirmed(session: Session, number: int) -> str:
    if waiting := _is_compared(session, True):
        return waiting
    found = session.da_check.n_confirmed if session.da_check else 0
    return "" if found >= number else f"{found:,} regions are confirmed; {number:,} are needed."


def _top_gene(session: Session, gene: str) -> str:
    if waiting := _is_compared(session, True):
        return waiting
    table = session.da_result
    if table is None or "gene" not in table:
        return "The genes of the regions are not known."
    top = table["gene"].iloc[:TOP].dropna().astype(str).str.lower()
    if gene.lower() in set(top):
        return ""
    return f"{gene} is not among the genes of the first {TOP} rows."


def _place(value: Any) -> tuple[str, int, int]:
    from ..data.regions import parse_region_names

    table = parse_region_names([_text(value)])
    return str(table["chr"].iloc[0]), int(table["start"].iloc[0]), int(table["end"].iloc[0])


def _is_looked_at(session: Session, place: tuple[str, int, int]) -> str:
    chromosome, start, end = place
    window = session.region_window
    is_there = window is not None and window.chromosome == chromosome
    if is_there and window is not None and window.start < end and start < window.end:
        return ""
    return f"The region panel does not show {chromosome}:{start:,}-{end:,}."


_ROWS = (
    Condition("opened", "true", "data are open", _yes, _is_open),
    Condition("filtered", "true", "the data are filtered", _yes, _is_filtered),
    Condition("map", "true", "the cells have a map", _yes, _has_map),
    Condition("trained", "true", "a model is trained", _yes, _is_trained),
    Condition("column", "clusters_peakvi", "the cells have a column", _text, _has_column),
    Condition("colored by", "MS4A1", "what colors the cells", _text, _is_colored),
    Condition("cells selected", "50", "minimum number", _number, _selected),
    Condition("cells in group 1", "50", "minimum number", _number, _group(1)),
    Condition("cells in group 2", "50", "minimum number", _number, _group(2)),
    Condition("cells in each group", "50", "minimum number", _number, _both),
    Condition("group 1 is mostly", KIND, "the category of most of its cells", _kind, _mostly(1)),
    Condition("group 2 is mostly", KIND, "the category of most of its cells", _kind, _mostly(2)),
    Condition("compared", "true", "the comparison of the groups is final", _yes, _is_compared),
    Condition("held-out fragments say", "noise", f"one of {', '.join(VERDICTS)}", _verdict, _says),
    Condition("confirmed regions", "20", "minimum number", _number, _confirmed),
    Condition("top gene", "MS4A1", f"it is in the first {TOP} rows of the table", _text, _top_gene),
    Condition("region shown", "chr11:60455000-60456000", "in its panel", _place, _is_looked_at),
)
CONDITIONS = {row.words: row for row in _ROWS}
# Traits of a session that they look at.
LOOKED_AT = (
    *("n_cells", "filter_settings", "embedding", "training", "obs_columns", "colors"),
    *("selection", "idx1", "idx2", "da_state", "da_check", "da_result", "region_window"),
)
