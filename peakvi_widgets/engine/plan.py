"""How to train: one table of parameters, and the named ones people start from. Without torch."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Literal

from ..errors import DataError
from .validate import number, valid_seed, whole, yes_or_no


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

    max_epochs: int = 60
    max_steps: int | None = None
    lr: float | None = None
    weight_decay: float = 1.0
    eps: float = 1e-8
    batch_size: int = 128
    train_size: float | None = None
    validation_size: float | None = None
    schedule: Literal["constant", "one_cycle", "reduce_on_plateau"] = "one_cycle"
    schedule_epochs: int | None = 60
    warmup_share: float = 0.15
    lr_factor: float = 0.6
    lr_patience: int = 30
    lr_threshold: float = 0.0
    lr_min: float = 0.0
    n_epochs_kl_warmup: int | None = 50
    n_steps_kl_warmup: int | None = None
    early_stopping: bool = True
    early_stopping_patience: int = 50
    early_stopping_min_delta: float = 0.0
    restore_best: bool = True
    best_tolerance: float = 0.005
    input_dropout: float = 0.5
    kl_weighting: Literal["reference", "bound"] = "reference"
    seed: int | None = None
    n_threads: int | None = None
    device: str = "auto"

    def __post_init__(self) -> None:
        for name in ("max_epochs", "batch_size", "early_stopping_patience"):
            self._whole(name, 1)
        for name in ("max_steps", "schedule_epochs", "n_threads"):
            self._whole(name, 1, or_none=True)
        for name in ("n_epochs_kl_warmup", "n_steps_kl_warmup"):
            self._whole(name, 0, or_none=True)
        if self.seed is not None:
            object.__setattr__(self, "seed", valid_seed(self.seed))
        self._whole("lr_patience", 0)
        for name in ("lr", "eps"):
            if name == "eps" or self.lr is not None:
                self._number(name, "above 0", lambda value: value > 0)
        for name in ("weight_decay", "early_stopping_min_delta", "lr_threshold", "lr_min"):
            self._number(name, "of 0 or more", lambda value: value >= 0)
        for name in ("warmup_share", "best_tolerance", "input_dropout"):
            self._number(name, "in [0, 1)", lambda value: 0 <= value < 1)
        self._number("lr_factor", "in (0, 1)", lambda value: 0 < value < 1)
        if self.train_size is not None:
            self._number("train_size", "in (0, 1]", lambda value: 0 < value <= 1)
        if self.validation_size is not None:
            rest = 1.0 - (0.9 if self.train_size is None else self.train_size)
            allowed = f"in [0, {rest:g}], the share that train_size leaves"
            self._number("validation_size", allowed, lambda value: 0 <= value <= rest + 1e-9)
        self._one_of("schedule", "constant", "one_cycle", "reduce_on_plateau")
        self._one_of("kl_weighting", "reference", "bound")
        for name in ("early_stopping", "restore_best"):
            object.__setattr__(self, name, yes_or_no(name, getattr(self, name)))
        if not isinstance(self.device, str):
            raise DataError(f"device is {self.device!r}; use 'auto', 'cpu', 'cuda' or 'mps'.")

    def _whole(self, name: str, least: int, *, or_none: bool = False) -> None:
        value = getattr(self, name)
        if value is None and or_none:
            return
        object.__setattr__(self, name, whole(name, value, least, or_none=or_none))

    def _number(self, name: str, allowed: str, holds: Callable[[float], bool]) -> None:
        object.__setattr__(self, name, number(name, getattr(self, name), allowed, holds))

    def _one_of(self, name: str, *allowed: str) -> None:
        if getattr(self, name) not in allowed:
            choice = " or ".join((", ".join(map(repr, allowed[:-1])), repr(allowed[-1])))
            raise DataError(f"{name} is {getattr(self, name)!r}; use {choice}.")


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
