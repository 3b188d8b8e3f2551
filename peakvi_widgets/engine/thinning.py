"""Which fragments are held out, and the counts without them. Without torch.

Whether a fragment is held out is decided by a hash of the names of its cell and region and a seed,
and by nothing else. So the choice stays the same when cells or regions are filtered, sorted or
saved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .held_out import MANY_FRAGMENTS, HeldOut

if TYPE_CHECKING:
    import pandas as pd

Hashes = NDArray[np.uint64]

TOP = 2.0**53  # of the numbers that are compared with the share
ENTRIES_AT_ONCE = 4_000_000  # of a matrix, so that their hashes need little memory


def cell_keys(names: pd.Index, rule: HeldOut) -> Hashes:
    """Return a number for each cell that depends on its name and the seed alone."""
    return _mixed(_hashes(names) + np.uint64(rule.seed))


def region_keys(names: pd.Index) -> Hashes:
    """Return a number for each region that depends on its name alone."""
    return _hashes(names)


def fragments_in(values: NDArray[np.float32], rule: HeldOut) -> NDArray[np.float32]:
    """Return the number of fragments in each entry: half of the cut sites, rounded up."""
    if rule.unit == "fragments":
        return values
    return np.asarray(np.ceil(values / np.float32(2.0)), np.float32)


def held_out_plain(
    indptr: NDArray[np.int32],
    indices: NDArray[np.int32],
    fragments: NDArray[np.float32],
    cell_keys: Hashes,
    region_keys: Hashes,
    share: float,
) -> NDArray[np.float32]:
    """Return how many fragments of each entry of compressed rows are held out.

    Each fragment of an entry has the next number of a stream that the entry's hash begins; it is
    held out if that lies below ``share``.
    """
    keys = _mixed(np.repeat(cell_keys, np.diff(indptr)) ^ region_keys[indices])
    held = np.zeros(len(fragments), np.float32)
    for turn in range(int(min(fragments.max(initial=0.0), MANY_FRAGMENTS))):
        keys = _mixed(keys)
        goes = (keys >> np.uint64(11)).astype(np.float64) / TOP < share
        held += (goes & (fragments > turn)).astype(np.float32)
    many = fragments > MANY_FRAGMENTS
    held[many] = np.round(fragments[many].astype(np.float64) * share)
    return held


def fitting_part(
    counts: Any, rule: HeldOut, cell_names: pd.Index, region_names: pd.Index
) -> sparse.csr_matrix:
    """Return the fragments that a model may see, as compressed rows without zeros.

    Parameters
    ----------
    counts
        Cells by regions, compressed rows in canonical form.
    rule
        How fragments are set aside.
    cell_names, region_names
        What the choice depends on.
    """
    fragments, held_out = _fragments(counts, rule, cell_names, region_names)
    return _with_values(counts, fragments - held_out)


def held_out_part(
    counts: Any, rule: HeldOut, cell_names: pd.Index, region_names: pd.Index
) -> sparse.csr_matrix:
    """Return the fragments that no model sees; see `fitting_part`."""
    return _with_values(counts, _fragments(counts, rule, cell_names, region_names)[1])


def _fragments(
    counts: Any, rule: HeldOut, cell_names: pd.Index, region_names: pd.Index
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the fragments of each entry, and how many of them are held out."""
    cells, regions = cell_keys(cell_names, rule), region_keys(region_names)
    fragments = fragments_in(counts.data.astype(np.float32), rule)
    held_out = np.empty_like(fragments)
    per_cell = max(1, len(fragments) // max(1, counts.shape[0]))
    n_cells = max(1, ENTRIES_AT_ONCE // per_cell)
    for start in range(0, counts.shape[0], n_cells):
        indptr = counts.indptr[start : start + n_cells + 1]
        part = slice(indptr[0], indptr[-1])
        keys = cells[start : start + n_cells]
        held_out[part] = held_out_plain(
            indptr - indptr[0], counts.indices[part], fragments[part], keys, regions, rule.share
        )
    return fragments, held_out


def _with_values(counts: Any, values: NDArray[np.float32]) -> sparse.csr_matrix:
    """Return other values in the same places, without the zeros among them."""
    other = sparse.csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape)
    other = other.copy()
    other.eliminate_zeros()
    return other


def _hashes(names: pd.Index) -> Hashes:
    """Return a number for each name that depends on the name alone."""
    import pandas as pd

    texts = np.array([str(name) for name in names], object)
    return np.asarray(pd.util.hash_array(texts, categorize=False), np.uint64)


def _mixed(keys: Hashes) -> Hashes:
    """Return numbers that look independent for keys that do not.

    References
    ----------
    Steele, Lea, Flood 2014, OOPSLA (SplitMix64).
    """
    with np.errstate(over="ignore"):
        keys = keys + np.uint64(0x9E3779B97F4A7C15)
        keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return keys ^ (keys >> np.uint64(31))
