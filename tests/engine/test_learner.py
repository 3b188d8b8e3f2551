"""Which device learns."""

import pytest
import torch

from peakvi_widgets.engine.learner import device_of
from peakvi_widgets.engine.plan import TrainingPlan
from peakvi_widgets.errors import DataError


@pytest.fixture
def only(monkeypatch):
    """Pretend that there are these devices beside the CPU."""

    def pretend(*names):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in names)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in names)

    return pretend


@pytest.mark.parametrize(
    ("there", "asked", "taken"),
    [
        ([], "auto", "cpu"),
        (["cuda"], "auto", "cuda"),
        (["mps"], "auto", "mps"),
        (["cuda", "mps"], "auto", "cuda"),
        (["mps"], "mps", "mps"),
        (["cuda"], "cpu", "cpu"),
    ],
)
def test_device_that_is_taken(only, there, asked, taken):
    only(*there)
    assert device_of(TrainingPlan(device=asked)).type == taken


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("cuda", "no CUDA device"),
        ("cuda:1", "no CUDA device"),
        ("mps", "no MPS device"),
        ("abacus", "'abacus' is not a device"),
    ],
)
def test_device_that_is_not_there_is_told(only, asked, said):
    only()
    with pytest.raises(DataError, match=said):
        device_of(TrainingPlan(device=asked))
