"""Held-out dimensions: planted groups are confirmed, noise and depth are not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from peakvi_widgets.engine.dimensions import (
    dimensions,
    folds,
    fragments_of,
    thin,
    unit_of,
)
from peakvi_widgets.errors import DataError

pytestmark = pytest.mark.slow


def noise(n_cells, n_regions, seed, *, spread=0.0, kind="fragments"):
    """Return counts of cells that differ by depth alone."""
    random = np.random.default_rng(seed)
    rate = np.outer(np.exp(random.normal(0.0, spread, n_cells)), random.beta(1, 12, n_regions))
    if kind == "binary":
        return sparse.csr_matrix((random.random(rate.shape) < 1 - np.exp(-rate)).astype(int))
    fragments = random.poisson(rate)
    if kind == "fragments":
        return sparse.csr_matrix(fragments)
    missed = (random.random(rate.shape) < 0.1) & (fragments > 0)
    return sparse.csr_matrix(2 * fragments - missed)


def planted(n_groups, seed, *, kind="fragments", n_cells=600, n_regions=1200):
    """Return counts of cells of so many groups."""
    random = np.random.default_rng(seed)
    group = random.integers(0, n_groups, n_cells)
    base = random.beta(1, 12, n_regions)
    rate = np.tile(base, (n_groups, 1))
    for one in range(n_groups):
        rate[one, random.random(n_regions) < 0.15] *= 4.0
    rate = rate[group] * np.exp(random.normal(0.0, 0.3, n_cells))[:, None]
    if kind == "binary":
        return (random.random(rate.shape) < 1 - np.exp(-rate)).astype(np.float32)
    return random.poisson(rate) * (2 if kind == "cut sites" else 1)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["binary", "fragments", "cut sites"])
@pytest.mark.parametrize("spread", [0.0, 0.8])
def test_noise_confirms_nothing(seed, kind, spread):
    found = dimensions(noise(500, 1500, seed, spread=spread, kind=kind))
    assert found.n_confirmed == 0
    assert str(found).startswith("No structure beyond noise was found in these cells")


@pytest.mark.parametrize("kind", ["binary", "fragments", "cut sites"])
@pytest.mark.parametrize("n_groups", [2, 4, 6])
def test_groups_confirm_one_dimension_less_than_there_are(kind, n_groups):
    found = dimensions(planted(n_groups, seed=n_groups, kind=kind))
    assert found.n_confirmed == n_groups - 1
    assert all(found.is_confirmed[: n_groups - 1])
    assert found.held_out == ("regions" if kind == "binary" else "fragments")


def test_sentence_says_how_many():
    assert str(dimensions(planted(2, 0))) == "1 dimension is confirmed by held-out fragments."
    assert str(dimensions(planted(4, 0))) == "3 dimensions are confirmed by held-out fragments."


def test_depth_alone_is_not_a_dimension_and_is_named():
    random = np.random.default_rng(0)
    depth = np.exp(random.normal(0.0, 1.0, 800))
    counts = random.poisson(np.outer(depth, random.beta(1.0, 3.0, 600)) * 2.0)
    found = dimensions(counts)
    assert found.n_confirmed == 0
    assert "depth left out" in str(found)


def test_batch_is_not_confirmed_where_it_is_unwanted():
    counts = noise(600, 1200, 0).toarray()
    batch = np.arange(600) % 2
    counts[np.ix_(batch == 1, np.arange(200))] = 0
    columns = np.column_stack([batch == 0, batch == 1]).astype(float)
    assert dimensions(counts).n_confirmed >= 1
    assert dimensions(counts, unwanted=columns).n_confirmed == 0


def test_same_seed_gives_the_same_dimensions():
    counts = planted(3, 1)
    assert dimensions(counts, seed=4) == dimensions(counts, seed=4)
    assert dimensions(counts, seed=4) != dimensions(counts, seed=5)


def test_many_cells_are_represented_by_a_sample():
    found = dimensions(planted(3, 0, n_cells=900), max_cells=400)
    assert (found.n_cells, found.n_confirmed) == (400, 2)


def test_part_of_many_regions_is_enough(monkeypatch):
    whole = dimensions(planted(3, 0))
    part = dimensions(planted(3, 0), max_entries=36_000)
    assert whole.n_confirmed == part.n_confirmed == 2
    assert part.z[0] < whole.z[0]
    monkeypatch.setattr("peakvi_widgets.engine.dimensions.MAX_OPEN", 60)
    assert dimensions(planted(3, 0)) == part


@pytest.mark.parametrize("n_cells", [1, 5, 20, 50])
def test_few_cells_are_no_error(n_cells):
    found = dimensions(noise(n_cells, 300, 0))
    assert found.n_confirmed == 0
    assert len(found.z) < n_cells


COUNTS = st.tuples(
    st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**16), st.floats(0.05, 3.0)
).map(lambda given: np.random.default_rng(given[2]).poisson(given[3], given[:2]))


@given(counts=COUNTS, share=st.floats(0.01, 0.99), seed=st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_parts_add_up_to_the_fragments(counts, share, seed):
    counts[0, 0] = 3  # not binary
    fit, held_out = thin(counts, share, seed=seed)
    assert (fit + held_out != fragments_of(counts)).nnz == 0
    assert min(fit.data.min(initial=1), held_out.data.min(initial=1)) > 0
    again = thin(sparse.csc_matrix(counts), share, seed=seed)
    assert (again[0] != fit).nnz == 0


@given(counts=COUNTS, n_folds=st.integers(2, 6))
@settings(max_examples=40, deadline=None)
def test_folds_hold_out_everything_once(counts, n_folds):
    counts[0, 0] = 3
    pairs = list(folds(counts, n_folds))
    assert all((fit + held != fragments_of(counts)).nnz == 0 for fit, held in pairs)
    assert (sum(held for _, held in pairs) != fragments_of(counts)).nnz == 0


def test_folds_of_binary_counts_hold_out_regions():
    counts = planted(2, 0, kind="binary")
    pairs = list(folds(counts, 5))
    assert sum(held.shape[1] for _, held in pairs) == counts.shape[1]
    assert all(fit.shape[1] + held.shape[1] == counts.shape[1] for fit, held in pairs)


def test_share_of_the_fragments_is_held_out():
    counts = noise(300, 500, 0)
    _, held_out = thin(counts, 0.2, seed=1)
    assert held_out.sum() / counts.sum() == pytest.approx(0.2, abs=0.01)
    assert (thin(counts, 0.2, seed=2)[1] != held_out).nnz > 0


def test_parts_are_independent_given_the_cells():
    fit, held_out = (half.toarray().ravel() for half in thin(noise(400, 500, 0), 0.5, seed=0))
    left, right = (half.reshape(400, 500) for half in (fit, held_out))
    left, right = left - left.mean(axis=0), right - right.mean(axis=0)
    correlation = (left * right).sum() / np.sqrt((left**2).sum() * (right**2).sum())
    assert abs(correlation) < 0.01


@pytest.mark.parametrize("kind", ["binary", "fragments", "cut sites"])
def test_unit_of_the_counts_is_recognised(kind):
    assert unit_of(noise(300, 500, 0, spread=1.0, kind=kind)) == kind


def test_cut_sites_are_two_a_fragment():
    counts = noise(300, 500, 0, kind="cut sites").toarray()
    assert (fragments_of(counts).toarray() == (counts + 1) // 2).all()


def test_binary_counts_are_not_thinned():
    with pytest.raises(DataError, match="give raw counts"):
        thin(np.eye(5))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, "half"])
def test_share_out_of_range_is_refused(share):
    with pytest.raises(DataError, match=r"share is .*\(0, 1\)"):
        thin(noise(20, 50, 0), share)
