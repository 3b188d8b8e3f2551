"""Values of a session file, which anybody may have written, checked before a session takes them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from ...arguments.signature import hints_of
from ...arguments.values import convert
from ...errors import DataError
from ..named_groups import check_members
from ..records import NamedGroup

if TYPE_CHECKING:
    from anndata import AnnData

    from .contents import Kept

T = TypeVar("T")

CELL_SETS = ("selection", "idx1", "idx2")
NUMBERS = ("delta", "fdr_target")


def instance(kind: type[T], values: Any) -> T:
    """Make a frozen record of values that have the types of its fields.

    Raises
    ------
    DataError, ValueError
        A value has another type, or a field is missing or unknown.
    """
    if not isinstance(values, Mapping):
        raise ValueError(f"a {kind.__name__} is not an object")
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(values) - known:
        raise ValueError(f"a {kind.__name__} has no {min(map(str, unknown))!r}")
    hints = hints_of(cast(Hashable, kind))
    given = {name: tuple(one) if isinstance(one, list) else one for name, one in values.items()}
    return kind(
        **{
            name: convert(value, hints[name], f"{kind.__name__}.{name}", error=DataError)
            for name, value in given.items()
        }
    )


def instances(kind: type[T], rows: Any) -> tuple[T, ...]:
    """Make a record of each of some rows."""
    if not isinstance(rows, list | tuple):
        raise ValueError(f"the rows of {kind.__name__} are not a list")
    return tuple(instance(kind, row) for row in rows)


def check_arrays(arrays: Mapping[str, np.ndarray], opened: AnnData, adata: AnnData) -> None:
    """Raise a ``ValueError`` unless all arrays are of these cells and regions."""
    if arrays["embedding"].shape not in ((0, 2), (adata.n_obs, 2)):
        raise ValueError("the embedding is of other cells")
    for name in CELL_SETS:
        cells = arrays[name]
        is_set = cells.ndim == 1 and cells.dtype == "uint32" and bool((np.diff(cells) > 0).all())
        if not is_set or (len(cells) and cells[-1] >= adata.n_obs):
            raise ValueError(f"{name} is of other cells")
    rates = arrays["da_donor_rates"]
    if rates.size and (rates.ndim != 2 or len(rates) != adata.n_vars):
        raise ValueError("the rates of donors are of other regions")
    for name, length in (
        ("regions_per_cell", opened.n_obs), ("cells_per_region", opened.n_vars),
    ):  # fmt: skip
        if arrays[name].shape != (length,):
            raise ValueError(f"{name} is of other counts")


def check_facts(kept: Kept) -> None:
    """Raise a ``ValueError`` unless the plain values fit each other and the counts."""
    facts = kept.facts
    groups = instances(NamedGroup, facts.get("named_groups", ()))
    cells = kept.arrays.get("group_cells", np.empty(0, "uint32"))
    check_members(groups, cells, kept.adata.n_obs)
    expected = "untrained" if kept.model is None else "trained"
    if facts["training"] != expected:
        raise ValueError(f"its training is not {expected}")
    if (facts["n_cells_opened"], facts["n_regions_opened"]) != kept.opened.shape:
        raise ValueError("it is of other counts than it says")
    if not all(math.isfinite(facts[name]) for name in NUMBERS):
        raise ValueError("a setting of the comparison is not a number")
    if not 0 <= facts.get("held_out", 0.0) < 1:
        raise ValueError("its share of held-out fragments is none")
    if (kept.table is None) != (facts["da_state"] == "none"):
        raise ValueError("its table and the state of it do not fit")
    if facts["da_state"] not in ("none", "final", "stale"):
        raise ValueError("its table is in no lasting state")
    dimensions = facts["dimensions"]
    if len(dimensions) != 2 or not all(type(one) is int and 0 <= one < 10**6 for one in dimensions):
        raise ValueError("its dimensions are not two numbers")
