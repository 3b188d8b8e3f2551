"""Linear algebra by one thread: the same bits whatever number of threads BLAS has."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from peakvi_widgets.engine.blas import one_blas_thread

# what a session computes by BLAS: dimensions, start, preview and a comparison
PROGRAM = """
import hashlib
import numpy as np
from peakvi_widgets import PEAKVI
from peakvi_widgets.data.simulate import simulate
adata = simulate(1500, 4000, density=0.1, n_types=3, seed=0)
PEAKVI.setup_anndata(adata, held_out=0.2)
model = PEAKVI(adata)
model.train(preset="quick", max_epochs=1)
table = model.differential_accessibility(groupby="cell_type", group1="type_1", check=True)
parts = [model.dimensions.values, model.get_preview().places, model.get_latent_representation()]
parts += [table[name].to_numpy(float) for name in ("prob_da", "effect_size", "held_out_p")]
for part in parts:
    print(hashlib.sha256(np.ascontiguousarray(part).tobytes()).hexdigest())
"""


MANY = 2


@pytest.fixture(autouse=True)
def many_threads():
    """On a machine with one core, too, there is something to limit."""
    np.eye(3) @ np.eye(3)
    with threadpool_limits(MANY, user_api="blas"):
        yield


def n_threads():
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_limit_is_lifted_when_the_last_has_ended():
    first, second = one_blas_thread(), one_blas_thread()
    first.__enter__()
    second.__enter__()
    assert n_threads() == {1}
    first.__exit__(None, None, None)
    assert n_threads() == {1}
    second.__exit__(None, None, None)
    assert n_threads() == {MANY}


def test_limit_is_lifted_after_an_error():
    with pytest.raises(ValueError, match="no"), one_blas_thread():
        raise ValueError("no")
    assert n_threads() == {MANY}


@pytest.mark.parametrize("last", ["this thread", "another"])
def test_any_thread_can_set_and_lift_it(last):
    """Also after this thread, which lives on, has set and lifted it."""
    with one_blas_thread():
        pass
    before, seen, held = n_threads(), [], one_blas_thread()
    if last == "this thread":  # the other one begins, and ends before this one
        held.__enter__()

    def other():
        with one_blas_thread():
            seen.append(n_threads())
        seen.append(n_threads())

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    if last == "this thread":
        held.__exit__(None, None, None)
    assert seen == [{1}, {1} if last == "this thread" else before]
    assert n_threads() == before == {MANY}


@pytest.mark.slow
def test_results_are_the_same_bits_for_any_number_of_threads():
    found = []
    for n in ("1", "2"):
        threads = {"OPENBLAS_NUM_THREADS": n, "MKL_NUM_THREADS": n}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, **threads},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        found.append(done.stdout.split())
    assert len(found[0]) == 6
    assert found[0] == found[1]
