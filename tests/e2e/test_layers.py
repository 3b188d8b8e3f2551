"""Layers in a real JupyterLab: what is set in Python is seen, what is clicked is in Python."""

from collections import Counter

from playwright.sync_api import expect

OPEN = """import json
import numpy as np
import peakvi_widgets as pv
adata = pv.datasets.simulate(600, 300, n_types=4, seed=1)
angle = adata.obs["cell_type"].cat.codes.to_numpy() * np.pi / 2
places = np.c_[np.cos(angle), np.sin(angle)] * 10
adata.obsm["X_umap"] = (places + np.random.default_rng(0).normal(size=places.shape)).astype("f4")
viewer = pv.Viewer(adata)
viewer.session.wait()
viewer"""
STATE = "print(json.dumps(viewer.layers.state()))"


def pixels(page):
    """Return how many pixels of the picture have each colour."""
    flat = page.locator(".pv-scatter > canvas").evaluate(
        """(canvas) => {
            const { width, height } = canvas;
            const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
            return [...new Uint32Array(data.buffer)];
        }"""
    )
    return Counter(flat)


def test_layers_move_from_python_to_the_screen_and_back(open_notebook, poll):
    notebook = open_notebook(
        OPEN,
        STATE,
        'viewer.layers["cells"].visible = False',
        'viewer.layers["cells"].visible = True\nviewer.layers["labels"].visible = True\n'
        'viewer.layers["cells"].palette = "Okabe-Ito"',
        'viewer.layers["cells"].palette = {"type_1": "red"}',
        size=(1280, 1100),
    )
    page = notebook.page
    notebook.run(0)
    page.wait_for_selector("canvas[data-drawn='600']")

    def state():
        return {layer["name"]: layer for layer in notebook.json(1)}

    # Python -> pixels
    before = poll(lambda: pixels(page), lambda seen: len(seen) > 20)
    notebook.run(2)
    hidden = poll(lambda: pixels(page), lambda seen: len(seen) <= 2)
    assert sum(hidden.values()) == sum(before.values())
    eye = page.get_by_role("button", name="Show cells", exact=True)
    expect(eye).to_have_attribute("aria-pressed", "false")
    notebook.run(3)
    orange = (
        0xFF0092D4  # the first of Okabe and Ito's on a white canvas, in the canvas's byte order
    )
    poll(lambda: pixels(page), lambda seen: len(seen) > 20)
    expect(eye).to_have_attribute("aria-pressed", "true")
    labels = page.locator(".pv-label:visible")
    poll(labels.count, lambda n: n == 4)
    page.get_by_test_id("layer-opacity").fill("1")
    poll(lambda: pixels(page)[orange], lambda n: n > 50)
    notebook.run(4)
    poll(lambda: pixels(page)[0xFF0000FF], lambda n: n > 50)
    poll(lambda: pixels(page)[orange], lambda n: n == 0)
    expect(page.get_by_test_id("layer-palette").locator("option:checked")).to_have_text(
        "own, 1 color"
    )

    # screen -> Python
    assert state()["cells"]["opacity"] == 1
    eye.click()
    poll(lambda: state()["cells"]["visible"], lambda visible: visible is False)
    page.get_by_test_id("add_cells").click()
    page.locator("[data-layer='cells [1]'][aria-current]").wait_for()
    page.get_by_test_id("layer-color_by").select_option("depth")
    page.locator("[data-layer='cells [1]'] .pv-layer-name").dblclick()
    page.keyboard.type("depth of the cells\n")
    poll(lambda: list(state()), lambda names: "depth of the cells" in names)
    assert state()["depth of the cells"]["color_by"] == "depth"
    poll(lambda: pixels(page), lambda seen: len(seen) > 20)  # it is drawn though the other is not

    # the order is changed by dragging, and undone by the key
    page.locator("[data-layer='groups']").drag_to(
        page.locator("[data-layer='cells']"), target_position={"x": 60, "y": 20}
    )
    poll(lambda: next(iter(state())), lambda lowest: lowest == "groups")
    page.locator("[data-layer='groups'] .pv-layer-name").click()
    page.keyboard.press("Control+z")
    poll(lambda: next(iter(state())), lambda lowest: lowest == "cells")
