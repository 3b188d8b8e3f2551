"""The confirmed components of cells, and what each region says of a cell's place on them."""

import numpy as np
import pytest
from scipy import sparse

from peakvi_widgets.engine.components import Components, confirmed_components, effects_of
from tests.engine.simulated import cells_of, grouped, noise


def found_in(counts, n_latent=9):
    cells = cells_of(counts)
    return confirmed_components(cells, np.arange(cells.n_cells), n_latent, seed=0)


def projections(found, counts):
    return np.asarray(sparse.csr_matrix(counts) @ found.loadings)


def test_noise_has_no_components():
    dimensions, found = found_in(noise())
    assert dimensions.n_confirmed == 0
    assert found is None


def test_components_tell_planted_groups_apart():
    counts, group, _ = grouped()
    dimensions, found = found_in(counts)
    assert dimensions.n_confirmed == 2
    assert found.scales.shape == (2,)
    assert found.scales[0] == 1.0
    placed = found.place(projections(found, counts))
    np.testing.assert_allclose(placed.mean(axis=0), 0.0, atol=1e-6)
    np.testing.assert_allclose(placed.std(axis=0), 1.0, atol=1e-6)
    centers = np.array([placed[group == one].mean(axis=0) for one in range(3)])
    nearest = ((placed[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == group).mean() > 0.95


def test_as_many_components_as_the_latent_has():
    _, found = found_in(grouped()[0], n_latent=1)
    assert found.loadings.shape[1] == 2
    assert found.scales.shape == (1,)


def test_place_does_not_depend_on_how_deep_a_cell_was_read():
    counts, _, _ = grouped()
    _, found = found_in(counts)
    once = projections(found, counts)
    np.testing.assert_allclose(found.place(3.0 * once), found.place(once), atol=1e-8)


def test_regions_that_follow_nothing_hardly_count():
    counts, _, _ = grouped()
    _, found = found_in(counts)
    loadings = np.abs(found.loadings[:, 1:]).max(axis=1)
    assert np.median(loadings[240:]) < 0.3 * np.median(loadings[:160])


def test_effects_are_those_planted_and_what_is_noise_shrinks():
    random = np.random.default_rng(0)
    component, depth = random.normal(size=4_000), np.exp(random.normal(0.0, 0.4, 4_000))
    planted = np.zeros(300)
    planted[:40] = 0.3
    rate = 0.05 * np.exp(np.outer(component, planted)) * depth[:, None]
    effects = effects_of(component[:, None], sparse.csr_matrix(random.poisson(rate)), depth)[:, 0]
    assert 0.15 < effects[:40].mean() < 0.3  # shrunk, as most regions follow nothing
    assert np.abs(effects[40:]).mean() < 0.05
    chance = effects_of(component[:, None], sparse.csr_matrix(random.poisson(rate[:, 40:])), depth)[
        :, 0
    ]
    assert np.abs(chance).max() < 0.05  # of a spread of 0.07 by chance


def test_effects_do_not_follow_depth():
    random = np.random.default_rng(1)
    depth = np.exp(random.normal(0.0, 0.6, 3_000))
    counts = random.poisson(0.05 * depth[:, None] * np.ones(200))
    effects = effects_of(np.log(depth)[:, None], sparse.csr_matrix(counts), depth)
    assert np.abs(effects).max() < 0.05


def test_cells_are_averaged_with_their_neighbors():
    random = np.random.default_rng(2)
    group = np.repeat([-1.0, 1.0], 200)
    placed = (group + random.normal(0.0, 0.2, 400))[:, None]
    found = Components(sparse.csr_matrix((400, 1)), np.ones((1, 2)), np.ones((2, 1)), np.ones(1))
    smoothed = found.smoothed(placed)
    assert smoothed.shape == placed.shape
    steps = np.abs(np.diff(smoothed[np.argsort(placed[:, 0])][100:300, 0]))
    assert np.abs(smoothed[:, 0] - group).mean() < np.abs(placed[:, 0] - group).mean()
    assert steps.max() > 0.5  # the gap between the groups stays


@pytest.mark.parametrize("n_cells", [1, 15])
def test_few_cells_are_not_averaged(n_cells):
    placed = np.arange(n_cells, dtype=float)[:, None]
    found = Components(
        sparse.csr_matrix((n_cells, 1)), np.ones((1, 2)), np.ones((2, 1)), np.ones(1)
    )
    assert np.array_equal(found.smoothed(placed), placed)
