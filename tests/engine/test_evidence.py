"""Held-out evidence against planted truth: what is real is confirmed, what is noise is not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import binomtest

from peakvi_widgets.engine.evidence import evidence
from peakvi_widgets.errors import DataError

N, REGIONS = 200, 400


def table_of(effect, called=None, base=0.2):
    effect = np.asarray(effect, float)
    called = np.abs(effect) > 0 if called is None else np.asarray(called)
    return pd.DataFrame(
        {
            "is_da_fdr": called,
            "effect_size": effect,
            "est_prob1": base + np.maximum(effect, 0),
            "est_prob2": base + np.maximum(-effect, 0),
        },
        index=[f"chr1:{1000 * i}-{1000 * i + 500}" for i in range(len(effect))],
    )


def fragments(rates1, rates2, *, depth1=1.0, depth2=1.0, n=N, seed=0):
    """Poisson fragments of two groups of n cells each."""
    random = np.random.default_rng(seed)
    parts = [
        random.poisson(np.asarray(rates) * depth, (n, len(rates)))
        for rates, depth in ((rates1, depth1), (rates2, depth2))
    ]
    return sparse.csr_matrix(np.concatenate(parts))


FIRST, SECOND = np.arange(N), np.arange(N, 2 * N)


def test_real_differences_are_confirmed_and_the_check_says_so():
    rates = np.full(REGIONS, 0.1)
    higher = rates.copy()
    higher[:60] = 0.35
    effect = np.where(np.arange(REGIONS) < 60, 0.2, 0.0)
    columns, check = evidence(fragments(higher, rates), FIRST, SECOND, table_of(effect))
    assert columns["is_confirmed"].to_numpy()[:60].mean() > 0.95
    assert not columns["is_confirmed"].to_numpy()[60:].any()
    assert check.verdict == "supported"
    assert check.n_called == 60
    assert check.agreement > 0.95
    assert check.expected_agreement > 0.95
    assert f"{check.n_confirmed} confirmed." in check.sentence


@pytest.mark.parametrize("seed", range(5))
def test_noise_that_a_model_memorized_is_called_noise(seed):
    """Effects come from other counts of the same cells, as those of a memorizing model do."""
    rates = np.full(REGIONS, 0.1)
    seen = fragments(rates, rates, seed=100 + seed).toarray()
    effect = seen[:N].mean(0) - seen[N:].mean(0)
    called = np.abs(effect) > np.quantile(np.abs(effect), 0.5)
    columns, check = evidence(
        fragments(rates, rates, seed=seed), FIRST, SECOND, table_of(effect, called)
    )
    assert check.verdict == "noise"
    assert columns["is_confirmed"].sum() <= 2
    assert "noise only" in check.sentence


def test_depth_alone_is_no_difference():
    rates = np.full(REGIONS, 0.1)
    deep = fragments(rates, rates, depth1=4.0, seed=3)
    columns, check = evidence(deep, FIRST, SECOND, table_of(np.full(REGIONS, 0.1)))
    assert columns["is_confirmed"].mean() <= 0.01
    assert check.verdict != "supported"
    assert abs(columns["held_out_effect"].mean()) < 1e-9 * 1e4 + 1e-6


def test_p_values_are_those_of_the_exact_conditional_test():
    held_out = fragments(np.full(20, 0.05), np.full(20, 0.08), depth1=1.5, n=60, seed=1)
    first, second = np.arange(60), np.arange(60, 120)
    columns, _ = evidence(held_out, first, second, table_of(np.full(20, -0.1)))
    k1, k2 = (np.asarray(held_out[cells].sum(0)).ravel() for cells in (first, second))
    share = k1.sum() / (k1.sum() + k2.sum())
    for p, one, other in zip(columns["held_out_p"], k1, k2, strict=True):
        tails = [
            binomtest(int(one), int(one + other), share, alternative=side).pvalue
            for side in ("less", "greater")
        ]
        assert p == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-9)


def test_p_values_are_uniform_or_above_when_nothing_differs():
    rates = np.random.default_rng(0).uniform(0.02, 0.3, 4000)
    columns, _ = evidence(fragments(rates, rates, seed=7), FIRST, SECOND, table_of(np.zeros(4000)))
    for level in (0.01, 0.05, 0.2):
        assert (columns["held_out_p"] <= level).mean() <= 1.15 * level


def test_a_difference_between_batches_is_not_one_of_the_groups():
    """Batch 1 is open in special regions, and most of group 1 comes from it."""
    random = np.random.default_rng(2)
    batch = np.concatenate([random.random(N) < 0.9, random.random(N) < 0.1]).astype(int)
    rates = np.full(REGIONS, 0.1)
    special = np.arange(REGIONS) < 40
    of_cell = np.where((batch[:, None] == 1) & special, 0.4, rates)
    held_out = sparse.csr_matrix(random.poisson(of_cell))
    table = table_of(np.where(special, 0.1, 0.0))
    without, _ = evidence(held_out, FIRST, SECOND, table)
    within, check = evidence(held_out, FIRST, SECOND, table, strata=batch)
    assert without["is_confirmed"].sum() > 35
    assert within["is_confirmed"].sum() <= 2
    assert check.verdict != "supported"


def test_what_has_too_few_fragments_is_counted_as_not_testable():
    rates, higher = np.full(REGIONS, 0.001), np.full(REGIONS, 0.001)
    rates[-50:], higher[-50:] = 0.2, 0.6
    effect = np.full(REGIONS, 0.4)
    higher[-100:-50] = 0.2  # keeps the depths apart from the called regions
    rates[-100:-50] = 0.6
    effect[-100:-50] = -0.4
    _, check = evidence(fragments(higher, rates), FIRST, SECOND, table_of(effect))
    assert 95 <= check.n_testable <= 110
    assert check.n_confirmed >= 95


def test_few_signs_are_too_few():
    columns, check = evidence(
        fragments(np.full(5, 0.002), np.full(5, 0.002), n=20),
        np.arange(20),
        np.arange(20, 40),
        table_of(np.full(5, 0.1)),
    )
    assert check.verdict == "too few fragments"
    assert not columns["is_confirmed"].any()


def test_nothing_called_is_said():
    _, check = evidence(
        fragments(np.full(9, 0.1), np.full(9, 0.1)), FIRST, SECOND, table_of(np.zeros(9))
    )
    assert check.verdict == "nothing called"
    assert np.isnan(check.agreement)
    assert check.expected_agreement is None


def test_groups_and_table_must_fit():
    held_out = fragments(np.full(9, 0.1), np.full(9, 0.1))
    with pytest.raises(DataError, match="own"):
        evidence(held_out, FIRST, FIRST, table_of(np.zeros(9)))
    with pytest.raises(DataError, match="9"):
        evidence(held_out, FIRST, SECOND, table_of(np.zeros(8)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 30), st.integers(1, 12))
def test_swapping_the_groups_swaps_the_signs_and_nothing_else(seed, n1, n2, n_regions):
    random = np.random.default_rng(seed)
    held_out = sparse.csr_matrix(random.poisson(0.3, (n1 + n2, n_regions)))
    first, second = np.arange(n1), np.arange(n1, n1 + n2)
    table = table_of(random.normal(size=n_regions), random.random(n_regions) < 0.5)
    swapped = table.assign(
        effect_size=-table["effect_size"],
        est_prob1=table["est_prob2"],
        est_prob2=table["est_prob1"],
    )
    one, check = evidence(held_out, first, second, table)
    other, checked = evidence(held_out, second, first, swapped)
    np.testing.assert_allclose(one["held_out_effect"], -other["held_out_effect"], atol=1e-9)
    np.testing.assert_allclose(one["held_out_p"], other["held_out_p"], rtol=1e-9)
    assert one["is_confirmed"].equals(other["is_confirmed"])
    assert (check.n_signs, check.n_agree) == (checked.n_signs, checked.n_agree)
    assert one["held_out_p"].between(0, 1).all()
    assert not (one["is_confirmed"] & ~table["is_da_fdr"]).any()


def test_too_few_fragments_to_confirm_most_are_named():
    rates = np.full(REGIONS, 0.01)
    higher = np.where(np.arange(REGIONS) < 200, 0.03, 0.01)
    effect = np.where(np.arange(REGIONS) < 200, 0.02, 0.0)
    _, check = evidence(fragments(higher, rates), FIRST, SECOND, table_of(effect, base=0.01))
    assert check.verdict in ("supported", "mixed")
    assert check.n_confirmed < 100
    assert "confirmed, most have too few of them to be" in check.sentence


def test_a_called_region_whose_held_out_sign_is_the_other_is_not_confirmed():
    rates = np.full(REGIONS, 0.1)
    higher = np.where(np.arange(REGIONS) < 60, 0.35, 0.1)
    effect = np.where(np.arange(REGIONS) < 60, np.where(np.arange(REGIONS) < 30, 0.2, -0.2), 0.0)
    columns, check = evidence(fragments(higher, rates), FIRST, SECOND, table_of(effect))
    confirmed, p_value = columns["is_confirmed"].to_numpy(), columns["held_out_p"].to_numpy()
    assert confirmed[:30].mean() > 0.95
    assert (p_value[30:60] < 0.01).all()  # significant, but the other way
    assert not confirmed[30:].any()
    assert check.n_confirmed == confirmed.sum()
