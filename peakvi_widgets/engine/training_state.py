"""State of a training: all that is needed to continue exactly as if it had never stopped."""

import math
from dataclasses import dataclass, field

import numpy as np

from .cells import Indices, Split
from .fast_learner import FastLearner
from .learner import Learner, Losses
from .metrics import EpochMetrics, Phase, TrainingEnd
from .plan import TrainingPlan
from .start import Start

NO_CELLS: Indices = np.empty(0, np.intp)
NO_SPLIT = Split(NO_CELLS, NO_CELLS)


@dataclass(slots=True)
class Totals:
    """Sums over the minibatches of one phase of an epoch."""

    n_steps: int = 0
    n_cells: int = 0
    loss: float = 0.0  # weighted by the minibatch's cells
    reconstruction: float = 0.0
    kl: float = 0.0
    seconds: float = 0.0

    def add(self, losses: Losses, n_cells: int, seconds: float) -> None:
        """Count one minibatch."""
        self.n_steps += 1
        self.n_cells += n_cells
        self.loss += losses.loss * n_cells
        self.reconstruction += losses.reconstruction
        self.kl += losses.kl
        self.seconds += seconds


def fresh_totals() -> dict[Phase, Totals]:
    """Return sums over no minibatch yet."""
    return {"train": Totals(), "validation": Totals()}


@dataclass(slots=True)
class TrainingState:
    """State of a training: all that is needed to continue exactly as if it had never stopped.

    The generators of random numbers are no part of it: each minibatch draws from one of its own,
    seeded by the run's seed and the minibatch's place in the run.

    Attributes
    ----------
    learner
        The present weights and the optimiser's memory; ``None`` before the first minibatch.
    plan, seed, split
        How it is trained, and on which cells.
    n_epochs, n_steps
        Epochs completed, and minibatches of training and validation done.
    order
        Training cells in the order of the current epoch.
    totals
        Of the current epoch.
    history
        One entry an epoch.
    best_epoch, best_loss
        Whose weights are in the network that is handed out, and their validation loss, which is
        the lowest but for the plan's ``best_tolerance``.
    waited
        Epochs since the validation loss last fell enough.
    end
        How it ended; ``None`` while it runs.
    started
        What the network was set to before the first minibatch; ``None`` if it was not, or if that
        was in another process.
    """

    learner: Learner | None = None
    plan: TrainingPlan | None = None
    seed: int = 0
    split: Split = NO_SPLIT
    order: Indices = field(default_factory=lambda: NO_CELLS)
    n_epochs: int = 0
    n_steps: int = 0
    totals: dict[Phase, Totals] = field(default_factory=lambda: fresh_totals())
    history: list[EpochMetrics] = field(default_factory=list)
    best_epoch: int | None = None
    best_loss: float = math.inf
    lowest: float = math.inf
    waited: int = 0
    end: TrainingEnd | None = None
    started: Start | None = None

    def rest(self) -> None:
        """Hold in memory no more than is needed until the training goes on."""
        if isinstance(self.learner, FastLearner):
            self.learner.rest()

    def wake(self) -> None:
        """Get ready to go on."""
        if isinstance(self.learner, FastLearner):
            self.learner.wake()
