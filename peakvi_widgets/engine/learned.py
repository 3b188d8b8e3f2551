"""Weights with what AdamW knows of them, which lies in a file between two trainings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from . import kernels
from .copies import copied_to_file

Array = NDArray[np.float32]


@dataclass(slots=True, eq=False)
class Learned:
    """A weight with its AdamW state; a wide one has one row per region."""

    weight: Array
    mean: Array
    square: Array

    @classmethod
    def of(cls, tensor: Tensor) -> Self:
        """Take over the values of a tensor, without copying it if it is contiguous."""
        weight = np.ascontiguousarray(tensor.detach().numpy())
        return cls(weight, np.zeros_like(weight), np.zeros_like(weight))

    def rows(self, rows: slice) -> tuple[Array, Array, Array]:
        """Return some rows of the weight and of its two moments."""
        return self.weight[rows], self.mean[rows], self.square[rows]

    def learn(self, rows: slice, gradient: Array, rates: Any) -> None:
        """Update some rows of the weight."""
        weight, mean, square = (values.reshape(-1) for values in self.rows(rows))
        kernels.adamw(weight, mean, square, gradient.reshape(-1), rates)


def put_into_file(every: Mapping[str, Learned]) -> bool:
    """Put moments into a temporary file, if they are large; return whether they lie there."""
    moments = {
        f"{name}.{which}": torch.from_numpy(getattr(one, which))
        for name, one in every.items()
        for which in ("mean", "square")
    }
    copies = copied_to_file(moments)
    if copies is None:
        return False
    for name, one in every.items():
        one.mean, one.square = copies[f"{name}.mean"].numpy(), copies[f"{name}.square"].numpy()
    return True


def take_from_file(every: Mapping[str, Learned]) -> None:
    """Take moments back into memory."""
    for one in every.values():
        one.mean, one.square = one.mean.copy(), one.square.copy()
