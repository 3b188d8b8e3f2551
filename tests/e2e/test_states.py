"""Every designed state of the window, driven for real and photographed in both themes."""

import pytest

from tests.e2e.states import States

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

# Work that is held where the test wants it: at a file that is not there yet.
HOLD = """import dataclasses, json, threading, time
from pathlib import Path
import numpy as np
import peakvi_widgets as pv
from peakvi_widgets.session.parts import comparison, counts, training

def hold(name):
    while not Path(name).exists():
        time.sleep(0.02)

real_opening = counts.opening
def opening(source, layer, name):
    yield "reading cells.h5ad, 3.1 of 7.8 MB"
    hold("open")
    return (yield from real_opening(source, layer, name))
counts.opening = opening

# the same steps, held after the first at which it is time
def held(real, name, when):
    def steps(*given):
        inner, before = real(*given), []
        try:
            while True:
                before.append(next(inner))
                yield before[-1]
                if when(before):
                    hold(name)
        except StopIteration as end:
            return end.value
        finally:
            inner.close()
    return steps

def after_two_epochs(steps):
    return sum(hasattr(step, "elbo_train") for step in steps) >= 2
training.training_from_start = held(training.training_from_start, "train", after_two_epochs)
comparison.comparing = held(comparison.comparing, "compare", lambda steps: True)

adata = pv.datasets.simulate(400, 300, n_types=3, n_batches=2, seed=1)
adata.obsm["X_umap"] = np.random.default_rng(0).normal(size=(400, 2)).astype("float32")"""
VIEWER = """viewer = pv.Viewer()
session = viewer.session
viewer"""
OPEN = "session.open(adata)"
TRAIN = """session.train("quick", max_epochs=4)
session.embed()"""
COMPARE = 'session.groups_by("cell_type", *session.obs_columns[0].categories[:2])'
OTHERS = 'session.groups_by("cell_type", *session.obs_columns[0].categories[1:3])'
FAIL = """def fail():
    yield
    return session.adata.var["gene_of_the_region"]
session._submit("looking up", fail)"""
STATE = """print(json.dumps({
    "training": session.training, "da_state": session.da_state,
    "log": [entry.level for entry in session.log],
    "superseded": viewer.superseded, "n1": len(session.idx1), "n2": len(session.idx2),
}))"""


def test_states(open_notebook, lab, poll):
    cells = (HOLD, VIEWER, OPEN, TRAIN, COMPARE, OTHERS, FAIL, STATE)
    clipboard = ["clipboard-read", "clipboard-write"]
    notebook = open_notebook(*cells, size=(1280, 1000), permissions=clipboard)
    at, states = notebook.page.get_by_test_id, States(notebook)
    notebook.run(0)

    notebook.run(1)
    states("model-state", "No data")
    states("kernel-state", "^kernel idle$")
    states.photograph("empty")

    notebook.run(2)
    states("task", "opening: reading cells.h5ad, 3.1 of 7.8 MB")
    states("awaited", "Opening counts")
    states("elapsed", r"^(?!0:00)\d+:\d\d$")
    states.photograph("loading")
    at("halt").click()
    states("task", "stopping")
    (lab.root / "open").touch()
    states("model-state", "No data")

    notebook.run(2)
    states("model-state", "ready to train")
    notebook.page.wait_for_selector("canvas[data-drawn='400']")
    states.photograph("untrained")

    notebook.run(3)
    states("task", "epoch [23] of 4")
    states("model-state", "^training$")
    states.photograph("training")
    at("stop").click()
    states("model-state", "stopping training")
    states.photograph("stopping")
    (lab.root / "train").touch()
    states("model-state", "trained")
    at("task-progress").wait_for(state="hidden")
    states.photograph("trained")

    notebook.run(4)
    states("comparison-state", "^comparing")
    states.photograph("comparing")
    (lab.root / "compare").touch()
    states("comparison-state", "^compared$")
    at("da-live").click()
    notebook.run(5)
    states("comparison-state", "compare again")
    states.photograph("stale")

    notebook.run(6)
    states("notice", "KeyError: 'gene_of_the_region'. This is a fault")
    at("notices").click()
    at("copy-report").first.click()
    states("log", "return session.adata.var")
    copied = notebook.page.evaluate("navigator.clipboard.readText()")
    assert "KeyError: 'gene_of_the_region'" in copied
    assert "return session.adata.var" in copied
    states.photograph("error")
    assert notebook.json(7)["log"][-1] == "error"
