"""What the donors say of a comparison as a whole. Without torch."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class DonorCheck:
    """How far the donors agree with a comparison as a whole.

    Attributes
    ----------
    column
        Column of ``obs`` that names the donor of each cell.
    design
        ``"paired"``: donors with cells in both groups are compared with themselves.
        ``"unpaired"``: donors of group 1 are compared with donors of group 2. ``"refused"``: a
        group has fewer than two donors.
    donors1, donors2
        Donors that count in each group.
    left_out
        Donors with too few cells to count.
    n_called
        Regions called by the model.
    n_signs
        Those of them with enough fragments that every donor can agree or disagree.
    n_agree
        Those of them with whose sign all donors agree.
    n_significant
        Called regions of the same sign across donors, significant at 0.05 after adjustment over
        the called regions.
    is_held_out
        Whether the fragments are those that the model never saw.
    sentence
        What a header says of all this.
    """

    column: str
    design: Literal["paired", "unpaired", "refused"]
    donors1: tuple[str, ...] = ()
    donors2: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    n_called: int = 0
    n_signs: int = 0
    n_agree: int = 0
    n_significant: int = 0
    is_held_out: bool = True
    sentence: str = ""


def sentence_of(check: DonorCheck) -> str:
    """Put the numbers of a check that was not refused into words."""
    n1, n2 = len(check.donors1), len(check.donors2)
    who = f"all {n1} donors" if check.design == "paired" else f"{n1} donors against {n2} others"
    if check.n_called == 0:
        return f"No region is called, so there is nothing to compare across {who}."
    what = "held-out fragments" if check.is_held_out else "fragments"
    if check.n_signs == 0:
        return f"The called regions have too few {what} to compare across {who}."
    share = f"{check.n_agree / check.n_signs:.0%}"
    of = f"{check.n_signs:,} called regions that have {what} in each"
    agree = (
        f"In {n1} of {n1} donors the sign agrees for {share} of {of} (by chance: {0.5**n1:.0%})"
        if check.design == "paired"
        else f"All donors ({n1} against {n2}) lie on their group's side in {share} of {of}"
    )
    return f"{agree}; {check.n_significant:,} are significant across donors."
