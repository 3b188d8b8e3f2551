"""The PeakVI objective against numbers worked out by hand."""

import math

import pytest
import torch
from torch.distributions import Normal

from peakvi_widgets.engine.loss import elbo

N_CELLS, N_REGIONS, N_LATENT = 4, 6, 2


def standard_posterior() -> Normal:
    return Normal(torch.zeros(N_CELLS, N_LATENT), torch.ones(N_CELLS, N_LATENT))


def random_minibatch(seed: int = 0):
    random = torch.Generator().manual_seed(seed)
    p = torch.rand(N_CELLS, N_REGIONS, generator=random)
    d = torch.rand(N_CELLS, 1, generator=random)
    f = torch.rand(N_REGIONS, generator=random)
    x = torch.randint(0, 2, (N_CELLS, N_REGIONS), generator=random)
    mean = torch.randn(N_CELLS, N_LATENT, generator=random)
    return p, d, f, x, Normal(mean, torch.full((N_CELLS, N_LATENT), 0.5))


def test_fair_coin_costs_ln2_per_region():
    p, ones = torch.full((N_CELLS, N_REGIONS), 0.5), torch.ones(N_CELLS, 1)
    x = torch.randint(0, 3, (N_CELLS, N_REGIONS), generator=torch.Generator().manual_seed(0))
    terms = elbo(p, ones, torch.ones(N_REGIONS), x, standard_posterior(), kl_weighting="bound")
    assert terms.reconstruction.shape == terms.kl.shape == (N_CELLS,)
    assert terms.loss.item() == pytest.approx(N_REGIONS * math.log(2))


def test_depth_and_region_factor_scale_the_probability():
    p, x = torch.full((1, 2), 0.8), torch.tensor([[3, 0]])
    d, f = torch.tensor([[0.5]]), torch.tensor([0.25, 0.5])
    qz = Normal(torch.zeros(1, 1), torch.ones(1, 1))
    expected = -math.log(0.8 * 0.5 * 0.25) - math.log(1 - 0.8 * 0.5 * 0.5)
    assert elbo(p, d, f, x, qz).reconstruction.item() == pytest.approx(expected)


def test_counts_above_one_change_nothing():
    p, d, f, x, qz = random_minibatch()
    torch.testing.assert_close(elbo(p, d, f, x, qz), elbo(p, d, f, 5 * x, qz))


def test_what_cannot_be_costs_100_nats():
    p, one = torch.zeros(1, 1), torch.ones(1, 1)
    qz = Normal(torch.zeros(1, 1), torch.ones(1, 1))
    assert elbo(p, one, torch.ones(1), one, qz).reconstruction.item() == 100.0


@pytest.mark.parametrize("which", range(3))
def test_what_is_not_a_number_gives_no_loss_and_no_error_of_the_device(which):
    *factors, x, qz = random_minibatch()
    factors[which].view(-1)[-1] = math.nan
    terms = elbo(*factors, x, qz)
    assert terms.loss.isnan()
    assert terms.reconstruction.isnan().all()


@pytest.mark.parametrize("kl_weight", [0.0, 0.5, 1.0])
def test_kl_of_a_shifted_unit_normal_is_half_its_squared_mean(kl_weight):
    qz = Normal(torch.full((N_CELLS, N_LATENT), 3.0), torch.ones(N_CELLS, N_LATENT))
    ones, x = torch.ones(N_CELLS, N_REGIONS), torch.ones(N_CELLS, N_REGIONS)
    f = torch.ones(N_REGIONS)
    terms = elbo(ones, torch.ones(N_CELLS, 1), f, x, qz, kl_weight=kl_weight, kl_weighting="bound")
    assert terms.loss.item() == pytest.approx(kl_weight * N_LATENT * 3.0**2 / 2)


def test_reference_weighs_reconstruction_by_the_number_of_cells():
    terms = elbo(*random_minibatch(), kl_weight=0.5)
    expected = N_CELLS * terms.reconstruction.sum() + 0.5 * terms.kl.sum()
    torch.testing.assert_close(terms.loss, expected)


def test_gradient_is_the_one_derived_by_hand():
    p, d, f, x, qz = random_minibatch()
    logits = [torch.logit(a).requires_grad_() for a in (p, d, f)]
    elbo(*map(torch.sigmoid, logits), x, qz).loss.backward()
    q = p * d * f
    r = (q - (x > 0).float()) / (1 - q)  # of log(d f)
    for logit, expected in zip(
        logits,
        (r * (1 - p), (1 - d) * r.sum(1, keepdim=True), (1 - f) * r.sum(0)),
        strict=True,
    ):
        torch.testing.assert_close(logit.grad, N_CELLS * expected)
