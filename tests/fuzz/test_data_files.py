"""Whatever a file holds: one sentence or the right counts, with little memory and nothing left.

``make fuzz`` damages more files (``PEAKVI_FUZZ_ROUNDS`` times those of ``make test``). For the
outcomes of other code or files, run
``python -m tests.fuzz.test_data_files ROUNDS [FOLDER_OF_THAT_CODE [NUMBER_OF_THE_FIRST_FILE]]``.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.fuzz.hostile_files import damaged, write_seeds

ROUNDS = int(os.environ.get("PEAKVI_FUZZ_ROUNDS", "1"))
PER_ROUND = 100
# The seeds take less than a megabyte each. Pieces of the text of a matrix, blocks of a few million
# values and the memory that libraries keep come on top of twice that, whatever the file.
MEMORY = 150_000_000
HERE = Path(__file__).parent


class Worker:
    """The process that reads; a new one where the last one died.

    Parameters
    ----------
    seeds
        Good files, read first.
    code
        Folder that holds the package.
    script
        What reads; a file beside this one.
    """

    def __init__(self, seeds: list[Path], code: Path, script: str = "read_worker.py") -> None:
        self._seeds, self._code, self._script = seeds, code, script
        self._folder = TemporaryDirectory(prefix="peakvi-fuzz-")
        self._process: subprocess.Popen[str] | None = None

    def read(self, path: Path) -> dict[str, object]:
        """Return the outcome of reading a file."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, str(HERE / self._script), *map(str, self._seeds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=self._folder.name,
                env={**os.environ, "PYTHONPATH": str(self._code), "TMPDIR": self._folder.name,
                     "OMP_NUM_THREADS": "1"},
                text=True,
            )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        code = self._end()
        return {"outcome": "died", "text": f"exit status {code}", "memory": 0}

    def close(self) -> None:
        """End the process."""
        self._end()
        self._folder.cleanup()

    def _end(self) -> int:
        if self._process is None:
            return 0
        with self._process as process:  # closes its pipes and waits
            self._process = None
        return process.returncode


def outcomes(folder: Path, n_files: int, code: Path = HERE.parent.parent, first: int = 0):
    """Damage files, read them; yield what was done and what came of it."""
    (folder / "seeds").mkdir()
    seeds = write_seeds(folder / "seeds")
    worker = Worker(list(seeds.values()), code)
    try:
        for number in range(first, first + n_files):
            rng = random.Random(number)
            name = sorted(seeds)[number % len(seeds)]
            target = folder / f"damaged{seeds[name].suffix}"
            done = f"{number} {name}: {damaged(seeds[name], target, rng)}"
            yield done, worker.read(target)
            shutil.rmtree(target) if target.is_dir() else target.unlink()
    finally:
        worker.close()


@pytest.mark.slow
@pytest.mark.timeout(0 if ROUNDS > 1 else 600)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the memory")
def test_damaged_files_are_refused_or_read_rightly(tmp_path):
    counted: Counter[str] = Counter()
    bad = []
    for done, answer in outcomes(tmp_path, PER_ROUND * ROUNDS):
        counted[str(answer["outcome"])] += 1
        if answer["outcome"] not in ("read", "refused") or int(str(answer["memory"])) > MEMORY:
            bad.append(f"{done} -> {answer}")
    assert not bad, "\n".join(bad)
    assert counted["refused"] > counted.total() / 4
    assert counted["read"] > counted.total() / 20


def main() -> None:
    """Print the outcomes of some rounds, perhaps of other code."""
    rounds, code = int(sys.argv[1]), Path(*sys.argv[2:3] or [HERE.parent.parent]).resolve()
    first = int((sys.argv[3:4] or ["0"])[0])
    counted: Counter[str] = Counter()
    most = 0
    with TemporaryDirectory() as folder:
        for done, answer in outcomes(Path(folder), PER_ROUND * rounds, code, first):
            memory = int(str(answer["memory"]))
            heavy = memory > MEMORY
            most = max(most, memory)
            counted[str(answer["outcome"])] += 1
            counted["too much memory"] += heavy
            if answer["outcome"] not in ("read", "refused") or heavy:
                print(f"{done} -> {answer}", flush=True)
    print(dict(counted), f"most memory {most / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
