"""The whole tutorial on real bone marrow, by scvi-tools and by us, one after the other.

``python tests/benchmarks/bench_tutorial.py``; `bench_engine` makes the environment of scvi-tools.
Both are given two cores; ours fails when it holds 2 GB or more.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from bench_engine import HERE, ROOT, SCVI, STORE, gigabytes, head, is_installed, seconds

DATA = ROOT.parent / "shared" / "data"
GRANJA = DATA / "granja2019_bmmc_dev"
PROGRAMS = {"scvi-tools": (SCVI, "scvi"), "ours": (Path(sys.executable), "peakvi_widgets")}


def measured(python: Path, package: str) -> dict[str, Any]:
    """Run the tutorial in a process of its own."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    with tempfile.TemporaryDirectory() as folder:
        latent = Path(folder) / "latent.npy"
        command = [
            python,
            HERE / "tutorial.py",
            package,
            GRANJA / "filtered_peak_bc_matrix",
            latent,
        ]
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            check=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cores),
        )
        line = next(one for one in done.stdout.splitlines() if one.startswith("measured "))
        found = json.loads(line.removeprefix("measured "))
        found["purity"] = purity(np.load(latent), found["names"])
    return found


def purity(latent: np.ndarray, names: list[str]) -> float:
    """Return the share of a cell's neighbors that carry its label."""
    sys.path.insert(0, str(DATA))
    from label_purity import label_purity

    labels = pd.read_csv(GRANJA / "granja2019_bmmc_dev.obs.tsv.gz", sep="\t", index_col=0)
    return label_purity(latent, labels.loc[names, "cell_type"].to_numpy())


def main(arguments: list[str]) -> None:
    """Measure and print."""
    if not is_installed():
        raise SystemExit("There is no scvi-tools here: bench_engine.py --install makes it.")
    command = " ".join(["python tests/benchmarks/bench_tutorial.py", *arguments])
    columns = ["step", *(f"{who}, {what}" for who in PROGRAMS for what in ("wall", "CPU")), "ratio"]
    found = {who: measured(*program) for who, program in PROGRAMS.items()}
    (STORE / "tutorial.json").write_text(json.dumps(found))
    print(head(command, columns))
    rows = {name: [one["laps"][name] for one in found.values()] for name in found["ours"]["laps"]}
    rows["all of it"] = [
        tuple(map(sum, zip(*one["laps"].values(), strict=True))) for one in found.values()
    ]
    for name, (theirs, ours) in rows.items():
        times = [seconds(value) for value in (*theirs, *ours)]
        print(f"| {' | '.join((name, *times, f'**{theirs[1] / ours[1]:.1f}x**'))} |")
    for who, one in found.items():
        print(
            f"\n{who}: at most {gigabytes(one['peak'])}, {one['clusters']} clusters, "
            f"label_purity {one['purity']:.3f}"
        )
    assert found["ours"]["peak"] < 2.0


if __name__ == "__main__":
    main(sys.argv[1:])
