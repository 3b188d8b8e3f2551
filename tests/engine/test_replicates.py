"""Evidence of donors against planted truth: a difference of one donor is none of the groups."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from peakvi_widgets.engine.replicates import replicates
from peakvi_widgets.errors import DataError

REGIONS = 1500
NAMES = pd.Index([f"chr1:{1000 * i}-{1000 * i + 500}" for i in range(REGIONS)])


def cells_of(rates_of, donors1, donors2, *, n=60, seed=0):
    """Poisson fragments; ``rates_of(donor, group)`` gives the rates of a donor's cells."""
    random = np.random.default_rng(seed)
    parts, donors, groups = [], [], []
    for group, names in ((1, donors1), (2, donors2)):
        for name in names:
            depth = random.uniform(0.5, 2.0, (n, 1))
            parts.append(random.poisson(rates_of(name, group) * depth))
            donors += [name] * n
            groups += [group] * n
    groups = np.array(groups)
    return (
        sparse.csr_matrix(np.concatenate(parts)),
        np.flatnonzero(groups == 1),
        np.flatnonzero(groups == 2),
        pd.Series(donors),
    )


def noisy(seed, scale):
    """Rates that differ between donors, alike in both groups of a donor or apart."""

    def rates_of(name, group, apart=False):
        random = np.random.default_rng([seed, sum(map(ord, name)), group if apart else 0])
        return 0.1 * random.lognormal(0.0, scale, REGIONS)

    return rates_of


@pytest.mark.parametrize("design", ["paired", "unpaired"])
@pytest.mark.parametrize("seed", range(3))
def test_differences_between_donors_are_no_differences_between_groups(design, seed):
    donors = (["a", "b", "c"], ["a", "b", "c"] if design == "paired" else ["d", "e", "f"])
    found = replicates(*cells_of(noisy(seed, 0.5), *donors, seed=seed), NAMES)
    assert found.design == design
    assert (found.table["donor_p"] < 0.01).mean() < 0.02
    assert (found.table["donor_p"] < 0.05).mean() < 0.07


@pytest.mark.parametrize("design", ["paired", "unpaired"])
def test_what_all_donors_agree_on_is_found(design):
    donors = (["a", "b", "c"], ["a", "b", "c"] if design == "paired" else ["d", "e", "f"])
    rates = noisy(0, 0.3)
    real = np.arange(REGIONS) < 100

    def rates_of(name, group):
        return rates(name, group) * np.where(real & (group == 1), 4.0, 1.0)

    found = replicates(*cells_of(rates_of, *donors), NAMES)
    p = found.table["donor_p"].to_numpy()
    assert (p[real] < 0.01).mean() > 0.8
    assert (p[~real] < 0.01).mean() < 0.03
    assert (found.table["donor_effect"].to_numpy()[real] > 0).mean() > 0.97
    assert found.rates.shape == (REGIONS, 6)


def test_a_difference_of_one_donor_alone_is_not_significant():
    odd = np.arange(REGIONS) < 100

    def rates_of(name, group):
        return 0.1 * np.where(odd & (name == "a") & (group == 1), 6.0, 1.0) * np.ones(REGIONS)

    found = replicates(*cells_of(rates_of, ["a", "b", "c"], ["a", "b", "c"]), NAMES)
    assert (found.table["donor_p"].to_numpy()[odd] < 0.001).mean() < 0.05


def test_fewer_than_two_donors_a_side_are_refused():
    given = cells_of(lambda *_: np.full(REGIONS, 0.1), ["a"], ["b", "c"])
    with pytest.raises(DataError, match="Group 1 has 10 cells or more only from donor 'a'"):
        replicates(*given, NAMES)


def test_donors_with_few_cells_are_named_and_left_out():
    fragments, first, second, donors = cells_of(
        lambda *_: np.full(REGIONS, 0.1), ["a", "b"], ["a", "b"]
    )
    donors.iloc[first[:4]] = "rare"
    donors.iloc[first[4:6]] = None
    found = replicates(fragments, first, second, donors, NAMES)
    assert found.left_out == ("rare",)
    assert found.donors1 == found.donors2 == ("a", "b")


def test_swapping_groups_turns_the_sign():
    given = cells_of(noisy(1, 0.4), ["a", "b"], ["a", "b"])
    fragments, first, second, donors = given
    one = replicates(*given, NAMES).table
    other = replicates(fragments, second, first, donors, NAMES).table
    np.testing.assert_allclose(one["donor_effect"], -other["donor_effect"], atol=1e-9)
    np.testing.assert_allclose(one["donor_p"], other["donor_p"], rtol=0.2, atol=1e-6)
