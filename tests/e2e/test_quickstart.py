"""The notebook that `make demo` opens: one press of Train on the built-in cells."""

import json
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
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
    notebook = open_notebook(cells[0], FACTS.format(shared=str(shared_data)))
    page = notebook.page
    notebook.run(0)
    page.get_by_test_id("viewer").wait_for()
    page.get_by_test_id("train").click()  # enabled as soon as the data are open
    page.wait_for_selector("canvas[data-drawn='9440']", timeout=500_000)
    facts = notebook.json(1)
    record_property("measured", json.dumps(facts))
    print(json.dumps(facts))
    assert facts["purity"] > 0.85
    assert facts["gigabytes"] < 2
