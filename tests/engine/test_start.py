"""Where training starts: at what is there, and at nothing else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import sparse
from sklearn.cluster import KMeans

from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.differential import compare
from peakvi_widgets.engine.learner import AutogradLearner
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.plan import FROM_SCRATCH, TrainingPlan
from peakvi_widgets.engine.posterior import Encodings, encode
from peakvi_widgets.engine.question import Question
from peakvi_widgets.engine.resolved_plan import resolved
from peakvi_widgets.engine.start import _deal, start
from peakvi_widgets.engine.train import TrainingState, fit
from tests.engine.simulated import cells_of, grouped, noise

pytestmark = pytest.mark.slow

PLAN = TrainingPlan(n_threads=1)


def network(cells, seed=0, **choices):
    n_categories = tuple(int(column.max()) + 1 for column in cells.codes.T)
    shape = architecture(cells.n_regions, n_categories, cells.continuous.shape[1], **choices)
    return initialise(PeakVAE(shape), seed)


def trained(cells, plan=PLAN, **choices):
    model, state = network(cells, **choices), TrainingState()
    for _ in fit(model, cells, plan, state, seed=0):
        pass
    return model.eval(), state


def latent(model, cells):
    return Encodings(model, cells).mean(np.arange(cells.n_cells))


def called(model, cells, group1, group2, **question):
    asked = Question(n_samples=1000, **{"level": "group", **question})
    *_, last = compare(
        Encodings(model, cells), group1, group2, asked, pd.RangeIndex(cells.n_regions)
    )
    return last.table.is_da_fdr.to_numpy()


def ends(values):
    low, high = np.quantile(values, [0.25, 0.75])
    return np.flatnonzero(values > high), np.flatnonzero(values < low)


@pytest.mark.slow
@pytest.mark.parametrize("n_cells", [300, 900])
@pytest.mark.parametrize("kind", ["fragments", "binary"])
def test_noise_trained_by_the_default_calls_nothing(n_cells, kind):
    counts = noise(n_cells)
    cells = cells_of(counts if kind == "fragments" else counts > 0)
    model, state = trained(cells)
    assert state.started.dimensions.n_confirmed == 0
    assert state.started.scales == ()
    z = latent(model, cells)
    axis = np.linalg.svd(z - z.mean(axis=0), full_matrices=False)[0][:, 0]
    halves = KMeans(2, n_init=2, random_state=0).fit_predict(z)
    groups = [ends(axis), ends(z[:, 0]), (np.flatnonzero(halves), np.flatnonzero(halves == 0))]
    for one, other in groups:
        assert min(len(one), len(other)) > 0  # there is always something to draw
        for estimand in ("difference", "log2"):
            for level in ("group", "cell"):
                found = called(model, cells, one, other, estimand=estimand, level=level)
                assert found.mean() <= 0.01


def test_planted_groups_come_apart_and_their_regions_are_called():
    counts, group, _ = grouped()
    cells = cells_of(counts)
    model, state = trained(cells)
    assert state.started.dimensions.n_confirmed == 2
    z = latent(model, cells)
    found = KMeans(3, n_init=3, random_state=0).fit_predict(z)
    together = np.mean([np.bincount(found[group == one]).max() for one in range(3)]) / 200
    assert together > 0.9
    table = called(model, cells, np.flatnonzero(group == 0), np.flatnonzero(group == 1))
    assert table[:160].mean() > 0.6
    assert table[160:].mean() < 0.03


def test_ends_of_a_group_without_structure_call_next_to_nothing():
    counts, group, _ = grouped(900)
    cells = cells_of(counts)
    model, _ = trained(cells)
    z = latent(model, cells)
    for one in range(3):
        inside = np.flatnonzero(group == one)
        centered = z[inside] - z[inside].mean(axis=0)
        axis = np.linalg.svd(centered, full_matrices=False)[0][:, 0]
        low, high = (inside[end] for end in ends(axis))
        assert called(model, cells, low, high).mean() <= 0.02


@pytest.mark.parametrize("seed", [0, 1])
def test_a_kind_with_more_open_regions_is_not_taken_for_deeper_cells(seed):
    random = np.random.default_rng(seed)
    kind, rate = random.integers(0, 2, 500), random.beta(1.2, 15.0, 1200)
    depth = np.exp(random.normal(0.0, 0.4, 500))
    more = np.where(np.arange(1200) < 180, 6.0, 1.0)
    counts = random.poisson(depth[:, None] * rate * np.where(kind[:, None] == 1, more, 1.0))
    cells = cells_of(counts)
    model = network(cells)
    assert start(model, cells, np.arange(500), seed).dimensions.n_confirmed == 1
    found = Encodings(model, cells).depth(np.arange(500)) / depth
    assert found[kind == 1].mean() / found[kind == 0].mean() == pytest.approx(1.0, abs=0.15)
    inside = counts[kind == 0].sum(axis=1)
    assert np.corrcoef((found * depth)[kind == 0], inside)[0, 1] > 0.9


def test_started_network_knows_more_than_a_random_one_learns_in_an_epoch():
    counts, _, _ = grouped()
    cells = cells_of(counts)
    losses = {}
    for name, plan in {"started": PLAN, "random": FROM_SCRATCH}.items():
        _, state = trained(cells, replace(plan, max_epochs=1, n_threads=1))
        losses[name] = state.history[0].reconstruction_loss_validation
    assert losses["started"] < losses["random"] - 5.0


def test_start_looks_at_no_cell_but_those_to_learn_from():
    counts, _, _ = grouped()
    train = np.arange(500)
    one, other = cells_of(counts), cells_of(np.vstack([counts[:500], counts[500:] * 0 + 3]))
    models = [network(cells) for cells in (one, other)]
    for model, cells in zip(models, (one, other), strict=True):
        start(model, cells, train, seed=0)
    for name, weight in models[0].state_dict().items():
        assert torch.equal(weight, models[1].state_dict()[name]), name


def test_start_is_the_same_for_the_same_seed_and_another_for_another():
    cells = cells_of(grouped()[0])
    first, same, other = (network(cells) for _ in range(3))
    for model, seed in ((first, 1), (same, 1), (other, 2)):
        start(model, cells, np.arange(cells.n_cells), seed)
    weights = [model.z_encoder.mean_encoder.weight for model in (first, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_latent_does_not_follow_depth_but_the_depth_factor_does():
    counts, group, depth = grouped(spread=0.6)
    cells = cells_of(counts)
    model, _ = trained(cells, replace(PLAN, max_epochs=2))
    z = latent(model, cells)
    for one in range(3):
        inside = group == one
        r = [np.corrcoef(axis[inside], np.log(depth[inside]))[0, 1] for axis in z[:, :2].T]
        assert np.abs(r).max() < 0.4
    factor = Encodings(model, cells).depth(np.arange(cells.n_cells))
    assert np.corrcoef(factor, depth)[0, 1] > 0.8


def test_batch_is_not_started_from():
    counts, _, _ = grouped()
    batch = np.random.default_rng(3).integers(0, 2, len(counts))
    counts[np.ix_(batch == 1, np.arange(400, 700))] = 0
    unknown = cells_of(counts)
    known = cells_of(counts, batch[:, None].astype(np.int64))
    models = {}
    for name, cells in {"unknown": unknown, "known": known}.items():
        models[name] = model = network(cells)
        begun = start(model, cells, np.arange(cells.n_cells), seed=0)
        assert begun.dimensions.n_confirmed == (3 if name == "unknown" else 2)

    def follows(name, cells):
        z = latent(models[name].eval(), cells)[:, :3]
        return max(abs(np.corrcoef(axis, batch)[0, 1]) for axis in z.T)

    assert follows("unknown", unknown) > 0.8
    assert follows("known", known) < 0.3


@pytest.mark.parametrize(
    "choices",
    [
        {"encode_covariates": True, "deeply_inject_covariates": True},
        {"model_depth": False, "region_factors": False},
        {"n_layers_encoder": 1, "n_layers_decoder": 1},
        {"n_layers_encoder": 3, "n_latent": 1},
        {"use_layer_norm": "none"},
    ],
)
def test_every_plain_network_can_start(choices):
    counts, _, _ = grouped()
    random = np.random.default_rng(0)
    codes = np.column_stack([random.integers(0, 2, 600), random.integers(0, 3, 600)])
    cells = cells_of(counts, codes, random.normal(size=(600, 1)).astype(np.float32))
    model = network(cells, **choices)
    begun = start(model, cells, np.arange(600), seed=0)
    assert len(begun.scales) == min(2, model.shape.n_latent)
    posterior = encode(model.eval(), cells.minibatch(np.arange(600)))
    assert all(torch.isfinite(part).all() for part in posterior[:2])
    spread = posterior.mean.std(dim=0)[: len(begun.scales)].numpy()
    np.testing.assert_allclose(spread, begun.scales, rtol=0.4)
    _, state = trained(cells, replace(PLAN, max_epochs=2), **choices)
    assert np.isfinite([one.reconstruction_loss_validation for one in state.history]).all()


@pytest.mark.parametrize("choices", [{"use_batch_norm": "both"}, {"latent_distribution": "ln"}])
def test_network_that_cannot_start_is_trained_from_scratch(choices):
    cells = cells_of(grouped()[0])
    plan = resolved(TrainingPlan(seed=4), network(cells, **choices), cells, is_fresh=True)
    assert (plan.start, plan.encoder_rate, plan.kl_weighting) == ("none", 1.0, "reference")
    assert (plan.max_epochs, plan.seed) == (60, 4)
    _, state = trained(cells, TrainingPlan(max_epochs=2, n_threads=1), **choices)
    assert state.started is None


def test_network_that_has_learned_is_not_set_again_and_its_encoder_learns():
    cells = cells_of(grouped()[0])
    model, _ = trained(cells, replace(PLAN, max_epochs=1))
    before = model.z_encoder.mean_encoder.weight.clone()
    state = TrainingState()
    for _ in fit(model, cells, replace(PLAN, max_epochs=1), state, seed=0, is_fresh=False):
        pass
    assert state.started is None
    assert state.plan.encoder_rate == 1.0
    chosen = resolved(TrainingPlan(encoder_rate=0.2), model, cells, is_fresh=False)
    assert (chosen.start, chosen.encoder_rate) == ("none", 0.2)
    assert resolved(chosen, model, cells, is_fresh=False, before=chosen) == chosen
    after = model.z_encoder.mean_encoder.weight
    assert 0.0 < (after - before).abs().max() < 0.1 * before.abs().max()


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_encoders_learn_at_their_own_rate(monkeypatch, compiled, rate):
    if not compiled:
        monkeypatch.setattr("peakvi_widgets.engine.train.IS_COMPILED", False)
    cells = cells_of(grouped()[0])
    model = network(cells)
    start(model, cells, np.arange(cells.n_cells), seed=0)
    plan = replace(PLAN, max_epochs=1, start="spectral", encoder_rate=rate)
    learned, state = trained(cells, plan)
    assert isinstance(state.learner, AutogradLearner) is not compiled
    begun = network(cells)
    start(begun, cells, state.split.train, seed=0)
    moved = {
        name: (weight - learned.state_dict()[name]).abs().max() > 0
        for name, weight in begun.state_dict().items()
    }
    encoders = [moved[name] for name in moved if name.startswith(("z_encoder", "d_encoder"))]
    assert (any(encoders) and all(encoders)) if rate else not any(encoders)
    assert moved["z_decoder.output.0.weight"]


@pytest.mark.parametrize("n_cells", [12, 50])
def test_few_cells_can_be_trained(n_cells):
    cells = cells_of(grouped(n_cells, 300)[0])
    model, state = trained(cells, replace(PLAN, max_epochs=2))
    assert np.isfinite(latent(model, cells)).all()
    assert state.end.n_epochs == 2


def test_run_that_goes_on_keeps_the_rate_of_its_encoders():
    cells = cells_of(grouped()[0])
    model, state = network(cells), TrainingState()
    for _ in fit(model, cells, replace(PLAN, max_epochs=1, encoder_rate=0.0), state, seed=0):
        pass
    for _ in fit(model, cells, replace(PLAN, max_epochs=2), state, seed=0):
        pass
    assert state.plan.encoder_rate == 0.0
    assert state.n_epochs == 2


def test_going_on_after_a_stop_is_as_if_it_had_not_stopped():
    cells = cells_of(grouped()[0])
    whole, _ = trained(cells, replace(PLAN, max_epochs=3))
    model, state = network(cells), TrainingState()
    for stop_after in (1, 20, 1000):
        steps = fit(model, cells, replace(PLAN, max_epochs=3), state, seed=0)
        for _ in zip(range(stop_after), steps, strict=False):
            pass
        steps.close()
    for name, weight in whole.state_dict().items():
        assert torch.equal(weight, model.state_dict()[name]), name


def test_every_open_entry_is_dealt_to_one_part_and_the_parts_average_to_the_whole():
    counts = sparse.random(50, 80, 0.3, "csr", random_state=0, dtype=np.float32)
    parts = list(_deal(counts, 5, np.random.default_rng(0)))
    assert len(parts) == 5
    assert sum(part.nnz for part in parts) == counts.nnz
    assert min(part.nnz for part in parts) > 0.1 * counts.nnz
    assert abs(sum(parts) / 5 - counts).max() < 1e-5
