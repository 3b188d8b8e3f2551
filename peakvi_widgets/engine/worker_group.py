"""The processes that learn together: start them, ask them, and end them, whatever happens.

They are new processes of Python, never copies of this one. They read from a folder of their own
that no other user may open, and end when their input does: when the training ends, or when this
process does in any way.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO, Any, Self

from ..errors import StageError
from ..files import reason
from .machines import Machines, machines
from .metrics import EndReason
from .peers import LOST
from .training_folder import TrainingFolder
from .worker import END

SECONDS_TO_END = 5.0  # then it is killed
MODULE, PACKAGE = "peakvi_widgets.engine.worker", Path(__file__).resolve().parents[2]


class ProcessLostError(StageError):
    """One of the processes that learn together has ended before its time."""

    reason: EndReason = "process_lost"


class MinibatchLostError(ProcessLostError):
    """The processes that learn together could not be given a minibatch."""

    reason = "minibatch_lost"


class WorkerGroup:
    """Processes that learn together, and their folder.

    Parameters
    ----------
    n
        How many on this machine; `start` or `join` starts them.
    machines
        The machines on which there are as many.
    """

    def __init__(self, n: int, machines: Machines) -> None:
        self.n, self.machines = n, machines
        self.n_processes, self.first = n * machines.n, n * machines.number
        self._own_folder = TrainingFolder()
        self.folder = self._own_folder.path
        self._workers: list[subprocess.Popen[str]] = []
        self._arrived: SimpleQueue[tuple[int, str]] = SimpleQueue()
        self._lock = threading.Lock()
        self._killed: set[int] = set()  # by this process
        self._lost: str | None = None
        self._is_ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if not (self._is_ready or self._lost or self.machines.number):
            self._kill(range(len(self._workers)))  # they start, and have nothing to lose
        self._end()
        self._own_folder.remove()

    @property
    def waits_for(self) -> str:
        """What `is_ready` waits for, in a few words."""
        n = self.machines.n - 1
        if not n:
            return f"starting {self.n} processes"
        return f"waiting for {n} other machine{'s' * (n > 1)} at {self.machines.address}"

    def is_ready(self, seconds: float) -> bool:
        """Wait for a time; return whether each has met the others and knows what is to be learned.

        Raises
        ------
        ProcessLostError
            One could not.
        """
        with self._lock, suppress(Empty):
            self._answer(seconds)
            self._is_ready = True
        return self._is_ready

    def join(self) -> None:
        """Start them where another machine is the first, and wait until its training has ended.

        Raises
        ------
        ProcessLostError
            One of them has ended before.
        """
        try:
            self.start()
        except ProcessLostError as error:
            raise ProcessLostError(f"{error}.") from error
        for _ in self._workers:
            rank, _line = self._arrived.get()
            if self._workers[rank].wait():
                raise ProcessLostError(f"{self._why_lost(rank)}.")

    def start(self) -> None:
        """Start them, and do not wait.

        Raises
        ------
        ProcessLostError
            The system has no room for one of them.
        """
        for rank in range(self.n):
            try:
                worker = self._started(rank)
            except OSError as error:
                raise ProcessLostError(
                    f"{self._name(rank)} cannot be started ({reason(error)})"
                ) from error
            self._workers.append(worker)
            assert worker.stdout is not None
            threading.Thread(target=self._listen, args=(rank, worker.stdout), daemon=True).start()

    def _started(self, rank: int) -> subprocess.Popen[str]:
        with open(self._log(rank), "wb") as log:
            return subprocess.Popen(
                # -P: no file of the working directory is taken for a module
                [sys.executable, "-P", "-m", MODULE, str(self.folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment(rank),
                text=True,
                encoding="utf-8",
                start_new_session=True,  # Ctrl-C in a terminal is for this process alone
            )

    def ask(self, message: dict[str, Any]) -> dict[str, Any]:
        """Let all of them do something, and return the answer of the first one.

        Raises
        ------
        ProcessLostError
            One of them has ended.
        """
        with self._lock:
            if self._lost:
                raise ProcessLostError(self._lost)
            try:
                self._send(json.dumps(message) + "\n")
                return self._answer()
            except BaseException:  # the next answer would be that to this message
                self._lost = self._lost or "The processes of the training were interrupted"
                raise

    def _send(self, line: str) -> None:
        for worker in self._workers:
            assert worker.stdin is not None
            try:
                worker.stdin.write(line)
                worker.stdin.flush()
            except OSError:  # it has ended, which `_answer` notices
                return

    def _answer(self, seconds: float | None = None) -> dict[str, Any]:
        rank, line = self._arrived.get(timeout=seconds)
        if not line:
            self._lost = self._why_lost(rank)
            raise ProcessLostError(self._lost)
        found: dict[str, Any] = json.loads(line)
        return found

    def _listen(self, rank: int, answers: IO[str]) -> None:
        with answers:
            for line in answers:
                self._arrived.put((rank, line))
        self._arrived.put((rank, ""))

    def _why_lost(self, rank: int) -> str:
        """Say which process ended first, and why; the others are ended."""
        self._workers[rank].wait()
        self._end()
        codes = [worker.returncode for worker in self._workers]
        suspects = [i for i in range(self.n) if i not in self._killed]
        first = next((i for i in suspects if codes[i] not in (0, LOST)), None)
        if first is None and self.machines.n > 1:
            return "Another machine of the training was lost"
        first = rank if first is None else first
        return f"{self._name(first)} {self._how(first, codes[first])}"

    def _name(self, rank: int) -> str:
        return f"Process {self.first + rank + 1} of {self.n_processes} of the training"

    def _how(self, rank: int, code: int) -> str:
        if code < 0:
            name = signal.Signals(-code).name
            return f"was killed ({name}), perhaps because there was not enough memory"
        lines = self._log(rank).read_text(encoding="utf-8", errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), f"code {code}")
        return f"ended ({last.rstrip('.')})"

    def _end(self) -> None:
        """End those that still run: by a message, by the end of their input, or by force."""
        if self._workers and not self._lost and not self.machines.number:
            self._send(json.dumps(END) + "\n")
            self._still_running()
        for worker in self._workers:
            assert worker.stdin is not None
            with suppress(OSError):
                worker.stdin.close()
        self._kill(self._still_running())

    def _kill(self, ranks: Collection[int]) -> None:
        self._killed.update(ranks)
        for rank in ranks:
            self._workers[rank].kill()
            self._workers[rank].wait()

    def _still_running(self) -> list[int]:
        """Give them time to end; return those that have not."""
        running = []
        for rank, worker in enumerate(self._workers):
            try:
                worker.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                running.append(rank)
        return running

    def _environment(self, rank: int) -> dict[str, str]:
        """Return the variables of a worker, named as torchrun does."""
        path = os.pathsep.join(filter(None, [str(PACKAGE), os.environ.get("PYTHONPATH")]))
        own = {
            "RANK": str(self.first + rank),
            "WORLD_SIZE": str(self.n_processes),
            "LOCAL_WORLD_SIZE": str(self.n),
            "PYTHONPATH": path,
        }
        inside = {name for _, name in socket.if_nameindex()} & {"lo", "lo0"}
        if self.machines.is_here and inside:  # nothing listens to the network
            own["GLOO_SOCKET_IFNAME"] = min(inside)
        return {**os.environ, **own}

    def _log(self, rank: int) -> Path:
        return self.folder / f"errors.{rank}"


def learn_for_the_first_machine(n: int) -> None:
    """Let ``n`` processes of this machine learn until the training of the first one has ended.

    Raises
    ------
    ProcessLostError
        One of them has ended before, or the first machine was lost.
    DataError
        The environment does not say which machines these are.
    """
    with WorkerGroup(n, machines()) as group:
        group.join()
