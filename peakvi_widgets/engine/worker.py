"""A process that learns some of the regions: ``python -m peakvi_widgets.engine.worker FOLDER``.

`worker_group` starts as many as a training has, with ``RANK`` and ``WORLD_SIZE`` in the
environment. Each line of standard input is a message in JSON that says what to do; all of them do
it, and the first one answers by a line on standard output. When the input ends, so do they.

The processes of one machine read what is large from the folder. Those of other machines receive all
of it, the messages too, from the first process.
"""

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, distributed

from .architecture import Architecture
from .cells import Minibatch
from .exchange import Chain
from .fast_learner import FastLearner, stripes
from .learner import Losses
from .minibatch_file import empty_minibatch, read_minibatch, tensors_of
from .module import PeakVAE, initialise
from .peers import Peers, end
from .plan import TrainingPlan
from .region_share import Share, dealt, part_of, resized, shape_of
from .threads import threads

FACTS, MEMORY, MINIBATCH, MEETING = "facts.json", "memory.safetensors", "minibatch", "meeting"
LONGEST_WAIT = timedelta(days=30)  # of one process for the others; a lost one is noticed at once
END = {"end": True}
N_LOOKS, SECONDS_BETWEEN = 20, 0.05  # whether the process that started this one is gone


class Worker:
    """What one process knows of a training.

    Parameters
    ----------
    folder
        Where `worker_group` puts what is to be learned, and where this process puts what it has
        learned.
    peers
        All processes, of which this is one.
    facts
        What `facts_of` returned.
    """

    def __init__(self, folder: Path, peers: Peers, facts: dict[str, Any]) -> None:
        self.folder, self.peers = folder, peers
        sizes = facts["shape"]
        shape = Architecture(**{**sizes, "n_categories": tuple(sizes["n_categories"])})
        self.n_regions = shape.n_regions
        self.exchange = Chain(peers, peers.rank, peers.n_processes)
        self.runs = dealt(stripes(shape.n_regions), peers.n_processes)
        share = Share(self.runs[peers.rank], self.exchange)
        part = initialise(PeakVAE(shape_of(shape, share.regions)), seed=0)
        plan = TrainingPlan(**facts["plan"])
        self.learner = FastLearner(part, plan, facts["density"], share)
        self.learner.remember(self._received())

    def do(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Do what a message asks for, and return the answer."""
        if "write" in asked:
            self._write(asked["write"])
            return {"n_bytes": self.exchange.n_bytes}
        cells = self._minibatch(asked["shapes"])
        generator = torch.Generator().manual_seed(asked["seed"])
        try:
            losses = self._losses(asked, cells, generator)
        except FloatingPointError:
            return {"is_finite": False}
        return {"is_finite": True, "losses": losses}

    def _losses(self, asked: dict[str, Any], cells: Minibatch, generator: Any) -> Losses:
        weight = asked["kl_weight"]
        if asked["lr"] is None:
            return self.learner.judge(cells, kl_weight=weight, generator=generator)
        return self.learner.learn(cells, kl_weight=weight, lr=asked["lr"], generator=generator)

    def _minibatch(self, shapes: dict[str, list[int]]) -> Minibatch:
        if self.peers.rank == 0 or self.peers.are_all_near:
            cells = read_minibatch(self.folder / MINIBATCH, shapes, self.n_regions)
        else:
            cells = empty_minibatch(shapes, self.n_regions)
        if not self.peers.are_all_near:
            for tensor in tensors_of(cells):
                self.peers.broadcast(tensor, 0)
        return cells

    def _received(self) -> dict[str, Tensor]:
        """Return what this process has to remember; the first one sends it to those far away."""
        if not self.peers.is_near:
            memory = self.learner.memory()
            for name in sorted(memory):
                self.peers.recv(memory[name], 0)
            return memory
        with safe_open(self.folder / MEMORY, "pt") as file:
            names = sorted(file.keys())
            for other in self.peers.far if self.peers.rank == 0 else ():
                for name in names:
                    self.peers.send(self._part(file, name, other).contiguous(), other)
            return {name: self._part(file, name, self.peers.rank) for name in names}

    def _part(self, file: Any, name: str, rank: int) -> Tensor:
        """Return the part of a tensor in a file that belongs to one of the processes."""
        run, values = self.runs[rank], file.get_slice(name)
        if not values.get_shape():
            values = file.get_tensor(name)
        return part_of(name, values, slice(run[0].start, run[-1].stop), self.n_regions)

    def _write(self, name: str) -> None:
        """Write what each process knows into the folder of the first one."""
        memory = self.learner.memory()
        if self.peers.is_near:
            save_file(memory, self.folder / f"{name}.{self.peers.rank}")
        else:
            for key in sorted(memory):
                self.peers.send(memory[key], 0)
        if self.peers.rank == 0:
            for other in self.peers.far:
                save_file(self._of(other, memory), self.folder / f"{name}.{other}")
        self.peers.barrier()

    def _of(self, other: int, own: dict[str, Tensor]) -> dict[str, Tensor]:
        """Receive what another process knows, given what this one knows."""
        run, mine = self.runs[other], self.runs[0]
        more = (run[-1].stop - run[0].start) - (mine[-1].stop - mine[0].start)
        found = {}
        for name in sorted(own):
            found[name] = resized(name, own[name], more)
            self.peers.recv(found[name], other)
        return found


def facts_of(shape: Architecture, plan: TrainingPlan, density: float, n_threads: int) -> str:
    """Return what `Worker` has to know, as text."""
    facts = {"shape": asdict(shape), "plan": asdict(plan)}
    return json.dumps({**facts, "density": density, "n_threads": n_threads})


def _lines(folder: Path) -> Callable[[], str]:
    """Return what waits for the next line of input; at its end, this process ends at once.

    If the process that started this one was killed, the folder is removed in its place.
    """
    arrived: SimpleQueue[str] = SimpleQueue()
    parent = os.getppid()

    def read() -> None:
        for line in sys.stdin:
            arrived.put(line)
        for _ in range(N_LOOKS):  # its pipes are closed a moment before it is gone
            if os.getppid() != parent:
                shutil.rmtree(folder, ignore_errors=True)
                break
            time.sleep(SECONDS_BETWEEN)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return arrived.get


def _messages(peers: Peers, next_line: Callable[[], str]) -> Iterator[dict[str, Any]]:
    """Yield what is to be done, until the end."""
    while True:
        line = next_line() if peers.rank == 0 or peers.are_all_near else None
        message = json.loads(line if line and peers.are_all_near else peers.shared(line))
        if message == END:
            return
        yield message


def _meet(folder: Path) -> Peers:
    """Find the other processes."""
    environment = os.environ
    rank, n = int(environment["RANK"]), int(environment["WORLD_SIZE"])
    n_near = int(environment["LOCAL_WORLD_SIZE"])
    # on one machine by a file, since another user could reach a port
    meeting = (folder / MEETING).as_uri() if n == n_near else "env://"
    distributed.init_process_group(
        "gloo", init_method=meeting, rank=rank, world_size=n, timeout=LONGEST_WAIT
    )
    peers = Peers(rank, n, n_near)
    own = f"PyTorch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}"
    first = peers.shared(own)
    if own != first:
        sys.exit(f"this machine computes with {own}, but the first one with {first}")
    return peers


def main() -> None:
    """Join the others, and do what is asked for until the end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one decides
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # an answer is never what a library prints
    folder = Path(sys.argv[1])
    next_line = _lines(folder)
    peers = _meet(folder)
    text = (folder / FACTS).read_text(encoding="utf-8") if peers.rank == 0 else None
    facts = json.loads(peers.shared(text))
    worker = Worker(folder, peers, facts)
    peers.barrier()

    def answer(found: dict[str, Any]) -> None:
        if peers.rank == 0:
            print(json.dumps(found), file=answers, flush=True)

    with threads(facts["n_threads"]):
        answer({})
        for message in _messages(peers, next_line):
            answer(worker.do(message))
    peers.leave()
    end(0)


if __name__ == "__main__":
    main()
