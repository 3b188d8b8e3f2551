"""What a comparison of two groups of cells asks for. Without torch."""

from dataclasses import dataclass
from typing import Any, Literal

from ..errors import DataError
from .validate import number, whole

Estimand = Literal["difference", "log2"]
Level = Literal["group", "cell"]


@dataclass(frozen=True, slots=True)
class Question:
    """Settings of a comparison; defaults are those of the PeakVI tutorial.

    Attributes
    ----------
    two_sided
        Whether a change in either direction counts, or only more open in group 1.
    delta
        Smallest change that counts, 0 or more; of the probability or of its log2.
    fdr_target
        Expected share of wrong ones among the regions called, in (0, 1).
    batch_correction
        Whether both groups are decoded as if in each batch in turn, and only draws of the same
        batch are compared; otherwise each cell is decoded in its own batch.
    batches1, batches2
        With ``batch_correction``: codes of the batches to decode each group in, ``None`` for all.
        Where the groups share no more than some of them, draws are compared whatever their batch.
    estimand
        ``"difference"``: the change is ``p1 - p2``, as in the paper. ``"log2"``: it is
        ``log2(p1 / p2)``, as in scvi-tools since 1.3, and two-sided means the likelier direction.
    level
        What the change is of. ``"group"``: of the mean of each group, and it counts as far as the
        counts of the groups bear out its direction, see `directions.directions`. ``"cell"``: of a
        cell drawn from each group, and the decoder counts as certain, as in scvi-tools.
    n_samples
        Draws from the posterior of each group.
    first_samples
        Draws of the first estimate.
    seed
        Of the draws.
    interval
        Probability that the credible interval of the effect holds, in (0, 1); ``None`` for none.

    Raises
    ------
    DataError
        A value is invalid.
    """

    two_sided: bool = True
    delta: float = 0.05
    fdr_target: float = 0.05
    batch_correction: bool = False
    batches1: tuple[int, ...] | None = None
    batches2: tuple[int, ...] | None = None
    estimand: Estimand = "difference"
    level: Level = "cell"
    n_samples: int = 5000
    first_samples: int = 128
    seed: int = 0
    interval: float | None = None

    def __post_init__(self) -> None:
        if self.estimand not in ("difference", "log2"):
            raise DataError(f"estimand is {self.estimand!r}; use 'difference' or 'log2'.")
        if self.level not in ("group", "cell"):
            raise DataError(f"level is {self.level!r}; use 'group' or 'cell'.")

        def share(value: float) -> bool:
            return 0 < value < 1

        checked: dict[str, Any] = {
            "delta": number("delta", self.delta, "of 0 or more", lambda value: value >= 0),
            "fdr_target": number("fdr_target", self.fdr_target, "in (0, 1)", share),
            "n_samples": whole("n_samples", self.n_samples, 1),
            "first_samples": whole("first_samples", self.first_samples, 1),
            "seed": whole("seed", self.seed, 0),
        }
        if self.interval is not None:
            checked["interval"] = number("interval", self.interval, "in (0, 1), or None", share)
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if (self.batches1, self.batches2) != (None, None) and not self.batch_correction:
            raise DataError(
                "batches1 and batches2 need batch_correction=True; pass it, or leave them out."
            )
