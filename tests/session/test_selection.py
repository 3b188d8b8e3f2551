"""Brush, neighbors, inversion: each against counting by hand, and each undone and replayed."""

from itertools import pairwise
from threading import Thread

import numpy as np
import pytest
from scipy import sparse

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session

PATH = [(-1.0, -0.5), (0.25, 0.5), (1.0, 0.5)]
LEFT = [[-9, -9], [0, -9], [0, 9], [-9, 9]]


def near(points, path, radius):
    """Return the points that stand near one of very many places along a path."""
    path = np.asarray(path)
    share = np.linspace(0, 1, 4001)[:, None]
    ways = [a + share * (b - a) for a, b in pairwise(path)]
    places = np.concatenate(ways or [path])
    away = np.array([np.hypot(*(places - point).T).min() for point in points.astype(float)])
    return np.flatnonzero(away <= radius)


def nearest(places, cells, k):
    """Return some cells and the nearest others of each, by sorting all distances."""
    away = np.linalg.norm(places[cells][:, None] - places[None], axis=2)
    away[np.arange(len(cells)), cells] = -1
    return np.union1d(cells, np.argsort(away, axis=1)[:, : k + 1])


def replayed(session):
    """Run the script on the same counts and return its session."""
    names = {"adata": session.opened}
    exec(session.code(), names)
    return names["session"]


@pytest.mark.parametrize("path", [PATH, PATH[:1], [PATH[0], PATH[0]]])
def test_brush_selects_what_it_touches(session, path):
    session.brush(path, 0.3)
    expected = near(session.embedding, path, 0.3)
    assert 0 < len(expected) < session.n_cells
    np.testing.assert_array_equal(session.selection, expected)


def test_brush_combines_like_a_lasso_and_its_line_is_kept(session):
    session.lasso(LEFT)
    left = session.selection
    session.brush(PATH, 0.5, mode="intersect")
    touched = near(session.embedding, PATH, 0.5)
    np.testing.assert_array_equal(session.selection, np.intersect1d(left, touched))
    session.brush(PATH, 0.5, mode="add")
    np.testing.assert_array_equal(session.selection, touched)
    assert [line.radius for line in session.outlines] == [0, 0.5]
    session.make_group(2)
    assert [(line.group, line.radius) for line in session.outlines] == [(2, 0), (2, 0.5)]


@pytest.mark.parametrize(
    ("path", "radius", "message"),
    [
        ([], 1, "at least one"),
        ([[0, 0, 0]], 1, "at least one"),
        ([["a", 0]], 1, r"\[x, y\] places"),
        ([[np.inf, 0]], 1, "not a finite number"),
        (PATH, 0, "radius is 0"),
        (PATH, -1, "above 0"),
        (PATH, np.nan, "above 0"),
    ],
)
def test_what_is_no_brush_is_refused(session, path, radius, message):
    with pytest.raises(DataError, match=message):
        session.brush(path, radius)
    assert "brush" not in session.code()


def test_inversion_is_what_was_not_selected(session):
    session.select([0, 5, 7])
    session.invert_selection()
    np.testing.assert_array_equal(session.selection, np.delete(np.arange(300), [0, 5, 7]))
    session.clear_selection()
    session.invert_selection()
    assert len(session.selection) == session.n_cells


@pytest.mark.parametrize("k", [1, 15, 299, 1000])
def test_growing_adds_the_nearest_in_the_embedding(session, k):
    cells = np.array([3, 50, 200])
    session.select(cells)
    session.grow_selection(k)
    session.wait()
    np.testing.assert_array_equal(session.selection, nearest(session.embedding, cells, k))
    assert "neighbors in X_umap" in session.code()


def test_growing_looks_in_the_latent_space_where_there_is_one(session):
    latent = np.random.default_rng(1).normal(size=(300, 10)).astype("float32")
    latent[7] = np.nan  # nobody's neighbor, and has none
    session.adata.obsm["X_peakvi"] = latent
    session.select([3, 7, 50])
    session.grow_selection(k=4)
    session.wait()
    expected = nearest(np.where(np.isnan(latent), 1e9, latent), np.array([3, 50]), 4)
    np.testing.assert_array_equal(session.selection, np.union1d(expected, [7]))
    assert "neighbors in X_peakvi" in session.code()


@pytest.mark.slow
def test_growing_in_a_trained_latent_space_needs_no_search_for_what_the_embedding_found(
    trained, monkeypatch
):
    latent = np.asarray(trained.adata.obsm["X_peakvi"], "float64")
    cells = np.array([3, 50, 200])
    trained.select(cells)
    trained.grow_selection(40)
    trained.wait()
    np.testing.assert_array_equal(trained.selection, nearest(latent, cells, 40))
    monkeypatch.setattr("scipy.spatial.cKDTree", None)
    for k in (1, 15):
        trained.select(cells)
        trained.grow_selection(k)
        trained.wait()
        np.testing.assert_array_equal(trained.selection, nearest(latent, cells, k))


def test_growing_among_twins_takes_twins(counts, without_umap):
    adata = counts.copy()
    dense = adata.X.toarray()
    dense[:20] = dense[0]
    adata.X = sparse.csr_matrix(dense)
    session = Session(adata)
    session.train("quick", max_epochs=1, n_threads=1)
    session.embed()
    session.wait()
    session.select([3])
    session.grow_selection(5)
    session.wait()
    grown = set(session.selection.tolist())
    assert len(grown) == 6
    assert grown < set(range(20))
    assert 3 in grown


@pytest.mark.parametrize("k", [0, -3, 1.5, "many", True])
def test_growing_by_no_number_is_refused(session, k):
    session.select([1])
    with pytest.raises(DataError, match="whole number above 0"):
        session.grow_selection(k)


def test_growing_too_early_says_what_to_do(session):
    with pytest.raises(StageError, match="select some first"):
        session.grow_selection()
    with pytest.raises(StageError, match="no counts yet"):
        Session().invert_selection()


def test_growing_leaves_the_lock_to_others_while_it_searches(session, monkeypatch):
    import scipy.spatial

    was_free = []

    def take():
        was_free.append(session.lock.acquire(timeout=5))
        if was_free[-1]:
            session.lock.release()

    class Tree(scipy.spatial.cKDTree):
        def query(self, *given, **settings):
            other = Thread(target=take)
            other.start()
            other.join()
            return super().query(*given, **settings)

    monkeypatch.setattr(scipy.spatial, "cKDTree", Tree)
    session.select([3, 50])
    session.grow_selection(2)
    session.wait()
    assert was_free == [True]
    assert len(session.selection) > 2


def test_what_is_selected_while_neighbors_are_looked_for_stays(session):
    session.select([3, 50])
    with session.lock:  # so that nothing is delivered between the two
        session.grow_selection(2)
        session.select([7])
    session.wait()
    assert session.selection.tolist() == [7]
    assert "grow_selection" not in session.code()


def test_script_waits_for_what_was_grown(session):
    session.select([3, 50])
    session.grow_selection(2)
    session.wait()
    session.grow_selection(3)
    session.wait()
    session.make_group(1)
    lines = session.code().splitlines()
    grown = [at for at, line in enumerate(lines) if "grow_selection" in line]
    assert [lines[at + 1] for at in grown] == ["session.wait()", "session.wait()"]
    np.testing.assert_array_equal(replayed(session).idx1, session.idx1)


def test_undo_and_redo_go_over_each(session):
    steps = [
        lambda: session.brush(PATH, 0.3),
        lambda: session.grow_selection(3),
        session.invert_selection,
    ]
    before, after = [], []
    for step in steps:
        before.append((session.selection, session.outlines))
        step()
        session.wait()
    for selection, outlines in reversed(before):
        after.append((session.selection, session.outlines))
        session.undo()
        assert (session.selection is selection, session.outlines) == (True, outlines)
    for selection, outlines in reversed(after):
        session.redo()
        assert (session.selection is selection, session.outlines) == (True, outlines)


def test_a_line_without_cells_empties_what_it_intersects_and_that_is_undone(session):
    session.select([1, 2])
    session.lasso([[90, 90], [91, 90], [91, 91]], mode="intersect")
    assert session.selection.tolist() == []
    session.undo()
    assert session.selection.tolist() == [1, 2]


def test_script_selects_the_same(session):
    session.brush(PATH, 1 / 3)
    session.grow_selection(k=3)
    session.wait()
    session.lasso(LEFT, mode="intersect")
    session.make_group(1)
    session.brush(PATH[1:], 0.2)
    session.invert_selection()
    again = replayed(session)
    np.testing.assert_array_equal(again.idx1, session.idx1)
    np.testing.assert_array_equal(again.selection, session.selection)
    assert again.outlines == session.outlines


def test_card_of_a_cell_is_what_its_counts_say(session):
    row = session.adata.X[17].toarray().ravel()
    card = session.cell_details(17)
    assert (card.cell, card.name) == (17, session.adata.obs_names[17])
    assert (card.n_counts, card.n_regions) == (row.sum(), np.count_nonzero(row))
    with pytest.raises(DataError, match="no cell 300"):
        session.cell_details(300)
