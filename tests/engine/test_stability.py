"""Redraws of a comparison: borders move, what is inside stays, what is planted stays called."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.differential import compare
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.plan import FROM_SCRATCH
from peakvi_widgets.engine.posterior import Encodings
from peakvi_widgets.engine.question import Question
from peakvi_widgets.engine.stability import _border, _redrawn, stability
from peakvi_widgets.engine.stability_check import StabilityCheck
from peakvi_widgets.engine.train import TrainingState, fit


class Line:
    """Cells on a line, in the place of encodings."""

    def __init__(self, places):
        self.places = np.asarray(places, float)

    def mean(self, cells):
        return self.places[cells, None]


def redrawn(places, mine, beside, n=200):
    random = np.random.default_rng(0)
    border = _border(Line(places), np.array(mine), np.array(beside, int))
    return [_redrawn(np.array(mine), *border, random) for _ in range(n)]


def test_members_at_the_border_come_and_go_and_those_inside_stay():
    places = [*range(80), *range(1000, 1020)]
    groups = redrawn(places, range(20, 60), [*range(20), *range(60, 100)])
    every, always = set.union(*map(set, groups)), set.intersection(*map(set, groups))
    assert set(range(20, 60)) < every <= set(range(10, 70))
    assert set(range(30, 50)) <= always < set(range(20, 60))
    assert 38 < np.mean([*map(len, groups)]) < 42


def test_a_group_far_from_all_others_has_no_border():
    groups = redrawn([*range(30), *range(1000, 1030)], range(30), range(30, 60))
    assert all(np.array_equal(group, range(30)) for group in groups)


def test_a_group_without_cells_beside_it_stays():
    assert all(np.array_equal(group, range(30)) for group in redrawn(range(30), range(30), []))


@pytest.fixture(scope="module")
def asked(planted):
    network = initialise(PeakVAE(architecture(planted.cells.n_regions, (2,))), seed=3)
    plan = replace(FROM_SCRATCH, max_epochs=25, lr=0.01, batch_size=64, n_threads=1)
    for _ in fit(network, planted.cells, plan, TrainingState(), seed=0):
        pass
    question = Question(n_samples=1000, first_samples=1000)
    encodings = Encodings(network, planted.cells)
    groups = np.flatnonzero(planted.kind == 1), np.flatnonzero(planted.kind == 0)
    names = pd.Index([str(i) for i in range(planted.cells.n_regions)])
    *_, last = compare(encodings, *groups, question, names)
    return encodings, *groups, question, last.table


def test_shares_count_redraws_and_are_reproducible(asked):
    *steps, last = stability(*asked, n_redraws=5)
    progress = [one.progress for one in steps]
    assert progress == sorted(progress)
    assert {0.2, 0.4, 0.6, 0.8, 1.0} <= set(progress)
    assert all(one.shares is None for one in steps)
    assert np.isin(last.shares * 5, range(6)).all()
    *_, again = stability(*asked, n_redraws=5)
    np.testing.assert_array_equal(last.shares, again.shares)


def test_what_is_planted_stays_called_and_what_is_improbable_never_is(asked, planted):
    *_, last = stability(*asked, n_redraws=10)
    table = asked[-1]
    assert last.shares[np.r_[planted.more_in_1, planted.more_in_0]].mean() > 0.9
    improbable = (table["prob_da"] < 0.2).to_numpy() & ~table["is_da_fdr"].to_numpy(bool)
    assert improbable.any()
    assert (last.shares[improbable] == 0).all()
    called = table["is_da_fdr"].to_numpy(bool)
    assert last.check == StabilityCheck.of(last.shares[called], 10)


def test_a_check_counts_what_stays_called_in_nine_of_ten_redraws():
    check = StabilityCheck.of(np.array([1.0, 0.9, 0.89, 0.0]), 20)
    assert (check.n_called, check.n_stable) == (4, 2)
    assert check.sentence.startswith("2 of 4 called regions stay called in 90% or more of 20")
    assert StabilityCheck.of(np.empty(0), 20).sentence.startswith("No region is called")
