"""Counts as a reader without any checks sees them: what ours is compared with."""

from __future__ import annotations

import gzip
from pathlib import Path

import h5py
import numpy as np

MAX_SIZE = 10**6


def naive_counts(path: Path):
    """Return dense counts of peaks, cells by regions; None where this reader cannot tell."""
    if path.is_dir() and path.suffix != ".zarr":
        return _text(path)
    if path.suffix == ".zarr":
        import zarr

        return _anndata(zarr.open_group(str(path), mode="r", use_consolidated=False))
    with h5py.File(path) as file:
        return _tenx(file["matrix"]) if path.suffix == ".h5" else _anndata(file)


def _text(folder: Path):
    file = next(path for path in folder.iterdir() if path.name.startswith("matrix.mtx"))
    with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as lines:
        rows = [line.split() for line in lines if line.strip() and not line.startswith("%")]
    n_regions, n_cells, n_values = map(int, rows[0])
    if n_regions * n_cells > MAX_SIZE or len(rows) - 1 != n_values:
        return None
    counts = np.zeros((n_cells, n_regions), np.int64)
    for region, cell, value in rows[1:]:
        if min(int(region), int(cell)) < 1:
            return None
        counts[int(cell) - 1, int(region) - 1] += int(float(value))
    return counts


def _summed(data, indices, indptr, shape):
    if int(np.prod([int(n) for n in shape])) > MAX_SIZE:
        return None
    counts = np.zeros(tuple(int(n) for n in shape), np.int64)
    for row in range(counts.shape[0]):
        for place in range(int(indptr[row]), int(indptr[row + 1])):
            counts[row, int(indices[place])] += int(data[place])
    return counts


def _tenx(matrix):
    arrays = [matrix[name][:] for name in ("data", "indices", "indptr")]
    counts = _summed(*arrays, matrix["shape"][::-1])
    types = [str(name).strip().lower() for name in matrix["features/feature_type"].asstr()[:]]
    peaks = [name == "peaks" for name in types]
    return counts[:, peaks] if counts is not None and any(peaks) else counts


def _anndata(root):
    x = root["X"]
    if not hasattr(x, "keys"):
        return np.asarray(x[:]).astype(np.int64)
    shape = [int(n) for n in x.attrs["shape"]]
    arrays = [np.asarray(x[name][:]) for name in ("data", "indices", "indptr")]
    if x.attrs["encoding-type"] == "csr_matrix":
        return _summed(*arrays, shape)
    turned = _summed(*arrays, shape[::-1])
    return None if turned is None else turned.T
