"""Compiled loops that say which fragments are held out; `thinning` spells out what they compute."""

from typing import Any

import numpy as np

from .compiling import njit
from .held_out import MANY_FRAGMENTS

compiled = njit(cache=True, nogil=True, error_model="numpy")
inlined = njit(inline="always")


@inlined
def mixed(key: Any) -> Any:
    """Return a number that looks independent of that for any other key (SplitMix64)."""
    key = key + np.uint64(0x9E3779B97F4A7C15)
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return key ^ (key >> np.uint64(31))


@compiled
def held_out(
    indptr: Any, indices: Any, fragments: Any, cell_keys: Any, region_keys: Any, share: float
) -> Any:
    """Do the same as `thinning.held_out_plain`, an entry at a time."""
    held = np.zeros(len(fragments), np.float32)
    for cell in range(len(indptr) - 1):
        for k in range(indptr[cell], indptr[cell + 1]):
            n = fragments[k]
            if n > MANY_FRAGMENTS:
                held[k] = np.round(np.float64(n) * share)
                continue
            key = mixed(cell_keys[cell] ^ region_keys[indices[k]])
            for _ in range(np.int64(n)):
                key = mixed(key)
                held[k] += np.float64(key >> np.uint64(11)) / 9007199254740992.0 < share
    return held


@compiled
def count_left(
    indptr: Any,
    indices: Any,
    values: Any,
    rows: Any,
    has_pairs: bool,
    cell_keys: Any,
    region_keys: Any,
    share: float,
    out: Any,
) -> None:
    """Add to ``out`` in how many of some compressed rows not all fragments are held out.

    As `held_out` decides it, which goes on to the last fragment of an entry. Where values
    ``has_pairs`` of cut sites, two of them are a fragment.
    """
    for row in rows:
        for k in range(indptr[row], indptr[row + 1]):
            n = np.float32(values[k])
            if has_pairs:
                n = np.ceil(n / np.float32(2.0))
            if n > MANY_FRAGMENTS:
                out[indices[k]] += n > np.round(np.float64(n) * share)
                continue
            key = mixed(cell_keys[row] ^ region_keys[indices[k]])
            for _ in range(np.int64(n)):
                key = mixed(key)
                if np.float64(key >> np.uint64(11)) / 9007199254740992.0 >= share:
                    out[indices[k]] += 1
                    break
