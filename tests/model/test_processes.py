"""PEAKVI: several processes learn the same, can be stopped, and may be lost."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress

import numpy as np
import psutil
import pytest

import peakvi_widgets as pv
from peakvi_widgets import settings
from peakvi_widgets.data.simulate import simulate
from peakvi_widgets.engine import process_learner
from peakvi_widgets.engine.metrics import EpochMetrics, Waiting
from peakvi_widgets.engine.plan import plan_from
from peakvi_widgets.engine.process_learner import Processes
from peakvi_widgets.errors import DataError, StageError

slow = pytest.mark.slow
N_EPOCHS = 4
QUICK = {"max_epochs": N_EPOCHS, "lr": 0.01, "n_threads": 1, "batch_size": 64}
SCRIPT = """
import signal
import psutil
import peakvi_widgets as pv
from peakvi_widgets.data.simulate import simulate
from peakvi_widgets.model import peakvi

def follow(self, value):
    if isinstance(value, peakvi.Step):
        print(*(child.pid for child in psutil.Process().children()), flush=True)

peakvi.TrainingBar.follow = follow
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
adata = simulate(60, 1200, density=0.1, seed=0)
pv.PEAKVI.setup_anndata(adata)
model = pv.PEAKVI(adata, n_latent=2)
for _ in range(2):
    model.train(max_epochs=100_000, batch_size=32, start="none", devices=2, progress=False)
    print(model.training_end.reason, flush=True)
"""


@pytest.fixture(scope="module")
def adata():
    counts = simulate(200, 1600, density=0.1, n_types=3, n_batches=2, seed=0)
    pv.PEAKVI.setup_anndata(counts, batch_key="batch")
    return counts


@pytest.fixture
def new(adata):
    return lambda: pv.PEAKVI(adata, n_latent=4, seed=2)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder in which temporary folders are made, looked through when the test has ended."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield tmp_path
    assert list(tmp_path.iterdir()) == []
    assert workers() == []


def workers():
    """Return the processes that learn, without those that have ended."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.Error):  # it ends while it is looked at
            found += [child] * ("peakvi_widgets.engine.worker" in child.cmdline())
    return found


@pytest.fixture
def lose(monkeypatch):
    """Kill a process, found by a function, as soon as an epoch is complete."""
    keep = Processes.keep

    def lose_one(find, epoch=2):
        def keep_and_lose(self):
            keep(self)
            if self.state.n_epochs == epoch:
                find().kill()

        monkeypatch.setattr(Processes, "keep", keep_and_lose)

    yield lose_one
    monkeypatch.setattr(Processes, "keep", keep)


def learned(model):
    """Return what a training leaves, without how long it took."""
    history = model.history_table()
    return {
        "weights": {k: value.tolist() for k, value in model.module.state_dict().items()},
        "history": history.drop(columns=[k for k in history if "seconds" in k]).to_dict(),
        "end": model.training_end,
    }


@slow
def test_several_processes_learn_what_one_learns(new, temporary, adata, tmp_path_factory):
    alone, model = new(), new()
    alone.train(**QUICK)
    steps = model.training(plan_from(**QUICK, devices=2))
    for value in steps:
        if isinstance(value, EpochMetrics):
            folder = next(temporary.iterdir())
            assert os.name == "nt" or folder.stat().st_mode & 0o777 == 0o700
            assert len(workers()) == 2
            next(steps)
            break
    saved = tmp_path_factory.mktemp("saved") / "model"
    model.snapshot().write(saved)
    steps.close()
    assert model.training_end.reason == "stopped"
    assert workers() == list(temporary.iterdir()) == []
    assert np.isfinite(model.get_latent_representation()).all()
    model.train(devices=3)
    assert learned(model) == learned(alone)
    loaded = pv.PEAKVI.load(saved, adata)
    loaded.train(devices=1)
    assert learned(loaded) == learned(alone)


@slow
def test_lost_process_costs_no_epoch_that_was_complete(new, temporary, lose):
    alone, model = new(), new()
    alone.train(**QUICK)
    lose(lambda: workers()[1])
    with pytest.raises(StageError) as error:
        model.train(**QUICK, devices=2)
    killed = "was killed (SIGKILL), perhaps because there was not enough memory"
    assert str(error.value) == (
        f"Process 2 of 2 of the training {killed}; the model is as after epoch 2, and training can "
        "go on from there."
    )
    assert model.is_trained
    assert len(model.history_table()) == 2
    before = learned(model)
    with pytest.raises(DataError, match="no longer finite in epoch 3"):
        model.train(devices=2, lr=1e30, schedule="constant")
    assert learned(model) == before
    model.train(devices=1)
    assert learned(model) == learned(alone)


@slow
def test_session_keeps_what_was_learned_before_a_process_was_lost(
    adata, temporary, lose, without_umap
):
    session = pv.Session(adata)
    session.wait()
    lose(lambda: workers()[0])
    session.train("quick", **QUICK, devices=2)
    with pytest.warns(UserWarning, match=r"Process 1 of 2 .* as after epoch 2, and training can"):
        session.wait()
    assert session.training == "trained"
    assert session.training_end.startswith("A process was lost after 2 whole epochs; the weights")
    assert "max_steps=" in session.code()
    session.train(devices=1)
    session.wait()
    assert len(session.history) == N_EPOCHS


@slow
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C reaches a group of processes there otherwise")
def test_ctrl_c_is_for_the_training_alone_and_no_process_outlives_it(tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    ) as script:
        lines = map(str.split, script.stdout)
        first = next(lines)
        assert len(first) == 2
        os.killpg(script.pid, signal.SIGINT)
        assert next(line for line in lines if line != first) == ["stopped"]
        learning = [psutil.Process(int(pid)) for pid in next(lines)]
        assert len(learning) == 2
        script.kill()
    assert psutil.wait_procs(learning, timeout=60)[1] == []
    assert list(tmp_path.glob("peakvi-training-*")) == []


@pytest.fixture
def other_machine(monkeypatch, tmp_path):
    """Starts what a second machine does, with the same variables as this one but its number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(settings, "nodes", 2)
    for name, value in {"ADDR": "127.0.0.1", "PORT": port}.items():
        monkeypatch.setenv(f"MASTER_{name}", str(value))
    monkeypatch.setenv("NODE_RANK", "0")

    def start():
        command = ["train", "nothing.h5ad", "-o", "nothing.peakvi", "--nodes", "2"]
        return subprocess.Popen(
            [sys.executable, "-m", "peakvi_widgets.command_line", *command],
            env={**os.environ, "NODE_RANK": "1"},
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@slow
def test_two_machines_learn_what_one_learns(new, temporary, other_machine, lose):
    model, plan = new(), {**QUICK, "schedule": "constant"}
    with other_machine() as other:
        model.train(**{**plan, "max_epochs": 2})
        _, text = other.communicate()
        assert (other.returncode, "The training has ended" in text) == (0, True), text
    with other_machine() as other:
        lose(lambda: psutil.Process(other.pid).children()[0], epoch=3)
        with pytest.raises(StageError, match=r"Another machine .* was lost; .* as after epoch 3"):
            model.train(max_epochs=N_EPOCHS)
        assert other.wait() == 1
        text = other.stderr.read()
        assert text.startswith("Error: Process 2 of 2 of the training was killed (SIGKILL)")
        assert text.count("\n") == 1
    settings.nodes = 1
    model.train(max_epochs=N_EPOCHS)
    alone = new()
    alone.train(**plan)
    assert learned(model) == learned(alone)


@slow
def test_stop_does_not_wait_for_another_machine(new, temporary, other_machine):
    model = new()
    before = learned(model)
    steps = model.training(plan_from(**QUICK))
    where = f"127.0.0.1:{os.environ['MASTER_PORT']}"
    assert next(steps) == Waiting(f"waiting for 1 other machine at {where}")
    assert len(workers()) == 1
    steps.close()
    assert workers() == list(temporary.iterdir()) == []
    assert learned(model) == before
    assert not model.is_trained
    settings.nodes = 1
    model.train(**{**QUICK, "max_epochs": 1, "batch_size": 100})
    assert len(model.epochs) == 1


@slow
def test_session_says_what_a_training_waits_for_and_stops(adata, temporary, other_machine):
    waits = threading.Event()

    def look(change):
        if change.new.text.startswith("waiting for 1 other machine at 127.0.0.1:"):
            waits.set()

    session = pv.Session(adata)
    session.wait()
    session.observe(look, "task")
    session.train("quick", **QUICK)
    assert waits.wait(60)
    session.stop()
    session.wait()
    assert session.training == "untrained"
    assert session.training_end == "Stopped before the first minibatch; there is no model yet."
    assert session.model is None


def test_machines_must_be_named(new, monkeypatch):
    monkeypatch.setattr(settings, "nodes", 2)
    with pytest.raises(DataError, match="MASTER_ADDR and MASTER_PORT"):
        new().train(**QUICK)


def test_no_room_for_another_process_changes_nothing(new, temporary, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(errno.EAGAIN, "full")

    model = new()
    before = learned(model)
    monkeypatch.setattr("peakvi_widgets.engine.worker_group.subprocess.Popen", full)
    text = r"Process 1 of 2 of the training cannot be started \(.*\); nothing was changed\.$"
    with pytest.raises(StageError, match=text):
        model.train(**QUICK, devices=2)
    assert learned(model) == before


def test_process_that_cannot_start_changes_nothing(new, temporary, monkeypatch):
    model = new()
    before = learned(model)
    monkeypatch.setattr("peakvi_widgets.engine.worker_group.MODULE", "peakvi_widgets.no_such")
    with pytest.raises(StageError, match=r"training ended \(.*No module.*; nothing was changed\.$"):
        model.train(**QUICK, devices=2)
    assert learned(model) == before


def test_full_disk_changes_nothing(new, temporary, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, "full")

    model = new()
    before = learned(model)
    monkeypatch.setattr(process_learner, "save_file", full)
    with pytest.raises(DataError, match=r"temporary folder .* set TMPDIR .*No space left"):
        model.train(**QUICK, devices=2)
    assert learned(model) == before


@slow
@pytest.mark.parametrize("n_epochs", [0, 2])
def test_minibatch_that_cannot_be_written_costs_no_epoch_that_was_complete(
    new, temporary, monkeypatch, n_epochs
):
    def until_full(file, cells):
        if len(model.epochs) == n_epochs:
            raise OSError(errno.ENOSPC, "full")
        return write_minibatch(file, cells)

    model, write_minibatch = new(), process_learner.write_minibatch
    before = learned(model)
    monkeypatch.setattr(process_learner, "write_minibatch", until_full)
    kept = "the model is as after epoch 2, and training can go on from there"
    with pytest.raises(StageError) as error:
        model.train(**QUICK, devices=2)
    assert str(error.value) == (
        f"A minibatch did not fit into the temporary folder {temporary} (No space left on device); "
        f"{kept if n_epochs else 'nothing was changed'}."
    )
    assert len(model.epochs) == n_epochs
    if n_epochs:
        assert model.training_end.reason == "minibatch_lost"
        model.train(devices=1)
        alone = new()
        alone.train(**QUICK)
        assert learned(model) == learned(alone)
    else:
        assert learned(model) == before


@pytest.mark.parametrize(
    ("n", "device", "text"),
    [
        (5, "cpu", "5 processes are too many: 1,600 regions can be divided among 4 at most."),
        (0, "cpu", "devices is 0"),
    ],
)
def test_number_of_processes_is_checked(new, n, device, text):
    model = new()
    with pytest.raises(DataError, match=text):
        model.train(**QUICK, devices=n, device=device)
    assert not model.is_trained
