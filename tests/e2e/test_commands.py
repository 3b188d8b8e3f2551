"""A command of the palette does what the Python beside it does in another session."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

VIEWER = """import json
import numpy as np
import peakvi_widgets as pv

def cells():
    adata = pv.datasets.simulate(400, 300, n_types=3, seed=1)
    adata.obsm["X_umap"] = np.random.default_rng(0).normal(size=(400, 2)).astype("float32")
    return adata

viewer = pv.Viewer(cells())
session, twin = viewer.session, pv.Session(cells())
for one in (session, twin):
    one.train(max_epochs=2, n_threads=1)
    one.wait()
    one.live = False
viewer"""
SELECT = """for one in (session, twin):
    one.select_category("cell_type", "type_1")"""
COMPARED = """exec(open("command.py").read(), {"session": twin})

def seen(session):
    session.wait()
    rows = [[row.name, row.kind, row.visible] for row in session.layers]
    table = session.da_result
    return {
        "idx1": session.idx1.tolist(), "idx2": session.idx2.tolist(),
        "selection": session.selection.tolist(), "layers": rows, "live": session.live,
        "undo": session.undo_label, "da": session.da_state,
        "table": [] if table is None else table["est_prob1"].round(6).tolist()[:20],
    }

print(json.dumps([seen(session), seen(twin)]))"""
# by their titles, in an order in which each can be done; and what changes by each
COMMANDS = [
    ("Make group 1", "idx1"),
    ("Invert the selection", "selection"),
    ("Grow the selection", "undo"),
    ("Clear the selection", "selection"),
    ("Group 1 against the rest", "idx2"),
    ("Swap groups", "idx1"),
    ("Compare", "table"),
    ("New layer of labels", "layers"),
    ("Undo", "layers"),
    ("Redo", "layers"),
    ("Clear groups", "idx1"),
    ("Compare automatically", "live"),
]


def test_commands_do_what_their_python_does(open_notebook, lab, poll):
    notebook = open_notebook(VIEWER, SELECT, COMPARED)
    page = notebook.page
    notebook.run(0, timeout=120)
    page.wait_for_selector("canvas[data-drawn='400']")
    notebook.run(1)
    (lab.root / "command.py").write_text("")
    before, _ = notebook.json(2)
    expect(page.get_by_test_id("group-1-count")).to_have_text("0")
    page.get_by_test_id("make-group-1").wait_for()
    for title, changes in COMMANDS:
        page.get_by_test_id("search").click()
        page.keyboard.type(title)
        row = page.get_by_test_id("palette-row").filter(has_text=title).first
        expect(row).not_to_have_attribute("aria-disabled", "true")
        python = row.locator("code").inner_text()
        assert python.startswith("session."), title
        row.click()
        page.get_by_test_id("palette").wait_for(state="hidden")
        (lab.root / "command.py").write_text("")  # first until the window's own has come through
        poll(lambda: notebook.json(2)[0], lambda now, old=before, of=changes: now[of] != old[of])
        (lab.root / "command.py").write_text(python)
        ours, twins = notebook.json(2, timeout=120)
        assert ours == twins, f"{title}: {python}"
        before = ours
