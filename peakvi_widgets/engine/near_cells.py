"""The nearest cells of each cell among very many: clusters are searched, not all cells.

Cells are divided into clusters; those of one cluster look for their neighbors in the clusters
nearest to it. How many of the true neighbors are found is measured on a sample of the cells, and
more clusters are searched until enough of them are.
"""

from collections.abc import Generator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PER_CLUSTER = 400  # cells, on average; fewer where there are few
PER_CENTER = 40  # cells from which the center of a cluster is found
FIRST_SEARCHED, MOST_SEARCHED = 16, 256  # clusters in which the cells of one look for neighbors
GOAL, N_MEASURED = 0.95, 300  # share of true neighbors to find, and cells on which it is measured

Floats = NDArray[np.float32]


class NearCells(NamedTuple):
    """The nearest cells of each cell, itself the first.

    Attributes
    ----------
    cells
        Their positions, shape ``(n_cells, n_near)``, int32, the nearest first.
    distances
        Euclidean, same shape, float32.
    recall
        Share of the true nearest cells that were found, measured on a sample.
    """

    cells: NDArray[np.int32]
    distances: Floats
    recall: float


def finding_near_cells(
    coordinates: NDArray[np.floating],
    n_near: int,
    *,
    among: NDArray[np.integer] | None = None,
    seed: int = 0,
    goal: float = GOAL,
) -> Generator[float, None, NearCells]:
    """Find the nearest cells of each cell.

    Parameters
    ----------
    coordinates
        Of the cells, shape ``(n_cells, n_dimensions)``, finite.
    n_near
        How many cells to find, the cell itself included; at most as many as there are.
    among
        Positions of the cells that are looked among; None for all.
    seed
        Of the clusters and of the sample.
    goal
        Recall from which on no more clusters are searched.

    Yields
    ------
    The share that is done, from 0 to 1.
    """
    places = np.ascontiguousarray(coordinates, np.float32)
    known = np.arange(len(places)) if among is None else np.asarray(among)
    yield 0.0
    clusters = Clusters(places[known], n_near, seed)
    nearest_cluster = clusters.nearest_to(places)
    sample = np.random.default_rng(seed).permutation(len(places))[:N_MEASURED]
    n_searched, recall = clusters.wide_enough(places[sample], nearest_cluster[sample], goal)
    cells = np.empty((len(places), n_near), np.int32)
    distances = np.empty(cells.shape, np.float32)
    n_done = 0
    for cluster, some in enumerate(groups_of(nearest_cluster, clusters.n_clusters)):
        if len(some):
            distances[some], found = clusters.search(cluster, places[some], n_searched)
            cells[some] = known[found]
            n_done += len(some)
            yield n_done / len(places)
    return NearCells(cells, distances, recall)


def groups_of(codes: NDArray[np.integer], n_codes: int) -> list[NDArray[np.int32]]:
    """Return the positions of each code, in their order."""
    order = np.argsort(codes, kind="stable").astype(np.int32)
    return np.split(order, np.searchsorted(codes[order], np.arange(1, n_codes)))


class Clusters:
    """Cells divided into clusters, of which those nearest to a cell are searched.

    Parameters
    ----------
    places
        Coordinates of the cells, ``(n_cells, n_dimensions)``, float32.
    n_near
        How many cells are looked for.
    seed
        Of the centers.
    """

    def __init__(self, places: Floats, n_near: int, seed: int) -> None:
        from sklearn.cluster import MiniBatchKMeans
        from sklearn.neighbors import NearestNeighbors

        self.places, self.n_near = places, n_near
        n_clusters = max(1, int(len(places) / min(PER_CLUSTER, len(places) ** 0.5)))
        some = np.random.default_rng(seed).permutation(len(places))[: n_clusters * PER_CENTER]
        self._means = MiniBatchKMeans(
            n_clusters,
            init="random",
            n_init=1,
            max_iter=20,
            batch_size=4096,
            reassignment_ratio=0.0,
            random_state=seed,
        ).fit(places[np.sort(some)])
        self._members = groups_of(self.nearest_to(places), n_clusters)
        centers = self._means.cluster_centers_
        index = NearestNeighbors(n_neighbors=n_clusters, algorithm="brute").fit(centers)
        self._near = index.kneighbors(centers, return_distance=False)

    @property
    def n_clusters(self) -> int:
        """Clusters, some of which may be empty."""
        return len(self._members)

    def nearest_to(self, places: Floats) -> NDArray[np.integer]:
        """Return the cluster whose center is nearest to each place."""
        return np.asarray(self._means.predict(places))

    def search(
        self, cluster: int, places: Floats, n_searched: int
    ) -> tuple[Floats, NDArray[np.int32]]:
        """Return distances and nearest cells of places that are in a cluster.

        Clusters are searched by how near they are, at least ``n_searched`` of them and as many as
        hold enough cells.
        """
        sizes = np.array([len(self._members[one]) for one in self._near[cluster]])
        enough = int(np.searchsorted(np.cumsum(sizes), self.n_near)) + 1
        searched = self._near[cluster][: max(n_searched, enough)]
        return self._nearest(np.concatenate([self._members[one] for one in searched]), places)

    def wide_enough(
        self, places: Floats, nearest_cluster: NDArray[np.integer], goal: float
    ) -> tuple[int, float]:
        """Return how many clusters to search for a recall, and the recall at some places."""
        every = np.arange(len(self.places), dtype=np.int32)
        farthest = self._nearest(every, places)[0][:, -1:]
        most = min(MOST_SEARCHED, self.n_clusters)
        n_searched = min(FIRST_SEARCHED, most)
        while True:
            pairs = zip(places, nearest_cluster, strict=True)
            found = [
                self.search(cluster, place[None], n_searched)[0][0] for place, cluster in pairs
            ]
            # by distance, as cells may be equally near; products of float32 differ a little
            is_near = np.array(found) <= farthest * (1 + 1e-4) + 1e-6
            recall = float(is_near.mean())
            if recall >= goal or n_searched >= most:
                return n_searched, recall
            n_searched = min(2 * n_searched, most)

    def _nearest(
        self, candidates: NDArray[np.int32], places: Floats
    ) -> tuple[Floats, NDArray[np.int32]]:
        from sklearn.neighbors import NearestNeighbors

        index = NearestNeighbors(n_neighbors=self.n_near, algorithm="brute")
        distances, nearest = index.fit(self.places[candidates]).kneighbors(places)
        return distances, candidates[nearest]
