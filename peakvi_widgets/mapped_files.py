"""Arrays that are mapped from files: which they are, and checksums that need not be read again."""

from mmap import mmap
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

_checksums: WeakKeyDictionary[mmap, tuple[int, int]] = WeakKeyDictionary()


def mapping_of(array: Any) -> mmap | None:
    """Return what maps a file to an array that cannot be written; ``None`` for other arrays."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return None
        array = array.base
    return array if isinstance(array, mmap) else None


def know_checksum(array: "np.ndarray[Any, Any]", crc: int) -> None:
    """Note the CRC-32 of all values of a mapped array."""
    mapping = mapping_of(array)
    if mapping is not None:
        _checksums[mapping] = array.nbytes, crc


def known_checksum(array: "np.ndarray[Any, Any]") -> int | None:
    """Return the CRC-32 of all values of an array where it is known without reading them."""
    mapping = mapping_of(array)
    if mapping is None or mapping not in _checksums or not array.flags.c_contiguous:
        return None
    n_bytes, crc = _checksums[mapping]
    return crc if n_bytes == array.nbytes else None
