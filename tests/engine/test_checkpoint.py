"""Saving and loading: all comes back, and what is wrong is reported before anything is lost."""

import json
from dataclasses import replace

import pytest
import torch

from peakvi_widgets.engine.checkpoint import Checkpoint, read, read_regions, write
from peakvi_widgets.engine.plan import TrainingPlan
from peakvi_widgets.engine.setup import Setup
from peakvi_widgets.errors import DataError


@pytest.fixture
def checkpoint(network):
    setup = Setup("batch", None, (), (), "counts", (("a", "b"),))
    names = [f"chr1:{i}-{i + 1}" for i in range(network.shape.n_regions)]
    history = {"train_loss": [2.0, 1.0], "validation_loss": [None, 1.5]}
    plan = TrainingPlan(max_epochs=3)
    return Checkpoint(network.shape, network.state_dict(), setup, names, history, plan, 5)


def test_round_trip(checkpoint, tmp_path):
    write(tmp_path / "new" / "folder", checkpoint)
    again = read(tmp_path / "new" / "folder")
    assert replace(again, weights={}) == replace(checkpoint, weights={})
    for name, value in again.network().state_dict().items():
        assert torch.equal(value, checkpoint.weights[name])


def test_files_are_safetensors_and_json(checkpoint, tmp_path):
    write(tmp_path, checkpoint)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.json", "model.safetensors"]
    assert json.loads((tmp_path / "model.json").read_text())["model"] == "PEAKVI"


def test_regions_can_be_read_alone(checkpoint, tmp_path):
    write(tmp_path, checkpoint)
    assert read_regions(tmp_path) == checkpoint.region_names


def test_model_that_is_there_is_not_overwritten_unasked(checkpoint, tmp_path):
    write(tmp_path, checkpoint)
    with pytest.raises(DataError, match="overwrite=True"):
        write(tmp_path, replace(checkpoint, seed=6))
    assert read(tmp_path).seed == 5
    write(tmp_path, replace(checkpoint, seed=6), overwrite=True)
    assert read(tmp_path).seed == 6


def test_folder_that_is_a_file_is_told(checkpoint, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(DataError, match="another folder"):
        write(tmp_path / "taken", checkpoint)


def test_folder_without_a_model_is_told(tmp_path):
    with pytest.raises(DataError, match="There is no model in"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["model.json", "model.safetensors"])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_truncated_file_is_told(checkpoint, tmp_path, name, share):
    write(tmp_path, checkpoint)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match="damaged"):
        read(tmp_path)


def test_missing_weights_are_told(checkpoint, tmp_path):
    write(tmp_path, checkpoint)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(DataError, match="damaged"):
        read(tmp_path)


def test_weights_of_another_size_are_told(checkpoint, tmp_path):
    write(tmp_path, replace(checkpoint, shape=replace(checkpoint.shape, n_hidden=5)))
    with pytest.raises(DataError, match="do not fit"):
        read(tmp_path).network()


def test_format_of_the_future_is_told(checkpoint, tmp_path):
    write(tmp_path, checkpoint)
    facts = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**facts, "format": 99}))
    with pytest.raises(DataError, match="update peakvi_widgets"):
        read(tmp_path)
