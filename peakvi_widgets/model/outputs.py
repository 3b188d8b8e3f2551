"""Results of a trained model for cells: latent space, depth, accessibility, ELBO."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray
from scipy import sparse

from ..engine.elbo import ElboParts, elbo_parts
from ..engine.plain_model import PlainModel, plain_model
from ..engine.posterior import accessibility, drawn, latent
from ..engine.threads import threads
from ..engine.validate import number, whole
from ..errors import StageError
from ..progress import follow
from .anndata_setup import AnnDataSetup
from .cell_source import check_regions


class Outputs(AnnDataSetup):
    """Results of a trained model for cells.

    They depend only on the weights, the arguments and the seed, not on earlier calls. Encodings of
    the model's own cells are cached until the weights change.
    """

    def get_latent_representation(
        self,
        adata: AnnData | None = None,
        indices: Any = None,
        give_mean: bool = True,
        mc_samples: int = 5000,
        return_dist: bool = False,
        *,
        seed: int | None = None,
        progress: bool | None = None,
    ) -> Any:
        """Return the latent representation of cells.

        Parameters
        ----------
        adata
            Other cells with the same regions; ``None`` for the model's own.
        indices
            Cells to use: positions or names, in their order, or any other form that ``idx1``
            accepts, such as a mask.
        give_mean
            Whether to return the posterior's mean, or one draw from it.
        mc_samples
            Draws that a logistic normal latent is averaged over.
        return_dist
            Whether to return mean and variance instead.
        seed
            Seed of the draws; ``None`` for the model's.
        progress
            Whether a progress bar is shown where many cells take a while; ``None`` for
            ``peakvi_widgets.settings.progress``.

        Returns
        -------
        Shape ``(n_cells, n_latent)``; with ``return_dist`` a pair of such arrays.

        Raises
        ------
        StageError
            The model is not trained.
        DataError
            ``adata`` or ``indices`` do not fit the model.
        """
        encodings, cells = self._encoded(adata, indices)
        seed = self.seed if seed is None else seed
        mc_samples = whole("mc_samples", mc_samples, 1)
        with threads():
            follow(encodings.know(cells), "encoding cells", show=progress)
            mean, variance = encodings.mean(cells), encodings.variance(cells)
            if return_dist:
                return mean, variance
            if give_mean:
                return latent(self.module, mean, variance, mc_samples, seed)
            return drawn(self.module, mean, variance, np.random.default_rng(seed))

    def plain_model(self, cells: NDArray[np.intp] | None = None) -> PlainModel:
        """Return the network and the places of its cells as arrays, to be sent to someone.

        Parameters
        ----------
        cells
            Positions of the cells that are sent along; None for all.

        Raises
        ------
        StageError
            The model is not trained.
        DataError
            Its AnnData changed.
        """
        encodings, _ = self._encoded(None, None)
        with threads():
            return plain_model(encodings, cells)

    def encoding(self) -> Iterator[float]:
        """Encode the cells of the model, some at a time; between, the work can be stopped.

        Yields
        ------
        The share that is done; what needs the encodings later finds them.
        """
        encodings, cells = self._encoded(None, None)
        steps = encodings.know(cells)
        while True:
            with threads():
                share = next(steps, None)
            if share is None:
                return
            yield share

    def get_library_size_factors(
        self, adata: AnnData | None = None, indices: Any = None
    ) -> NDArray[np.float32]:
        """Return the depth factor ``d`` of cells, shape ``(n_cells,)``, in (0, 1]."""
        encodings, cells = self._encoded(adata, indices)
        with threads():
            return encodings.depth(cells)

    def get_region_factors(self) -> NDArray[np.float32]:
        """Return the factor ``f`` of the regions, shape ``(n_regions,)``, in (0, 1].

        Raises
        ------
        StageError
            The model is not trained, or was made without region factors.
        DataError
            The regions of the AnnData changed, so their order is not that of the factors.
        """
        self._require_trained()
        check_regions(self.adata, self.region_names)
        if self.module.region_factors is None:
            raise StageError("The model has no region factors; make it with region_factors=True.")
        factors: NDArray[np.float32] = self.module.factors().detach().numpy()
        return factors

    def get_normalized_accessibility(
        self,
        adata: AnnData | None = None,
        indices: Any = None,
        n_samples_overall: int | None = None,
        region_list: Sequence[str] | None = None,
        transform_batch: Any = None,
        use_z_mean: bool = True,
        threshold: float | None = None,
        normalize_cells: bool = False,
        normalize_regions: bool = False,
        return_numpy: bool = False,
        *,
        seed: int | None = None,
    ) -> Any:
        """Return the probability that each region is open in each cell, by the model.

        Parameters
        ----------
        adata, indices, seed
            As for `get_latent_representation`.
        n_samples_overall
            Draw so many cells with replacement; ``None`` for each once.
        region_list
            Compute these regions only; the columns stay in the order of the data.
        transform_batch
            Decode as if all cells were of this batch; ``None`` for each cell's own.
        use_z_mean
            Whether to decode the posterior's mean, or one draw from it.
        threshold
            Set smaller values to 0 and return what is left sparse; in [0, 1].
        normalize_cells, normalize_regions
            Whether to multiply by the depth factor ``d`` and by the region factor ``f``. Without
            them values are larger than the share of cells in which a region is seen.
        return_numpy
            Whether to return an array, with ``threshold`` a CSR matrix, instead of a table.

        Returns
        -------
        Cells by regions, in [0, 1].

        Raises
        ------
        StageError
            The model is not trained.
        DataError
            A cell, region or batch does not exist, or ``threshold`` is out of range.
        """
        encodings, cells = self._encoded(adata, indices)
        regions = self._regions(region_list)
        if threshold is not None:
            threshold = number("threshold", threshold, "in [0, 1]", lambda value: 0 <= value <= 1)
        batch = None if transform_batch is None else self.setup.batch_code(transform_batch)
        random = np.random.default_rng(self.seed if seed is None else seed)
        if n_samples_overall is not None:
            n = whole("n_samples_overall", n_samples_overall, 1, or_none=True)
            cells = random.choice(cells, n)
        parts: list[Any] = []
        with threads():
            for p in accessibility(
                encodings,
                cells,
                regions,
                batch=batch,
                random=None if use_z_mean else random,
                with_depth=normalize_cells,
                with_factors=normalize_regions,
            ):
                parts.append(p if not threshold else _above(p, threshold))
        values = sparse.vstack(parts, format="csr") if threshold else np.concatenate(parts)
        if return_numpy:
            return values
        of = self.adata if adata is None else adata
        columns = self.region_names if regions is None else self.region_names[regions]
        if threshold:
            sparse_table: Any = pd.DataFrame.sparse  # pandas-stubs do not know its constructor
            return sparse_table.from_spmatrix(values, of.obs_names[cells], columns)
        return pd.DataFrame(values, of.obs_names[cells], columns)

    get_accessibility_estimates = get_normalized_accessibility

    def get_elbo(
        self,
        adata: AnnData | None = None,
        indices: Any = None,
        return_mean: bool = True,
        *,
        n_samples: int = 1,
        seed: int | None = None,
    ) -> Any:
        """Return the evidence lower bound of cells, in nats; higher is better.

        Parameters
        ----------
        adata, indices, seed
            As for `get_latent_representation`.
        return_mean
            Whether to return the mean over the cells, or each cell's, shape ``(n_cells,)``.
        n_samples
            Draws of the latent to average over.

        Raises
        ------
        StageError
            The model is not trained.
        DataError
            ``adata`` or ``indices`` do not fit the model.
        """
        parts = self._elbo_parts(adata, indices, n_samples, seed)
        elbo = -(parts.reconstruction + parts.kl)
        return float(elbo.mean()) if return_mean else elbo

    def get_reconstruction_error(
        self,
        adata: AnnData | None = None,
        indices: Any = None,
        return_mean: bool = True,
        *,
        n_samples: int = 1,
        seed: int | None = None,
    ) -> dict[str, Any]:
        """Return the reconstruction error of the open regions, in nats; lower is better.

        Parameters, errors and form are those of `get_elbo`, but under the key
        ``"reconstruction_loss"``, as in scvi-tools; the history holds the same measure.
        """
        error = self._elbo_parts(adata, indices, n_samples, seed).reconstruction
        return {"reconstruction_loss": float(error.mean()) if return_mean else error}

    def _elbo_parts(
        self, adata: AnnData | None, indices: Any, n_samples: int, seed: int | None
    ) -> ElboParts:
        encodings, cells = self._encoded(adata, indices)
        n_samples = whole("n_samples", n_samples, 1)
        with threads():
            return elbo_parts(encodings, cells, self.seed if seed is None else seed, n_samples)


def _above(p: NDArray[np.float32], threshold: float) -> Any:
    p[p < threshold] = 0
    return sparse.csr_matrix(p)
