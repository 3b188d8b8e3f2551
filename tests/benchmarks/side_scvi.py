"""The side of scvi-tools in a benchmark: the same questions as `side_ours`."""

import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import scvi
import torch
from lightning.pytorch.callbacks import Callback
from stopwatch import Stopwatch, serve

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
BATCH = 128
QUIET = {"enable_progress_bar": False, "logger": False, "enable_model_summary": False}


class Laps(Callback):
    """Time from the end of one training step to the end of the next, loader included."""

    def __init__(self) -> None:
        self.watch = Stopwatch()

    def on_train_batch_end(self, *arguments: Any) -> None:
        if arguments[-1] > 0:  # the number of the batch
            self.watch.lap()
        self.watch.start()


class Whole(Callback):
    """Time from the beginning of an epoch."""

    def on_train_epoch_start(self, *_: Any) -> None:
        self.watch = Stopwatch()


class Side:
    """A model of one data set; ``"annbatch"`` reads it from disk, a store beside the file."""

    def __init__(self, path: Path, n_threads: int, place: str = "memory") -> None:
        torch.set_num_threads(n_threads)
        scvi.settings.seed = 0
        self.given: dict[str, Any] = {}
        if place == "annbatch":
            store, how = path.with_suffix(".annbatch"), {"batch_size": BATCH, "shuffle": True}
            loader = scvi.model.PEAKVI.setup_annbatch(
                str(store), [str(path)], rebuild=not store.exists(), preload_to_gpu=False, **how
            )
            self.model, self.given = (
                scvi.model.PEAKVI(registry=loader.registry),
                {"datamodule": loader},
            )
            return
        self.adata = anndata.read_h5ad(path)
        batch_key = "batch" if "batch" in self.adata.obs else None
        scvi.model.PEAKVI.setup_anndata(self.adata, batch_key=batch_key)
        self.model = scvi.model.PEAKVI(self.adata)

    def learn(self, n: int) -> Stopwatch:
        """Take training steps; the first of a run goes unmeasured."""
        laps = Laps()
        self._train(n + 1, callbacks=[laps])
        return laps.watch

    def pass_over(self, n: int) -> Stopwatch:
        """Take training steps; one lap for all of them, with the time to find the cells."""
        whole = Whole()
        self._train(n, callbacks=[whole])
        return whole.watch.lap()

    def ready(self) -> None:
        """Make a model that may be asked, by two steps of training."""
        self._train(2)
        half = self.adata.n_obs // 2
        self.groups = list(range(half)), list(range(half, self.adata.n_obs))

    def compare(self, n: int) -> Stopwatch:
        """Find what differs between two halves of the cells."""
        watch = Stopwatch()
        self.model.differential_accessibility(
            idx1=self.groups[0], idx2=self.groups[1], n_samples_overall=n, silent=True
        )
        return watch.lap()

    estimate = compare  # it knows no estimates before the last

    def encode(self, n: int) -> Stopwatch:
        """Encode all cells ``n`` times."""
        watch = Stopwatch()
        for _ in range(n):
            self.model.get_latent_representation()
            watch.lap()
        return watch

    def train(self, seed: int, latent: str) -> Stopwatch:
        """Train by its defaults to the end, one lap an epoch; the latent goes into a file."""
        scvi.settings.seed = seed
        self.model = scvi.model.PEAKVI(self.adata)
        watch = Stopwatch()
        logged = {name: value for name, value in QUIET.items() if name != "logger"}
        self.model.train(callbacks=[Epochs(watch)], **logged)  # its history is the logger's
        losses = self.model.history["reconstruction_loss_validation"].iloc[:, 0]
        watch.losses = [float(loss) for loss in losses]
        np.save(latent, self.model.get_latent_representation())
        return watch

    def _train(self, n_steps: int, **arguments: Any) -> None:
        self.model.train(
            max_epochs=1,
            early_stopping=False,
            limit_train_batches=n_steps,
            limit_val_batches=0,
            **QUIET,
            **self.given,
            **arguments,
        )


class Epochs(Callback):
    """One lap an epoch, validation included."""

    def __init__(self, watch: Stopwatch) -> None:
        self.watch = watch

    def on_train_epoch_end(self, *_: Any) -> None:
        self.watch.lap()


if __name__ == "__main__":
    serve(Side(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
