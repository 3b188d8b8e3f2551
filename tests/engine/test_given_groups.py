"""Comparisons of given groups by the default: planted truth, from training to the table."""

import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.differential import compare
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.plan import TrainingPlan
from peakvi_widgets.engine.posterior import Encodings
from peakvi_widgets.engine.question import Question
from peakvi_widgets.engine.train import TrainingState, fit
from tests.engine.simulated import cells_of

N_REGIONS = 1200


class Compared:
    """Two kinds of cells in two batches, and what a comparison of the kinds calls."""

    def __init__(self, n_cells, *, share, fold, spread, one_sided, seed=0):
        random = np.random.default_rng(seed)
        self.kind, batch = random.integers(0, 2, n_cells), random.integers(0, 2, n_cells)
        self.is_changed = np.arange(N_REGIONS) < share * N_REGIONS
        sign = np.where(one_sided | (random.random(N_REGIONS) < 0.5), 1.0, -1.0)
        effects = np.stack(
            [
                np.where(self.is_changed, np.log(fold) * sign, 0.0),
                np.where(random.random(N_REGIONS) < 0.1, 1.0, 0.0),
            ]
        )
        rate = random.beta(1.2, 15.0, N_REGIONS)
        rate = rate * np.exp(np.stack([self.kind, batch], axis=1) @ effects)
        depth = np.exp(random.normal(0.0, spread, n_cells))
        counts = random.poisson(np.minimum(depth[:, None] * rate, 3.0))
        self.cells = cells_of(counts, batch[:, None])
        self.model = initialise(PeakVAE(architecture(N_REGIONS, (2,))), seed)
        for _ in fit(self.model, self.cells, TrainingPlan(n_threads=1), TrainingState(), seed):
            pass

    def calls(self, *, most=None, **question):
        """Return how many are called, and the shares of changed and unchanged ones called."""
        groups = [np.flatnonzero(self.kind == kind)[:most] for kind in (1, 0)]
        asked = Question(n_samples=1000, level="group", **question)
        encodings = Encodings(self.model.eval(), self.cells)
        *_, last = compare(encodings, *groups, asked, pd.RangeIndex(N_REGIONS))
        called = last.table.is_da_fdr.to_numpy()
        return called.sum(), called[self.is_changed].mean(), called[~self.is_changed].mean()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_cells", "truth"),
    [
        (300, {"share": 0.15, "fold": 5.0, "spread": 0.3, "one_sided": True}),
        (600, {"share": 0.3, "fold": 4.0, "spread": 0.5, "one_sided": False}),
        (1500, {"share": 0.05, "fold": 4.0, "spread": 0.5, "one_sided": True}),
    ],
)
def test_changed_regions_are_called_and_hardly_any_others(n_cells, truth):
    compared = Compared(n_cells, **truth)
    for estimand in ("difference", "log2"):
        for batch_correction in (False, True):
            n, right, wrong = compared.calls(estimand=estimand, batch_correction=batch_correction)
            n_wrong = wrong * (~compared.is_changed).sum()
            assert right > 0.5
            assert wrong < 0.05
            assert n_wrong < 0.12 * n


@pytest.mark.slow
def test_a_few_cells_of_two_kinds_that_are_far_apart_tell_as_much_as_their_neighbors():
    compared = Compared(600, share=0.15, fold=5.0, spread=0.5, one_sided=True)
    for estimand in ("difference", "log2"):
        for batch_correction in (False, True):
            asked = {"estimand": estimand, "batch_correction": batch_correction}
            n, right, wrong = compared.calls(most=40, **asked)
            assert right > 0.7
            assert wrong * (~compared.is_changed).sum() < 0.12 * n
