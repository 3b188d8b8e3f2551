"""Panels without a viewer: side by side in an HBox, in step, and observed from Python."""

import pytest
from playwright.sync_api import expect

SIDE_BY_SIDE = """import ipywidgets
import peakvi_widgets as pv
session = pv.Session("simulated", preset="quick")
session.wait()
monitor, picture = pv.TrainingPanel(session), pv.EmbeddingPanel(session)
seen = []
picture.observe(lambda change: seen.append(len(change.new)), names=["embedding"])
ipywidgets.HBox([monitor, picture], layout={"width": "1000px"})"""
SEEN = "import json\nprint(json.dumps([seen, len(session.history), session.idx1.tolist()[:3]]))"
TABLE = "pv.DifferentialPanel(session)"
GROUPS = 'session.groups_by("cell_type", session.colors.categories[0])'


@pytest.mark.slow
def test_panels_side_by_side_stay_in_step(open_notebook, poll):
    notebook = open_notebook(SIDE_BY_SIDE, SEEN, TABLE, GROUPS)
    page = notebook.page
    notebook.run(0)
    monitor, picture = page.get_by_test_id("training-panel"), page.get_by_test_id("embedding-panel")
    monitor.wait_for()
    picture.wait_for()
    left, right = monitor.bounding_box(), picture.bounding_box()
    assert left["x"] + left["width"] <= right["x"]  # beside each other
    page.get_by_test_id("train").click()
    page.wait_for_selector("canvas[data-drawn='2000']", timeout=180_000)
    seen, n_epochs, _ = notebook.json(1)
    assert seen[-1] == 2000
    assert n_epochs == 5

    # a third panel, and groups set by code: all three show them, and the table fills
    notebook.run(2)
    notebook.run(3)
    page.locator("[data-testid=da-state]", has_text="final, 5,000 draws").wait_for(timeout=60_000)
    count = page.get_by_test_id("group-1-count").inner_text()
    first = notebook.json(1)[2]
    assert int(count.replace(",", "")) > len(first) == 3


@pytest.mark.slow
def test_page_reload_brings_everything_back(open_notebook):
    notebook = open_notebook(SIDE_BY_SIDE, SEEN, TABLE, GROUPS)
    page = notebook.page
    notebook.run(0)
    page.get_by_test_id("train").click()
    page.wait_for_selector("canvas[data-drawn='2000']", timeout=180_000)
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    notebook.reload()
    page.wait_for_selector("canvas[data-drawn='2000']", timeout=60_000)
    expect(page.get_by_test_id("training-panel")).to_contain_text("Finished all 5 epochs")
    page.get_by_test_id("restart").click()  # and messages still arrive
    page.get_by_test_id("restart").click()
    page.get_by_test_id("stop").wait_for(timeout=30_000)


NOTEBOOK = """import peakvi_widgets as pv
mine = pv.datasets.simulate(400, 300, seed=1)
panel = pv.DataPanel()
panel"""
OPENED = "print([panel.session.source, panel.session.n_cells, mine.uns.keys() & {'peakvi_setup'}])"


def test_an_anndata_of_the_notebook_opens_by_its_name(open_notebook, poll):
    notebook = open_notebook(NOTEBOOK, OPENED)
    notebook.run(0)
    page = notebook.page
    page.get_by_test_id("open-from-notebook").click()
    page.get_by_test_id("variable-mine").click()
    poll(lambda: notebook.run(1), lambda text: text == "['mine', 400, set()]")
    page.get_by_test_id("size").filter(has_text="400 cells").wait_for()
