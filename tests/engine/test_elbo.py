"""Reconstruction error and divergence of cells, by the formula and against a coin."""

import math

import numpy as np
import pytest
import torch
from torch.distributions import Normal

from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.elbo import elbo_parts
from peakvi_widgets.engine.loss import elbo
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.posterior import Encodings, drawn

CELLS = np.array([3, 499, 7])


def test_fair_coins_cost_ln2_a_region(planted):
    shape = architecture(planted.cells.n_regions, (2,), model_depth=False, region_factors=False)
    network = initialise(PeakVAE(shape), 0)
    torch.nn.init.zeros_(network.z_decoder.last.weight)
    torch.nn.init.zeros_(network.z_decoder.last.bias)
    parts = elbo_parts(Encodings(network, planted.cells), CELLS, seed=0)
    expected = planted.cells.n_regions * math.log(2)
    np.testing.assert_allclose(parts.reconstruction, expected, rtol=1e-6)


def test_kl_of_a_shifted_unit_normal_is_half_its_squared_mean(network, planted):
    for head, bias in ((network.z_encoder.mean_encoder, 3.0), (network.z_encoder.var_encoder, 0.0)):
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.constant_(head.bias, bias)
    parts = elbo_parts(Encodings(network, planted.cells), CELLS, seed=0)
    np.testing.assert_allclose(parts.kl, network.shape.n_latent * 4.5, rtol=1e-6)


def test_parts_are_those_of_the_objective_at_the_same_latent(network, planted):
    encodings = Encodings(network, planted.cells)
    parts, rows = elbo_parts(encodings, CELLS, seed=5), planted.cells.minibatch(CELLS)
    mean, variance = encodings.mean(CELLS), encodings.variance(CELLS)
    z = torch.from_numpy(drawn(network, mean, variance, np.random.default_rng(5)))
    with torch.no_grad():
        terms = elbo(
            network.accessibility(network.hidden(z, rows.codes, rows.continuous)),
            torch.from_numpy(encodings.depth(CELLS))[:, None],
            network.factors(),
            rows.dense(),
            Normal(torch.from_numpy(mean), torch.from_numpy(variance).sqrt()),
        )
    np.testing.assert_allclose(parts.reconstruction, terms.reconstruction, rtol=1e-5)
    np.testing.assert_allclose(parts.kl, terms.kl, rtol=1e-4)


def test_more_draws_scatter_less(network, planted):
    encodings = Encodings(network, planted.cells)
    scatter = [
        np.std([elbo_parts(encodings, CELLS[:1], seed, n).reconstruction for seed in range(40)])
        for n in (1, 16)
    ]
    assert scatter[1] == pytest.approx(scatter[0] / 4, rel=0.5)
