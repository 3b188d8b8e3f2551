"""Heaps of text in an HDF5 file that make the HDF5 library loop for ever.

HDF5 keeps texts in "global heap collections": a header, then objects that each say how long they
are. The library follows the lengths without looking whether they lead on; where damage made one
zero, it never returns, and nothing can interrupt it. So they are looked at here first.

References
----------
The HDF Group, HDF5 File Format Specification version 3.0, section III.E.
"""

import mmap
import re
from pathlib import Path

HEADER = re.compile(rb"GCOL\x01\x00\x00\x00")
HEADER_SIZE = 16
OBJECT_SIZE = 16  # of the part before the text
MIN_HEAP = 4096


def has_endless_heap(path: Path, stored: list[tuple[int, int]]) -> bool:
    """Return whether a heap has an object without length.

    Parameters
    ----------
    path
        An HDF5 file.
    stored
        Place and size of what datasets store, which is not looked at.
    """
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(
            _is_endless(content, found.start())
            for start, end in _between(stored, len(content))
            for found in HEADER.finditer(content, start, min(end + 7, len(content)))
        )


def _between(stored: list[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """Return what lies between stored values."""
    gaps, place = [], 0
    for start, n_bytes in sorted(stored):
        if start > place:
            gaps.append((place, min(start, size)))
        place = max(place, start + n_bytes)
    return [*gaps, (place, size)] if place < size else gaps


def _is_endless(content: mmap.mmap, start: int) -> bool:
    """Follow the objects of one heap as the library does."""
    size = _number(content, start + 8, 8)
    end = start + size
    if size < MIN_HEAP or end > len(content):
        return False  # the library refuses it
    place = start + HEADER_SIZE
    while place + OBJECT_SIZE <= end:
        index, length = _number(content, place, 2), _number(content, place + 8, 8)
        need = OBJECT_SIZE + (length + 7) // 8 * 8 if index else length
        need %= 1 << 64
        if need == 0:
            return True
        place += need
    return False


def _number(content: mmap.mmap, place: int, n_bytes: int) -> int:
    return int.from_bytes(content[place : place + n_bytes], "little")
