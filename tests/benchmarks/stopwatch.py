"""What both sides of a benchmark share: a stopwatch, and answering over a pipe. No packages."""

import json
import sys
import threading
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


def own_memory() -> int:
    """Return the bytes that this process cannot give back: without the pages of files. Linux."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0]) * 1024


class MemoryWatch:
    """The most own memory at any time since the last look, seen every 20 ms."""

    def __init__(self) -> None:
        self.most = 0
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            self.most = max(self.most, own_memory())
            time.sleep(0.02)

    def since(self) -> int:
        """Return the most since the last call."""
        most, self.most = max(self.most, own_memory()), 0
        return most


def serve(side: Any) -> None:
    """Do what each line of standard input names, and answer with a line of JSON."""
    memory = MemoryWatch()
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        watch = getattr(side, name)(*arguments)
        laps = {"wall": watch.wall, "cpu": watch.cpu, "losses": watch.losses} if watch else {}
        print(
            "answer", json.dumps({**laps, "peak": peak(), "own": memory.since() / 1e9}), flush=True
        )
