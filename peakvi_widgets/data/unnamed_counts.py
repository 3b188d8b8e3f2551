"""Counts on disk whose files have no name any more, and stay as long as an array shows them."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy.typing as npt

from ..mapped_files import mapping_of


@dataclass(frozen=True, slots=True)
class Unnamed:
    """Counts without a name.

    Attributes
    ----------
    folder
        Where they were written.
    shape
        Cells and regions.
    n_bytes
        What they take on disk.
    since
        When they were written.
    """

    folder: Path
    shape: tuple[int, int]
    n_bytes: int
    since: datetime


_unnamed: weakref.WeakKeyDictionary[Any, Unnamed] = weakref.WeakKeyDictionary()  # by their mapping


def unnamed_counts() -> list[Unnamed]:
    """Return the counts without a name that arrays of this process show."""
    return list(_unnamed.values())


def note_unnamed(array: npt.NDArray[Any], found: Unnamed) -> None:
    """Remember counts as long as something shows one of their arrays."""
    mapping = mapping_of(array)
    if mapping is not None:  # files without an entry are not mapped
        _unnamed[mapping] = found
