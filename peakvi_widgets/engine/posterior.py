"""Posterior quantities of cells by a trained network: latent, depth factor, accessibility.

Cells are encoded in blocks of neighboring rows, always the same, and a block is kept once it is
known. So an answer never depends on what was asked before or together with it, to the last bit.
Depth has an encoder as wide as that of the latent, and is computed only when it is needed.
"""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from . import kernels
from .cells import Cells, Indices, Minibatch
from .compiling import IS_COMPILED
from .kernels import SPARSE_BELOW
from .module import FirstLayers, PeakVAE, Posterior
from .threads import n_at_once, spread

BLOCK = 128  # cells encoded together


class Encodings:
    """The posterior of each cell, computed on demand and cached.

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
        self._known_depth = np.zeros(-(-n // BLOCK), bool)
        self._by_region: Tensor | None = None  # the first layer's weights, a row a region

    def know(self, cells: Indices) -> Iterator[float]:
        """Encode what is not known yet of some cells; yields the share done after each block."""
        missing = [int(block) for block in np.unique(cells // BLOCK) if not self._known[block]]
        n = n_at_once()
        for start in range(0, len(missing), n):
            self._encode(missing[start : start + n])
            yield min(1.0, (start + n) / len(missing))

    def mean(self, cells: Indices) -> NDArray[np.float32]:
        """Posterior mean of the latent, shape ``(n_cells, n_latent)``."""
        return self._of(self._mean, cells)

    def variance(self, cells: Indices) -> NDArray[np.float32]:
        """Posterior variance of the latent, shape ``(n_cells, n_latent)``."""
        return self._of(self._variance, cells)

    def depth(self, cells: Indices) -> NDArray[np.float32]:
        """Depth factor ``d``, shape ``(n_cells,)``, in (0, 1]."""
        blocks = (int(block) for block in np.unique(cells // BLOCK))
        spread(self._encode_depth, [block for block in blocks if not self._known_depth[block]])
        return self._depth[cells]

    def _of(self, array: NDArray[np.float32], cells: Indices) -> NDArray[np.float32]:
        for _ in self.know(cells):
            pass
        return array[cells]

    def _rows(self, block: int) -> Indices:
        return np.arange(block * BLOCK, min((block + 1) * BLOCK, self.cells.n_cells))

    def _encode(self, blocks: list[int]) -> None:
        weight = self._by_region  # once: another thread may have encoded all meanwhile
        if weight is None:
            weight = self.model.z_encoder.encoder.first.weight.detach().t().contiguous()
            self._by_region = weight

        def encode_block(block: int) -> None:
            rows, bias = self._rows(block), self.model.z_encoder.encoder.first.bias
            minibatch = self.cells.minibatch(rows)
            z = first_layer(self.model, minibatch, weight, self.cells.density) + bias
            codes = minibatch.codes.to(self.model.device)
            posterior = self.model.encode_from(FirstLayers(z, None), codes)
            self._mean[rows] = posterior.mean.cpu().numpy()
            self._variance[rows] = torch.exp(posterior.log_variance).cpu().numpy()
            self._known[block] = True

        spread(encode_block, blocks)
        if self._known.all():
            self._by_region = None

    def _encode_depth(self, block: int) -> None:
        rows = self._rows(block)
        posterior = encode(self.model, self.cells.minibatch(rows))
        self._depth[rows] = self.model.depth(posterior).cpu().numpy()[:, 0]
        self._known_depth[block] = True


@torch.no_grad()
def encode(model: PeakVAE, cells: Minibatch) -> Posterior:
    """Infer the posterior of a minibatch, in whatever mode the network is."""
    device = model.device
    codes, continuous = cells.codes.to(device), cells.continuous.to(device)
    return model.encode(cells.dense(device), codes, continuous)


def first_layer(model: PeakVAE, cells: Minibatch, weight: Tensor, density: float) -> Tensor:
    """Apply a first layer to counts and covariates, without its bias.

    Parameters
    ----------
    model, cells
        The network and a minibatch.
    weight
        Of the layer, a row a region and then a row a covariate's column.
    density
        Share of the counts that are not zero; where it is low, zeros are passed over.
    """
    codes, continuous = cells.codes.to(model.device), cells.continuous.to(model.device)
    rest = model.covariates(codes, continuous) @ weight[cells.n_regions :]
    if density >= SPARSE_BELOW or model.device.type != "cpu" or not IS_COMPILED:
        return rest + cells.dense(model.device) @ weight[: cells.n_regions]
    counts = cells.indptr, cells.indices, cells.values
    kernels.sparse_product(*counts, 0, weight[: cells.n_regions].numpy(), rest.numpy())
    return rest


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


def drawn(
    model: PeakVAE,
    mean: NDArray[np.float32],
    variance: NDArray[np.float32],
    random: np.random.Generator,
) -> NDArray[np.float32]:
    """Draw the latent of cells once from its posterior, shape ``(n_cells, n_latent)``."""
    noise = random.standard_normal(mean.shape, np.float32)
    z = torch.from_numpy(mean + np.sqrt(variance) * noise)
    if model.shape.latent_distribution == "ln":
        z = torch.softmax(z, dim=-1)
    values: NDArray[np.float32] = z.numpy()
    return values


def accessibility(
    encodings: Encodings,
    cells: Indices,
    regions: Indices | None = None,
    *,
    batch: int | None = None,
    random: np.random.Generator | None = None,
    with_depth: bool = False,
    with_factors: bool = False,
    cells_at_once: int = 512,
) -> Iterator[NDArray[np.float32]]:
    """Decode cells, some at a time.

    Parameters
    ----------
    encodings
        The trained network and the cells it knows.
    cells, regions
        Which; all regions if ``None``.
    batch
        Code of the batch to decode with; ``None`` for each cell's own.
    random
        Draws the latent from its posterior; ``None`` takes the posterior's mean.
    with_depth, with_factors
        Whether to multiply by the cells' depth factor and by the regions' factor.
    cells_at_once
        Cells decoded together.

    Yields
    ------
    Accessibility of the next cells, shape ``(cells_at_once or fewer, n_regions)``, in (0, 1).
    """
    model = encodings.model
    factors: NDArray[np.float32] = model.factors().detach().cpu().numpy()
    for start in range(0, len(cells), cells_at_once):
        some = cells[start : start + cells_at_once]
        z = encodings.mean(some)
        if random is not None:
            z = drawn(model, z, encodings.variance(some), random)
        codes = encodings.cells.codes[some]
        if batch is not None:
            codes[:, 0] = batch
        p = _decode(model, z, codes, encodings.cells.continuous[some], regions)
        if with_depth:
            p *= encodings.depth(some)[:, None]
        if with_factors:
            p *= factors if regions is None else factors[regions]
        yield p


@torch.no_grad()
def _decode(
    model: PeakVAE,
    z: NDArray[np.float32],
    codes: NDArray[np.int64],
    continuous: NDArray[np.float32],
    regions: Indices | None,
) -> NDArray[np.float32]:
    # copied to where PyTorch aligns memory: a product's last bit depends on that
    hidden = model.hidden(*(torch.tensor(a, device=model.device) for a in (z, codes, continuous)))
    last = model.z_decoder.last
    weight: Tensor = last.weight
    bias: Tensor = last.bias
    if regions is not None:
        rows = torch.from_numpy(regions).to(model.device)
        weight, bias = weight[rows], bias[rows]
    out = torch.empty(len(hidden), len(weight))

    def decode(block: int) -> None:
        some = slice(block, block + BLOCK)
        out[some] = torch.addmm(bias, hidden[some], weight.t()).sigmoid_()

    spread(decode, range(0, len(hidden), BLOCK))
    p: NDArray[np.float32] = out.numpy()
    return p
