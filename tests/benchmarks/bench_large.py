"""A large data set from opening to comparing: time and memory of each step, as soon as it is done.

``python tests/benchmarks/bench_large.py --cells 1000000 --regions 200000 --density 0.02 --memory
"2 GB" --folder DIR --log FILE`` simulates counts straight to disk, unless they are in the folder,
and works on them in one process: so a network is trained for ``--steps`` minibatches, and what
follows is of that network. A second process holds counts of ``--beside`` cells with the same
regions in memory; both train in turn, some minibatches each. Memory is what cannot be given back
to the system (RssAnon), beyond imports; it is looked at every 20 ms. Linux only; nothing is
asserted.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from bench_scale import write_counts  # noqa: E402
from stopwatch import MemoryWatch, own_memory  # noqa: E402

from peakvi_widgets.steps import result_of  # noqa: E402

AT_ONCE = 25  # minibatches in turn
MINIBATCH = 128
LAST = ("latents", "compare", "neighbors_and_map", "clusters")


class Work:
    """The steps, on one file of counts."""

    def __init__(self, path: Path, n_hidden: int | None) -> None:
        import torch

        import peakvi_widgets as pv
        from peakvi_widgets.model import PEAKVI

        torch.set_num_threads(1)
        pv.settings.progress = pv.settings.preview = False
        few = pv.Session(pv.data.simulate(50, 60))
        few.filter(min_cells=1)
        few.wait()  # has imported what all of them need
        self.path, self.pv, self.model_of = path, pv, PEAKVI
        self.n_hidden = n_hidden

    def open(self, again: bool) -> Any:
        """Read and measure, as a session does; ``again`` only what was copied before."""
        if again:
            self.adata = result_of(self.pv.data.reading(self.path))
        else:
            self.session = self.pv.Session()
            self.session.open(self.path)
            self.session.wait()
            self.adata = self.session.adata
        counts = self.adata.X
        n_bytes = sum(part.nbytes for part in (counts.data, counts.indices, counts.indptr))
        return {"shape": list(counts.shape), "open": int(counts.nnz), "matrix": n_bytes}

    def network(self) -> Any:
        """Set counts up, make a network and start it at what held-out fragments confirm."""
        from peakvi_widgets.engine.plan import plan_from

        self.model_of.setup_anndata(self.adata, held_out=0.2)
        self.model = self.model_of(self.adata, n_hidden=self.n_hidden)
        self.taken = self.model.training(plan_from("standard", n_threads=1))
        self.train(1)
        return {"n_hidden": self.model.module.shape.n_hidden}

    def train(self, n: int) -> Any:
        """Take so many training steps."""
        from peakvi_widgets.engine.metrics import Step

        steps = (one for one in self.taken if isinstance(one, Step) and one.phase == "train")
        for _ in range(n):
            next(steps)

    def end_of_training(self) -> Any:
        """Take over the weights."""
        self.taken.close()

    def latents(self) -> Any:
        """Encode all cells."""
        latent = self.model.get_latent_representation()
        return {"latent": list(latent.shape), "finite": bool(np.isfinite(latent).all())}

    def neighbors_and_map(self) -> Any:
        """Find neighbors and place the cells."""
        from peakvi_widgets.session.neighbors import embedding

        self.embedded = result_of(embedding(self.model, 15, 0.2, 200, 0))
        return {"places": list(self.embedded.obsm["X_umap"].shape)}

    def clusters(self) -> Any:
        """Find Leiden clusters."""
        from sklearn.metrics import adjusted_rand_score

        from peakvi_widgets.session.neighbors import clustering

        found = result_of(clustering(self.embedded.obsp["connectivities"], 0.2, 0))
        types = self.adata.obs["cell_type"]
        return {"clusters": len(set(found)), "ARI": adjusted_rand_score(types, found)}

    def compare(self) -> Any:
        """Compare two of the simulated types, checked by held-out fragments."""
        table = self.model.differential_accessibility(
            groupby="cell_type", group1="type_0", group2="type_1", check=True
        )
        return {"regions": len(table)}


def serve(path: Path, n_hidden: int | None) -> None:
    """Do what each line of standard input names; answer with time, memory and what came out."""
    work, watch = Work(path, n_hidden), MemoryWatch()
    imports = own_memory()
    print("ready", flush=True)
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        watch.since()
        wall, cpu = time.perf_counter(), time.process_time()
        found = getattr(work, name)(*arguments) or {}
        times = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        memory = {"peak": watch.since() - imports, "kept": own_memory() - imports}
        print("answer", json.dumps({**times, **memory, **found}), flush=True)


class Side:
    """A process that works on one file."""

    def __init__(self, path: Path, memory: str, given: argparse.Namespace) -> None:
        command = [sys.executable, __file__, "--child", str(path)]
        if given.hidden:
            command += ["--hidden", str(given.hidden)]
        environment = {**os.environ, "PEAKVI_MEMORY": memory}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, text=True, env=environment, **pipes)
        self._line("ready")

    def ask(self, *what: Any) -> dict[str, Any]:
        print(json.dumps(what), file=self.process.stdin, flush=True)
        return json.loads(self._line("answer"))

    def _line(self, word: str) -> str:
        for line in self.process.stdout:
            if line.startswith(word):
                return line.removeprefix(word)
        raise SystemExit(f"The process ended before its {word}.")


def in_turn(sides: dict[str, Side], n_steps: int, say: Any) -> None:
    """Train on both, some minibatches each."""
    took: dict[str, list[dict[str, float]]] = {name: [] for name in sides}
    for _ in range(n_steps // AT_ONCE):
        for name, side in sides.items():
            took[name].append(side.ask("train", AT_ONCE))
    for name, parts in took.items():
        rates = {
            clock: MINIBATCH * AT_ONCE / np.median([part[clock] for part in parts])
            for clock in ("cpu", "wall")
        }
        say(
            f"train {name}: {AT_ONCE * len(parts)} minibatches, "
            f"{rates['cpu']:.0f} cells a CPU second, {rates['wall']:.0f} a second; "
            f"peak {max(part['peak'] for part in parts) / 1e9:.2f} GB"
        )


def main() -> None:
    """Simulate, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--cells", type=int, default=5_000)
    parser.add_argument("--beside", type=int, default=5_000, help="cells in memory; 0 for none")
    parser.add_argument("--regions", type=int, default=100_000)
    parser.add_argument("--density", type=float, default=0.02)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--hidden", type=int, help="width of the hidden layers")
    parser.add_argument("--memory", default="10 MB", help="largest counts in memory")
    parser.add_argument("--folder", type=Path, default=Path("build/bench"))
    parser.add_argument("--again", action="store_true", help="the counts lie on disk already")
    parser.add_argument("--only", nargs="+", default=LAST, choices=LAST)
    parser.add_argument("--log", type=Path, default=Path(os.devnull))
    given = parser.parse_args()
    if given.child:
        serve(given.child, given.hidden)
        return
    given.folder.mkdir(parents=True, exist_ok=True)

    def say(text: str) -> None:
        with given.log.open("a") as log:
            print(text, file=log)
        print(text, flush=True)

    def source(n_cells: int) -> Path:
        path = given.folder / f"{n_cells}x{given.regions}.h5ad"
        if not path.exists():
            write_counts(path, n_cells, given.regions, given.density)
        return path

    def step(side: Side, name: str, *arguments: Any) -> None:
        found = side.ask(name, *arguments)
        took = [found.pop(key) for key in ("wall", "cpu", "peak", "kept")]
        say(
            f"{name:18} {took[1]:8.1f} s CPU {took[0]:8.1f} s; peak {took[2] / 1e9:6.2f} GB, "
            f"kept {took[3] / 1e9:6.2f} GB; {json.dumps(found)}"
        )

    say(f"{time.strftime('%Y-%m-%d %H:%M')} {given.cells:,} cells x {given.regions:,} regions")
    sides = {"on disk": Side(source(given.cells), given.memory, given)}
    if given.beside:
        sides["in memory"] = Side(source(given.beside), "1 TB", given)
    for side in sides.values():
        step(side, "open", given.again)
        step(side, "network")
    in_turn(sides, given.steps, say)
    large = sides.pop("on disk")
    for side in sides.values():
        side.process.kill()
    step(large, "end_of_training")
    for name in given.only:
        step(large, name)


if __name__ == "__main__":
    main()
