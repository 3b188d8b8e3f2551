"""Training plans: the parameters of training, and presets. Without torch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Literal

from ..errors import DataError
from .parameter import checked, form_of, parameter
from .validate import MAX_SEED, number

LARGEST_BATCH, SMALLEST_BATCH = 128, 16  # cells a minibatch, where the data decide
LEAST_STEPS = 16  # minibatches that an epoch is to have
STANDARD_EPOCHS = 15
ENOUGH_STEPS = 5_000  # minibatches to learn from, of very many cells
ENCODER_RATE = 0.1  # of encoders that were set
ENOUGH_CELLS = 2500  # which teach them so fast


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """The parameters of training.

    Attributes
    ----------
    start
        ``"spectral"`` sets a fresh network to the dimensions of the data that held-out fragments
        confirm, and to no others, before the first epoch; see `start.start`. ``"none"`` begins with
        the random weights. A network that has learned before, one with batch norm, and one whose
        latent is on the simplex are never set.
    max_epochs
        Epochs since the model was new, not since the last stop. ``None`` for what suits the data,
        see `epochs_for`.
    max_steps
        Minibatches after which to stop, those of validation included: repeats a run that a person
        stopped (``TrainingEnd.n_steps``). ``None`` for no such limit.
    lr
        Learning rate of AdamW; with ``"one_cycle"`` its peak, with ``"reduce_on_plateau"`` what it
        begins with. ``None`` for what suits the data, see `lr_for`.
    encoder_rate
        Learning rate of the encoders in units of ``lr``, in [0, 1]; 0 leaves them as they are.
        After a start they know what the data confirm, and may learn but little more. ``None`` for
        what suits the data, see `encoder_rate_for`, or the rate of the training that a trained
        model has behind it. Without a start it counts as 1.
    weight_decay
        Decoupled weight decay, on every parameter.
    eps
        Added to the denominator of AdamW.
    batch_size
        Cells a minibatch. ``None`` for what suits the data, see `batch_size_for`.
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
        Length of the schedule, but never longer than the training; ``None`` is its length.
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
        The counts to reconstruct stay complete, so that a cell cannot be memorised.
    kl_weighting
        ``"reference"`` weighs reconstruction ``batch_size`` times the KL term, as scvi-tools does;
        ``"bound"`` weighs them as the paper writes it.
    seed
        Of the split into training and validation cells, the order of the cells, dropout and the
        samples of the latent; ``None`` is the seed of the model.
    n_threads
        Threads to compute with, in each process; ``None`` is one less than there are cores, divided
        among the processes, at least 1. On the CPU what is learned does not depend on it; but where
        a reference learns new categories (``load_query_data``), sums may differ in their last bits.
    devices
        Processes that learn together, each some of the regions, on the CPU. What is learned does
        not depend on it. On one machine ``n_threads`` gains as much or more.
    device
        ``"auto"`` is a CUDA device if there is one, else an MPS device, else the CPU. Only the CPU
        has been tested.

    Raises
    ------
    DataError
        A value is invalid; the text names it and its range.
    """

    start: Literal["spectral", "none"] = parameter(
        "spectral", "start",
        "Where a new model starts: at what held-out fragments confirm (spectral), or at random",
    )  # fmt: skip
    max_epochs: int | None = parameter(
        None, "epochs",
        "Epochs since the model was new, not since the last stop; empty for what suits the data",
        min=1, empty="by data", is_basic=True,
    )  # fmt: skip
    max_steps: int | None = parameter(None, min=1, empty="no limit")
    lr: float | None = parameter(
        1e-3, "lr", "Learning rate of AdamW, above 0; leave empty for a rate that suits the data",
        min=0, open_at="min", empty="by data", is_basic=True,
    )  # fmt: skip
    encoder_rate: float | None = parameter(
        None, "encoder lr",
        "Learning rate of the encoders in units of lr, in [0, 1]; empty for what suits the data",
        min=0, max=1, empty="by data",
    )  # fmt: skip
    weight_decay: float = parameter(1.0, "decay", "Decoupled weight decay, 0 or more", min=0)
    eps: float = parameter(
        1e-8, "eps", "Added to the denominator of AdamW, above 0", min=0, open_at="min"
    )
    batch_size: int | None = parameter(
        None, "batch", "Cells in a minibatch; leave empty for a number that suits the data",
        min=1, empty="by data", is_basic=True,
    )  # fmt: skip
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
        STANDARD_EPOCHS, "lr epochs",
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
        0, "KL epochs",
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
        0.0, "tolerance",
        "How far a later epoch may be above the lowest loss and count as best, as a share of it",
        min=0, max=1, open_at="max",
    )  # fmt: skip
    input_dropout: float = parameter(
        0.5, "input dropout",
        "Share of the counts hidden from the encoders during training, in [0, 1)",
        min=0, max=1, open_at="max",
    )  # fmt: skip
    kl_weighting: Literal["reference", "bound"] = parameter(
        "bound", "weighting",
        "Reconstruction against KL: as scvi-tools does (reference) or as in the paper (bound)",
    )  # fmt: skip
    n_threads: int | None = parameter(
        None, "threads", "CPU threads; leave empty for one less than there are cores",
        min=1, empty="cores - 1",
    )  # fmt: skip
    devices: int = parameter(1, min=1)
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

FROM_SCRATCH = TrainingPlan(
    start="none",
    max_epochs=60,
    lr=None,
    encoder_rate=1.0,
    batch_size=128,
    schedule_epochs=60,
    n_epochs_kl_warmup=50,
    best_tolerance=0.005,
    kl_weighting="reference",
)
"""How a network is trained that begins with random weights: long, and by the reference's loss.

It finds cell types without labels, but it memorises noise as well: a lasso on
data without any groups then calls hundreds of regions.
"""

PRESETS: Mapping[str, TrainingPlan] = MappingProxyType(
    {
        "quick": TrainingPlan(schedule_epochs=5),
        "standard": TrainingPlan(),
        "best_loss": TrainingPlan(schedule_epochs=40),
        "scvi": replace(
            FROM_SCRATCH,
            max_epochs=500,
            lr=1e-4,
            weight_decay=1e-3,
            schedule="constant",
            schedule_epochs=None,
            best_tolerance=0.0,
            input_dropout=0.0,
        ),
    }
)
"""``quick`` for a first look, ``standard`` for results, ``scvi`` as scvi-tools trains.

All but ``scvi`` start from what held-out fragments confirm and learn by the bound as the paper
writes it, the encoders slowly; they differ in how long.
"""


def saved_plan(values: Mapping[str, Any]) -> TrainingPlan:
    """Return a plan that was saved as a dict, perhaps before plans had a start."""
    before = {"start": "none", "encoder_rate": 1.0}
    return TrainingPlan(**{**before, **values})


def without_start(plan: TrainingPlan) -> TrainingPlan:
    """Return a plan for a network that cannot be started.

    What a start makes superfluous is as in `FROM_SCRATCH`, unless it was chosen otherwise. A
    schedule that was chosen says how long to train, where ``max_epochs`` does not.
    """
    standard = TrainingPlan()
    changed = {
        field.name: getattr(FROM_SCRATCH, field.name)
        for field in fields(TrainingPlan)
        if getattr(plan, field.name) == getattr(standard, field.name)
    }
    if plan.max_epochs is None and plan.schedule_epochs != standard.schedule_epochs:
        changed["max_epochs"] = plan.schedule_epochs or FROM_SCRATCH.max_epochs
    return replace(plan, **changed)


def batch_size_for(n_cells: int) -> int:
    """Return the size of a minibatch that suits so many cells to learn from.

    It is 128, but few cells are learned in smaller minibatches, so that an epoch has 16 steps;
    none is of fewer than 16 cells.
    """
    return min(LARGEST_BATCH, max(SMALLEST_BATCH, n_cells // LEAST_STEPS))


def epochs_for(plan: TrainingPlan, n_cells: int) -> int:
    """Return for how many epochs so many cells are learned from, validation cells included.

    Where a plan does not say it, these are as many as its schedule has; but very many cells are
    learned in fewer, so that the training has about 5,000 steps. Of 40,000 cells drawn from a
    model of bone marrow, 600 steps teach as much as 4,700: ``tests/benchmarks/bench_epochs.py``.
    """
    if plan.max_epochs is not None:
        return plan.max_epochs
    n_train = _n_cells_to_learn_from(plan, n_cells)
    n_steps = math.ceil(max(1, n_train) / (plan.batch_size or batch_size_for(n_train)))
    return min(plan.schedule_epochs or STANDARD_EPOCHS, math.ceil(ENOUGH_STEPS / n_steps))


def completed(plan: TrainingPlan, n_cells: int) -> TrainingPlan:
    """Return the plan with what follows from the number of cells where it leaves that open.

    These are the batch size, the epochs and the encoders' rate; what ``lr`` suits the data, only
    the counts say.
    """
    n_train = _n_cells_to_learn_from(plan, n_cells)
    by_data: dict[str, Any] = {
        "batch_size": batch_size_for(n_train),
        "max_epochs": epochs_for(plan, n_cells),
        "encoder_rate": encoder_rate_for(n_cells),
    }
    left_open = {name: value for name, value in by_data.items() if getattr(plan, name) is None}
    return replace(plan, **left_open)


def _n_cells_to_learn_from(plan: TrainingPlan, n_cells: int) -> int:
    return int((0.9 if plan.train_size is None else plan.train_size) * n_cells)


def encoder_rate_for(n_cells: int) -> float:
    """Return the learning rate of encoders that were set by a start, in units of ``lr``.

    Encoders that learn keep kinds of cells farther apart, but those of few cells learn noise. Found
    by trial: 0.1 is best for 2,500 cells of bone marrow; for 391 of leukaemia it costs 17 nats, and
    0.01 gains 2.
    """
    return ENCODER_RATE * min(1.0, n_cells / ENOUGH_CELLS)


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
        The preset or a parameter does not exist, or a value is invalid.
    """
    if preset not in PRESETS:
        raise DataError(f"{preset!r} is not a preset; use one of {', '.join(PRESETS)}.")
    known = [field.name for field in fields(TrainingPlan)]
    if unknown := sorted(set(overrides) - set(known)):
        raise DataError(
            f"A training plan has no {', '.join(unknown)}; its parameters are {', '.join(known)}."
        )
    return replace(PRESETS[preset], **overrides)
