"""Roles, names, contrast and order by axe-core, in a real JupyterLab, in both themes."""

import pytest
from playwright.sync_api import expect

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


# All rules in the light theme; of the dark one only its colours are news.
RULES = {"light": (), "dark": ("color-contrast",)}


@pytest.fixture
def in_both_themes(open_notebook):
    """Open a notebook, run its cells and say what ``walk(notebook, theme, look)`` looked at."""

    def found(cells, walk, wait_for):
        notebook = open_notebook(*cells)
        for number in range(len(cells)):
            notebook.run(number, timeout=180)
        notebook.page.locator(wait_for).first.wait_for(timeout=60_000)
        by_place = {}
        for theme, rules in RULES.items():
            notebook.wear(theme)

            def look(place, part=".pv-viewer", theme=theme, rules=rules):
                by_place[f"{place}, {theme}"] = findings(notebook.page, part, *rules)

            walk(notebook, theme, look)
        return by_place

    return found


def lines(found):
    return sorted({f"{place}: {line}" for place in found for line in found[place]})


def test_viewer_has_no_serious_finding(in_both_themes):
    def walk(notebook, theme, look):
        page, at = notebook.page, notebook.page.get_by_test_id
        for tab in page.locator("[data-area=bottom] [role=tab]").all():
            tab.click()
            look(tab.inner_text())
        at("tab-differential").click()
        at("da-settings").click()
        look("settings of the comparison")
        at("da-settings").click()
        at("embedding-panel").locator(".pv-surface").focus()
        page.keyboard.press("c")
        at("cell-card").wait_for()
        look("cell cursor with its card")
        page.keyboard.press("Escape")
        at("search").click()
        page.keyboard.type("save session")
        look("palette")
        page.keyboard.press("Enter")
        at("dialog-path").wait_for()
        look("file dialog")
        at("dialog-cancel").click()
        page.keyboard.press("?")
        at("shortcuts").wait_for()
        look("shortcuts")
        page.keyboard.press("Escape")
        at("menu").click()
        for name in ("menu-select", "menu-compare"):
            at(name).hover()
            at("submenu").wait_for()
            look(name)
            notebook.screenshot(SCREENSHOTS / f"{name}_{theme}.png")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")

    found = in_both_themes([SESSION, VIEWER], walk, "canvas[data-drawn='400']")
    assert len(found) > 2 * 10
    assert lines(found) == []


def test_empty_and_narrow_viewer_has_no_serious_finding(in_both_themes):
    def walk(notebook, theme, look):
        page = notebook.page
        for tab in page.locator(".pv-viewer > .pv-tabs [role=tab]").all():
            tab.click()
            look(tab.inner_text())
        page.get_by_test_id("menu").click()
        for entry in page.locator("[data-testid=menus] [role=menuitem]").all():
            entry.hover()
            window = page.get_by_test_id("viewer").bounding_box()
            menu = page.get_by_test_id("submenu").bounding_box()
            assert menu["x"] >= window["x"]
            assert menu["x"] + menu["width"] <= window["x"] + window["width"]
            assert menu["y"] + menu["height"] <= window["y"] + window["height"]
        look("menus")
        notebook.screenshot(SCREENSHOTS / f"narrow_{theme}.png")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")

    found = in_both_themes([NARROW], walk, "[data-testid=viewer]")
    assert len(found) > 2 * 4
    assert lines(found) == []


def test_panels_that_stand_alone_have_no_serious_finding(in_both_themes):
    def walk(notebook, theme, look):
        expect(notebook.page.locator(".jp-OutputArea .pv")).to_have_count(len(PANELS))
        look("panels", ".jp-OutputArea .jupyter-widgets")
        notebook.screenshot(SCREENSHOTS / f"alone_{theme}.png")

    found = in_both_themes([SESSION, ALONE], walk, "canvas[data-drawn='400']")
    assert len(found) == 2
    assert lines(found) == []
