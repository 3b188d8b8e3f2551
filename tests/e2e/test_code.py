"""The code panel in a real JupyterLab: files are written beside the notebook and open elsewhere."""

import json

import nbformat
import pytest

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
    page.get_by_text("is there already").wait_for()
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
