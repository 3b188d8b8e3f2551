"""Ours against scvi-tools, in turn on the same data: one table, nothing asserted.

``python tests/benchmarks/bench_engine.py --install`` makes an environment for scvi-tools in
``.bench`` first; without one, only our side is measured. ``--full`` measures longer, ``--rows
step,DA`` only what has such a word in its name. `bench_quality` tells how good training gets.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
STORE = ROOT / ".bench"
SCVI = STORE / "scvi" / "bin" / "python"
VERSIONS = "import torch, scvi; print(f'scvi-tools {scvi.__version__}, torch {torch.__version__}')"


class Row(NamedTuple):
    """One line of the table, for one thread and one for all cores."""

    what: str
    data: str
    verb: str
    argument: int
    rounds: int  # how often both sides take their turn
    needs_training: bool = False


DATA = {
    "tutorial": {"n_cells": 4585, "n_regions": 33_142, "density": 0.13},
    "wide": {"n_cells": 1024, "n_regions": 100_000, "density": 0.05},
    "sparse": {"n_cells": 2500, "n_regions": 10_000, "density": 0.016},
}
ROWS = [
    Row("training step, 33,142 regions at 13 %", "tutorial", "learn", 6, 3),
    Row("training step, 100,000 regions at 5 %", "wide", "learn", 3, 2),
    Row("training step, 10,000 regions at 1.6 %", "sparse", "learn", 10, 3),
    Row("all latents of 4,585 x 33,142", "tutorial", "encode", 1, 3, True),
    Row("DA, 5,000 samples a group, 33,142 regions", "tutorial", "compare", 5000, 1, True),
    Row("first DA estimate (scvi-tools: 128 samples)", "tutorial", "estimate", 128, 3, True),
]


class Side:
    """A process that holds a model and answers how long it took to do what it was asked."""

    def __init__(
        self, python: Path, program: str, data: Path, n_threads: int, *options: str
    ) -> None:
        environment = {"OMP_NUM_THREADS": str(n_threads), "MKL_NUM_THREADS": str(n_threads)}
        self.process = subprocess.Popen(
            [python, HERE / program, data, str(n_threads), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **environment},
        )
        self.wall: list[float] = []
        self.cpu: list[float] = []
        self.peak = 0.0

    def ask(self, verb: str, *arguments: object, keep: bool = True) -> dict:
        print(json.dumps([verb, *arguments]), file=self.process.stdin, flush=True)
        for line in self.process.stdout:
            if line.startswith("answer "):
                answer = json.loads(line.removeprefix("answer "))
                break
        else:
            raise SystemExit(f"{self.process.args} ended; what it said stands above.")
        if keep:
            self.wall += answer["wall"]
            self.cpu += answer["cpu"]
        self.peak = answer["peak"]
        return answer

    def __enter__(self) -> "Side":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()


def install() -> None:
    """Make an environment that holds scvi-tools and nothing of ours."""
    subprocess.run([sys.executable, "-m", "venv", STORE / "scvi"], check=True)
    pip = [SCVI, "-m", "pip", "install", "--disable-pip-version-check", "-q"]
    subprocess.run(
        [*pip, "-c", ROOT / "constraints.txt", "scvi-tools==1.4.*", "igraph"], check=True
    )


def is_installed() -> bool:
    """Tell whether there is an environment with scvi-tools."""
    return any((STORE / "scvi").glob("lib/python*/site-packages/scvi/__init__.py"))


def simulated(name: str) -> Path:
    """Return the file of a simulated data set, made at the first call."""
    path = STORE / f"{name}.h5ad"
    if not path.exists():
        from peakvi_widgets.data.simulate import simulate

        STORE.mkdir(exist_ok=True)
        adata = simulate(**DATA[name], seed=0)
        del adata.varm["accessibility"]
        adata.write_h5ad(path)
    return path


def sides(stack: ExitStack, data: Path, n_threads: int) -> list[Side]:
    """Start ours, and theirs where it is installed."""
    programs = [(Path(sys.executable), "side_ours.py")]
    if is_installed():
        programs.append((SCVI, "side_scvi.py"))
    return [stack.enter_context(Side(*program, data, n_threads)) for program in programs]


def measured(row: Row, n_threads: int, rounds: int) -> list[Side]:
    """Measure a row: both sides warm up, then take turns."""
    with ExitStack() as stack:
        both = sides(stack, simulated(row.data), n_threads)
        for side in both:
            if row.needs_training:
                side.ask("ready", keep=False)
            if row.verb != "compare":
                side.ask(row.verb, row.argument, keep=False)
        for _ in range(rounds):
            for side in both:
                side.ask(row.verb, row.argument)
        return both


def line(what: str, n_threads: int, both: list[Side]) -> str:
    """Return one line of the table; a ratio is theirs over ours."""
    cells = [what, str(n_threads)]
    for name, written in (("wall", seconds), ("cpu", seconds), ("peak", gigabytes)):
        values = [getattr(side, name) for side in both]
        ours, *theirs = [statistics.median(v) if isinstance(v, list) else v for v in values]
        if theirs:
            cells += [written(theirs[0]), written(ours), f"**{theirs[0] / ours:.1f}x**"]
        else:
            cells += ["-", written(ours), "-"]
    return f"| {' | '.join(cells)} |"


def seconds(value: float) -> str:
    """Write a time with its unit."""
    return f"{1000 * value:.0f} ms" if value < 1 else f"{value:.1f} s"


def gigabytes(value: float) -> str:
    """Write an amount of memory with its unit."""
    return f"{value:.2f} GB"


def head(command: str, columns: Sequence[str]) -> str:
    """Return what must be known to measure again, and the head of the table."""
    cpus = Path("/proc/cpuinfo")
    models = cpus.read_text().splitlines() if cpus.exists() else []
    cpu = next((one.split(": ")[1] for one in models if one.startswith("model name")), "")
    theirs = "scvi-tools not installed (--install)"
    if is_installed():
        done = subprocess.run(
            [SCVI, "-W", "ignore", "-c", VERSIONS], capture_output=True, text=True
        )
        theirs = done.stdout.strip()
    ours = f"peakvi_widgets {version('peakvi-widgets')}, torch {version('torch')}"
    return "\n".join(
        (
            f"{time.strftime('%Y-%m-%d')}, {platform.platform()}, {cpu}, {n_cores()} cores, "
            f"Python {platform.python_version()}; {ours}; {theirs}; `{command}`. "
            "Medians of turns taken one after the other; memory with all imports.",
            "",
            f"| {' | '.join(columns)} |",
            f"|{' --- |' * len(columns)}",
        )
    )


def n_cores() -> int:
    """Return the cores this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--rows", default="")
    options = parser.parse_args(arguments)
    if options.install and not is_installed():
        install()
    columns = ["what", "threads"]
    for measure in ("wall", "CPU", "peak memory"):
        columns += [f"{measure} scvi-tools", "ours", "ratio"]
    command = " ".join(["python tests/benchmarks/bench_engine.py", *arguments])
    print(head(command, columns), flush=True)
    wanted = [word for word in options.rows.split(",") if word]
    for row in ROWS:
        if wanted and not any(word in row.what for word in wanted):
            continue
        for n_threads in sorted({1, n_cores()}):
            both = measured(row, n_threads, row.rounds * (4 if options.full else 1))
            print(line(row.what, n_threads, both), flush=True)


def bench_engine():
    main([])


if __name__ == "__main__":
    main(sys.argv[1:])
