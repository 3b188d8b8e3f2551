"""Five clouds of cells in one panel, driven in data coordinates."""

from pathlib import Path

import numpy as np

PANEL = """import numpy as np
import peakvi_widgets as pv
cells = pv.datasets.simulate(1500, 300, n_types=5, seed=1)
rng = np.random.default_rng(0)
kinds = cells.obs["cell_type"].cat.codes.to_numpy() * 2 * np.pi / 5
middles = np.stack([np.cos(kinds), np.sin(kinds)], 1)
cells.obsm["X_umap"] = (8 * middles + rng.normal(size=(1500, 2)) * 1.3).astype("float32")
cells.obs["fine"] = [f"kind {i % 15}" for i in range(1500)]
cells.obsm["X_pca"] = rng.normal(size=(1500, 6))
session = pv.Session(cells)
session.wait()
panel = pv.EmbeddingPanel(session)
panel"""
STATE = """import json
with session.lock:
    print(json.dumps({
        "selection": session.selection.tolist(), "idx1": session.idx1.tolist(),
        "idx2": session.idx2.tolist(),
        "named": {name: len(cells) for name, cells in session.groups.items()},
        "basis": session.basis, "dimensions": session.shown_dimensions, "code": session.code(),
        "lines": [[o.polygon, o.radius, o.basis] for o in session.outlines],
    }))"""
CELLS = """import json
counts = session.adata.X
print(json.dumps([
    session.embedding.tolist(), session.adata.obs_names.tolist(),
    session.adata.obs["cell_type"].tolist(), counts.sum(1).A1.astype(int).tolist(),
    (counts > 0).sum(1).A1.tolist(),
]))"""


SCREENSHOTS = Path(__file__).parent / "screenshots"


class Picture:
    """The scatter on the page, in data coordinates."""

    def __init__(self, open_notebook):
        self.notebook = notebook = open_notebook(PANEL, STATE, CELLS)
        notebook.run(0)
        self.page = notebook.page
        self.page.wait_for_selector("canvas[data-drawn='1500']", timeout=60_000)
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

    def photograph(self, name):
        """Save what the page shows, in both themes."""
        for theme in ("dark", "light"):
            self.notebook.wear(theme)
            self.notebook.screenshot(SCREENSHOTS / f"selecting_{name}_{theme}.png")
