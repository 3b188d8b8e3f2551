"""The code panel in a real JupyterLab: files are written beside the notebook and open elsewhere."""

import json

import nbformat
import pytest

from tests.e2e.conftest import SCREENSHOTS

BEGIN = """import os
import peakvi_widgets as pv
session = pv.Session("simulated")
session.wait()
session.groups_by("cell_type", session.colors.categories[0])
pv.CodePanel(session)"""
WHERE = "import json\nprint(json.dumps([os.getcwd(), len(session.idx1)]))"
GO_ON = """import json
import peakvi_widgets as pv
viewer = pv.Viewer({path!r})
viewer.session.wait()
viewer"""
THERE = "print(json.dumps([len(viewer.session.idx1), viewer.session.code()]))"


@pytest.mark.slow
def test_session_saved_by_a_click_goes_on_in_another_kernel(open_notebook, tmp_path):
    notebook = open_notebook(BEGIN, WHERE)
    notebook.run(0)
    page = notebook.page
    page.get_by_test_id("file-name").fill(str(tmp_path / "mine"))
    for ending in ("py", "ipynb", "peakvi"):
        page.get_by_test_id(f"save-{ending}").click()
        page.get_by_text(f"saved in {tmp_path / 'mine'}.{ending}").wait_for(timeout=30_000)
    page.get_by_test_id("save-py").click()
    page.get_by_text("exists already").wait_for()
    script = page.get_by_test_id("script").inner_text()
    assert (tmp_path / "mine.py").read_text() == script
    nbformat.validate(nbformat.read(tmp_path / "mine.ipynb", as_version=4))
    _, n_cells = notebook.json(1)

    elsewhere = open_notebook(GO_ON.format(path=str(tmp_path / "mine.peakvi")), THERE)
    elsewhere.run(0)
    elsewhere.page.get_by_test_id("group-1-count").wait_for()
    count = elsewhere.page.get_by_test_id("group-1-count").inner_text()
    assert int(count.replace(",", "")) == n_cells
    assert json.loads(elsewhere.run(1)) == [n_cells, script]


WINDOW = """import os
import peakvi_widgets as pv
viewer = pv.Viewer("simulated")
viewer.session.wait()
viewer.session.groups_by("cell_type", viewer.session.colors.categories[0])
viewer"""


@pytest.mark.slow
def test_window_saves_asks_before_it_replaces_and_opens_again(open_notebook, tmp_path):
    notebook = open_notebook(WINDOW)
    notebook.run(0, timeout=180)
    page, at = notebook.page, notebook.page.get_by_test_id

    def choose(command):
        at("menu").click()
        at("menu-file").hover()
        at(f"menu-{command}").click()

    def save(path):
        at("dialog-path").fill(str(path))
        page.keyboard.press("Enter")

    choose("save_session")
    assert at("dialog-path").input_value() == "simulated.peakvi"
    save(tmp_path / "mine")
    at("file-dialog").wait_for(state="hidden")
    saved = f"The session is saved in {tmp_path / 'mine.peakvi'}"
    at("notice").filter(has_text=saved).wait_for()  # the log has it too

    (tmp_path / "mine.py").write_text("mine")
    choose("save_script")
    save(tmp_path / "mine")
    page.get_by_text("exists already").wait_for()
    for theme in ("dark", "light"):
        notebook.wear(theme)
        notebook.screenshot(SCREENSHOTS / f"file_dialog_{theme}.png")
    assert (tmp_path / "mine.py").read_text() == "mine"
    at("dialog-go").click()
    at("file-dialog").wait_for(state="hidden")
    script = (tmp_path / "mine.py").read_text()
    assert "session.groups_by(" in script

    for command, ending in (("download_script", "py"), ("download_notebook", "ipynb")):
        with page.expect_download() as download:
            choose(command)
        assert download.value.suggested_filename == f"simulated.{ending}"
        download.value.save_as(tmp_path / f"taken.{ending}")
    assert (tmp_path / "taken.py").read_text() == script
    nbformat.validate(nbformat.read(tmp_path / "taken.ipynb", as_version=4))

    choose("open_session")
    save(tmp_path / "nowhere")
    page.get_by_text("There is no file").wait_for()
    save(tmp_path / "mine")
    at("notice").filter(has_text="continues").wait_for()
    count = int(at("group-1-count").inner_text().replace(",", ""))
    assert count > 0
