"""PEAKVI: a training that fails leaves the model as it was, and weights have a version."""

import copy
import signal
from itertools import count

import numpy as np
import pandas as pd
import pytest

import peakvi_widgets as pv
from peakvi_widgets.engine import training_snapshot
from peakvi_widgets.engine.extend import ColumnLearner
from peakvi_widgets.engine.fast_learner import FastLearner
from peakvi_widgets.engine.metrics import EpochMetrics
from peakvi_widgets.engine.plan import plan_from
from peakvi_widgets.errors import DataError, StageError

pytestmark = pytest.mark.slow

QUICK = {"max_epochs": 3, "lr": 0.01, "n_threads": 1, "batch_size": 64, "start": "none"}
N = 4  # minibatches an epoch: 180 cells to learn from, 20 to judge by


def weights(model):
    return {name: value.clone() for name, value in model.module.state_dict().items()}


def everything(model):
    """Return what a training may change, in a form that can be compared."""
    latent = model.get_latent_representation() if model.is_trained else None
    return {
        "weights": {name: value.tolist() for name, value in weights(model).items()},
        "is_trained": model.is_trained,
        "latent": None if latent is None else latent.tolist(),
        "history": model.history_table().to_dict(),
        "end": model.training_end,
        "cells": [model.train_indices.tolist(), model.validation_indices.tolist()],
    }


@pytest.fixture
def fail_at(monkeypatch):
    """Raise an error in the middle of the n-th step of learning from now on."""
    learn_first = FastLearner._learn_first

    def fail(nth):
        steps = count(1)

        def broken(*arguments):
            if next(steps) == nth:
                raise RuntimeError("broken")
            learn_first(*arguments)

        monkeypatch.setattr(FastLearner, "_learn_first", broken)

    yield fail
    monkeypatch.undo()


@pytest.mark.parametrize(
    "again",
    [
        {"restart": True, "lr": 1e30, "schedule": "constant"},
        {"max_epochs": 9, "lr": 1e30, "schedule": "constant"},
        {"restart": True, "device": "abacus"},
        {"max_epochs": 9, "batch_size": 32},
        {"max_epochs": 2, "early_stopping_patience": 1, "max_steps": 1},
    ],
    ids=["restart diverges", "going on diverges", "no such device", "other plan", "over"],
)
@pytest.mark.parametrize("n_steps", [2 * N + 1, None], ids=["after a stop", "after the end"])
def test_training_that_fails_leaves_the_model_as_it_was(model, adata, again, n_steps):
    whole = pv.PEAKVI(adata, n_latent=4, seed=2)
    for one in (model, whole):
        one.train(**QUICK, max_steps=n_steps)
    before = everything(model)
    with pytest.raises((DataError, StageError)):
        model.train(**again)
    assert everything(model) == before
    for one in (model, whole):  # and it goes on as if nothing had been tried
        one.train(max_epochs=5)
    assert everything(model)["weights"] == everything(whole)["weights"]


@pytest.mark.parametrize("how", [{"max_steps": 1}, {"max_epochs": 1, "train_size": 1.0}])
def test_weights_that_no_epoch_was_judged_by_are_judged_at_the_end(model, how, adata):
    fresh = everything(model)
    plan = {**QUICK, "lr": 1e30, "schedule": "constant", "batch_size": 200, **how}
    with pytest.raises(DataError, match="no longer finite"):
        model.train(**plan)
    assert everything(model) == fresh
    steps = model.training(plan_from(**plan))
    next(steps)
    with pytest.raises(DataError, match="no longer finite"):
        steps.close()
    assert everything(model) == fresh


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("nth", [2, N, 2 * N + 1])
def test_error_in_any_step_leaves_the_model_as_it_was(model, fail_at, restart, nth):
    model.train(**QUICK)
    before = everything(model)
    fail_at(nth)
    with pytest.raises(RuntimeError, match="broken"):
        model.train(**{**QUICK, "max_epochs": 9}, restart=restart)
    assert everything(model) == before


def test_first_training_that_fails_leaves_a_new_model(model, adata, fail_at):
    before = everything(model)
    fail_at(2 * N + 1)
    with pytest.raises(RuntimeError, match="broken"):
        model.train(**QUICK)
    assert everything(model) == before
    assert not model.is_trained
    fail_at(0)
    model.train(**QUICK)
    fresh = pv.PEAKVI(adata, n_latent=4, seed=2)
    fresh.train(**QUICK)
    assert everything(model)["weights"] == everything(fresh)["weights"]


def test_loaded_model_keeps_its_history_when_its_training_fails(model, adata, tmp_path, fail_at):
    model.train(**QUICK)
    model.save(tmp_path)
    again = pv.PEAKVI.load(tmp_path, adata)
    before = everything(again)
    fail_at(N + 1)
    with pytest.raises(RuntimeError, match="broken"):
        again.train(**QUICK, restart=True)
    assert everything(again) == before
    pd.testing.assert_frame_equal(again.history_table(), model.history_table())


def test_new_batches_that_fail_to_train_leave_the_query_as_it_was(model, adata, monkeypatch):
    model.train(**QUICK)
    query = adata[::2].copy()
    query.obs["batch"] = "b3"
    placed = pv.PEAKVI.load_query_data(query, model)
    before = everything(placed)
    judge, n_judged = ColumnLearner.judge, count(1)

    def broken(*arguments, **keys):
        if next(n_judged) == 2:
            raise FloatingPointError
        return judge(*arguments, **keys)

    monkeypatch.setattr(ColumnLearner, "judge", broken)
    with pytest.raises(DataError, match="no longer finite in epoch 2"):
        placed.train(**QUICK)
    assert everything(placed) == before
    assert next(n_judged) == 3


def test_error_thrown_in_by_who_iterates_is_a_failure_too(model):
    model.train(**QUICK)
    before = everything(model)
    steps = model.training(plan_from(**{**QUICK, "max_epochs": 9}), restart=True)
    for value in steps:
        if isinstance(value, EpochMetrics):
            break
    with pytest.raises(ZeroDivisionError):
        steps.throw(ZeroDivisionError())
    assert everything(model) == before


def test_large_model_keeps_its_weights_and_says_why_it_cannot_go_on(model, monkeypatch, fail_at):
    monkeypatch.setattr(training_snapshot, "MAX_OPTIMIZER_BYTES", 0)
    model.train(**QUICK)
    before = everything(model)
    fail_at(N)
    with pytest.raises(RuntimeError, match="broken"):
        model.train(max_epochs=9)
    assert everything(model) == before
    with pytest.raises(StageError, match=r"restart=True to .*, or save and load"):
        model.train(max_epochs=9)


@pytest.fixture
def press_at(monkeypatch):
    """Press Ctrl-C so many times in the middle of the n-th step of learning."""
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # nohup ignores it
    steps, learn_first = count(1), FastLearner._learn_first

    def press(nth, times):
        def interrupted(*arguments):
            for _ in range(times if next(steps) == nth else 0):
                signal.raise_signal(signal.SIGINT)
            learn_first(*arguments)

        monkeypatch.setattr(FastLearner, "_learn_first", interrupted)

    yield press
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, handler)


def test_interrupt_lets_the_step_end_and_training_goes_on_as_if_never_stopped(
    model, adata, press_at
):
    whole = pv.PEAKVI(adata, n_latent=4, seed=2)
    whole.train(**QUICK)
    press_at(2, times=1)
    model.train(**QUICK)
    assert (model.training_end.reason, model.training_end.n_steps) == ("stopped", 2)
    model.train()
    assert model.training_end == whole.training_end
    assert np.array_equal(model.get_latent_representation(), whole.get_latent_representation())


def test_second_interrupt_in_the_first_epoch_leaves_the_model_as_it_was(model, press_at, tmp_path):
    before = everything(model)
    press_at(2, times=2)
    with pytest.raises(KeyboardInterrupt):
        model.train(**QUICK, autosave=tmp_path / "new")
    assert everything(model) == before
    assert not (tmp_path / "new").exists()
    model.train(**QUICK)


@pytest.mark.parametrize("restart", [False, True])
def test_second_interrupt_keeps_the_best_weights_of_whole_epochs(model, adata, press_at, restart):
    if restart:
        model.train(**QUICK)
    expected = pv.PEAKVI(adata, n_latent=4, seed=2)
    expected.train(**QUICK, max_steps=N)
    press_at(5, times=2)
    with pytest.raises(KeyboardInterrupt):
        model.train(**QUICK, restart=restart)
    assert model.is_trained
    assert len(model.history_table()) == 1
    assert everything(model)["weights"] == everything(expected)["weights"]
    with pytest.raises(StageError, match="restart=True"):
        model.train()
    model.train(**QUICK, restart=True)


def test_autosave_that_cannot_be_written_stops_no_training(model, tmp_path, monkeypatch):
    def full(*_arguments, **_keys):
        raise DataError("The disk is full; make room.")

    monkeypatch.setattr(model, "save", full)
    with pytest.warns(UserWarning, match="Autosave failed, training goes on: The disk is full"):
        model.train(**QUICK, autosave=tmp_path / "new")
    assert model.training_end.reason == "max_epochs"


def test_every_change_of_weights_has_a_version_of_its_own(model, adata, tmp_path, fail_at):
    versions = [model.weights_version]
    for value in model.training(plan_from(**QUICK)):
        if isinstance(value, EpochMetrics):
            versions.append(model.weights_version)
    versions.append(model.weights_version)
    steps = model.training(plan_from(**QUICK), restart=True)
    next(steps)
    versions.append(model.weights_version)
    steps.close()
    versions.append(model.weights_version)
    fail_at(N)
    with pytest.raises(RuntimeError, match="broken"):
        model.train(max_epochs=9)
    assert model.weights_version == versions[-1]  # the weights of before, and so their version
    model.save(tmp_path)
    versions.append(pv.PEAKVI.load(tmp_path, adata).weights_version)
    versions.append(pv.PEAKVI.load_query_data(adata, model).weights_version)
    versions.append(pv.PEAKVI(adata).weights_version)
    assert versions == sorted(set(versions))
    assert len(versions) == 10


def test_version_stays_while_the_weights_do(model, tmp_path):
    model.train(**QUICK)
    version = model.weights_version
    model.get_latent_representation()
    model.differential_accessibility(groupby="kind", n_samples=20)
    model.save(tmp_path)
    assert model.weights_version == version
    assert copy.copy(model).weights_version == version


def test_comparison_does_not_go_on_with_other_weights(model):
    model.train(**QUICK)
    tables = model.comparing("kind == 'B'", n_samples=300)
    next(tables)
    model.train(max_epochs=4)
    with pytest.raises(StageError, match="compare again"):
        list(tables)
