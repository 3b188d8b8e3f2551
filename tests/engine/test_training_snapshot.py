"""What a training found when it began comes back bit by bit, from memory or from a file."""

import tempfile

import numpy as np
import pytest
import torch

from peakvi_widgets.engine import copies
from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.training_snapshot import TrainingSnapshot
from peakvi_widgets.engine.training_state import TrainingState


@pytest.fixture(params=["in memory", "in a file", "where the disk is full"])
def place(request, monkeypatch):
    if request.param != "in memory":
        monkeypatch.setattr(copies, "MAX_BYTES", 0)
    if request.param == "where the disk is full":

        def full():
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(tempfile, "TemporaryFile", full)
    return request.param


@pytest.mark.parametrize("batch_norm", ["none", "both"])  # with it there are numbers of no axis
def test_weights_come_back(place, batch_norm, monkeypatch):
    mapped, memmap = [], np.memmap
    monkeypatch.setattr(np, "memmap", lambda *asked: mapped.append(asked) or memmap(*asked))
    model = initialise(PeakVAE(architecture(50, (2,), use_batch_norm=batch_norm)), 3)
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    snapshot = TrainingSnapshot.of(model, TrainingState(), restart=False)
    assert (len(mapped) > 0) == (place == "in a file")
    with torch.no_grad():
        for value in model.state_dict().values():
            value.fill_(7)
    snapshot.restore(model)
    for name, value in model.state_dict().items():
        assert torch.equal(value, weights[name]), name
        assert value.dtype == weights[name].dtype
