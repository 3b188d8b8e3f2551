"""Selecting by brush, by what is drawn twice, by neighbours, and without a mouse, in a real Lab."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from peakvi_widgets.session.cells import brushed
from tests.e2e.lab import circle, lasso

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PANEL = """import numpy as np
import peakvi_widgets as pv
cells = pv.datasets.simulate(1500, 300, n_types=5, seed=1)
rng = np.random.default_rng(0)
kinds = cells.obs["cell_type"].cat.codes.to_numpy() * 2 * np.pi / 5
middles = np.stack([np.cos(kinds), np.sin(kinds)], 1)
cells.obsm["X_umap"] = (8 * middles + rng.normal(size=(1500, 2)) * 1.3).astype("float32")
cells.obsm["X_pca"] = rng.normal(size=(1500, 6))
session = pv.Session(cells)
session.wait()
panel = pv.EmbeddingPanel(session)
panel"""
STATE = """import json
with session.lock:
    print(json.dumps({
        "selection": session.selection.tolist(), "idx1": session.idx1.tolist(),
        "basis": session.basis, "dimensions": session.dimensions, "code": session.code(),
        "lines": [[o.polygon, o.radius, o.basis] for o in session.outlines],
    }))"""
CELLS = (
    "import json\nprint(json.dumps([session.embedding.tolist(), session.adata.obs_names.tolist()]))"
)


SCREENSHOTS = Path(__file__).parent / "screenshots"


def photograph(seen, name):
    """Save what the page shows, in both themes."""
    for theme in ("dark", "light"):
        seen.notebook.wear(theme)
        seen.notebook.screenshot(SCREENSHOTS / f"selecting_{name}_{theme}.png")


class Picture:
    """The scatter on the page, in data coordinates."""

    def __init__(self, notebook):
        self.notebook, self.page = notebook, notebook.page
        self.el = self.page.locator("[data-view]")

    def box(self):
        self.el.evaluate("element => element.scrollIntoView({ block: 'center' })")
        return self.el.bounding_box()

    def pixel(self, x, y):
        """Return pixels from the upper left corner of the picture."""
        x0, y0, x1, y1 = self.el.evaluate("element => JSON.parse(element.dataset.view)")
        box = self.box()
        return (x - x0) / (x1 - x0) * box["width"], (y1 - y) / (y1 - y0) * box["height"]

    def state(self):
        return self.notebook.json(1)

    def places(self):
        return np.array(self.notebook.json(2)[0])

    def names(self):
        return self.notebook.json(2)[1]

    def press(self, *keys):
        """Press keys in the picture; a cell that ran took the focus away."""
        self.el.locator(".pv-surface").focus()
        for key in keys:
            self.page.keyboard.press(key)

    def drag(self, *places):
        """Go along places in data coordinates with the mouse held down."""
        box = self.box()
        points = [self.pixel(*place) for place in places]
        self.page.mouse.move(box["x"] + points[0][0], box["y"] + points[0][1])
        self.page.mouse.down()
        for x, y in points[1:]:
            self.page.mouse.move(box["x"] + x, box["y"] + y, steps=12)
        self.page.mouse.up()


@pytest.fixture
def picture(open_notebook):
    def open_(**how):
        notebook = open_notebook(PANEL, STATE, CELLS, **how)
        notebook.run(0)
        notebook.page.wait_for_selector("canvas[data-drawn='1500']", timeout=60_000)
        return Picture(notebook)

    return open_


def test_mouse_paints_intersects_inverts_grows_and_shows_another_embedding(picture, poll):
    seen = picture()
    page, at = seen.page, seen.page.get_by_test_id

    # paint with a larger brush: the selection is what the stroke touched, by Python's own count
    at("brush").click()
    seen.press("]", "]", "]")
    seen.drag((6, -1), (8, 0), (6.5, 1.5))
    painted = poll(seen.state, lambda s: s["selection"])
    ((path, radius, _),) = painted["lines"]
    touched = brushed(seen.places(), np.reshape(path, (-1, 2)), radius)
    assert painted["selection"] == np.flatnonzero(touched).tolist()
    assert len(painted["selection"]) > 50
    assert "session.brush([(" in painted["code"]
    photograph(seen, "brush")

    # of these, only what a lasso with Shift and Alt holds stays
    seen.press("l")
    page.keyboard.down("Shift")
    page.keyboard.down("Alt")
    lasso(page, seen.box(), circle(*seen.pixel(8, 0), 40))
    page.keyboard.up("Alt")
    page.keyboard.up("Shift")
    kept = poll(seen.state, lambda s: s["selection"] != painted["selection"])
    assert 0 < len(kept["selection"]) < len(painted["selection"])
    assert set(kept["selection"]) < set(painted["selection"])
    assert "mode='intersect'" in kept["code"]

    # the neighbours of these, then all others, then back
    seen.press("[", "k")
    grown = poll(seen.state, lambda s: len(s["selection"]) > len(kept["selection"]))
    assert set(kept["selection"]) < set(grown["selection"])
    assert "session.grow_selection(k=10)" in grown["code"]
    at("invert-selection").click()
    others = poll(seen.state, lambda s: len(s["selection"]) == 1500 - len(grown["selection"]))
    assert not set(others["selection"]) & set(grown["selection"])
    seen.press("ControlOrMeta+z")
    poll(seen.state, lambda s: s["selection"] == grown["selection"])
    photograph(seen, "grown")

    # in another embedding the group stays, and a line that was drawn elsewhere is not shown
    seen.press("ControlOrMeta+z")
    poll(seen.state, lambda s: s["selection"] == kept["selection"])
    seen.press("1")
    poll(seen.state, lambda s: s["idx1"] == kept["selection"])
    bands = page.locator(".pv-outlines .pv-brushed[data-outline=group1] > path")
    expect(bands).to_have_count(1)
    at("basis").select_option("X_pca")
    at("dimension-2").select_option(label="5")
    other = poll(seen.state, lambda s: s["dimensions"] == [0, 4])
    assert (other["basis"], other["idx1"]) == ("X_pca", kept["selection"])
    bands.wait_for(state="detached")
    at("rectangle").click()
    seen.drag((-1, 1), (0.5, -1))
    drawn = poll(seen.state, lambda s: s["selection"])
    assert drawn["lines"][-1][2] == "X_pca"
    places = seen.places()
    x, y = places.T
    (left, low), (right, high) = np.reshape(drawn["lines"][-1][0], (-1, 2))[[0, 2]]
    (left, right), (low, high) = sorted((left, right)), sorted((low, high))
    inside = np.flatnonzero((x > left) & (x < right) & (y > low) & (y < high))
    assert drawn["selection"] == inside.tolist()
    photograph(seen, "basis")

    # the card of a cell says what it is
    cell, names = int(inside[0]), seen.names()
    px, py = seen.pixel(*places[cell])
    page.mouse.move(seen.box()["x"] + px, seen.box()["y"] + py)
    card = at("cell-card")
    card.get_by_text("open regions").wait_for()
    assert card.locator("b").inner_text() in names
    photograph(seen, "card")


def test_group_without_a_mouse(picture, poll):
    seen = picture()
    page, at, names = seen.page, seen.page.get_by_test_id, seen.names()
    # into the panel by Tab alone: the tools first, then the picture
    page.evaluate("document.querySelector('[data-testid=embedding-panel]').focus()")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('pv-surface')"):
            break
    assert page.evaluate("document.activeElement.classList.contains('pv-surface')")
    page.keyboard.press("c")
    page.keyboard.press("ArrowRight")
    heard = at("heard")
    poll(heard.inner_text, lambda text: "cell " in text and "0 selected in all" in text)
    page.keyboard.press("Enter")
    (first,) = poll(seen.state, lambda s: len(s["selection"]) == 1)["selection"]
    seen.press(*["Shift+ArrowRight"] * 4)
    walked = poll(seen.state, lambda s: len(s["selection"]) == 5)
    assert first in walked["selection"]
    assert walked["code"].count("session.select(") == 2  # one step, one way
    poll(heard.inner_text, lambda text: "5 selected in all" in text)
    poll(heard.inner_text, lambda text: any(f"cell {name}," in text for name in names))
    seen.press("]", "k")
    grown = poll(seen.state, lambda s: len(s["selection"]) > 5)
    assert "session.grow_selection(k=20)" in grown["code"]
    photograph(seen, "keyboard")
    seen.press("1")
    made = poll(seen.state, lambda s: s["idx1"])
    assert made["idx1"] == grown["selection"]

    # and a category of the legend
    entry = page.locator("[data-testid=legend] button").first
    entry.focus()
    page.keyboard.press("Enter")
    chosen = poll(seen.state, lambda s: s["selection"])
    assert "session.select_category(" in chosen["code"]
