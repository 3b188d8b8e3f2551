"""Held-out fragments: chosen by names alone, independent of the rest, the same in every form."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from peakvi_widgets.engine import thinning
from peakvi_widgets.engine.held_out import MANY_FRAGMENTS, HeldOut
from peakvi_widgets.engine.thinned_cells import ThinnedCells
from peakvi_widgets.errors import DataError

CELLS, REGIONS = 120, 90
EARLIER = [2, 3, 4, 5, 9, 13, 14, 18, 20, 25, 29, 41, 42, 43, 44, 45]


def names(what, n):
    return pd.Index([f"{what}{i}" for i in range(n)])


def thinned(counts, *, share=0.2, seed=0, unit="fragments", cells=None, regions=None):
    n_cells, n_regions = counts.shape
    return ThinnedCells(
        counts,
        np.zeros((n_cells, 1), np.int64),
        np.zeros((n_cells, 0), np.float32),
        HeldOut(share, seed, unit),
        names("cell", n_cells) if cells is None else cells,
        names("region", n_regions) if regions is None else regions,
    )


def poisson(seed=0, rate=0.7, shape=(CELLS, REGIONS)):
    return sparse.csr_matrix(np.random.default_rng(seed).poisson(rate, shape))


def both(cells, chosen=None):
    """Return the fitting and the held-out part as arrays."""
    chosen = np.arange(cells.n_cells) if chosen is None else chosen
    return cells.rows(chosen).toarray(), cells.held_out(chosen).toarray()


@pytest.mark.parametrize("unit", ["fragments", "cut sites"])
def test_the_parts_add_up_to_the_fragments(unit):
    counts = poisson(rate=3.0)
    fit, held = both(thinned(counts, unit=unit))
    whole = counts.toarray()
    np.testing.assert_array_equal(fit + held, whole if unit == "fragments" else (whole + 1) // 2)


@pytest.mark.parametrize("unit", ["fragments", "cut sites"])
def test_open_regions_are_counted_without_what_is_held_out(unit):
    cells, chosen = thinned(poisson(), unit=unit), np.array([5, 2, 30])
    fit, held = both(cells, chosen)
    np.testing.assert_array_equal(cells.n_open(chosen), (fit > 0).sum(axis=0))
    assert (cells.n_open(chosen) < (fit + held > 0).sum(axis=0)).any()


@given(
    seed=st.integers(0, 2**32 - 1),
    share=st.floats(0.05, 0.95),
    unit=st.sampled_from(["fragments", "cut sites"]),
    dtype=st.sampled_from(["uint8", "int32", "float32"]),
    chosen=st.lists(st.integers(0, 19), min_size=1, max_size=30),
)
@settings(max_examples=25)
def test_open_regions_are_counted_as_they_are_read(seed, share, unit, dtype, chosen):
    counts = poisson(rate=2.0, shape=(20, 15)).astype(dtype)
    if dtype != "uint8":
        counts[0, 0] = MANY_FRAGMENTS * 2 + 1
    cells = thinned(sparse.csr_matrix(counts), share=share, seed=seed, unit=unit)
    fit, _ = both(cells, np.array(chosen))
    np.testing.assert_array_equal(cells.n_open(np.array(chosen)), (fit > 0).sum(axis=0))


@given(
    seed=st.integers(0, 2**32 - 1),
    share=st.floats(0.05, 0.95),
    form=st.sampled_from([sparse.csr_matrix, sparse.csc_matrix, sparse.coo_matrix, np.asarray]),
    dtype=st.sampled_from(["uint8", "int32", "float32", "float64"]),
)
@settings(max_examples=25)
def test_every_form_of_the_counts_gives_the_same_parts(seed, share, form, dtype):
    counts = poisson(shape=(20, 15))
    given_form = form(counts.toarray().astype(dtype))
    for one, other in zip(
        both(thinned(counts, share=share, seed=seed)),
        both(thinned(given_form, share=share, seed=seed)),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


@given(st.data())
@settings(max_examples=25)
def test_filtering_and_sorting_cells_and_regions_changes_no_choice(data):
    counts = poisson()
    rows = np.array(data.draw(st.permutations(range(CELLS))))[: data.draw(st.integers(1, CELLS))]
    columns = np.array(data.draw(st.permutations(range(REGIONS))))[:40]
    fit, held = both(thinned(counts))
    some = thinned(
        counts[rows][:, columns],
        cells=names("cell", CELLS)[rows],
        regions=names("region", REGIONS)[columns],
    )
    np.testing.assert_array_equal(both(some)[0], fit[rows][:, columns])
    np.testing.assert_array_equal(both(some)[1], held[rows][:, columns])


def test_rows_are_the_same_alone_and_together():
    cells = thinned(poisson())
    fit, held = both(cells)
    chosen = np.array([7, 3, 99, 3])
    np.testing.assert_array_equal(both(cells, chosen)[0], fit[chosen])
    np.testing.assert_array_equal(both(cells, chosen)[1], held[chosen])


def test_share_and_independence_are_those_of_binomial_thinning():
    counts = poisson(seed=3, rate=1.0, shape=(600, 500))
    fit, held = both(thinned(counts, share=0.3))
    n = counts.sum()
    assert abs(held.sum() / n - 0.3) < 4 * np.sqrt(0.21 / n)
    # Poisson counts that are thinned give independent parts
    assert abs(np.corrcoef(fit.ravel(), held.ravel())[0, 1]) < 4 / np.sqrt(held.size)
    # the choice of one cell or region says nothing of the next, nor of another seed's
    other = both(thinned(counts, share=0.3, seed=1))[1]
    ones = (counts.toarray() == 1).ravel()
    assert abs(np.corrcoef(held.ravel()[ones], other.ravel()[ones])[0, 1]) < 4 / np.sqrt(ones.sum())
    twos = counts.toarray() == 2
    shares = np.bincount(held[twos].astype(int), minlength=3) / twos.sum()
    np.testing.assert_allclose(shares, [0.49, 0.42, 0.09], atol=4 * 0.5 / np.sqrt(twos.sum()))


def test_the_readable_twin_draws_the_same(monkeypatch):
    counts = poisson(seed=5, rate=2.0)
    counts[0, 0] = 5000
    compiled = both(thinned(counts, seed=9))
    monkeypatch.setattr("peakvi_widgets.engine.thinned_cells.IS_COMPILED", False)
    for one, other in zip(compiled, both(thinned(counts, seed=9)), strict=True):
        np.testing.assert_array_equal(one, other)
    assert compiled[1][0, 0] == 1000


def test_what_was_seen_is_told_of_all_fragments():
    counts = poisson()
    cells = thinned(counts, share=0.9)
    every = np.arange(CELLS)
    np.testing.assert_allclose(cells.open_share(every), (counts.toarray() > 0).mean(axis=0))
    np.testing.assert_allclose(cells.mean_counts(every), counts.toarray().mean(axis=0))
    assert cells.density == pytest.approx((both(cells)[0] > 0).mean())


def test_renamed_cells_are_noticed():
    cells = thinned(poisson())
    assert cells.is_of(names("cell", CELLS))
    assert not cells.is_of(names("other", CELLS))


@pytest.mark.parametrize("share", [0, 1, -0.1, float("nan"), "much", True])
def test_share_lies_between_none_and_all(share):
    with pytest.raises(DataError, match="held_out is"):
        HeldOut(share)


@pytest.mark.parametrize("seed", [-1, 2**32, 0.5])
def test_seed_is_a_whole_number_of_32_bits(seed):
    with pytest.raises(DataError, match="held_out_seed"):
        HeldOut(0.2, seed)


def test_the_choice_is_that_of_earlier_versions():
    """Saved sessions hold the same fragments out for ever."""
    held = both(thinned(poisson(shape=(6, 8), rate=2.0), seed=5))[1]
    assert np.flatnonzero(held.ravel()).tolist() == EARLIER


@pytest.mark.parametrize("unit", ["fragments", "cut sites"])
def test_fitting_part_is_what_a_model_sees(unit, monkeypatch):
    """Also where it is made in several parts, and the counts stay as they are."""
    monkeypatch.setattr(thinning, "ENTRIES_AT_ONCE", 200)
    counts = poisson(rate=1.5)
    counts.data[counts.indptr[3] : counts.indptr[4]] = 0
    counts.data[0] = 3000
    counts.eliminate_zeros()
    before = counts.copy()
    cells = thinned(counts, unit=unit)
    found = thinning.fitting_part(
        counts, cells.rule, names("cell", CELLS), names("region", REGIONS)
    )
    np.testing.assert_array_equal(found.toarray(), cells.rows(np.arange(CELLS)).toarray())
    assert found.data.min() > 0
    assert (counts != before).nnz == 0
