"""Learning rate and KL weight over a training, by worked numbers."""

import numpy as np
import pytest
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from peakvi_widgets.engine.plan import TrainingPlan
from peakvi_widgets.engine.schedule import kl_weight, learning_rate


@pytest.mark.parametrize(
    ("epochs", "share"),
    [(0, 0.1), (5, 0.55), (10, 1.0), (55, 0.505), (100, 0.01), (150, 0.01)],
)
def test_one_cycle_rises_then_falls_along_a_cosine_and_stays_low(epochs, share):
    plan = TrainingPlan(lr=2.0, max_epochs=200, schedule_epochs=100, warmup_share=0.1)
    assert learning_rate(plan, epochs) == pytest.approx(2.0 * share)


def test_constant_stays():
    plan = TrainingPlan(lr=0.5, schedule="constant")
    assert learning_rate(plan, 0) == learning_rate(plan, 99) == 0.5


@pytest.mark.parametrize("schedule_epochs", [None, 60], ids=["none", "longer"])
def test_cycle_is_no_longer_than_the_training(schedule_epochs):
    plan = TrainingPlan(lr=1.0, max_epochs=7, schedule_epochs=schedule_epochs)
    assert learning_rate(plan, 7) == pytest.approx(0.01)
    assert learning_rate(plan, 6) > 0.01


@pytest.mark.parametrize("lr_min", [0.0, 0.3])
@pytest.mark.parametrize("lr_threshold", [0.0, 0.5])
def test_reducing_on_a_plateau_is_pytorch_s(lr_threshold, lr_min):
    of_schedule = {"lr_factor": 0.5, "lr_patience": 2, "lr_threshold": lr_threshold}
    plan = TrainingPlan(lr=1.0, schedule="reduce_on_plateau", lr_min=lr_min, **of_schedule)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    theirs = ReduceLROnPlateau(
        optimizer, factor=0.5, patience=2, threshold=lr_threshold, threshold_mode="abs",
        min_lr=lr_min,
    )  # fmt: skip
    random = np.random.default_rng(0)
    elbos = [*np.linspace(9, 5, 9), *(5 + random.uniform(-0.6, 1, 30))]
    rates = []
    for n, elbo in enumerate(elbos, start=1):
        theirs.step(elbo)
        rates.append(learning_rate(plan, n, elbos[:n]))
        assert rates[-1] == pytest.approx(optimizer.param_groups[0]["lr"])
    assert rates[8] == 1.0
    assert rates[-1] < 0.5


@pytest.mark.parametrize(("epoch", "weight"), [(0, 0.0), (25, 0.5), (50, 1.0), (80, 1.0)])
def test_kl_weight_rises_by_epochs(epoch, weight):
    assert kl_weight(TrainingPlan(n_epochs_kl_warmup=50), epoch, 10**6) == weight


def test_kl_weight_rises_by_minibatches_where_epochs_do_not_count():
    plan = TrainingPlan(n_epochs_kl_warmup=None, n_steps_kl_warmup=8)
    assert [kl_weight(plan, 0, n) for n in (0, 2, 8, 9)] == [0.0, 0.25, 1.0, 1.0]


@pytest.mark.parametrize("length", [None, 0])
def test_without_warm_up_the_kl_counts_from_the_start(length):
    assert kl_weight(TrainingPlan(n_epochs_kl_warmup=length), 0, 0) == 1.0
