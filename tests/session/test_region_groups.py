"""The groups that are compared along the genome: a column that goes, or holds other cells."""

import numpy as np
import pytest

from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session

HERE = "chr11:60,440,000-60,460,000"


@pytest.fixture
def session(counts):
    some = counts[:60, :50].copy()
    some.var_names = [
        f"chr11:{60_440_000 + 1000 * at}-{60_440_500 + 1000 * at}" for at in range(50)
    ]
    some.obs["mine"] = np.resize(["x", "y"], 60)
    session = Session(some)
    session.wait()
    session.show_region(HERE)
    session.wait()
    return session


def test_a_column_that_is_gone_leaves_the_groups(session):
    session.tracks_by = "mine"
    session.wait()
    assert session.region_tracks.tracks == ("x", "y")
    del session.adata.obs["mine"]
    session.show_region(HERE)
    session.wait()
    assert session.tracks_by == ""
    assert session.region_tracks.column == "cell_type"


def test_a_column_of_the_same_categories_in_other_cells_is_looked_at_again(session):
    session.tracks_by = "mine"
    session.wait()
    before = session.region_tracks
    session.adata.obs["mine"] = np.resize(["y", "x"], session.n_cells)
    session.show_region(HERE)
    session.wait()
    assert session.region_tracks.n_cells == before.n_cells
    np.testing.assert_array_equal(session.region_tracks.observed, before.observed[::-1])


def test_a_question_that_failed_is_asked_again(session, monkeypatch):
    def fail(_self, _window):
        raise DataError("No.")

    session.region_viewers = 0
    session.set_groups(range(9), range(9, 20))
    with monkeypatch.context() as patch:
        patch.setattr(Session, "_question", fail)
        for _ in range(2):
            session.show_region(HERE)
            with pytest.raises(DataError, match="No"):
                session.wait()
    session.show_region(HERE)
    session.wait()
    assert len(session.region_tracks.regions) == 30
