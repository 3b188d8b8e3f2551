"""Reads one file after the other in a process with bounds; run by ``test_data_files``.

A path a line on standard input, a line of JSON on standard output. Bounds: 20 seconds of processor
time a file (then the process is killed), 1.5 GB of address space more than at the start.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import traceback
import warnings
from pathlib import Path

import numpy as np

SECONDS = 20  # of the processor
ADDRESS_SPACE = 1_500_000_000


def status(name: str) -> int:
    """Return a size of this process in bytes, from /proc."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise KeyError(name)


def read(path: Path):
    from peakvi_widgets.data import reading

    steps = reading(path)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def faults(adata, path: Path) -> list[str]:
    """Say what is wrong with what was read."""
    from peakvi_widgets.data.regions import parse_region_names

    x = adata.X
    found = []
    if x.format != "csr" or x.dtype.kind != "u" or x.shape != adata.shape:
        found.append("form")
    dense = np.zeros(x.shape, np.int64)
    rows = np.repeat(np.arange(x.shape[0]), np.diff(x.indptr))
    np.add.at(dense, (rows, x.indices), x.data.astype(np.int64))
    if (np.diff(x.indptr) < 0).any() or x.nnz != (dense > 0).sum():
        found.append("repeated entries or zeros")
    if not (adata.obs_names.is_unique and adata.var_names.is_unique):
        found.append("names")
    parse_region_names(adata.var_names)
    try:
        from naive_reader import naive_counts  # beside this file

        expected = naive_counts(path)
    except Exception:  # noqa: BLE001 - too damaged for a reader without checks
        return found
    if expected is not None and not any(
        expected.shape == turned.shape and (expected == turned).all() for turned in (dense, dense.T)
    ):
        found.append("other counts than a naive reader sees")
    return found


def outcome(path: Path) -> tuple[str, str]:
    from peakvi_widgets.errors import PeakVIError

    try:
        adata = read(path)
    except PeakVIError as error:
        text = str(error)
        is_sentence = len(text) < 300 and "\n" not in text and text.endswith(".")
        return ("refused" if is_sentence else "unclear"), text
    except BaseException as error:  # noqa: BLE001 - what is looked for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return "foreign", f"{type(error).__name__}: {error}"[:300] + f" {place.name}:{place.lineno}"
    found = faults(adata, path)
    return ("wrong", ", ".join(found)) if found else ("read", "")


def main() -> None:
    """Answer until standard input ends."""
    warnings.simplefilter("ignore")
    answers, sys.stdout = sys.stdout, sys.stderr
    for seed in sys.argv[1:]:  # imports what is needed, and reaches the usual size
        read(Path(seed))
    limit = status("VmSize") + ADDRESS_SPACE
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for line in sys.stdin:
        path = Path(line.strip())
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins again
        before, left = status("VmRSS"), sorted(os.listdir("."))
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        resource.setrlimit(resource.RLIMIT_CPU, (int(used) + SECONDS, resource.RLIM_INFINITY))
        what, text = outcome(path)
        if sorted(os.listdir(".")) != left:
            what, text = "leftover", str(set(os.listdir(".")) - set(left))
        answer = {"outcome": what, "text": text, "memory": status("VmHWM") - before}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
