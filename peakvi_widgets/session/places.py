"""What of ``obsm`` can be shown as an embedding, and the places of the cells in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .records import Basis

if TYPE_CHECKING:
    from anndata import AnnData

PREVIEW = "X_preview"  # the map before any training
EPOCH = "X_peakvi_epoch_"  # and the number of an epoch: the map after it


def bases_of(adata: AnnData) -> tuple[Basis, ...]:
    """Return what of ``obsm`` can be shown: two columns of numbers or more; epochs last."""
    if adata is None:
        return ()
    shapes = {str(name): _n_dimensions(values) for name, values in adata.obsm.items()}
    found = [Basis(name, n) for name, n in shapes.items() if n > 1]
    names = {basis: (basis.name != "X_umap", basis.name.startswith(EPOCH)) for basis in found}
    return tuple(sorted(found, key=lambda basis: (*names[basis], basis.name)))


def places_in(adata: AnnData, basis: str, dimensions: tuple[int, int] = (0, 1)) -> np.ndarray:
    """Return a copy of two columns of a basis that can be shown, shape (n_cells, 2)."""
    values = adata.obsm[basis]
    columns = list(dimensions)
    if isinstance(values, np.ndarray):
        return values[:, columns].astype("float32" if values.dtype == "float16" else values.dtype)
    return np.asarray(values.iloc[:, columns].to_numpy("float64", na_value=np.nan))


def _n_dimensions(values: Any) -> int:
    """Return how many columns of numbers there are; 0 for anything but an array or a table."""
    import pandas as pd

    if isinstance(values, np.ndarray):
        return values.shape[1] if values.ndim == 2 and values.dtype.kind in "iuf" else 0
    if isinstance(values, pd.DataFrame):
        of = pd.api.types
        is_of_numbers = all(
            of.is_numeric_dtype(dtype) and not of.is_bool_dtype(dtype) and dtype.kind in "iuf"
            for dtype in values.dtypes
        )
        return values.shape[1] if is_of_numbers else 0
    return 0
