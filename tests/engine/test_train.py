"""Training: it learns, stops anywhere, keeps the best weights, and goes on as if never stopped."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import sparse

from peakvi_widgets.engine.cells import Cells
from peakvi_widgets.engine.metrics import EpochMetrics, Step
from peakvi_widgets.engine.plan import FROM_SCRATCH, lr_for
from peakvi_widgets.engine.train import TrainingState, fit
from peakvi_widgets.errors import DataError, StageError

# 450 training cells in 4 minibatches, 50 validation cells in 1
PLAN = replace(
    FROM_SCRATCH,
    max_epochs=6,
    lr=0.01,
    batch_size=128,
    n_threads=1,
    n_epochs_kl_warmup=2,
    weight_decay=1e-3,
    best_tolerance=0.0,
    input_dropout=0.0,
)
N_TRAIN, N_VALIDATION = 4, 1
N = N_TRAIN + N_VALIDATION


def run(network, planted, plan=PLAN, state=None, stop_after=None):
    """Train, perhaps stop after so many yields; return what was yielded and the state."""
    state = state or TrainingState()
    steps, yielded = fit(network, planted.cells, plan, state, seed=0), []
    for value in steps:
        yielded.append(value)
        if len(yielded) == stop_after:
            steps.close()
    return yielded, state


def with_stored_zeros(counts):
    """Store some of the zeros, in rows that are not sorted."""
    dense = counts.toarray()
    is_stored = (dense > 0) | (np.random.default_rng(0).uniform(size=dense.shape) < 0.8)
    rows, columns = np.nonzero(is_stored)
    indptr = np.concatenate([[0], np.cumsum(is_stored.sum(axis=1))])
    for row in range(len(dense)):
        part = slice(indptr[row], indptr[row + 1])
        columns[part] = columns[part][::-1]
    return sparse.csr_matrix((dense[rows, columns], columns, indptr), dense.shape)


def weights(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


def assert_same_weights(one, other):
    for name, value in one.items():
        assert torch.equal(value, other[name]), name


def present(state, network):
    state.learner.copy_to(network)
    return weights(network)


def test_yields_at_every_minibatch_and_at_the_end_of_every_epoch(network, planted):
    yielded, state = run(network, planted, replace(PLAN, max_epochs=2))
    steps = [
        (value.epoch, value.phase, value.step, value.n_steps)
        if isinstance(value, Step)
        else value.epoch
        for value in yielded
    ]
    of_one = [("train", step, N_TRAIN) for step in range(1, N_TRAIN + 1)]
    assert steps == [*((1, *one) for one in of_one), 1, *((2, *one) for one in of_one), 2]
    assert state.end.n_steps == len(yielded) == 2 * N


def test_yields_in_validation_too(network, planted):
    plan = replace(PLAN, max_epochs=1, train_size=0.4, batch_size=100)  # 300 cells to judge by
    yielded, _ = run(network, planted, plan)
    steps = [(one.phase, one.step) for one in yielded if isinstance(one, Step)]
    assert steps == [("train", 1), ("train", 2), ("validation", 1), ("validation", 2)]
    assert isinstance(yielded[-1], EpochMetrics)


def test_validation_loss_falls(network, planted):
    yielded, _ = run(network, planted)
    epochs = [one for one in yielded if isinstance(one, EpochMetrics)]
    first, last = (epochs[i].reconstruction_loss_validation for i in (0, -1))
    assert last < first - 3


def test_epochs_are_judged_by_the_same_draws(network, planted):
    yielded, _ = run(network, planted, replace(PLAN, lr=1e-30, weight_decay=0.0))
    epochs = [one for one in yielded if isinstance(one, EpochMetrics)]
    assert len({one.reconstruction_loss_validation for one in epochs}) == 1


def test_losses_of_an_epoch_add_up(network, planted):
    yielded, _ = run(network, planted, replace(PLAN, kl_weighting="bound", max_epochs=4))
    last = yielded[-1]
    assert last.kl_weight == 1.0  # after two epochs of warm-up
    assert last.elbo_train == pytest.approx(last.train_loss)
    assert last.elbo_train == last.reconstruction_loss_train + last.kl_local_train
    assert last.elbo_validation == pytest.approx(last.validation_loss)


def test_same_seed_gives_the_same_weights(network, planted):
    start = weights(network)
    run(network, planted)
    first = weights(network)
    network.load_state_dict(start)
    torch.manual_seed(123)  # the global generator does not matter
    run(network, planted)
    assert_same_weights(first, weights(network))


@pytest.mark.parametrize("form", [sparse.csr_matrix.toarray, with_stored_zeros])
def test_the_form_of_the_counts_does_not_matter(network, planted, form):
    start, plan = weights(network), replace(PLAN, max_epochs=2, lr=None)
    counts, codes, continuous = planted.cells._counts, planted.cells.codes, planted.cells.continuous
    run(network, planted, plan)
    expected = weights(network)
    network.load_state_dict(start)
    other = Cells(form(counts), codes, continuous)
    run(network, planted._replace(cells=other), plan)
    assert_same_weights(expected, weights(network))


def test_the_plan_s_seed_goes_before_the_model_s(network, planted):
    start = weights(network)
    run(network, planted)
    first = weights(network)
    network.load_state_dict(start)
    run(network, planted, replace(PLAN, seed=1))
    assert not torch.equal(first["region_factors"], network.region_factors)


def test_best_weights_are_in_place_at_the_end(network, planted):
    plan = replace(PLAN, max_epochs=12, lr=0.05, schedule="constant")  # too fast: it gets worse
    start = weights(network)
    _, state = run(network, planted, plan)
    losses = [one.reconstruction_loss_validation for one in state.history]
    best = losses.index(min(losses)) + 1
    assert (state.end.best_epoch, state.end.best_validation_loss) == (best, min(losses))
    assert best < 12
    kept = weights(network)
    network.load_state_dict(start)
    run(network, planted, replace(plan, max_epochs=best))
    assert_same_weights(kept, weights(network))


def test_a_later_epoch_about_as_good_is_taken_for_the_best(network, planted):
    plan = replace(PLAN, max_epochs=12, lr=0.05, schedule="constant")  # too fast: it gets worse
    start = weights(network)
    _, strict = run(network, planted, plan)
    losses = [one.reconstruction_loss_validation for one in strict.history]
    lowest, next_one = min(losses), losses[strict.end.best_epoch]
    network.load_state_dict(start)
    tolerance = next_one / lowest - 1.0 + 1e-9
    _, state = run(network, planted, replace(plan, best_tolerance=tolerance))
    good = [n for n, loss in enumerate(losses, start=1) if loss <= lowest * (1.0 + tolerance)]
    assert state.end.best_epoch == good[-1] > strict.end.best_epoch
    assert state.end.best_validation_loss == losses[good[-1] - 1]


def test_latest_weights_are_in_place_where_that_is_asked(network, planted):
    _, state = run(network, planted, replace(PLAN, max_epochs=3, restore_best=False))
    assert state.end.best_epoch is None
    assert_same_weights(weights(network), present(state, network))


@pytest.mark.parametrize("beyond", [1, N_TRAIN], ids=["in an epoch", "in validation"])
def test_stop_keeps_the_best_weights(network, planted, beyond):
    start = weights(network)
    run(network, planted, stop_after=2 * N)
    best = weights(network)
    network.load_state_dict(start)
    _, state = run(network, planted, stop_after=2 * N + beyond)
    assert (state.end.reason, state.end.n_epochs) == ("stopped", 2)
    assert state.end.best_epoch == 2
    assert_same_weights(best, weights(network))


def test_stop_in_the_first_epoch_keeps_what_was_learned(network, planted):
    before = weights(network)
    _, state = run(network, planted, stop_after=2)
    assert state.end.best_epoch is None
    assert not torch.equal(before["region_factors"], network.region_factors)
    assert_same_weights(weights(network), present(state, network))


@pytest.mark.parametrize("stops", [[3], [N], [N + N_TRAIN], [1, 1, 2 * N, 3]])
def test_going_on_after_a_stop_is_as_if_never_stopped(network, planted, stops):
    start = weights(network)
    expected_pieces, uninterrupted = run(network, planted)
    expected, latest = weights(network), present(uninterrupted, network)
    network.load_state_dict(start)

    state, pieces = TrainingState(), []
    for stop_after in stops:
        yielded, _ = run(network, planted, state=state, stop_after=stop_after)
        pieces += yielded
    yielded, _ = run(network, planted, state=state)
    pieces += yielded

    assert_same_weights(expected, weights(network))
    assert_same_weights(latest, present(state, network))
    assert state.end == uninterrupted.end
    assert [type(one) for one in pieces] == [type(one) for one in expected_pieces]
    timeless = [[replace(one, seconds=0) for one in s.history] for s in (state, uninterrupted)]
    assert timeless[0] == timeless[1]


@pytest.mark.parametrize("stop_after", [2, N, N + N_TRAIN])
def test_max_steps_repeats_a_run_that_was_stopped(network, planted, stop_after):
    start = weights(network)
    _, stopped = run(network, planted, stop_after=stop_after)
    expected = weights(network)
    network.load_state_dict(start)
    _, state = run(network, planted, replace(PLAN, max_steps=stopped.end.n_steps))
    assert state.end == replace(stopped.end, reason="max_steps")
    assert_same_weights(expected, weights(network))


def test_early_stopping_waits_for_its_patience(network, planted):
    plan = replace(PLAN, max_epochs=99, early_stopping_patience=3, early_stopping_min_delta=1e6)
    _, state = run(network, planted, plan)
    assert (state.end.reason, state.end.n_epochs) == ("early_stopping", 4)


def test_early_stopping_can_be_off(network, planted):
    plan = replace(PLAN, early_stopping=False, early_stopping_patience=1, lr=0.05)
    assert run(network, planted, plan)[1].end.reason == "max_epochs"


def test_without_validation_cells_the_latest_weights_are_kept(network, planted):
    yielded, state = run(network, planted, replace(PLAN, max_epochs=2, train_size=1.0))
    assert yielded[-1].reconstruction_loss_validation is None
    assert (state.end.reason, state.end.best_epoch) == ("max_epochs", None)


def test_loss_that_is_no_longer_finite_is_told_and_harms_nothing(network, planted):
    plan = replace(PLAN, lr=1e30, schedule="constant")
    before = weights(network)
    state = TrainingState()
    with pytest.raises(DataError, match="lower lr"):
        run(network, planted, plan, state)
    assert_same_weights(before, weights(network))
    with pytest.raises(StageError, match="restart=True"):
        run(network, planted, plan, state)


def test_run_that_is_over_says_how_to_go_on(network, planted):
    _, state = run(network, planted, replace(PLAN, max_epochs=1))
    with pytest.raises(StageError, match="increase max_epochs"):
        run(network, planted, replace(PLAN, max_epochs=1), state)


@pytest.mark.parametrize("change", [{"seed": 9}, {"batch_size": 32}, {"weight_decay": 0.5}])
def test_what_decides_the_minibatches_cannot_change_on_the_way(network, planted, change):
    _, state = run(network, planted, stop_after=3)
    with pytest.raises(DataError, match=f"{next(iter(change))} cannot change"):
        run(network, planted, replace(PLAN, **change), state)


def test_threads_are_set_while_training_and_given_back(network, planted):
    torch.set_num_threads(2)
    steps = fit(network, planted.cells, PLAN, TrainingState(), seed=0)
    next(steps)
    assert torch.get_num_threads() == 1
    steps.close()
    assert torch.get_num_threads() == 2


def test_rate_falls_on_a_plateau_and_goes_on_so_after_a_stop(network, planted):
    plan = replace(PLAN, lr=1e-30, schedule="reduce_on_plateau", lr_patience=0, lr_factor=0.5)
    start = weights(network)
    _, whole = run(network, planted, plan)
    rates = [one.learning_rate for one in whole.history]
    assert rates == pytest.approx([1e-30 * 0.5 ** max(0, epoch - 1) for epoch in range(6)])
    network.load_state_dict(start)
    _, state = run(network, planted, plan, stop_after=3 * N + 2)
    run(network, planted, plan, state)
    assert [one.learning_rate for one in state.history] == rates


def test_rate_follows_from_the_data_where_none_is_given(network, planted):
    _, state = run(network, planted, replace(PLAN, lr=None, max_epochs=2, schedule="constant"))
    n_open = planted.cells.density * planted.cells.n_regions
    assert [one.learning_rate for one in state.history] == [lr_for(n_open)] * 2
    assert state.plan.lr == lr_for(n_open)
