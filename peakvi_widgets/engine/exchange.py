"""Sums over stripes of regions, in the order of the stripes wherever these are computed.

Sums of floating-point numbers depend on their order. Here it is always that of the stripes, one
after the other, so that a step gives the same bits in one process and in several.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Protocol

import torch
from torch import Tensor

Tensors = tuple[Tensor, ...]


class Exchange(Protocol):
    """How the sums over all stripes are found by a process that computes some of them."""

    def total(self, parts: Sequence[Tensors]) -> Tensors:
        """Add up what the stripes contribute, tensor by tensor; the parts may be overwritten."""
        ...


class Alone:
    """The exchange of a process that computes all stripes."""

    def total(self, parts: Sequence[Tensors]) -> Tensors:
        """Add up what the stripes contribute."""
        return reduce(_plus, parts)


class Group(Protocol):
    """What `Chain` needs of ``torch.distributed``."""

    def send(self, tensor: Tensor, dst: int) -> None:
        """Send a tensor to one process."""
        ...

    def recv(self, tensor: Tensor, src: int) -> object:
        """Wait for a tensor of one process."""
        ...

    def broadcast(self, tensor: Tensor, src: int) -> object:
        """Overwrite a tensor by that of one process, in all of them."""
        ...


class Chain:
    """The exchange of processes in a row, each with the stripes that follow those of the last one.

    A sum goes along the row, each process adds its stripes, and the last one sends it to all. So
    what is sent does not grow with the number of stripes.

    Parameters
    ----------
    group
        ``torch.distributed``, of which this process is a member.
    rank, n_processes
        The place of this process in the row, from 0, and how many there are.
    """

    def __init__(self, group: Group, rank: int, n_processes: int) -> None:
        self.group, self.rank, self.last = group, rank, n_processes - 1
        self.n_bytes = 0  # sent by this process so far; what the last one sends counts once each

    def total(self, parts: Sequence[Tensors]) -> Tensors:
        """Add up what the stripes contribute, those of the other processes too."""
        if self.rank:
            before = tuple(torch.empty_like(tensor) for tensor in parts[0])
            for tensor in before:
                self.group.recv(tensor, self.rank - 1)
            parts = [before, *parts]
        total = reduce(_plus, parts)
        n_bytes = sum(tensor.nbytes for tensor in total)
        if self.rank < self.last:
            self.n_bytes += n_bytes
            for tensor in total:
                self.group.send(tensor, self.rank + 1)
        else:
            self.n_bytes += n_bytes * self.last
        for tensor in total:
            self.group.broadcast(tensor, self.last)
        return total


def _plus(total: Tensors, part: Tensors) -> Tensors:
    for tensor, other in zip(total, part, strict=True):
        tensor.add_(other)
    return total
