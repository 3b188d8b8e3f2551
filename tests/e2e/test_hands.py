"""Fingers, a page that is scaled, a far cell, high contrast: what a hand and an eye meet."""

import numpy as np
import pytest
from matplotlib.path import Path as MplPath
from playwright.sync_api import expect

from tests.e2e.conftest import SCREENSHOTS
from tests.e2e.lab import circle, lasso
from tests.e2e.picture import CELLS, PANEL, STATE, Picture

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MIDDLE = (8.0, 0.0)  # of the first cloud
FAR = PANEL.replace("\nsession = ", '\ncells.obsm["X_umap"][0] = 20_000, -30_000\nsession = ')
DARK_CELLS = """element => {
    const canvas = element.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let n = 0;
    for (let i = 3; i < data.length; i += 4) n += data[i] > 60;
    return n / (data.length / 4);
}"""


class Fingers:
    """Fingers on a page, by Chromium's own events."""

    def __init__(self, page):
        self.client = page.context.new_cdp_session(page)

    def __call__(self, kind, *points):
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        event = {"type": f"touch{kind}", "touchPoints": touches}
        self.client.send("Input.dispatchTouchEvent", event)


class Beside(Picture):
    """The same cells with one very far away."""

    def __init__(self, open_notebook):
        self.notebook = notebook = open_notebook(FAR, STATE, CELLS)
        notebook.run(0)
        self.page = notebook.page
        self.page.wait_for_selector("canvas[data-drawn='1500']", timeout=60_000)
        self.el = self.page.locator("[data-view]")

    def view(self):
        return self.el.evaluate("element => JSON.parse(element.dataset.view)")


def inside(places, corners):
    return np.flatnonzero(MplPath(corners).contains_points(places)).tolist()


def test_a_lasso_beside_a_far_cell_holds_what_was_drawn_round(open_notebook, poll):
    seen = Beside(open_notebook)
    page, places = seen.page, seen.places()
    session = "session.select(np.flatnonzero(np.abs(session.embedding[:, 0]) < 100))"
    assert seen.view()[2] - seen.view()[0] > 20_000
    notebook = seen.notebook
    page.evaluate(
        """([code]) => {
            const { sharedModel } = window.jupyterapp.shell.currentWidget.content.model;
            sharedModel.insertCell(3, { cell_type: "code", source: code });
        }""",
        [session],
    )
    notebook.run(3)
    page.get_by_test_id("selection-count").filter(has_text="1,499").wait_for()
    page.get_by_test_id("fit-selection").click()
    view = poll(seen.view, lambda v: v[2] - v[0] < 100)
    assert view[0] < -8
    assert view[2] > 8
    page.wait_for_timeout(500)
    assert seen.el.evaluate(DARK_CELLS) > 0.01  # the cells are where they were drawn
    for radius in (80, 60):  # the second one from nearer
        before = seen.state()["lines"]
        lasso(page, seen.box(), circle(*seen.pixel(*MIDDLE), radius))
        state = poll(seen.state, lambda s, before=before: s["lines"] != before)
        line = np.reshape(state["lines"][-1][0], (-1, 2))
        assert state["selection"] == inside(places, line)
        assert len(state["selection"]) > 3
        assert max(len(str(value)) for value in line.ravel().tolist()) < 12
        near = seen.view()
        page.get_by_test_id("fit-selection").click()
        poll(seen.view, lambda now, near=near: now[2] - now[0] < 0.8 * (near[2] - near[0]))
    page.get_by_test_id("fit").click()
    poll(seen.view, lambda v: v[2] - v[0] > 20_000)
    for _ in range(8):  # by the wheel too, towards the pointer, which follows the cloud
        box, (x, y) = seen.box(), seen.pixel(*MIDDLE)
        page.mouse.move(box["x"] + x - 3, box["y"] + y)
        page.mouse.move(box["x"] + x, box["y"] + y)
        for _ in range(8):
            page.mouse.wheel(0, -120)
            page.wait_for_timeout(20)
    near = poll(seen.view, lambda v: v[2] - v[0] < 30)
    assert near[0] < 9
    assert near[2] > 7


def test_fingers_draw_pinch_and_pan(open_notebook, poll):
    seen = Picture(lambda *cells: open_notebook(*cells, has_touch=True))
    touch, places = Fingers(seen.page), seen.places()

    def view():
        return np.array(seen.el.evaluate("element => JSON.parse(element.dataset.view)"))

    def at(x, y):
        box = seen.box()
        return box["x"] + x, box["y"] + y

    x, y = seen.pixel(*MIDDLE)
    before = view()
    touch("Start", at(x - 40, y))
    touch("Move", at(x - 30, y))
    touch("Start", at(x - 30, y), at(x + 30, y))
    for away in (35, 45, 60):
        touch("Move", at(x - away, y), at(x + away, y))
    touch("End")
    after = poll(view, lambda now: not np.allclose(now, before))
    np.testing.assert_allclose(after[2] - after[0], (before[2] - before[0]) / 2, rtol=0.05)
    np.testing.assert_allclose(seen.pixel(*MIDDLE), (x, y), atol=3)
    assert seen.state()["selection"] == []  # the line that the first finger began is taken back
    touch("Start", at(x - 30, y), at(x + 30, y))
    touch("Move", at(x - 30, y - 30), at(x + 30, y - 30))
    touch("End")
    poll(lambda: seen.pixel(*MIDDLE)[1], lambda now: abs(now - (y - 30)) < 3)
    corners = circle(*seen.pixel(*MIDDLE), 70)
    touch("Start", at(*corners[0]))
    for corner in corners[1:]:
        touch("Move", at(*corner))
        seen.page.wait_for_timeout(12)
    touch("End")
    state = poll(seen.state, lambda s: s["lines"])
    assert state["selection"] == inside(places, np.reshape(state["lines"][-1][0], (-1, 2)))
    assert len(state["selection"]) > 50


STYLES = ["transform: scale(0.6)", "transform: scale(1.3)", "zoom: 1.4"]


def test_the_line_stays_under_the_mouse_on_a_scaled_page(open_notebook, poll):
    seen = Picture(open_notebook)
    page, places = seen.page, seen.places()
    for style in STYLES:
        content = f".jp-OutputArea-output {{ {style}; transform-origin: 0 0 }}"
        scaled = page.add_style_tag(content=content)
        page.wait_for_timeout(500)
        before, box = seen.state()["lines"], seen.box()
        corners = circle(*seen.pixel(*MIDDLE), 60)
        lasso(page, box, corners)
        state = poll(seen.state, lambda s, before=before: s["lines"] not in ([], before))
        x0, y0, x1, y1 = seen.el.evaluate("element => JSON.parse(element.dataset.view)")
        step = np.array([(x1 - x0) / box["width"], (y0 - y1) / box["height"]])  # a pixel
        expected = np.array([x0, y1]) + np.array(corners) * step
        line = np.reshape(state["lines"][-1][0], (-1, 2))
        np.testing.assert_allclose(line.mean(0), expected.mean(0), atol=2 * step[0], err_msg=style)
        np.testing.assert_allclose(np.ptp(line, axis=0), np.ptp(expected, axis=0), atol=4 * step[0])
        assert state["selection"] == inside(places, line)
        scaled.evaluate("element => element.remove()")


WINDOW = PANEL.replace(
    "panel = pv.EmbeddingPanel(session)\npanel", "viewer = pv.Viewer(session)\nviewer"
)
GROUPS = """session.groups_by("cell_type", *session.obs_columns[0].categories[:2])"""


COLORS = """element => {
    const style = getComputedStyle(element);
    return [style.backgroundColor, style.color, style.outlineStyle];
}"""


def test_high_contrast_keeps_tools_tabs_legend_and_groups(open_notebook):
    notebook = open_notebook(WINDOW, GROUPS, forced_colors="active")
    notebook.run(0)
    notebook.run(1)
    page = notebook.page
    page.get_by_test_id("group-1-count").first.wait_for(state="attached")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    swatches = page.locator(".pv-groups .pv-swatch")
    assert swatches.nth(0).evaluate(COLORS)[0] != swatches.nth(1).evaluate(COLORS)[0]
    for width in (1280, 620):
        page.set_viewport_size({"width": width, "height": 1000})
        page.wait_for_selector("canvas[data-drawn='1500']", timeout=60_000)
        pressed, other = page.get_by_test_id("lasso"), page.get_by_test_id("pan")
        assert pressed.get_attribute("aria-pressed") == "true"
        assert pressed.evaluate(COLORS)[0] != other.evaluate(COLORS)[0]
        tabs = page.locator(".pv-tab")
        chosen = tabs.and_(page.locator("[aria-selected=true]")).first
        unchosen = tabs.and_(page.locator("[aria-selected=false]")).first
        assert chosen.evaluate(COLORS)[0] != unchosen.evaluate(COLORS)[0]
        page.locator(".pv-viewer").screenshot(path=SCREENSHOTS / f"forced_colors_{width}.png")
        expect(page.locator(".pv-scatter > canvas")).to_be_visible()
