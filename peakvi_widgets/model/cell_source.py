"""The cells of a model, read again when the AnnData was changed in place."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from ..data.layer_choice import layers_of
from ..engine.cells import Cells
from ..engine.checksum import arrays_of, checksum, is_frozen
from ..engine.setup import Setup
from ..engine.thinned_cells import ThinnedCells
from ..errors import DataError, listed


@dataclass(eq=False)
class CellSource:
    """Counts and covariates as they were read from an AnnData.

    Attributes
    ----------
    counts
        The matrix of the AnnData itself.
    cells
        The input of the engine.
    """

    counts: Any
    cells: Cells

    def __post_init__(self) -> None:
        self._arrays = arrays_of(self.counts)
        # before others take the places of these arrays; known where they lie in files
        self._checksum = checksum(self.counts)

    @classmethod
    def read(cls, adata: AnnData, setup: Setup) -> "CellSource":
        """Read an AnnData without copying its counts.

        Raises
        ------
        DataError
            A column or the layer is missing or cannot be used, or the counts are not counts.
        """
        counts = counts_of(adata, setup.layer)
        return cls(counts, cells_of(adata, setup, counts))

    def read_again(self, adata: AnnData, setup: Setup) -> "CellSource":
        """Return this object if the AnnData is unchanged, or else a new one.

        Raises
        ------
        DataError
            It no longer holds what the model needs.
        """
        counts = counts_of(adata, setup.layer)
        if counts is not self.counts and not adata.is_view:  # a view makes a new matrix each time
            return CellSource.read(adata, setup)
        codes, continuous = setup.codes(adata.obs), setup.continuous(adata.obs)
        is_same = np.array_equal(codes, self.cells.codes)
        is_same = is_same and np.array_equal(continuous, self.cells.continuous)
        if isinstance(self.cells, ThinnedCells):
            is_same = is_same and self.cells.is_of(adata.obs_names)
        if is_same and self._holds(counts):
            return self
        return CellSource(counts, cells_of(adata, setup, counts))

    @cached_property
    def identity(self) -> tuple[Any, ...]:
        """A key of counts and covariates, by which two sources can be compared."""
        covariates = checksum(self.cells.codes), checksum(self.cells.continuous)
        return self._checksum, *covariates

    def _holds(self, counts: Any) -> bool:
        arrays = arrays_of(counts)
        if all(map(_is_frozen_twin, arrays, self._arrays)):
            return True
        is_same = checksum(counts) == self._checksum
        if is_same:
            self._arrays = arrays
        return is_same


def _is_frozen_twin(now: NDArray[Any], then: NDArray[Any]) -> bool:
    return now is then and is_frozen(now)


def cells_of(adata: AnnData, setup: Setup, counts: Any = None) -> Cells:
    """Hold the counts and covariates of an AnnData, without copying the counts.

    Parameters
    ----------
    adata, setup
        The cells, and what to read of them.
    counts
        The matrix that holds the counts, where it is at hand.

    Raises
    ------
    DataError
        As for `CellSource.read`.
    """
    counts = counts_of(adata, setup.layer) if counts is None else counts
    codes, continuous = setup.codes(adata.obs), setup.continuous(adata.obs)
    if setup.held_out is None:
        return Cells(counts, codes, continuous)
    names = adata.obs_names, adata.var_names
    return ThinnedCells(counts, codes, continuous, setup.held_out, *names)


def require_anndata(adata: Any) -> None:
    """Raise if the argument is not an AnnData.

    Raises
    ------
    DataError
        It is something else.
    """
    if not isinstance(adata, AnnData):
        raise DataError(f"adata is a {type(adata).__name__}; expected an AnnData.")


def check_regions(adata: AnnData, names: pd.Index) -> None:
    """Raise if the regions of an AnnData were changed after its model was made.

    Raises
    ------
    DataError
        They are not those named, in this order.
    """
    now = adata.var_names
    if now.equals(names):
        return
    n_left = int(names.isin(now).sum())
    if n_left == len(names) == len(now):
        change = "they are in another order"
    else:
        change = f"{n_left:,} of {len(names):,} are left under their names"
    raise DataError(
        f"The regions of the AnnData changed after the model was made: {change}. Pass an AnnData "
        "with the regions of model.region_names as adata, or make a new model of this one."
    )


def counts_of(adata: AnnData, layer: str | None) -> Any:
    """Return the matrix of an AnnData that holds the counts; ``None`` is ``X``.

    Raises
    ------
    DataError
        There is none.
    """
    if layer is None:
        if adata.X is None:
            raise DataError(
                "The AnnData holds no counts in X; put them there, or name the layer that holds "
                f"them (its layers are {listed(layers_of(adata))})."
            )
        return adata.X
    if layer not in adata.layers:
        raise DataError(
            f"The AnnData has no layer {layer!r} to read the counts from (its layers are "
            f"{listed(layers_of(adata))}); name another layer, or None for X."
        )
    return adata.layers[layer]
