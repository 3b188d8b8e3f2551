"""What a trained network says of cells: latent, depth factor, accessibility.

Cells are encoded in blocks of neighbouring rows, always the same, and a block is kept once it is
known. So an answer never depends on what was asked before or together with it, to the last bit.
"""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from .cells import Cells, Indices, Minibatch
from .module import PeakVAE, Posterior

BLOCK = 128  # cells encoded together


class Encodings:
    """The posterior of each cell, computed where asked for and then remembered.

    Parameters
    ----------
    model
        A network whose weights do not change any more; it is used in evaluation mode.
    cells
        The data set.
    """

    def __init__(self, model: PeakVAE, cells: Cells) -> None:
        n, n_latent = cells.n_cells, model.shape.n_latent
        self.model, self.cells = model.eval(), cells
        self._mean = np.empty((n, n_latent), np.float32)
        self._variance = np.empty((n, n_latent), np.float32)
        self._depth = np.empty(n, np.float32)
        self._known = np.zeros(-(-n // BLOCK), bool)

    def know(self, cells: Indices) -> Iterator[float]:
        """Encode what is not known yet of some cells; yields the share done after each block."""
        missing = [block for block in np.unique(cells // BLOCK) if not self._known[block]]
        for done, block in enumerate(missing, start=1):
            self._encode(int(block))
            yield done / len(missing)

    def mean(self, cells: Indices) -> NDArray[np.float32]:
        """Posterior mean of the latent, shape ``(n_cells, n_latent)``."""
        return self._of(self._mean, cells)

    def variance(self, cells: Indices) -> NDArray[np.float32]:
        """Posterior variance of the latent, shape ``(n_cells, n_latent)``."""
        return self._of(self._variance, cells)

    def depth(self, cells: Indices) -> NDArray[np.float32]:
        """Depth factor ``d``, shape ``(n_cells,)``, in (0, 1]."""
        return self._of(self._depth, cells)

    def _of(self, array: NDArray[np.float32], cells: Indices) -> NDArray[np.float32]:
        for _ in self.know(cells):
            pass
        return array[cells]

    def _encode(self, block: int) -> None:
        rows = np.arange(block * BLOCK, min((block + 1) * BLOCK, self.cells.n_cells))
        posterior = encode(self.model, self.cells.minibatch(rows))
        self._mean[rows] = posterior.mean.cpu().numpy()
        self._variance[rows] = torch.exp(posterior.log_variance).cpu().numpy()
        self._depth[rows] = self.model.depth(posterior).detach().cpu().numpy()[:, 0]
        self._known[block] = True


@torch.no_grad()
def encode(model: PeakVAE, cells: Minibatch) -> Posterior:
    """Infer the posterior of a minibatch, in whatever mode the network is."""
    device = model.device
    codes, continuous = cells.codes.to(device), cells.continuous.to(device)
    return model.encode(cells.dense().to(device), codes, continuous)


@torch.no_grad()
def latent(
    model: PeakVAE,
    mean: NDArray[np.float32],
    variance: NDArray[np.float32],
    n_draws: int,
    seed: int,
) -> NDArray[np.float32]:
    """Average the latent over its posterior.

    Parameters
    ----------
    model
        Decides whether the latent is normal, whose average is ``mean``, or logistic normal.
    mean, variance
        Posterior of the cells, shape ``(n_cells, n_latent)``.
    n_draws
        Draws to average a logistic normal over.
    seed
        Of these draws.
    """
    if model.shape.latent_distribution == "normal":
        return mean
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(n_draws, mean.shape[1], generator=generator)
    out = np.empty_like(mean)
    for i, (loc, scale) in enumerate(zip(mean, np.sqrt(variance), strict=True)):
        z = torch.from_numpy(loc) + torch.from_numpy(scale) * noise
        out[i] = torch.softmax(z, dim=-1).mean(dim=0).numpy()
    return out


@torch.no_grad()
def decode(
    model: PeakVAE,
    z: NDArray[np.float32],
    codes: NDArray[np.int64],
    continuous: NDArray[np.float32],
    regions: Indices | None = None,
) -> NDArray[np.float32]:
    """Compute the accessibility ``p`` of cells.

    Parameters
    ----------
    model
        The trained network.
    z
        Latent as the decoder takes it, shape ``(n_cells, n_latent)``.
    codes, continuous
        Covariates to decode with, not necessarily those of the cells.
    regions
        Compute only these; ``None`` for all.

    Returns
    -------
    Shape ``(n_cells, n_regions)``, in (0, 1).
    """
    device = model.device
    hidden = model.hidden(*(torch.from_numpy(a).to(device) for a in (z, codes, continuous)))
    if regions is None:
        p: NDArray[np.float32] = model.accessibility(hidden).cpu().numpy()
        return p
    rows, last = torch.from_numpy(regions).to(device), model.z_decoder.last
    some: NDArray[np.float32] = (
        torch.sigmoid(torch.addmm(last.bias[rows], hidden, last.weight[rows].t())).cpu().numpy()
    )
    return some
