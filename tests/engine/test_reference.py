"""Models trained and saved by scvi-tools give here what they gave there."""

import anndata
import numpy as np
import pandas as pd
import pytest
import torch

from peakvi_widgets.engine.cells import Cells
from peakvi_widgets.engine.checkpoint import read
from peakvi_widgets.engine.differential import compare
from peakvi_widgets.engine.fast_learner import FastLearner
from peakvi_widgets.engine.learner import AutogradLearner
from peakvi_widgets.engine.plan import PRESETS
from peakvi_widgets.engine.posterior import Encodings, accessibility
from peakvi_widgets.engine.question import Question
from peakvi_widgets.engine.schedule import kl_weight

FIRST = np.arange(40)
CLOSE = {"rtol": 2e-6, "atol": 2e-6}  # float32; other BLAS libraries sum in other orders


class Reference:
    """One stored model, its data and what scvi-tools computed with it."""

    def __init__(self, folder, name):
        self.checkpoint = read(folder / name)
        self.obs = anndata.read_h5ad(folder / "counts.h5ad").obs
        counts, setup = anndata.read_h5ad(folder / "counts.h5ad").X, self.checkpoint.setup
        self.cells = Cells(counts, setup.codes(self.obs), setup.continuous(self.obs))
        self.network = self.checkpoint.network()
        self.encodings = Encodings(self.network, self.cells)
        self.outputs = np.load(folder / f"{name}_outputs.npz")
        self.tables = {
            corrected: pd.read_csv(folder / f"{name}_da{suffix}.csv.gz", index_col=0)
            for corrected, suffix in ((False, ""), (True, "_batch_corrected"))
        }


@pytest.fixture(params=["batch", "covariates"], scope="module")
def reference(request, shared_data):
    return Reference(shared_data / "scvi_reference", request.param)


def test_posterior_of_the_latent(reference):
    cells = np.arange(reference.cells.n_cells)
    mean, variance = reference.encodings.mean(cells), reference.encodings.variance(cells)
    np.testing.assert_allclose(mean, reference.outputs["latent_mean"], **CLOSE)
    np.testing.assert_allclose(variance, reference.outputs["latent_variance"], **CLOSE)


def test_factors_of_cells_and_regions(reference):
    depth = reference.encodings.depth(np.arange(reference.cells.n_cells))
    factors = reference.network.factors().detach().numpy()
    np.testing.assert_allclose(depth, reference.outputs["library_factors"], **CLOSE)
    np.testing.assert_allclose(factors, reference.outputs["region_factors"], **CLOSE)


def test_accessibility_at_the_posterior_mean(reference):
    (p,) = accessibility(reference.encodings, FIRST)
    np.testing.assert_allclose(p, reference.outputs["accessibility_first40"], **CLOSE)


def test_accessibility_in_another_batch_with_both_factors(reference):
    batch = reference.checkpoint.setup.batch_code(reference.obs["batch"].unique()[0])
    (p,) = accessibility(
        reference.encodings, FIRST, batch=batch, with_depth=True, with_factors=True
    )
    expected = reference.outputs["accessibility_batch0_with_factors_first40"]
    np.testing.assert_allclose(p, expected, **CLOSE)


def test_accessibility_of_some_regions_only(reference):
    regions = np.array([3, 700, 1499])
    (p,) = accessibility(reference.encodings, FIRST, regions)
    expected = reference.outputs["accessibility_first40"][:, regions]
    np.testing.assert_allclose(p, expected, **CLOSE)


@pytest.mark.parametrize("corrected", [False, True], ids=["plain", "batch-corrected"])
def test_differential_accessibility(reference, corrected):
    """Their table is about the log2 ratio, and its effects are group 2 minus group 1."""
    question = Question(estimand="log2", batch_correction=corrected)
    groups = reference.outputs["idx1"], reference.outputs["idx2"]
    expected = reference.tables[corrected]
    *_, last = compare(reference.encodings, *groups, question, expected.index)
    table = last.table
    assert np.corrcoef(table.prob_da, expected.prob_da)[0, 1] > 0.995
    for name in ("est_prob1", "est_prob2"):
        np.testing.assert_allclose(table[name], expected[name], atol=0.02)
    np.testing.assert_allclose(table.effect_size, -expected.effect_size, atol=0.02)
    for name in ("emp_prob1", "emp_prob2"):
        np.testing.assert_allclose(table[name], expected[name], atol=1e-12)
    np.testing.assert_allclose(table.emp_effect, -expected.emp_effect, atol=1e-12)
    assert (table.is_da_fdr == expected.is_da_fdr).mean() > 0.98


def judged(reference, learner, kl_weight=1.0):
    """Judge the cells that scvi-tools judged by."""
    validation = np.random.RandomState(0).permutation(600)[:60]  # it split with this seed
    return learner.judge(
        reference.cells.minibatch(validation),
        kl_weight=kl_weight,
        generator=torch.Generator().manual_seed(0),
    )


@pytest.fixture(params=["autograd", "fused"])
def learner(request, reference):
    if request.param == "fused":
        return FastLearner(reference.network, PRESETS["scvi"], reference.cells.density)
    return AutogradLearner(reference.network, PRESETS["scvi"], torch.device("cpu"))


def test_losses_of_the_last_epoch(reference, learner):
    """Theirs were computed with other draws of the latent, hence a tolerance of a part in 100."""
    stored = {name: losses[-1] for name, losses in reference.checkpoint.history.items()}
    n_epochs = len(reference.checkpoint.history["validation_loss"])
    losses = judged(reference, learner, kl_weight(PRESETS["scvi"], n_epochs - 1, 0))
    rec, kl = losses.reconstruction / 60, losses.kl / 60
    assert rec == pytest.approx(stored["reconstruction_loss_validation"], rel=0.01)
    assert kl == pytest.approx(stored["kl_local_validation"], rel=1e-5)  # needs no draw
    assert rec + kl == pytest.approx(stored["elbo_validation"], rel=0.01)
    of_draws = losses.reconstruction - 60 * stored["reconstruction_loss_validation"]
    assert losses.loss - 60 * of_draws == pytest.approx(stored["validation_loss"], rel=1e-6)


def test_losses_of_every_epoch_are_weighed_as_told(reference):
    """Reconstruction by the 60 cells of their one minibatch, and the KL by the warm-up."""
    names = "reconstruction_loss_validation", "kl_local_validation", "validation_loss"
    epochs = zip(*map(reference.checkpoint.history.get, names), strict=True)
    for epoch, (rec, kl, loss) in enumerate(epochs):
        weight = kl_weight(PRESETS["scvi"], epoch, 0)
        assert 60 * (60 * rec) + weight * 60 * kl == pytest.approx(loss, rel=2e-7)


def test_history_is_read(reference):
    expected = reference.outputs["reconstruction_loss_validation"]
    stored = reference.checkpoint.history["reconstruction_loss_validation"]
    np.testing.assert_allclose(stored, expected, rtol=1e-6)
