"""Saving beside other work: during training, after Ctrl-C, by two sessions, on a full disk."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from peakvi_widgets import jobs
from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session
from peakvi_widgets.session.files import contents as kept_module

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PLAN = {"batch_size": 64, "n_threads": 1, "seed": 0}


def opened(path, source=None):
    session = Session(path)
    session.wait()
    return session


def in_training(counts, reached, max_epochs=10_000, n_epochs=2):
    session = Session(counts)
    session.wait()
    session.train("quick", max_epochs=max_epochs, **PLAN)
    reached(session, "history", lambda history: len(history) >= n_epochs)
    return session


@pytest.fixture
def training(counts, reached):
    """A session in the middle of a training that would take very long."""
    session = in_training(counts, reached)
    yield session
    session.stop()
    session.wait()


@pytest.mark.parametrize("state", ["running", "paused"])
def test_save_during_training_writes_the_state_of_now_at_once(training, tmp_path, reached, state):
    if state == "paused":
        training.pause()
    training.save(tmp_path / "now.peakvi")
    reached(training, "notice", lambda notice: "as it is now is saved" in notice.text)
    assert training.training == state
    again = opened(tmp_path / "now.peakvi")
    assert again.training == "trained"
    assert len(again.history) >= 2
    assert again.training_end.startswith("Saved during training, after")
    assert [one.train_loss for one in again.history][:2] == [
        one.train_loss for one in training.history[:2]
    ]
    training.resume()


def test_file_of_a_stopped_training_holds_its_end(training, tmp_path, reached):
    path = tmp_path / "now.peakvi"
    training.save(path)
    reached(training, "notice", lambda notice: "as it is now is saved" in notice.text)
    training.stop()
    training.wait()
    assert opened(path).training_end == training.training_end
    assert opened(path).history == training.history


def test_training_saved_in_the_middle_continues_to_the_same_weights(counts, tmp_path, reached):
    whole = in_training(counts, reached, max_epochs=120, n_epochs=1)
    whole.pause()
    whole.save(tmp_path / "now.peakvi")
    reached(whole, "notice", lambda notice: "as it is now is saved" in notice.text)
    (tmp_path / "now.peakvi").rename(tmp_path / "middle.peakvi")
    whole.resume()
    whole.wait()
    again = opened(tmp_path / "middle.peakvi")
    assert len(again.history) < 120
    again.train(max_epochs=120)
    again.wait()
    np.testing.assert_array_equal(
        again.model.get_latent_representation(), whole.model.get_latent_representation()
    )


def test_model_is_saved_during_training_too(training, tmp_path, reached):
    training.save(tmp_path / "model")
    reached(training, "notice", lambda notice: "model as it is now is saved" in notice.text)
    other = opened(training.opened.copy())
    other.load(tmp_path / "model")
    other.wait()
    assert other.training == "trained"


def test_model_without_weights_is_saved_at_the_end_of_training(training, tmp_path, monkeypatch):
    monkeypatch.setattr(type(training.model), "snapshot", lambda _model: None)  # as in its start
    training.save(tmp_path / "model")
    training._saves.wait()
    assert not (tmp_path / "model").exists()
    assert "saved in" in training.notice.text
    assert "when training has ended" in training.notice.text
    training.stop()
    training.wait()
    assert list((tmp_path / "model").iterdir())


def test_existing_file_is_not_replaced_during_training_either(training, tmp_path):
    (tmp_path / "a.peakvi").write_text("precious")
    training.save(tmp_path / "a.peakvi")
    training.stop()
    with pytest.raises(DataError, match="exists already"):
        training.wait()
    assert (tmp_path / "a.peakvi").read_text() == "precious"


def test_interrupt_drops_no_save(training, tmp_path, monkeypatch):
    training.cluster()
    training.save(tmp_path / "queued.peakvi")
    idle = training._work._idle

    class Interrupted:
        wait = staticmethod(lambda timeout=None: press())

    def press():
        monkeypatch.undo()
        raise KeyboardInterrupt

    training._saves.wait()
    (tmp_path / "queued.peakvi").unlink()
    monkeypatch.setattr(training._work, "_idle", Interrupted)
    training._work.wait()
    assert training._work._idle is idle
    assert training.training == "trained"
    assert opened(tmp_path / "queued.peakvi").training == "trained"


def test_failure_of_earlier_work_drops_no_save(session, tmp_path):
    with session.lock:  # the load has not failed yet when the save is asked for
        session.load(tmp_path / "nowhere")
        session.save(tmp_path / "a.peakvi")
    with pytest.raises(DataError, match="no model"):
        session.wait()
    assert opened(tmp_path / "a.peakvi").n_cells == 300


def test_end_of_python_waits_for_a_save(counts, tmp_path):
    counts.write_h5ad(tmp_path / "counts.h5ad")
    script = (
        "import sys; from peakvi_widgets.session import Session; s = Session(sys.argv[1]); "
        "s.wait(); s.save(sys.argv[2]); s.cluster()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "counts.h5ad", tmp_path / "a.peakvi"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert opened(tmp_path / "a.peakvi").n_cells == 300


@pytest.mark.parametrize("same", [False, True], ids=["two paths", "one path"])
def test_two_sessions_that_save_at_the_same_time_both_succeed(counts, tmp_path, same):
    counts = counts.copy()
    counts.uns["notes"] = {"a": np.arange(5), "b": "text"}
    sessions = [opened(counts) for _ in range(4)]
    paths = [tmp_path / f"{0 if same else i}.peakvi" for i in range(4)]
    for number, (one, path) in enumerate(zip(sessions, paths, strict=True)):
        one.select([number])
        one.save(path, overwrite=True)
    for one in sessions:
        one.wait()
        assert "is saved" in one.notice.text
    for number, path in enumerate(paths):
        again = opened(path)
        assert again.adata.uns["notes"]["b"] == "text"
        assert again.selection.tolist() in ([[n] for n in range(4)] if same else [[number]])
    assert len(list(tmp_path.iterdir())) == (1 if same else 4)


def full(*_arguments, **_named):
    raise OSError(28, "No space left on device")


HDF5_FULL = (
    "Can't synchronously write data (file write failed: time = Sun Nov 29, filename = 'x', file "
    "descriptor = 5, errno = 28, error message = 'No space left on device', buf = 0x7f31c8)"
)


def hdf5_full(*_arguments, **_named):
    raise RuntimeError(HDF5_FULL)


@pytest.mark.parametrize("error", [full, hdf5_full])
@pytest.mark.parametrize(
    "where",
    ["zip part", "zip facts", "cells", "arrays", "model", "flush", "move", "folder"],
)
def test_full_disk_is_one_sentence_and_leaves_nothing(trained, tmp_path, monkeypatch, where, error):
    path = tmp_path / "a.peakvi"
    path.write_text("precious")
    places = {
        "zip part": (zipfile.ZipFile, "write"),
        "zip facts": (zipfile.ZipFile, "writestr"),
        "cells": (kept_module, "write_cells"),
        "arrays": (np, "savez"),
        "model": ("peakvi_widgets.engine.checkpoint.save_file",),
        "flush": (os, "fsync"),
        "move": (os, "replace"),
        "folder": ("peakvi_widgets.session.files.container.TemporaryDirectory",),
    }
    monkeypatch.setattr(*places[where], error)
    trained.save(path, overwrite=True)
    with pytest.raises(DataError, match="No space left on device") as raised:
        trained.wait()
    assert len(str(raised.value)) < 300
    assert "a.peakvi cannot be written" in str(raised.value)
    assert "buf" not in str(raised.value)
    assert ".peakvi." not in str(raised.value), "it names a temporary folder of ours"
    assert path.read_text() == "precious"
    assert [found.name for found in tmp_path.iterdir()] == ["a.peakvi"]


SMALL_DISK = """
import resource, signal, sys
from pathlib import Path
import peakvi_widgets as pv
from peakvi_widgets.session import Session
from peakvi_widgets.errors import DataError

session = Session(sys.argv[1])
session.train("quick", max_epochs=1)
session.wait()
folder = Path(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for limit in (100, 4_000, 60_000, 120_000, 200_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    for name in ("a.peakvi", "model"):
        session.save(folder / name)
        try:
            session.wait()
        except DataError as error:
            assert len(str(error)) < 300 and "buf = " not in str(error), error
            assert "File too large" in str(error) or "disk" in str(error), error
            print(limit, name, "refused")
        else:
            print(limit, name, "saved")
            (folder / name).is_file() and (folder / name).unlink()
            [path.unlink() for path in folder.glob("model/*")]
    left = [path for path in folder.rglob("*") if path.is_file()]
    assert not left, left
print("end")
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files")
def test_files_of_limited_size_leave_nothing_and_work_goes_on(counts, tmp_path):
    counts.write_h5ad(tmp_path / "counts.h5ad")
    (tmp_path / "out").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", SMALL_DISK, tmp_path / "counts.h5ad", tmp_path / "out"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("end\n")
    assert "100 a.peakvi refused" in done.stdout


def test_jobs_that_are_kept_are_named_by_the_session(session):
    assert list(session._work._keeping) == ["saving"]
    assert session._work in jobs._queues
