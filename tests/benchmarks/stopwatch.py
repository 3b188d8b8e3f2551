"""What both sides of a benchmark share: a stopwatch, and answering over a pipe. No packages."""

import json
import sys
import time
from pathlib import Path
from typing import Any, Self


class Stopwatch:
    """Laps of wall time and of CPU time over all threads, in seconds."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.cpu: list[float] = []
        self.losses: list[float] = []  # one an epoch, where that is what is measured
        self.start()

    def start(self) -> None:
        """Begin a lap."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def lap(self) -> Self:
        """End a lap and begin the next."""
        self.wall.append(time.perf_counter() - self._wall)
        self.cpu.append(time.process_time() - self._cpu)
        self.start()
        return self

    def __len__(self) -> int:
        return len(self.wall)


def peak() -> float:
    """Return the largest memory this process has held, in GB.

    ``getrusage`` would count what the parent held before this program took its place.
    """
    status = Path("/proc/self/status").read_text()
    kib = next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]
    return int(kib) * 1024 / 1e9


def serve(side: Any) -> None:
    """Do what each line of standard input names, and answer with a line of JSON."""
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        watch = getattr(side, name)(*arguments)
        laps = {"wall": watch.wall, "cpu": watch.cpu, "losses": watch.losses} if watch else {}
        print("answer", json.dumps({**laps, "peak": peak()}), flush=True)
