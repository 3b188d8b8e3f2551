"""Columns of the differential accessibility table, described once for every reader. Without torch.

`engine.differential` and `engine.evidence` compute them; the panels, the grid and its exports read
this list. A new column needs a row here and its values in the table.
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
        ``"number"``, ``"flag"`` or ``"text"``.
    format
        How the grid writes a number, as a Python format specification: ``"+.3f"``, ``".1%"``,
        ``".1e"``.
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
    kind: Literal["number", "flag", "text"]
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
        "log odds of prob_da", "nats", grid_order=10,
    ),
    DAColumn(
        "effect_size", "effect size", "number", "+.3f",
        "est_prob1 - est_prob2, positive if more open in group 1", "",
        grid_order=1, width=166, has_bar=True,
    ),
    DAColumn(
        "emp_effect", "emp. effect", "number", "+.3f",
        "emp_prob1 - emp_prob2, positive if observed open more often in group 1", "",
        grid_order=9, width=88,
    ),
    DAColumn(
        "est_prob1", "est. 1", "number", ".3f",
        "mean accessibility of group 1 by the model", "probability", grid_order=7, width=70,
    ),
    DAColumn(
        "est_prob2", "est. 2", "number", ".3f",
        "mean accessibility of group 2 by the model", "probability", grid_order=8, width=70,
    ),
    DAColumn(
        "emp_prob1", "open in 1", "number", ".1%",
        "share of the cells of group 1 in which the region is open; filter by > 20 % or > 0.2", "",
        grid_order=5,
    ),
    DAColumn(
        "emp_prob2", "open in 2", "number", ".1%",
        "share of the cells of group 2 in which the region is open; filter by > 20 % or > 0.2", "",
        grid_order=6,
    ),
    DAColumn(
        "effect_low", "effect low", "number", "+.3f",
        "group 1 - group 2 lies between effect_low and effect_high with a probability of 95 %",
        "", grid_order=13, width=84,
    ),
    DAColumn(
        "effect_high", "effect high", "number", "+.3f",
        "upper end of that credible interval", "", grid_order=14, width=84,
    ),
    DAColumn(
        "held_out_effect", "held out", "number", "+.2f",
        "group 1 - group 2 in the fragments that the model never saw",
        "fragments of 10,000", grid_order=11, width=76,
    ),
    DAColumn(
        "held_out_p", "held-out p", "number", ".1e",
        "two-sided p-value of that difference, given the depths of both groups", "",
        grid_order=12, width=82,
    ),
    DAColumn(
        "is_confirmed", "confirmed", "flag", "",
        "called, and held-out fragments agree: the same sign, and significant at 0.05 after "
        "adjustment over the called regions; filter by yes", "", grid_order=4, width=96, grow=0.5,
    ),
    DAColumn(
        "stability", "stability", "number", ".0%",
        "share of the redraws of the groups' borders and the posterior in which the region is "
        "called; filter by > 90 %", "", grid_order=18, width=76,
    ),
    DAColumn(
        "donor_effect", "donors", "number", "+.2f",
        "group 1 - group 2, the mean over donors", "fragments of 10,000", grid_order=15, width=76,
    ),
    DAColumn(
        "donor_p", "donors p", "number", ".1e",
        "two-sided p-value of that difference with each donor as one observation", "",
        grid_order=16, width=82,
    ),
    DAColumn(
        "n_donors_agree", "agree", "number", ".0f",
        "donors whose own difference has the sign of effect_size", "donors",
        grid_order=17, width=64,
    ),
)  # fmt: skip
"""In the order of the table: the nine of the tutorial, the interval, the check, the donors."""

GENE_COLUMNS: tuple[DAColumn, ...] = (
    DAColumn(
        "gene", "gene", "text", "",
        "gene of the region by its main TSS, several separated by ;", "", grid_order=0, width=92,
    ),
    DAColumn(
        "where", "where", "text", "",
        "promoter: 1,000 bp upstream to 100 bp downstream of a TSS; distal: within 200,000 bp, or "
        "in a gene; intergenic: neither", "", grid_order=1, width=88, grow=0.5,
    ),
    DAColumn(
        "distance", "distance", "number", "+.0f",
        "from the gene's main TSS to the region, negative upstream, 0 where it covers the TSS",
        "base pairs", grid_order=19, width=82,
    ),
)  # fmt: skip
"""Which gene a region belongs to; see `peakvi_widgets.annotate`."""

SET_COLUMNS: tuple[DAColumn, ...] = (
    DAColumn(
        "sets", "sets", "text", "",
        "sets of regions that it is in, several separated by ;", "", grid_order=0, width=84,
    ),
)  # fmt: skip
"""In which sets a region is; see ``Session.name_regions``. The grid has it while there are sets."""
