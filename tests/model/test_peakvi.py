"""PEAKVI: set-up, training, saving and loading."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest

import peakvi_widgets as pv
from peakvi_widgets.data.layer_choice import layers_of
from peakvi_widgets.engine.metrics import EpochMetrics
from peakvi_widgets.engine.plan import plan_from
from peakvi_widgets.engine.posterior import Encodings
from peakvi_widgets.errors import DataError, StageError

QUICK = {"max_epochs": 3, "lr": 0.01, "n_threads": 1, "start": "none"}


def test_setup_leaves_one_note_that_json_can_hold_and_nothing_else(adata):
    before = adata.copy()
    pv.PEAKVI.setup_anndata(adata, batch_key="batch", continuous_covariate_keys=["tss"])
    assert list(adata.uns) == ["peakvi_setup"]
    assert json.loads(json.dumps(adata.uns["peakvi_setup"])) == adata.uns["peakvi_setup"]
    pd.testing.assert_frame_equal(adata.obs, before.obs)
    assert (adata.X != before.X).nnz == 0
    assert [*adata.obsm, *layers_of(adata), *adata.var] == []


def test_setup_survives_being_written_and_read(adata, tmp_path):
    pv.PEAKVI.setup_anndata(adata, batch_key="batch", continuous_covariate_keys=["tss"])
    adata.write_h5ad(tmp_path / "cells.h5ad")
    again = pv.PEAKVI(anndata.read_h5ad(tmp_path / "cells.h5ad"))
    assert again.setup == pv.PEAKVI(adata).setup


def test_model_without_setup_says_what_to_call(adata):
    with pytest.raises(StageError, match="setup_anndata"):
        pv.PEAKVI(adata)


@pytest.mark.parametrize(
    ("keys", "said"),
    [({"batch_key": "lane"}, "no column 'lane'"), ({"layer": "raw"}, "no layer 'raw'")],
)
def test_setup_refuses_what_is_not_there(adata, keys, said):
    with pytest.raises(DataError, match=said):
        pv.PEAKVI.setup_anndata(adata, **keys)
    assert not adata.uns


def test_layer_is_used_instead_of_x(adata):
    adata.layers["counts"] = adata.X.copy()
    adata.X = adata.X.astype(np.float32) * 0.5
    with pytest.raises(DataError, match="fractional"):
        pv.PEAKVI.setup_anndata(adata)
    pv.PEAKVI.setup_anndata(adata, layer="counts")
    pv.PEAKVI(adata).train(**QUICK)


def test_counts_are_used_where_they_are(model, adata):
    assert np.shares_memory(model._cells._counts.data, adata.X.data)


def test_seed_is_the_settings_unless_given(adata, monkeypatch):
    pv.PEAKVI.setup_anndata(adata)
    monkeypatch.setattr(pv.settings, "seed", 11)
    assert (pv.PEAKVI(adata).seed, pv.PEAKVI(adata, seed=4).seed) == (11, 4)


def test_model_that_is_not_trained_answers_nothing(model):
    assert not model.is_trained
    assert "not trained yet" in repr(model)
    for ask in (
        model.get_latent_representation,
        model.get_library_size_factors,
        model.get_region_factors,
        model.get_normalized_accessibility,
        lambda: model.differential_accessibility(groupby="kind"),
        lambda: next(model.comparing([0], [1])),
    ):
        with pytest.raises(StageError, match="call train"):
            ask()


def test_train_drains_training_and_tells_how_it_ended(model):
    model.train(**QUICK)
    assert model.is_trained
    assert (model.training_end.reason, model.training_end.n_epochs) == ("max_epochs", 3)


def test_history_has_the_keys_and_the_form_of_scvi_tools(model):
    model.train(**QUICK)
    assert model.history["elbo_train"].index.tolist() == [0, 1, 2]
    assert {f"{a}_{b}" for a in ("elbo", "reconstruction_loss", "kl_local", "kl_global")
            for b in ("train", "validation")} < set(model.history)  # fmt: skip
    for name, table in model.history.items():
        assert list(table) == [name]


def test_history_table_has_a_row_an_epoch(model):
    model.train(**QUICK)
    assert model.history_table().index.tolist() == [1, 2, 3]
    assert model.history_table()["learning_rate"].iloc[0] == pytest.approx(0.01, rel=1)


def test_stopped_training_is_kept_and_goes_on_with_its_own_plan(model, adata):
    whole = pv.PEAKVI(adata, n_latent=4, seed=2)
    whole.train(**QUICK)
    steps = model.training(plan_from(**QUICK))
    next(steps)
    steps.close()
    assert model.training_end.reason == "stopped"
    assert model.is_trained
    model.train()
    assert model.training_end == whole.training_end
    assert np.array_equal(model.get_latent_representation(), whole.get_latent_representation())


def test_restart_begins_anew(model):
    model.train(**QUICK)
    first = model.get_latent_representation()
    with pytest.raises(StageError, match="restart=True"):
        model.train()
    model.train(**QUICK, restart=True)
    assert np.array_equal(model.get_latent_representation(), first)
    assert len(model.history_table()) == 3


@pytest.mark.parametrize("wrong", [{"device": "abacus"}, {"max_epochs": 0}])
def test_restart_that_is_refused_loses_nothing(model, wrong):
    model.train(**QUICK)
    latent, end = model.get_latent_representation(), model.training_end
    with pytest.raises(DataError):
        model.train(**{**QUICK, **wrong}, restart=True)
    assert model.training_end == end
    assert len(model.history_table()) == 3
    assert np.array_equal(model.get_latent_representation(), latent)


def test_cell_alone_in_a_minibatch_is_told_where_batch_norm_cannot_take_it(adata):
    pv.PEAKVI.setup_anndata(adata)
    model = pv.PEAKVI(adata, use_batch_norm="both")
    with pytest.raises(DataError, match=r"Of 161 cells .* batch norm cannot take"):
        model.train(**QUICK, batch_size=32, train_size=0.804)
    model.train(**QUICK, batch_size=33, train_size=0.804)


@pytest.mark.parametrize(
    ("choices", "what"),
    [
        ({"use_batch_norm": "encoder"}, "batch norm"),
        ({"latent_distribution": "ln"}, "a latent on the simplex"),
    ],
)
def test_network_that_starts_from_random_weights_says_so(adata, choices, what):
    pv.PEAKVI.setup_anndata(adata)
    model = pv.PEAKVI(adata, **choices)
    assert model.why_no_start.startswith(f"A network with {what} trains from random weights")
    with pytest.warns(UserWarning, match=what):
        model.train(max_epochs=1, n_threads=1)
    model.train(max_epochs=2)  # said once


def test_network_that_starts_from_confirmed_dimensions_has_nothing_to_say(model):
    assert model.why_no_start is None


def test_more_epochs_go_on(model):
    model.train(**QUICK)
    before = model.get_latent_representation()
    model.train(max_epochs=5)
    assert model.training_end.n_epochs == 5
    assert not np.array_equal(model.get_latent_representation(), before)


def test_training_in_another_thread_leaves_the_interrupt_alone(model):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(model.train, **QUICK).result()
    assert model.is_trained


@pytest.mark.parametrize(
    "wrong", [{"max_epochs": 0}, {"preset": "fast"}, {"n_epochs": 3}, {"lr": -1.0}]
)
def test_wrong_parameter_is_refused_before_training(model, wrong):
    with pytest.raises(DataError):
        model.train(**wrong)
    assert not model.is_trained


def test_answers_while_training_goes_on_are_those_of_the_weights_in_place(model):
    model.train(**QUICK)
    for value in model.training(plan_from(**{**QUICK, "max_epochs": 6})):
        if isinstance(value, EpochMetrics):
            expected = Encodings(model.module, model._cells).mean(np.arange(200))
            assert np.array_equal(model.get_latent_representation(), expected)
    assert model.history_table()["is_best"].iloc[3:].any()


def test_training_yields_epochs_that_the_history_keeps(model):
    epochs = [one for one in model.training(plan_from(**QUICK)) if isinstance(one, EpochMetrics)]
    assert model.history_table()["train_loss"].tolist() == [one.train_loss for one in epochs]


@pytest.mark.slow
def test_same_seed_gives_the_same_latent_in_another_process(model):
    model.train(**QUICK)
    here = str(Path(__file__).with_name("conftest.py"))
    code = (
        "import sys, importlib.util as u;"
        f"spec = u.spec_from_file_location('made', {here!r});"
        "t = u.module_from_spec(spec); spec.loader.exec_module(t);"
        "adata = t.made(); t.pv.PEAKVI.setup_anndata(adata, batch_key='batch');"
        f"m = t.pv.PEAKVI(adata, n_latent=4, seed=2); m.train(**{QUICK!r});"
        "sys.stdout.buffer.write(m.get_latent_representation().tobytes())"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert done.stdout == model.get_latent_representation().tobytes()


def test_saved_model_is_the_same_model(trained, adata, tmp_path):
    trained.save(tmp_path / "model")
    again = pv.PEAKVI.load(tmp_path / "model", adata=adata)
    assert again.is_trained
    assert np.array_equal(again.get_latent_representation(), trained.get_latent_representation())
    pd.testing.assert_frame_equal(again.history_table(), trained.history_table())
    pd.testing.assert_frame_equal(
        again.differential_accessibility(idx1="kind == 'B'", n_samples=50),
        trained.differential_accessibility(idx1="kind == 'B'", n_samples=50),
        check_exact=True,
    )
    assert "peakvi_setup" not in adata.uns


def test_loaded_model_can_be_trained_on(trained, adata, tmp_path):
    trained.save(tmp_path)
    again = pv.PEAKVI.load(tmp_path, adata=adata)
    again.train(max_epochs=2, lr=1e-4, schedule="constant", n_threads=1)
    assert len(again.history_table()) == 2
    moved = again.get_latent_representation() - trained.get_latent_representation()
    assert 0 < np.abs(moved).max() < 1


def test_load_wants_the_data_and_the_right_regions(trained, adata, tmp_path):
    trained.save(tmp_path)
    with pytest.raises(DataError, match="pass adata"):
        pv.PEAKVI.load(tmp_path)
    with pytest.raises(DataError, match="Pass the data that the model was trained on"):
        pv.PEAKVI.load(tmp_path, adata=adata[:, :10].copy())
    adata.obs["batch"] = np.where(np.arange(200) % 3, "b1", "b3")
    with pytest.raises(DataError, match=r"has 'b3', which .* not met; it knows 'b1', 'b2'"):
        pv.PEAKVI.load(tmp_path, adata=adata)


def test_numbers_of_numpy_are_saved_too(adata, tmp_path):
    pv.PEAKVI.setup_anndata(adata)
    model = pv.PEAKVI(adata, n_latent=np.int64(5), dropout_rate=np.float32(0.1), seed=np.int64(3))
    model.train(**QUICK, autosave=tmp_path)
    again = pv.PEAKVI.load(tmp_path, adata)
    assert (again.module.shape.n_latent, again.seed) == (5, 3)


@pytest.mark.parametrize("seed", [-1, 0.5, "one"])
def test_seed_that_is_no_whole_number_is_refused(adata, seed):
    pv.PEAKVI.setup_anndata(adata)
    with pytest.raises(DataError, match=r"^seed is "):
        pv.PEAKVI(adata, seed=seed)


def test_save_does_not_overwrite_unasked(trained, tmp_path):
    trained.save(tmp_path)
    with pytest.raises(DataError, match="overwrite=True"):
        trained.save(str(tmp_path))
    trained.save(str(tmp_path), overwrite=True)


def test_model_of_scvi_tools_is_loaded_by_its_folder(shared_data):
    folder = shared_data / "scvi_reference"
    adata = anndata.read_h5ad(folder / "counts.h5ad")
    model = pv.PEAKVI.load(folder / "covariates", adata=adata)
    expected = np.load(folder / "covariates_outputs.npz")
    np.testing.assert_allclose(
        model.get_latent_representation(), expected["latent_mean"], rtol=2e-6, atol=2e-6
    )
    assert len(model.history["reconstruction_loss_validation"]) == 20


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (lambda _: pv.PEAKVI(None), "adata is a NoneType; expected an AnnData"),
        (lambda _: pv.PEAKVI.setup_anndata("cells.h5ad"), "adata is a str; expected an AnnData"),
        (lambda m: m.get_latent_representation(m.adata.X), "adata is a csr_matrix; expected"),
        (lambda m: m.get_normalized_accessibility(region_list=5), "'5' is not a region"),
        (lambda m: pv.PEAKVI.load_query_data(None, m), "adata is a NoneType; expected"),
        (lambda m: pv.PEAKVI(m.adata, n_hidden=10**12), "not enough memory for 150 regions"),
        (lambda m: pv.PEAKVI.setup_anndata(m.adata[:, :0].copy()) or pv.PEAKVI(m.adata[:, :0]),
         "no regions to learn from"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_a_sentence(trained, use, said):
    with pytest.raises(DataError, match=said) as refused:
        use(trained)
    assert len(str(refused.value)) < 300


def test_note_that_is_not_one_of_set_up_is_refused(adata):
    for note in ({"batch": 1}, 5, {"batch_key": ["batch"]}):
        adata.uns["peakvi_setup"] = note
        with pytest.raises(DataError):
            pv.PEAKVI(adata)


def test_width_that_is_not_given_has_a_limit_and_one_that_is_given_has_none(adata, monkeypatch):
    monkeypatch.setattr("peakvi_widgets.engine.architecture.MAX_HIDDEN", 10)
    pv.PEAKVI.setup_anndata(adata)
    sizes = [pv.PEAKVI(adata, n_hidden=n).module.shape.n_hidden for n in (None, 11)]
    assert sizes == [10, 11]
