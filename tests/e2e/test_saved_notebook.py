"""A saved notebook: the live page shows the viewer once, the file has picture and numbers."""

import json

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

VIEWER = """import numpy as np
import peakvi_widgets as pv
adata = pv.datasets.simulate(400, 300, n_types=3, seed=1)
adata.obsm["X_umap"] = np.random.default_rng(0).normal(size=(400, 2)).astype("float32")
viewer = pv.Viewer(adata)
viewer.session.wait()
viewer"""
GROUPS = "viewer.session.select(np.arange(7)); viewer.session.make_group(1, against_rest=True)"
SEEN = """() => [...document.querySelectorAll(".peakvi-saved")]
    .map(element => element.getBoundingClientRect().height)"""


def saved(notebook):
    """Return the HTML of the outputs that the page would save."""
    outputs = notebook.outputs(0)
    return [
        text if isinstance(text := one["data"]["text/html"], str) else "".join(text)
        for one in outputs
        if "text/html" in one.get("data", {})
    ]


def test_the_picture_follows_and_is_never_seen_beside_the_viewer(open_notebook, poll):
    notebook = open_notebook(VIEWER, GROUPS)
    page = notebook.page
    page.evaluate(
        """() => {
            window.shown = 0;
            const look = () => {
                for (const one of document.querySelectorAll(".peakvi-saved")) {
                    window.shown = Math.max(window.shown, one.getBoundingClientRect().height);
                }
                requestAnimationFrame(look);
            };
            look();
        }"""
    )
    notebook.run(0)
    page.wait_for_selector("canvas[data-drawn='400']", timeout=60_000)
    first = poll(lambda: saved(notebook), lambda found: "data:image/png" in found[0])
    assert len(first) == 1
    assert "400 cells" in first[0]
    page.locator("[data-view]").evaluate("element => { window.kept = element; }")
    notebook.run(1)
    poll(lambda: saved(notebook), lambda found: "group 1: 7 cells" in found[0])
    assert page.evaluate("window.kept.isConnected")  # the viewer itself was not made anew
    page.wait_for_timeout(5000)  # longer than the picture waits for a viewer
    assert page.evaluate(SEEN) == [0]
    assert page.evaluate("window.shown") <= 1
    expect(page.locator(".pv-viewer")).to_have_count(1)

    # the same file without its kernel
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    (file,) = notebook.lab.root.glob("test_the_picture_follows*.ipynb")
    poll(lambda: json.loads(file.read_text()), lambda found: "group 1: 7 cells" in str(found))
    notebook.lab.end_kernels()
    notebook.reload()
    poll(lambda: page.evaluate(SEEN), lambda heights: heights and heights[0] > 100)
