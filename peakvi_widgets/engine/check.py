"""What held-out fragments say of a comparison as a whole. Without torch."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["nothing called", "too few fragments", "supported", "mixed", "noise"]

# What a sentence says before the numbers of a verdict, and the word a screen reader announces.
SENTENCES: dict[Verdict, str] = {
    "nothing called": "No region is called, so there is nothing to check.",
    "too few fragments": (
        "{called} called; {signs} of them have held-out fragments, too few to check."
    ),
    "supported": "{called} called; {share} agree in sign with held-out fragments, {confirmed}.",
    "mixed": (
        "{called} called; only {share} agree in sign with held-out fragments, {confirmed}: "
        "read the confirmed ones."
    ),
    "noise": (
        "{called} called; {share} agree in sign with held-out fragments, which is what chance "
        "gives: these groups may differ by noise only."
    ),
}


@dataclass(frozen=True, slots=True)
class Check:
    """How far held-out fragments agree with a comparison as a whole.

    Attributes
    ----------
    verdict
        ``"supported"`` when at least 80 % of the signs agree, ``"mixed"`` when fewer do but more
        than chance gives, ``"noise"`` when no more do.
    n_called
        Regions called by the model.
    n_signs
        Those of them with a held-out difference that is not zero.
    n_agree
        Those of them whose sign is the model's.
    n_confirmed
        Regions with ``is_confirmed``.
    n_testable
        Called regions with enough held-out fragments to confirm the difference that the model
        estimates with a probability of 0.8.
    expected_agreement
        Share of the signs that would agree if every estimated difference were real; ``None`` where
        nothing can be checked. Below 1 because few fragments give a wrong sign now and then.
    sentence
        What a header says of all this.
    """

    verdict: Verdict
    n_called: int
    n_signs: int
    n_agree: int
    n_confirmed: int
    n_testable: int
    expected_agreement: float | None
    sentence: str

    @classmethod
    def of(
        cls,
        verdict: Verdict,
        *,
        n_called: int,
        n_signs: int,
        n_agree: int,
        n_confirmed: int,
        n_testable: int,
        expected_agreement: float | None,
    ) -> "Check":
        """Put a verdict and its numbers into words."""
        is_thin = 2 * max(n_testable, n_confirmed) < n_called
        sentence = SENTENCES[verdict].format(
            called=_regions(n_called),
            signs=f"{n_signs:,}",
            share=f"{n_agree / n_signs:.0%}" if n_signs else "none",
            confirmed=f"{n_confirmed:,} confirmed"
            + (", most have too few of them to be" if is_thin else ""),
        )
        numbers = n_called, n_signs, n_agree, n_confirmed, n_testable
        return cls(verdict, *numbers, expected_agreement, sentence)

    @property
    def agreement(self) -> float:
        """Share of the signs that agree, in [0, 1]; NaN when there are none."""
        return self.n_agree / self.n_signs if self.n_signs else float("nan")


def _regions(n: int) -> str:
    return "1 region" if n == 1 else f"{n:,} regions"
