"""Columns of the differential accessibility table, described once for every reader. Without torch.

`engine.differential` computes them; the panels, the grid and its exports read this list. A new
column needs a row here and its values in the table.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class DAColumn:
    """A column of the table.

    Attributes
    ----------
    name
        Name in the table.
    label
        Header in the grid.
    kind
        ``"number"`` or ``"flag"``.
    format
        How the grid writes a number, as a Python format specification: ``"+.3f"``, ``".1%"``.
    help, unit
        What a value means and what it is measured in, shown on hover.
    grid_order
        The grid shows columns in increasing order of this number.
    width, grow
        Least width in pixels, and share of the remaining width.
    has_bar
        Whether a bar is drawn beside the number.
    """

    name: str
    label: str
    kind: Literal["number", "flag"]
    format: str
    help: str
    unit: str
    grid_order: int
    width: int = 82
    grow: float = 1.0
    has_bar: bool = False


DA_COLUMNS: tuple[DAColumn, ...] = (
    DAColumn(
        "prob_da", "prob_da", "number", ".3f",
        "posterior probability that the region differs", "", grid_order=2,
    ),
    DAColumn(
        "is_da_fdr", "FDR", "flag", "",
        "whether the region is called at the FDR target; filter by yes", "",
        grid_order=3, width=56, grow=0.5,
    ),
    DAColumn(
        "bayes_factor", "Bayes f.", "number", "+.2f",
        "log odds of prob_da", "nats", grid_order=9,
    ),
    DAColumn(
        "effect_size", "effect size", "number", "+.3f",
        "est_prob1 - est_prob2, positive if more open in group 1", "",
        grid_order=1, width=178, has_bar=True,
    ),
    DAColumn(
        "emp_effect", "emp. effect", "number", "+.3f",
        "emp_prob1 - emp_prob2, positive if observed open more often in group 1", "",
        grid_order=8, width=88,
    ),
    DAColumn(
        "est_prob1", "est. 1", "number", ".3f",
        "mean accessibility of group 1 by the model", "probability", grid_order=6, width=70,
    ),
    DAColumn(
        "est_prob2", "est. 2", "number", ".3f",
        "mean accessibility of group 2 by the model", "probability", grid_order=7, width=70,
    ),
    DAColumn(
        "emp_prob1", "open in 1", "number", ".1%",
        "share of the cells of group 1 in which the region is open; filter by > 20 % or > 0.2", "",
        grid_order=4,
    ),
    DAColumn(
        "emp_prob2", "open in 2", "number", ".1%",
        "share of the cells of group 2 in which the region is open; filter by > 20 % or > 0.2", "",
        grid_order=5,
    ),
)  # fmt: skip
"""In the order of the table, which is that of the scvi-tools tutorial."""
