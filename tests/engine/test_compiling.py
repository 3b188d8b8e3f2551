"""Without numba the readable twins do all the work."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.slow

WITHOUT = """import sys
sys.modules["numba"] = None  # importing it fails
import numpy as np
import pandas as pd
from scipy import sparse
from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.cells import Cells
from peakvi_widgets.engine.differential import compare
from peakvi_widgets.engine.question import Question
from peakvi_widgets.engine.learner import AutogradLearner
from peakvi_widgets.engine.module import PeakVAE, initialise
from dataclasses import replace
from peakvi_widgets.engine.plan import FROM_SCRATCH
from peakvi_widgets.engine.posterior import Encodings
from peakvi_widgets.engine.train import TrainingState, fit
"""
SPOILT = """
from peakvi_widgets.engine import kernels, pairs
for loop in ("count_open", "add_rows", "sparse_product", "likelihood"):
    setattr(kernels, loop, None)  # a loop that nobody compiled would take hours
pairs.count_pairs = None
"""
RUN = """
counts = sparse.random(150, 60, 0.1, "csr", random_state=0)
counts.data = np.ceil(3 * counts.data)
cells = Cells(counts, np.zeros((150, 1), np.int64), np.empty((150, 0), np.float32))
model = initialise(PeakVAE(architecture(60)), 0)
plan = replace(FROM_SCRATCH, max_epochs=2, n_threads=1, device="cpu", input_dropout=0.0)
state = TrainingState()
for _ in fit(model, cells, plan, state, 0):
    pass
groups = np.arange(60), np.arange(60, 150)
encodings = Encodings(model, cells)
*_, last = compare(encodings, *groups, Question(n_samples=64), pd.RangeIndex(60))
shares = last.table.filter(like="_prob")
parts = encodings.mean(np.arange(150)), cells.mean_counts(groups[0]), shares
values = np.concatenate([np.ravel(part) for part in parts])
"""


@pytest.fixture(scope="module")
def values():
    here = {}
    exec(WITHOUT.replace('sys.modules["numba"] = None', "") + RUN, here)
    return here["values"]


def test_all_is_the_same_without_numba(values):
    code = (
        f"{WITHOUT}{SPOILT}{RUN}\nassert isinstance(state.learner, AutogradLearner)\n"
        "sys.stdout.buffer.write(values.tobytes())"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    np.testing.assert_allclose(np.frombuffer(done.stdout), values, rtol=1e-3, atol=1e-4)
