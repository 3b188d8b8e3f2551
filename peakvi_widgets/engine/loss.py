"""The PeakVI objective."""

from typing import Literal, NamedTuple

import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence
from torch.nn.functional import binary_cross_entropy


class Elbo(NamedTuple):
    """Negative evidence lower bound of one minibatch."""

    loss: Tensor
    reconstruction: Tensor
    kl: Tensor


def elbo(
    p: Tensor,
    d: Tensor,
    f: Tensor,
    x: Tensor,
    qz: Normal,
    *,
    kl_weight: float = 1.0,
    kl_weighting: Literal["reference", "bound"] = "reference",
) -> Elbo:
    """Score how well the decoded accessibility explains which regions were seen open.

    Parameters
    ----------
    p
        Accessibility, shape ``(n_cells, n_regions)``, in [0, 1].
    d
        Depth factor of the cells, shape ``(n_cells, 1)``, in [0, 1].
    f
        Factor of the regions, shape ``(n_regions,)``, in [0, 1].
    x
        Counts, shape ``(n_cells, n_regions)``; only ``x > 0`` matters.
    qz
        Posterior of the latent, shape ``(n_cells, n_latent)``.
    kl_weight
        Weight of the KL term, in [0, 1]; rises from 0 during warm-up.
    kl_weighting
        ``"reference"`` weighs reconstruction ``n_cells`` times the KL, as scvi-tools does: there
        the minibatch's sum is added to every cell's KL before summing. ``"bound"`` is the mean
        over cells of the bound as the paper writes it.

    Returns
    -------
    ``loss`` is a scalar, in nats; the other two have shape ``(n_cells,)``. All of ``loss``
    and ``reconstruction`` is NaN where any probability is NaN.

    References
    ----------
    Ashuach et al. 2022, Cell Reports Methods, PeakVI generative model and its bound.
    """
    observed, seen = (x > 0).to(p.dtype), p * d * f
    # binary_cross_entropy fails on NaN, and a CUDA device is unusable after that
    is_nan = ~torch.isfinite(seen.sum())
    seen.masked_fill_(is_nan, 0.5)
    entropy = binary_cross_entropy(seen, observed, reduction="none").sum(dim=-1)
    reconstruction = entropy.masked_fill(is_nan, torch.nan)
    kl = kl_divergence(qz, Normal(0.0, 1.0, validate_args=False)).sum(dim=-1)
    if kl_weighting == "reference":
        loss = len(x) * reconstruction.sum() + kl_weight * kl.sum()
    else:
        loss = (reconstruction + kl_weight * kl).mean()
    return Elbo(loss, reconstruction, kl)
