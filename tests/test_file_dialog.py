"""Files that the window writes and opens: it asks before anything is lost, and says what it did."""

import os

import nbformat
import numpy as np
import pytest

from peakvi_widgets import Session, Viewer


@pytest.fixture
def viewer(session):
    return Viewer(session)


def asked(viewer, intent, path, **arguments):
    viewer._receive(viewer, {"intent": intent, "path": str(path), **arguments}, [])
    answer = viewer.file_answer
    return answer.outcome, answer.text


def save(viewer, path, overwrite=False):
    return asked(viewer, "save_file", path, overwrite=overwrite)


def test_code_is_written_as_the_ending_says(viewer, tmp_path):
    assert save(viewer, tmp_path / "a.py") == ("done", "")
    assert (tmp_path / "a.py").read_text() == viewer.session.code()
    assert save(viewer, tmp_path / "a.ipynb") == ("done", "")
    nbformat.validate(nbformat.read(tmp_path / "a.ipynb", as_version=4))


def test_page_is_written_where_there_is_a_map(viewer, tmp_path):
    with viewer.session._step():
        viewer.session.embedding = np.empty((0, 2), "float32")
    outcome, text = save(viewer, tmp_path / "a.html")
    assert outcome == "refused"
    assert "no embedding" in text
    with viewer.session._step():
        viewer.session.embedding = np.zeros((viewer.session.n_cells, 2), "float32")
    assert save(viewer, tmp_path / "a.html") == ("done", "")
    assert save(viewer, tmp_path / "a.html")[0] == "there"
    assert viewer.export_html(tmp_path / "a.html", overwrite=True) == tmp_path / "a.html"


def test_session_is_written_and_goes_on_in_another_window(viewer, tmp_path):
    path = tmp_path / "a.peakvi"
    viewer.session.idx1 = [1, 2]
    assert save(viewer, path) == ("done", "")
    viewer.session.wait()
    other = Viewer()
    assert asked(other, "open_session", path) == ("done", "")
    other.session.wait()
    assert other.session.idx1.tolist() == [1, 2]


@pytest.mark.parametrize("name", ["a.py", "a.ipynb", "a.peakvi"])
def test_what_is_there_stays_until_somebody_says_replace(viewer, tmp_path, name):
    path = tmp_path / name
    path.write_text("mine")
    assert save(viewer, path) == ("there", f"{path} exists already.")
    viewer.session.wait()
    assert path.read_text() == "mine"
    assert save(viewer, path, overwrite=True) == ("done", "")
    viewer.session.wait()
    assert path.read_bytes() != b"mine"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a.txt", "does not end in"),
        ("nowhere/a.py", "cannot be written"),
        ("nowhere/a.peakvi", "There is no folder"),
    ],
)
def test_what_cannot_be_written_is_told_in_the_dialog(viewer, tmp_path, name, why):
    before = viewer.session.notice
    outcome, text = save(viewer, tmp_path / name)
    assert outcome == "refused"
    assert why in text
    assert viewer.session.notice is before  # once is enough


def test_folder_that_may_not_be_written_into_is_told(viewer, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert save(viewer, tmp_path / "a.peakvi")[0] == "refused"


def test_nothing_open_is_nothing_to_save(tmp_path):
    outcome, text = save(Viewer(Session()), tmp_path / "a.peakvi")
    assert (outcome, "pen" in text) == ("refused", True)


def test_session_that_is_not_there_is_told(viewer, tmp_path):
    outcome, text = asked(viewer, "open_session", tmp_path / "none.peakvi")
    assert (outcome, text) == ("refused", f"There is no file {tmp_path / 'none.peakvi'}.")


def test_each_answer_is_a_new_one(viewer, tmp_path):
    numbers = []
    for _ in range(2):
        save(viewer, tmp_path / "a.txt")
        numbers.append(viewer.file_answer.number)
    assert numbers == [1, 2]
