"""The steps of looking inside a line, or at the selection: which regions differ there most.

Arrays in, arrays out; nothing here changes a session.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import PeakVIError
from ..jobs import Steps
from .cell_sets import Mode, as_path, as_polygon, brushed, combine, inside, without
from .records import TopRegions

if TYPE_CHECKING:
    import pandas as pd

    from ..engine.inside import OpenInside

N_REGIONS = 20  # of a line that is being drawn, and of the selection
N_DRAWS = 128  # of the posterior of each group, for a first estimate


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """Regions that differ most, by position.

    Attributes
    ----------
    n_cells
        How many cells were compared with all others.
    by
        As in `TopRegions`.
    regions
        Positions, shape (n,).
    inside, outside
        How open they are, shape (n,).
    """

    n_cells: int
    by: Any
    regions: np.ndarray
    inside: np.ndarray
    outside: np.ndarray

    def named(
        self, question: int, names: tuple[str, ...], genes: pd.DataFrame | None
    ) -> TopRegions:
        """Name the regions, and their genes where these are known."""
        found = self.regions.tolist()
        known = [""] * len(found)
        if genes is not None and len(genes) == len(names):
            known = [str(gene) for gene in genes["gene"].iloc[found]]
        shares = (tuple(map(float, part)) for part in (self.inside, self.outside))
        regions = tuple(names[at] for at in found)
        return TopRegions(question, self.n_cells, self.by, regions, tuple(known), *shares)


def cells_of_line(
    places: np.ndarray, line: Any, radius: float, before: np.ndarray, mode: Mode
) -> np.ndarray:
    """Return the cells that a line would select.

    Parameters
    ----------
    places
        Of all cells, shape (n_cells, 2).
    line
        A polygon, or the path of a brush.
    radius
        Of the brush; 0 for a polygon.
    before, mode
        The selected cells, and how the line combines with them.

    Raises
    ------
    DataError
        It is not a line.
    """
    found = brushed(places, as_path(line), radius) if radius else inside(places, as_polygon(line))
    return combine(before, np.flatnonzero(found).astype("uint32"), mode)


def observed_of(counted: OpenInside, cells: np.ndarray) -> Difference:
    """Compare some cells with all others by the shares in which regions are seen open."""
    from ..engine.inside import surest

    n, n_others = len(cells), counted.n_cells - len(cells)
    opened = counted.count(cells)
    top = surest(opened, counted.totals, N_REGIONS) if n and n_others else np.empty(0, np.intp)
    others = counted.totals[top] - opened[top]
    return Difference(n, "observed", top, opened[top] / max(n, 1), others / max(n_others, 1))


def estimating(model: Any, cells: np.ndarray, n_cells: int, question: Mapping[str, Any]) -> Steps:
    """Estimate by the model in what some cells differ from all others.

    Returns
    -------
    A `Difference`; None where the model was trained meanwhile.
    """
    from ..engine.region_order import by_evidence

    table = None
    steps = model.comparing(cells, without(n_cells, cells), first_samples=N_DRAWS, **question)
    try:
        with closing(steps):
            for found in steps:
                table = found.table
                if table is not None:  # the next ones take longer
                    break
                yield found.progress
    except PeakVIError:  # it was not asked for
        return None
    if table is None:
        return None
    positions = np.arange(len(table))
    top = by_evidence(table.assign(position=positions)).head(N_REGIONS)
    found = (top[name].to_numpy() for name in ("position", "est_prob1", "est_prob2"))
    return Difference(len(cells), "model", *found)
