"""A short script leaves nothing behind: no warning, no traceback, no aborted process.

What a thread does while Python ends is a matter of chance: ``PEAKVI_FUZZ_ROUNDS=20`` for more runs.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROUNDS = int(os.environ.get("PEAKVI_FUZZ_ROUNDS", "1"))
OPEN = """
from peakvi_widgets.data.simulate import simulate
import peakvi_widgets as pv

session = pv.Session()
session.open(simulate(120, 80, density=0.3, n_types=2, seed=1))
"""
SCRIPTS = {
    "opens": OPEN + "session.wait()",
    "trains and does not wait": OPEN + "session.train('quick', max_epochs=50, batch_size=16)",
    "trains, compares and waits": OPEN
    + "session.wait()\nsession.train('quick', max_epochs=2)\n"
    + "session.idx1 = range(60)\nsession.idx2 = range(60, 120)\nsession.compare(n_samples=50)\n"
    + "session.wait()",
    "leaves a training half way": """
from peakvi_widgets.data.simulate import simulate
from peakvi_widgets.engine.plan import plan_from
import peakvi_widgets as pv

adata = simulate(120, 80, density=0.3, n_types=2, seed=1)
pv.PEAKVI.setup_anndata(adata)
model = pv.PEAKVI(adata)
steps = model.training(plan_from(max_epochs=5))
next(steps)
model.train(max_epochs=5)
tables = model.comparing(range(60), n_samples=500)
next(tables)
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_short_script_says_nothing_even_where_warnings_are_errors(name):
    for _ in range(ROUNDS):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", SCRIPTS[name]],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
