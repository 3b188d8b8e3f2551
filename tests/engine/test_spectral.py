"""The map without training: planted groups come apart, and placed cells land where they belong."""

import numpy as np
import pytest
from scipy import sparse

from peakvi_widgets.engine.spectral import Similarity, spectral_map
from peakvi_widgets.errors import DataError


def grouped(n_cells=400, n_regions=600, n_groups=4, seed=0):
    """Return counts of fragments with planted groups, and the group of each cell."""
    random = np.random.default_rng(seed)
    group = random.integers(0, n_groups, n_cells)
    rate = np.tile(random.gamma(1.0, 0.15, n_regions), (n_groups, 1))
    for one in range(n_groups):
        rate[one, one * 60 : (one + 1) * 60] *= 5.0
    depth = np.exp(random.normal(0.0, 0.4, n_cells))
    return sparse.csr_matrix(random.poisson(rate[group] * depth[:, None])), group


def purity(map_, group, k=15):
    distance = ((map_[:, None] - map_[None]) ** 2).sum(axis=2)
    near = np.argsort(distance, axis=1)[:, 1 : k + 1]
    return (group[near] == group[:, None]).mean()


def test_planted_groups_come_apart():
    counts, group = grouped()
    assert purity(spectral_map(counts, 3).coordinates(), group) > 0.95


def test_operator_is_the_normalised_similarity_without_what_is_unwanted():
    counts, _ = grouped(60, 200)
    batch = (np.arange(60) % 2)[:, None].astype(float)
    like = Similarity(counts, batch)
    rows = like.rows.toarray().astype(float)
    cosine = rows @ rows.T
    np.fill_diagonal(cosine, 0.0)
    degree = cosine.sum(axis=1)
    expected = cosine / np.sqrt(np.outer(degree, degree))
    np.testing.assert_allclose(like.apply(np.eye(60)), expected, atol=1e-6)
    np.testing.assert_allclose(expected @ like.trivial, like.trivial, atol=1e-5)
    values, vectors = like.eigenvectors(5, seed=0)
    projection = np.eye(60) - like.basis @ like.basis.T
    exact = np.linalg.eigvalsh(projection @ expected @ projection)[::-1]
    np.testing.assert_allclose(values, exact[:5], atol=1e-5)
    np.testing.assert_allclose(vectors.T @ like.basis, 0.0, atol=1e-6)


def test_iterative_solver_finds_what_the_dense_one_finds(monkeypatch):
    counts, _ = grouped(300)
    few = spectral_map(counts, 4)
    monkeypatch.setattr("peakvi_widgets.engine.spectral.DENSE_BELOW", 1000)
    dense = spectral_map(counts, 4)
    np.testing.assert_allclose(few.values, dense.values, rtol=1e-3)
    r = [np.corrcoef(few.components[:, i], dense.components[:, i])[0, 1] for i in range(3)]
    assert min(r) > 0.99


def test_same_seed_gives_the_same_map_and_the_counts_stay_as_they_are():
    counts, _ = grouped()
    before = counts.copy()
    one, other = (spectral_map(counts, 5, seed=3).components for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert (counts != before).nnz == 0


def test_forms_of_the_counts_do_not_matter():
    counts, _ = grouped(150)
    expected = spectral_map(counts, 3).components
    stored_zero = counts.astype(float).tocoo()
    stored_zero = sparse.csr_matrix(
        (
            np.append(stored_zero.data, 0.0),
            (np.append(stored_zero.row, 0), np.append(stored_zero.col, 0)),
        ),
        shape=counts.shape,
    )
    for same in (counts.toarray(), counts.tocsc(), counts.astype(np.uint8), counts > 0):
        np.testing.assert_allclose(spectral_map(same, 3).components, expected, atol=1e-5)
    assert spectral_map(stored_zero, 3).components.shape == expected.shape


def test_cells_of_the_map_are_placed_where_they_are():
    counts, _ = grouped(500)
    map_ = spectral_map(counts, 3)
    placed = map_.place(counts)
    for i in range(3):
        assert np.corrcoef(placed[:, i], map_.components[:, i])[0, 1] > 0.98


def test_cells_beyond_a_sample_are_placed_on_its_map():
    counts, group = grouped(900)
    map_ = spectral_map(counts, 3, max_cells=300)
    assert map_.is_sample
    assert map_.components.shape == (900, 3)
    assert purity(map_.coordinates(), group) > 0.95


def test_no_component_follows_a_batch_that_is_unwanted():
    counts, group = grouped(600)
    batch = np.random.default_rng(5).integers(0, 2, 600)
    changed = counts.toarray()
    changed[np.ix_(batch == 1, np.arange(300, 500))] *= 0
    column = np.column_stack([batch == 0, batch == 1]).astype(float)

    def follows(components):
        return max(abs(np.corrcoef(one, batch)[0, 1]) for one in components.T)

    assert follows(spectral_map(changed, 5).components) > 0.9
    left = spectral_map(changed, 5, unwanted=column)
    assert follows(left.components) < 0.15
    assert purity(left.coordinates(3), group) > 0.9


def test_share_of_the_depth_is_stated_for_every_component():
    random = np.random.default_rng(0)
    depth = np.exp(random.normal(0.0, 1.0, 800))
    rate = random.beta(1.0, 3.0, 400)
    counts = random.poisson(np.outer(depth, rate) * 2.0)
    shares = spectral_map(counts, 4).depth_shares
    assert shares[0] > 0.5
    assert ((shares >= 0.0) & (shares <= 1.0)).all()


def test_cells_without_open_regions_are_in_the_middle():
    counts = grouped(120)[0].toarray()
    counts[7] = 0
    map_ = spectral_map(counts, 3)
    assert np.isfinite(map_.components).all()
    assert (map_.components[7] == 0.0).all()
    assert (map_.place(counts)[7] == 0.0).all()


@pytest.mark.parametrize("n_cells", [3, 5, 12, 50])
def test_few_cells_have_few_components(n_cells):
    counts, _ = grouped(n_cells, 100)
    map_ = spectral_map(counts, 15)
    assert map_.components.shape[0] == n_cells
    assert map_.components.shape[1] <= min(15, n_cells - 2)
    assert np.isfinite(map_.coordinates()).all()


@pytest.mark.parametrize("counts", [np.ones((2, 5)), np.zeros((10, 5))])
def test_map_of_next_to_nothing_is_refused(counts):
    with pytest.raises(DataError, match="at least 3 cells"):
        spectral_map(counts)


def test_leading_eigenvectors_are_those_of_the_dense_matrix():
    """Cells in groups, so many that the dense matrix is not formed."""
    counts, _ = grouped(n_cells=700, n_groups=6)
    similarity = Similarity(counts)
    values, vectors = similarity.eigenvectors(8, seed=0)
    whole = similarity.without_unwanted(similarity.apply(np.eye(700)))
    whole = similarity.without_unwanted(whole.T)
    expected, theirs = np.linalg.eigh((whole + whole.T) / 2.0)
    np.testing.assert_allclose(values, expected[::-1][:8], rtol=1e-3)
    overlap = np.abs((vectors[:, :5] * theirs[:, ::-1][:, :5]).sum(axis=0))
    np.testing.assert_allclose(overlap, 1.0, atol=1e-3)


def test_cells_of_few_kinds_have_few_eigenvectors_with_a_value():
    """Equal cells span few dimensions; what lies beyond is orthonormal all the same."""
    counts = sparse.csr_matrix(np.random.default_rng(0).poisson(0.4, (5, 60))[np.arange(600) % 5])
    values, vectors = Similarity(counts).eigenvectors(12, seed=0)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(vectors.shape[1]), atol=1e-8)
    assert (values[4:] < 0.01 * values[0]).all()
