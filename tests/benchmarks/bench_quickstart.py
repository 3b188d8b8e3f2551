"""The notebook that `make demo` opens, timed in a real JupyterLab; nothing is asserted.

``python tests/benchmarks/bench_quickstart.py`` opens it in two fresh kernels, the first without and
the second with compiled code on disk, and presses Train. It prints when each step began, in seconds
of wall time and of CPU from the run of the cell, and the largest memory of the kernel.
With ``--limit`` the kernels may hold 2 GB of data (``RLIMIT_DATA``) and no more.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import nbformat  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from tests.e2e.chromium import FLAGS, find_chromium  # noqa: E402
from tests.e2e.lab import Lab, Notebook  # noqa: E402

LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_DATA, (2 * 10**9, 2 * 10**9))"
NOTES = """import time
began, begun, steps = time.perf_counter(), time.process_time(), []
def note(step):
    steps.append((step, time.perf_counter() - began, time.process_time() - begun))
import peakvi_widgets as pv
pv.Session
note("imported")
class Noted(pv.Session):
    def __init__(self, *args, **options):
        self.observe(lambda change: note("window follows"), names=["embedding"])
        self.observe(lambda change: note(f"{change.new.name}: {change.new.text.split('(')[0]}")
            if change.new.text.split(" ")[0] != change.old.text.split(" ")[0] else None,
            names=["task"])
        super().__init__(*args, **options)
pv.Session = Noted
"""
FACTS = """import json
from pathlib import Path
line = next(o for o in Path("/proc/self/status").read_text().splitlines() if o.startswith("VmHWM"))
print(json.dumps({"steps": steps, "peak_gb": int(line.split()[1]) * 1024 / 1e9,
    "epochs": len(session.history), "training_s": sum(row.seconds for row in session.history)}))"""


def measured(compiled: str, is_limited: bool) -> dict[str, Any]:
    """Run the notebook's first cell, press Train, and return what its kernel tells."""
    first = nbformat.read(ROOT / "notebooks/01_quickstart.ipynb", 4)
    code = next(cell["source"] for cell in first.cells if cell["cell_type"] == "code")
    os.environ["NUMBA_CACHE_DIR"] = compiled
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder))
        try:
            program = find_chromium(playwright.chromium.executable_path)
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            cells = [LIMIT if is_limited else "pass", f"{NOTES}\n{code}", FACTS]
            lab.write("quickstart.ipynb", cells)
            notebook = Notebook(browser.new_page(), lab, "quickstart.ipynb")
            page = notebook.page
            notebook.run(0, timeout=60)
            began = time.perf_counter()
            notebook.start(1)
            page.get_by_test_id("viewer").wait_for(timeout=300_000)
            window = time.perf_counter() - began
            page.wait_for_selector("canvas[data-drawn='9440']", timeout=300_000)
            preview = time.perf_counter() - began
            page.get_by_test_id("train").click(timeout=300_000)
            pressed = time.perf_counter()
            page.get_by_text("preview, before training").wait_for(state="hidden", timeout=900_000)
            picture = time.perf_counter() - pressed
            return {
                **{"window_s": window, "preview_s": preview, "picture_after_train_s": picture},
                **notebook.json(2),
            }
        finally:
            lab.stop()


def main(arguments: list[str]) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as compiled:
        for name in ("nothing compiled yet", "compiled code on disk"):
            found = measured(compiled, "--limit" in arguments)
            print(f"\n{name}")
            for step, wall, cpu in found.pop("steps"):
                print(f"{wall:8.1f} s {cpu:8.1f} s CPU  {step}")
            for fact, value in found.items():
                print(f"{value:8.2f}  {fact}")


if __name__ == "__main__":
    main(sys.argv[1:])
