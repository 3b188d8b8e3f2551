"""What a page may reach on the server."""

import os
from pathlib import Path

import numpy as np
import pytest

from peakvi_widgets import settings
from peakvi_widgets.access import Access, access, path_to_open, path_to_save
from peakvi_widgets.errors import DataError
from peakvi_widgets.panels.code import CodePanel
from peakvi_widgets.panels.data import DataPanel
from peakvi_widgets.panels.embedding import EmbeddingPanel
from peakvi_widgets.viewer import Viewer


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to be in, with one beside it."""
    (tmp_path / "shown").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "private.h5ad").write_bytes(b"")
    (tmp_path / "shown" / "inside.h5ad").write_bytes(b"")
    monkeypatch.chdir(tmp_path / "shown")
    return tmp_path


@pytest.fixture
def restricted(place, monkeypatch):
    """Only the folder ``shown`` is there for pages."""
    monkeypatch.setattr(settings, "restricted", True)
    monkeypatch.setattr(settings, "folder", str(place / "shown"))
    return place


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"), ("  ", "is empty"), ("a\0b", r"has the character '\\x00'"),
        ("a\nb.h5ad", r"has the character '\\n'"), ("a\x7f", "has the character"),
        ("~nobody_of_this_name/x", "names a user"), ("x" * 256, "is too long"),
        (f"{'é' * 130}.peakvi", "is too long"), ("/dev/null", "neither a file nor a folder"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path_to", [path_to_open, path_to_save])
def test_what_is_no_path_is_refused(place, path_to, text, words):
    with pytest.raises(DataError, match=words) as caught:
        path_to(text)
    assert len(str(caught.value)) < 300


def test_pipes_are_refused(place):
    os.mkfifo("pipe.h5ad")
    with pytest.raises(DataError, match="neither a file nor a folder"):
        path_to_open("pipe.h5ad")


def test_paths_are_those_that_a_person_types(place, monkeypatch):
    monkeypatch.setenv("HOME", str(place))
    assert path_to_open("inside.h5ad") == place / "shown" / "inside.h5ad"
    assert path_to_save("~/new.peakvi") == place / "new.peakvi"
    assert path_to_open("/").is_dir()


@pytest.mark.parametrize("text", ["inside.h5ad", "./inside.h5ad", "../shown/inside.h5ad", "", "."])
def test_restricted_page_opens_what_is_in_the_folder(restricted, monkeypatch, text):
    monkeypatch.chdir(restricted / "secret")
    path = path_to_open(text or str(restricted / "shown" / "inside.h5ad"))
    assert path.is_relative_to(restricted / "shown")


@pytest.mark.parametrize(
    "text", ["..", "../secret/private.h5ad", "/", "/etc/passwd", "~", "link.h5ad", "folder/a.h5ad",
             "loop", "../shown_too/x.h5ad"],
)  # fmt: skip
def test_restricted_page_opens_nothing_else(restricted, text):
    Path("link.h5ad").symlink_to(restricted / "secret" / "private.h5ad")
    Path("folder").symlink_to(restricted / "secret")
    Path("loop").symlink_to("loop")
    (restricted / "shown_too").mkdir()
    with pytest.raises(DataError, match="outside the folder"):
        path_to_open(text)


def test_restricted_page_without_a_folder_opens_nothing(restricted, monkeypatch):
    monkeypatch.setattr(settings, "folder", "")
    assert access() == Access(opening=False, saving=False, variables=False)
    with pytest.raises(DataError, match="restricted server"):
        path_to_open("inside.h5ad")


def asked(panel, **content):
    panel._handle_msg(
        {"content": {"data": {"method": "custom", "content": content}}, "buffers": []}
    )
    answer = getattr(panel, "file_answer", None)
    return answer.text if answer and answer.text else panel.session.notice.text


def test_restricted_panels_say_so_and_refuse(restricted, session):
    data, code, viewer = DataPanel(session), CodePanel(session), Viewer(session)
    for panel in (data, code, viewer):
        assert panel.access == Access(opening=True, saving=False, variables=False)
    before = sorted(restricted.rglob("*"))
    assert "Nothing can be saved" in asked(code, intent="save_code", path="a.py", overwrite=False)
    for panel, intent in ((code, "save_session"), (viewer, "save_file"), (data, "save_model")):
        for name in ("a.peakvi", "b.py", "inside.h5ad", str(restricted / "secret" / "new")):
            text = asked(panel, intent=intent, path=name, overwrite=True)
            assert "Nothing can be saved" in text
    session.wait()
    assert sorted(restricted.rglob("*")) == before
    secret = str(restricted / "secret")
    for intent in ("browse", "open_path", "load_model"):
        assert "outside the folder" in asked(data, intent=intent, path=secret)
    assert "outside the folder" in asked(viewer, intent="open_session", path=f"{secret}/x.peakvi")
    assert data.directory == str(restricted / "shown")
    assert "not available" in asked(data, intent="open_variable", name="adata")
    assert "is not a data set" in asked(data, intent="open_dataset", name=f"{secret}/private.h5ad")
    assert [entry.name for entry in data.entries] == ["inside.h5ad"]


def test_restricted_page_lists_no_links_to_elsewhere(restricted, session):
    Path("link.h5ad").symlink_to(restricted / "secret" / "private.h5ad")
    Path("own.h5ad").symlink_to(restricted / "shown" / "inside.h5ad")
    assert [one.name for one in DataPanel(session).entries] == ["inside.h5ad", "own.h5ad"]


def test_restricted_page_still_selects_and_compares(restricted, session):
    panel = EmbeddingPanel(session)
    asked(panel, intent="select", cells=[0, 1, 2], mode="new")
    asked(panel, intent="make_group", number=1, against_rest=False)
    assert session.idx1.tolist() == [0, 1, 2]
    session.select(f"batch == {session.adata.obs['batch'].iloc[0]!r}")
    assert len(session.selection)
    viewer = Viewer(session)
    viewer.bind_key("h", lambda one: one.session.swap_groups())
    asked(viewer, intent="press_key", key="h")
    assert session.idx2.tolist() == [0, 1, 2]


def test_python_is_not_restricted(restricted, session):
    path = restricted / "secret" / "mine.py"
    session.save_code(path)
    assert path.exists()
    assert np.array_equal(session.idx1, [])


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("true", True), ("0", False), ("", False), ("no", False)]
)
def test_environment_variables_set_it(monkeypatch, value, expected):
    import importlib

    try:
        monkeypatch.setenv("PEAKVI_RESTRICTED", value)
        monkeypatch.setenv("PEAKVI_FOLDER", "data")
        monkeypatch.setenv("PEAKVI_AUTOSAVE_FOLDER", "autosaves")
        fresh = importlib.reload(settings)
        assert (fresh.restricted, fresh.folder) == (expected, "data")
        assert fresh.autosave_folder == "autosaves"
    finally:
        monkeypatch.undo()
        importlib.reload(settings)


def test_restricted_page_sees_no_variables(restricted, session, counts, monkeypatch):
    monkeypatch.setattr("peakvi_widgets.panels.data.notebook_adatas", lambda: {"adata": counts})
    panel = DataPanel(session)
    asked(panel, intent="refresh")
    assert panel.variables == ()
    monkeypatch.setattr(settings, "restricted", False)
    asked(panel, intent="refresh")
    assert [one.name for one in panel.variables] == ["adata"]
