"""How to train: one table of parameters, and the named ones people start from. Without torch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Literal

from ..errors import DataError
from .parameter import checked, form_of, parameter
from .validate import MAX_SEED, number


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """Everything that decides how a model is trained.

    Attributes
    ----------
    max_epochs
        Epochs since the model was new, not since the last stop.
    max_steps
        Minibatches after which to stop, those of validation included: repeats a run that a person
        stopped (``TrainingEnd.n_steps``). ``None`` for no such limit.
    lr
        Learning rate of AdamW; with ``"one_cycle"`` its peak, with ``"reduce_on_plateau"`` what it
        begins with. ``None`` for what suits the data, see `lr_for`.
    weight_decay
        Decoupled weight decay, on every parameter.
    eps
        Added to the denominator of AdamW.
    batch_size
        Cells a minibatch.
    train_size
        Share of the cells to learn from, in (0, 1]. ``None`` is 0.9, and then one or two cells
        left over for the last minibatch go to validation.
    validation_size
        Share of the cells to judge by, in [0, 1); ``None`` for all others.
    schedule
        ``"one_cycle"`` rises from a tenth of ``lr`` over ``warmup_share`` of the schedule, then
        falls along a cosine to a hundredth, and stays there. ``"reduce_on_plateau"`` multiplies it
        by ``lr_factor`` when the validation ELBO has not improved for ``lr_patience`` epochs.
    schedule_epochs
        Length of the schedule, but never longer than ``max_epochs``; ``None`` is ``max_epochs``.
    warmup_share
        Rising part of the schedule, in [0, 1).
    lr_factor, lr_patience, lr_threshold, lr_min
        Of ``"reduce_on_plateau"``: the factor, in (0, 1); the epochs to wait; by how many nats a
        cell an epoch must be better; the lowest learning rate. As in scvi-tools.
    n_epochs_kl_warmup
        Epochs over which the weight of the KL term rises from 0 to 1; ``None`` to count
        ``n_steps_kl_warmup`` instead, and 1 from the start if that is ``None`` too.
    n_steps_kl_warmup
        Training minibatches over which the weight of the KL term rises; ignored if
        ``n_epochs_kl_warmup`` is given.
    early_stopping
        Whether to end when the validation reconstruction loss no longer falls.
    early_stopping_patience
        Epochs to wait for a lower loss.
    early_stopping_min_delta
        By how many nats a cell it must be lower to count.
    restore_best
        Whether the weights of the best validation epoch are in place at the end.
    best_tolerance
        Share of the lowest validation loss, in [0, 1), by which a later epoch may miss it and still
        be taken for the best: with a high learning rate the loss of one epoch is luck, and the
        latent goes on getting better when the loss no longer falls.
    input_dropout
        Share of the open entries that are hidden from the encoders while they learn, in [0, 1).
        What is to be reconstructed stays complete, so that a cell cannot be learned by heart.
    kl_weighting
        ``"reference"`` weighs reconstruction ``batch_size`` times the KL term, as scvi-tools does;
        ``"bound"`` weighs them as the paper writes it.
    seed
        Of the split into training and validation cells, the order of the cells, dropout and the
        samples of the latent; ``None`` is the seed of the model.
    n_threads
        Threads to compute with; ``None`` is one less than there are cores, at least 1. On the CPU
        what is learned does not depend on it; but where a reference learns new categories
        (``load_query_data``), sums may differ in their last bits.
    device
        ``"auto"`` is a CUDA device if there is one, else an MPS device, else the CPU. Only the CPU
        has been tested.

    Raises
    ------
    DataError
        A value makes no sense; the text names it and its range.
    """

    max_epochs: int = parameter(
        60, "epochs", "Epochs since the model was new, not since the last stop",
        min=1, is_basic=True,
    )  # fmt: skip
    max_steps: int | None = parameter(None, min=1, empty="no limit")
    lr: float | None = parameter(
        None, "lr", "Learning rate of AdamW, above 0; leave empty for a rate that suits the data",
        min=0, open_at="min", empty="by data", is_basic=True,
    )  # fmt: skip
    weight_decay: float = parameter(1.0, "decay", "Decoupled weight decay, 0 or more", min=0)
    eps: float = parameter(
        1e-8, "eps", "Added to the denominator of AdamW, above 0", min=0, open_at="min"
    )
    batch_size: int = parameter(128, "batch", "Cells in a minibatch", min=1, is_basic=True)
    seed: int | None = parameter(
        None, "seed",
        "Seed of the split, the order of cells, dropout and samples; leave empty for the model's",
        min=0, max=MAX_SEED, empty="model's", is_basic=True,
    )  # fmt: skip
    train_size: float | None = parameter(
        None, "train share", "Share of the cells to learn from, in (0, 1]",
        min=0, max=1, open_at="min", empty="0.9",
    )  # fmt: skip
    validation_size: float | None = parameter(
        None, "valid. share",
        "Share of the cells to validate with, in [0, 1); leave empty for all others",
        min=0, max=1, open_at="max", empty="the rest",
    )  # fmt: skip
    schedule: Literal["one_cycle", "constant", "reduce_on_plateau"] = parameter(
        "one_cycle", "schedule",
        "Learning rate: rising then falling, constant, or falling on a plateau",
    )  # fmt: skip
    schedule_epochs: int | None = parameter(
        60, "lr epochs",
        "Length of the learning rate's schedule; leave empty for the length of the training",
        min=1, empty="epochs",
    )  # fmt: skip
    warmup_share: float = parameter(
        0.15, "lr warm-up", "Share of the schedule over which the learning rate rises, in [0, 1)",
        min=0, max=1, open_at="max",
    )  # fmt: skip
    lr_factor: float = parameter(
        0.6, "lr factor", "reduce_on_plateau: factor of each reduction, in (0, 1)",
        min=0, max=1, open_at="both",
    )  # fmt: skip
    lr_patience: int = parameter(
        30, "lr patience", "reduce_on_plateau: epochs to wait for a better validation ELBO", min=0
    )
    lr_threshold: float = parameter(
        0.0, "lr min. gain",
        "reduce_on_plateau: nats per cell by which an epoch must be better, 0 or more",
        min=0,
    )  # fmt: skip
    lr_min: float = parameter(
        0.0, "min lr", "reduce_on_plateau: lowest learning rate, 0 or more", min=0
    )
    n_epochs_kl_warmup: int | None = parameter(
        50, "KL epochs",
        "Epochs over which the weight of the KL term rises to 1; leave empty to count steps",
        min=0, empty="by steps",
    )  # fmt: skip
    n_steps_kl_warmup: int | None = parameter(
        None, "KL steps",
        "Minibatches over which the weight of the KL term rises to 1, if not given in epochs",
        min=0, empty="none",
    )  # fmt: skip
    early_stopping: bool = parameter(
        True, "early stopping", "Stop when the validation reconstruction loss no longer falls",
        is_basic=True,
    )  # fmt: skip
    early_stopping_patience: int = parameter(
        50, "patience", "Epochs to wait for a lower validation loss", min=1, is_basic=True
    )
    early_stopping_min_delta: float = parameter(
        0.0, "min. gain", "Nats per cell by which the loss must fall to count, 0 or more", min=0
    )
    restore_best: bool = parameter(
        True, "keep the best weights", "Restore the weights of the best validation epoch at the end"
    )
    best_tolerance: float = parameter(
        0.005, "tolerance",
        "How far a later epoch may be above the lowest loss and count as best, as a share of it",
        min=0, max=1, open_at="max",
    )  # fmt: skip
    input_dropout: float = parameter(
        0.5, "input dropout",
        "Share of the counts hidden from the encoders during training, in [0, 1)",
        min=0, max=1, open_at="max",
    )  # fmt: skip
    kl_weighting: Literal["reference", "bound"] = parameter(
        "reference", "weighting",
        "Reconstruction against KL: as scvi-tools does (reference) or as in the paper (bound)",
    )  # fmt: skip
    n_threads: int | None = parameter(
        None, "threads", "CPU threads; leave empty for one less than there are cores",
        min=1, empty="cores - 1",
    )  # fmt: skip
    device: str = parameter(
        "auto", "device", "Device to train on; auto is a CUDA device if there is one",
        choices=("auto", "cpu", "cuda", "mps"),
    )  # fmt: skip

    def __post_init__(self) -> None:
        for one in fields(self):
            object.__setattr__(self, one.name, checked(one, getattr(self, one.name)))
        if self.validation_size is not None:
            rest = 1.0 - (0.9 if self.train_size is None else self.train_size)
            allowed = f"in [0, {rest:g}], the share that train_size leaves"
            number("validation_size", self.validation_size, allowed, lambda n: n <= rest + 1e-9)


PLAN_FORM = form_of(TrainingPlan)

PRESETS: Mapping[str, TrainingPlan] = MappingProxyType(
    {
        "quick": TrainingPlan(
            max_epochs=12,
            weight_decay=0.1,
            schedule_epochs=12,
            n_epochs_kl_warmup=6,
            input_dropout=0.0,  # so few epochs learn nothing by heart
        ),
        "standard": TrainingPlan(),
        "best_loss": TrainingPlan(best_tolerance=0.0),
        "scvi": TrainingPlan(
            max_epochs=500,
            lr=1e-4,
            weight_decay=1e-3,
            batch_size=128,
            schedule="constant",
            schedule_epochs=None,
            best_tolerance=0.0,
            input_dropout=0.0,
        ),
    }
)
"""``quick`` for a first look, ``standard`` for results, ``scvi`` as scvi-tools trains.

Loss and latent pull apart in the end: the epochs after the best one cost a little loss and draw
the kinds of cells farther apart. ``standard`` takes them, ``best_loss`` stays at the lowest loss.
On bone marrow (granja2019_bmmc_dev, medians of three seeds): `label_purity` 0.764 against 0.743,
validation loss 583.0 against 580.4 nats a cell.
"""


def lr_for(n_open: float) -> float:
    """Return the learning rate that suits cells with so many open regions, on average.

    Each open region moves the encoding of a cell by as much in every step, so more of them need
    smaller steps. Found by trial: on bone marrow with 160 open regions a cell, 4.5e-3 keeps the
    kinds of cells farther apart than 2e-3 at the same loss; with 4,300 in a simulation, 1e-3 does
    well and 2e-3 tears kinds apart.
    """
    return 4.5e-3 / math.sqrt(max(1.0, n_open / 160.0))


def plan_from(preset: str = "standard", **overrides: Any) -> TrainingPlan:
    """Return a named plan with some of its parameters changed.

    Parameters
    ----------
    preset
        A key of `PRESETS`.
    overrides
        Fields of `TrainingPlan`.

    Raises
    ------
    DataError
        There is no such preset or parameter, or a value makes no sense.
    """
    if preset not in PRESETS:
        raise DataError(f"There is no preset {preset!r}; use one of {', '.join(PRESETS)}.")
    known = [field.name for field in fields(TrainingPlan)]
    if unknown := sorted(set(overrides) - set(known)):
        raise DataError(
            f"A training plan has no {', '.join(unknown)}; its parameters are {', '.join(known)}."
        )
    return replace(PRESETS[preset], **overrides)
