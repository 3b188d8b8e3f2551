"""Our side of a benchmark: does what it is asked on standard input and answers how long it took."""

import sys
from pathlib import Path

import anndata
import numpy as np
from stopwatch import Stopwatch, serve

import peakvi_widgets as pv
from peakvi_widgets.engine import threads as engine_threads
from peakvi_widgets.engine.metrics import EpochMetrics, Step
from peakvi_widgets.engine.plan import plan_from


class Side:
    """A model of one data set, in memory or on disk."""

    def __init__(self, path: Path, n_threads: int, place: str = "memory") -> None:
        # Inference takes one thread less than there are cores; here it takes what it is given.
        engine_threads.default_threads = lambda: n_threads
        is_on_disk = place == "disk"
        self.adata = pv.read(path, memory=1) if is_on_disk else anndata.read_h5ad(path)
        self.n_threads = n_threads
        pv.PEAKVI.setup_anndata(self.adata)
        self.model = pv.PEAKVI(self.adata)
        self.steps = iter(())

    def learn(self, n: int) -> Stopwatch:
        """Take training steps; validation and the ends of epochs go unmeasured."""
        watch = Stopwatch()
        while len(watch) < n:
            if (value := next(self.steps, None)) is None:
                plan = plan_from("scvi", n_threads=self.n_threads)
                self.steps = self.model.training(plan, restart=True)
            elif isinstance(value, Step) and value.phase == "train" and value.step > 1:
                watch.lap()
                continue
            watch.start()
        return watch

    def pass_over(self, n: int) -> Stopwatch:
        """Take training steps; one lap for all of them, with the time to find the cells."""
        watch = Stopwatch()
        taken = self.model.training(
            plan_from("scvi", n_threads=self.n_threads, max_steps=n + 1), restart=True
        )
        steps = (one for one in taken if isinstance(one, Step) and one.phase == "train")
        next(steps)
        watch.start()
        for _ in range(n):
            next(steps)
        watch.lap()
        taken.close()
        return watch

    def ready(self) -> None:
        """Make a model that may be asked, by two steps of training."""
        self.model.train(preset="scvi", restart=True, max_steps=2, n_threads=self.n_threads)
        half = self.adata.n_obs // 2
        self.groups = list(range(half)), list(range(half, self.adata.n_obs))

    def compare(self, n: int) -> Stopwatch:
        """Find what differs between two halves of the cells; encoding them counts."""
        self.model._encodings = None
        watch = Stopwatch()
        self.model.differential_accessibility(
            idx1=self.groups[0], idx2=self.groups[1], n_samples=n, estimand="log2"
        )
        return watch.lap()

    def estimate(self, n: int) -> Stopwatch:
        """Give a first estimate for two halves of the cells, encodings known."""
        self.model.get_latent_representation()
        watch = Stopwatch()
        for value in self.model.comparing(*self.groups, first_samples=n):
            if value.table is not None:
                return watch.lap()
        raise AssertionError("no table came")

    def encode(self, n: int) -> Stopwatch:
        """Encode all cells ``n`` times."""
        watch = Stopwatch()
        for _ in range(n):
            self.model._encodings = None
            self.model.get_latent_representation()
            watch.lap()
        return watch

    def train(self, seed: int, latent: str, preset: str) -> Stopwatch:
        """Train by a preset to the end, one lap an epoch; the latent goes into a file."""
        model = pv.PEAKVI(self.adata, seed=seed)
        watch = Stopwatch()
        for value in model.training(plan_from(preset, n_threads=self.n_threads)):
            if isinstance(value, EpochMetrics):
                watch.lap()
                watch.losses.append(value.reconstruction_loss_validation)
        np.save(latent, model.get_latent_representation())
        return watch


if __name__ == "__main__":
    serve(Side(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
