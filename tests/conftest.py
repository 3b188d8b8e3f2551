"""What all tests share: the real data, and which tests run where.

A fixture decides a test's marker: who asks for ``shared_data`` is ``shared``, who asks for the
browser is ``e2e``. So no test can forget its own.
"""

import os
import subprocess
import sys
import threading
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test fails because the machine is slow.
settings.register_profile("any", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("any"), max_examples=20)
settings.load_profile("any")

if "PYTEST_XDIST_WORKER" in os.environ:
    # Each worker is a core's worth; more OpenMP threads than cores collapse at their barriers.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
NUMBERS = count()
DESELECTED = pytest.StashKey[int]()
DEFAULTS = {
    "seed": 0, "held_out": 0.2, "progress": True, "memory": "", "cache_limit": "100 GB",
}  # fmt: skip
TIMEOUT = 60  # seconds; only a broken session takes as long


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory):
    """What processes that tests start inherit: this package, no autosaves and no previews."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PEAKVI_AUTOSAVE_FOLDER", str(tmp_path_factory.mktemp("autosaves")))
        patch.setenv("PEAKVI_CACHE_FOLDER", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("PEAKVI_PREVIEW", "0")
        patch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)
        yield


@pytest.fixture(autouse=True)
def autosaves(own_environment, tmp_path_factory, monkeypatch):
    """The folder of autosaves of this test alone: the user's own is neither read nor written."""
    from peakvi_widgets import settings

    # numbered here: pytest looks through all folders of other tests for the next number
    folder = tmp_path_factory.mktemp(f"autosaves-{next(NUMBERS)}", numbered=False)
    monkeypatch.setattr(settings, "autosave_folder", str(folder))
    monkeypatch.setattr(settings, "cache_folder", str(folder / "cache"))
    for name, value in DEFAULTS.items():  # what another test has set does not stay
        monkeypatch.setattr(settings, name, value)
    monkeypatch.setenv("PEAKVI_AUTOSAVE_FOLDER", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_automatic_previews(monkeypatch):
    """Panels map no cells beside what a test looks at, unless it asks for that."""
    from peakvi_widgets import settings

    monkeypatch.setattr(settings, "preview", False)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository."""
    return SHARED


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "shared_data" in fixtures:
            item.add_marker("shared")
        if "chromium" in fixtures or "lab" in fixtures:
            item.add_marker("e2e")
    if not SHARED.is_dir():
        leave_out_shared(config, items)


def leave_out_shared(config, items):
    left_out = [item for item in items if item.get_closest_marker("shared")]
    if left_out and os.environ.get("CI"):
        raise pytest.UsageError(f"{SHARED} is missing, and in CI no test may be left out.")
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
    config.stash[DESELECTED] = len(left_out)


def pytest_sessionfinish(session):
    if hasattr(session.config, "workeroutput"):  # tell the process that writes the summary
        session.config.workeroutput["deselected"] = session.config.stash.get(DESELECTED, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    n_deselected = getattr(node, "workeroutput", {}).get("deselected", 0)
    node.config.stash[DESELECTED] = n_deselected  # the same of each: all collect all


def pytest_terminal_summary(terminalreporter, config):
    if number := config.stash.get(DESELECTED, 0):
        terminalreporter.write_line(
            f"Deselected because {SHARED} is not there: {number} (tests that read real data)."
        )


@pytest.fixture(scope="session")
def counts():
    """Simulated: 300 cells of 3 types in 2 batches, 240 regions, a place for each cell."""
    import numpy as np

    from peakvi_widgets.data.simulate import simulate

    adata = simulate(300, 240, density=0.15, n_types=3, n_batches=2, seed=0)
    adata.obsm["X_umap"] = np.random.default_rng(0).normal(size=(300, 2)).astype("float32")
    return adata


@pytest.fixture
def without_umap(monkeypatch):
    """Sessions place the cells by two dimensions of the latent: UMAP compiles for half a minute."""
    monkeypatch.setattr("peakvi_widgets.session.parts.embedding.embedding", quick_embedding)
    monkeypatch.setattr("peakvi_widgets.session.parts.counts.warming", lambda: iter(()))


def quick_embedding(model, n_neighbors, min_dist, maxiter, seed):
    """Do as `session.neighbors.embedding`, without UMAP."""
    yield "encoding cells"
    from sklearn.neighbors import kneighbors_graph

    from peakvi_widgets.session.neighbors import Embedded

    latent = model.get_latent_representation()
    graph = kneighbors_graph(latent, min(n_neighbors, 5, len(latent) - 1))
    return Embedded(
        obsm={"X_peakvi": latent, "X_umap": latent[:, :2].copy()},
        obsp={"connectivities": graph + graph.T},
        uns={"neighbors": {"params": {"use_rep": "X_peakvi"}}, "umap": {}},
    )


AND_KEEP = """
import numpy as np
np.savez(r"{out}.npz", idx1=session.idx1, idx2=session.idx2, places=session.embedding)
session.da_result.to_pickle(r"{out}.pkl")
"""


@pytest.fixture
def in_fresh_process(tmp_path):
    """Runs a session's script in a process of its own; returns groups, places and table."""
    import numpy as np
    import pandas as pd

    def run(script):
        path, out = tmp_path / "script.py", tmp_path / "out"
        path.write_text(script + AND_KEEP.format(out=out))
        done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        with np.load(f"{out}.npz") as arrays:
            return dict(arrays), pd.read_pickle(f"{out}.pkl")

    return run


@pytest.fixture
def session(counts):
    """Counts are open and each cell has a place; nothing is trained."""
    from peakvi_widgets.session import Session

    opened = Session(counts)
    opened.wait()
    return opened


@pytest.fixture
def reached():
    """Waits until a trait of a session fulfils a condition, without asking again and again."""
    return wait_for


def wait_for(session, trait, condition):
    """Wait until a trait of the session fulfils a condition."""
    there = threading.Event()

    def look(change):
        if condition(change.new):
            there.set()

    session.observe(look, names=[trait])
    if condition(getattr(session, trait)):
        there.set()
    assert there.wait(TIMEOUT), f"{trait} is {getattr(session, trait)!r}"
    session.unobserve(look, names=[trait])
