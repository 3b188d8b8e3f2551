"""A model folder: whole whenever writing is cut off, clean on a full disk, read with distrust."""

import errno
import json
import os
import struct
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from peakvi_widgets.engine import checkpoint as checkpoint_module
from peakvi_widgets.engine import model_folder
from peakvi_widgets.engine.checkpoint import Checkpoint, read, write
from peakvi_widgets.engine.plan import TrainingPlan
from peakvi_widgets.engine.setup import Setup
from peakvi_widgets.errors import DataError


class Cut(BaseException):
    """The process ends here."""


@pytest.fixture
def checkpoint(network):
    shape = network.shape
    setup = Setup(None, None, (), (), None, (("0",),))
    shape = replace(shape, n_categories=(1,), n_continuous=0, encode_covariates=False)
    from peakvi_widgets.engine.module import PeakVAE, initialise

    model = initialise(PeakVAE(shape), 0)
    names = [f"chr1:{i}-{i + 1}" for i in range(shape.n_regions)]
    history = {"train_loss": [2.0, 1.0], "validation_loss": [None, 1.5]}
    return Checkpoint(shape, model.state_dict(), setup, names, history, TrainingPlan(), 5)


def other(checkpoint):
    weights = {name: value + 1 for name, value in checkpoint.weights.items()}
    return replace(checkpoint, weights=weights, seed=6)


def assert_whole(folder, *candidates):
    """Check that the folder holds one of the models, with the weights of that one."""
    found = read(folder)
    match = next(one for one in candidates if one.seed == found.seed)
    for name, value in match.weights.items():
        assert torch.equal(found.weights[name], value)
    return found.seed


def operations(monkeypatch, fails_at, error):
    """Let the n-th call that changes a file raise; returns the list of calls so far."""
    calls = []

    def counted(module, name):
        real = getattr(module, name)

        def call(*arguments, **named):
            calls.append(name)
            if len(calls) == fails_at:
                raise error
            return real(*arguments, **named)

        monkeypatch.setattr(module, name, call)

    counted(checkpoint_module, "save_file")
    counted(os, "replace")
    counted(os, "fsync")
    counted(Path, "write_text")
    counted(Path, "unlink")
    return calls


@pytest.mark.parametrize("old_names", [False, True], ids=["named", "of an earlier version"])
@pytest.mark.parametrize("training", [False, True])
def test_model_cut_off_anywhere_is_one_of_the_two(
    checkpoint, tmp_path, monkeypatch, old_names, training
):
    more = ({"weights.a": torch.ones(2)}, {"format": "1"}) if training else None
    new, seeds = other(checkpoint), []
    for fails_at in range(1, 30):
        folder = tmp_path / str(fails_at)
        write(folder, checkpoint, training=more)
        if old_names:
            facts = json.loads((folder / "model.json").read_text())
            del facts["files"]
            (folder / "model.json").write_text(json.dumps(facts))
        with monkeypatch.context() as patch:
            calls = operations(patch, fails_at, Cut())
            with suppress(Cut):
                write(folder, new, overwrite=True, training=more)
        seeds.append(assert_whole(folder, checkpoint, new))
        if len(calls) < fails_at:
            break
    assert seeds[0] == 5
    assert seeds[-1] == 6
    assert seeds == sorted(seeds)
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 2 + training, names


def test_full_disk_at_any_step_leaves_the_model_that_was_there(checkpoint, tmp_path, monkeypatch):
    write(tmp_path, checkpoint)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for fails_at in range(1, 7):  # save_file, fsync, replace, write_text, fsync, replace
        with monkeypatch.context() as patch:
            operations(patch, fails_at, OSError(errno.ENOSPC, "No space left on device"))
            with pytest.raises(DataError, match="No space left on device") as raised:
                write(tmp_path, other(checkpoint), overwrite=True)
        assert len(str(raised.value)) < 300
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_reason_of_safetensors_is_told_without_its_words(checkpoint, tmp_path, monkeypatch):
    def full(*_):
        raise RuntimeError("Error while serializing: I/O error: No space (os error 28)")

    monkeypatch.setattr(checkpoint_module, "save_file", full)
    with pytest.raises(DataError, match=r"cannot be written: No space left on device; give"):
        write(tmp_path / "new", checkpoint)


def test_two_threads_that_write_one_folder_leave_one_whole_model(checkpoint, tmp_path):
    models = [replace(checkpoint, seed=seed) for seed in range(8)]
    write(tmp_path, checkpoint)
    failed = []

    def save(one):
        try:
            write(tmp_path, one, overwrite=True)
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=save, args=(one,)) for one in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert assert_whole(tmp_path, *models) in range(8)
    assert len(list(tmp_path.iterdir())) == 2


def test_weights_of_another_model_are_refused(checkpoint, tmp_path):
    write(tmp_path / "a", checkpoint)
    write(tmp_path / "b", other(checkpoint))
    weights = "model.safetensors"
    (tmp_path / "a" / weights).write_bytes((tmp_path / "b" / weights).read_bytes())
    with pytest.raises(DataError, match="not the file that was written"):
        read(tmp_path / "a")


def deep(facts):
    return '{"format": 1, "shape": ' + "[" * 100_000 + "]" * 100_000 + "}"


def set_value(*path, value):
    def change(facts):
        inner = facts
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        return json.dumps(facts)

    return change


@pytest.mark.parametrize(
    "change",
    [
        deep,
        set_value("shape", "n_hidden", value=10**9),
        set_value("shape", "n_hidden", value=10**30),
        set_value("shape", "n_layers_encoder", value=10**9),
        set_value("shape", "n_latent", value=-1),
        set_value("shape", "n_regions", value="many"),
        set_value("shape", "n_regions", value=10**12),
        set_value("shape", "n_categories", value=[10**12]),
        set_value("shape", "n_categories", value={}),
        set_value("shape", "dropout_rate", value=float("nan")),
        set_value("shape", "use_batch_norm", value=["both"]),
        set_value("shape", value=[]),
        set_value("setup", "batch_key", value=3),
        set_value("setup", "categories", value=[["a", "b"]]),
        set_value("setup", "categories", value=7),
        set_value("setup", "layer", value=["x" * 10_000]),
        set_value("region_names", value="chr1:1-2"),
        set_value("region_names", value=[1, 2]),
        set_value("history", value={"train_loss": ["high"]}),
        set_value("history", value=[1]),
        set_value("plan", value={"max_epochs": "x" * 100_000}),
        set_value("plan", value={"x" * 100_000: 1}),
        set_value("seed", value=None),
        set_value("seed", value=10**40),
        set_value("reference", value="all"),
        set_value("format", value="x" * 100_000),
        set_value("files", value={"model.safetensors": ["../outside", 1, 2]}),
        set_value("files", value={"model.safetensors": ["model-../x.safetensors", 1, 2]}),
        set_value("files", value=[]),
        lambda _facts: "[1, 2]",
        lambda _facts: "\ud800".encode("utf-16", "surrogatepass").decode("latin1"),
        lambda _facts: "",
    ],
)
def test_values_that_make_no_sense_are_one_sentence(checkpoint, tmp_path, change):
    write(tmp_path, checkpoint)
    facts = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(change(facts), encoding="utf-8")
    with pytest.raises(DataError) as raised:
        read(tmp_path)
    assert len(str(raised.value)) < 300


@pytest.mark.parametrize("length", [8, 10**6, 2**62])
def test_header_of_weights_that_lies_is_refused(checkpoint, tmp_path, length):
    write(tmp_path, checkpoint)
    facts = json.loads((tmp_path / "model.json").read_text())
    del facts["files"]
    (tmp_path / "model.json").write_text(json.dumps(facts))
    path = tmp_path / "model.safetensors"
    content = path.read_bytes()
    path.write_bytes(struct.pack("<Q", length) + content[8:])
    with pytest.raises(DataError, match="damaged"):
        read(tmp_path)


def test_model_without_weights_is_refused(checkpoint, tmp_path):
    write(tmp_path, checkpoint)
    facts = json.loads((tmp_path / "model.json").read_text())
    del facts["files"]
    (tmp_path / "model.json").write_text(json.dumps(facts))
    save_file({}, tmp_path / "model.safetensors")
    with pytest.raises(DataError, match="do not fit the saved sizes"):
        read(tmp_path)


def test_larger_weights_are_refused_before_they_are_read(checkpoint, tmp_path, monkeypatch):
    write(tmp_path, checkpoint)
    facts = json.loads((tmp_path / "model.json").read_text())
    del facts["files"]
    (tmp_path / "model.json").write_text(json.dumps(facts))
    weights = load_file(tmp_path / "model.safetensors")
    save_file({**weights, "more": torch.ones(10)}, tmp_path / "model.safetensors")
    with pytest.raises(DataError, match=r"do not fit the saved sizes.*\('more'\)"):
        read(tmp_path)


def test_no_lock_is_left_when_writing_fails(checkpoint, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        operations(patch, 4, OSError(errno.ENOSPC, "full"))
        with pytest.raises(DataError):
            write(tmp_path, checkpoint)
    assert not model_folder._replacing.locked()
    write(tmp_path, checkpoint)
