"""How far the noise of counts separates two groups that were chosen by their place on a map.

The place of a cell on a map follows from its counts, noise included. A group that
is drawn at one end of a map is chosen by that noise, which is found again in its counts. Such
groups can be recognized: they are narrower on the map than noise alone makes a group of cells that
was chosen by something else, such as a label.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from scipy.special import ndtr

from .blas import one_blas_thread
from .cells import Indices
from .directions import Floats
from .module import FirstLayers, PeakVAE
from .posterior import Encodings

N_LOCAL = 64  # cells of both groups at which the encoder's slopes are taken
REAL = 0.7  # variance along the groups that is not noise, in units of that of noise
WIDE = 3.0  # how many times as far as noise has moved groups are, if they really differ
HARDLY = 0.02  # standard deviations of noise that a choice may have shifted and be left alone


class Choice(NamedTuple):
    """What choosing groups by their place on the map may have done."""

    distance: float  # of the groups, in standard deviations by which noise moves a cell
    log_ratios: Floats | None  # of the rates that it gives each region; None where it did nothing


@one_blas_thread()
def choice_of(encodings: Encodings, groups: Sequence[Indices], shares: Sequence[Floats]) -> Choice:
    """Return how far groups are apart, and what choosing them by noise gives each region.

    Parameters
    ----------
    encodings
        The network and the cells it knows.
    groups
        Cells of the two groups.
    shares
        Of the cells of each group in which each region is open, ``(n_regions,)``.

    Notes
    -----
    Along the line that separates the groups, noise moves a cell by the sum of the encoder's slopes
    over its open regions. A normal variable that is cut off has a smaller variance, and from how
    much smaller it is follows how far its mean has moved. Noise that has moved by m standard
    deviations s makes a region with slope l that is open in a share p of the cells more open, by
    ``l (1 - p) m / s`` in the logarithm.
    """
    means = [encodings.mean(group).astype(np.float64) for group in groups]
    apart = means[0].mean(axis=0) - means[1].mean(axis=0)
    narrow = np.mean([encodings.variance(group).mean(axis=0) for group in groups], axis=0)
    line = apart / np.maximum(narrow, 1e-12)
    slopes = _slopes(encodings, groups, line)
    noise = np.sqrt(float(np.mean([slopes**2 @ (share * (1.0 - share)) for share in shares])))
    if noise <= 0.0:
        return Choice(0.0, None)
    places = [mean @ line / noise for mean in means]
    distance = float(places[0].mean() - places[1].mean())
    moved = sum(min(_moved(float(place.var())), distance / 2.0) for place in places)
    moved *= min(1.0, WIDE * moved / max(distance, 1e-12))
    if moved < HARDLY:
        return Choice(abs(distance), None)
    share = (shares[0] + shares[1]) / 2.0
    found = slopes * (1.0 - share) * (moved / noise)
    return Choice(abs(distance), np.asarray(found - float(found @ share) / float(share.sum())))


def _moved(variance: float) -> float:
    """Return how far noise has moved, in its standard deviations, if this much variance is left."""
    cuts = np.linspace(-4.0, 8.0, 601)
    tail = np.exp(-0.5 * cuts**2) / np.sqrt(2.0 * np.pi)
    moved = tail / ndtr(-cuts)
    left = 1.0 - moved * (moved - cuts)
    found = np.interp(-variance / (1.0 + REAL), -left, moved)
    return float(found / np.sqrt(1.0 + REAL))


def _slopes(encodings: Encodings, groups: Sequence[Indices], line: Floats) -> Floats:
    """Return how far an open region moves a cell along a line, on average, ``(n_regions,)``."""
    cells = np.unique(np.concatenate([_some(group) for group in groups]))
    model, some = encodings.model, encodings.cells.minibatch(cells)
    codes, continuous = some.codes.to(model.device), some.continuous.to(model.device)
    x = torch.cat([some.dense(model.device), model.covariates(codes, continuous)], dim=-1)
    layer = model.z_encoder.encoder.first
    with torch.no_grad():
        first = layer(x)
    along = torch.tensor(line, dtype=torch.float32, device=model.device)
    of_units = _gradient(model, first, codes, along)
    weight = layer.weight.detach()[:, : some.n_regions]
    a_count = (of_units @ weight).double().cpu().numpy()
    counts_of_an_open_entry = float(some.values.mean()) if len(some.values) else 1.0
    return np.asarray(a_count * counts_of_an_open_entry)


def _some(group: Indices) -> Indices:
    n = min(len(group), N_LOCAL // 2)
    return group[np.arange(n) * len(group) // n]


def _gradient(
    model: PeakVAE, first: torch.Tensor, codes: torch.Tensor, along: torch.Tensor
) -> torch.Tensor:
    """Return how the place along a line follows the units of the first layer, on average."""
    with torch.enable_grad():
        first = first.requires_grad_(True)
        place = model.encode_from(FirstLayers(first, None), codes).mean @ along
        (slopes,) = torch.autograd.grad(place.sum(), first)
    return slopes.mean(dim=0)
