"""Cells without the fragments that are set aside to check a model by.

Whether a fragment is held out is decided by a hash of the names of its cell and region and a seed,
and by nothing else. So the choice is stored nowhere: it is made again whenever counts are read, and
stays the same when cells or regions are filtered, sorted or saved. A model is fitted to the rest.
"""

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from . import kernels
from .cells import Cells, Indices, Minibatch
from .compiling import IS_COMPILED
from .held_out import HeldOut

Hashes = NDArray[np.uint64]

TOP = 2.0**53  # of the numbers that are compared with the share


class ThinnedCells(Cells):
    """Cells without their held-out fragments, which can be asked for separately.

    Parameters
    ----------
    counts, codes, continuous
        As for `Cells`; all fragments.
    held_out
        How fragments are set aside.
    cell_names, region_names
        What the choice depends on.

    Notes
    -----
    `open_share` and `mean_counts` tell of all fragments: they say what was seen, and no model is
    fitted to them.
    """

    def __init__(
        self,
        counts: Any,
        codes: NDArray[np.int64],
        continuous: NDArray[np.float32],
        held_out: HeldOut,
        cell_names: pd.Index,
        region_names: pd.Index,
    ) -> None:
        super().__init__(counts, codes, continuous)
        self.rule = held_out
        self._names, self._cell_keys = cell_names, self._keys_of(cell_names)
        self._region_keys = _hashes(region_names)

    @cached_property
    def density(self) -> float:
        """Share of the entries that are not zero without what is held out, in [0, 1]."""
        return self._density_read()

    def minibatch(self, cells: Indices) -> Minibatch:
        """Read some cells without their held-out fragments, in the order asked for."""
        every = self.every(cells)
        return _kept(every, self._fragments(every) - self._held_out(every, cells))

    def held_out(self, cells: Indices) -> sparse.csr_matrix:
        """Return the held-out fragments of some cells, int32, ``(n_cells, n_regions)``."""
        every = self.every(cells)
        part = _kept(every, self._held_out(every, cells))
        shape = (part.n_cells, part.n_regions)
        values = part.values.astype(np.int32)
        return sparse.csr_matrix((values, part.indices, part.indptr), shape=shape)

    def is_of(self, cell_names: pd.Index) -> bool:
        """Tell whether the cells still have the names that decide what is held out."""
        if cell_names is self._names:
            return True
        return np.array_equal(self._cell_keys, self._keys_of(cell_names))

    def _keys_of(self, cell_names: pd.Index) -> Hashes:
        return _mixed(_hashes(cell_names) + np.uint64(self.rule.seed))

    def _fragments(self, every: Minibatch) -> NDArray[np.float32]:
        if self.rule.unit == "fragments":
            return every.values
        return np.asarray(np.ceil(every.values / np.float32(2.0)), np.float32)

    def _held_out(self, every: Minibatch, cells: Indices) -> NDArray[np.float32]:
        draw = kernels.held_out if IS_COMPILED else held_out_plain
        held: NDArray[np.float32] = draw(
            every.indptr,
            every.indices,
            self._fragments(every),
            self._cell_keys[cells],
            self._region_keys,
            self.rule.share,
        )
        return held


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
    for turn in range(int(min(fragments.max(initial=0.0), kernels.MANY_FRAGMENTS))):
        keys = _mixed(keys)
        goes = (keys >> np.uint64(11)).astype(np.float64) / TOP < share
        held += (goes & (fragments > turn)).astype(np.float32)
    many = fragments > kernels.MANY_FRAGMENTS
    held[many] = np.round(fragments[many].astype(np.float64) * share)
    return held


def _kept(every: Minibatch, values: NDArray[np.float32]) -> Minibatch:
    """Return other values in the same places, without the zeros among them."""
    stays = values > 0
    indptr = np.concatenate([[0], np.cumsum(stays)])[every.indptr]
    return every._replace(
        indptr=indptr.astype(np.int32), indices=every.indices[stays], values=values[stays]
    )


def _hashes(names: pd.Index) -> Hashes:
    """Return a number for each name that depends on the name alone."""
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
