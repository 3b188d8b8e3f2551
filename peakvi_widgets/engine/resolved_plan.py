"""Training plans with the values that follow from the network and the data."""

from dataclasses import replace

from .cells import Cells
from .module import PeakVAE
from .plan import LARGEST_BATCH, TrainingPlan, batch_size_for, lr_for, without_start
from .start import why_no_start


def resolved(plan: TrainingPlan, model: PeakVAE, cells: Cells, *, is_fresh: bool) -> TrainingPlan:
    """Return the plan completed by values that follow from the network and the data."""
    if plan.start == "spectral" and why_no_start(model):
        plan = without_start(plan)
    elif plan.start == "none" or not is_fresh:
        plan = replace(plan, start="none", encoder_rate=1.0)
    if plan.lr is None:
        plan = replace(plan, lr=lr_for(cells.density * cells.n_regions))
    return with_batch_size(plan, cells.n_cells)


def with_batch_size(plan: TrainingPlan, n_cells: int) -> TrainingPlan:
    """Return the plan with a batch size."""
    if plan.batch_size is not None:
        return plan
    share = 0.9 if plan.train_size is None else plan.train_size
    return replace(plan, batch_size=batch_size_for(int(share * n_cells)))


def minibatch_size(plan: TrainingPlan | None) -> int:
    """Return the number of cells in a minibatch of a plan that `resolved` has completed."""
    return (plan and plan.batch_size) or LARGEST_BATCH
