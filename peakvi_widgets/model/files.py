"""Training state of a model, and how models are saved and loaded."""

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
from anndata import AnnData
from torch import Tensor

from ..engine.cells import Cells, Indices
from ..engine.checkpoint import Checkpoint, free_folder, read, write
from ..engine.extend import extended
from ..engine.metrics import EpochMetrics, TrainingEnd
from ..engine.module import PeakVAE
from ..engine.resume import packed, unpacked
from ..engine.scvi_export import write_scvi_model
from ..engine.setup import Setup, original_categories
from ..engine.training_state import NO_CELLS, TrainingState
from ..errors import DataError, StageError
from .anndata_setup import check_fit, padded
from .cell_source import CellSource
from .dimensions import CellDimensions
from .snapshot import ModelSnapshot
from .step_gate import StepGate


class _AsSaved:
    """The layer that a saved model was set up with."""

    def __repr__(self) -> str:
        return "AS_SAVED"


AS_SAVED = _AsSaved()


class TrainedCells(NamedTuple):
    """The cells that a training began with."""

    names: pd.Index
    identity: tuple[Any, ...]  # of their counts and covariates


class ModelFiles(CellDimensions):
    """Training state, saving and loading."""

    _loaded_history: pd.DataFrame

    def _take(self, adata: AnnData, setup: Setup, module: PeakVAE, seed: int) -> None:
        self.adata, self.setup, self.module, self.seed = adata, setup, module.eval(), seed
        self.region_names = adata.var_names
        self.is_trained = False
        self._source = CellSource.read(adata, setup)
        self._state, self._loaded_history = TrainingState(), pd.DataFrame()
        self._loaded_plan = None
        self._trained_on: TrainedCells | None = None
        self._weights_changed()
        self._undo: Callable[[], None] | None = None  # restores the state before the last training
        self._home: Path | None = None  # folder that this model was saved in or loaded from
        self._known_fingerprint: tuple[Cells, int] | None = None
        self._gate = StepGate()

    @property
    def training_end(self) -> TrainingEnd | None:
        """How training ended; ``None`` before that and for a model loaded without training."""
        return self._state.end

    @property
    def epochs(self) -> list[EpochMetrics]:
        """Measurements of each epoch since the model was new or loaded without training."""
        return list(self._state.history)

    @property
    def train_indices(self) -> Indices:
        """Training cells that the AnnData still holds; none for a loaded model."""
        return self._present(self._state.split.train)

    @property
    def validation_indices(self) -> Indices:
        """Validation cells that the AnnData still holds."""
        return self._present(self._state.split.validation)

    @property
    def test_indices(self) -> Indices:
        """Cells that training has not used."""
        if self._trained_on is None:
            return NO_CELLS
        seen = self._present(np.concatenate(self._state.split))
        return np.setdiff1d(np.arange(self.adata.n_obs), seen)

    def _present(self, cells: Indices) -> Indices:
        """Return the present positions of cells of the training, found by their names."""
        names, then = self.adata.obs_names, self._trained_on
        if then is None or names.equals(then.names):
            return cells
        known = names.isin(then.names).any()
        if known and names.is_unique and then.names.is_unique:
            places: Indices = names.get_indexer(then.names[cells])
            return places[places >= 0]
        self._cells_now()
        if self._source.identity == then.identity:
            return cells  # only their names changed
        raise DataError(
            "The cells of the AnnData changed and their names do not say which of them the model "
            "learned from; restore adata.obs_names."
        )

    def _require_cells_of_training(self) -> None:
        """Raise if a training cannot continue because its cells changed."""
        self._cells_now()
        then = self._trained_on
        if then is not None and then.identity != self._source.identity:
            raise StageError(
                "The cells, counts or covariates changed since this training began, so it cannot "
                "continue; pass restart=True to start over, or save and load the model to train on "
                "from its weights."
            )

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

    def save(
        self, dir_path: str | Path, *, overwrite: bool = False, with_training: bool = False
    ) -> None:
        """Save the model in a folder: weights as safetensors, the rest as JSON.

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
            The model is not trained, or, ``with_training``, was not trained since it was loaded or
            on other cells than there are now.
        DataError
            There is a model already, or the folder cannot be written.
        """
        self._require_trained()
        if with_training:
            self._require_cells_of_training()
        with self._gate.reading():
            checkpoint = self._checkpoint()
            training = packed(self._state, self._cells) if with_training else None
        write(Path(dir_path), checkpoint, overwrite=overwrite, training=training)
        self._home = Path(dir_path).resolve()

    def snapshot(self) -> ModelSnapshot | None:
        """Copy the model and its training state, also during training.

        This waits for the end of the current minibatch; training continues as soon as the copy is
        made.

        Returns
        -------
        The copy; None if the model has not been trained.
        """
        fingerprint = self._fingerprint()
        with self._gate.reading():
            state = self._state
            if not self.is_trained and not state.n_steps:
                return None
            training = None
            of_other_cells = (
                self._trained_on is not None and self._trained_on.identity != self._source.identity
            )
            if state.learner is not None and state.plan is not None and not of_other_cells:
                training = packed(state, self._cells, fingerprint)
            weights = None
            if training and state.best_epoch is None:  # no epoch was validated: the latest weights
                weights = {
                    name.removeprefix("weights."): value
                    for name, value in training[0].items()
                    if name.startswith("weights.")
                }
            checkpoint = self._checkpoint(weights)
        return ModelSnapshot(checkpoint, training, tuple(state.history), state.end is not None)

    def save_for_scvi(self, dir_path: str | Path, *, overwrite: bool = False) -> None:
        """Write the model into a folder in the form that scvi-tools' ``PEAKVI.load`` reads.

        Parameters
        ----------
        dir_path
            Folder, made if it is missing.
        overwrite
            Whether to replace the model that is there, of scvi-tools or of ours.

        Raises
        ------
        StageError
            The model is not trained.
        DataError
            There is a model already, or the folder cannot be written.
        """
        self._require_trained()
        n_cells = self._cells_now().n_cells
        with self._gate.reading():
            checkpoint = self._checkpoint()
        folder = free_folder(Path(dir_path), overwrite)
        keys = (self.setup.batch_key, *self.setup.categorical_covariate_keys)
        categories = [
            np.array([0]) if key is None else original_categories(self.adata.obs[key], known)
            for key, known in zip(keys, self.setup.categories, strict=True)
        ]
        write_scvi_model(folder, checkpoint, categories, self.history, n_cells)

    def _fingerprint(self) -> int:
        """Return a fingerprint of the cells; computed once."""
        cells = self._cells
        if self._known_fingerprint is None or self._known_fingerprint[0] is not cells:
            self._known_fingerprint = cells, cells.fingerprint()
        return self._known_fingerprint[1]

    def _checkpoint(self, weights: dict[str, Tensor] | None = None) -> Checkpoint:
        """Copy the model, optionally with other weights."""
        table = self.history_table()
        if weights is None:
            weights = {
                name: value.detach().cpu().clone()
                for name, value in self.module.state_dict().items()
            }
        return Checkpoint(
            self.module.shape,
            weights,
            self.setup,
            list(self.region_names),
            {str(name): table[name].tolist() for name in table},
            self._state.plan or self._loaded_plan,
            self.seed,
            self.module.reference,
        )

    @classmethod
    def load(
        cls,
        dir_path: str | Path,
        adata: AnnData | None = None,
        *,
        layer: "str | _AsSaved | None" = AS_SAVED,
    ) -> Self:
        """Read a model from a folder, one of ours or the ``model.pt`` of scvi-tools.

        Parameters
        ----------
        dir_path
            The folder. Nothing in it is ever run as a program. If training was saved too, and
            these are the cells it learned from, `train` goes on with it; otherwise a new training
            begins at the saved weights.
        adata
            The cells it is about, with the regions it was trained on; it need not be set up.
        layer
            Layer of this AnnData that holds the counts, or ``None`` for ``X``; by default where the
            model was set up to find them.

        Raises
        ------
        DataError
            There is no model, it is damaged or unsafe, or the AnnData does not fit it.
        """
        if adata is None:
            raise DataError("A saved model does not hold its data; pass adata as well.")
        checkpoint = read(Path(dir_path))
        check_fit(adata, pd.Index(checkpoint.region_names))
        setup = _reading(checkpoint.setup, layer)
        model = cls.__new__(cls)
        model._take(adata, setup, checkpoint.network(), checkpoint.seed)
        model.is_trained, model._loaded_plan = True, checkpoint.plan
        model._loaded_history = pd.DataFrame(checkpoint.history)
        model._loaded_history.index = pd.RangeIndex(1, len(model._loaded_history) + 1, name="epoch")
        state = unpacked(Path(dir_path), model.module, model._cells)
        if state is not None:
            model._state = state
            model._trained_on = TrainedCells(adata.obs_names, model._source.identity)
        model._home = Path(dir_path).resolve()
        return model

    @classmethod
    def prepare_query_anndata(
        cls,
        adata: AnnData,
        reference_model: Self | str | Path,
        *,
        layer: "str | _AsSaved | None" = AS_SAVED,
    ) -> AnnData:
        """Give new cells the regions of a trained model in its order, for `load_query_data`.

        Parameters
        ----------
        adata
            Cells by regions, counted over the regions of the model or some of them; not changed.
        reference_model
            A trained model, or the folder of one.
        layer
            As for `load`.

        Returns
        -------
        The AnnData itself if its regions are those of the model; otherwise new cells with the
        same ``obs`` and ``obsm``. Regions they do not have are closed in all of them: the more
        there are, the less is a place in the latent to be trusted.

        Raises
        ------
        StageError
            The model is not trained.
        DataError
            There is no model in the folder, or it has no region in common with the cells.

        References
        ----------
        scvi-tools' ``prepare_query_anndata``, which changes its argument.
        """
        checkpoint = _reference(reference_model)
        setup = _reading(checkpoint.setup, layer)
        return padded(adata, pd.Index(checkpoint.region_names), setup.layer)

    @classmethod
    def load_query_data(
        cls,
        adata: AnnData,
        reference_model: Self | str | Path,
        *,
        layer: "str | _AsSaved | None" = AS_SAVED,
    ) -> Self:
        """Map new cells, possibly of other batches, into the latent space of a trained model.

        The returned model gives the same results for known cells and categories. `train` learns the
        weights of the new batches and categories from the new cells and changes no others; before
        that, a new category is the mean of the known ones.

        Parameters
        ----------
        adata
            The new cells, with the regions of the model; it need not be set up.
        reference_model
            A trained model, or the folder of one.
        layer
            As for `load`.

        Raises
        ------
        StageError
            The model is not trained.
        DataError
            There is no model in the folder, or the cells do not fit it.

        References
        ----------
        Lotfollahi et al. 2022, Nature Biotechnology (scArches).
        """
        checkpoint = _reference(reference_model)
        check_fit(adata, pd.Index(checkpoint.region_names))
        setup = _reading(checkpoint.setup, layer).extended(adata.obs)
        query = cls.__new__(cls)
        module = extended(checkpoint.network(), setup.n_categories)
        query._take(adata, setup, module, checkpoint.seed)
        query.is_trained, query._loaded_plan = True, checkpoint.plan
        return query


def _reading(setup: Setup, layer: "str | _AsSaved | None") -> Setup:
    """Return a set-up that reads the counts from another layer, if one was named."""
    return setup if isinstance(layer, _AsSaved) else replace(setup, layer=layer)


def _reference(model: "ModelFiles | str | Path") -> Checkpoint:
    """Return the checkpoint of a model in memory or in a folder."""
    if isinstance(model, str | Path):
        return read(Path(model))
    model._require_trained()
    with model._gate.reading():
        return model._checkpoint()
