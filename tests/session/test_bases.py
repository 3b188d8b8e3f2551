"""Several embeddings of the same cells: choosing one, and what stays when it is another."""

import numpy as np
import pytest
from traitlets import TraitError

from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session

LEFT = [[-9, -9], [0, -9], [0, 9], [-9, 9]]


@pytest.fixture
def session(counts):
    """Cells with a UMAP, five principal components, one column and no numbers."""
    rng = np.random.default_rng(3)
    counts = counts.copy()
    counts.obsm["X_pca"] = rng.normal(size=(300, 5))
    counts.obsm["one"] = rng.normal(size=(300, 1))
    counts.obsm["words"] = np.full((300, 2), "a")
    opened = Session(counts)
    opened.wait()
    return opened


def test_bases_are_what_can_be_shown_and_umap_is_first(session):
    assert [(basis.name, basis.n_dimensions) for basis in session.bases] == [
        ("X_umap", 2),
        ("X_pca", 5),
    ]
    assert (session.basis, session.shown_dimensions) == ("X_umap", (0, 1))


def test_two_columns_of_another_basis_are_shown(session):
    session.show_basis("X_pca", dimensions=(4, 1))
    expected = session.adata.obsm["X_pca"][:, [4, 1]]
    np.testing.assert_array_equal(session.embedding, expected)
    assert (session.basis, session.shown_dimensions) == ("X_pca", (4, 1))
    assert session.code().splitlines()[-1] == "session.show_basis('X_pca', dimensions=(4, 1))"


def test_basis_and_dimensions_may_be_set(session):
    session.basis = "X_pca"
    session.shown_dimensions = (2, 3)
    np.testing.assert_array_equal(session.embedding, session.adata.obsm["X_pca"][:, 2:4])
    session.basis = "X_umap"
    assert session.shown_dimensions == (0, 1)
    np.testing.assert_array_equal(session.embedding, session.adata.obsm["X_umap"])
    assert session.code().count("session.show_basis(") == 3


@pytest.mark.parametrize(
    ("basis", "dimensions", "message"),
    [
        ("X_tsne", (0, 1), "there is: X_umap, X_pca"),
        ("one", (0, 1), "no embedding 'one'"),
        ("words", (0, 1), "no embedding 'words'"),
        ("X_umap", (0, 2), "columns 0 to 1"),
        ("X_pca", (1, 1), "not two of them"),
        ("X_pca", (-1, 1), "columns 0 to 4"),
        ("X_pca", "ab", "give two columns"),
        ("X_pca", (1, 2, 3), "give two columns"),
    ],
)
def test_what_cannot_be_shown_is_refused(session, basis, dimensions, message):
    before = session.embedding
    with pytest.raises(DataError, match=message):
        session.show_basis(basis, dimensions=dimensions)
    assert (session.embedding is before, session.basis) == (True, "X_umap")


def test_what_cannot_be_shown_is_refused_when_set(session):
    with pytest.raises(TraitError, match="no embedding 'X_tsne'"):
        session.basis = "X_tsne"
    with pytest.raises(TraitError, match="columns 0 to 1"):
        session.shown_dimensions = (0, 7)
    assert (session.basis, session.shown_dimensions) == ("X_umap", (0, 1))
    assert "show_basis" not in session.code()


def test_selection_and_groups_stay_and_each_line_knows_where_it_was_drawn(session):
    session.lasso(LEFT)
    session.make_group(1)
    chosen = session.idx1
    session.show_basis("X_pca", dimensions=(1, 3))
    session.lasso(LEFT)
    np.testing.assert_array_equal(
        session.selection, np.flatnonzero(session.adata.obsm["X_pca"][:, 1] < 0)
    )
    assert session.idx1 is chosen
    drawn = [(line.group, line.basis, line.dimensions) for line in session.outlines]
    assert drawn == [(1, "X_umap", (0, 1)), (0, "X_pca", (1, 3))]


def test_undo_shows_the_earlier_embedding_and_redo_the_later(session):
    umap = session.embedding
    session.show_basis("X_pca")
    session.shown_dimensions = (1, 2)
    session.undo()
    assert (session.basis, session.shown_dimensions) == ("X_pca", (0, 1))
    session.undo()
    assert (session.basis, session.embedding is umap) == ("X_umap", True)
    assert "show_basis" not in session.code()
    session.redo()
    session.redo()
    assert (session.basis, session.shown_dimensions) == ("X_pca", (1, 2))
    expected = session.adata.obsm["X_pca"][:, 1:3]
    np.testing.assert_array_equal(session.embedding, expected)


def test_script_draws_in_the_same_embedding(session):
    session.show_basis("X_pca", dimensions=(1, 3))
    session.lasso(LEFT)
    session.basis = "X_umap"
    session.lasso(LEFT, mode="intersect")
    names = {"adata": session.opened}
    exec(session.code(), names)
    np.testing.assert_array_equal(names["session"].selection, session.selection)


@pytest.mark.slow
def test_latent_space_is_a_basis_once_it_is_there_and_old_lines_go_with_old_places(trained):
    assert [basis.name for basis in trained.bases][:2] == ["X_umap", "X_peakvi"]
    trained.lasso([[-99, -99], [99, -99], [99, 99]])
    trained.show_basis("X_peakvi", dimensions=(2, 0))
    np.testing.assert_array_equal(trained.embedding, trained.adata.obsm["X_peakvi"][:, [2, 0]])
    trained.embed(min_dist=0.4)
    trained.wait()
    assert (trained.basis, trained.shown_dimensions, trained.outlines) == ("X_umap", (0, 1), ())
