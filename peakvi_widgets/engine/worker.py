"""A process that learns some of the regions: ``python -m peakvi_widgets.engine.worker FOLDER``.

`worker_group` starts as many as a training has, with ``RANK`` and ``WORLD_SIZE`` in the
environment. Each line of standard input is a message in JSON that says what to do; all of them do
it, and the first one answers by a line on standard output. When the input ends, so do they.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, distributed

from .architecture import Architecture
from .exchange import Chain
from .fast_learner import FastLearner, stripes
from .learner import Losses
from .minibatch_file import read_minibatch
from .module import PeakVAE
from .plan import TrainingPlan
from .region_share import Share, dealt, part_of, shape_of
from .threads import threads

FACTS, MEMORY, MINIBATCH, MEETING = "facts.json", "memory.safetensors", "minibatch", "meeting"
LOST = 3  # exit code of a process that has lost another one
LONGEST_WAIT = timedelta(days=30)  # of one process for the others; a lost one is noticed at once


class Peers:
    """The processes of ``torch.distributed``; this one ends when another one is lost."""

    def send(self, tensor: Tensor, dst: int) -> None:
        """Send a tensor to one process."""
        self._do(lambda: distributed.send(tensor, dst))

    def recv(self, tensor: Tensor, src: int) -> None:
        """Wait for a tensor of one process."""
        self._do(lambda: distributed.recv(tensor, src))

    def broadcast(self, tensor: Tensor, src: int) -> None:
        """Overwrite a tensor by that of one process, in all of them."""
        self._do(lambda: distributed.broadcast(tensor, src))

    def barrier(self) -> None:
        """Wait until all are here."""
        self._do(distributed.barrier)

    @staticmethod
    def _do(exchange: Callable[[], object]) -> None:
        try:
            exchange()
        except RuntimeError as error:
            print(error, file=sys.stderr)
            sys.exit(LOST)


class Worker:
    """What one process knows of a training.

    Parameters
    ----------
    folder
        Where `worker_group` puts what is to be learned, and where this process puts what it has
        learned.
    rank, n_processes
        Which one this is, from 0, and how many there are.
    """

    def __init__(self, folder: Path, rank: int, n_processes: int) -> None:
        self.folder, self.rank, self.peers = folder, rank, Peers()
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        sizes = facts["shape"]
        shape = Architecture(**{**sizes, "n_categories": tuple(sizes["n_categories"])})
        self.n_regions = shape.n_regions
        self.exchange = Chain(self.peers, rank, n_processes)
        share = Share(dealt(stripes(shape.n_regions), n_processes)[rank], self.exchange)
        with safe_open(folder / MEMORY, "pt") as file:
            memory = {
                name: part_of(name, _cut(file, name), share.regions, shape.n_regions)
                for name in file.keys()  # noqa: SIM118
            }
        model = PeakVAE(shape_of(shape, share.regions))
        model.load_state_dict({name: memory[f"weights.{name}"] for name in model.state_dict()})
        plan = TrainingPlan(**facts["plan"])
        self.learner = FastLearner(model, plan, facts["density"], share)
        self.learner.remember(memory)

    def do(self, asked: dict[str, Any], minibatch: BinaryIO) -> dict[str, Any]:
        """Do what a message asks for, and return the answer."""
        if "write" in asked:
            save_file(self.learner.memory(), self.folder / f"{asked['write']}.{self.rank}")
            self.peers.barrier()
            return {"n_bytes": self.exchange.n_bytes}
        cells = read_minibatch(minibatch, asked["shapes"], self.n_regions)
        generator = torch.Generator().manual_seed(asked["seed"])
        try:
            losses = self._losses(asked, cells, generator)
        except FloatingPointError:
            return {"is_finite": False}
        return {"is_finite": True, "losses": losses}

    def _losses(self, asked: dict[str, Any], cells: Any, generator: torch.Generator) -> Losses:
        weight = asked["kl_weight"]
        if asked["lr"] is None:
            return self.learner.judge(cells, kl_weight=weight, generator=generator)
        return self.learner.learn(cells, kl_weight=weight, lr=asked["lr"], generator=generator)


def facts_of(shape: Architecture, plan: TrainingPlan, density: float, n_threads: int) -> str:
    """Return what `Worker` has to know, as it reads it from its folder."""
    facts = {"shape": asdict(shape), "plan": asdict(plan)}
    return json.dumps({**facts, "density": density, "n_threads": n_threads})


def _cut(file: Any, name: str) -> Any:
    """Return a tensor of a file, to be read in part; one without axes is read whole."""
    values = file.get_slice(name)
    return values if values.get_shape() else file.get_tensor(name)


def _messages() -> Iterator[dict[str, Any]]:
    """Yield the messages; when there are no more of them, whatever this process does ends."""
    arrived: SimpleQueue[str] = SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            arrived.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield json.loads(arrived.get())


def main() -> None:
    """Join the others, and do what is asked for until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one decides
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # an answer is never what a library prints
    messages = _messages()
    folder, rank = Path(sys.argv[1]), int(os.environ["RANK"])
    n_processes = int(os.environ["WORLD_SIZE"])
    distributed.init_process_group(
        "gloo",
        init_method=(folder / MEETING).as_uri(),
        rank=rank,
        world_size=n_processes,
        timeout=LONGEST_WAIT,
    )
    worker = Worker(folder, rank, n_processes)
    n_threads = json.loads((folder / FACTS).read_text(encoding="utf-8"))["n_threads"]
    worker.peers.barrier()
    answer: dict[str, Any] = {}
    with threads(n_threads), open(folder / MINIBATCH, "rb", buffering=0) as minibatch:
        while True:
            if rank == 0:
                print(json.dumps(answer), file=answers, flush=True)
            answer = worker.do(next(messages), minibatch)


if __name__ == "__main__":
    main()
