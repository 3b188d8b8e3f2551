"""The processes of a training as each of them sees the others, over ``torch.distributed``."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

import numpy as np
import torch
from torch import Tensor, distributed

LOST = 3  # exit code of a process that has lost another one


class Peers:
    """All processes of the training; this one ends when another one is lost.

    Parameters
    ----------
    rank, n_processes, n_near
        Which one this is, from 0; how many there are; and how many of them, the first ones, can
        read the folder of the first one.
    """

    def __init__(self, rank: int, n_processes: int, n_near: int) -> None:
        self.rank, self.n_processes, self.n_near = rank, n_processes, n_near

    @property
    def is_near(self) -> bool:
        """Whether this process can read the folder of the first one."""
        return self.rank < self.n_near

    @property
    def are_all_near(self) -> bool:
        """Whether all processes can."""
        return self.n_near == self.n_processes

    @property
    def far(self) -> range:
        """The processes that cannot."""
        return range(self.n_near, self.n_processes)

    def send(self, tensor: Tensor, dst: int) -> None:
        """Send a tensor to one process."""
        self._do(lambda: distributed.send(tensor, dst))

    def recv(self, tensor: Tensor, src: int) -> None:
        """Wait for a tensor of one process."""
        self._do(lambda: distributed.recv(tensor, src))

    def broadcast(self, tensor: Tensor, src: int) -> None:
        """Overwrite a tensor by that of one process, in all of them."""
        if tensor.numel():
            self._do(lambda: distributed.broadcast(tensor, src))

    def barrier(self) -> None:
        """Wait until all are here."""
        self._do(distributed.barrier)

    def shared(self, text: str | None) -> str:
        """Return the text of the first process, in all of them; the others give None."""
        data = np.frombuffer((text or "").encode(), np.uint8).copy()
        size = torch.tensor(len(data))
        self.broadcast(size, 0)
        data = data if self.rank == 0 else np.empty(int(size), np.uint8)
        self.broadcast(torch.from_numpy(data), 0)
        return data.tobytes().decode()

    def leave(self) -> None:
        """Wait until the others have ended their work too, unless they are gone already."""
        with suppress(RuntimeError):
            distributed.barrier()

    @staticmethod
    def _do(exchange: Callable[[], object]) -> None:
        try:
            exchange()
        except RuntimeError as error:
            print(error, file=sys.stderr)
            end(LOST)


def end(code: int) -> NoReturn:
    """End this process without the destructors of gloo, which abort where another has ended."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
