"""How to train: one table of parameters, and the named ones people start from. Without torch."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, Literal

from ..errors import DataError


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
        Learning rate of AdamW; with ``"one_cycle"`` its peak.
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
        falls along a cosine to a hundredth, and stays there.
    schedule_epochs
        Length of the schedule, but never longer than ``max_epochs``; ``None`` is ``max_epochs``.
    warmup_share
        Rising part of the schedule, in [0, 1).
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
    kl_weighting
        ``"reference"`` weighs reconstruction ``batch_size`` times the KL term, as scvi-tools does;
        ``"bound"`` weighs them as the paper writes it.
    seed
        Of the split into training and validation cells, the order of the cells, dropout and the
        samples of the latent; ``None`` is the seed of the model.
    n_threads
        Threads to compute with; ``None`` is one less than there are cores, at least 1.
    device
        ``"auto"`` is a CUDA device if there is one, else the CPU; ``"mps"`` must be asked for.
        Only the CPU has been tested.

    Raises
    ------
    DataError
        A value makes no sense; the text names it and its range.
    """

    max_epochs: int = 60
    max_steps: int | None = None
    lr: float = 1.5e-3
    weight_decay: float = 0.1
    eps: float = 1e-8
    batch_size: int = 64
    train_size: float | None = None
    validation_size: float | None = None
    schedule: Literal["constant", "one_cycle"] = "one_cycle"
    schedule_epochs: int | None = 60
    warmup_share: float = 0.15
    n_epochs_kl_warmup: int | None = 50
    n_steps_kl_warmup: int | None = None
    early_stopping: bool = True
    early_stopping_patience: int = 50
    early_stopping_min_delta: float = 0.0
    restore_best: bool = True
    kl_weighting: Literal["reference", "bound"] = "reference"
    seed: int | None = None
    n_threads: int | None = None
    device: str = "auto"

    def __post_init__(self) -> None:
        for name in ("max_epochs", "batch_size", "early_stopping_patience"):
            self._whole(name, 1)
        for name in ("max_steps", "schedule_epochs", "n_threads"):
            self._whole(name, 1, or_none=True)
        for name in ("n_epochs_kl_warmup", "n_steps_kl_warmup", "seed"):
            self._whole(name, 0, or_none=True)
        for name in ("lr", "eps"):
            self._number(name, "above 0", lambda value: value > 0)
        for name in ("weight_decay", "early_stopping_min_delta"):
            self._number(name, "of 0 or more", lambda value: value >= 0)
        self._number("warmup_share", "in [0, 1)", lambda value: 0 <= value < 1)
        if self.train_size is not None:
            self._number("train_size", "in (0, 1]", lambda value: 0 < value <= 1)
        if self.validation_size is not None:
            rest = 1.0 - (0.9 if self.train_size is None else self.train_size)
            allowed = f"in [0, {rest:g}], the share that train_size leaves"
            self._number("validation_size", allowed, lambda value: 0 <= value <= rest + 1e-9)
        self._one_of("schedule", "constant", "one_cycle")
        self._one_of("kl_weighting", "reference", "bound")
        for name in ("early_stopping", "restore_best"):
            if not isinstance(getattr(self, name), bool):
                raise DataError(f"{name} is {getattr(self, name)!r}; use True or False.")
        if not isinstance(self.device, str):
            raise DataError(f"device is {self.device!r}; use 'auto', 'cpu', 'cuda' or 'mps'.")

    def _whole(self, name: str, least: int, *, or_none: bool = False) -> None:
        value = getattr(self, name)
        if value is None and or_none:
            return
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
            other = ", or None" if or_none else ""
            raise DataError(f"{name} is {value!r}; use a whole number of {least} or more{other}.")
        object.__setattr__(self, name, int(value))  # numpy's integers too, kept as Python's

    def _number(self, name: str, allowed: str, holds: Callable[[float], bool]) -> None:
        value = getattr(self, name)
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not holds(float(value)):
            raise DataError(f"{name} is {value!r}; use a number {allowed}.")
        object.__setattr__(self, name, float(value))

    def _one_of(self, name: str, *allowed: str) -> None:
        if getattr(self, name) not in allowed:
            choice = " or ".join(map(repr, allowed))
            raise DataError(f"{name} is {getattr(self, name)!r}; use {choice}.")


PRESETS: Mapping[str, TrainingPlan] = MappingProxyType(
    {
        "quick": TrainingPlan(
            max_epochs=12,
            lr=3e-3,
            batch_size=128,
            schedule_epochs=12,
            n_epochs_kl_warmup=6,
        ),
        "standard": TrainingPlan(),
        "scvi": TrainingPlan(
            max_epochs=500,
            lr=1e-4,
            weight_decay=1e-3,
            batch_size=128,
            schedule="constant",
            schedule_epochs=None,
        ),
    }
)
"""``quick`` for a first look, ``standard`` for results, ``scvi`` as scvi-tools trains."""


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
