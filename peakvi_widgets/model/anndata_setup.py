"""The cells of a model: from an AnnData to the input of the engine."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any
from weakref import WeakMethod

import numpy as np
import pandas as pd
from anndata import AnnData
from scipy import sparse

from .. import settings
from ..data.kept import part_of
from ..engine.cell_indices import ordered_positions
from ..engine.cells import Cells, Indices
from ..engine.dimensions import unit_of
from ..engine.held_out import HeldOut
from ..engine.module import PeakVAE
from ..engine.posterior import Encodings
from ..engine.setup import Setup
from ..errors import DataError, StageError, listed
from .cell_source import CellSource, cells_of, check_regions, counts_of, require_anndata

SETUP = "peakvi_setup"  # key of adata.uns

_weights_versions = itertools.count(1)  # one for all models of the process


class AnnDataSetup:
    """A network and its cells.

    Attributes
    ----------
    adata
        Cells by regions; its counts are neither copied nor changed. Results are for the cells that
        it holds now, in their order, also after it was filtered, sorted or given other counts in
        place. Its regions must not change.
    region_names
        The regions of the model, in the order of its weights.
    setup
        Columns of ``obs`` that the model uses.
    module
        The network.
    seed
        Seed of all random draws that are not given their own.
    is_trained
        Whether the network has been trained.
    is_learning
        Whether a training is in progress, so that the weights may change at any time.
    weights_version
        A new number whenever the weights may have changed, unique among all models of the process.
        A result is current if it was computed at the present number. If a training fails and the
        previous weights are restored, so is their number.
    """

    adata: AnnData
    region_names: pd.Index
    setup: Setup
    module: PeakVAE
    seed: int
    is_trained: bool
    is_learning: bool = False
    weights_version: int

    _source: CellSource
    _encodings: Encodings | None
    _weights_listeners: tuple[WeakMethod[Callable[["AnnDataSetup"], None]], ...] = ()

    @staticmethod
    def setup_anndata(
        adata: AnnData,
        batch_key: str | None = None,
        labels_key: str | None = None,
        categorical_covariate_keys: Sequence[str] | str | None = None,
        continuous_covariate_keys: Sequence[str] | str | None = None,
        layer: str | None = None,
        *,
        held_out: float | None = None,
        held_out_seed: int | None = None,
    ) -> None:
        """Store in ``adata.uns["peakvi_setup"]`` what a model uses; nothing else changes.

        Parameters
        ----------
        adata
            Cells by regions, raw counts.
        batch_key
            Column of ``obs`` with the batch, whose effect the model accounts for.
        labels_key
            Column of ``obs``; stored, but not used by the model.
        categorical_covariate_keys, continuous_covariate_keys
            Further columns of ``obs`` to account for; one or a list.
        layer
            Layer that holds the counts; ``None`` is ``X``.
        held_out
            Share of the fragments that the model is not fitted to, in (0, 1), so that
            ``differential_accessibility(check=True)`` can test by them what the model says;
            ``None`` for none.
        held_out_seed
            The same seed holds out the same fragments of a cell and a region, whatever else the
            AnnData holds; ``None`` for ``settings.seed``.

        Raises
        ------
        DataError
            A column or the layer is missing or cannot be used, the values are not counts, or
            ``held_out`` is out of range or the counts are binary, which cannot be divided.
        """
        require_anndata(adata)
        chosen = {
            "batch_key": batch_key,
            "labels_key": labels_key,
            "categorical_covariate_keys": _as_list(categorical_covariate_keys),
            "continuous_covariate_keys": _as_list(continuous_covariate_keys),
            "layer": layer,
            **_held_out_note(adata, layer, held_out, held_out_seed),
        }
        noted = {name: value for name, value in chosen.items() if value}
        cells_of(adata, setup_of(adata, noted))
        adata.uns[SETUP] = noted

    def _encoded(self, adata: AnnData | None, indices: Any) -> tuple[Encodings, Indices]:
        """Return the encodings of the cells, and the positions of the requested ones."""
        self._require_trained()
        if adata is None or adata is self.adata:
            adata, encodings = self.adata, self._known()
        else:
            check_fit(adata, self.region_names)
            encodings = Encodings(self.module, cells_of(adata, self.setup))
        if not adata.n_obs:
            raise DataError("The AnnData holds no cells; use a weaker filter.")
        if indices is None:
            return encodings, np.arange(adata.n_obs)
        return encodings, ordered_positions(indices, adata.obs, "indices")

    def on_weights_changed(self, method: Callable[["AnnDataSetup"], None]) -> None:
        """Call a method of an object whenever the weights in place may have changed.

        Parameters
        ----------
        method
            Called with the model, on the thread that trains, as long as its object exists.
        """
        self._weights_listeners = (*self._weights_listeners, WeakMethod(method))

    def _weights_changed(self, version: int | None = None) -> None:
        """Discard results of earlier weights.

        Parameters
        ----------
        version
            The number of the weights that were put back; ``None`` for new ones.
        """
        self._encodings = None
        self.weights_version = next(_weights_versions) if version is None else version
        for listener in self._weights_listeners:
            if method := listener():
                method(self)

    def drop_results(self) -> None:
        """Forget the encodings of cells, which take memory; they are found again when needed."""
        self._encodings = None

    @property
    def _cells(self) -> Cells:
        """The cells as last read."""
        return self._source.cells

    def _cells_now(self) -> Cells:
        """Return the cells that the AnnData holds now; discard results for earlier ones."""
        check_regions(self.adata, self.region_names)
        source = self._source.read_again(self.adata, self.setup)
        if source is not self._source:
            self._source, self._encodings = source, None
        return source.cells

    def _known(self) -> Encodings:
        """Return the encodings of the model's own cells, which are cached."""
        cells = self._cells_now()
        if self._encodings is None:
            self._encodings = Encodings(self.module, cells)
        return self._encodings

    def _regions(self, names: Sequence[str] | None) -> Indices | None:
        """Return the positions of some regions in the order of the data; ``None`` for all."""
        if names is None:
            return None
        chosen = pd.Index([names] if isinstance(names, str) or np.ndim(names) == 0 else list(names))
        unknown = chosen[~chosen.isin(self.region_names)]
        if len(unknown):
            raise DataError(f"{str(unknown[0])!r} is not a region of the model.")
        return np.flatnonzero(self.region_names.isin(chosen))

    def _require_trained(self) -> None:
        if not self.is_trained:
            raise StageError("The model is not trained yet; call train() first.")


def _as_list(keys: Sequence[str] | str | None) -> list[str]:
    return [keys] if isinstance(keys, str) else list(keys or ())


def _held_out_note(
    adata: AnnData, layer: str | None, share: float | None, seed: int | None
) -> dict[str, Any]:
    """Return how fragments are set aside, in values that ``uns`` can hold."""
    if share is None:
        return {}
    unit = unit_of(counts_of(adata, layer))
    if unit == "binary":
        raise DataError(
            "The counts are binary and do not say how many fragments there are, so none can be "
            "held out; give raw counts, or leave held_out out."
        )
    rule = HeldOut(share, settings.seed if seed is None else seed, unit)
    return {"held_out": asdict(rule)}


def setup_of(adata: AnnData, noted: dict[str, Any]) -> Setup:
    """Read the categories of an AnnData by its stored set-up.

    Raises
    ------
    DataError
        A column cannot be used, or the note is not one of `setup_anndata`.
    """
    lists = ("categorical_covariate_keys", "continuous_covariate_keys")
    try:
        chosen: Any = {key: _as_list(one) if key in lists else one for key, one in noted.items()}
        if "held_out" in chosen:
            chosen["held_out"] = _rule(chosen["held_out"])
        return Setup.of(adata.obs, **chosen)
    except (AttributeError, TypeError) as error:
        raise DataError(
            f"adata.uns[{SETUP!r}] is not what setup_anndata writes; call it again."
        ) from error


def _rule(noted: Any) -> HeldOut:
    """Read what `_held_out_note` returned, perhaps from a file since."""
    return HeldOut(float(noted["share"]), int(noted["seed"]), str(noted["unit"]))  # type: ignore[arg-type]


def check_fit(adata: AnnData, names: pd.Index) -> None:
    """Raise if an AnnData lacks these regions in this order.

    Raises
    ------
    DataError
        It lacks them; the text says what to do.
    """
    require_anndata(adata)
    if adata.var_names.equals(names):
        return
    missing = names[~names.isin(adata.var_names)]
    if len(missing) == 0:
        raise DataError(
            "The AnnData has the model's regions among others or in another order; pass "
            "adata[:, model.region_names]."
        )
    raise DataError(
        f"The AnnData has {len(names) - len(missing):,} of the model's {len(names):,} regions; it "
        f"lacks {listed(missing, 2)}. Pass the data that the model was trained on, or for new "
        "cells what PEAKVI.prepare_query_anndata returns."
    )


def padded(adata: AnnData, names: pd.Index, layer: str | None) -> AnnData:
    """Return the cells with these regions in this order; missing regions are closed.

    Raises
    ------
    DataError
        None of the regions is there, or the AnnData has one twice.
    """
    require_anndata(adata)
    if adata.var_names.equals(names):
        return adata
    repeated = adata.var_names[adata.var_names.duplicated() & adata.var_names.isin(names)]
    if len(repeated):
        raise DataError(
            f"The AnnData has the region {str(repeated[0])!r} more than once; keep one column for "
            "each region, as adata[:, ~adata.var_names.duplicated()] does."
        )
    named = part_of(adata, slice(None), adata.var_names.isin(names))
    places = named.var_names.get_indexer(names)
    is_there = places >= 0
    if not is_there.any():
        raise DataError(
            f"The AnnData has none of the model's {len(names):,} regions (here "
            f"{listed(adata.var_names, 1)}, there {listed(names, 1)}); count its cells over those."
        )
    kept = part_of(named, slice(None), places[is_there])
    counts = sparse.csr_matrix(counts_of(kept, layer))
    at = np.flatnonzero(is_there).astype(counts.indices.dtype)
    widened = sparse.csr_matrix(
        (counts.data, at[counts.indices], counts.indptr), shape=(adata.n_obs, len(names))
    )
    var = kept.var.reindex(names)
    layers = {} if layer is None else {layer: widened}
    obsm = dict(adata.obsm.items())
    return AnnData(widened, obs=adata.obs.copy(), var=var, obsm=obsm, layers=layers)
