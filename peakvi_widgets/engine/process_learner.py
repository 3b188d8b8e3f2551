"""A learner whose weights lie in several processes, each with some of the regions."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import BinaryIO

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Generator, Tensor

from ..errors import DataError
from ..files import reason, short
from .cells import Minibatch
from .compiling import IS_COMPILED
from .fast_learner import FastLearner, stripes
from .learner import Losses, device_of
from .machines import machines
from .metrics import Waiting
from .minibatch_file import write_minibatch
from .module import PeakVAE
from .plan import TrainingPlan
from .region_share import dealt, joined
from .threads import default_threads
from .training_state import TrainingState, fresh_totals
from .worker import FACTS, MEMORY, MINIBATCH, facts_of
from .worker_group import MinibatchLostError, ProcessLostError, WorkerGroup

SECONDS_BETWEEN = 0.1  # two looks whether the processes are ready: so soon is a stop noticed


class ProcessLearner:
    """Learns as `FastLearner` does, to the last bit, in several processes.

    Parameters
    ----------
    group
        The processes; `start` starts them.
    learner
        What they begin with; it is not changed.
    density
        As for `FastLearner`.
    """

    device = torch.device("cpu")

    def __init__(self, group: WorkerGroup, learner: FastLearner, density: float) -> None:
        shape, plan = learner.model.shape, learner.plan
        self.group, self.folder = group, group.folder
        self.runs = [
            slice(run[0].start, run[-1].stop)
            for run in dealt(stripes(shape.n_regions), group.n_processes)
        ]
        n_threads = plan.n_threads or max(1, default_threads() // group.n)
        facts = facts_of(shape, plan, density, n_threads)
        try:
            (self.folder / FACTS).write_text(facts, encoding="utf-8")
            save_file(learner.memory(), self.folder / MEMORY)
            (self.folder / MINIBATCH).touch()
        except (OSError, SafetensorError) as error:
            raise DataError(
                "What the processes have to know does not fit into the temporary folder "
                f"{short(self.folder.parent)}; make room, or set TMPDIR to another. "
                f"({reason(error)})"
            ) from error
        self._n_learned, self._written, self.kept = 0, -1, -1
        self._minibatch: BinaryIO | None = None
        self._writing = threading.Lock()

    def start(self) -> Iterator[Waiting]:
        """Start the processes; yields again and again until they can learn."""
        self.group.start()
        while not self.group.is_ready(SECONDS_BETWEEN):
            yield Waiting(self.group.waits_for)
        path = self.folder / MINIBATCH
        self._minibatch = open(path, "wb", buffering=0)  # noqa: SIM115 - `close` closes it
        with suppress(OSError):  # where files that were open a moment ago cannot be removed
            (self.folder / MEMORY).unlink()

    def learn(
        self, cells: Minibatch, *, kl_weight: float, lr: float, generator: Generator
    ) -> Losses:
        """Take one step of AdamW on a minibatch."""
        self._n_learned += 1
        return self._losses(cells, kl_weight, lr, generator)

    def judge(self, cells: Minibatch, *, kl_weight: float, generator: Generator) -> Losses:
        """Compute the losses of a minibatch with a sampled latent, without learning."""
        return self._losses(cells, kl_weight, None, generator)

    def copy_to(self, model: PeakVAE) -> None:
        """Put the present weights into a network of the same shape."""
        names = [f"weights.{name}" for name in model.state_dict()]
        parts = []
        for path in self._parts(self.write()):
            with safe_open(path, "pt") as file:
                parts.append({name: file.get_tensor(name) for name in names})
        weights = joined(parts, self.runs)
        model.load_state_dict({name.removeprefix("weights."): weights[name] for name in names})

    def memory(self) -> dict[str, Tensor]:
        """Return a copy of the present weights and of what AdamW knows of them."""
        return self.read(self.write())

    def write(self) -> int:
        """Let each process write what it knows; return the number of steps that it is of."""
        with self._writing:  # between two steps, several threads may read the weights
            if self._written != self._n_learned:
                before = self._written
                self.group.ask({"write": str(self._n_learned)})
                self._written = self._n_learned
                if before != self.kept:
                    self._drop(before)
            return self._written

    def keep(self) -> None:
        """Keep on disk what is known now, and no longer what was kept before."""
        before, self.kept = self.kept, self.write()
        if before != self.kept:
            self._drop(before)

    def read(self, n_learned: int) -> dict[str, Tensor]:
        """Return what `write` has written."""
        return joined([load_file(path) for path in self._parts(n_learned)], self.runs)

    def close(self) -> None:
        """Close the file of the minibatches."""
        if self._minibatch:
            self._minibatch.close()

    def _losses(
        self, cells: Minibatch, kl_weight: float, lr: float | None, generator: Generator
    ) -> Losses:
        assert self._minibatch is not None
        try:
            shapes, seed = write_minibatch(self._minibatch, cells), generator.initial_seed()
        except OSError as error:
            why = reason(error) if error.errno else "not all of it was written"
            folder = short(self.folder.parent)
            raise MinibatchLostError(
                f"A minibatch did not fit into the temporary folder {folder} ({why})"
            ) from error
        asked = {"shapes": shapes, "seed": seed, "kl_weight": kl_weight, "lr": lr}
        answer = self.group.ask(asked)
        if not answer["is_finite"]:
            raise FloatingPointError("the loss is not finite")
        return Losses(*answer["losses"])

    def _parts(self, n_learned: int) -> list[Path]:
        return [self.folder / f"{n_learned}.{rank}" for rank in range(self.group.n_processes)]

    def _drop(self, n_learned: int) -> None:
        for path in self._parts(n_learned):
            path.unlink(missing_ok=True)


class Processes:
    """The processes of a training in progress, and the training as it was after an epoch.

    Parameters
    ----------
    learner
        That of the training.
    state
        Its state, which is followed.
    renewed
        Makes a learner of this process, without memory.
    """

    def __init__(
        self, learner: ProcessLearner, state: TrainingState, renewed: Callable[[], FastLearner]
    ) -> None:
        self.learner, self.state, self._renewed = learner, state, renewed
        self._kept: TrainingState | None = None

    def start(self) -> Iterator[Waiting]:
        """Start the processes; yields again and again until they learn instead of this one."""
        yield from self.learner.start()
        self.state.learner = self.learner

    def keep(self) -> None:
        """Keep what is known now, at the end of an epoch, for the case that a process is lost."""
        self.learner.keep()
        self._kept = replace(
            self.state, totals=fresh_totals(), history=list(self.state.history), learner=None
        )

    def go_back(self) -> bool:
        """Set the training back to what was kept; return whether there was anything.

        It can then go on in this process, or in others.
        """
        if self._kept is None:
            return False
        for field in fields(TrainingState):
            setattr(self.state, field.name, getattr(self._kept, field.name))
        self._come_home(self.learner.read(self.learner.kept))
        return True

    def end(self) -> None:
        """Bring what has been learned to this process, unless it is useless."""
        if self.state.learner is not self.learner:
            return
        try:
            memory = self.learner.memory()
        except ProcessLostError:
            self.state.learner = None
            self.go_back()
            raise
        self._come_home(memory)

    def _come_home(self, memory: dict[str, Tensor]) -> None:
        learner = self._renewed()
        learner.remember(memory)
        self.state.learner = learner


@contextmanager
def in_processes(
    model: PeakVAE, plan: TrainingPlan, state: TrainingState, density: float
) -> Iterator[Processes | None]:
    """Open the processes that a plan asks for, which can be started; None for one process.

    Parameters
    ----------
    model, plan
        What is trained, and how: a complete plan.
    state
        Of the training, whose learner is replaced while they learn.
    density
        As for `FastLearner`.
    """
    group_of = machines()
    if plan.devices * group_of.n == 1:
        yield None
        return
    assert isinstance(state.learner, FastLearner)
    with WorkerGroup(plan.devices, group_of) as group, ExitStack() as closing:
        learner = ProcessLearner(group, state.learner, density)
        closing.callback(learner.close)
        processes = Processes(learner, state, lambda: FastLearner(model, plan, density))
        try:
            yield processes
        finally:
            processes.end()


def check_devices(model: PeakVAE, plan: TrainingPlan) -> None:
    """Raise if a network cannot be trained in as many processes as a plan asks for.

    Raises
    ------
    DataError
        The text says why.
    """
    together = machines()
    n = plan.devices * together.n
    if n == 1:
        return
    if together.number:
        raise DataError("The first machine trains; on the others, run peakvi-widgets train.")
    if model.reference is not None:
        raise DataError("A reference learns new categories in one process; leave devices at 1.")
    if not IS_COMPILED or device_of(plan).type != "cpu":
        raise DataError(
            "Several processes learn with compiled code on the CPU; pass device='cpu', or leave "
            "devices at 1."
        )
    most = len(stripes(model.shape.n_regions))
    if n > most:
        raise DataError(
            f"{n} processes are too many: {model.shape.n_regions:,} regions can be divided among "
            f"{most} at most."
        )
