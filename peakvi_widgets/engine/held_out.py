"""How fragments are set aside before a model sees them, to check it by. Without torch."""

from dataclasses import dataclass
from typing import Literal

from ..errors import DataError
from .validate import number, whole

Unit = Literal["cut sites", "fragments"]

LARGEST_SEED = 2**32 - 1
MANY_FRAGMENTS = 1000  # of more in one entry the held-out share is rounded, not drawn


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How fragments are set aside.

    Attributes
    ----------
    share
        Share of the fragments that is held out, in (0, 1).
    seed
        The same seed holds out the same fragments of the same cells and regions.
    unit
        What the counts count: cut sites, two a fragment as in Cell Ranger's, or fragments.

    Raises
    ------
    DataError
        A value is invalid.
    """

    share: float
    seed: int = 0
    unit: Unit = "fragments"

    def __post_init__(self) -> None:
        share = number("held_out", self.share, "in (0, 1)", lambda value: 0 < value < 1)
        seed = whole("held_out_seed", self.seed, 0)
        if seed > LARGEST_SEED:
            raise DataError(f"held_out_seed is {seed}; use a whole number up to {LARGEST_SEED}.")
        if self.unit not in ("cut sites", "fragments"):
            raise DataError(f"unit is {self.unit!r:.60}; use 'cut sites' or 'fragments'.")
        object.__setattr__(self, "share", share)
        object.__setattr__(self, "seed", seed)
