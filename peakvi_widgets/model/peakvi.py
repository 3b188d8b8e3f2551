"""Class PEAKVI: make, train, save and load a model."""

import copy
import warnings
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from anndata import AnnData

from .. import settings
from ..engine.architecture import Part, architecture, n_hidden_for
from ..engine.cells import Cells
from ..engine.checkpoint import holds_model
from ..engine.metrics import EpochMetrics, Step, TrainingEnd, Waiting
from ..engine.module import PeakVAE, initialise
from ..engine.plan import TrainingPlan, plan_from
from ..engine.train import check, fit, judge_last_weights
from ..engine.training_snapshot import TrainingSnapshot
from ..engine.training_state import TrainingState
from ..engine.validate import valid_seed
from ..errors import DataError, PeakVIError, StageError
from ..summary_table import summary_table
from .anndata_setup import SETUP, setup_of
from .cell_source import require_anndata
from .ctrl_c import stop_after_step
from .files import ModelFiles, TrainedCells
from .step_gate import StepGate
from .training_bar import TrainingBar


class PEAKVI(ModelFiles):
    """PeakVI: a deep generative model of single-cell chromatin accessibility.

    Parameters
    ----------
    adata
        Cells by regions, prepared by `setup_anndata`. Its counts are neither copied
        nor changed.
    n_hidden, n_latent, n_layers_encoder, n_layers_decoder, dropout_rate, model_depth
        A size or choice of the network; see `Architecture` of ``peakvi_widgets.engine``.
    region_factors, use_batch_norm, use_layer_norm, latent_distribution
        The same.
    deeply_inject_covariates, encode_covariates
        The same.
    seed
        Seed of the new weights and of later random draws; ``None`` for ``settings.seed``.

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
        require_anndata(adata)
        if SETUP not in adata.uns:
            raise StageError("The AnnData is not set up; call PEAKVI.setup_anndata(adata) first.")
        setup = setup_of(adata, adata.uns[SETUP])
        shape = architecture(
            adata.n_vars,
            setup.n_categories,
            len(setup.continuous_covariate_keys),
            n_hidden=n_hidden_for(adata.n_vars) if n_hidden is None else n_hidden,
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
        seed = valid_seed(settings.seed if seed is None else seed)
        try:
            module = PeakVAE(shape)
        except (MemoryError, RuntimeError) as error:  # as torch says it
            raise DataError(
                f"There is not enough memory for {shape.n_regions:,} regions and "
                f"n_hidden={shape.n_hidden:,}; use a smaller n_hidden or fewer regions."
            ) from error
        self._take(adata, setup, initialise(module, seed), seed)

    def __repr__(self) -> str:
        shape, known = self.module.shape, "trained" if self.is_trained else "not trained yet"
        return (
            f"PEAKVI of {self.adata.n_obs:,} cells x {shape.n_regions:,} regions, "
            f"n_hidden {shape.n_hidden}, n_latent {shape.n_latent}: {known}"
        )

    def _repr_html_(self) -> str:
        """Return the same for notebooks, with what usually comes next."""
        shape, n_epochs = self.module.shape, self._state.n_epochs
        facts = {
            "counts": f"{self.adata.n_obs:,} cells x {shape.n_regions:,} regions",
            "network": f"n_hidden {shape.n_hidden}, n_latent {shape.n_latent}",
            "trained": f"{n_epochs:,} epochs" if self.is_trained and n_epochs else "no",
        }
        if self.is_trained and not n_epochs:
            facts["trained"] = "yes"
        best = next((one for one in reversed(self._state.history) if one.is_best), None)
        if best is not None and best.elbo_validation is not None:
            loss = f"{best.elbo_validation:.1f} nats a cell, epoch {best.epoch:,}"
            facts["validation loss"] = loss
        then = "model.get_latent_representation()" if self.is_trained else "model.train()"
        return summary_table("PEAKVI", facts, then)

    def renewed(self, *, seed: int | None = None) -> "PEAKVI":
        """Return a new model of the same cells, covariates and shape, with new weights.

        Parameters
        ----------
        seed
            Seed of the weights; ``None`` for ``settings.seed``.
        """
        seed = valid_seed(settings.seed if seed is None else seed)
        model = type(self).__new__(type(self))
        model._take(self.adata, self.setup, initialise(PeakVAE(self.module.shape), seed), seed)
        return model

    def at_latest_epoch(self) -> "PEAKVI":
        """Return a model of the same cells with a copy of the weights after the latest minibatch.

        It is as one that was saved without its training and loaded.
        """
        model = copy.copy(self)
        model.module = copy.deepcopy(self.module)
        if self._state.learner is not None:
            self._state.learner.copy_to(model.module)
        model.module.eval()
        model._loaded_history, model._state = self.history_table(), TrainingState()
        model._loaded_plan = self._state.plan or self._loaded_plan
        model._weights_listeners, model._gate, model._home = (), StepGate(), None
        model._undo, model.is_learning, model.is_trained = None, False, True
        model._weights_changed()
        return model

    # -- training -------------------------------------------------------------------------------
    def train(
        self,
        max_epochs: int | None = None,
        *,
        preset: str | None = None,
        restart: bool = False,
        autosave: str | Path | None = None,
        autosave_every: int = 10,
        progress: bool | None = None,
        **parameters: Any,
    ) -> None:
        """Train, or continue where training was stopped.

        Ctrl-C stops after the current minibatch and keeps the best weights. A second Ctrl-C stops
        at once: the best weights of a complete epoch are kept, but such a training cannot be
        continued. A training that fails leaves the model unchanged, weights and history included.

        Parameters
        ----------
        max_epochs
            Epochs since the model was new; ``None`` for those of the preset, fewer for very many
            cells.
        preset
            ``"quick"``, ``"standard"``, ``"best_loss"`` or ``"scvi"``; ``None`` is ``"standard"``,
            or the previous plan when training continues.
        restart
            Whether to start over with new weights.
        autosave, autosave_every
            Folder to save the model and its training state in, every so many epochs and at the end;
            `load` continues from there.
        progress
            Whether a progress bar is shown in notebooks and terminals; ``None`` for
            ``peakvi_widgets.settings.progress``.
        **parameters
            Fields of `peakvi_widgets.engine.plan.TrainingPlan`.

        Raises
        ------
        DataError
            A parameter is invalid, or the loss is no longer finite; the model is unchanged.
        StageError
            The plan has been trained to its end, or one of several processes (``devices``) was
            lost: the model is then as after the last epoch, and `train` goes on from there.

        Warns
        -----
        UserWarning
            The network cannot start from confirmed dimensions, see `why_no_start`.
        """
        if max_epochs is not None:
            parameters["max_epochs"] = max_epochs
        begun = self._state.plan if preset is None and not restart else None
        if begun is None:
            plan = plan_from(preset or "standard", **parameters)
        else:
            plan_from(**parameters)  # unknown names raise here
            plan = replace(begun, **{"max_steps": None, **parameters})
        if plan.start == "spectral" and self.module.reference is None and self.why_no_start:
            warnings.warn(self.why_no_start, stacklevel=2)
        steps = self.training(
            plan, restart=restart, autosave=autosave, autosave_every=autosave_every
        )
        n_before = 0 if restart else self._state.n_epochs
        with (
            stop_after_step() as ctrl_c,
            TrainingBar(self.completed_plan(plan).max_epochs, n_before, show=progress) as bar,
            closing(steps),
        ):
            for value in steps:
                bar.follow(value)
                if ctrl_c.is_set():
                    break
        if self.training_end and self.training_end.detail:
            raise StageError(self.training_end.detail)

    def training(
        self,
        plan: TrainingPlan,
        *,
        restart: bool = False,
        autosave: str | Path | None = None,
        autosave_every: int = 10,
        can_undo: bool = False,
    ) -> Generator[Waiting | Step | EpochMetrics, None, TrainingEnd]:
        """Train step by step; `train` runs this to its end.

        Parameters
        ----------
        plan
            How to train.
        restart
            Whether to start over with new weights instead of continuing.
        autosave, autosave_every
            As for `train`.
        can_undo
            Whether to keep the previous state until `undo_training` restores it or `keep_training`
            drops it.

        Yields
        ------
        As `peakvi_widgets.engine.train.fit`. Closing the generator stops training; the best
        weights are in place then too, and ``training_end`` tells how it ended. A training that
        fails leaves the model as it was before the call.
        """
        folder = None if autosave is None else self._autosave_folder(autosave, autosave_every)
        if restart and self.module.reference is not None:
            raise StageError("A reference cannot be retrained; call load_query_data to start over.")
        cells = self._cells_now()
        if restart:
            check(self.module, cells, plan, self.seed)
        else:
            self._require_cells_of_training()
        with self._gate.training(), self._all_or_nothing(cells, restart, folder, can_undo):
            if restart:
                self._start_over()
            self._trained_on = TrainedCells(self.adata.obs_names, self._source.identity)
            plan = plan if restart else self._with_encoders_of_loaded(plan)
            steps_of = fit(
                self.module,
                cells,
                plan,
                self._state,
                self.seed,
                is_fresh=not self.is_trained,
            )
            with closing(steps_of) as steps:
                for value in steps:
                    if isinstance(value, EpochMetrics):
                        self._weights_changed()
                        if folder and value.epoch % autosave_every == 0:
                            self._autosave(folder)
                    with self._gate.between_steps():
                        yield value
        assert self._state.end is not None
        return self._state.end

    @contextmanager
    def _all_or_nothing(
        self, cells: Cells, restart: bool, folder: Path | None, can_undo: bool
    ) -> Iterator[None]:
        """Keep what a training learns; restore the previous state if it fails."""
        before = TrainingSnapshot.of(self.module, self._state, restart=restart)
        others = self._loaded_history, self.is_trained, self._trained_on
        version, is_restored = self.weights_version, False
        self.is_learning = True
        self._undo = None

        def restore() -> None:
            self._state = before.restore(self.module)
            self._loaded_history, self.is_trained, self._trained_on = others

        def undo() -> None:
            restore()
            self._weights_changed(version)
            self.module.eval()

        n_epochs, stop = 0 if restart else self._state.n_epochs, None
        try:
            try:
                yield
            except GeneratorExit as error:  # a stop is not a failure, once there was a minibatch
                if not self._state.n_steps:
                    raise
                stop = error
            judge_last_weights(cells, self._state)
        except BaseException as error:
            if not self._keeps_best_weights(error, n_epochs):
                restore()
                is_restored = True
            raise
        finally:
            self.is_learning = False
            self._state.rest()
            self._weights_changed(version if is_restored else None)
            self.module.eval()
        self.is_trained = self.is_trained or self._state.n_steps > 0
        if folder and self._state.learner is not None:
            self._autosave(folder)
        self._undo = undo if can_undo else None
        if stop:
            raise stop

    def undo_training(self) -> None:
        """Restore weights and history from before a training with ``can_undo``.

        Nothing happens if that training failed, because it has restored them already.
        """
        undo, self._undo = self._undo, None
        if undo:
            undo()

    def keep_training(self) -> None:
        """Drop the state that `undo_training` would restore."""
        self._undo = None

    def _start_over(self) -> None:
        initialise(self.module, self.seed)
        self._state, self._loaded_history = TrainingState(), pd.DataFrame()
        self.is_trained = False
        self._weights_changed()

    def _keeps_best_weights(self, error: BaseException, n_epochs: int) -> bool:
        """Return whether an interrupted training keeps what its complete epochs have learned.

        A second Ctrl-C tears the weights that are being learned, but not those of the best epoch.
        Any other failure keeps nothing.
        """
        is_torn = isinstance(error, KeyboardInterrupt) and self._state.learner is None
        keeps = is_torn and self._state.best_epoch is not None and self._state.n_epochs > n_epochs
        self.is_trained = self.is_trained or keeps
        return keeps

    def _autosave_folder(self, path: str | Path, every: int) -> Path:
        folder = Path(path).resolve()
        if every < 1:
            raise DataError(f"autosave_every is {every!r}; use a whole number of 1 or more.")
        if folder != self._home and holds_model(folder):
            raise DataError(f"{folder} holds another model; autosave into a folder of its own.")
        return folder

    def _autosave(self, folder: Path) -> None:
        """Save; what keeps the files from being written is a warning and stops no training."""
        learner = self._state.learner
        if self._state.best_epoch is None and learner is not None:
            learner.copy_to(self.module)
            self._weights_changed()
        self.is_trained = True
        try:
            self.save(folder, overwrite=True, with_training=True)
        except PeakVIError as error:
            warnings.warn(f"Autosave failed, training goes on: {error}", stacklevel=2)
