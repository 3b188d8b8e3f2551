"""A short script leaves nothing behind: no warning, no traceback, no aborted process.

What a thread does while Python ends is a matter of chance: ``PEAKVI_FUZZ_ROUNDS=20`` for more runs.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROUNDS = int(os.environ.get("PEAKVI_FUZZ_ROUNDS", "1"))
OPEN = """
from peakvi_widgets.data.simulate import simulate
import peakvi_widgets as pv

session = pv.Session()
session.open(simulate(120, 80, density=0.3, n_types=2, seed=1))
"""
SCRIPTS = {
    "opens": OPEN + "session.wait()",
    "trains and does not wait": OPEN + "session.train('quick', max_epochs=50, batch_size=16)",
    "trains, compares and waits": OPEN
    + "session.wait()\nsession.train('quick', max_epochs=2)\n"
    + "session.idx1 = range(60)\nsession.idx2 = range(60, 120)\nsession.compare(n_samples=50)\n"
    + "session.wait()",
    "leaves a training half way": """
from peakvi_widgets.data.simulate import simulate
from peakvi_widgets.engine.plan import plan_from
import peakvi_widgets as pv

adata = simulate(120, 80, density=0.3, n_types=2, seed=1)
pv.PEAKVI.setup_anndata(adata)
model = pv.PEAKVI(adata)
steps = model.training(plan_from(max_epochs=5))
next(steps)
model.train(max_epochs=5)
tables = model.comparing(range(60), n_samples=500)
next(tables)
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_short_script_says_nothing_even_where_warnings_are_errors(name):
    for _ in range(ROUNDS):
        assert run(SCRIPTS[name]) == (0, "", "")


UNDER_WAY = """import threading, time
from peakvi_widgets import jobs
from peakvi_widgets.jobs import Job, Queue

jobs.LAST_WAIT = 1e9  # whoever waits for what nobody will end waits for ever

def steps():
    try:
        while True:
            time.sleep(0.01)
            yield 1
    finally:
        print("ended")

def next_one():
    raise AssertionError("it began")

queue = Queue(threading.RLock())
again = lambda result, error: queue.submit(Job("next", next_one))
queue.submit(Job("steps", steps, on_end=again))
queue.submit(Job("waiting", next_one))
time.sleep(0.2)"""


def test_what_is_under_way_ends_before_python_does():
    assert run(UNDER_WAY) == (0, "ended\n", "")


NO_THREADS = """import threading
from peakvi_widgets.jobs import Job, Queue

def cannot_start(thread):
    raise RuntimeError("can't create new thread at interpreter shutdown")

# called before that of the jobs: the last that is registered is the first
threading._register_atexit(lambda: setattr(threading.Thread, "start", cannot_start))
begun = threading.Event()

def steps():
    while True:
        begun.set()
        yield 1

def saving(name):
    yield name
    return name

def save(name):
    kept = {"on_steps": print, "on_end": lambda name, error: print("saved", name)}
    return Job("save", lambda: saving(name), **kept)

queue, other = [Queue(threading.RLock(), keeping={"save"}) for _ in range(2)]
both = lambda result, error: (queue.submit(save("a")), other.submit(save("b")))
queue.submit(Job("steps", steps, on_end=both))
begun.wait()"""


def test_what_is_kept_is_done_where_python_starts_no_threads_any_more():
    code, out, errors = run(NO_THREADS)
    assert (code, errors) == (0, "")
    assert sorted(out.splitlines()) == ["['a']", "['b']", "saved a", "saved b"]


AT_THE_END = """import threading, weakref
from peakvi_widgets.jobs import Job, Queue

class Library:
    pass

kept, begun = [], threading.Event()

def steps():
    try:
        while True:
            begun.set()
            yield 1
    finally:  # as PyTorch does when it is imported
        kept.append(Library())
        weakref.finalize(kept[0], print, "finalized")

queue = Queue(threading.RLock())
queue.submit(Job("steps", steps))
begun.wait()"""


def test_what_ends_with_python_is_finalized_before_it_is_half_gone():
    assert run(AT_THE_END) == (0, "finalized\n", "")


def run(code):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr
