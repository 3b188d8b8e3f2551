"""The network: names and shapes of its weights, fresh weights, dropout, covariates."""

import json
import math
from dataclasses import asdict

import numpy as np
import pytest
import torch

from peakvi_widgets.engine.architecture import architecture, n_hidden_for
from peakvi_widgets.engine.module import PeakVAE, dropout, initialise
from peakvi_widgets.errors import DataError


def linear(name: str, n_out: int, n_in: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (n_out, n_in), f"{name}.bias": (n_out,)}


def layers(name: str, n_hidden: int, *n_in: int) -> dict[str, tuple[int, ...]]:
    return {
        key: shape
        for i, n in enumerate(n_in)
        for key, shape in linear(f"{name}.fc_layers.Layer {i}.0", n_hidden, n).items()
    }


def norms(name: str, n_hidden: int) -> dict[str, tuple[int, ...]]:
    slots = {"weight": (n_hidden,), "bias": (n_hidden,), "num_batches_tracked": ()}
    slots |= {"running_mean": (n_hidden,), "running_var": (n_hidden,)}
    return {f"{name}.fc_layers.Layer {i}.1.{k}": v for i in (0, 1) for k, v in slots.items()}


ENCODER, DECODER, DEPTH = "z_encoder.encoder", "z_decoder.px_decoder", "d_encoder.px_decoder"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        pytest.param(
            architecture(50, (2,)),
            {
                "region_factors": (50,),
                **layers(ENCODER, 7, 50, 7),
                **linear("z_encoder.mean_encoder", 2, 7),
                **linear("z_encoder.var_encoder", 2, 7),
                **layers(DECODER, 7, 4, 7),
                **linear("z_decoder.output.0", 50, 7),
                **layers(DEPTH, 7, 50, 7),
                **linear("d_encoder.output.0", 1, 7),
            },
            id="two batches",
        ),
        pytest.param(
            architecture(
                50, (2, 3), 1, n_hidden=8, n_latent=3,
                encode_covariates=True, deeply_inject_covariates=True,
            ),
            {
                "region_factors": (50,),
                **layers(ENCODER, 8, 56, 13),
                **linear("z_encoder.mean_encoder", 3, 8),
                **linear("z_encoder.var_encoder", 3, 8),
                **layers(DECODER, 8, 9, 13),
                **linear("z_decoder.output.0", 50, 8),
                **layers(DEPTH, 8, 56, 8),
                **linear("d_encoder.output.0", 1, 8),
            },
            id="covariates everywhere",
        ),
        pytest.param(
            architecture(50, (2,), n_hidden=8, n_latent=3, use_batch_norm="both"),
            {
                "region_factors": (50,),
                **layers(ENCODER, 8, 50, 8),
                **norms(ENCODER, 8),
                **linear("z_encoder.mean_encoder", 3, 8),
                **linear("z_encoder.var_encoder", 3, 8),
                **layers(DECODER, 8, 5, 8),
                **norms(DECODER, 8),
                **linear("z_decoder.output.0", 50, 8),
                **layers(DEPTH, 8, 50, 8),
                **linear("d_encoder.output.0", 1, 8),
            },
            id="batch norm",
        ),
        pytest.param(
            architecture(50, model_depth=False, region_factors=False),
            {
                **layers(ENCODER, 7, 50, 7),
                **linear("z_encoder.mean_encoder", 2, 7),
                **linear("z_encoder.var_encoder", 2, 7),
                **layers(DECODER, 7, 2, 7),
                **linear("z_decoder.output.0", 50, 7),
            },
            id="one batch, no factors",
        ),
    ],
)  # fmt: skip
def test_weights_have_the_names_and_shapes_of_scvi_tools(shape, expected):
    state = PeakVAE(shape).state_dict()
    assert {name: tuple(value.shape) for name, value in state.items()} == expected


def test_sizes_follow_from_the_regions_as_in_the_tutorial():
    shape = architecture(33142)
    assert (shape.n_hidden, shape.n_latent) == (182, 13)


@pytest.mark.parametrize(
    ("n_regions", "n_hidden"), [(1, 1), (33_142, 182), (65_000, 254), (200_000, 256)]
)
def test_new_models_of_very_many_regions_are_no_wider_than_256(n_regions, n_hidden):
    assert n_hidden_for(n_regions) == n_hidden


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("n_hidden", 0), ("n_hidden", 7.5), ("n_latent", "five"), ("n_layers_encoder", 0)),
        *(("dropout_rate", 1.0), ("dropout_rate", None), ("use_layer_norm", "all")),
        *(("model_depth", "no"), ("encode_covariates", 2)),
    ],
)
def test_size_that_makes_no_sense_is_refused_by_name(name, value):
    with pytest.raises(DataError, match=f"^{name} is "):
        architecture(50, **{name: value})


def test_numbers_of_numpy_become_python_s_own():
    shape = architecture(
        50, n_hidden=np.float64(6.0), n_latent=np.int64(5), dropout_rate=np.float32(0.5),
        n_layers_encoder=np.uint8(1), model_depth=np.bool_(False),
    )  # fmt: skip
    assert json.loads(json.dumps(asdict(shape)))["n_latent"] == 5
    assert (shape.n_hidden, shape.n_layers_encoder, shape.model_depth) == (6, 1, False)


def test_fresh_weights_follow_the_seed_and_touch_no_global_state():
    before = torch.get_rng_state()
    one, same, other = (initialise(PeakVAE(architecture(50)), seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    weight = "z_decoder.output.0.weight"
    assert torch.equal(one.state_dict()[weight], same.state_dict()[weight])
    assert not torch.equal(one.state_dict()[weight], other.state_dict()[weight])


def test_fresh_weights_fill_pytorch_s_range_and_region_factors_start_at_a_half():
    model = initialise(PeakVAE(architecture(400)), 0)
    weight = model.z_encoder.encoder.first.weight
    assert weight.abs().max().item() == pytest.approx(1 / math.sqrt(400), rel=0.01)
    assert torch.equal(model.factors(), torch.full((400,), 0.5))


def encoded(model, seed):
    x = torch.ones(3, 50)
    codes, continuous = torch.zeros(3, 1, dtype=torch.int64), torch.zeros(3, 0)
    return model.encode(x, codes, continuous, torch.Generator().manual_seed(seed)).mean


def test_dropout_is_drawn_from_the_generator_and_only_in_training():
    model = initialise(PeakVAE(architecture(50, n_hidden=20)), 0)
    assert torch.equal(encoded(model, 1), encoded(model, 1))
    assert not torch.equal(encoded(model, 1), encoded(model, 2))
    model.eval()
    assert torch.equal(encoded(model, 1), encoded(model, 2))


def test_dropout_keeps_the_mean():
    dropped = dropout(torch.ones(200, 200), 0.1, torch.Generator().manual_seed(0))
    assert dropped.mean().item() == pytest.approx(1.0, abs=0.01)
    assert (dropped == 0).float().mean().item() == pytest.approx(0.1, abs=0.01)


def test_logistic_normal_latent_lies_on_the_simplex():
    model = initialise(PeakVAE(architecture(50, latent_distribution="ln")), 0).eval()
    codes, continuous = torch.zeros(3, 1, dtype=torch.int64), torch.zeros(3, 0)
    posterior = model.encode(torch.ones(3, 50), codes, continuous)
    z = model.sample(posterior, torch.randn(3, 2, generator=torch.Generator().manual_seed(0)))
    torch.testing.assert_close(z.sum(1), torch.ones(3))


def test_batch_changes_the_decoder_but_not_the_encoder():
    model = initialise(PeakVAE(architecture(50, (2,))), 0).eval()
    x, continuous = torch.ones(2, 50), torch.zeros(2, 0)
    codes = torch.tensor([[0], [1]])
    mean = model.encode(x, codes, continuous).mean
    torch.testing.assert_close(mean[0], mean[1])
    hidden = model.hidden(mean, codes, continuous)
    assert not torch.allclose(hidden[0], hidden[1])
