"""Stop ends training within one minibatch, wherever it is, and keeps the best weights."""

import os
import subprocess
import sys
import time

import pytest

from peakvi_widgets.session import Session

SECONDS = 0.12  # what one minibatch takes here; an epoch has 48 of them
WITHIN = 3 * SECONDS + 0.5  # one minibatch, one delivery, and a busy machine


@pytest.fixture
def slow_epochs(counts, monkeypatch):
    """A session whose epochs take more than five seconds, of small minibatches."""
    from peakvi_widgets.engine.cells import Cells

    read = Cells.minibatch

    def slowly(self, cells):
        time.sleep(SECONDS)
        return read(self, cells)

    session = Session(counts)
    session.setup(held_out=0)  # thinned counts have another method
    session.wait()
    monkeypatch.setattr(Cells, "minibatch", slowly)
    return session


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["train", "validation"])
def test_stop_in_the_middle_of_a_long_epoch(slow_epochs, reached, phase):
    plan = {"batch_size": 6, "train_size": 0.8, "early_stopping": False}
    slow_epochs.train("quick", max_epochs=50, **plan)
    reached(slow_epochs, "history", lambda rows: len(rows) == 1)
    assert slow_epochs.history[0].seconds > 5
    reached(
        slow_epochs,
        "step",
        lambda step: step and step.epoch == 2 and step.phase == phase and step.step >= 3,
    )
    asked = time.monotonic()
    slow_epochs.stop()
    assert slow_epochs.training == "stopping"
    assert time.monotonic() - asked < 0.2  # acknowledged at once
    slow_epochs.wait()
    assert time.monotonic() - asked < WITHIN
    assert len(slow_epochs.history) == 1
    assert "the weights of epoch 1 are in place" in slow_epochs.training_end
    assert slow_epochs.model.is_trained


def test_what_is_given_up_leaves_all_as_it_was(trained, reached):
    embedding, script = trained.embedding, trained.script
    trained.embed(seed=1)
    reached(trained, "task", lambda task: task.name == "embedding")
    trained.halt()
    trained.wait()
    assert trained.embedding is embedding
    assert trained.script == script
    assert trained.notice.text == "Embedding was cancelled; nothing changed."


def test_there_is_nothing_to_give_up(session):
    before = session.notice
    session.halt()
    assert session.notice is before


LEFT = """import time
import peakvi_widgets as pv
session = pv.Session(pv.datasets.simulate(1000, 2000, seed=0))
session.train(max_epochs=10_000)
while not session.history:
    time.sleep(0.01)"""


@pytest.mark.slow
def test_script_that_ends_while_a_model_trains_is_no_failure():
    # a thread that Python ends within PyTorch aborts the process now and then
    for _ in range(int(os.environ.get("PEAKVI_FUZZ_ROUNDS", "1"))):
        done = subprocess.run(
            [sys.executable, "-c", LEFT], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
