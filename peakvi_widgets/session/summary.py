"""What a session holds, in words: for its ``repr`` and for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .state import State


def facts_of(session: State) -> dict[str, str]:
    """Return what is open, trained and grouped."""
    if not session.n_cells:
        return {"counts": "none"}
    facts = {"counts": f"{session.n_cells:,} cells x {session.n_regions:,} regions"}
    if session.source:
        facts["from"] = session.source
    if session.genome_in_use and session.genome_in_use.name:
        facts["genome"] = session.genome_in_use.name
    facts["model"] = session.training
    if session.embedding_state != "none":
        facts["embedding"] = f"{session.basis}, {session.embedding_state}"
    for number, cells in ((1, session.idx1), (2, session.idx2)):
        if len(cells):
            facts[f"group {number}"] = f"{len(cells):,} cells"
    if session.da_state != "none":
        facts["comparison"] = session.da_state
    if session.da_check is not None:
        facts["held-out check"] = session.da_check.sentence
    return facts


def next_step_of(session: State) -> str:
    """Return the call that usually comes next, as Python."""
    if not session.n_cells:
        return "session.open('pbmc10k')"
    if session.training not in ("untrained", "trained"):
        return "session.wait()"
    if session.training == "untrained":
        return "session.train()"
    if not (len(session.idx1) and len(session.idx2)):
        return "session.embed()" if session.embedding_state == "none" else _grouping(session)
    if session.da_state in ("none", "stale", "cancelled", "failed"):
        return "session.compare()"
    return "session.da_result" if session.da_state == "final" else "session.wait()"


def _grouping(session: State) -> str:
    for column in session.obs_columns:
        if column.kind == "category" and column.categories:
            return f"session.groups_by({column.name!r}, {column.categories[0]!r})"
    return "session.lasso(polygon)"


def words_of(session: State) -> str:
    """Say what is open, trained and grouped, in a few words."""
    if not session.n_cells:
        return "no data"
    parts = [f"{session.n_cells:,} cells x {session.n_regions:,} regions", session.training]
    groups = {1: session.idx1, 2: session.idx2}
    parts += [f"group {n}: {len(cells):,}" for n, cells in groups.items() if len(cells)]
    if session.da_state != "none":
        parts.append(f"comparison {session.da_state}")
    return ", ".join(parts)
