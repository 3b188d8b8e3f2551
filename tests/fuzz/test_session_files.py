"""Whatever a session file or model folder holds: one sentence, or a session that can be used.

``make fuzz`` damages more files (``PEAKVI_FUZZ_ROUNDS`` times those of ``make test``); ``python -m
tests.fuzz.test_session_files ROUNDS`` prints what came of them.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import zipfile
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.fuzz.hostile_sessions import damage
from tests.fuzz.test_data_files import MEMORY, Worker

ROUNDS = int(os.environ.get("PEAKVI_FUZZ_ROUNDS", "1"))
PER_ROUND = 30
HERE = Path(__file__).parent
OLD = HERE.parent / "session" / "data"


def write_seeds(folder: Path) -> dict[str, Path]:
    """Write session files of this version beside those of an earlier one, and a model."""
    from peakvi_widgets.session import Session

    seeds = {}
    for name in ("trained", "filtered"):
        seeds[f"old {name}"] = shutil.copy(OLD / f"{name}_v1.peakvi", folder / f"old_{name}.peakvi")
        session = Session(seeds[f"old {name}"])
        session.wait()
        seeds[name] = folder / f"{name}.peakvi"
        session.save(seeds[name])
        session.wait()
    with zipfile.ZipFile(seeds["trained"]) as file:
        file.extractall(folder / "parts", [n for n in file.namelist() if n.startswith("model/")])
    seeds["model"] = folder / "parts" / "model"
    return {name: Path(path) for name, path in seeds.items()}


def outcomes(folder: Path, n_files: int, code: Path = HERE.parent.parent, first: int = 0):
    """Damage files, open them; yield what was done and what came of it."""
    (folder / "seeds").mkdir()
    seeds = write_seeds(folder / "seeds")
    worker = Worker([seeds["trained"]], code, "session_worker.py")
    try:
        for number in range(first, first + n_files):
            rng = random.Random(number)
            name = sorted(seeds)[number % len(seeds)]
            target = folder / f"damaged{seeds[name].suffix}"
            done = f"{number} {name}: {damage(seeds[name], target, rng)}"
            yield done, worker.read(target)
            shutil.rmtree(target) if target.is_dir() else target.unlink()
    finally:
        worker.close()


@pytest.mark.slow
@pytest.mark.timeout(0 if ROUNDS > 1 else 600)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the memory")
def test_damaged_sessions_are_refused_or_can_be_used(tmp_path):
    counted: Counter[str] = Counter()
    bad = []
    for done, answer in outcomes(tmp_path, PER_ROUND * ROUNDS):
        counted[str(answer["outcome"])] += 1
        if answer["outcome"] not in ("read", "refused") or int(str(answer["memory"])) > MEMORY:
            bad.append(f"{done} -> {answer}")
    assert not bad, "\n".join(bad)
    assert counted["refused"] > counted.total() / 4


def main() -> None:
    """Print the outcomes of some rounds, perhaps not from the first one on."""
    counted: Counter[str] = Counter()
    most = 0
    n_files, first = (int(text) * PER_ROUND for text in (*sys.argv[1:], "0")[:2])
    with TemporaryDirectory() as folder:
        for done, answer in outcomes(Path(folder), n_files, first=first):
            memory = int(str(answer["memory"]))
            most = max(most, memory)
            counted[str(answer["outcome"])] += 1
            if answer["outcome"] not in ("read", "refused") or memory > MEMORY:
                print(f"{done} -> {answer}", flush=True)
    print(dict(counted), f"most memory {most / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
