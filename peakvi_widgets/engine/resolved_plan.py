"""Training plans with the values that follow from the network and the data."""

from dataclasses import replace

from .cells import Cells
from .module import PeakVAE
from .plan import (
    LARGEST_BATCH,
    TrainingPlan,
    completed,
    lr_for,
    without_start,
)
from .start import why_no_start


def resolved(
    plan: TrainingPlan,
    model: PeakVAE,
    cells: Cells,
    *,
    is_fresh: bool,
    before: TrainingPlan | None = None,
) -> TrainingPlan:
    """Return the plan completed by values that follow from the network and the data.

    Parameters
    ----------
    plan, model, is_fresh, before
        As for `resolved_but_lr`.
    cells
        What to train by.
    """
    plan = resolved_but_lr(plan, model, cells.n_cells, is_fresh=is_fresh, before=before)
    return plan if plan.lr else replace(plan, lr=lr_for(cells.density * cells.n_regions))


def resolved_but_lr(
    plan: TrainingPlan,
    model: PeakVAE,
    n_cells: int,
    *,
    is_fresh: bool,
    before: TrainingPlan | None = None,
) -> TrainingPlan:
    """Return the plan with all that follows from the network and the number of cells.

    Parameters
    ----------
    plan, model
        How to train, and what.
    n_cells
        Number of cells, those to validate by included.
    is_fresh
        Whether the network has learned nothing yet. If it has, it is not set again, and its
        encoders learn at the rate that the plan names, or as fast as the decoder.
    before
        The completed plan of the run to go on with: its start was decided when that began, and it
        keeps its encoders' rate unless ``plan`` names another.
    """
    if before is not None:
        plan = with_encoders_of(plan, before)
        is_fresh = before.start == "spectral"
    if plan.start == "spectral" and why_no_start(model):
        plan = without_start(plan)
    elif not is_fresh:
        rate = 1.0 if plan.encoder_rate is None else plan.encoder_rate
        plan = replace(plan, start="none", encoder_rate=rate)
    elif plan.start == "none":
        plan = replace(plan, encoder_rate=1.0)
    return completed(plan, n_cells)


def with_encoders_of(plan: TrainingPlan, before: TrainingPlan) -> TrainingPlan:
    """Return the plan with the encoders' rate of an earlier one, unless it names a rate."""
    return replace(plan, encoder_rate=before.encoder_rate) if plan.encoder_rate is None else plan


def rate_of_encoders(plan: TrainingPlan) -> float:
    """Return the learning rate of the encoders, in units of ``lr``, of a completed plan."""
    return plan.encoder_rate or 0.0


def minibatch_size(plan: TrainingPlan | None) -> int:
    """Return the number of cells in a minibatch of a plan that `resolved` has completed."""
    return (plan and plan.batch_size) or LARGEST_BATCH
