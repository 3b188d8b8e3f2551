"""Before any training: the fragments that a model may see, and a map of the cells.

Arrays in, arrays out; nothing here changes a session, and nothing needs torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..jobs import Steps
from .columns import categories_of, column_of
from .records import ObservedRegion

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from ..engine.dimensions import Dimensions
    from ..engine.held_out import HeldOut

N_IN_SELECTION = 10  # components that are tested of some of the cells
N_OBSERVED = 50  # regions that are shown before there is a model
MAX_OPEN = 1_000_000  # open regions in these; of more a part of the regions is tested
MAX_SELECTED = 5_000  # cells; of more a sample is tested


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a model may see of the counts.

    Attributes
    ----------
    batch_key
        Column of ``obs`` with the batches, whose effect is left out.
    held_out, held_out_seed
        Share of the fragments that are not looked at, and the seed that decides which.
    """

    batch_key: str | None
    held_out: float
    held_out_seed: int


def mapping(adata: AnnData, set_up: SetUp, seed: int) -> Steps:
    """Map all cells; yields texts on the progress, returns a `peakvi_widgets.engine` `Preview`."""
    columns = _batch_columns(adata, set_up.batch_key)
    yield "reading counts"
    from ..engine.preview import previewing

    rule = _rule(adata, set_up)

    def fitting(rows: Any, cells: np.ndarray) -> Any:
        return rows if rule is None else _fitting_part(rows, rule, adata, cells)

    return (yield from previewing(adata.X, seed=seed, unwanted=columns, fitting=fitting))


def tested(adata: AnnData, set_up: SetUp, cells: np.ndarray, seed: int) -> Dimensions:
    """Test how many dimensions some of the cells have."""
    from ..engine.dimensions import dimensions

    columns, rule = _batch_columns(adata, set_up.batch_key), _rule(adata, set_up)
    counts = adata.X[cells]
    return dimensions(
        counts if rule is None else _fitting_part(counts, rule, adata, cells),
        n_components=N_IN_SELECTION,
        seed=seed,
        unwanted=None if columns is None else columns[cells],
        max_cells=MAX_SELECTED,
        max_entries=MAX_OPEN,
    )


def testing(adata: AnnData, set_up: SetUp, cells: np.ndarray, seed: int) -> Steps:
    """Do what `tested` does, as a job."""
    yield f"testing {len(cells):,} cells"
    return tested(adata, set_up, cells, seed)


def _batch_columns(adata: AnnData, batch_key: str | None) -> np.ndarray | None:
    """Return a column of 0 and 1 for each batch; None for a single one."""
    if batch_key is None:
        return None
    from ..engine.spectral import indicators

    columns = indicators(categories_of(column_of(adata.obs, batch_key)).codes)
    return columns if columns.shape[1] else None


def observed(adata: AnnData, set_up: SetUp, idx1: np.ndarray, idx2: np.ndarray) -> pd.DataFrame:
    """Compare how often regions are seen open in two groups, and by held-out fragments."""
    from ..engine.observed import observed_table
    from ..engine.spectral import as_rows
    from ..engine.thinning import held_out_part

    rule = _rule(adata, set_up)

    if rule is None:
        return observed_table(adata.X, idx1, idx2, adata.var_names)

    def held_out(rows: Any, cells: np.ndarray) -> Any:
        return held_out_part(as_rows(rows), rule, adata.obs_names[cells], adata.var_names)

    return observed_table(adata.X, idx1, idx2, adata.var_names, held_out)


def observing(adata: AnnData, set_up: SetUp, idx1: np.ndarray, idx2: np.ndarray) -> Steps:
    """Find the regions whose observed difference is the surest, as `ObservedRegion` records."""
    yield "comparing what is observed"
    table = observed(adata, set_up, idx1, idx2).head(N_OBSERVED)
    is_held_out = "held_out_p" in table
    p_values = table["held_out_p" if is_held_out else "observed_p"]
    rows = zip(table.index, table["emp_prob1"], table["emp_prob2"], p_values, strict=True)
    return tuple(
        ObservedRegion(str(name), float(one), float(other), float(p), is_held_out)
        for name, one, other, p in rows
    )


def _rule(adata: AnnData, set_up: SetUp) -> HeldOut | None:
    """Return how fragments are held out of models; None where none are."""
    from ..engine.dimensions import unit_of
    from ..engine.held_out import HeldOut

    unit = unit_of(adata.X) if set_up.held_out else "binary"
    return None if unit == "binary" else HeldOut(set_up.held_out, set_up.held_out_seed, unit)


def _fitting_part(counts: Any, rule: HeldOut, adata: AnnData, cells: np.ndarray) -> Any:
    """Return the counts of some cells without what is held out of models."""
    from ..engine.spectral import as_rows
    from ..engine.thinning import fitting_part

    return fitting_part(as_rows(counts), rule, adata.obs_names[cells], adata.var_names)
