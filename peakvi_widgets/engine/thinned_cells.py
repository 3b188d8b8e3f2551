"""Cells without the fragments that are set aside to check a model by.

The choice is stored nowhere: it is made again whenever counts are read, see `thinning`. A model is
fitted to the rest.
"""

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from . import thinning_kernels
from .cells import Cells, Indices, Minibatch
from .compiling import IS_COMPILED
from .held_out import HeldOut
from .thinning import cell_keys, fragments_in, held_out_plain, region_keys


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
        self._names, self._cell_keys = cell_names, cell_keys(cell_names, held_out)
        self._region_keys = region_keys(region_names)

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
        parts = [self._held_out_rows(block) for block in self.blocks(cells)]
        return parts[0] if len(parts) == 1 else sparse.csr_matrix(sparse.vstack(parts, "csr"))

    def held_out_sums(self, cells: Indices) -> NDArray[np.float64]:
        """Sum the held-out fragments of some cells by region, shape ``(n_regions,)``."""
        found = np.zeros(self.n_regions)
        for block in self.blocks(cells):
            every = self.every(block)
            found += np.bincount(every.indices, self._held_out(every, block), self.n_regions)
        return found

    def _held_out_rows(self, cells: Indices) -> sparse.csr_matrix:
        every = self.every(cells)
        part = _kept(every, self._held_out(every, cells))
        shape = (part.n_cells, part.n_regions)
        values = part.values.astype(np.int32)
        return sparse.csr_matrix((values, part.indices, part.indptr), shape=shape)

    def n_open(self, cells: Indices) -> NDArray[np.float64]:
        """In how many of some cells each region is open without its held-out fragments."""
        found = np.zeros(self.n_regions)
        if IS_COMPILED and self._is_canonical:
            counts, has_pairs = self._counts, self.rule.unit != "fragments"
            keys, share = (self._cell_keys, self._region_keys), self.rule.share
            rows = counts.indptr, counts.indices, counts.data, np.asarray(cells)
            thinning_kernels.count_left(*rows, has_pairs, *keys, share, found)
            return found
        for block in self.blocks(cells):
            every = self.every(block)
            is_left = self._fragments(every) > self._held_out(every, block)
            found += np.bincount(every.indices, is_left, self.n_regions)
        return found

    def is_of(self, cell_names: pd.Index) -> bool:
        """Tell whether the cells still have the names that decide what is held out."""
        if cell_names is self._names:
            return True
        return np.array_equal(self._cell_keys, cell_keys(cell_names, self.rule))

    def _fragments(self, every: Minibatch) -> NDArray[np.float32]:
        return fragments_in(every.values, self.rule)

    def _held_out(self, every: Minibatch, cells: Indices) -> NDArray[np.float32]:
        draw = thinning_kernels.held_out if IS_COMPILED else held_out_plain
        held: NDArray[np.float32] = draw(
            every.indptr,
            every.indices,
            self._fragments(every),
            self._cell_keys[cells],
            self._region_keys,
            self.rule.share,
        )
        return held


def _kept(every: Minibatch, values: NDArray[np.float32]) -> Minibatch:
    """Return other values in the same places, without the zeros among them."""
    stays = values > 0
    indptr = np.concatenate([[0], np.cumsum(stays)])[every.indptr]
    return every._replace(
        indptr=indptr.astype(np.int32), indices=every.indices[stays], values=values[stays]
    )
