"""A training survives a dead kernel: it is autosaved, offered and brought back."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from peakvi_widgets import settings
from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session
from peakvi_widgets.session.parts import autosave as module
from peakvi_widgets.session.parts.autosave import AUTOSAVE_ENDING, autosave_folder, remove_old

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PLAN = {"batch_size": 64, "n_threads": 1, "seed": 0}


def opened(source):
    session = Session(source)
    session.wait()
    return session


def autosave_now(session):
    session.autosave()
    session._autosaves.wait()


@pytest.fixture
def training(counts, reached):
    """A session that has filtered its counts and is in the middle of a long training."""
    session = opened(counts)
    session.filter(min_cells=20)
    session.train("quick", max_epochs=10_000, **PLAN)
    reached(session, "history", lambda history: len(history) >= 2)
    yield session
    session.stop()
    session.wait()


def test_training_is_offered_and_continues_where_it_was(training, counts, autosaves):
    training.select([1, 2])
    autosave_now(training)
    (file,) = autosaves.iterdir()
    assert file.name.startswith(training.data_hash)
    with zipfile.ZipFile(file) as zipped:
        assert "counts.h5ad" not in zipped.namelist()

    again = opened(counts)
    assert "was autosaved on" in again.recoverable
    assert again.notice.text.endswith("Call session.recover() to bring it back.")
    again.recover()
    again.wait()
    assert again.recoverable == ""
    assert again.training == "trained"
    assert again.n_regions == training.n_regions
    assert again.selection.tolist() == [1, 2]
    n_epochs = len(again.history)
    assert n_epochs >= 2
    assert [one.train_loss for one in again.history] == [
        one.train_loss for one in training.history[:n_epochs]
    ]
    again.train(max_epochs=n_epochs + 1)
    again.wait()
    assert len(again.history) == n_epochs + 1
    assert again.source == "adata"


def test_offer_can_be_dismissed_and_is_made_again_at_the_next_opening(training, counts, autosaves):
    autosave_now(training)
    again = opened(counts)
    again.dismiss_recovery()
    assert again.recoverable == ""
    assert len(list(autosaves.iterdir())) == 1
    assert "was autosaved on" in opened(counts).recoverable
    again.recover()  # by Python it can still be recovered
    again.wait()
    assert again.training == "trained"


def test_other_counts_are_offered_nothing(training, counts):
    autosave_now(training)
    other = counts.copy()
    other.obs_names = [f"x{name}" for name in other.obs_names]
    assert opened(other).recoverable == ""


def test_nothing_to_recover_is_told(session):
    session.recover()
    with pytest.raises(StageError, match="no autosave of these counts"):
        session.wait()


def test_damaged_autosave_leaves_the_session_as_it_is(training, counts, autosaves):
    autosave_now(training)
    again = opened(counts)
    (file,) = autosaves.iterdir()
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 255
    file.write_bytes(content)
    again.recover()
    with pytest.raises(DataError, match="damaged"):
        again.wait()
    assert again.n_regions == 240
    assert again.training == "untrained"


def test_autosave_is_not_opened_without_its_counts(training, autosaves):
    autosave_now(training)
    (file,) = autosaves.iterdir()
    session = Session(file)
    with pytest.raises(DataError, match=r"open the same data, then call session\.recover"):
        session.wait()


def test_it_lies_beside_the_file_of_the_session(training, tmp_path, autosaves, reached):
    training.save(tmp_path / "mine.peakvi")
    reached(training, "notice", lambda notice: "as it is now is saved" in notice.text)
    autosave_now(training)
    assert (tmp_path / f"mine{AUTOSAVE_ENDING}").is_file()
    assert not list(autosaves.iterdir())
    again = opened(tmp_path / "mine.peakvi")
    assert "was autosaved on" in again.recoverable
    again.recover()
    again.wait()
    assert again.n_regions == training.n_regions
    training.stop()
    training.wait()  # the queued save holds all: the autosave is of no use
    assert not (tmp_path / f"mine{AUTOSAVE_ENDING}").exists()


def test_saving_removes_the_autosave(training, tmp_path, autosaves):
    autosave_now(training)
    training.stop()
    training.wait()
    training.save(tmp_path / "mine.peakvi")
    training.wait()
    assert not list(autosaves.iterdir())


def test_training_autosaves_when_it_is_due(counts, monkeypatch, autosaves):
    due = iter([False, False, True, *[False] * 100_000])
    monkeypatch.setattr(module.Autosave, "_is_due", lambda *_: next(due))
    session = opened(counts)
    session.train("quick", max_epochs=30, **PLAN)
    session.wait()
    session._autosaves.wait()
    assert len(list(autosaves.iterdir())) == 1


@pytest.mark.parametrize(
    ("minutes", "since", "due"), [(5, 299, False), (5, 301, True), (0, 10**9, False)]
)
def test_when_it_is_due(session, monkeypatch, minutes, since, due):
    monkeypatch.setattr(settings, "autosave_minutes", minutes)
    monkeypatch.setattr(module.time, "monotonic", lambda: 1000.0 + since)
    session._autosaved_at = 1000.0
    assert session._is_due(60 * settings.autosave_minutes) is due


def test_full_disk_is_one_warning_and_training_goes_on(training, monkeypatch, autosaves):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    for _ in range(2):
        training.autosave()
        with pytest.raises(DataError, match="No space left"):
            training._autosaves.wait()
    warnings = [entry for entry in training.log if "Autosave failed" in entry.text]
    assert len(warnings) == 1
    assert warnings[0].level == "warning"
    assert training.training == "running"
    assert not list(autosaves.iterdir())


def test_restricted_servers_keep_nothing(training, monkeypatch, autosaves, counts):
    autosave_now(training)
    monkeypatch.setattr(settings, "restricted", True)
    assert opened(counts).recoverable == ""
    for file in autosaves.iterdir():
        file.unlink()
    autosave_now(training)
    assert not list(autosaves.iterdir())


def test_folder_stays_small(tmp_path):
    files = [tmp_path / f"{i}{AUTOSAVE_ENDING}" for i in range(9)]
    for i, file in enumerate(files):
        file.write_bytes(b"x")
        os.utime(file, (10**9 + i, 10**9 + i) if i == 8 else None)
    os.truncate(files[3], 3 << 30)  # sparse
    remove_old(tmp_path, keep=files[0])
    left = {file.name for file in tmp_path.iterdir()}
    assert files[0].name in left
    assert files[3].name not in left  # too large
    assert files[8].name not in left  # too old
    assert len(left) <= module.MAX_FILES


def test_folder_is_the_users_own(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "autosave_folder", "")
    assert autosave_folder().parts[-2:] == ("peakvi_widgets", "autosave")
    monkeypatch.setattr(settings, "autosave_folder", str(tmp_path))
    assert autosave_folder() == tmp_path


def test_process_that_a_test_starts_autosaves_nothing_in_the_folder_of_the_user(autosaves):
    asks = "import peakvi_widgets as pv; print(pv.settings.autosave_folder, pv.__file__)"
    done = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(autosaves), str(ROOT / "peakvi_widgets" / "__init__.py")]


KILLED = """
import os, sys, time
import peakvi_widgets as pv
from peakvi_widgets.session import Session

session = Session(sys.argv[1])
session.wait()
session.train("quick", max_epochs=10_000, batch_size=64, n_threads=1, seed=0)
def look(change):
    if len(change.new) >= 3:  # epochs that end close together come together
        session.unobserve(look, names=["history"])
        session.autosave()
session.observe(look, names=["history"])
folder = pv.settings.autosave_folder
while not os.listdir(folder) or [name for name in os.listdir(folder) if name.startswith(".")]:
    time.sleep(0.01)
os._exit(9)
"""


@pytest.mark.slow
def test_training_of_a_killed_kernel_comes_back(counts, tmp_path, autosaves):
    counts.write_h5ad(tmp_path / "counts.h5ad")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path / "counts.h5ad"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 9, done.stderr
    session = opened(tmp_path / "counts.h5ad")
    session.recover()
    session.wait()
    assert len(session.history) >= 3
    assert np.isfinite(session.model.get_latent_representation()).all()
