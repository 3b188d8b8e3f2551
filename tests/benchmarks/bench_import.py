"""How long until there is something to see: measured in fresh processes, never asserted."""

import statistics
import subprocess
import sys

import pytest

ROUNDS = 5
PROGRAM = """
import time
start = time.perf_counter()
{code}
print(time.perf_counter() - start)
"""


@pytest.mark.parametrize(
    "code", ["import peakvi_widgets", "import peakvi_widgets; peakvi_widgets.Viewer()"]
)
def bench_first_sight(code):
    runs = []
    for _ in range(ROUNDS):
        program = PROGRAM.format(code=code)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        runs.append(float(done.stdout))
    print(f"\n{code}: {statistics.median(runs):.2f} s (median of {ROUNDS} processes)")
