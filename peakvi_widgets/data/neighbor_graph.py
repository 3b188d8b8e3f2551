"""The neighbor graph of an AnnData: `anndata` looks at ``uns["neighbors"]`` in every copy.

Before version 0.7 of anndata the matrices of the graph were kept there. ``AnnData()`` still moves
them to ``obsp``, and fails where there is something else.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from ..errors import DataError

if TYPE_CHECKING:
    from anndata import AnnData

KEY = "neighbors"
MATRICES = ("distances", "connectivities")


def graph_in_obsp(
    uns: Mapping[str, Any], obsp: Mapping[str, Any], n_cells: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Move the matrices of the graph to ``obsp``, and leave out what anndata cannot copy.

    Parameters
    ----------
    uns, obsp
        Slots of an AnnData; they are not changed.
    n_cells
        Number of cells.

    Returns
    -------
    Both slots as they should be. A matrix of other cells is left out, and so is a
    ``uns["neighbors"]`` that is not a mapping.
    """
    own, graphs = dict(uns), dict(obsp)
    if _can_be_copied(own):
        return own, graphs
    found = own.pop(KEY)
    if isinstance(found, Mapping):
        own[KEY] = {name: value for name, value in found.items() if not _is_matrix(name, value)}
        for name, value in found.items():
            if _is_matrix(name, value) and value.shape == (n_cells, n_cells):
                graphs.setdefault(name, value)
    return own, graphs


def require_copyable(adata: "AnnData") -> None:
    """Raise where `anndata` would fail to copy an AnnData because of ``uns["neighbors"]``.

    Raises
    ------
    DataError
        It holds something other than the settings that scanpy writes.
    """
    if not _can_be_copied(adata.uns):
        raise DataError(
            "uns['neighbors'] of the AnnData is not what scanpy writes; remove it, by "
            "del adata.uns['neighbors']."
        )


def _can_be_copied(uns: Mapping[str, Any]) -> bool:
    found = uns.get(KEY, {})
    return isinstance(found, Mapping) and not any(
        _is_matrix(name, found.get(name)) for name in MATRICES
    )


def _is_matrix(name: str, value: Any) -> bool:
    is_array = isinstance(value, np.ndarray) or sparse.issparse(value)
    return name in MATRICES and is_array and value.ndim == 2
