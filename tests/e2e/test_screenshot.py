"""Pictures of the window from a real JupyterLab: asked for by a cell that runs, and by a click."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread, imsave

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SCREENSHOTS = Path(__file__).parent / "screenshots"
VIEWER = """import base64, json, warnings
import numpy as np
import peakvi_widgets as pv
adata = pv.datasets.simulate(600, 300, n_types=4, seed=1)
angle = adata.obs["cell_type"].cat.codes.to_numpy() * np.pi / 2
places = np.c_[np.cos(angle), np.sin(angle)] * 10
adata.obsm["X_umap"] = (places + np.random.default_rng(0).normal(size=places.shape)).astype("f4")
viewer = pv.Viewer(adata)
session = viewer.session
session.wait()
session.groups_by("cell_type", *session.obs_columns[0].categories[:2])
session.layers["labels"].visible = True
viewer"""
SHOT = """picture = viewer.screenshot({})
print(json.dumps([picture.source, base64.b64encode(picture.png).decode()]))"""
GROUPS = {"light": [(0, 114, 178), (192, 88, 0)], "dark": [(86, 180, 233), (230, 159, 0)]}


def taken(notebook, index):
    source, png = notebook.json(index)
    assert source == "screen"
    return np.round(255 * imread(BytesIO(b64decode(png)), format="png")).astype(int)


def count(pixels, color):
    return int((np.abs(pixels[..., :3] - color).max(axis=-1) <= 4).sum())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_cell_that_runs_gets_what_is_on_screen(open_notebook, theme):
    notebook = open_notebook(
        VIEWER,
        SHOT.format("timeout=60"),
        SHOT.format("canvas_only=False, timeout=60"),
        theme=theme,
        size=(1280, 1000),
    )
    page = notebook.page
    notebook.run(0)
    page.wait_for_selector("canvas[data-drawn='600']")
    page.locator(".pv-tag").first.wait_for()
    cells = taken(notebook, 1)
    size = page.locator(".pv-scatter > canvas").evaluate("canvas => [canvas.height, canvas.width]")
    assert list(cells.shape[:2]) == size
    assert all(count(cells, color) > 300 for color in GROUPS[theme])

    window = taken(notebook, 2)
    box = page.get_by_test_id("viewer").bounding_box()
    ratio = page.evaluate("devicePixelRatio")
    assert list(window.shape[:2]) == [round(box["height"] * ratio), round(box["width"] * ratio)]
    SCREENSHOTS.mkdir(exist_ok=True)
    for name, picture in (("cells", cells), ("window", window)):
        imsave(SCREENSHOTS / f"screenshot_{name}_{theme}.png", picture.astype("uint8"))

    # what was painted anew is nearly what the browser itself shows
    page.get_by_test_id("viewer").evaluate("el => el.scrollIntoView({ block: 'start' })")
    seen = page.get_by_test_id("viewer").screenshot()
    shown = np.round(255 * imread(BytesIO(seen), format="png")).astype(int)
    rows, columns = (min(a, b) for a, b in zip(shown.shape[:2], window.shape[:2], strict=True))
    apart = np.abs(shown[:rows, :columns, :3] - window[:rows, :columns, :3]).max(axis=-1) > 40
    assert apart.mean() < 0.035, apart.mean()  # edges of letters, of which there are many


def test_picture_is_downloaded(open_notebook, tmp_path):
    notebook = open_notebook(VIEWER, size=(1280, 1000))
    page = notebook.page
    notebook.run(0)
    page.wait_for_selector("canvas[data-drawn='600']")
    page.get_by_test_id("search").click()
    page.keyboard.type("save picture")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "cells.png")
    pixels = np.round(255 * imread(tmp_path / "cells.png")).astype(int)
    size = page.locator(".pv-scatter > canvas").evaluate("canvas => [canvas.height, canvas.width]")
    assert list(pixels.shape[:2]) == size
    assert all(count(pixels, color) > 300 for color in GROUPS["light"])
