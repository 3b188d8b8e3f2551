"""What is asked for too early: the error names the work that has not ended."""

import pytest

from peakvi_widgets.errors import StageError
from peakvi_widgets.session import Session


@pytest.fixture
def opened(counts):
    without_map = counts.copy()
    del without_map.obsm["X_umap"]
    session = Session(without_map)
    session.wait()
    return session


def test_counts_that_are_being_opened(counts):
    session = Session()
    with session.lock:  # work waits for it
        session.open(counts)
        with pytest.raises(StageError, match=r"because opening has not ended; .*wait\(\) first"):
            session.groups_by("cell_type", "A")
        with pytest.raises(StageError, match="because opening has not ended"):
            session.star_region("chr1:1-2")
    session.wait()
    assert session.n_cells == counts.n_obs


@pytest.mark.parametrize(
    ("ask", "work"),
    [
        (lambda session: session.lasso([[0, 0], [1, 0], [1, 1]]), "mapping"),
        (lambda session: session.export_html("page.html"), "mapping"),
        (lambda session: session.figure("embedding"), "mapping"),
    ],
)
def test_a_map_that_is_being_made(opened, ask, work, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with opened.lock:
        opened.preview()
        with pytest.raises(StageError, match=f"because {work} has not ended"):
            ask(opened)
    opened.cancel_all()
    opened.wait()


def test_a_figure_of_a_training_that_runs(opened):
    with opened.lock:
        opened.train("quick", max_epochs=1)
        with pytest.raises(StageError, match=r"no training yet, because training has not ended"):
            opened.figure("history")
        with pytest.raises(StageError, match="make two groups"):  # training brings no comparison
            opened.figure("volcano")
    opened.cancel_all()
    opened.wait()


def test_without_such_work_it_says_what_to_do(opened):
    with pytest.raises(StageError, match=r"no embedding yet; preview\(\)"):
        opened.figure("embedding")
    with pytest.raises(StageError, match="open a file"):
        Session().invert_selection()
