"""How long until there is something to see: measured in fresh processes, never asserted."""

import statistics
import subprocess
import sys

import pytest

ROUNDS = 5
PROGRAM = """
import resource, sys, time
start = time.perf_counter()
{code}
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
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
        runs.append([float(number) for number in done.stdout.split()])
    seconds, kilobytes = (statistics.median(values) for values in zip(*runs, strict=True))
    print(f"\n{code}: {seconds:.2f} s, {kilobytes / 1000:.0f} MB (median of {ROUNDS})")
