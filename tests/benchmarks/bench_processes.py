"""Training in two processes beside one process and beside two threads, in turn; nothing asserted.

``python tests/benchmarks/bench_processes.py``; ``--rounds 5``, ``--data tutorial,atlas``. Each way
is a process of its own that is bound to its cores and waits while the others are measured. Where
other programs run meanwhile, believe the CPU times: a step takes what its busiest process takes. At
the end it says what more processes should give, computed from what was measured here.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import bench_engine
import psutil
import torch
from bench_engine import Side, head, seconds, simulated
from stopwatch import Stopwatch, serve

SIZES = {
    "2k regions": {"n_cells": 4000, "n_regions": 2000, "density": 0.15},
    "5k regions": {"n_cells": 4000, "n_regions": 5000, "density": 0.15},
    "10k regions": {"n_cells": 4000, "n_regions": 10_000, "density": 0.15},
    "tutorial": {"n_cells": 4585, "n_regions": 33_142, "density": 0.13},
    "atlas": {"n_cells": 20_000, "n_regions": 100_000, "density": 0.025},
}
bench_engine.DATA |= SIZES
N_STEPS = {"tutorial": 10, "atlas": 4}  # a turn; 20 for the others
WHOLE_EPOCHS = ("2k regions", "5k regions", "10k regions", "tutorial")
PARTED = ("tutorial", "atlas")  # regions enough for more processes
PARTS = 8  # a process of so many is timed alone


class Way(NamedTuple):
    """How a model is trained."""

    what: str
    devices: int
    n_threads: int
    cores: tuple[int, ...]


WAYS = (
    Way("1 process, 1 thread, 1 core", 1, 1, (1,)),
    Way("2 processes, 1 thread each, 2 cores", 2, 1, (0, 1)),
    Way("1 process, 2 threads, 2 cores", 1, 2, (0, 1)),
)


class WaySide(Side):
    """A process that trains in one way."""

    def __init__(self, way: Way, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--side", json.dumps(way), data],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
        )
        self.wall, self.cpu, self.peak = [], [], 0.0


class Trainer:
    """A model of one data set, in the process of its way."""

    def __init__(self, way: Way, path: Path) -> None:
        import anndata

        import peakvi_widgets as pv

        os.sched_setaffinity(0, way.cores)
        self.way, self.adata = way, anndata.read_h5ad(path)
        pv.PEAKVI.setup_anndata(self.adata)
        self.model = pv.PEAKVI(self.adata)
        self.steps, self.learner = iter(()), None

    def learn(self, n: int) -> Stopwatch:
        """Take training steps; validation and the ends of epochs go unmeasured."""
        from peakvi_widgets.engine.metrics import Step

        watch, spent, before = Stopwatch(), Counter(), cpu_times()
        while len(watch) < n:
            if (value := next(self.steps, None)) is None:
                self.steps = self.model.training(self._plan(), restart=True)
            elif isinstance(value, Step) and value.phase == "train" and value.step > 1:
                watch.lap()
                now = cpu_times()
                spent.update({pid: time - before.get(pid, 0.0) for pid, time in now.items()})
                before = now
                continue
            watch.start()
            before = cpu_times()
        # of this process, of a thread of it where it has several, and of the busiest child
        own = spent.pop(os.getpid()) / self.way.n_threads
        watch.cpu = [(own + max(spent.values(), default=0.0)) / n] * n
        return watch

    def epoch(self, n: int) -> Stopwatch:
        """Train whole epochs, validation and what is kept on disk included."""
        from peakvi_widgets.engine.metrics import EpochMetrics

        ends = (value for value in self.steps if isinstance(value, EpochMetrics))
        next(ends)  # the rest of the present one
        watch = Stopwatch()
        for _ in range(n):
            next(ends)
            watch.lap()
        return watch

    def part(self, n: int) -> Stopwatch:
        """Take steps with an eighth of the regions, without the other processes."""
        import numpy as np

        from peakvi_widgets.engine.fast_learner import FastLearner, stripes
        from peakvi_widgets.engine.module import PeakVAE, initialise
        from peakvi_widgets.engine.region_share import Share, dealt, shape_of

        cells, shape = self.model._cells_now(), self.model.module.shape
        if self.learner is None:
            share = Share(dealt(stripes(shape.n_regions), PARTS)[0])
            part = initialise(PeakVAE(shape_of(shape, share.regions)), 0)
            plan = self._plan()
            self.learner = FastLearner(part, plan, cells.density, share)
        generator = torch.Generator().manual_seed(0)
        chosen, watch = np.arange(128), Stopwatch()
        torch.set_num_threads(1)
        for _ in range(n):
            minibatch = cells.minibatch(chosen)
            self.learner.learn(minibatch, kl_weight=1.0, lr=1e-3, generator=generator)
            watch.lap()
        return watch

    def _plan(self) -> object:
        from peakvi_widgets.engine.plan import plan_from

        numbers = {"devices": self.way.devices, "n_threads": self.way.n_threads}
        same = {"start": "none", "encoder_rate": 1.0, "batch_size": 128, "max_epochs": 10_000}
        return plan_from(**numbers, **same, early_stopping=False)


def cpu_times() -> dict[int, float]:
    """Return the seconds of CPU time of this process and of each that it has started."""
    found = {}
    for process in [psutil.Process(), *psutil.Process().children()]:
        tasks = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
        found[process.pid] = sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
    return found


def shares(n_regions: int, n: int) -> float:
    """Return the largest share of the regions that one of ``n`` processes has."""
    from peakvi_widgets.engine.fast_learner import stripes
    from peakvi_widgets.engine.region_share import dealt

    return max(run[-1].stop - run[0].start for run in dealt(stripes(n_regions), n)) / n_regions


def computed(name: str, times: list[float], part: float) -> str:
    """Say what 4 and 8 processes should give, from the parts of a step.

    A step takes ``fixed + share * wide``: known from a whole step and one with few regions. What
    two processes take beyond that is the exchange, which grows with the number of processes. All
    are CPU times, of processes that always have a core.
    """
    n_regions, whole = SIZES[name]["n_regions"], times[0]
    small = shares(n_regions, PARTS)
    wide = (whole - part) / (1.0 - small)
    fixed = whole - wide
    exchange = max(0.0, times[1] - fixed - wide * shares(n_regions, 2))
    found = []
    for n in (4, 8):
        time = fixed + wide * shares(n_regions, n) + exchange * (n - 1)
        found.append(f"{n} processes {seconds(time)} a step, {whole / time:.1f}x")
    return (
        f"Computed for {name}, not measured: {'; '.join(found)}. Of a step, {seconds(fixed)} are "
        f"done by every process, {seconds(wide)} are divided, and {seconds(exchange)} is what two "
        "wait for each other."
    )


def traffic(name: str) -> str:
    """Say how many bytes a step sends from one process to the next."""
    from peakvi_widgets.engine.architecture import architecture

    n_hidden = architecture(SIZES[name]["n_regions"]).n_hidden
    n_bytes = 4 * 128 * (3 * n_hidden + 1) + 8
    return f"{name}: a step sends {n_bytes / 1e6:.2f} MB to the next process, and as much back."


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", default=",".join(SIZES))
    options = parser.parse_args(arguments)
    columns = ["data", "way", "a step", "cells a second", "times one process", "an epoch"]
    columns += ["CPU of a step, busiest process", "times one process, by CPU"]
    command = " ".join(["python tests/benchmarks/bench_processes.py", *arguments])
    print(head(command, columns), flush=True)
    notes = []
    for name in options.data.split(","):
        data, n = simulated(name), N_STEPS.get(name, 20)
        with ExitStack() as stack:
            sides = [stack.enter_context(WaySide(way, data)) for way in WAYS]
            for side in sides:
                side.ask("learn", n, keep=False)
            for _ in range(options.rounds):
                for side in sides:
                    side.ask("learn", n)
            times = [statistics.median(side.wall) for side in sides]
            spent = [statistics.median(side.cpu) for side in sides]
            epochs = ["-" for _ in sides]
            if name in WHOLE_EPOCHS:
                laps = [side.ask("epoch", 3, keep=False)["wall"] for side in sides]
                epochs = [seconds(statistics.median(lap)) for lap in laps]
            part = None
            if name in PARTED:
                sides[0].ask("part", n, keep=False)
                part = statistics.median(sides[0].ask("part", 2 * n, keep=False)["cpu"])
        for way, time, epoch, cpu in zip(WAYS, times, epochs, spent, strict=True):
            row = [name, way.what, seconds(time), f"{128 / time:,.0f}", f"{times[0] / time:.2f}"]
            row += [epoch, seconds(cpu), f"{spent[0] / cpu:.2f}"]
            print(f"| {' | '.join(row)} |", flush=True)
        notes += [traffic(name)] + ([computed(name, spent, part)] if part else [])
    print("", *notes, sep="\n")


def bench_processes():
    main(["--rounds", "1", "--data", "tutorial"])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--side"]:
        given = json.loads(sys.argv[2])
        serve(Trainer(Way(*given[:3], tuple(given[3])), Path(sys.argv[3])))
    else:
        main(sys.argv[1:])
