"""Each setting of a layer in a real JupyterLab: seen when set in Python, and set when clicked."""

from itertools import combinations

import pytest
from playwright.sync_api import expect

from peakvi_widgets.session.colors.tables import value_color
from tests.e2e.test_layers import OPEN, STATE, pixels

pytestmark = pytest.mark.timeout(300)

MORE = """
adata.obs["half"] = np.where(places[:, 0] + places[:, 1] < 0, "left", "right")
"""
CELLS = {
    "open": OPEN.replace("viewer = ", MORE + "viewer = "),
    "state": STATE,
    "numbers": 'cells = viewer.layers["cells"]\ncells.color_by = "depth"\ncells.opacity = 1',
    "low": "cells.contrast_limits = (10_000, 20_000)",
    "map": 'cells.contrast_limits, cells.colormap = (-20, -10), "magma"',
    "large": "cells.size = 14",
    "types": 'cells.color_by, cells.size = "cell_type", 0\n'
    "viewer.session.lasso([[6, -4], [14, -4], [14, 4], [6, 4]])\nviewer.session.make_group(1)",
    "bare": 'groups = viewer.layers["groups"]\ngroups.fill = groups.outline = False',
    "labels": 'labels = viewer.layers["labels"]\nlabels.visible = True\n'
    'labels.column, labels.size = "half", 24',
    "active": 'viewer.layers.selection.active = "groups"',
    "name": 'labels.name = "types"',
    "held": 'labels.size = 30\nprint(json.dumps(labels is viewer.layers["labels"]))',
}


def on_canvas(color):
    """Return #rrggbb as a pixel is read, in the canvas's byte order."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return 0xFF << 24 | blue << 16 | green << 8 | red


def test_each_setting_goes_both_ways(open_notebook, poll):
    notebook = open_notebook(*CELLS.values(), size=(1280, 1100))
    page, at = notebook.page, notebook.page.get_by_test_id

    def run(name):
        return notebook.run(list(CELLS).index(name))

    def layer(name):
        return next(one for one in notebook.json(1) if one["name"] == name)

    def seen(color):
        return lambda: pixels(page)[on_canvas(color)]

    def many(n):
        return n > 50

    run("open")
    page.wait_for_selector("canvas[data-drawn='600']")

    # contrast limits, colour map and size of the cells
    page.locator("[data-layer='cells'] .pv-layer-name").click()
    run("numbers")
    poll(lambda: at("layer-low").is_visible(), bool)
    run("low")
    poll(seen(value_color(0)), many)
    assert [at(f"layer-{end}").input_value() for end in ("low", "high")] == ["10000", "20000"]
    run("map")
    poll(seen(value_color(1, "magma")), many)
    expect(at("layer-colormap")).to_have_value("magma")
    at("layer-high").fill("20000")
    at("layer-low").fill("10000")
    at("layer-low").press("Enter")
    poll(lambda: layer("cells")["contrast_limits"], lambda limits: limits == [10000, 20000])
    poll(seen(value_color(0, "magma")), many)
    at("layer-colormap").select_option("cividis")
    poll(lambda: layer("cells")["colormap"], lambda name: name == "cividis")
    small = poll(seen(value_color(0, "cividis")), many)
    run("large")
    poll(seen(value_color(0, "cividis")), lambda n: n > 1.5 * small)
    at("layer-size").fill("3")
    poll(lambda: layer("cells")["size"], lambda size: size == 3)

    # fill and outline of the groups
    run("types")
    g1 = page.locator(".pv-scatter").evaluate(
        "element => getComputedStyle(element).getPropertyValue('--pv-g1').trim()"
    )
    assert layer("cells")["contrast_limits"] == []  # they were of the depth
    outline = page.locator(".pv-outlines path[data-outline='group1'][d^='M']")
    expect(outline).to_have_count(1)
    poll(seen(g1), many)
    run("bare")
    expect(outline).to_have_count(0)
    poll(seen(g1), lambda n: n == 0)
    page.locator("[data-layer='groups'] .pv-layer-name").click()
    for setting in ("fill", "outline"):
        expect(at(f"layer-{setting}")).not_to_be_checked()
        at(f"layer-{setting}").check()
    poll(lambda: layer("groups"), lambda groups: groups["fill"] and groups["outline"])
    expect(outline).to_have_count(1)
    poll(seen(g1), many)

    # column and size of the labels
    names = page.locator(".pv-label:visible")
    run("labels")
    poll(names.all_text_contents, lambda texts: sorted(texts) == ["left", "right"])
    expect(names.first).to_have_css("font-size", "24px")
    page.locator("[data-layer='labels'] .pv-layer-name").click()
    expect(at("layer-column")).to_have_value("half")
    at("layer-column").select_option("cell_type")
    poll(lambda: layer("labels")["column"], lambda column: column == "cell_type")
    poll(names.count, lambda n: n == 4)
    at("layer-size").fill("15")
    poll(lambda: layer("labels")["size"], lambda size: size == 15)
    expect(names.first).to_have_css("font-size", "15px")

    # removed, renamed, and both undone; who holds the layer holds it still
    listed = page.locator(".pv-layer-list [data-layer]")
    at("remove_layer").click()
    poll(names.count, lambda n: n == 0)
    expect(listed).to_have_count(2)
    page.locator(".pv-layer[aria-current] .pv-layer-name").click()
    page.keyboard.press("Control+z")
    expect(listed).to_have_count(3)
    poll(names.count, lambda n: n == 4)
    run("name")
    expect(listed.first).to_have_attribute("data-layer", "types")
    page.locator("[data-layer='types'] .pv-layer-name").click()
    page.keyboard.press("Control+z")
    expect(listed.first).to_have_attribute("data-layer", "labels")
    assert run("held") == "true"
    expect(names.first).to_have_css("font-size", "30px")

    # which layer is selected
    run("active")
    expect(page.locator("[data-layer='groups']")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("region", name="Layer controls")).to_contain_text("groups")
    page.locator("[data-layer='cells'] .pv-layer-name").click()
    poll(lambda: layer("cells")["active"], bool)


CROWDED = """import json
import numpy as np
import pandas as pd
import peakvi_widgets as pv
rng = np.random.default_rng(0)
adata = pv.datasets.simulate(900, 200, n_types=3, seed=1)
kinds = np.arange(900) % 30
adata.obs["kind"] = pd.Categorical([f"a rather long name of kind {kind}" for kind in kinds])
middles = rng.normal(size=(30, 2)) * 3
adata.obsm["X_umap"] = (middles[kinds] + rng.normal(size=(900, 2)) * 0.4).astype("f4")
session = pv.Session(adata)
session.wait()
session.color_by = "kind"
session.layers["labels"].visible = True
session.lasso([[-2, -2], [1, -2], [1, 1], [-2, 1]])
session.make_group(1)
session.lasso([[1.5, -1], [4, -1], [4, 3], [1.5, 3]])
session.make_group(2)
panel = pv.EmbeddingPanel(session)
panel"""
BOXES = """() => [...document.querySelectorAll(".pv-label, .pv-tag")]
    .filter((element) => element.offsetWidth > 0)
    .map((element) => {
        const { left, top, right, bottom } = element.getBoundingClientRect();
        return { text: element.textContent, left, top, right, bottom };
    })"""


def overlapping(boxes):
    """Return which of them overlap by more than a pixel, which rounding may take."""
    return [
        (a["text"], b["text"])
        for a, b in combinations(boxes, 2)
        if min(a["right"], b["right"]) - max(a["left"], b["left"]) > 1
        and min(a["bottom"], b["bottom"]) - max(a["top"], b["top"]) > 1
    ]


def test_crowded_names_overlap_neither_each_other_nor_the_groups_tags(open_notebook, poll):
    notebook = open_notebook(CROWDED)
    page = notebook.page
    notebook.run(0)
    page.wait_for_selector("canvas[data-drawn='900']")

    def look():
        boxes = page.evaluate(BOXES)
        names = [box for box in boxes if "kind" in box["text"]]
        return boxes, names, len(boxes) - len(names)

    boxes, names, tags = poll(look, lambda found: found[1] and found[2] == 2)
    assert 5 <= len(names) < 30  # it is crowded: some find no room
    assert overlapping(boxes) == []
    assert tags == 2
    view = page.locator("[data-view]")
    before = view.get_attribute("data-view")
    box = view.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 40, y)
    page.mouse.move(x, y, steps=3)  # the wheel is the picture's once the pointer has moved in it
    page.mouse.wheel(0, -400)
    poll(lambda: view.get_attribute("data-view"), lambda now: now != before)
    zoomed = poll(look, lambda found: found[1] and found[1] != names)
    assert len(zoomed[1]) >= 3
    assert overlapping(zoomed[0]) == []
