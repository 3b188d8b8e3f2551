"""Rows and regions copied from the table, and filters in the notations that people have, in Lab."""

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import findings
from tests.e2e.conftest import SCREENSHOTS
from tests.e2e.lab import lasso

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TABLE = """import json
import numpy as np
import peakvi_widgets as pv
adata = pv.datasets.simulate(400, 300, n_types=3, seed=1)
adata.obs["donor"] = list("abcd") * 100
session = pv.Session(adata)
session.train("quick", max_epochs=2, batch_size=64)
session.wait()
session.live = False
session.groups_by("cell_type", *adata.obs["cell_type"].cat.categories[:2])
session.compare()
session.wait()
panel = pv.DifferentialPanel(session)
panel"""
FACTS = """table = session.da_result
print(json.dumps({"regions": table.index.tolist(), "prob": table["prob_da"].tolist(),
                  "open": table["emp_prob1"].tolist()}))"""
COLUMNS = "print(json.dumps([one.name for one in session.table_columns if one.is_shown]))"
VOLCANO = "pv.VolcanoPanel(session)"
MARKERS = TABLE.replace(
    "panel = pv.DifferentialPanel(session)\npanel",
    """session.find_markers("cell_type")
session.wait()
pv.Viewer(session)""",
)
CUT = """cells => cells.filter(cell => {
    const range = document.createRange();
    range.selectNodeContents(cell.lastChild);
    const text = range.getBoundingClientRect(), box = cell.getBoundingClientRect();
    const isCut = text.left < box.left || text.right > box.right;
    return isCut || cell.scrollWidth > cell.clientWidth;
}).map(cell => cell.textContent)"""
SETS = "print(json.dumps({one.name: one.regions for one in session.region_sets}))"
CELLS = """import numpy as np
import peakvi_widgets as pv
adata = pv.datasets.simulate(400, 300, n_types=3, seed=1)
adata.obsm["X_umap"] = np.random.default_rng(0).normal(size=(400, 2)).astype("float32")
session = pv.Session(adata)
session.wait()"""
LONE = """viewer = pv.Viewer(session)
viewer.embedding"""
PERMISSIONS = ["clipboard-read", "clipboard-write"]


def test_filters_say_why_and_rows_are_copied(open_notebook, poll):
    notebook = open_notebook(TABLE, FACTS, COLUMNS, SETS, VOLCANO, permissions=PERMISSIONS)
    notebook.run(0, timeout=200)
    page, at = notebook.page, notebook.page.get_by_test_id
    at("da-row").first.wait_for()
    facts = notebook.json(1)
    at("da-grid").scroll_into_view_if_needed()

    def clipboard():
        return page.evaluate("navigator.clipboard.readText()")

    def regions():
        rows = at("da-row").and_(page.locator(":not([hidden])"))
        return {row.get_attribute("data-region") for row in rows.all()}

    # the table begins as in Python; donors and redraws are added to it when they are asked for
    first = page.locator("[data-testid=da-row][aria-rowindex='2']:not([hidden])")
    expect(first).to_have_attribute("data-region", facts["regions"][0])
    at("da-settings").click()
    at("da-donor").select_option("donor")
    expect(at("da-donors")).to_contain_text("4 donors")
    at("da-stability-asked").check()
    expect(at("da-stability")).to_be_visible()
    first.click()
    expect(at("da-donor-dots").locator("i")).to_have_count(8)
    expect(first).to_have_attribute("data-region", facts["regions"][0])
    for theme in ("dark", "light"):
        notebook.wear(theme)
        at("da-panel").screenshot(path=SCREENSHOTS / f"evidence_{theme}.png")
    at("da-settings").click()

    field = at("da-filter-emp_prob1")
    field.fill("> 0,3x")
    expect(page.locator(".pv-grid-why")).to_contain_text('"> 0,3x" is not a number')
    expect(field).to_have_attribute("aria-invalid", "true")
    for theme in ("dark", "light"):
        notebook.wear(theme)
        at("da-panel").screenshot(path=SCREENSHOTS / f"filter_why_{theme}.png")
    field.fill("> 0,3")
    pairs = zip(facts["regions"], facts["open"], strict=True)
    n = sum(share > 0.3 for _, share in pairs)
    expect(page.locator(".pv-grid-why")).to_be_hidden()
    expect(at("da-shown")).to_have_text(f"{n} of {len(facts['regions'])} rows")
    field.fill("")
    wanted = facts["regions"][7]
    chrom, start, end = wanted.replace("-", ":").split(":")
    for text in (f"{chrom}\t{start}\t{end}", f"{chrom}-{start}-{end}", f"{chrom}_{start}_{end}"):
        at("da-filter-region").fill(text)
        poll(regions, lambda found: wanted in found and len(found) < 5)

    row = at("da-row").and_(page.locator(f"[data-region='{wanted}']"))
    row.click()
    at("da-grid").focus()
    page.keyboard.press("Control+c")
    lines = poll(clipboard, lambda text: wanted in text).split("\n")
    assert lines[0].split("\t")[:2] == ["region", "prob_da"]
    assert lines[1].split("\t")[0] == wanted
    assert float(lines[1].split("\t")[1]) == pytest.approx(facts["prob"][7], abs=1e-6)
    at("da-filter-region").fill("")

    # several rows are copied with the columns that are shown, in their order
    at("da-columns").click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Alt+ArrowUp")
    at("columns-is_da_fdr").click()
    page.keyboard.press("Escape")
    expect(at("da-columns")).to_be_focused()
    at("da-grid").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowDown")
    expect(at("da-shown")).to_contain_text("2 selected")
    page.keyboard.press("Control+c")
    lines = poll(clipboard, lambda text: text.count("\n") == 2).split("\n")
    names = lines[0].split("\t")
    assert names[1] == "region"
    assert "is_da_fdr" not in names
    assert [line.split("\t")[1] for line in lines[1:]] == facts["regions"][:2]
    assert notebook.json(2)[:2] == names[:2]
    # the same rows are kept as a set, and the first is starred by a key; both are in Python
    at("da-sets").click()
    at("set-name").fill("two")
    page.keyboard.press("Enter")
    at("set-show").filter(has_text="two").click()
    expect(at("da-shown")).to_contain_text("2 of ")
    at("da-grid").focus()
    page.keyboard.press("Home")
    page.keyboard.press("*")
    expect(at("set-show").filter(has_text="starred")).to_be_visible()
    for theme in ("dark", "light"):
        notebook.wear(theme)
        at("da-columns").click()
        assert findings(page, "[data-testid=da-panel]") == [], theme
        at("da-panel").screenshot(path=SCREENSHOTS / f"region_sets_{theme}.png")
        page.keyboard.press("Escape")
    sets = notebook.json(3)
    assert sorted(sets["two"]) == sorted(facts["regions"][:2])
    assert sets["starred"] == facts["regions"][:1]
    at("da-clear-filters").click()
    at("da-sets").click()
    at("da-columns").click()
    at("columns-reset").click()
    page.keyboard.press("Escape")
    row.scroll_into_view_if_needed()
    for theme in ("dark", "light"):
        page.keyboard.press("Escape")  # the menu covers the row
        notebook.wear(theme)
        row.click(button="right")
        at("da-panel").screenshot(path=SCREENSHOTS / f"row_menu_{theme}.png")
    expect(page.locator(".lm-Menu")).to_have_count(0)  # not Lab's own
    all_regions = f"Copy {len(facts['regions'])} regions"
    page.get_by_role("menuitem", name=all_regions, exact=True).click()
    copied = poll(clipboard, lambda text: text.count("\n") > 100)
    assert sorted(copied.split("\n")) == sorted(facts["regions"])
    # a line round all dots of the volcano plot makes a set, too
    notebook.run(4)
    surface = at("volcano").locator(".pv-surface")
    surface.wait_for()
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    right, bottom = box["width"] - 2, box["height"] - 2
    lasso(page, box, [(2, 2), (right, 2), (right, bottom), (2, bottom)])
    expect(at("volcano-chosen")).to_have_text(f"{len(facts['regions'])} regions")
    for theme in ("dark", "light"):
        notebook.wear(theme)
        assert findings(page, "[data-testid=volcano-panel]") == [], theme
        at("volcano-panel").screenshot(path=SCREENSHOTS / f"volcano_lasso_{theme}.png")
    surface.focus()
    page.keyboard.press("n")
    page.keyboard.type("all")
    page.keyboard.press("Enter")
    sets = poll(lambda: notebook.json(3), lambda seen: "all" in seen)
    assert sorted(sets["all"]) == sorted(facts["regions"])


def test_a_panel_of_a_viewer_that_is_shown_alone_has_its_style(open_notebook):
    notebook = open_notebook(CELLS, LONE)
    notebook.run(0)
    page = notebook.page
    notebook.run(1)
    panel = page.get_by_test_id("embedding-panel")
    panel.wait_for()
    page.wait_for_function(
        """() => getComputedStyle(document.querySelector("[data-testid=embedding-panel]"))
            .getPropertyValue("--pv-canvas") !== "" """
    )
    panel.screenshot(path=SCREENSHOTS / "panel_alone.png")


def test_no_number_is_cut_off_where_columns_have_their_least_width(open_notebook):
    notebook = open_notebook(MARKERS, size=(1280, 1000))
    notebook.run(0, timeout=200)
    for tab, grid in (("differential", "da-grid"), ("markers", "markers-grid")):
        notebook.page.get_by_test_id(f"tab-{tab}").click()
        rows = notebook.page.get_by_test_id(grid).locator(".pv-grid-row:not([hidden])")
        numbers = rows.locator(".pv-num[role=gridcell]")
        numbers.first.wait_for()
        assert numbers.evaluate_all("cells => cells.some(cell => cell.textContent)")
        assert numbers.evaluate_all(CUT) == []
