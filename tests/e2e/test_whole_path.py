"""The main job, by mouse, on a real 10x folder in a real JupyterLab.

Open, filter, train, stop while a cell is busy, lasso two groups, read the table. Each step is
checked against the session in the kernel, and the lasso against another point-in-polygon.
"""

import csv
import re

import numpy as np
import pytest
from matplotlib.path import Path as MplPath
from playwright.sync_api import expect

from tests.e2e.axe import findings
from tests.e2e.lab import circle, lasso

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

VIEWER = """import dataclasses
import peakvi_widgets as pv
viewer = pv.Viewer()
session = viewer.session
session.plan = dataclasses.replace(session.plan, max_epochs=400, early_stopping=False)
viewer"""
BUSY = "import time\ntime.sleep(12)"
STATE = """import json
print(json.dumps({
    "cells": session.n_cells, "regions": session.n_regions, "opened": session.n_regions_opened,
    "training": session.training, "epochs": len(session.history), "end": session.training_end,
    "n1": len(session.idx1), "n2": len(session.idx2), "selected": len(session.selection),
    "da_state": session.da_state, "color_by": session.color_by, "title": session.colors.title,
    "width": (lambda window: window and window.end - window.start)(session.region_window),
}))"""
CELLS = """print(json.dumps({
    "places": session.embedding.tolist(), "selection": session.selection.tolist(),
    "idx1": session.idx1.tolist(), "idx2": session.idx2.tolist(),
    "outlines": [[o.group, o.polygon] for o in session.outlines],
}))"""
TABLE = """table = session.da_result.copy()
table.insert(0, "region", table.index)
print(table.to_json(orient="records", double_precision=15))"""
HALF_DIGIT = {  # half of the last digit that the grid shows, with a little room for float32
    "effect_size": 5.1e-4, "prob_da": 5.1e-4, "bayes_factor": 5.1e-3, "est_prob1": 5.1e-4,
    "est_prob2": 5.1e-4, "emp_effect": 5.1e-4, "emp_prob1": 5.1e-4, "emp_prob2": 5.1e-4,
}  # fmt: skip


def number(text):
    """Read a number as the grid writes it."""
    plain = text.replace("\N{MINUS SIGN}", "-").replace("+", "").replace(",", "")
    return float(plain.removesuffix(" %")) / 100 if plain.endswith(" %") else float(plain)


def shown(page, place):
    """Return the cells of a row in sight, by column: the first, or the last one there is."""
    rows = page.locator("[data-testid=da-row]:not([hidden])")
    order = rows.evaluate_all(
        "rows => rows.map((row) => Number(row.getAttribute('aria-rowindex')))"
    )
    row = rows.nth(int(np.argmin(order) if place == "first" else np.argmax(order)))
    keys = page.locator("[data-testid=da-grid] [role=columnheader]").evaluate_all(
        "cells => cells.map((cell) => cell.dataset.key)"
    )
    return dict(zip(keys, row.locator("[role=gridcell]").all_inner_texts(), strict=True))


def assert_same(row, expected):
    """A row on screen is a row of the table, in every column."""
    assert row["region"] == expected["region"]
    assert (row["is_da_fdr"] == "yes") == expected["is_da_fdr"]
    for name, tolerance in HALF_DIGIT.items():
        assert number(row[name]) == pytest.approx(expected[name], abs=tolerance), name


def as_polygon(flat):
    return np.reshape(flat, (-1, 2))


def to_data(points, box, view):
    """Turn pixels of the page into data coordinates, by what the canvas says it shows."""
    x0, y0, x1, y1 = view
    return [
        (x0 + x / box["width"] * (x1 - x0), y1 + y / box["height"] * (y0 - y1)) for x, y in points
    ]


def overlap(one, other):
    one, other = set(one), set(other)
    return len(one & other) / max(len(one | other), 1)


def test_whole_path(open_notebook, shared_data, poll, tmp_path, in_fresh_process):
    notebook = open_notebook(VIEWER, BUSY, STATE, TABLE, CELLS, size=(1280, 1100))
    page = notebook.page
    at = page.get_by_test_id

    def state():
        return notebook.json(2)

    def seen(testid, text, timeout=60):
        page.locator(f"[data-testid={testid}]", has_text=re.compile(text)).first.wait_for(
            timeout=1000 * timeout
        )

    # open by the panel, and filter
    notebook.run(0)
    at("viewer").wait_for()
    at("open-path").fill(str(shared_data / "granja2019_bmmc_dev/filtered_peak_bc_matrix"))
    at("open").click()
    seen("viewer", "2,500 cells . 10,000 regions")
    at("apply-filter").click()
    after = poll(state, lambda s: s["regions"] < s["opened"])
    assert (after["cells"], after["opened"]) == (2500, 10000)
    seen("viewer", f"2,500 cells . {after['regions']:,} regions")

    # train; the curves move and Stop works while another cell sleeps
    at("train").click()
    at("stop").wait_for(timeout=60_000)
    poll(state, lambda s: s["epochs"] >= 1, timeout=120)
    notebook.start(1)
    drawn = at("losses").inner_text()
    page.wait_for_function(
        "(before) => document.querySelector('[data-testid=losses]').innerText !== before", arg=drawn
    )
    at("stop").click()
    seen("training-panel", "Stopped by you", timeout=10)
    assert notebook.is_busy(1)  # all that happened while the cell slept
    notebook.wait(1)
    stopped = state()
    assert stopped["training"] == "trained"
    assert stopped["epochs"] < 400

    # the embedding appears by itself; lasso two groups with the mouse
    page.wait_for_selector("canvas[data-drawn='2500']", timeout=180_000)
    at("lasso").click()
    surface = page.locator("[data-view]")

    def in_sight():
        """The picture, brought back into sight: a cell that runs scrolls the notebook."""
        surface.evaluate("element => element.scrollIntoView({ block: 'center' })")
        return surface.bounding_box()

    places = np.array(notebook.json(4)["places"])
    view = surface.evaluate("element => JSON.parse(element.dataset.view)")
    box = in_sight()
    scale = np.array([box["width"] / (view[2] - view[0]), box["height"] / (view[3] - view[1])])
    pixels = (places - view[:2]) * scale
    pixels[:, 1] = box["height"] - pixels[:, 1]
    low, high = np.percentile(pixels, [20, 80], axis=0)
    low, high = np.clip(low, 90, None), np.minimum(high, [box["width"] - 90, box["height"] - 110])
    inside_card = at("inside-card")

    def look_at_card():
        expect(inside_card).to_have_attribute("data-by", "observed")
        expect(inside_card.locator("tbody tr")).to_have_count(5)
        expect(at("da-drawn-title")).to_contain_text("inside the line")
        expect(at("da-drawn-row").first).to_contain_text("observed")

    lasso(page, box, circle(*low, 70), held=look_at_card)
    poll(state, lambda s: s["selected"])
    expect(inside_card).to_have_attribute("data-by", "model", timeout=60_000)
    expect(at("da-drawn-row").first).to_contain_text("model")
    expect(at("da-drawn-title")).to_contain_text("selected cells")
    by_pixels = MplPath(to_data(circle(*low, 70), box, view)).contains_points(places)
    assert overlap(np.flatnonzero(by_pixels), notebook.json(4)["selection"]) > 0.97
    at("make-group-1").click()
    poll(state, lambda s: s["n1"])
    expect(at("da-drawn")).to_be_hidden()
    lasso(page, in_sight(), circle(*high, 70))
    page.keyboard.press("2")  # the viewer has the focus after the lasso
    poll(state, lambda s: s["n2"])
    cells = notebook.json(4)
    inside = {
        group: np.flatnonzero(MplPath(as_polygon(outline)).contains_points(places))
        for group, outline in cells["outlines"]
    }
    assert cells["idx1"] == np.setdiff1d(inside[1], inside[2]).tolist()
    assert cells["idx2"] == inside[2].tolist()
    seen("group-1-count", f"{len(cells['idx1']):,}")
    seen("group-2-count", f"{len(cells['idx2']):,}")

    # the table fills automatically, first an estimate, then the final one
    seen("da-state", "final, 5,000 draws a group", timeout=60)
    table = notebook.json(3)
    assert len(table) == after["regions"]
    grid = at("da-grid")
    grid.scroll_into_view_if_needed()
    assert_same(shown(page, "first"), table[0])
    grid.evaluate("element => { element.scrollTop = element.scrollHeight / 2; }")
    page.wait_for_function(
        "() => !document.querySelector(\"[data-testid=da-row][aria-rowindex='2']:not([hidden])\")"
    )
    by_region = {row["region"]: row for row in table}
    middle = shown(page, "first")
    assert_same(middle, by_region[middle["region"]])
    grid.evaluate("element => { element.scrollTop = element.scrollHeight; }")
    page.wait_for_selector(f"[data-testid=da-row][aria-rowindex='{len(table) + 1}']:not([hidden])")
    assert_same(shown(page, "last"), table[-1])

    # sort by each column: what comes first is what is largest or smallest in the table
    for name in HALF_DIGIT:
        head = grid.locator(f"[role=columnheader][data-key={name}]")
        for _ in range(2):
            head.locator("button").click()
            direction = head.get_attribute("aria-sort")
            top = shown(page, "first")
            best = (max if direction == "descending" else min)(row[name] for row in table)
            assert number(top[name]) == pytest.approx(best, abs=HALF_DIGIT[name])
            assert_same(top, by_region[top["region"]])

    for name in ("region", "is_da_fdr"):
        head = grid.locator(f"[role=columnheader][data-key={name}]")
        for _ in range(2):
            head.locator("button").click()
            assert head.get_attribute("aria-sort") in ("ascending", "descending")
            top = shown(page, "first")
            assert_same(top, by_region[top["region"]])
            if name == "region":  # by chromosome, as people count them: chr1 first, or chrX last
                chromosomes = {row["region"].split(":")[0] for row in table}
                first = "chr1" if head.get_attribute("aria-sort") == "ascending" else "chrX"
                assert first in chromosomes
                assert top["region"].startswith(f"{first}:")
            else:
                called = [row["is_da_fdr"] for row in table]
                most = head.get_attribute("aria-sort") == "descending"
                assert (top["is_da_fdr"] == "yes") == (any(called) if most else all(called))

    # filter by number and by region, and export what is seen
    field = grid.locator("[role=columnheader][data-key=effect_size] input")
    bound = f"{np.median([row['effect_size'] for row in table]):.4f}"  # a model of few epochs
    field.fill(f"> {bound}")
    chromosome = table[0]["region"].split(":")[0]
    grid.locator("[role=columnheader][data-key=region] input").fill(chromosome)
    kept = [
        row["region"]
        for row in table
        if np.float32(row["effect_size"]) > float(bound)
        and row["region"].startswith(f"{chromosome}:")
    ]
    seen("da-shown", f"{len(kept):,} of {len(table):,}")
    with page.expect_download() as download:
        at("da-csv").click()
    download.value.save_as(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="") as file:
        exported = list(csv.DictReader(file))
    assert sorted(row["region"] for row in exported) == sorted(kept)
    for row in exported[:20]:
        expected = by_region[row["region"]]
        assert float(row["prob_da"]) == pytest.approx(expected["prob_da"], rel=1e-6)
        assert row["is_da_fdr"] == str(expected["is_da_fdr"])

    # a click on a row colours the cells by that region
    region = shown(page, "first")["region"]
    page.locator(f"[data-testid=da-row][data-region='{region}']").click()
    poll(state, lambda s: s["title"] == f"{region}, accessibility")
    seen("legend", region)

    # the region tab shows what lies around it, for both groups; keys zoom
    at("tab-region").click()
    plot = page.locator("[data-testid=region-plot][aria-label*='group 1 up to']")
    plot.wait_for(timeout=60_000)
    assert plot.get_attribute("aria-label").startswith(f"{region.split(':')[0]}:")
    assert state()["width"] == 100_000
    seen("region-strip", region)  # the same region in single cells
    assert findings(page, "[data-testid=region-panel]") == []
    at("region-keys").focus()
    page.keyboard.press("+")
    poll(state, lambda s: s["width"] == 50_000)

    # and the script in the Code tab does all of it again, elsewhere
    at("tab-code").click()
    arrays, again = in_fresh_process(at("script").text_content())
    assert (arrays["idx1"].tolist(), arrays["idx2"].tolist()) == (cells["idx1"], cells["idx2"])
    assert again.index.tolist() == [row["region"] for row in table]
    for name in HALF_DIGIT:
        here = [row[name] for row in table]  # with 15 decimals
        np.testing.assert_allclose(again[name], here, rtol=1e-6, atol=1e-14)
