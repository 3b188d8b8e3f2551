"""Roles, names, contrast and order by axe-core, in a real JupyterLab, in both themes."""

import pytest

from tests.e2e.axe import findings
from tests.e2e.conftest import SCREENSHOTS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

SESSION = """import numpy as np
import peakvi_widgets as pv
cells = pv.datasets.simulate(400, 300, n_types=3, n_batches=2, seed=1)
session = pv.Session(cells)
session.train(max_epochs=2)
session.embed()
session.wait()
session.groups_by("cell_type", *session.obs_columns[0].categories[:2])
session.add_layer("labels")
session.compare()
session.wait()"""
VIEWER = "pv.Viewer(session)"
NARROW = """import ipywidgets
import peakvi_widgets as pv
ipywidgets.VBox([pv.Viewer()], layout={"width": "600px"})"""
PANELS = ["Data", "Training", "Embedding", "Differential", "Volcano", "Code", "Layers", "Log"]
ALONE = "import ipywidgets\nipywidgets.VBox([{}])".format(
    ", ".join(f"pv.{name}Panel(session)" for name in PANELS)
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_viewer_has_no_serious_finding(open_notebook, theme):
    notebook = open_notebook(SESSION, VIEWER, theme=theme)
    notebook.run(0, timeout=180)
    notebook.run(1)
    page, at = notebook.page, notebook.page.get_by_test_id
    page.wait_for_selector("canvas[data-drawn='400']")
    found = {"viewer": findings(page, ".pv-viewer")}
    for tab in page.locator("[data-area=bottom] [role=tab]").all():
        tab.click()
        found[tab.inner_text()] = findings(page, ".pv-viewer")
    at("search").click()
    found["palette"] = findings(page, ".pv-viewer")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    at("shortcuts").wait_for()
    found["shortcuts"] = findings(page, ".pv-viewer")
    page.keyboard.press("Escape")
    at("menu").click()
    for name in ("menu-select", "menu-compare"):
        at(name).hover()
        at("submenu").wait_for()
        found[name] = findings(page, ".pv-viewer")
        notebook.screenshot(SCREENSHOTS / f"{name}_{theme}.png")
    assert sorted({f"{place}: {told}" for place in found for told in found[place]}) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_empty_and_narrow_viewer_has_no_serious_finding(open_notebook, theme):
    notebook = open_notebook(NARROW, theme=theme)
    notebook.run(0)
    page = notebook.page
    page.get_by_test_id("viewer").wait_for()
    found = {}
    for tab in page.locator(".pv-viewer > .pv-tabs [role=tab]").all():
        tab.click()
        found[tab.inner_text()] = findings(page, ".pv-viewer")
    page.get_by_test_id("menu").click()
    for entry in page.locator("[data-testid=menus] [role=menuitem]").all():
        entry.hover()
        window = page.get_by_test_id("viewer").bounding_box()
        menu = page.get_by_test_id("submenu").bounding_box()
        assert menu["x"] >= window["x"]
        assert menu["x"] + menu["width"] <= window["x"] + window["width"]
        assert menu["y"] + menu["height"] <= window["y"] + window["height"]
    found["menus"] = findings(page, ".pv-viewer")
    assert len(found) > 4
    assert sorted({f"{place}: {told}" for place in found for told in found[place]}) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_panels_that_stand_alone_have_no_serious_finding(open_notebook, theme):
    notebook = open_notebook(SESSION, ALONE, theme=theme)
    notebook.run(0, timeout=180)
    notebook.run(1)
    page = notebook.page
    page.wait_for_selector("canvas[data-drawn='400']")
    assert page.locator(".jp-OutputArea .pv").count() == len(PANELS)
    assert findings(page, ".jp-OutputArea .jupyter-widgets") == []
