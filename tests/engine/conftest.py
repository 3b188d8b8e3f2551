"""Small data that the engine's tests share: two kinds of cells with planted regions."""

from typing import NamedTuple

import numpy as np
import pytest
import torch
from scipy import sparse

from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.cells import Cells
from peakvi_widgets.engine.module import PeakVAE, initialise

N_CELLS, N_REGIONS, N_PLANTED = 500, 300, 15


class Planted(NamedTuple):
    """Cells of two kinds; the first regions are more open in kind 1, the next ones in kind 0."""

    cells: Cells
    kind: np.ndarray
    more_in_1: np.ndarray
    more_in_0: np.ndarray


@pytest.fixture(scope="session")
def planted() -> Planted:
    random = np.random.default_rng(7)
    kind = random.integers(0, 2, N_CELLS)
    p = np.tile(random.uniform(0.05, 0.3, N_REGIONS), (N_CELLS, 1))
    more_in_1, more_in_0 = np.arange(N_PLANTED), np.arange(N_PLANTED, 2 * N_PLANTED)
    p[np.ix_(kind == 1, more_in_1)] = p[np.ix_(kind == 0, more_in_0)] = 0.7
    p[np.ix_(kind == 0, more_in_1)] = p[np.ix_(kind == 1, more_in_0)] = 0.05
    depth = random.uniform(0.5, 1.0, (N_CELLS, 1))
    is_open = random.uniform(size=p.shape) < p * depth
    counts = sparse.csr_matrix((is_open * random.integers(1, 4, p.shape)).astype(np.int32))
    batch = (np.arange(N_CELLS) % 2)[:, None]
    cells = Cells(counts, batch.astype(np.int64), np.zeros((N_CELLS, 0), np.float32))
    return Planted(cells, kind, more_in_1, more_in_0)


@pytest.fixture
def network() -> PeakVAE:
    return initialise(PeakVAE(architecture(N_REGIONS, (2,))), seed=3)


@pytest.fixture(autouse=True)
def _one_thread():
    """Sums depend on the number of threads; and the machine is not ours alone."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
