"""The code panel shows the script of what was done."""

import pytest

from peakvi_widgets.panels.code import CodePanel
from peakvi_widgets.panels.data import DataPanel


def test_script_grows_and_shrinks_with_what_is_done(session):
    panel = CodePanel(session)
    session.groups_by("cell_type", session.colors.categories[0])
    assert "session.groups_by(column='cell_type'" in panel.script
    session.undo()
    assert "groups_by" not in panel.script
    compile(panel.script, "script", "exec")


def test_parts_that_are_sent_make_the_script(session):
    panel = CodePanel(session)
    for number in range(40):
        session.select([number])
        assert panel.script_head + panel.script_body + panel.script_tail == session.code()
    assert panel.script_body
    while session.undo_label:
        session.undo()
        assert panel.script_head + panel.script_body + panel.script_tail == session.code()


@pytest.mark.parametrize("name", ["done.py", "done.ipynb"])
def test_code_is_saved_once_unless_it_may_be_replaced(session, tmp_path, name):
    panel, path = CodePanel(session), tmp_path / name
    message = {"intent": "save_code", "path": str(path), "overwrite": False}
    panel._receive(None, message, [])
    assert session.notice.text == f"The code is saved in {path}."
    first = path.read_text()
    session.idx1 = [1, 2]
    panel._receive(None, message, [])
    assert "already" in session.notice.text
    assert path.read_text() == first
    panel._receive(None, {**message, "overwrite": True}, [])
    assert "idx1=[1, 2]" in path.read_text()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("path", "message"),
    [("done.txt", "does not end in"), ("nowhere/done.py", "cannot be written")],
)
def test_code_that_cannot_be_saved_says_why(session, tmp_path, path, message):
    panel = CodePanel(session)
    intent = {"intent": "save_code", "path": str(tmp_path / path), "overwrite": False}
    panel._receive(None, intent, [])
    assert message in session.notice.text
    assert session.notice.level == "error"


def test_session_is_saved_and_opens_like_any_other_file(session, tmp_path):
    path = tmp_path / "all.peakvi"
    intent = {"intent": "save_session", "path": str(path), "overwrite": False}
    session.idx1 = [1, 2]
    CodePanel(session)._receive(None, intent, [])
    session.wait()
    assert session.notice.text == f"The session is saved in {path}."
    other = DataPanel()
    other._receive(None, {"intent": "browse", "path": str(tmp_path)}, [])
    assert [(entry.name, entry.kind) for entry in other.entries] == [("all.peakvi", "counts")]
    other._receive(None, {"intent": "open_path", "path": str(path)}, [])
    other.session.wait()
    assert other.session.idx1.tolist() == [1, 2]
    assert other.n_cells == session.n_cells


@pytest.mark.parametrize("ending", [".py", ".ipynb"])
def test_code_is_handed_to_the_browser_that_asks(session, ending):
    panel = CodePanel(session)
    for number in (1, 2):
        panel._receive(None, {"intent": "download_code", "ending": ending}, [])
        assert panel.download.number == number
    assert panel.download.name.endswith(ending)
    assert panel.download.text == session.code(ending)
    assert "peakvi_widgets" in panel.download.text


def test_code_of_another_kind_is_not_handed_out(session):
    panel = CodePanel(session)
    panel._receive(None, {"intent": "download_code", "ending": ".exe"}, [])
    assert panel.download.number == 0
    assert session.notice.level == "error"
