"""How soon training is as good as scvi-tools' at its best, and how good it gets: three seeds each.

``python tests/benchmarks/bench_quality.py`` takes hours, since scvi-tools trains to its end on one
thread: what is measured is kept in ``.bench/quality`` and not measured again. ``--again ours``
forgets one side, ``--data granja`` and ``--seeds 0`` do a part. `bench_engine` makes what it needs.
"""

import argparse
import json
import shutil
import statistics
import sys
from pathlib import Path
from typing import Any

import anndata
import numpy as np
from bench_engine import ROOT, SCVI, STORE, Side, head, is_installed, simulated

SHARED = ROOT.parent / "shared" / "data"
KEPT = STORE / "quality"
PROGRAMS = {"theirs": (SCVI, "side_scvi.py"), "ours": (Path(sys.executable), "side_ours.py")}
NAMES = {"granja": "granja2019_bmmc_dev", "tutorial": "simulation, 33,142 regions at 13 %"}
PRESETS = ("standard", "best_loss")


def data(name: str) -> Path:
    """Return the file of a data set."""
    if name == "granja":
        return SHARED / "granja2019_bmmc_dev" / "granja2019_bmmc_dev.h5ad"
    return simulated(name)


def measured(name: str, seed: int, preset: str) -> dict[str, Any]:
    """Train to the end, or look up what came of it before."""
    kept = KEPT / f"{name}-{seed}-{preset}.json"
    if kept.exists():
        return json.loads(kept.read_text())
    program = PROGRAMS["theirs" if preset == "scvi-tools" else "ours"]
    latent = kept.with_suffix(".npy")
    with Side(*program, data(name), n_threads=1) as side:
        arguments = [seed, str(latent)] + ([] if preset == "scvi-tools" else [preset])
        answer = side.ask("train", *arguments, keep=False)
    answer["purity"] = purity(name, np.load(latent))
    kept.write_text(json.dumps(answer))
    return answer


def purity(name: str, latent: np.ndarray) -> float:
    """Return the share of a cell's neighbors that carry its label."""
    sys.path.insert(0, str(SHARED))
    from label_purity import label_purity

    labels = anndata.read_h5ad(data(name), backed="r").obs["cell_type"]
    return label_purity(latent, labels.to_numpy())


def reached(answer: dict[str, Any], loss: float) -> float:
    """Return the CPU seconds until the validation loss was as low; ``inf`` if it never was."""
    times = np.cumsum(answer["cpu"])
    good = np.flatnonzero(np.asarray(answer["losses"]) <= loss)
    return float(times[good[0]]) if len(good) else float("inf")


def rows(name: str, seeds: list[int]) -> list[str]:
    """Return the lines of one data set; a seed that was not measured on both sides is left out."""
    lines = []
    theirs = [measured(name, seed, "scvi-tools") for seed in seeds]
    best = [min(answer["losses"]) for answer in theirs]
    until = [reached(answer, loss) for answer, loss in zip(theirs, best, strict=True)]
    lines.append(line(name, "scvi-tools", theirs, until, until))
    for preset in PRESETS:
        ours = [measured(name, seed, preset) for seed in seeds]
        times = [reached(answer, loss) for answer, loss in zip(ours, best, strict=True)]
        lines.append(line(name, preset, ours, times, until))
    return lines


def line(name: str, who: str, answers: list[dict], times: list[float], theirs: list[float]) -> str:
    """Return one line of the table: medians over the seeds, and each seed's ratio."""
    losses = [min(answer["losses"]) for answer in answers]
    ratios = [b / a for a, b in zip(times, theirs, strict=True)]
    each = ", ".join(f"{ratio:.1f}" for ratio in ratios)
    purities = [answer["purity"] for answer in answers]
    shown = ", ".join(f"{value:.3f}" for value in purities)
    cells = (
        NAMES[name],
        who,
        f"{statistics.median(losses):.2f}",
        f"{statistics.median(times):.0f} s",
        f"**{statistics.median(ratios):.1f}x** ({each})",
        f"{statistics.median(sum(answer['cpu']) for answer in answers):.0f} s",
        f"**{statistics.median(purities):.3f}** ({shown})",
        f"{max(answer['peak'] for answer in answers):.2f} GB",
    )
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--again", choices=["ours", "theirs", "all"])
    parser.add_argument("--data", nargs="+", default=list(NAMES), choices=list(NAMES))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    options = parser.parse_args(arguments)
    if not is_installed():
        raise SystemExit("There is no scvi-tools here: bench_engine.py --install makes it.")
    if options.again == "all":
        shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    for kept in KEPT.glob("*.json"):
        is_theirs = kept.stem.endswith("scvi-tools")
        if options.again and is_theirs == (options.again == "theirs"):
            kept.unlink()
    print(head(" ".join(["python tests/benchmarks/bench_quality.py", *arguments]), COLUMNS))
    for name in options.data:
        print("\n".join(rows(name, options.seeds)), flush=True)


COLUMNS = (
    *("data", "trained by", "best validation loss, nats a cell", "CPU until scvi-tools' best"),
    *("sooner, median (each seed)", "CPU of the whole training", "label_purity", "peak memory"),
)

if __name__ == "__main__":
    main(sys.argv[1:])
