"""What held-out data say of the components of a map. Without scipy and torch."""

from dataclasses import dataclass
from typing import Literal

THRESHOLD = 4.0  # standard deviations above chance from which a component is confirmed
NULL_VALUE = 1e-6  # share of the largest value at which a component is in the null space
MAX_DEPTH_SHARE = 0.5  # of a component's variance; one that follows the depth more is left out


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Which components of a map held-out data confirm.

    Attributes
    ----------
    z
        How far the held-out value of each component lies above chance, in standard deviations;
        components as they fall in the fitted half.
    values, held_out_values
        Eigenvalues in the fitted half, and what the same components reach in the held-out half.
    depth_shares
        Share of the variance of each component that the depth of the cells explains, in [0, 1].
        ``z`` is about the rest; a component that follows the depth is not confirmed.
    held_out
        What was held out: ``"fragments"``, or ``"regions"`` for binary counts.
    n_cells
        Cells that were looked at; a sample where there are many.
    threshold
        The value of ``z`` from which a component counts as confirmed.
    """

    z: tuple[float, ...]
    values: tuple[float, ...]
    held_out_values: tuple[float, ...]
    depth_shares: tuple[float, ...]
    held_out: Literal["fragments", "regions"]
    n_cells: int
    threshold: float = THRESHOLD

    @property
    def is_confirmed(self) -> tuple[bool, ...]:
        """Whether each component is confirmed."""
        least = NULL_VALUE * max(self.values, default=0.0)  # below it a vector is any of many
        return tuple(
            z > self.threshold and value > least and not depth
            for z, value, depth in zip(self.z, self.values, self.follows_depth, strict=True)
        )

    @property
    def follows_depth(self) -> tuple[bool, ...]:
        """Whether each component follows the depth of the cells, and is left out for that."""
        return tuple(share > MAX_DEPTH_SHARE for share in self.depth_shares)

    @property
    def n_confirmed(self) -> int:
        """Number of components that are confirmed."""
        return sum(self.is_confirmed)

    @property
    def sentence(self) -> str:
        """What all this means."""
        if self.n_confirmed == 0:
            text = "No structure beyond noise was found in these cells"
        elif self.n_confirmed == 1:
            text = f"1 dimension is confirmed by held-out {self.held_out}"
        else:
            more = " or more" if all(self.is_confirmed) else ""
            text = f"{self.n_confirmed}{more} dimensions are confirmed by held-out {self.held_out}"
        n_depth = sum(self.follows_depth)
        if n_depth:
            text += f"; {n_depth} that {'follows' if n_depth == 1 else 'follow'} depth left out"
        return f"{text}."

    def __str__(self) -> str:
        return self.sentence
