"""What a training found when it began, to put back when it fails."""

import copy
from dataclasses import dataclass, replace
from typing import Self

from torch import Tensor

from .copies import copied
from .learner import LocalLearner
from .module import PeakVAE
from .training_state import TrainingState

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
        weights = copied(model.state_dict())
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
