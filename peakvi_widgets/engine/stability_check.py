"""What redraws of a comparison say of it as a whole. Without torch."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STABLE = 0.9  # share of the redraws from which a region counts as stable


@dataclass(frozen=True, slots=True)
class StabilityCheck:
    """How many of the called regions hang on neither border nor draws.

    Attributes
    ----------
    n_redraws
        How often groups and draws were made again.
    n_called
        Regions called by the model.
    n_stable
        Those of them that are called in 90 % of the redraws or more.
    sentence
        What a header says of it.
    """

    n_redraws: int
    n_called: int
    n_stable: int
    sentence: str

    @classmethod
    def of(cls, shares: "NDArray[np.float64]", n_redraws: int) -> "StabilityCheck":
        """Judge the shares of the redraws in which the called regions stay called."""
        n_called, n_stable = len(shares), int((shares >= STABLE).sum())
        sentence = (
            f"{n_stable:,} of {n_called:,} called regions stay called in {STABLE:.0%} or more of "
            f"{n_redraws} redraws of the groups' borders and the posterior"
            + ("; memorised noise can do so too." if n_stable else ".")
            if n_called
            else "No region is called, so there is nothing to redraw."
        )
        return cls(n_redraws, n_called, n_stable, sentence)
