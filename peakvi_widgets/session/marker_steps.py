"""The long work of finding marker regions: each category of a column against all other cells."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from ..engine.region_order import by_evidence
from ..errors import DataError
from ..jobs import Steps
from .columns import MAX_CATEGORIES, categories_of, column_of, describe
from .comparison_steps import INTERVAL, question_of
from .marker_records import MarkerGroup
from .records import Settings

if TYPE_CHECKING:
    import pandas as pd

REST = "Rest"  # what scvi-tools calls all other cells


@dataclass(frozen=True, slots=True, eq=False)
class Markers:
    """The marker regions of all categories.

    Attributes
    ----------
    table
        One below the other, with the regions as index.
    groups
        The categories, in order.
    """

    table: pd.DataFrame
    groups: tuple[MarkerGroup, ...]


@dataclass(frozen=True, slots=True)
class MarkersProgress:
    """Which category is compared now, in words, and the share that is done, in [0, 1]."""

    text: str
    share: float


def categories_to_compare(obs: pd.DataFrame, column: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the names of the categories of a column, and that of each cell, -1 for none.

    Raises
    ------
    DataError
        There is no such column, or it does not hold at least two categories.
    """
    values = column_of(obs, column)
    described = describe(column, values)
    if described.kind != "category":
        why = described.reason or "it holds numbers"
        raise DataError(f"obs[{column!r:.60}] has no categories to compare: {why}.")
    found = categories_of(values)
    if len(found.names) < 2:
        raise DataError(f"obs[{column!r:.60}] has one category only; there is nothing to compare.")
    return found.names, found.codes


def categories_key(names: Sequence[str], codes: np.ndarray) -> str:
    """Return a text that is the same only for the same categories of the same cells."""
    key = blake2b(codes.astype("int32").tobytes(), digest_size=16)
    key.update(repr(tuple(names)).encode("utf-8", "backslashreplace"))
    return key.hexdigest()


def present_key(obs: pd.DataFrame, column: str) -> str:
    """Return the `categories_key` of a column as it is now; empty where it has no categories."""
    try:
        found = categories_of(column_of(obs, column), most=MAX_CATEGORIES)
    except Exception:  # noqa: BLE001 - values may be objects that raise whatever is asked
        return ""
    return categories_key(found.names, found.codes)


def finding_markers(
    model: Any,
    names: Sequence[str],
    codes: np.ndarray,
    settings: Settings,
    n_top: int | None,
) -> Steps:
    """Compare each category with all other cells; what the cells encode to is computed once.

    Parameters
    ----------
    model
        A trained `PEAKVI`.
    names
        Of the categories.
    codes
        Category of each cell, -1 for none, shape (n_cells,).
    settings
        Of the comparisons.
    n_top
        How many regions of each category are kept that are more open in it; None for all regions.

    Yields
    ------
    `MarkersProgress`.

    Returns
    -------
    `Markers`.
    """
    import pandas as pd

    more = {"check": model.setup.held_out is not None, "interval": INTERVAL}
    tables, groups = [], []
    for code, name in enumerate(names):
        text = f"{name}, {code + 1} of {len(names)}"
        cells, others = (np.flatnonzero(mask) for mask in (codes == code, codes != code))
        last = None
        with closing(model.comparing(cells, others, **question_of(settings), **more)) as found:
            for last in found:
                yield MarkersProgress(text, (code + last.progress) / len(names))
        table = by_evidence(last.table)  # type: ignore[union-attr]
        is_more_open = table["effect_size"].to_numpy() > 0
        n_called = int((table["is_da_fdr"].to_numpy(bool) & is_more_open).sum())
        kept = table if n_top is None else table[is_more_open].head(n_top)
        labels = {"comparison": f"{name} vs {REST}", "group1": name, "group2": REST}
        tables.append(kept.assign(**labels))
        groups.append(MarkerGroup(name, len(cells), n_called, len(kept)))
    return Markers(pd.concat(tables), tuple(groups))
