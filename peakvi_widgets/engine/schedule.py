"""What changes while a model learns: the learning rate and the weight of the KL term. No torch."""

import math
from collections.abc import Sequence

from .plan import TrainingPlan

START_SHARE, END_SHARE = 0.1, 0.01  # of the peak, where a cycle begins and ends


def learning_rate(plan: TrainingPlan, epochs: float, elbos: Sequence[float] = ()) -> float:
    """Return the learning rate after so many epochs, a fraction included.

    Parameters
    ----------
    plan
        Its ``schedule``, ``lr`` and what belongs to that schedule count.
    epochs
        Epochs trained so far, 0 or more.
    elbos
        Validation ELBO of every epoch so far, to be minimised.
    """
    assert plan.lr is not None, "known as soon as the data are"
    if plan.schedule == "constant":
        return plan.lr
    if plan.schedule == "reduce_on_plateau":
        return _reduced(plan, plan.lr, elbos)
    assert plan.max_epochs is not None, "known as soon as the data are"
    done = min(1.0, epochs / min(plan.schedule_epochs or plan.max_epochs, plan.max_epochs))
    if done < plan.warmup_share:
        return plan.lr * (START_SHARE + (1.0 - START_SHARE) * done / plan.warmup_share)
    falling = (done - plan.warmup_share) / (1.0 - plan.warmup_share)
    return plan.lr * (END_SHARE + (1.0 - END_SHARE) * 0.5 * (1.0 + math.cos(math.pi * falling)))


def _reduced(plan: TrainingPlan, lr: float, elbos: Sequence[float]) -> float:
    """Return the learning rate as often reduced as the epochs so far gave cause to.

    References
    ----------
    ``ReduceLROnPlateau`` of PyTorch with an absolute threshold, as scvi-tools uses it.
    """
    lowest, waited = math.inf, 0
    for elbo in elbos:
        waited += 1
        if elbo < lowest - plan.lr_threshold:
            lowest, waited = elbo, 0
        if waited > plan.lr_patience:
            lr, waited = max(plan.lr_min, lr * plan.lr_factor), 0
    return lr


def kl_weight(plan: TrainingPlan, n_epochs: int, n_minibatches: int) -> float:
    """Return the weight of the KL term, in [0, 1].

    Parameters
    ----------
    plan
        Its ``n_epochs_kl_warmup``, else its ``n_steps_kl_warmup``, counts.
    n_epochs, n_minibatches
        Whole epochs and training minibatches so far.

    References
    ----------
    scvi-tools' ``TrainingPlan``.
    """
    if plan.n_epochs_kl_warmup is not None:
        done, length = n_epochs, plan.n_epochs_kl_warmup
    else:
        done, length = n_minibatches, plan.n_steps_kl_warmup or 0
    return min(1.0, done / length) if length else 1.0
