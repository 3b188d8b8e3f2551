"""The fast step against the readable one: the same losses and the same gradients."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import sparse
from torch.utils._python_dispatch import TorchDispatchMode

from peakvi_widgets.engine import copies, fast_learner
from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.cells import Cells
from peakvi_widgets.engine.fast_learner import FastLearner
from peakvi_widgets.engine.learner import AutogradLearner, input_dropout
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.plan import FROM_SCRATCH

N_CELLS, N_REGIONS = 37, 130
PLAN = replace(FROM_SCRATCH, weight_decay=0.1, input_dropout=0.3)
SHAPES = {
    "default": {},
    "covariates": {"encode_covariates": True, "deeply_inject_covariates": True},
    "batch norm": {"use_batch_norm": "both", "use_layer_norm": "none"},
    "no factors": {"model_depth": False, "region_factors": False},
    "logistic normal, one layer": {
        "latent_distribution": "ln", "n_layers_encoder": 1, "n_layers_decoder": 3,
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch):
    """Several chunks, the last one shorter."""
    monkeypatch.setattr(fast_learner, "CHUNK", 48)


@pytest.fixture
def minibatch():
    random = np.random.default_rng(0)
    counts = sparse.csr_matrix(random.poisson(0.3, (N_CELLS, N_REGIONS)))
    counts.data[::7] = 0  # stored zeros are not open
    codes = random.integers(0, 2, (N_CELLS, 2))
    continuous = random.standard_normal((N_CELLS, 1), np.float32)
    return Cells(counts, codes, continuous).minibatch(np.arange(N_CELLS))


def both(plan=PLAN, density=0.01, **choices):
    model = PeakVAE(architecture(N_REGIONS, (2, 3), 1, n_hidden=9, n_latent=4, **choices))
    initialise(model, 1)
    if model.region_factors is not None:
        torch.nn.init.normal_(model.region_factors, generator=torch.Generator().manual_seed(2))
    cpu = torch.device("cpu")
    return FastLearner(model, plan, density), AutogradLearner(model, plan, cpu)


def step(learner, minibatch, seed=5, kl_weight=0.7):
    generator = torch.Generator().manual_seed(seed)
    return learner.learn(minibatch, kl_weight=kl_weight, lr=0.01, generator=generator)


def moments(fast, slow):
    """Return each weight's running mean of gradients in both, by name."""
    shape, model = fast.model.shape, fast.model
    wide = {
        "z_decoder.output.0.weight": fast.last,
        "z_decoder.output.0.bias": fast.bias,
        "region_factors": fast.factors,
    }
    found = {name: torch.from_numpy(one.mean) for name, one in wide.items() if one is not None}
    memory = {
        id(parameter): torch.from_numpy(one.mean)
        for parameter, one in zip(fast.narrow, fast.small, strict=True)
    }
    first = torch.from_numpy(fast.first.mean)
    if fast.covariates.numel():
        first = torch.cat([first, memory[id(fast.covariates)]])
    n = shape.n_hidden
    found["z_encoder.encoder.fc_layers.Layer 0.0.weight"] = first[:, :n].t()
    if shape.model_depth:
        found["d_encoder.px_decoder.fc_layers.Layer 0.0.weight"] = first[:, n:].t()
    for name, parameter in model.named_parameters():
        if id(parameter) in memory:
            found[name] = memory[id(parameter)]
    for name, parameter in slow.model.named_parameters():
        yield name, found.pop(name), slow.optimizer.state[parameter]["exp_avg"]
    assert not found


@pytest.mark.parametrize("choices", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("density", [0.01, 0.9], ids=["sparse", "dense"])
@pytest.mark.parametrize("kl_weighting", ["reference", "bound"])
def test_losses_and_all_gradients_agree(minibatch, choices, density, kl_weighting):
    fast, slow = both(replace(PLAN, kl_weighting=kl_weighting), density, **choices)
    np.testing.assert_allclose(step(fast, minibatch), step(slow, minibatch), rtol=1e-5)
    found = list(moments(fast, slow))
    largest = max(theirs.abs().max().item() for _, _, theirs in found)
    for name, ours, theirs in found:
        # A bias before batch norm has no gradient but rounding: judge it by the others' size.
        near = 2e-6 * theirs.abs().max().item() + 2e-7 * largest
        torch.testing.assert_close(
            ours, theirs, rtol=1e-4, atol=near, msg=lambda m, n=name: f"{n}: {m}"
        )


@pytest.mark.parametrize("density", [0.01, 0.9], ids=["sparse", "dense"])
def test_nothing_is_hidden_without_input_dropout(minibatch, density):
    plain = replace(PLAN, input_dropout=0.0)
    for whole, some in zip(both(plain, density), both(density=density), strict=True):
        assert step(whole, minibatch).reconstruction != step(some, minibatch).reconstruction
    np.testing.assert_allclose(*(step(one, minibatch) for one in both(plain, density)), rtol=1e-5)


@pytest.mark.parametrize("density", [0.01, 0.9], ids=["sparse", "dense"])
def test_nothing_is_hidden_from_the_judge(minibatch, density):
    for plan in (PLAN, replace(PLAN, input_dropout=0.0)):
        for learner in both(plan, density):
            generator = torch.Generator().manual_seed(3)
            loss = learner.judge(minibatch, kl_weight=1.0, generator=generator).loss
            assert loss == pytest.approx(_judged(minibatch), rel=1e-5)


def _judged(minibatch):
    """Loss of the same fresh network, by the formulas alone."""
    _, slow = both(replace(PLAN, input_dropout=0.0))
    slow.model.eval()
    generator = torch.Generator().manual_seed(3)
    return slow.terms(minibatch, 1.0, generator).loss.item()


def test_as_much_is_shown_as_was_there():
    generator = torch.Generator().manual_seed(0)
    factors = input_dropout(100_000, 0.3, generator)
    assert factors.unique().tolist() == pytest.approx([0.0, 1 / 0.7])
    assert factors.mean().item() == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("density", [0.01, 0.9], ids=["sparse", "dense"])
def test_weights_agree_after_several_steps(minibatch, density):
    fast, slow = both(density=density)
    for seed in range(5):
        for learner in (fast, slow):
            step(learner, minibatch, seed)
    ours, theirs = PeakVAE(fast.model.shape), PeakVAE(fast.model.shape)
    fast.copy_to(ours)
    slow.copy_to(theirs)
    for name, value in ours.state_dict().items():
        other = theirs.state_dict()[name]
        # AdamW divides by the gradient's size: where that is next to nothing, noise decides.
        close = torch.isclose(value, other, rtol=1e-3, atol=1e-4)
        assert close.float().mean() > 0.995, name


@pytest.mark.parametrize("choices", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("max_bytes", [0, 10**9], ids=["in a file", "in memory"])
def test_a_rest_changes_nothing_that_is_learned(minibatch, choices, max_bytes, monkeypatch):
    monkeypatch.setattr(copies, "MAX_BYTES", max_bytes)
    (one, _), (other, _) = both(**choices), both(**choices)
    for seed in range(4):
        step(one, minibatch, seed)
        other.rest()
        assert other.last.mean.flags.owndata == (max_bytes > 0)  # memory of its own
        if seed % 2:  # it may also learn where its memory lies
            other.wake()
            assert other.last.mean.flags.owndata
        step(other, minibatch, seed)
    for name, value in one.memory().items():
        assert torch.equal(value, other.memory()[name]), name


@pytest.mark.parametrize("choices", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("density", [0.01, 0.9], ids=["sparse", "dense"])
def test_judging_agrees_and_learns_nothing(minibatch, choices, density):
    fast, slow = both(density=density, **choices)
    before = {name: value.clone() for name, value in fast.model.state_dict().items()}
    one, other = (
        learner.judge(minibatch, kl_weight=0.5, generator=torch.Generator().manual_seed(1))
        for learner in (fast, slow)
    )
    np.testing.assert_allclose(one, other, rtol=1e-5)
    for name, value in fast.model.state_dict().items():
        assert torch.equal(value, before[name])


def test_model_it_began_with_is_left_alone(minibatch):
    model = initialise(PeakVAE(architecture(N_REGIONS, (2, 3), 1)), 0)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    step(FastLearner(model, PLAN, 0.01), minibatch)
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name])
        assert dict(model.named_parameters())[name].requires_grad


def test_certainty_that_is_wrong_costs_100_nats(minibatch):
    """Probabilities that round to 0 and 1 in float32, as PyTorch's cross-entropy counts them."""
    fast, slow = both(model_depth=False, region_factors=False)
    for learner in (fast, slow):
        with torch.no_grad():
            learner.model.z_decoder.last.bias[::2] = -200.0
            learner.model.z_decoder.last.bias[1::2] = 200.0
    for how in ("judge", "learn"):
        one, other = (
            getattr(learner, how)(
                minibatch,
                kl_weight=1.0,
                generator=torch.Generator().manual_seed(1),
                **({"lr": 0.01} if how == "learn" else {}),
            )
            for learner in (fast, slow)
        )
        assert other.reconstruction > 100 * N_REGIONS
        assert one.reconstruction == pytest.approx(other.reconstruction, rel=1e-4)


def test_loss_that_is_not_finite_is_told(minibatch):
    fast, slow = both()
    fast.last.weight[:] = np.nan
    with torch.no_grad():
        slow.model.z_decoder.last.bias[0] = torch.nan
    for learner in (fast, slow):
        with pytest.raises(FloatingPointError):
            step(learner, minibatch)


class ReadsOfValues(TorchDispatchMode):
    """Counts how often Python asks for the value of a tensor, and so waits for its device."""

    def __init__(self):
        super().__init__()
        self.n = 0

    def __torch_dispatch__(self, operation, types, arguments=(), options=None):
        self.n += operation is torch.ops.aten._local_scalar_dense.default
        return operation(*arguments, **(options or {}))


@pytest.mark.parametrize("choices", SHAPES.values(), ids=SHAPES)
def test_terms_of_a_plain_step_wait_for_no_value_of_their_device(choices, minibatch):
    _, slow = both(**choices)
    for is_training in (True, False):
        slow.model.train(is_training)
        with ReadsOfValues() as reads:
            terms = slow.terms(minibatch, 1.0, torch.Generator().manual_seed(0))
        assert reads.n == 0
        with reads:
            assert terms.loss.item() > 0
        assert reads.n == 1  # it does count
