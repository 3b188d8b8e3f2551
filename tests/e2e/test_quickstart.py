"""The notebook that `make demo` opens: a preview, then one press of Train on the built-in cells."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
PREVIEWS = "import peakvi_widgets as pv\npv.settings.preview = True"
FACTS = """import json, resource, sys
sys.path.insert(0, {shared!r})
from label_purity import label_purity
print(json.dumps({{
    "purity": label_purity(session.adata.obsm["X_peakvi"], session.adata.obs["cell_type_coarse"]),
    "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
    "epochs": len(session.history), "end": session.training_end,
}}))"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_train_in_the_quickstart(open_notebook, shared_data, record_property):
    cells = [
        cell["source"]
        for cell in nbformat.read(ROOT / "notebooks/01_quickstart.ipynb", 4).cells
        if cell["cell_type"] == "code"
    ]
    facts_cell = FACTS.format(shared=str(shared_data))
    notebook = open_notebook(PREVIEWS, cells[0], facts_cell)
    page = notebook.page
    notebook.run(0)
    notebook.run(1)
    page.get_by_test_id("viewer").wait_for()
    page.wait_for_selector("canvas[data-drawn='9440']", timeout=100_000)
    remark = page.get_by_text("preview, before training")
    expect(remark).to_be_visible()
    expect(page.get_by_test_id("dimensions-said")).to_contain_text("dimensions are confirmed")
    expect(page.get_by_test_id("component-bars")).to_have_attribute(
        "aria-label", re.compile(r"\d+ of 30 components confirmed")
    )
    page.get_by_test_id("train").click()
    expect(remark).to_be_hidden(timeout=500_000)
    assert page.get_by_test_id("basis").input_value() == "X_umap"
    page.get_by_test_id("epoch-map").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("main axes after epoch 5")).to_be_visible()
    expect(page.get_by_test_id("restore-epoch")).to_be_enabled()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("main axes")).to_be_hidden()
    facts = notebook.json(2)
    record_property("measured", json.dumps(facts))
    print(json.dumps(facts))
    assert facts["purity"] > 0.85
    assert facts["gigabytes"] < 2
