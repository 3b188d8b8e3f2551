"""A minibatch in a file, from the process that reads the counts to those that learn."""

import math
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .cells import Minibatch

TYPES = {
    "indptr": np.int32,
    "indices": np.int32,
    "values": np.float32,
    "codes": np.int64,
    "continuous": np.float32,
}  # in the order in which they are in the file


def write_minibatch(file: BinaryIO, cells: Minibatch) -> dict[str, list[int]]:
    """Write a minibatch from the start of a file on; return the shape of each array.

    Parameters
    ----------
    file
        Open for writing; what it held before is overwritten.
    cells
        The minibatch.
    """
    arrays = {
        **{name: getattr(cells, name) for name in ("indptr", "indices", "values")},
        **{name: getattr(cells, name).numpy() for name in ("codes", "continuous")},
    }
    file.seek(0)
    for name, dtype in TYPES.items():
        np.asarray(arrays[name], dtype).tofile(file)
    return {name: list(array.shape) for name, array in arrays.items()}


def read_minibatch(path: Path, shapes: dict[str, list[int]], n_regions: int) -> Minibatch:
    """Read what `write_minibatch` wrote, given what it returned and the number of regions."""
    arrays = {}
    with open(path, "rb", buffering=0) as file:
        for name, dtype in TYPES.items():
            values = np.fromfile(file, dtype, math.prod(shapes[name]))
            arrays[name] = values.reshape(shapes[name])  # raises where the file is too short
    return minibatch_of(arrays, n_regions)


def empty_minibatch(shapes: dict[str, list[int]], n_regions: int) -> Minibatch:
    """Make a minibatch of the same size, to be filled."""
    return minibatch_of({name: np.empty(shapes[name], TYPES[name]) for name in TYPES}, n_regions)


def tensors_of(cells: Minibatch) -> list[Tensor]:
    """Return all arrays of a minibatch, which share their memory with what is returned."""
    return [torch.as_tensor(getattr(cells, name)) for name in TYPES]


def minibatch_of(arrays: dict[str, NDArray[Any]], n_regions: int) -> Minibatch:
    """Return the minibatch that some arrays make."""
    return Minibatch(
        arrays["indptr"],
        arrays["indices"],
        arrays["values"],
        n_regions,
        torch.from_numpy(arrays["codes"]),
        torch.from_numpy(arrays["continuous"]),
    )
