"""What donors say of a table, against planted truth: real differences, and those of one donor."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from peakvi_widgets.engine.cells import Cells
from peakvi_widgets.engine.donor_evidence import donor_evidence
from peakvi_widgets.engine.group_warnings import donor_warnings
from peakvi_widgets.engine.held_out import HeldOut
from peakvi_widgets.engine.thinned_cells import ThinnedCells

N_REGIONS, N_REAL, N_CELLS = 400, 40, 50  # cells of a donor in a group
REGIONS = pd.Index([f"chr1:{1000 * i}-{1000 * i + 500}" for i in range(N_REGIONS)])
IS_REAL = np.arange(N_REGIONS) < N_REAL


def simulated(donors1, donors2, *, fold=4.0, only=None):
    """Counts in which the first regions are more open in group 1, perhaps in one donor only."""
    random = np.random.default_rng(0)
    parts, names = [], []
    for group, donors in ((1, donors1), (2, donors2)):
        for donor in donors:
            is_up = IS_REAL & (group == 1) & (only in (None, donor))
            rates = 0.1 * np.where(is_up, fold, 1.0) * random.uniform(0.5, 2.0, (N_CELLS, 1))
            parts.append(random.poisson(rates))
            names += [donor] * N_CELLS
    n1 = N_CELLS * len(donors1)
    counts = sparse.csr_matrix(np.concatenate(parts).astype("float32"))
    cells = Cells(counts, np.zeros((len(names), 1), np.int64), np.zeros((len(names), 0), "f4"))
    return cells, np.arange(n1), np.arange(n1, len(names)), pd.Series(names)


def table(sign=1.0):
    """What a model may say: the first regions are called as more open in group 1."""
    effect = np.where(IS_REAL, 0.3 * sign, 0.0)
    return pd.DataFrame({"is_da_fdr": IS_REAL, "effect_size": effect}, index=REGIONS)


def test_donors_that_agree_are_counted_and_confirm():
    of = donor_evidence(*simulated("abc", "abc"), "donor", table())
    assert of.check.design == "paired"
    assert of.check.donors1 == of.check.donors2 == ("a", "b", "c")
    assert (of.check.n_called, of.check.n_signs) == (N_REAL, N_REAL)
    assert of.check.n_agree == N_REAL
    assert of.check.n_significant > 0.8 * N_REAL
    assert of.check.sentence.startswith("In 3 of 3 donors the sign agrees for 100% of 40 called")
    assert (of.columns["n_donors_agree"][IS_REAL] == 3).all()
    assert (of.columns["donor_effect"][IS_REAL] > 0).all()


def test_a_sign_against_that_of_the_donors_agrees_in_none():
    of = donor_evidence(*simulated("abc", "abc"), "donor", table(-1.0))
    assert of.check.n_agree == of.check.n_significant == 0
    assert (of.columns["n_donors_agree"][IS_REAL] == 0).all()


@pytest.mark.parametrize(("donors1", "donors2"), [("abc", "abc"), ("abc", "def")])
def test_a_difference_of_one_donor_alone_is_not_significant(donors1, donors2):
    cells = simulated(donors1, donors2, only="a")
    of = donor_evidence(*cells, "donor", table())
    assert of.check.n_significant < 0.05 * N_REAL
    assert of.check.n_agree < 0.8 * N_REAL


def test_other_donors_in_each_group_lie_on_the_side_of_their_group():
    of = donor_evidence(*simulated("abc", "de"), "donor", table())
    assert of.check.design == "unpaired"
    assert of.rates.shape == (N_REGIONS, 5)
    assert of.check.n_agree == N_REAL
    assert (of.columns["n_donors_agree"][IS_REAL] == 5).all()
    assert "(3 against 2)" in of.check.sentence
    one = of.rates[0]
    assert one[:3].min() > one[3:].max()


def test_fewer_than_two_donors_a_group_are_refused_in_one_sentence():
    of = donor_evidence(*simulated("ab", "c"), "donor", table())
    assert of.columns is None
    assert of.check.design == "refused"
    assert of.check.sentence.startswith("Group 2 has 10 cells or more only from donor 'c'; two")
    assert of.check.sentence.count(".") == 1


def test_cells_in_both_groups_count_for_neither():
    cells, cells1, cells2, donors = simulated("ab", "ab")
    plain = donor_evidence(cells, cells1[5:], cells2, donors, "donor", table())
    shared = donor_evidence(cells, cells1, np.r_[cells1[:5], cells2], donors, "donor", table())
    np.testing.assert_array_equal(plain.rates, shared.rates)


def test_held_out_fragments_count_where_there_are_some():
    cells, *groups = simulated("abc", "abc")
    every = cells.rows(np.arange(cells.n_cells))
    names = pd.Index([f"cell{i}" for i in range(cells.n_cells)])
    thinned = ThinnedCells(every, cells.codes, cells.continuous, HeldOut(0.5), names, REGIONS)
    of = donor_evidence(thinned, *groups, "donor", table())
    assert of.check.is_held_out
    held_out = thinned.held_out(groups[0])
    total = held_out[:N_CELLS].sum()
    expected = 1e4 * held_out[:N_CELLS].sum(axis=0).A1[0] / total
    assert of.rates[0, 0] == pytest.approx(expected)
    plain = donor_evidence(cells, *groups, "donor", table())
    assert not plain.check.is_held_out
    assert plain.rates[0, 0] != pytest.approx(expected)


def test_two_cut_sites_are_one_fragment():
    cells, *groups = simulated("ab", "ab")
    fragments = cells.rows(np.arange(cells.n_cells))
    sites = Cells(2 * fragments, cells.codes, cells.continuous)
    of = [donor_evidence(one, *groups, "donor", table()) for one in (cells, sites)]
    np.testing.assert_array_equal(of[0].rates, of[1].rates)
    pd.testing.assert_frame_equal(of[0].columns, of[1].columns)


def test_nothing_called_is_nothing_to_compare():
    none = table().assign(is_da_fdr=False)
    of = donor_evidence(*simulated("ab", "ab"), "donor", none)
    assert of.check.sentence == (
        "No region is called, so there is nothing to compare across all 2 donors."
    )


@pytest.mark.parametrize(
    ("names", "texts"),
    [
        ("ab" * 10, []),
        ("a" * 8 + "bb" + "ab" * 5, []),  # 80 % is not more than 80 %
        ("a" * 9 + "b" + "ab" * 5, ["90% of the cells of group 1 come from donor 'a'"]),
        ("ab" * 5 + "b" * 10, ["All cells of group 2 come from donor 'b'"]),
    ],
)
def test_a_group_of_nearly_one_donor_is_said(names, texts):
    found = donor_warnings(pd.Series(list(names)), np.arange(10), np.arange(10, 20))
    assert [one.text.split(":")[0] for one in found] == texts
    assert all(one.kind == "one donor" for one in found)
