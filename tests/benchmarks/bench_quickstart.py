"""The notebook that `make demo` opens, timed in a real JupyterLab; nothing is asserted.

``python tests/benchmarks/bench_quickstart.py`` says how long it takes from the run of the cell to
the window, and from the press of Train to the picture of the cells.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import nbformat  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from tests.e2e.chromium import FLAGS, find_chromium  # noqa: E402
from tests.e2e.lab import Lab, Notebook  # noqa: E402

FACTS = """import json
print(json.dumps({"epochs": len(session.history), "training_s": sum(
    row.seconds for row in session.history)}))"""


def measured() -> dict[str, float]:
    """Run the notebook's first cell, press Train, and return seconds by what they were spent on."""
    first = nbformat.read(ROOT / "notebooks/01_quickstart.ipynb", 4)
    code = next(cell["source"] for cell in first.cells if cell["cell_type"] == "code")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder))
        try:
            program = find_chromium(playwright.chromium.executable_path)
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            lab.write("quickstart.ipynb", [code, FACTS])
            notebook = Notebook(browser.new_page(), lab, "quickstart.ipynb")
            page = notebook.page
            began = time.perf_counter()
            notebook.run(0, timeout=300)
            page.get_by_test_id("viewer").wait_for(timeout=300_000)
            window = time.perf_counter() - began
            page.get_by_test_id("train").click(timeout=300_000)
            pressed = time.perf_counter()
            page.wait_for_selector("canvas[data-drawn='9440']", timeout=1_800_000)
            picture = time.perf_counter() - pressed
            return {"window_s": window, "picture_s": picture, **notebook.json(1)}
        finally:
            lab.stop()


if __name__ == "__main__":
    print(json.dumps(measured(), indent=2))
