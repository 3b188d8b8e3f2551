"""What a training found when it began, to put back when it fails."""

import copy
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from torch import Tensor

from .learner import LocalLearner
from .module import PeakVAE
from .training_state import TrainingState

MAX_WEIGHT_BYTES = 1 << 28  # of a copy of the weights in memory; a larger one is a temporary file
# Bytes that a copy of the optimizer's memory may take. A larger one is not made: the training that
# needs the memory comes first.
MAX_OPTIMIZER_BYTES = 1 << 30
N_COPIES = 3  # of each weight in a learner: the weight and AdamW's two moments


@dataclass(frozen=True, slots=True)
class TrainingSnapshot:
    """The weights of a network and the state of its training before another call trains it.

    Attributes
    ----------
    weights
        A copy of the weights.
    state
        A copy of the training state. Its learner is the one that trained.
    memory
        What that learner knew, where the call goes on with it; ``None`` where the call leaves it
        alone or where a copy would be too large.
    """

    weights: dict[str, Tensor]
    state: TrainingState
    memory: dict[str, Tensor] | None

    @classmethod
    def of(cls, model: PeakVAE, state: TrainingState, *, restart: bool) -> Self:
        """Copy what a training is about to change.

        Parameters
        ----------
        model, state
            The network and the state of its training.
        restart
            Whether the training begins with a new learner, so that the present one stays as it is.
        """
        weights = _copied(model.state_dict())
        kept = replace(state, totals=copy.deepcopy(state.totals), history=list(state.history))
        if kept.learner is None:
            return cls(weights, kept, None)
        n_bytes = N_COPIES * sum(value.nbytes for value in weights.values())
        if n_bytes > MAX_OPTIMIZER_BYTES:
            kept.learner = None
            return cls(weights, kept, None)
        return cls(weights, kept, None if restart else kept.learner.memory())

    def restore(self, model: PeakVAE) -> TrainingState:
        """Put the weights back into the network, and return the state as it was.

        Where the optimizer's memory was too large to copy, the state has no learner: its history
        and end are there, but the training cannot go on.
        """
        model.load_state_dict(self.weights)
        if self.memory is not None:
            assert isinstance(self.state.learner, LocalLearner)
            self.state.learner.remember(self.memory)
        return self.state


def _copied(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copy weights: large ones into a temporary file that is mapped, unless the disk is full."""
    if sum(value.nbytes for value in weights.values()) > MAX_WEIGHT_BYTES:
        try:
            return _mapped_copies(weights)
        except OSError:
            pass
    return {name: value.detach().clone() for name, value in weights.items()}


def _mapped_copies(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    copies = {}
    with tempfile.TemporaryFile() as file:  # without a name: it is gone with the last mapping
        for name, value in weights.items():
            array, start = value.detach().cpu().contiguous().numpy(), file.tell()
            if array.size == 0:
                copies[name] = value.detach().clone()
                continue
            file.write(array.data)  # a full disk is noticed here, not where the mapping is used
            file.flush()
            mapped = np.memmap(file, array.dtype, "r+", start, array.shape)
            file.seek(start + array.nbytes)
            copies[name] = torch.from_numpy(mapped)
    return copies
