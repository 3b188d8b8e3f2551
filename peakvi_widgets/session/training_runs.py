"""What is kept of trainings that are over, to compare them with the present one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..engine.metrics import EpochMetrics

MAX_RUNS = 5  # the oldest go


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """The loss curve of a training of the same counts whose model has been replaced.

    Attributes
    ----------
    name
        By what it was trained and how long ("quick, 5 epochs").
    epoch
        Counted from 1.
    loss
        Of each epoch: the reconstruction loss of the validation cells, or of the training cells
        where there are none; nats per cell.
    """

    name: str
    epoch: tuple[int, ...]
    loss: tuple[float, ...]


def with_run(
    runs: Sequence[EarlierRun], preset: str, history: Sequence[EpochMetrics]
) -> tuple[EarlierRun, ...]:
    """Add a training that is over to the earlier ones."""
    if not history:
        return tuple(runs)
    losses = [
        one.reconstruction_loss_train
        if one.reconstruction_loss_validation is None
        else one.reconstruction_loss_validation
        for one in history
    ]
    n = len(history)
    name = f"{preset or 'model.train()'}, {n:,} epoch{'s' if n > 1 else ''}"
    run = EarlierRun(name, tuple(one.epoch for one in history), tuple(losses))
    return (*runs, run)[-MAX_RUNS:]
