"""What a model can say of cells before any training: a map, and how many dimensions are real."""

from typing import Any

import numpy as np

from ..engine.cell_indices import positions
from ..engine.cells import Cells
from ..engine.dimensions import MAX_CELLS, N_TESTED, Dimensions, dimensions
from ..engine.plan import TrainingPlan
from ..engine.preview import Preview, previewing
from ..engine.resolved_plan import resolved_but_lr, with_encoders_of
from ..engine.spectral import sample_of
from ..engine.start import why_no_start
from ..engine.validate import valid_seed, whole
from ..steps import result_of
from .evidence import Evidence


class CellDimensions(Evidence):
    """How many dimensions of the cells held-out data confirm."""

    _known_dimensions: tuple[Cells, Dimensions] | None = None

    @property
    def dimensions(self) -> Dimensions:
        """How many dimensions of all cells are real: those that held-out fragments confirm.

        This needs no training and takes a second or so. ``n_confirmed`` is their number, ``z``
        says how far each component lies above chance, in standard deviations, and ``str`` gives a
        sentence. For some of the cells, see `get_dimensions`.
        """
        cells = self._cells_now()
        if self._known_dimensions is None or self._known_dimensions[0] is not cells:
            self._known_dimensions = cells, self.get_dimensions()
        return self._known_dimensions[1]

    @property
    def why_no_start(self) -> str | None:
        """Why a training does not start from confirmed dimensions; ``None`` where it does.

        With batch norm, or a latent on the simplex, training starts from random weights and
        memorises noise; a model of query cells keeps what its reference has learned.
        """
        return why_no_start(self.module)

    def completed_plan(self, plan: TrainingPlan) -> TrainingPlan:
        """Return a plan with what follows from the network and the cells where it leaves that open.

        A training by this plan that does not start over has it for its own. Only ``lr`` may still
        be None: which rate suits the data, the counts say.
        """
        return resolved_but_lr(
            self._with_encoders_of_loaded(plan),
            self.module,
            self.adata.n_obs,
            is_fresh=not self.is_trained,
            before=self._state.plan if self._state.learner is not None else None,
        )

    def _with_encoders_of_loaded(self, plan: TrainingPlan) -> TrainingPlan:
        """Return the plan with the encoders' rate that the model was saved with, if it names none.

        A model of query cells learns other weights than its reference did.
        """
        if self._loaded_plan is None or self.module.reference is not None:
            return plan
        return with_encoders_of(plan, self._loaded_plan)

    def get_dimensions(
        self, indices: Any = None, *, n_components: int = N_TESTED, seed: int | None = None
    ) -> Dimensions:
        """Test how many dimensions some cells have, that is, whether there is structure in them.

        Parameters
        ----------
        indices
            Positions, a mask or an ``obs`` query; ``None`` for all cells.
        n_components
            How many components to test, at least 1.
        seed
            Of what is held out; ``None`` is the seed of the model.

        Returns
        -------
        See `peakvi_widgets.engine.dimensions.Dimensions`. Components that follow the depth of the
        cells, the batch or another covariate are not counted.

        Raises
        ------
        DataError
            ``indices``, ``n_components`` or ``seed`` cannot be used.
        """
        cells = self._cells_now()
        n_components = whole("n_components", n_components, 1)
        seed = self.seed if seed is None else valid_seed(seed)
        chosen = np.arange(cells.n_cells)
        if indices is not None:
            chosen = positions(indices, self.adata.obs, "indices")
        chosen = chosen[sample_of(len(chosen), MAX_CELLS, seed)]
        return dimensions(
            cells.rows(chosen),
            n_components=n_components,
            seed=seed,
            unwanted=cells.covariates(chosen),
        )

    def get_preview(self, *, seed: int | None = None) -> Preview:
        """Map the cells before any training, by the dimensions that held-out data confirm.

        It takes seconds, and needs no trained model. Fragments that `setup_anndata` holds out are
        not looked at.

        Parameters
        ----------
        seed
            Of what the dimensions are tested by; ``None`` is the seed of the model.

        Returns
        -------
        See `peakvi_widgets.engine.preview.Preview`; ``places`` is the map, ``components`` what it
        is made of. Components that follow the depth of the cells, the batch or another covariate
        are left out.

        Raises
        ------
        DataError
            ``seed`` cannot be used, or there are too few cells or open regions for a map.

        Examples
        --------
        >>> adata.obsm["X_preview"] = model.get_preview().places
        """
        cells = self._cells_now()
        every = np.arange(cells.n_cells)
        seed = self.seed if seed is None else valid_seed(seed)
        return result_of(
            previewing(
                cells.counts,
                seed=seed,
                unwanted=cells.covariates(every),
                fitting=lambda _, some: cells.rows(some),
            )
        )
