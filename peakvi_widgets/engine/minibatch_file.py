"""A minibatch in a file, from the process that reads the counts to those that learn."""

import math
from typing import BinaryIO

import numpy as np
import torch

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


def read_minibatch(file: BinaryIO, shapes: dict[str, list[int]], n_regions: int) -> Minibatch:
    """Read what `write_minibatch` wrote, given what it returned and the number of regions."""
    file.seek(0)
    arrays = {}
    for name, dtype in TYPES.items():
        values = np.fromfile(file, dtype, math.prod(shapes[name]))
        arrays[name] = values.reshape(shapes[name])  # raises where the file is too short
    return Minibatch(
        arrays["indptr"],
        arrays["indices"],
        arrays["values"],
        n_regions,
        torch.from_numpy(arrays["codes"]),
        torch.from_numpy(arrays["continuous"]),
    )
