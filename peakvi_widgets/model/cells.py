"""The cells of a model: from an AnnData to what the engine takes."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from ..engine.cells import Cells, Indices
from ..engine.module import PeakVAE
from ..engine.posterior import Encodings
from ..engine.selection import ordered_positions
from ..engine.setup import Setup
from ..errors import DataError, StageError

SETUP = "peakvi_setup"  # key of adata.uns

_weights_versions = itertools.count(1)  # one for all models of the process


class CellsPart:
    """A network and the cells it is about.

    Attributes
    ----------
    adata
        Cells by regions; its counts are used where they are, never copied or changed.
    setup
        Which columns of ``obs`` the model looks at.
    module
        The network.
    seed
        Of everything that is drawn and was not given a seed of its own.
    is_trained
        Whether the network has learned anything.
    weights_version
        A new number whenever the weights in place may have changed. No two models of one process
        ever have the same, so it tells what was computed from the present weights.
    """

    adata: AnnData
    setup: Setup
    module: PeakVAE
    seed: int
    is_trained: bool
    weights_version: int

    _cells: Cells
    _encodings: Encodings | None

    @staticmethod
    def setup_anndata(
        adata: AnnData,
        batch_key: str | None = None,
        labels_key: str | None = None,
        categorical_covariate_keys: list[str] | None = None,
        continuous_covariate_keys: list[str] | None = None,
        layer: str | None = None,
    ) -> None:
        """Note in ``adata.uns["peakvi_setup"]`` what a model shall look at; nothing else changes.

        Parameters
        ----------
        adata
            Cells by regions, raw counts.
        batch_key
            Column of ``obs`` whose effect on accessibility the model shall account for.
        labels_key
            Column of ``obs``; kept, but no model looks at it.
        categorical_covariate_keys, continuous_covariate_keys
            Further columns of ``obs`` to account for.
        layer
            Layer that holds the counts; ``None`` is ``X``.

        Raises
        ------
        DataError
            A column or the layer is missing or cannot be used, or the counts are no counts.
        """
        chosen = {
            "batch_key": batch_key,
            "labels_key": labels_key,
            "categorical_covariate_keys": list(categorical_covariate_keys or ()),
            "continuous_covariate_keys": list(continuous_covariate_keys or ()),
            "layer": layer,
        }
        noted = {name: value for name, value in chosen.items() if value}
        cells_of(adata, setup_of(adata, noted))
        adata.uns[SETUP] = noted

    def _encoded(self, adata: AnnData | None, indices: Any) -> tuple[Encodings, Indices]:
        """Return the known cells and the positions of those asked for."""
        self._require_trained()
        if adata is None or adata is self.adata:
            adata, encodings = self.adata, self._known()
        else:
            encodings = Encodings(self.module, cells_of(self._fitting(adata), self.setup))
        if indices is None:
            return encodings, np.arange(adata.n_obs)
        return encodings, ordered_positions(indices, adata.obs, "indices")

    def _weights_changed(self) -> None:
        """Forget what was computed from earlier weights."""
        self._encodings = None
        self.weights_version = next(_weights_versions)

    def _known(self) -> Encodings:
        """Return what is known of the model's own cells, and remember it."""
        if self._encodings is None:
            self._encodings = Encodings(self.module, self._cells)
        return self._encodings

    def _regions(self, names: Sequence[str] | None) -> Indices | None:
        """Return the positions of some regions in the order of the data; ``None`` for all."""
        if names is None:
            return None
        chosen = pd.Index([names] if isinstance(names, str) else list(names))
        if len(missing := chosen.difference(self.adata.var_names)):
            raise DataError(f"There is no region {missing[0]!r} in the model.")
        return np.flatnonzero(self.adata.var_names.isin(chosen))

    def _require_trained(self) -> None:
        if not self.is_trained:
            raise StageError("The model is not trained yet; call train() first.")

    def _fitting(self, adata: AnnData) -> AnnData:
        """Check that an AnnData has the regions of the model, in their order."""
        return with_regions(adata, list(self.adata.var_names))


def setup_of(adata: AnnData, noted: dict[str, Any]) -> Setup:
    """Meet the categories of an AnnData, given what was noted in it."""
    lists = ("categorical_covariate_keys", "continuous_covariate_keys")
    chosen: Any = {name: list(value) if name in lists else value for name, value in noted.items()}
    return Setup.of(adata.obs, **chosen)


def cells_of(adata: AnnData, setup: Setup) -> Cells:
    """Hold the counts and covariates of an AnnData, without copying the counts."""
    if setup.layer is not None and setup.layer not in adata.layers:
        raise DataError(
            f"The AnnData has no layer {setup.layer!r}; its layers are "
            f"{', '.join(adata.layers) or 'none'}."
        )
    counts = adata.X if setup.layer is None else adata.layers[setup.layer]
    return Cells(counts, setup.codes(adata.obs), setup.continuous(adata.obs))


def with_regions(adata: AnnData, names: list[str]) -> AnnData:
    """Return the AnnData if its regions are those named, in this order.

    Raises
    ------
    DataError
        They are not; the text says how to make it so where that is possible.
    """
    if list(adata.var_names) == names:
        return adata
    missing = pd.Index(names)[~pd.Index(names).isin(adata.var_names)]
    if len(missing) == 0:
        raise DataError(
            "The AnnData has the model's regions among others or in another order; pass "
            "adata[:, regions] with the regions of the model."
        )
    told = ", ".join(map(repr, missing[:3])) + (" and others" if len(missing) > 3 else "")
    raise DataError(
        f"The AnnData has {len(names) - len(missing):,} of the model's {len(names):,} regions; it "
        f"lacks {told}. Pass the data that the model was trained on, or for new cells what "
        "PEAKVI.prepare_query_anndata returns."
    )


def padded(adata: AnnData, names: list[str], layer: str | None) -> AnnData:
    """Return the cells with the regions named, in this order; those that are missing are closed.

    Raises
    ------
    DataError
        None of the regions is there, or some stand there twice.
    """
    if list(adata.var_names) == names:
        return adata
    if not adata.var_names.is_unique:
        raise DataError(
            "Some regions stand in the AnnData twice; call adata.var_names_make_unique()."
        )
    places = adata.var_names.get_indexer(pd.Index(names))
    is_there = places >= 0
    if not is_there.any():
        raise DataError(
            f"The AnnData has none of the model's {len(names):,} regions (here such as "
            f"{adata.var_names[0]!r}, there {names[0]!r}); count its cells over those regions."
        )
    kept = adata[:, places[is_there]]
    counts = sparse.csr_matrix(kept.X if layer is None else kept.layers[layer])
    at = np.flatnonzero(is_there).astype(counts.indices.dtype)
    widened = sparse.csr_matrix(
        (counts.data, at[counts.indices], counts.indptr), shape=(adata.n_obs, len(names))
    )
    var = kept.var.reindex(names)
    named = {} if layer is None else {layer: widened}
    obsm = dict(adata.obsm.items())
    return AnnData(widened, obs=adata.obs.copy(), var=var, obsm=obsm, layers=named)
