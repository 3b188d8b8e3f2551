"""What about two groups of cells makes a comparison weak, whatever it finds. Without torch."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

FEW_CELLS = 20  # cells of a group below which shares of open cells are coarse and mostly chance

MOST = 0.8  # share of a group from one donor above which that is said

WarningKind = Literal["few cells", "shared cells", "one donor"]


@dataclass(frozen=True, slots=True)
class GroupWarning:
    """One reason to doubt a comparison that lies in its groups.

    Attributes
    ----------
    kind
        ``"few cells"``: fewer than 20 in a group. ``"shared cells"``: some are in both groups.
        ``"one donor"``: more than 80 % of a group come from one.
    text
        What is the matter and what it means, in one sentence.
    """

    kind: WarningKind
    text: str


def group_warnings(
    cells1: NDArray[np.integer], cells2: NDArray[np.integer]
) -> tuple[GroupWarning, ...]:
    """Return what is the matter with two groups.

    Parameters
    ----------
    cells1, cells2
        Positions of the cells of the groups.
    """
    found = []
    small = [
        f"group {number} has {_cells(len(cells))}"
        for number, cells in ((1, cells1), (2, cells2))
        if 0 < len(cells) < FEW_CELLS
    ]
    if small:
        text = f"{' and '.join(small)}, fewer than {FEW_CELLS}: "
        text += "what is open in so few is mostly chance, and few differences can be confirmed."
        found.append(GroupWarning("few cells", text[0].upper() + text[1:]))
    n = len(np.intersect1d(cells1, cells2))
    if n:
        are = "is" if n == 1 else "are"
        text = f"{_cells(n)} {are} in both groups, which makes the groups look more alike than "
        text += "they are."
        found.append(GroupWarning("shared cells", text))
    return tuple(found)


def donor_warnings(
    donors: "pd.Series", cells1: NDArray[np.integer], cells2: NDArray[np.integer]
) -> tuple[GroupWarning, ...]:
    """Return which groups come nearly all from one donor.

    Parameters
    ----------
    donors
        Donor of each cell, shape (n_cells,); cells without one are left out.
    cells1, cells2
        Positions of the cells of the groups.
    """
    found = []
    for number, cells in ((1, cells1), (2, cells2)):
        shares = donors.iloc[cells].value_counts(normalize=True)
        if len(shares) and shares.iloc[0] > MOST:
            share = "All" if shares.iloc[0] == 1 else f"{shares.iloc[0]:.0%} of the"
            text = f"{share} cells of group {number} come from donor {shares.index[0]!r}: what is "
            text += "found may be a difference between donors."
            found.append(GroupWarning("one donor", text))
    return tuple(found)


def _cells(n: int) -> str:
    return "1 cell" if n == 1 else f"{n:,} cells"
