"""How well a trained network explains cells: reconstruction error and divergence, cell by cell."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import binary_cross_entropy

from .cells import Indices
from .posterior import BLOCK, Encodings, accessibility


class ElboParts(NamedTuple):
    """The two parts of the negative evidence lower bound, in nats, each ``(n_cells,)``."""

    reconstruction: NDArray[np.float64]
    kl: NDArray[np.float64]


def elbo_parts(encodings: Encodings, cells: Indices, seed: int, n_samples: int = 1) -> ElboParts:
    """Compute the parts of the bound; their sum is what training makes small.

    Parameters
    ----------
    encodings
        The trained network and the cells it knows.
    cells
        Which.
    seed
        Of the draws of the latent.
    n_samples
        Draws of the latent that the reconstruction error of a cell is averaged over.

    References
    ----------
    Ashuach et al. 2022, Cell Reports Methods; `loss.elbo` is the same for one minibatch.
    """
    reconstruction, kl = np.zeros(len(cells)), np.zeros(len(cells))
    random = np.random.default_rng(seed)
    for start in range(0, len(cells), BLOCK):
        some = cells[start : start + BLOCK]
        seen = (encodings.cells.minibatch(some).dense() > 0).to(torch.float32)
        for _ in range(n_samples):
            (q,) = accessibility(
                encodings,
                some,
                random=random,
                with_depth=True,
                with_factors=True,
                cells_at_once=BLOCK,
            )
            error = binary_cross_entropy(torch.from_numpy(q), seen, reduction="none")
            reconstruction[start : start + BLOCK] += error.sum(dim=1).numpy() / n_samples
        mean, variance = encodings.mean(some), encodings.variance(some)
        terms = mean**2 + variance - 1.0 - np.log(variance)
        kl[start : start + BLOCK] = 0.5 * terms.sum(axis=1)
    return ElboParts(reconstruction, kl)
