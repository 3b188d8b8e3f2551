"""Opening, filtering and undoing; what must not be touched; what becomes of bad input."""

import numpy as np
import pytest

from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.session import Session


def test_opening_measures_and_takes_what_the_file_brings(session, counts):
    assert (session.n_cells, session.n_regions) == counts.shape
    open_regions = np.asarray((counts.X > 0).sum(axis=1)).ravel()
    np.testing.assert_array_equal(session.regions_per_cell, open_regions)
    np.testing.assert_array_equal(session.embedding, counts.obsm["X_umap"])
    assert session.basis == "X_umap"
    assert session.color_by == "cell_type"  # a usual label column is shown at once


def test_the_users_object_is_not_written_to(counts):
    before = counts.copy()
    session = Session(counts)
    session.filter(min_cells=30)
    session.setup(batch_key="batch")
    session.wait()
    session.adata.obs["mine"] = 1
    assert list(counts.obs.columns) == list(before.obs.columns)
    assert dict(counts.uns) == dict(before.uns)
    assert (counts.X != before.X).nnz == 0


def test_filter_keeps_what_was_asked_for_and_undo_brings_all_back(session):
    session.filter(min_cells=60, min_regions=30)
    session.wait()
    seen = session.adata.X > 0
    assert session.n_regions < session.n_regions_opened
    assert session.n_cells < session.n_cells_opened
    assert seen.sum(axis=0).min() >= 60
    assert session.filter_settings.min_cells == 60
    assert "regions remain" in session.filter_warning
    session.undo()
    assert (session.n_cells, session.n_regions) == (300, 240)
    assert session.filter_settings is None
    assert session.regions == tuple(session.adata.var_names)
    assert len(session.embedding) == 300


def test_filters_do_not_add_up(session):
    session.filter(min_cells=60)
    session.filter(min_cells=1)
    session.wait()
    assert session.n_regions == (session.cells_per_region > 0).sum()


def test_filter_of_everything_is_an_error_and_changes_nothing(session):
    session.filter(min_regions=10_000)
    with pytest.raises(DataError, match="min_regions"):
        session.wait()
    assert (session.n_cells, session.n_regions) == (300, 240)
    assert session.notice.level == "error"
    assert "filter" not in session.code()


def test_opening_what_is_not_there_keeps_what_is_open(session):
    session.open("no/such/folder")
    with pytest.raises(DataError, match="no/such/folder"):
        session.wait()
    assert session.n_cells == 300
    assert "no/such/folder" not in session.code()


def test_verbs_before_open_say_what_to_do():
    session = Session()
    session.filter()
    with pytest.raises(StageError, match="open a file or an AnnData first"):
        session.wait()


def test_what_follows_a_failed_verb_is_not_run():
    session = Session()
    session.open("no/such/file.h5ad")
    session.filter()
    with pytest.raises(DataError, match="no/such/file"):
        session.wait()
    assert session.notice.text.count("no/such/file") == 1


def test_it_is_said_that_what_follows_an_error_is_not_done(session):
    session.filter(min_regions=10_000)
    assert session._work._idle.wait(60)
    session.filter(min_cells=4)
    assert session._work._idle.wait(60)
    assert "is not done, until session.wait() has raised it" in session.notice.text
    assert "min_regions" in session.notice.text
    with pytest.raises(DataError, match="min_regions"):
        session.wait()
    session.filter(min_cells=4)
    session.wait()
    assert "filter(min_cells=4" in session.code()


def test_batch_column_must_be_there_and_hold_categories(session):
    session.setup(batch_key="depth")
    with pytest.raises(DataError, match="no column of categories 'depth'"):
        session.wait()
    session.setup(batch_key="batch")
    session.wait()
    assert session.batch_key == "batch"


def test_columns_are_described_as_categories_or_numbers(session):
    kinds = {column.name: column.kind for column in session.obs_columns}
    assert kinds["cell_type"] == kinds["batch"] == "category"
    assert kinds["depth"] == "number"
    column = next(c for c in session.obs_columns if c.name == "cell_type")
    assert sum(column.counts) == 300


def test_coloring_by_a_region_before_training_shows_where_it_was_seen(session, counts):
    region = session.regions[7]
    session.color_by = region
    assert session.colors.kind == "number"
    seen = np.asarray((counts[:, region].X > 0).todense()).ravel()
    np.testing.assert_array_equal(session.colors.values > 0, seen)


def test_colouring_by_nonsense_is_refused(session):
    from traitlets import TraitError

    with pytest.raises(TraitError, match="no column of obs, region or gene 'x'"):
        session.color_by = "x"
    assert session.color_by == "cell_type"


def test_opening_anew_forgets_groups_and_the_record(session):
    session.groups_by("cell_type", session.colors.categories[0])
    session.open("simulated")
    session.wait()
    assert len(session.idx1) == len(session.idx2) == 0
    assert "groups_by" not in session.code()
    assert session.code().count("session.open") == 1
