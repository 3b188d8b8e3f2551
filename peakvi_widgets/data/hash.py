"""A hash of counts: tells whether a script runs on the data it was made with."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from anndata import AnnData

N_AT_ONCE = 1 << 22  # values
MAX_EXACT = 1 << 24  # up to here float32 holds every whole number


def hash_of(adata: AnnData) -> str:
    """Return 16 hexadecimal digits of the counts and the names of cells and regions.

    The same counts give the same digits, whatever numbers they are kept in.

    Parameters
    ----------
    adata
        Checked counts: ``X`` is a CSR matrix.
    """
    digest = hashlib.blake2b(repr(adata.shape).encode(), digest_size=8)
    for values, dtype in (
        (adata.X.indptr, "<i8"),
        (adata.X.indices, "<i4"),
        (adata.X.data, ""),
    ):
        for start in range(0, len(values), N_AT_ONCE):
            block = values[start : start + N_AT_ONCE]
            digest.update(_canonical(block, dtype or _exact(block)))
    for names in (adata.obs_names, adata.var_names):
        digest.update("\n".join(map(str, names)).encode())
    return digest.hexdigest()


def _exact(counts: np.ndarray) -> str:
    """Return the type that holds these counts exactly: float32 unless one is too large for it."""
    return "<f4" if counts.max() <= MAX_EXACT else "<f8"


def _canonical(values: np.ndarray, dtype: str) -> Any:
    return np.ascontiguousarray(values, dtype).data
