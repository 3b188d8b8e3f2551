"""What two processes with copies of the network would give at best; nothing asserted.

Each copy would learn from half the cells of a minibatch, and then all of the gradients are added
up. Both parts are timed here, a step with 64 cells on one core and `all_reduce` of gloo between two
processes, and the waiting of one for the other counts as nothing. `bench_processes` measures what
is there instead: processes that divide the regions, and threads.

``python tests/benchmarks/bench_copies.py``; ``--data "2k regions,tutorial"``, ``--rounds 5``.
"""

import argparse
import os
import socket
import statistics
from pathlib import Path

import numpy as np
import torch
from bench_engine import head, seconds, simulated
from bench_processes import SIZES
from stopwatch import Stopwatch
from torch import distributed, multiprocessing

N_LAPS, WARM_UP = 30, 5
HOST = "127.0.0.1"


class Steps:
    """Steps of one thread, with any number of cells."""

    def __init__(self, path: Path) -> None:
        import anndata

        import peakvi_widgets as pv
        from peakvi_widgets.engine.fast_learner import FastLearner
        from peakvi_widgets.engine.plan import plan_from

        torch.set_num_threads(1)
        adata = anndata.read_h5ad(path)
        pv.PEAKVI.setup_anndata(adata)
        model = pv.PEAKVI(adata)
        self.cells, self.n_cells = model._cells_now(), adata.n_obs
        plan = plan_from(n_threads=1, start="none", encoder_rate=1.0, max_epochs=1)
        self.learner = FastLearner(model.module, plan, self.cells.density)
        self.n_bytes = sum(one.nbytes for one in model.module.parameters())
        self.random = np.random.default_rng(0)

    def take(self, n_cells: int) -> float:
        """Return the median seconds of a step."""
        watch, generator = Stopwatch(), torch.Generator().manual_seed(0)
        for _ in range(N_LAPS + WARM_UP):
            chosen = np.sort(self.random.choice(self.n_cells, n_cells, replace=False))
            cells = self.cells.minibatch(chosen)
            watch.start()
            self.learner.learn(cells, kl_weight=1.0, lr=1e-3, generator=generator)
            watch.lap()
        return statistics.median(watch.wall[WARM_UP:])


def adding_up(n_bytes: int) -> float:
    """Return the median seconds in which two processes add up as many bytes of gradients."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    found = context.SimpleQueue()
    both = [context.Process(target=_add_up, args=(i, port, n_bytes, found)) for i in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    return found.get()


def _add_up(rank: int, port: int, n_bytes: int, found: object) -> None:
    os.environ |= {"MASTER_ADDR": HOST, "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", rank=rank, world_size=2)
    gradients, watch = torch.zeros(n_bytes // 4), Stopwatch()
    for _ in range(N_LAPS + WARM_UP):
        distributed.all_reduce(gradients)
        watch.lap()
    distributed.destroy_process_group()
    if rank == 0:
        found.put(statistics.median(watch.wall[WARM_UP:]))


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=",".join(name for name in SIZES if name != "atlas"))
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    columns = ["data", "a step, 128 cells", "64 cells", "gradients", "adding them up", "at best"]
    print(head("python tests/benchmarks/bench_copies.py", columns), flush=True)
    for name in options.data.split(","):
        steps = Steps(simulated(name))
        turns = [
            (steps.take(128), steps.take(64), adding_up(steps.n_bytes))
            for _ in range(options.rounds)
        ]
        whole, half, added = (statistics.median(part) for part in zip(*turns, strict=True))
        row = [name, seconds(whole), seconds(half), f"{steps.n_bytes / 1e6:.1f} MB"]
        row += [seconds(added), f"{whole / (half + added):.2f}x"]
        print(f"| {' | '.join(row)} |", flush=True)


def bench_copies():
    main(["--rounds", "1", "--data", "2k regions"])


if __name__ == "__main__":
    main()
