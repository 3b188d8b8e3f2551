"""Fewer cells than neighbors still make a map; what cannot make one is refused."""

import numpy as np
import pytest

from peakvi_widgets.errors import DataError
from peakvi_widgets.session.neighbors import _placed


def placed(n_cells, n_neighbors):
    latent = np.random.default_rng(0).normal(size=(n_cells, 4)).astype("float32")
    steps = _placed(latent, n_neighbors, min_dist=0.2, maxiter=5, seed=0)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value.obsm["X_umap"]


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize(("n_cells", "n_neighbors"), [(15, 15), (10, 15), (4, 15), (17, 15)])
def test_map_of_few_cells(n_cells, n_neighbors):
    place = placed(n_cells, n_neighbors)
    assert place.shape == (n_cells, 2)
    assert np.isfinite(place).all()


@pytest.mark.parametrize("n_neighbors", [1, 0, -3])
def test_number_of_neighbors_that_makes_no_graph(n_neighbors):
    with pytest.raises(DataError, match=f"n_neighbors is {n_neighbors}; give at least 2"):
        placed(120, n_neighbors)


def test_too_few_cells():
    with pytest.raises(DataError, match="at least 4 cells, and there are 3"):
        placed(3, 15)
