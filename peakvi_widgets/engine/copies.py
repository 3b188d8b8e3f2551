"""Copies of arrays: large ones lie in a temporary file, so that they take no memory."""

import tempfile
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

MAX_BYTES = 1 << 28  # of copies in memory


def copied(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copy tensors; large ones into a temporary file that is mapped, unless the disk is full."""
    in_file = copied_to_file(tensors)
    if in_file is not None:
        return in_file
    return {name: value.detach().clone() for name, value in tensors.items()}


def copied_to_file(tensors: Mapping[str, Tensor]) -> dict[str, Tensor] | None:
    """Copy tensors into a temporary file that is mapped and can be written.

    Returns
    -------
    The copies; ``None`` where the tensors are small or the disk is full.
    """
    if sum(value.nbytes for value in tensors.values()) <= MAX_BYTES:
        return None
    try:
        return _mapped(tensors)
    except OSError:
        return None


def _mapped(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    copies = {}
    with tempfile.TemporaryFile() as file:  # without a name: it is gone with the last mapping
        for name, value in tensors.items():
            array, start = value.detach().cpu().contiguous().numpy(), file.tell()
            if array.size == 0:
                copies[name] = value.detach().clone()
                continue
            file.write(array.data)  # a full disk is noticed here, not where the mapping is used
            file.flush()
            mapped = np.memmap(file, array.dtype, "r+", start, array.shape)
            file.seek(start + array.nbytes)
            copies[name] = torch.from_numpy(mapped)
    return copies
