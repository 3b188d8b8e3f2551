"""Sorting and filtering the table of regions, timed on 200,000 rows; nothing is asserted."""

import subprocess
import sys
from pathlib import Path

NPM = Path(__file__).parents[2] / "js" / "scripts" / "npm.py"


def bench_sort_and_filter_of_200_000_regions():
    subprocess.run([sys.executable, NPM, "run", "bench-grid"], check=True)
