"""PEAKVI: a training that was saved goes on as if it had never stopped."""

import anndata
import numpy as np
import pandas as pd
import pytest
import torch

import peakvi_widgets as pv
from peakvi_widgets.engine import copies, train
from peakvi_widgets.engine.learner import AutogradLearner
from peakvi_widgets.engine.metrics import EpochMetrics
from peakvi_widgets.engine.plan import plan_from
from peakvi_widgets.errors import DataError, StageError

pytestmark = pytest.mark.slow

QUICK = {"max_epochs": 6, "lr": 0.01, "n_threads": 1, "batch_size": 64}
CPU = torch.device("cpu")
N = 4  # minibatches an epoch: 180 cells to learn from, 20 to judge by


def made_with(adata, **choices):
    pv.PEAKVI.setup_anndata(adata, batch_key="batch", continuous_covariate_keys=["tss"])
    return pv.PEAKVI(adata, n_latent=4, seed=2, **choices)


def stopped(model, n_steps, **parameters):
    """Train and close the generator after so many minibatches."""
    steps = model.training(plan_from(**{**QUICK, **parameters}))
    for _ in range(n_steps):
        next(steps)
    steps.close()
    return model


def without_seconds(model):
    return model.history_table().drop(columns="seconds")


@pytest.mark.parametrize(
    ("choices", "parameters"),
    [
        ({}, {}),
        ({"encode_covariates": True, "use_batch_norm": "both"}, {}),
        ({"model_depth": False, "region_factors": False}, {"restore_best": False}),
    ],
)
@pytest.mark.parametrize("n_steps", [2, 2 * N, 2 * N + 3], ids=["first", "between", "inside"])
@pytest.mark.filterwarnings("ignore:A network with batch norm")
def test_saved_training_goes_on_as_if_never_stopped(adata, tmp_path, choices, parameters, n_steps):
    whole = made_with(adata, **choices)
    whole.train(**QUICK, **parameters)
    stopped(made_with(adata, **choices), n_steps, **parameters).save(tmp_path, with_training=True)
    again = pv.PEAKVI.load(tmp_path, adata)
    assert again.training_end.n_steps == n_steps
    again.train()
    assert again.training_end == whole.training_end
    pd.testing.assert_frame_equal(without_seconds(again), without_seconds(whole))
    assert np.array_equal(again.get_latent_representation(), whole.get_latent_representation())


def test_training_on_other_cells_begins_anew_at_the_saved_weights(adata, tmp_path):
    stopped(made_with(adata), N).save(tmp_path, with_training=True)
    moved = adata.copy()
    moved.X[0, 0] += 1
    again = pv.PEAKVI.load(tmp_path, moved)
    assert again.training_end is None
    again.train(**{**QUICK, "max_epochs": 1})
    assert again.training_end.n_epochs == 1


def test_cells_are_told_apart_by_their_covariates_too(adata, tmp_path):
    stopped(made_with(adata), N).save(tmp_path, with_training=True)
    adata.obs["tss"] += 1.0
    assert pv.PEAKVI.load(tmp_path, adata).training_end is None


def test_saving_without_training_takes_the_old_one_away(adata, tmp_path):
    model = stopped(made_with(adata), N)
    model.save(tmp_path, with_training=True)
    model.save(tmp_path, overwrite=True)
    assert pv.PEAKVI.load(tmp_path, adata).training_end is None


def test_what_was_loaded_without_training_has_none_to_save(adata, tmp_path):
    stopped(made_with(adata), N).save(tmp_path)
    with pytest.raises(StageError, match="with_training off"):
        pv.PEAKVI.load(tmp_path, adata).save(tmp_path / "new", with_training=True)


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_damaged_training_is_told(adata, tmp_path, share):
    stopped(made_with(adata), N).save(tmp_path, with_training=True)
    path = tmp_path / "training.safetensors"
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(DataError, match=r"training.safetensors is damaged; remove it"):
        pv.PEAKVI.load(tmp_path, adata)


def saved_elsewhere(adata, folder, monkeypatch, device="auto"):
    """Save a training that was begun with the learner of a GPU."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(
            train, "FastLearner", lambda model, plan, _: AutogradLearner(model, plan, CPU)
        )
        elsewhere.setattr(train, "device_of", lambda _: CPU)
        model = stopped(made_with(adata), 2 * N + 1, device=device)
        model.save(folder, with_training=True)
    return model


@pytest.mark.parametrize("device", ["auto", "cuda"])
def test_training_saved_on_another_kind_of_device_goes_on_here(
    adata, tmp_path, monkeypatch, device
):
    model = saved_elsewhere(adata, tmp_path, monkeypatch, device)
    with pytest.warns(UserWarning, match="saved on another kind of device"):
        again = pv.PEAKVI.load(tmp_path, adata)
    assert np.array_equal(again.get_latent_representation(), model.get_latent_representation())
    assert len(again.history_table()) == 2
    present = again._state.learner.model.state_dict()
    for name, value in model._state.learner.model.state_dict().items():
        assert torch.equal(present[name], value)
    again.train()
    assert again.training_end.n_epochs == 6
    again.save(tmp_path, overwrite=True, with_training=True)
    assert pv.PEAKVI.load(tmp_path, adata).training_end == again.training_end


def test_training_saved_by_the_cpu_goes_on_elsewhere(adata, tmp_path, monkeypatch):
    stopped(made_with(adata), N).save(tmp_path, with_training=True)
    monkeypatch.setattr(
        train, "FastLearner", lambda model, plan, _: AutogradLearner(model, plan, CPU)
    )
    with pytest.warns(UserWarning, match="saved on another kind of device"):
        again = pv.PEAKVI.load(tmp_path, adata)
    again.train()
    assert again.training_end.n_epochs == 6


def test_dead_kernel_loses_no_more_than_it_was_told_to(adata, tmp_path):
    whole, model = made_with(adata), made_with(adata)
    whole.train(**QUICK)
    steps = model.training(plan_from(**QUICK), autosave=tmp_path, autosave_every=2)
    while not (isinstance(value := next(steps), EpochMetrics) and value.epoch == 3):
        pass
    again = pv.PEAKVI.load(tmp_path, anndata.AnnData(adata.X, adata.obs, adata.var))
    assert len(again.history_table()) == 2
    again.train(autosave=tmp_path)
    assert np.array_equal(again.get_latent_representation(), whole.get_latent_representation())
    steps.close()


def test_autosave_saves_at_the_end_too(adata, tmp_path):
    model = made_with(adata)
    model.train(**QUICK, autosave=tmp_path / "new")
    assert pv.PEAKVI.load(tmp_path / "new", adata).training_end == model.training_end


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({}, "holds another model"), ({"autosave_every": 0}, "autosave_every is 0")],
)
def test_autosave_refuses_before_it_trains(adata, tmp_path, wrong, said):
    stopped(made_with(adata), N).save(tmp_path)
    model = made_with(adata)
    with pytest.raises(DataError, match=said):
        model.train(**QUICK, autosave=tmp_path, **wrong)
    assert not model.is_trained


def test_training_goes_on_the_same_when_its_memory_lay_in_a_file(adata, monkeypatch):
    once = made_with(adata)
    once.train(**QUICK)
    monkeypatch.setattr(copies, "MAX_BYTES", 0)
    made_twice = stopped(made_with(adata), 2 * N + 1)
    assert made_twice._state.learner._is_resting
    steps = made_twice.training(plan_from(**QUICK))
    next(steps)
    assert not made_twice._state.learner._is_resting
    steps.close()
    made_twice.train(**QUICK)
    assert made_twice._state.learner._is_resting
    for name, value in once.module.state_dict().items():
        assert torch.equal(value, made_twice.module.state_dict()[name]), name
    pd.testing.assert_frame_equal(without_seconds(once), without_seconds(made_twice))
