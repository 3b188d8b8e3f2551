"""Some of the regions, for a process that learns these alone, and its part of a network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from .architecture import Architecture
from .exchange import Alone, Exchange

# Which axis of a weight, or of what AdamW remembers of one, the regions are along. Behind the
# regions of the second axis are covariates, which every process has.
AXES = {
    **{f"{name}.{moment}": 0 for name in ("first", "last", "bias", "factors")
       for moment in ("mean", "square")},
    "weights.region_factors": 0,
    "weights.z_decoder.output.0.weight": 0,
    "weights.z_decoder.output.0.bias": 0,
    "weights.z_encoder.encoder.fc_layers.Layer 0.0.weight": 1,
    "weights.d_encoder.px_decoder.fc_layers.Layer 0.0.weight": 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Share:
    """The regions that one process learns.

    Attributes
    ----------
    stripes
        Of these regions, counted among all; neighbors, in order.
    exchange
        How sums over the stripes of all processes are found.
    """

    stripes: Sequence[slice]
    exchange: Exchange = field(default_factory=Alone)

    @property
    def regions(self) -> slice:
        """The regions, counted among all."""
        return slice(self.stripes[0].start, self.stripes[-1].stop)


def dealt(stripes: Sequence[slice], n: int) -> list[Sequence[slice]]:
    """Divide stripes into ``n`` runs of about as many regions, for as many processes.

    Each run ends where a stripe does that is nearest to its equal part of the regions.
    """
    n_regions, ends = stripes[-1].stop, [0]
    for i in range(1, n):
        places = range(ends[-1] + 1, len(stripes) - (n - i) + 1)
        ends.append(min(places, key=lambda k: abs(stripes[k].start * n - i * n_regions)))
    ends.append(len(stripes))
    return [stripes[start:stop] for start, stop in pairwise(ends)]


def shape_of(shape: Architecture, regions: slice) -> Architecture:
    """Return the shape of the part of a network that knows some regions alone."""
    return replace(shape, n_regions=regions.stop - regions.start)


def part_of(name: str, values: Any, regions: slice, n_regions: int) -> Tensor:
    """Return the part of one tensor of `FastLearner.memory` that belongs to some regions.

    Parameters
    ----------
    name
        Its name there.
    values
        The tensor, or what can be cut like one, as from a file.
    regions, n_regions
        Which regions, and how many there are in all.
    """
    axis = AXES.get(name)
    if axis is None:
        whole: Tensor = values[...]
        return whole
    if axis == 0:
        rows: Tensor = values[regions.start : regions.stop]
        return rows
    own = values[:, regions.start : regions.stop], values[:, n_regions:]
    return torch.cat(own, dim=1)


def resized(name: str, own: Tensor, n_more: int) -> Tensor:
    """Make a tensor for the part of another process, given that of this one.

    Parameters
    ----------
    name, own
        The tensor of this process and its name.
    n_more
        How many more regions the other process has.
    """
    sizes, axis = list(own.shape), AXES.get(name)
    if axis is not None:
        sizes[axis] += n_more
    return torch.empty(sizes, dtype=own.dtype)


def joined(parts: Sequence[Mapping[str, Tensor]], runs: Sequence[slice]) -> dict[str, Tensor]:
    """Put the parts of all processes together; the reverse of `part_of`.

    Parameters
    ----------
    parts
        Of each process, tensors by name.
    runs
        The regions of each process, in the same order.
    """
    found = {}
    for name, first in parts[0].items():
        axis = AXES.get(name)
        if axis is None:
            found[name] = first
            continue
        pieces = [
            part[name].narrow(axis, 0, run.stop - run.start)
            for part, run in zip(parts, runs, strict=True)
        ]
        if axis == 1:
            pieces.append(first[:, runs[0].stop - runs[0].start :])
        found[name] = torch.cat(pieces, dim=axis)
    return found
