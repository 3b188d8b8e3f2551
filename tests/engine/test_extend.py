"""New categories: what was known stays to the last bit, and only new columns are learned."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.extend import ColumnLearner, extended, new_columns
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.plan import FROM_SCRATCH

EVERYWHERE = {"encode_covariates": True, "deeply_inject_covariates": True}


def answers(network, x, codes):
    continuous = torch.zeros(len(x), network.shape.n_continuous)
    with torch.no_grad():
        posterior = network.encode(x, codes, continuous)
        hidden = network.hidden(posterior.mean, codes, continuous)
        return posterior.mean, network.depth(posterior), network.accessibility(hidden)


@pytest.mark.parametrize("choices", [{}, EVERYWHERE], ids=["decoder", "everywhere"])
@pytest.mark.parametrize(
    ("known", "now"),
    [
        ((2,), (3,)),
        ((1,), (2,)),
        ((2, 3), (4, 3)),
        ((2, 1), (3, 2)),
        ((1, 3), (1, 5)),
        ((2,), (2,)),
    ],
)
def test_known_categories_mean_what_they_meant(known, now, choices):
    network = initialise(PeakVAE(architecture(60, known, 1, **choices)), seed=1).eval()
    larger = extended(network, now)
    random = np.random.default_rng(0)
    x = torch.from_numpy(random.integers(0, 2, (20, 60)).astype(np.float32))
    codes = torch.from_numpy(np.stack([random.integers(0, n, 20) for n in known], axis=1))
    for before, after in zip(answers(network, x, codes), answers(larger, x, codes), strict=True):
        torch.testing.assert_close(after, before, rtol=1e-5, atol=1e-6)


def test_new_category_begins_as_the_mean_of_the_known_ones():
    network = initialise(PeakVAE(architecture(60, (2,))), seed=1)
    weight = extended(network, (4,)).z_decoder.px_decoder.first.weight
    known, new = weight[:, -4:-2], weight[:, -2:]
    torch.testing.assert_close(new, known.mean(dim=1, keepdim=True).expand(-1, 2))


def test_new_columns_are_counted_once_a_layer_that_sees_them():
    network = initialise(PeakVAE(architecture(60, (2, 3), **EVERYWHERE)), seed=1)
    masks = new_columns(extended(network, (4, 3)))
    n_hidden = network.shape.n_hidden
    assert {int(mask.sum()) for mask in masks.values()} == {2 * n_hidden}
    assert len(masks) == 5  # two layers of the encoder, one of the depth's, two of the decoder
    assert new_columns(extended(network, (2, 3))) == {}


@pytest.mark.parametrize("choices", [{}, {**EVERYWHERE, "use_batch_norm": "both"}])
def test_only_new_columns_are_learned(planted, choices):
    network = initialise(PeakVAE(architecture(planted.cells.n_regions, (2,), **choices)), seed=1)
    model, counts = extended(network, (3,)), planted.cells.minibatch(np.arange(100))
    cells = counts._replace(codes=torch.full_like(counts.codes, 2))
    learner = ColumnLearner(model, replace(FROM_SCRATCH, weight_decay=0.5), torch.device("cpu"))
    for _ in range(3):
        learner.learn(cells, kl_weight=1.0, lr=0.01, generator=torch.Generator().manual_seed(0))
    masks = new_columns(model)
    before, after = model.state_dict(), learner.model.state_dict()
    for name, value in before.items():
        if name in masks:
            assert torch.equal(after[name] != value, masks[name] == 1), name
        elif "num_batches" not in name:
            assert torch.equal(after[name], value), name


def test_learning_new_columns_lowers_the_loss(planted):
    network = initialise(PeakVAE(architecture(planted.cells.n_regions, (2,), dropout_rate=0)), 1)
    model = extended(network, (3,))
    cells = planted.cells.minibatch(np.arange(100))
    cells = cells._replace(codes=torch.full_like(cells.codes, 2))
    learner = ColumnLearner(model, FROM_SCRATCH, torch.device("cpu"))
    losses = [
        learner.learn(cells, kl_weight=0.0, lr=0.02, generator=torch.Generator().manual_seed(0))
        for _ in range(20)
    ]
    assert losses[-1].reconstruction < losses[0].reconstruction
