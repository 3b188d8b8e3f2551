"""Class PEAKVI: make, train, save and load a model."""

from collections.abc import Generator
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from anndata import AnnData

from .. import settings
from ..engine.architecture import Part, architecture
from ..engine.cells import Indices
from ..engine.checkpoint import Checkpoint, free_folder, holds_model, read, write
from ..engine.metrics import EpochMetrics, Step, TrainingEnd
from ..engine.module import PeakVAE, initialise
from ..engine.plan import TrainingPlan, plan_from
from ..engine.resume import packed, unpacked
from ..engine.scvi_export import write_scvi_model
from ..engine.setup import Setup, original_categories
from ..engine.train import TrainingState, fit
from ..errors import DataError, StageError
from .cells import SETUP, cells_of, setup_of, with_regions
from .comparison import ComparisonPart


class PEAKVI(ComparisonPart):
    """PeakVI: a deep generative model of single-cell chromatin accessibility.

    Parameters
    ----------
    adata
        Cells by regions, prepared by `setup_anndata`. Its counts are used where they are, never
        copied or changed.
    n_hidden, n_latent, n_layers_encoder, n_layers_decoder, dropout_rate, model_depth
        Sizes and choices of the network; see `peakvi_widgets.engine.architecture.Architecture`.
    region_factors, use_batch_norm, use_layer_norm, latent_distribution
        See there.
    deeply_inject_covariates, encode_covariates
        See there.
    seed
        Of the fresh weights, and of everything drawn later; ``None`` is ``settings.seed``.

    Raises
    ------
    StageError
        `setup_anndata` was not called.
    DataError
        The counts, a covariate or a size cannot be used.

    References
    ----------
    Ashuach et al. 2022, Cell Reports Methods; the interface follows scvi-tools' ``PEAKVI``.
    """

    def __init__(
        self,
        adata: AnnData,
        n_hidden: int | None = None,
        n_latent: int | None = None,
        n_layers_encoder: int = 2,
        n_layers_decoder: int = 2,
        dropout_rate: float = 0.1,
        model_depth: bool = True,
        region_factors: bool = True,
        use_batch_norm: Part = "none",
        use_layer_norm: Part = "both",
        latent_distribution: Literal["normal", "ln"] = "normal",
        deeply_inject_covariates: bool = False,
        encode_covariates: bool = False,
        *,
        seed: int | None = None,
    ) -> None:
        if SETUP not in adata.uns:
            raise StageError("The AnnData is not set up; call PEAKVI.setup_anndata(adata) first.")
        setup = setup_of(adata, adata.uns[SETUP])
        shape = architecture(
            adata.n_vars,
            setup.n_categories,
            len(setup.continuous_covariate_keys),
            n_hidden=n_hidden,
            n_latent=n_latent,
            n_layers_encoder=n_layers_encoder,
            n_layers_decoder=n_layers_decoder,
            dropout_rate=dropout_rate,
            model_depth=model_depth,
            region_factors=region_factors,
            use_batch_norm=use_batch_norm,
            use_layer_norm=use_layer_norm,
            latent_distribution=latent_distribution,
            deeply_inject_covariates=deeply_inject_covariates,
            encode_covariates=encode_covariates,
        )
        seed = settings.seed if seed is None else seed
        self._take(adata, setup, initialise(PeakVAE(shape), seed), seed)

    def _take(self, adata: AnnData, setup: Setup, module: PeakVAE, seed: int) -> None:
        self.adata, self.setup, self.module, self.seed = adata, setup, module.eval(), seed
        self.is_trained = False
        self._cells = cells_of(adata, setup)
        self._state, self._loaded_history = TrainingState(), pd.DataFrame()
        self._encodings = None
        self._home: Path | None = None  # the folder that holds this very model

    def __repr__(self) -> str:
        shape, known = self.module.shape, "trained" if self.is_trained else "not trained yet"
        return (
            f"PEAKVI of {self._cells.n_cells:,} cells x {shape.n_regions:,} regions, "
            f"n_hidden {shape.n_hidden}, n_latent {shape.n_latent}: {known}"
        )

    # -- training -------------------------------------------------------------------------------
    def train(
        self,
        max_epochs: int | None = None,
        *,
        preset: str | None = None,
        restart: bool = False,
        autosave: str | Path | None = None,
        autosave_every: int = 10,
        **parameters: Any,
    ) -> None:
        """Train, or go on where training was stopped; Ctrl-C stops and keeps the best weights.

        Parameters
        ----------
        max_epochs
            Epochs since the model was new; ``None`` is the preset's.
        preset
            ``"quick"``, ``"standard"`` or ``"scvi"``; ``None`` is ``"standard"``, or what was used
            before when training goes on.
        restart
            Whether to begin anew with fresh weights.
        autosave, autosave_every
            Folder to save into, training included, every so many epochs and at the end; `load`
            goes on from there.
        **parameters
            Fields of `peakvi_widgets.engine.plan.TrainingPlan`.

        Raises
        ------
        DataError
            A parameter makes no sense, or the loss is no longer finite.
        StageError
            There is nothing left to train by this plan.
        """
        if max_epochs is not None:
            parameters["max_epochs"] = max_epochs
        begun = self._state.plan if preset is None and not restart else None
        if begun is None:
            plan = plan_from(preset or "standard", **parameters)
        else:
            plan_from(**parameters)  # unknown names raise here
            plan = replace(begun, **{"max_steps": None, **parameters})
        steps = self.training(
            plan, restart=restart, autosave=autosave, autosave_every=autosave_every
        )
        try:
            for _ in steps:
                pass
        except KeyboardInterrupt:
            steps.close()

    def training(
        self,
        plan: TrainingPlan,
        *,
        restart: bool = False,
        autosave: str | Path | None = None,
        autosave_every: int = 10,
    ) -> Generator[Step | EpochMetrics, None, TrainingEnd]:
        """Train step by step; `train` runs this to its end.

        Parameters
        ----------
        plan
            How to train.
        restart
            Whether to begin anew with fresh weights instead of going on.
        autosave, autosave_every
            As for `train`.

        Yields
        ------
        As `peakvi_widgets.engine.train.fit`. Closing the generator stops training; the best
        weights are in place then too, and ``training_end`` tells how it ended.
        """
        folder = None if autosave is None else self._autosave_folder(autosave, autosave_every)
        if restart:
            initialise(self.module, self.seed)
            self._state, self._loaded_history = TrainingState(), pd.DataFrame()
            self.is_trained = False
        steps = fit(self.module, self._cells, plan, self._state, self.seed)
        try:
            while True:
                try:
                    value = next(steps)
                except StopIteration as ended:
                    end: TrainingEnd = ended.value
                    return end
                if folder and isinstance(value, EpochMetrics) and value.epoch % autosave_every == 0:
                    self._autosave(folder)
                yield value
        finally:
            steps.close()
            self._encodings = None
            self.module.eval()
            self.is_trained = self.is_trained or self._state.n_steps > 0
            if folder and self._state.learner is not None:
                self._autosave(folder)

    def _autosave_folder(self, path: str | Path, every: int) -> Path:
        folder = Path(path).resolve()
        if every < 1:
            raise DataError(f"autosave_every is {every!r}; use a whole number of 1 or more.")
        if folder != self._home and holds_model(folder):
            raise DataError(f"{folder} holds another model; autosave into a folder of its own.")
        return folder

    def _autosave(self, folder: Path) -> None:
        learner = self._state.learner
        if self._state.best_epoch is None and learner is not None:
            learner.copy_to(self.module)
        self.is_trained = True
        self.save(folder, overwrite=True, with_training=True)

    @property
    def training_end(self) -> TrainingEnd | None:
        """How training ended; ``None`` before, while it runs, and for a model loaded without."""
        return self._state.end

    @property
    def train_indices(self) -> Indices:
        """Cells that were learned from; none for a loaded model."""
        return self._state.split.train

    @property
    def validation_indices(self) -> Indices:
        """Cells that were judged by."""
        return self._state.split.validation

    @property
    def test_indices(self) -> Indices:
        """Cells that training has not seen."""
        if self._state.learner is None:
            return self._state.split.train
        seen = np.concatenate(self._state.split)
        return np.setdiff1d(np.arange(self._cells.n_cells), seen)

    @property
    def history(self) -> dict[str, pd.DataFrame]:
        """One table of one column a measure, indexed by epoch from 0, as in scvi-tools."""
        table = self.history_table().assign(kl_global_train=0.0, kl_global_validation=0.0)
        table.index = pd.RangeIndex(len(table), name="epoch")
        return {str(name): table[[name]] for name in table}

    def history_table(self) -> pd.DataFrame:
        """Return one row an epoch, indexed by epoch from 1, with the fields of `EpochMetrics`."""
        names = [field.name for field in fields(EpochMetrics)]
        rows = [asdict(metrics) for metrics in self._state.history]
        if not rows:
            return self._loaded_history.copy()
        return pd.DataFrame(rows, columns=names).set_index("epoch")

    # -- on disk --------------------------------------------------------------------------------
    def save(
        self, dir_path: str | Path, *, overwrite: bool = False, with_training: bool = False
    ) -> None:
        """Write the model into a folder: weights as safetensors, the rest as JSON.

        Parameters
        ----------
        dir_path
            Folder, made if it is missing. The AnnData is not saved.
        overwrite
            Whether to replace a model that is there.
        with_training
            Whether to save what it takes to go on training exactly as if it had never stopped.
            It is three times as large as the weights alone.

        Raises
        ------
        StageError
            The model is not trained, or, ``with_training``, was not trained since it was loaded.
        DataError
            There is a model already, or the folder cannot be written.
        """
        checkpoint = self._checkpoint()
        training = packed(self._state, self._cells) if with_training else None
        write(Path(dir_path), checkpoint, overwrite=overwrite, training=training)
        self._home = Path(dir_path).resolve()

    def save_for_scvi(self, dir_path: str | Path, *, overwrite: bool = False) -> None:
        """Write the model into a folder in the form that scvi-tools' ``PEAKVI.load`` reads.

        Parameters
        ----------
        dir_path
            Folder, made if it is missing.
        overwrite
            Whether to replace the ``model.pt`` that is there.

        Raises
        ------
        StageError
            The model is not trained.
        DataError
            There is a model already, or the folder cannot be made.
        """
        checkpoint, folder = self._checkpoint(), free_folder(Path(dir_path), overwrite)
        keys = (self.setup.batch_key, *self.setup.categorical_covariate_keys)
        categories = [
            np.array([0]) if key is None else original_categories(self.adata.obs[key], known)
            for key, known in zip(keys, self.setup.categories, strict=True)
        ]
        write_scvi_model(folder, checkpoint, categories, self.history, self._cells.n_cells)

    def _checkpoint(self) -> Checkpoint:
        self._require_trained()
        table = self.history_table()
        return Checkpoint(
            self.module.shape,
            self.module.state_dict(),
            self.setup,
            list(self.adata.var_names),
            {str(name): table[name].tolist() for name in table},
            self._state.plan,
            self.seed,
        )

    @classmethod
    def load(cls, dir_path: str | Path, adata: AnnData | None = None) -> Self:
        """Read a model from a folder, one of ours or the ``model.pt`` of scvi-tools.

        Parameters
        ----------
        dir_path
            The folder. Nothing in it is ever run as a program. If training was saved too, and
            these are the cells it learned from, `train` goes on with it; otherwise a new training
            begins at the saved weights.
        adata
            The cells it is about, with the regions it was trained on; it need not be set up.

        Raises
        ------
        DataError
            There is no model, it is damaged or unsafe, or the AnnData does not fit it.
        """
        if adata is None:
            raise DataError("A saved model does not hold its data; pass adata as well.")
        checkpoint = read(Path(dir_path))
        model = cls.__new__(cls)
        model._take(
            with_regions(adata, checkpoint.region_names),
            checkpoint.setup,
            checkpoint.network(),
            checkpoint.seed,
        )
        model.is_trained = True
        model._loaded_history = pd.DataFrame(checkpoint.history)
        model._loaded_history.index = pd.RangeIndex(1, len(model._loaded_history) + 1, name="epoch")
        model._state = unpacked(Path(dir_path), model.module, model._cells) or model._state
        model._home = Path(dir_path).resolve()
        return model
