"""What a network says of cells does not depend on what was asked before."""

import numpy as np
import pytest
import torch

from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.posterior import Encodings, accessibility, drawn, first_layer, latent


def test_answers_are_the_same_in_any_order_and_company(network, planted):
    one, other = Encodings(network, planted.cells), Encodings(network, planted.cells)
    some = np.array([499, 3, 130])
    alone = one.mean(some)
    together = other.mean(np.arange(planted.cells.n_cells))
    assert np.array_equal(alone, together[some])
    assert np.array_equal(one.depth(some), other.depth(some))


def test_a_cell_is_encoded_once(network, planted):
    encodings = Encodings(network, planted.cells)
    shares = list(encodings.know(np.arange(300)))
    assert shares == [pytest.approx(1 / 3), pytest.approx(2 / 3), 1.0]
    assert list(encodings.know(np.array([5, 200]))) == []


@pytest.mark.parametrize("density", [0.0, 1.0], ids=["sparse", "dense"])
@pytest.mark.parametrize("sees_covariates", [False, True])
def test_first_layer_is_that_of_the_network(planted, density, sees_covariates):
    shape = architecture(planted.cells.n_regions, (2,), encode_covariates=sees_covariates)
    network, cells = initialise(PeakVAE(shape), 0), planted.cells.minibatch(np.arange(50))
    layer = network.z_encoder.encoder.first
    with torch.no_grad():
        expected = network.first_layers(cells.dense(), cells.codes, cells.continuous).z - layer.bias
        value = first_layer(network, cells, layer.weight.t().contiguous(), density)
    torch.testing.assert_close(value, expected, rtol=1e-5, atol=1e-5)


def test_depth_is_one_where_it_is_not_modelled(planted):
    shape = architecture(planted.cells.n_regions, (2,), model_depth=False)
    encodings = Encodings(initialise(PeakVAE(shape), 0), planted.cells)
    assert encodings.depth(np.array([0, 7])).tolist() == [1.0, 1.0]


def test_latent_of_a_normal_is_its_mean_and_of_a_logistic_normal_lies_on_the_simplex(planted):
    mean, variance = np.float32([[0.5, -1.0]]), np.float32([[0.1, 0.2]])
    for distribution, total in (("normal", -0.5), ("ln", 1.0)):
        shape = architecture(planted.cells.n_regions, latent_distribution=distribution)
        value = latent(PeakVAE(shape), mean, variance, n_draws=100, seed=0)
        assert value.sum() == pytest.approx(total)


def test_logistic_normal_mean_tends_to_the_softmax_as_variance_vanishes(planted):
    shape = architecture(planted.cells.n_regions, latent_distribution="ln")
    mean, nothing = np.float32([[0.5, -1.0]]), np.zeros((1, 2), np.float32)
    value = latent(PeakVAE(shape), mean, nothing, n_draws=3, seed=0)
    np.testing.assert_allclose(value, torch.softmax(torch.from_numpy(mean), 1), rtol=1e-6)


def test_draws_scatter_as_the_posterior_says(network):
    mean, variance = np.full((20_000, 2), 3.0, np.float32), np.full((20_000, 2), 4.0, np.float32)
    z = drawn(network, mean, variance, np.random.default_rng(0))
    assert z.mean() == pytest.approx(3.0, abs=0.05)
    assert z.var() == pytest.approx(4.0, rel=0.05)


def test_accessibility_comes_in_pieces_that_fit_together(network, planted):
    cells = np.array([5, 1, 400, 5])
    encodings = Encodings(network, planted.cells)
    (whole,) = accessibility(encodings, cells)
    pieces = list(accessibility(encodings, cells, cells_at_once=3))
    assert [len(piece) for piece in pieces] == [3, 1]
    np.testing.assert_allclose(np.concatenate(pieces), whole, rtol=1e-6)
