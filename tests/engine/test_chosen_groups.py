"""Groups that were chosen by noise differ from those that were not."""

import numpy as np
import pytest
import torch

from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.chosen_groups import REAL, _moved, choice_of
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.posterior import Encodings
from tests.engine.simulated import cells_of

N_CELLS, N_REGIONS = 1200, 400


class Placed:
    """Cells on a map with one axis: the sum of the slopes of a cell's open regions."""

    def __init__(self, kind=None):
        random = np.random.default_rng(0)
        rate = np.tile(random.beta(1.0, 8.0, N_REGIONS), (N_CELLS, 1))
        slopes = random.normal(size=N_REGIONS) * 0.2
        if kind is not None:
            rate = np.minimum(rate * np.exp(np.outer(kind, 4.0 * slopes)), 0.9)
        self.counts = (random.random(rate.shape) < rate).astype(int)
        self.encodings = Encodings(_linear(slopes), cells_of(self.counts))
        self.place = self.encodings.mean(np.arange(N_CELLS))[:, 0]

    def log_ratios(self, one, other):
        shares = [(self.counts[group] > 0).mean(axis=0) for group in (one, other)]
        return choice_of(self.encodings, (one, other), shares).log_ratios


def _linear(slopes):
    """Return a network whose first latent axis is linear in the counts; the others are 0."""
    shape = architecture(
        N_REGIONS, (1,), n_hidden=8, n_layers_encoder=1, use_layer_norm="none", n_latent=2
    )
    model = initialise(PeakVAE(shape), seed=0)
    encoder = model.z_encoder
    with torch.no_grad():
        for layer in (encoder.encoder.first, encoder.mean_encoder, encoder.var_encoder):
            layer.weight.zero_()
            layer.bias.zero_()
        encoder.encoder.first.weight[0] = torch.tensor(slopes)
        encoder.encoder.first.bias[0] = 100.0  # far from where the unit bends
        encoder.mean_encoder.weight[0, 0] = 1.0
    return model.eval()


@pytest.fixture(scope="module")
def noise():
    return Placed()


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_ends_of_noise_show_what_is_expected_of_them(noise, share):
    low, high = np.quantile(noise.place, [share, 1.0 - share])
    one, other = np.flatnonzero(noise.place > high), np.flatnonzero(noise.place < low)
    found = noise.log_ratios(one, other)
    open1, open2 = ((noise.counts[cells] > 0).sum(axis=0) for cells in (one, other))
    seen = np.log((open1 + 0.5) / (open2 + 0.5))
    weight = open1 + open2
    slope = (weight * found * seen).sum() / (weight * found**2).sum()
    assert slope == pytest.approx(1.0, abs=0.15)


def test_groups_that_know_nothing_of_the_map_were_not_chosen_by_it(noise):
    halves = np.array_split(np.random.default_rng(1).permutation(N_CELLS), 2)
    found = noise.log_ratios(*halves)
    assert found is None or np.abs(found).max() < 0.1


def test_kinds_that_really_differ_were_not_chosen_by_noise():
    kind = np.random.default_rng(2).integers(0, 2, N_CELLS)
    placed = Placed(kind)
    found = placed.log_ratios(np.flatnonzero(kind == 1), np.flatnonzero(kind == 0))
    assert found is None or np.abs(found).max() < 0.1


def test_map_without_slopes_chooses_nothing(noise):
    flat = Encodings(_linear(np.zeros(N_REGIONS)), cells_of(noise.counts))
    groups = np.arange(100), np.arange(100, 300)
    assert choice_of(flat, groups, [np.full(N_REGIONS, 0.1)] * 2) == (0.0, None)


def test_what_is_left_of_a_normal_variance_tells_how_far_its_mean_moved():
    """The upper half has the mean 0.798 and the variance 1 - 2 / pi."""
    whole = 1.0 + REAL
    moved = _moved((1.0 - 2.0 / np.pi) * whole) * np.sqrt(whole)
    assert moved == pytest.approx(np.sqrt(2.0 / np.pi), abs=0.01)
    assert _moved(2.0 * whole) < 1e-3
