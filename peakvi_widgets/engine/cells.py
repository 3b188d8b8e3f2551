"""The counts and covariates of a data set, read some cells at a time and never made dense whole."""

import zlib
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from ..errors import DataError
from . import kernels
from .compiling import IS_COMPILED
from .count_matrix import count_matrix
from .plan import LARGEST_BATCH, TrainingPlan
from .spectral import indicators

Indices = NDArray[np.intp]

READ_AT_ONCE = 1_000_000  # entries


class Minibatch(NamedTuple):
    """Some cells: their counts as compressed rows, and their covariates.

    ``indptr``, ``indices`` and ``values`` are those of a CSR matrix, sorted and without duplicates.
    """

    indptr: NDArray[np.int32]
    indices: NDArray[np.int32]
    values: NDArray[np.float32]
    n_regions: int
    codes: Tensor  # (n_cells, n_categorical covariates), int64, the batch first
    continuous: Tensor  # (n_cells, n_continuous), float32

    @property
    def n_cells(self) -> int:
        """Cells in this minibatch."""
        return len(self.indptr) - 1

    def dense(self, device: torch.device | str = "cpu", factors: Tensor | None = None) -> Tensor:
        """Return the counts, shape ``(n_cells, n_regions)``, float32.

        Parameters
        ----------
        device
            Where they are wanted. Only what is not zero goes there.
        factors
            On that device; what to multiply the open entries by, cell by cell.
        """
        rows = np.repeat(np.arange(self.n_cells), np.diff(self.indptr))
        places = _on(device, rows * self.n_regions + self.indices)
        values = _on(device, self.values)
        x = torch.zeros(self.n_cells * self.n_regions, device=device)
        x.scatter_(0, places, values if factors is None else values * factors)
        return x.view(self.n_cells, self.n_regions)


def _on(device: torch.device | str, array: NDArray[Any]) -> Tensor:
    """Copy an array to a device; to CUDA while this process goes on."""
    tensor = torch.from_numpy(array)
    is_cuda = torch.device(device).type == "cuda"
    return tensor.pin_memory().to(device, non_blocking=True) if is_cuda else tensor.to(device)


class Cells:
    """Counts and covariates of all cells; holds what it is given without copying it.

    Parameters
    ----------
    counts
        Cells by regions; sparse or an array, see `peakvi_widgets.engine.count_matrix`. Compressed
        rows (CSR) are used where they are, other sparse forms are converted once.
    codes
        Codes of the batch and the categorical covariates, ``(n_cells, n_covariates)``; the batch
        comes first and is 0 when there is only one.
    continuous
        Continuous covariates, ``(n_cells, n_continuous)``.

    Raises
    ------
    DataError
        The counts are not held in memory, are not counts, or are damaged.
    """

    def __init__(
        self, counts: Any, codes: NDArray[np.int64], continuous: NDArray[np.float32]
    ) -> None:
        self._counts = count_matrix(counts)
        self._is_sparse = bool(sparse.issparse(self._counts))
        # whether entries are sorted and no region has two of them in a cell
        self._is_canonical = self._is_sparse and bool(self._counts.has_canonical_format)
        self.codes, self.continuous = codes, continuous
        self._n_seen_of_all: NDArray[np.float64] | None = None  # known once most were asked for

    @property
    def counts(self) -> Any:
        """All fragments of all cells: a matrix of compressed rows, or an array."""
        return self._counts

    @property
    def n_cells(self) -> int:
        """Cells in the data set."""
        return int(self._counts.shape[0])

    @property
    def n_regions(self) -> int:
        """Regions in the data set."""
        return int(self._counts.shape[1])

    @cached_property
    def density(self) -> float:
        """Share of the entries that are not zero, in [0, 1]; stored zeros do not count.

        It decides how layers are computed and how fast is learned, so it must be the same for the
        same counts in any form.
        """
        counts = self._counts
        if not self._is_sparse:
            n_open = int(np.count_nonzero(counts))
        elif self._is_canonical:
            n_open = int(np.count_nonzero(counts.data))
        else:  # an entry may stand there twice
            return self._density_read()
        return n_open / max(1, self.n_cells * self.n_regions)

    def _density_read(self) -> float:
        n_open = sum(len(self.minibatch(part).values) for part in self.blocks())
        return n_open / max(1, self.n_cells * self.n_regions)

    def blocks(self, cells: Indices | None = None) -> Iterator[Indices]:
        """Divide some cells, or all, into blocks that may be read at once in little memory."""
        cells = np.arange(self.n_cells) if cells is None else cells
        if self._is_sparse:
            lengths = np.diff(self._counts.indptr)[cells]
        else:
            lengths = np.full(len(cells), self.n_regions)
        done = np.cumsum(lengths, dtype=np.int64)
        cuts = np.arange(READ_AT_ONCE, int(done[-1]) if len(cells) else 0, READ_AT_ONCE)
        for block in np.split(cells, np.unique(np.searchsorted(done, cuts))):
            if len(block) or not len(cells):
                yield block

    def minibatch(self, cells: Indices) -> Minibatch:
        """Read some cells, in the order asked for."""
        return self.every(cells)

    def every(self, cells: Indices) -> Minibatch:
        """Read all fragments of some cells, in the order asked for."""
        if self._is_sparse:
            rows = self._counts[cells]
        else:
            rows = sparse.csr_matrix(self._counts[cells].astype(np.float32))
        if not self._is_canonical:
            rows.data = rows.data.astype(np.float64)  # sums of a small type might overflow
            rows.sum_duplicates()
        rows.eliminate_zeros()
        return Minibatch(
            rows.indptr.astype(np.int32, copy=False),
            rows.indices.astype(np.int32, copy=False),
            rows.data.astype(np.float32, copy=False),
            self.n_regions,
            torch.from_numpy(self.codes[cells]),
            torch.from_numpy(self.continuous[cells]),
        )

    def rows(self, cells: Indices) -> sparse.csr_matrix:
        """Return the counts of some cells as compressed rows without stored zeros."""
        parts = [self._rows(block) for block in self.blocks(cells)]
        return parts[0] if len(parts) == 1 else sparse.csr_matrix(sparse.vstack(parts, "csr"))

    def _rows(self, cells: Indices) -> sparse.csr_matrix:
        some = self.minibatch(cells)
        shape = (some.n_cells, some.n_regions)
        return sparse.csr_matrix((some.values, some.indices, some.indptr), shape=shape)

    def covariates(self, cells: Indices) -> NDArray[np.float64] | None:
        """Return a column for each category and each continuous covariate; ``None`` without any."""
        codes = self.codes[cells]
        columns = [indicators(codes[:, i]) for i in range(codes.shape[1])]
        whole = np.hstack([*columns, np.asarray(self.continuous[cells], np.float64)])
        return whole if whole.shape[1] else None

    def fingerprint(self) -> int:
        """Return a number that tells these counts and covariates from others."""
        of_regions, of_cells = np.zeros(self.n_regions), np.zeros(self.n_cells)
        for block in self.blocks():
            some = self.minibatch(block)
            of_regions += np.bincount(some.indices, some.values, self.n_regions)
            rows = np.repeat(np.arange(some.n_cells), np.diff(some.indptr))
            of_cells[block] = np.bincount(rows, some.values, some.n_cells)
        parts = [of_regions, of_cells, self.codes, self.continuous]
        return zlib.crc32(b"".join(np.ascontiguousarray(part).tobytes() for part in parts))

    def open_share(self, cells: Indices) -> NDArray[np.float64]:
        """Share of some cells in which each region was seen open, shape ``(n_regions,)``."""
        is_other = np.ones(self.n_cells, bool)
        is_other[cells] = False
        others = np.flatnonzero(is_other)
        if len(others) >= len(cells) or len(others) + len(cells) > self.n_cells:
            return self._n_seen(cells) / len(cells)
        n_of_others = self._n_seen(others)
        if self._n_seen_of_all is None:
            self._n_seen_of_all = n_of_others + self._n_seen(cells)
        return (self._n_seen_of_all - n_of_others) / len(cells)

    def _n_seen(self, cells: Indices) -> NDArray[np.float64]:
        """In how many of some cells each region was seen open."""
        return self._sum(kernels.count_open, lambda values: values > 0, cells)

    def n_open(self, cells: Indices) -> NDArray[np.float64]:
        """In how many of some cells each region is open, by what a model is fitted to."""
        return np.rint(self.open_share(cells) * len(cells))

    def mean_counts(self, cells: Indices) -> NDArray[np.float64]:
        """Mean count of each region in some cells, shape ``(n_regions,)``."""
        return self._sum(kernels.add_rows, lambda values: values, cells) / len(cells)

    def _sum(
        self,
        add: Callable[..., None],
        weigh: Callable[[NDArray[Any]], NDArray[Any]],
        cells: Indices,
    ) -> NDArray[np.float64]:
        total, counts = np.zeros(self.n_regions), self._counts
        # no entry stands there twice
        if IS_COMPILED and self._is_canonical:
            add(counts.indptr, counts.indices, counts.data, np.asarray(cells), total)
            return total
        for block in self.blocks(cells):
            some = self.every(block)
            total += np.bincount(some.indices, weigh(some.values), self.n_regions)
        return total


class Split(NamedTuple):
    """Which cells are learned from and which are judged by."""

    train: Indices
    validation: Indices


def split(n_cells: int, plan: TrainingPlan, seed: int) -> Split:
    """Draw the training and the validation cells.

    Parameters
    ----------
    n_cells
        Cells in the data set.
    plan
        Its ``train_size``, ``validation_size`` and ``batch_size`` count.
    seed
        Of the permutation. The same seed gives the cells that scvi-tools takes with its own.

    Raises
    ------
    DataError
        No cell would be left to learn from.

    References
    ----------
    scvi-tools' ``DataSplitter``: validation cells come first in the permutation.
    """
    if n_cells < 1:
        raise DataError("There are no cells to train on; use a weaker filter.")
    share = 0.9 if plan.train_size is None else plan.train_size
    n_train = min(n_cells, int(np.ceil(share * n_cells)))
    n_validation = n_cells - n_train
    if plan.validation_size is not None:
        n_validation = min(n_validation, int(np.floor(plan.validation_size * n_cells)))
    left_over = n_train % (plan.batch_size or LARGEST_BATCH)
    if plan.train_size is None and 0 < left_over < 3 and n_train > left_over:
        n_train -= left_over
        n_validation += left_over if n_validation else 0
    order = np.random.RandomState(seed).permutation(n_cells)
    return Split(order[n_validation : n_validation + n_train], order[:n_validation])


def shuffled(cells: Indices, seed: int, epoch: int) -> Indices:
    """Order the training cells for one epoch; the same for the same seed and epoch."""
    order = np.random.default_rng([seed, epoch]).permutation(len(cells))
    return cells[order]
