"""Orders of the regions in a table of differential accessibility. Without torch.

Many regions share a probability of 1 to the last digit, so probability alone would leave hundreds
of them in the order of the file.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


def by_probability(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return the most probable regions first, and of equally probable ones the largest effects.

    Parameters
    ----------
    table
        With the columns ``prob_da`` and ``effect_size``.
    """
    return table.iloc[np.lexsort([-_size(table), -table["prob_da"].to_numpy(float)])]


def by_evidence(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return confirmed regions first, then called ones, then the others; each by size of effect.

    Parameters
    ----------
    table
        With the columns ``prob_da``, ``is_da_fdr`` and ``effect_size``, and ``is_confirmed`` where
        the comparison was checked.

    Notes
    -----
    Numbers are compared in single precision, which is what the browser has: the grid orders its
    rows in the same way.
    """
    called = table["is_da_fdr"].to_numpy(bool)
    confirmed = table["is_confirmed"].to_numpy(bool) if "is_confirmed" in table else ~called
    rank = called.astype(int) + (called & confirmed)
    prob = table["prob_da"].to_numpy("float32")
    return table.iloc[np.lexsort([-prob, -_size(table), -rank])]


def _size(table: "pd.DataFrame") -> NDArray[np.float32]:
    effects: NDArray[np.float32] = table["effect_size"].to_numpy("float32")
    return np.abs(effects)
