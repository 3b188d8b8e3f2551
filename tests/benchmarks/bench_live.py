"""A lasso in a real JupyterLab, timed on 4,585 cells x 33,142 regions; nothing is asserted.

``python tests/benchmarks/bench_live.py`` says how many times a second the regions beside the line
change while it is drawn (with an idle kernel, and beside cells that sleep or compute), and how long
it takes from letting go to the first rows that the model gives, and from the key that makes groups
of them to the first rows of the table, with encodings cached.
"""

import json
import math
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from tests.e2e.chromium import FLAGS, find_chromium  # noqa: E402
from tests.e2e.lab import Lab, Notebook, circle, lasso  # noqa: E402

N_LINES = 20
SECONDS = 5.0  # of drawing
OPEN = """import time
import numpy as np
import peakvi_widgets as pv
cells = pv.datasets.simulate(4585, 33142, n_types=6, density=0.13)
turns = cells.obs["cell_type"].cat.codes.to_numpy() * 2 * np.pi / 6
places = 3 * np.stack([np.cos(turns), np.sin(turns)], 1)
chance = np.random.default_rng(0)
cells.obsm["X_umap"] = (places + chance.normal(size=(4585, 2))).astype("float32")
session = pv.Session(cells)
session.train("quick", max_epochs=2)
session.wait()
session.groups_by("cell_type", "type_1")
session.compare(n_samples=100)
session.wait()
session.clear_groups()
viewer = pv.Viewer(session)
viewer"""
SLEEPS = "time.sleep(9)"
COMPUTES = "end = time.time() + 9\nwhile time.time() < end:\n    sum(range(10_000))"
WATCH = """() => {
    window.changes = [];
    const at = (id) => document.querySelector(`[data-testid=${id}]`);
    const note = () => window.changes.push({
        at: performance.now(),
        card: at("inside-card")?.dataset.by ?? "",
        table: at("da-state")?.innerText ?? "",
    });
    const all = { childList: true, subtree: true, attributes: true, characterData: true };
    new MutationObserver(note).observe(at("inside-card"), all);
    new MutationObserver(note).observe(at("da-state"), all);
    for (const type of ["pointerup", "keydown"]) {
        const begin = () => Object.assign(window, { since: performance.now(), changes: [] });
        addEventListener(type, begin, true);
    }
}"""
ROWS = """() => {
    window.updates = 0;
    const rows = document.querySelector("[data-testid=inside-card] tbody");
    window.counting?.disconnect();
    window.counting = new MutationObserver(() => window.updates++);
    window.counting.observe(rows, { childList: true });
}"""


def updates(page: Page, box: dict[str, float]) -> float:
    """Draw a growing spiral and return how many times a second the card changed."""
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(ROWS)
    page.mouse.move(*middle)
    page.mouse.down()
    began, turn = time.perf_counter(), 0.0
    while time.perf_counter() - began < SECONDS:
        turn += 0.15
        radius = 20 + 2.5 * turn
        page.mouse.move(middle[0] + radius * math.cos(turn), middle[1] + radius * math.sin(turn))
        page.wait_for_timeout(12)
    took, found = time.perf_counter() - began, page.evaluate("window.updates")
    page.mouse.up()
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)
    return round(found / took, 1)


def waits(page: Page, box: dict[str, float]) -> dict[str, list[float]]:
    """Draw lines and make groups of them; return milliseconds from hand to numbers."""
    page.evaluate(WATCH)
    chance = random.Random(0)
    found: dict[str, list[float]] = {"card_ms": [], "table_ms": []}
    since = "(test) => window.changes.find(test)?.at - window.since"
    for _ in range(N_LINES):
        x, y = (box[size] * chance.uniform(0.35, 0.65) for size in ("width", "height"))
        lasso(page, box, circle(x, y, chance.uniform(40, 80)))
        page.wait_for_selector("[data-testid=inside-card][data-by=model]", timeout=60_000)
        card = f"({since})(change => change.card === 'model')"
        found["card_ms"].append(page.evaluate(card))
        page.keyboard.press("Shift+I")
        table = f"({since})(change => /estimate|final/.test(change.table))"
        page.wait_for_function(f"!Number.isNaN({table})", timeout=60_000)
        found["table_ms"].append(page.evaluate(table))
        page.get_by_test_id("da-state").filter(has_text="final").wait_for(timeout=120_000)
    return found


def measured() -> dict[str, object]:
    """Return updates a second, and milliseconds (median of 20, and the longest)."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder))
        try:
            program = find_chromium(playwright.chromium.executable_path)
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            lab.write("live.ipynb", [OPEN, SLEEPS, COMPUTES])
            page = browser.new_page(viewport={"width": 1400, "height": 1200})
            notebook = Notebook(page, lab, "live.ipynb")
            notebook.run(0, timeout=600)
            page.wait_for_selector("canvas[data-drawn='4585']", timeout=60_000)
            page.wait_for_timeout(3000)
            surface = page.locator("[data-view]")
            surface.evaluate("element => element.scrollIntoView({ block: 'center' })")
            found: dict[str, object] = {"updates_idle": updates(page, surface.bounding_box())}
            for name, cell in (("sleeping", 1), ("computing", 2)):
                notebook.start(cell)
                surface.evaluate("element => element.scrollIntoView({ block: 'center' })")
                found[f"updates_{name}"] = updates(page, surface.bounding_box())
                notebook.wait(cell)
            surface.evaluate("element => element.scrollIntoView({ block: 'center' })")
            for name, each in waits(page, surface.bounding_box()).items():
                found[name] = {"median": statistics.median(each), "longest": max(each)}
            return found
        finally:
            lab.stop()


if __name__ == "__main__":
    print(json.dumps(measured(), indent=2))
