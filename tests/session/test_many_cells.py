"""Maps and clusters of very many cells, tried on few: limits are lowered."""

import threading

import numpy as np
import pytest
from anndata import AnnData
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import NearestNeighbors

from peakvi_widgets.session import neighbors
from peakvi_widgets.session.umap_rounds import umap_by_rounds

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning"),
]


def run(steps):
    texts = []
    while True:
        try:
            texts.append(next(steps))
        except StopIteration as end:
            return end.value, texts


@pytest.fixture(scope="module")
def clouds():
    chance = np.random.default_rng(0)
    kinds = chance.integers(6, size=1_200)
    middles = 5 * chance.normal(size=(6, 8))
    return kinds, (middles[kinds] + chance.normal(size=(1_200, 8))).astype("float32")


@pytest.fixture
def low_limits(monkeypatch):
    for name, value in (("MAX_EXACT", 300), ("MAX_AT_ONCE", 900), ("N_LANDMARKS", 300)):
        monkeypatch.setattr(neighbors, name, value)


def test_graph_of_found_neighbors_is_that_of_exact_ones(clouds, monkeypatch):
    _, latent = clouds
    neighbors.import_umap()
    exact, _ = run(neighbors._with_graph(latent, 15, 0))
    monkeypatch.setattr(neighbors, "MAX_EXACT", 300)
    found, texts = run(neighbors._with_graph(latent, 15, 0))
    assert "finding 15 neighbors of 1,200 cells, 100%" in texts
    one, other = (cells.obsp["connectivities"] for cells in (exact, found))
    assert abs(one - other).sum() < 0.05 * one.sum()
    assert exact.obsp["distances"].shape == found.obsp["distances"].shape
    assert exact.uns["neighbors"]["params"]["n_neighbors"] == 15


def test_cells_at_one_place_still_make_a_graph(low_limits):
    latent = np.repeat(np.random.default_rng(0).normal(size=(40, 4)), 20, axis=0)
    neighbors.import_umap()
    cells, _ = run(neighbors._with_graph(latent.astype("float32"), 15, 0))
    distances = cells.obsp["distances"]
    assert (distances.diagonal() == 0).all()
    assert np.isfinite(cells.obsp["connectivities"].data).all()


def test_map_that_begins_with_a_sample_keeps_clouds_apart(clouds, low_limits):
    kinds, latent = clouds
    cells, texts = run(neighbors._placed(latent, 15, 0.2, 100, 0))
    places = cells.obsm["X_umap"]
    assert any(text.startswith("placing 1,200 cells beside 300 of them") for text in texts)
    assert places.shape == (1_200, 2)
    near = NearestNeighbors(n_neighbors=11).fit(places).kneighbors(return_distance=False)
    assert (kinds[near] == kinds[:, None]).mean() > 0.98
    again, _ = run(neighbors._placed(latent, 15, 0.2, 100, 0))
    np.testing.assert_array_equal(again.obsm["X_umap"], places)


def test_cells_at_one_place_have_finite_places_in_the_map(low_limits):
    cells, _ = run(neighbors._placed(np.ones((1_000, 3), "float32"), 15, 0.2, 20, 0))
    assert np.isfinite(cells.obsm["X_umap"]).all()


def test_clusters_of_many_cells_are_those_of_scanpy(clouds, monkeypatch):
    kinds, latent = clouds
    neighbors.import_umap()
    cells, _ = run(neighbors._with_graph(latent, 15, 0))
    by_scanpy, _ = run(neighbors.clustering(cells.obsp["connectivities"], 0.3, 0))
    monkeypatch.setattr(neighbors, "MAX_AT_ONCE", 900)
    ours, _ = run(neighbors.clustering(cells.obsp["connectivities"], 0.3, 0))
    assert adjusted_rand_score(by_scanpy, ours) > 0.98
    assert adjusted_rand_score(kinds, ours) > 0.98
    assert set(map(type, ours.tolist())) == {str}


def test_umap_by_rounds_tells_how_far_it_is_and_places_as_scanpy_does(clouds):
    import scanpy as sc

    _, latent = clouds
    neighbors.import_umap()
    cells, _ = run(neighbors._with_graph(latent, 15, 0))
    alone = cells.copy()
    sc.tl.umap(alone, maxiter=400, random_state=0)
    _, texts = run(umap_by_rounds(cells, "placing", maxiter=400, random_state=0))
    np.testing.assert_array_equal(cells.obsm["X_umap"], alone.obsm["X_umap"])
    assert texts[0] == "placing"
    assert all(text.endswith("%") for text in texts[1:])


def test_umap_ends_when_it_is_no_longer_waited_for(clouds):
    _, latent = clouds
    neighbors.import_umap()
    cells, _ = run(neighbors._with_graph(latent, 15, 0))
    steps = umap_by_rounds(cells, "placing", maxiter=10_000_000, random_state=0)
    while not next(steps).endswith("%"):
        pass
    steps.close()  # which returns, though millions of rounds are left
    assert not [one for one in threading.enumerate() if one.name == "peakvi-umap"]
    assert "X_umap" not in cells.obsm


def test_error_of_umap_reaches_who_waits():
    with pytest.raises(ValueError, match="neighbors"):
        run(umap_by_rounds(AnnData(np.zeros((5, 2))), "placing"))
