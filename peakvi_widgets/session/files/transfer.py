"""What of a session a file holds, and the way back; see `contents` for the file itself."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from traitlets import Tuple

from ...engine.region_order import by_evidence
from ..columns import obs_columns
from ..history.replay import checked_record, plain_record, readable_record
from ..marker_records import MarkerGroup
from ..named_groups import with_kept_queries
from ..places import bases_of
from .cells_file import Cells
from .checked_facts import check_arrays, check_facts, instance, instances
from .contents import Kept, ToWrite
from .extras import extras_from, extras_of

if TYPE_CHECKING:
    from ..base import Part

# names in the file that are not those of the traits
KEYS = {"layer_rows": "layers", "shown_dimensions": "dimensions"}


def content_of(session: Part) -> ToWrite:
    """Return all that a file must hold; of what is being trained, the model as it is."""
    has_weights, has_table = session._has_weights(), session.da_columns is not None
    facts = {KEYS.get(name, name): getattr(session, name) for name in session.file_traits("plain")}
    facts["training"] = "trained" if has_weights else "untrained"
    facts["da_state"] = "none" if not has_table else "stale"
    if has_table and session.da_state == "final":
        facts["da_state"] = "final"
    facts["records"] = {
        name: asdict(value)
        for name in session.file_traits("record")
        if (value := getattr(session, name)) is not None
    }
    for name in session.file_traits("rows"):
        facts[KEYS.get(name, name)] = [asdict(row) for row in getattr(session, name)]
    facts["record"] = plain_record(session._record.entries)
    more, arrays = extras_of(session)
    facts["extras"] = more
    with_counts = not _are_counts_in_file(session)
    if with_counts:
        facts |= {"counts_file": "", "counts_layer": None, "counts_key": ""}
    return ToWrite(
        facts=facts,
        opened=None if session.opened is session.adata else Cells.of(session.opened),
        cells=Cells.of(session.adata),
        arrays={name: getattr(session, name) for name in session.file_traits("array")} | arrays,
        table=session.da_columns,
        model=session.model,
        check=partial(_check_facts, session=type(session)),
        with_counts=with_counts,
        left_out=_left_out(session, more),
    )


def _are_counts_in_file(session: Part) -> bool:
    """Return whether the file that the counts were read from is there and as it was then."""
    from ...data.read import counts_key

    key = session.counts_key
    return bool(key) and counts_key(session.counts_file, session.counts_layer) == key


def _left_out(session: Part, extras: dict[str, Any]) -> tuple[str, ...]:
    """Name the genes of a file that are not in the facts, as they could not be read again."""
    is_there = session._gene_file is None or "gene_file" in extras
    return () if is_there else (f"the genes of {session._gene_file[0]}",)


def take_up(session: Part, kept: Kept) -> str:
    """Become the session that was saved; return a sentence on what of its record is missing."""
    record, missing = readable_record(kept.facts["record"], type(session))
    state = _state_of(session, kept)
    with session._step():
        session._forget_model()
        session._record.load(record)
        session.opened = kept.opened
        session._restore({"adata": kept.adata, "slots": {}, **state})
        session._react("after undo", {"adata", "model"})
    return missing


def _state_of(session: Part, kept: Kept) -> dict[str, Any]:
    """Return the traits that a file tells of, checked against its cells."""
    facts, adata, table = kept.facts, kept.adata, kept.table
    forms = session.file_traits("array").items()
    new: dict[str, Any] = {name: one.default() for name, one in forms if one.metadata["is_new"]}
    arrays = new | {name: kept.arrays[name] for name, _ in forms if name in kept.arrays}
    if missing := [name for name, _ in forms if name not in arrays]:
        raise ValueError(f"it lacks {missing[0]}")
    check_arrays(arrays, kept.opened, adata)
    check_facts(kept)
    if table is not None and len(table) != adata.n_vars:
        raise ValueError("the table is of other regions")
    return {
        "n_cells": adata.n_obs,
        "n_regions": adata.n_vars,
        "regions": tuple(map(str, adata.var_names)),
        "obs_columns": obs_columns(adata),
        "model": kept.model,
        **arrays,
        "bases": bases_of(adata),
        **_plain_state(facts, type(session)),
        **_extras(kept),
        "da_columns": table,
        "da_result": None if table is None else by_evidence(table),
    }


def _extras(kept: Kept) -> dict[str, Any]:
    facts = kept.facts.get("extras", {}) | {"named_groups": kept.facts.get("named_groups", [])}
    groups = instances(MarkerGroup, facts["markers"]["groups"]) if "markers" in facts else ()
    return extras_from(facts, kept.arrays, (kept.opened, kept.adata), groups)


def _plain_state(facts: dict[str, Any], session: type[Part]) -> dict[str, Any]:
    """Return the traits that facts alone hold; raise where these are not what they should be."""
    records = {
        name: instance(cast(Any, trait).klass, facts["records"][name])
        if name in facts["records"]
        else None
        for name, trait in session.file_traits("record").items()
    }
    plain, lists = session.file_traits("plain"), session.file_traits("rows")
    facts = {
        KEYS.get(name, name): trait.default()
        for name, trait in (plain | lists).items()
        if trait.metadata["is_new"]
    } | facts
    rows = {
        name: instances(trait.metadata["rows_of"], facts[KEYS.get(name, name)])
        for name, trait in lists.items()
    }
    rows["named_groups"] = with_kept_queries(rows["named_groups"])
    return {
        **{
            name: tuple(value) if isinstance(trait, Tuple) else value
            for name, trait in plain.items()
            for value in [facts[KEYS.get(name, name)]]
        },
        **records,
        **rows,
    }


def _check_facts(facts: dict[str, Any], session: type[Part]) -> None:
    """Raise when facts could not be read again."""
    checked_record(facts["record"], session)
    _plain_state(facts, session)
