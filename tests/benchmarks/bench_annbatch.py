"""Training from disk and in memory, ours and scvi-tools with annbatch, in turn on the same cells.

scvi-tools 1.5.1 with annbatch needs Python 3.12. Make an environment with ``scvi-tools==1.5.1`` and
``annbatch[zarrs]==0.2.2`` and link it as ``.bench/annbatch`` (annbatch 0.3.1 does not do: its
``Loader`` no longer takes the ``to_torch`` that scvi-tools gives it). Without it only our side is
measured, which is said. ``python tests/benchmarks/bench_annbatch.py --cells 50000 --regions
50000``. One thread; nothing is asserted.

Each turn takes one pass over what annbatch loads together (8,192 cells, 64 minibatches of 128),
loading included. Its store is written from the same file, shuffled, by ``PEAKVI.setup_annbatch``;
the time of that is given apart, as is that of our own copy. Memory is what cannot be given back to
the system, imports included.
"""

import argparse
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from bench_engine import STORE, Side  # noqa: E402
from bench_scale import write_counts  # noqa: E402

THEIRS = STORE / "annbatch" / "bin" / "python"
MINIBATCH = 128


def main() -> None:
    """Simulate, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=50_000)
    parser.add_argument("--regions", type=int, default=50_000)
    parser.add_argument("--density", type=float, default=0.025)
    parser.add_argument("--minibatches", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    STORE.mkdir(exist_ok=True)
    path = STORE / f"{given.cells}x{given.regions}.h5ad"
    if not path.exists():
        write_counts(path, given.cells, given.regions, given.density)
    ours = Path(sys.executable)
    programs = {
        "ours, on disk": (ours, "side_ours.py", "disk"),
        "ours, in memory": (ours, "side_ours.py", "memory"),
    }
    if THEIRS.exists():
        programs["scvi-tools, annbatch"] = (THEIRS, "side_scvi.py", "annbatch")
        programs["scvi-tools, in memory"] = (THEIRS, "side_scvi.py", "memory")
    else:
        print(f"scvi-tools with annbatch is not measured: there is no {THEIRS}.")
    with ExitStack() as stack:
        sides, rates, memory = {}, {}, {}
        for name, (python, program, place) in programs.items():
            began = time.perf_counter()
            side = sides[name] = stack.enter_context(Side(python, program, path, 1, place))
            first = side.ask("pass_over", 2, keep=False)
            print(f"{name}: {time.perf_counter() - began:.0f} s to open, {first['own']:.2f} GB")
        for _ in range(given.rounds):
            for name, side in sides.items():
                answer = side.ask("pass_over", given.minibatches)
                memory[name] = max(memory.get(name, 0.0), answer["own"])
        n_cells = MINIBATCH * given.minibatches
        for name, side in sides.items():
            rates[name] = n_cells / median(side.cpu)
            print(
                f"{name}: {rates[name]:.0f} cells a CPU second, "
                f"{n_cells / median(side.wall):.0f} a second; peak {memory[name]:.2f} GB"
            )
        for name, rate in rates.items():
            print(f"{name}: {rates['ours, on disk'] / rate:.2f} x as fast is ours on disk")


if __name__ == "__main__":
    main()
