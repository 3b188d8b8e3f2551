"""PEAKVI: what is written for scvi-tools has its form; that it loads there, a benchmark shows."""

import pickletools
import re
import zipfile

import anndata
import numpy as np
import pytest
import torch

import peakvi_widgets as pv
from peakvi_widgets.engine.scvi_file import read_scvi_model
from peakvi_widgets.errors import DataError, StageError


def outline(value):
    """Return the keys of nested dicts, and the types at their ends."""
    if isinstance(value, dict):
        return {key: outline(inner) for key, inner in value.items()}
    return "array" if isinstance(value, list | np.ndarray) else type(value).__name__


def names_in(path):
    with zipfile.ZipFile(path) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith("data.pkl")]
        ops = pickletools.genops(archive.read(name))
        return {str(argument) for op, argument, _ in ops if "GLOBAL" in op.name}


@pytest.fixture(params=["batch", "covariates"])
def exported(request, shared_data, tmp_path):
    """Load a model of scvi-tools and write it again; return both files."""
    folder = shared_data / "scvi_reference"
    adata = anndata.read_h5ad(folder / "counts.h5ad")
    pv.PEAKVI.load(folder / request.param, adata).save_for_scvi(tmp_path)
    return folder / request.param / "model.pt", tmp_path / "model.pt"


def test_what_was_written_by_scvi_tools_is_written_again(exported):
    theirs, ours = map(read_scvi_model, exported)
    assert ours.region_names == theirs.region_names
    for name, value in theirs.weights.items():
        np.testing.assert_array_equal(ours.weights[name], value)
    assert set(theirs.history) - set(ours.history) == {"kl_weight"}
    for key, losses in ours.history.items():  # theirs has the KL weight of some epochs only
        np.testing.assert_allclose(losses, theirs.history[key])


def test_registry_has_the_form_of_scvi_tools(exported):
    theirs, ours = (outline(read_scvi_model(path).registry) for path in exported)
    del theirs["_scvi_uuid"]
    assert ours == theirs


def test_choices_are_those_of_the_model(exported):
    theirs, ours = (read_scvi_model(path).init_params["non_kwargs"] for path in exported)
    assert set(ours) == set(theirs)
    assert {name for name in ours if ours[name] != theirs[name]} <= {"n_hidden", "n_latent"}


def test_file_needs_no_name_that_theirs_does_not(exported):
    theirs, ours = map(names_in, exported)
    assert {re.sub("pandas.*", "pandas", name) for name in ours} <= {
        re.sub("pandas.*", "pandas", name) for name in theirs
    }


def test_categories_keep_the_type_they_have_in_obs(adata, tmp_path):
    adata.obs["lane"] = np.where(np.arange(200) % 2, 2, 1)
    pv.PEAKVI.setup_anndata(adata, batch_key="lane")
    model = pv.PEAKVI(adata, n_latent=2)
    model.train(max_epochs=1, n_threads=1)
    model.save_for_scvi(tmp_path)
    registry = read_scvi_model(tmp_path / "model.pt").registry
    mapping = registry["field_registries"]["batch"]["state_registry"]["categorical_mapping"]
    assert np.asarray(mapping).tolist() == [1, 2]


def test_export_is_read_again_by_load(trained, adata, tmp_path):
    trained.save_for_scvi(tmp_path / "new")
    again = pv.PEAKVI.load(tmp_path / "new", adata)
    assert np.array_equal(again.get_latent_representation(), trained.get_latent_representation())


def test_export_of_a_training_without_validation_is_read_again(model, adata, tmp_path):
    model.train(max_epochs=2, train_size=1.0, n_threads=1)
    model.save_for_scvi(tmp_path)
    again = pv.PEAKVI.load(tmp_path, adata)
    assert again.history_table()["validation_loss"].isna().all()
    assert len(again.history_table()) == 2
    again.save(tmp_path / "ours")
    assert pv.PEAKVI.load(tmp_path / "ours", adata).history_table().equals(again.history_table())


def test_export_does_not_overwrite_unasked(trained, model, tmp_path):
    trained.save_for_scvi(tmp_path)
    with pytest.raises(DataError, match="overwrite=True"):
        trained.save_for_scvi(tmp_path)
    trained.save_for_scvi(tmp_path, overwrite=True)
    with pytest.raises(StageError, match="call train"):
        model.save_for_scvi(tmp_path / "other")


def test_export_takes_the_place_of_a_model_of_ours(trained, model, adata, tmp_path):
    model.train(max_epochs=1, n_threads=1)
    model.save(tmp_path, with_training=True)
    trained.save_for_scvi(tmp_path, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["model.pt"]
    again = pv.PEAKVI.load(tmp_path, adata)
    assert np.array_equal(again.get_latent_representation(), trained.get_latent_representation())


def test_export_that_cannot_be_written_is_told(trained, tmp_path, monkeypatch):
    def full(*_):
        raise RuntimeError("PytorchStreamWriter failed writing file: file write failed")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(DataError, match="cannot be written"):
        trained.save_for_scvi(tmp_path)
