"""Values that the engine's generators yield. Without torch, so any module can import them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

    from .check import Check

Phase = Literal["train", "validation"]
EndReason = Literal[
    "max_epochs", "early_stopping", "stopped", "max_steps", "process_lost", "minibatch_lost"
]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A training has not reached its first minibatch, because its processes are not ready.

    Attributes
    ----------
    text
        What it waits for, in a few words.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """Progress after one minibatch; a receiver may keep only the newest.

    After the last minibatch of an epoch, `EpochMetrics` is yielded instead.

    Attributes
    ----------
    epoch
        The current epoch, counted from 1.
    step
        Minibatches done in this phase of this epoch, from 1 to ``n_steps``.
    n_steps
        Minibatches in this phase of an epoch.
    phase
        Whether the weights are being trained or only validated.
    seconds_per_step
        Running mean of the wall time of one minibatch of this phase, in seconds.
    """

    epoch: int
    step: int
    n_steps: int
    phase: Phase
    seconds_per_step: float


@dataclass(frozen=True, slots=True)
class EpochMetrics:
    """Measurements of one epoch.

    Reconstruction loss, KL and ELBO (here the *negative* bound, to be minimised) are means per
    cell in nats. ``train_loss`` and ``validation_loss`` are the quantity that is minimised, as a
    mean over minibatches weighted by their cells; with the reference's weighting of the KL it is
    larger by the square of the batch size, about. Without validation cells those are ``None``.

    Attributes
    ----------
    epoch
        Counted from 1.
    kl_weight
        Weight of the KL term in this epoch's last minibatch, in [0, 1].
    learning_rate
        Of this epoch's last minibatch.
    seconds
        Wall time of the epoch, validation included.
    is_best
        Whether the weights of this epoch are the best so far.
    """

    epoch: int
    kl_weight: float
    train_loss: float
    elbo_train: float
    reconstruction_loss_train: float
    kl_local_train: float
    validation_loss: float | None
    elbo_validation: float | None
    reconstruction_loss_validation: float | None
    kl_local_validation: float | None
    learning_rate: float
    seconds: float
    is_best: bool


@dataclass(frozen=True, slots=True)
class TrainingEnd:
    """Why and where training ended.

    Attributes
    ----------
    reason
        ``"stopped"`` if the generator was closed, ``"process_lost"`` if one of several processes
        ended, ``"minibatch_lost"`` if they could not be given a minibatch.
    n_epochs
        Epochs completed since the model was new, validation included.
    n_steps
        Minibatches since the model was new, those of validation included: ``max_steps`` of a plan
        that repeats the run.
    best_epoch
        The epoch whose weights are in place; ``None`` when they are simply the latest.
    best_validation_loss
        Its validation reconstruction loss, nats per cell.
    detail
        What there is to say of the last two reasons, in one sentence; empty for the others.
    """

    reason: EndReason
    n_epochs: int
    n_steps: int
    best_epoch: int | None
    best_validation_loss: float | None
    detail: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Progress of a differential accessibility analysis.

    Attributes
    ----------
    table
        One row a region, in the order of the regions; ``None`` until the first estimate is there.
    n_samples
        Posterior draws per group that ``table`` is based on; 0 before the first.
    progress
        Share of the whole work that is done, in [0, 1].
    is_final
        Whether ``table`` is the one that ``differential_accessibility`` returns, there by falling
        ``prob_da``.
    check
        What held-out fragments say of a final table, where they were asked.
    """

    table: "pd.DataFrame | None"
    n_samples: int
    progress: float
    is_final: bool
    check: "Check | None" = None
