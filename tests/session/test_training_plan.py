"""What the session makes of what a plan leaves open."""

import numpy as np

from peakvi_widgets.engine.plan import ENOUGH_STEPS
from peakvi_widgets.session import Session


def planned(session):
    return session.completed_plan.max_epochs, session.completed_plan.batch_size


def test_completed_plan_follows_plan_cells_and_network(counts):
    session = Session()
    assert planned(session) == (15, None)
    session.open(counts)
    session.wait()
    assert planned(session) == (15, 16)
    session.preset = "quick"
    assert planned(session)[0] == 5
    session.plan = session.plan.__class__(max_epochs=9, batch_size=77)
    assert planned(session) == (9, 77)
    session.n_cells, session.preset = 10**6, "standard"
    assert planned(session) == (int(np.ceil(ENOUGH_STEPS / np.ceil(0.9e6 / 128))), 128)


def test_while_it_trains_the_epochs_are_those_of_the_training(counts):
    session, seen = Session(counts), set()

    def look(change):
        if change.new.text.startswith("epoch "):
            seen.add((change.new.text.split(" of ")[1], session.completed_plan.max_epochs))

    session.observe(look, "task")
    session.train("quick", max_epochs=2, batch_size=64, n_threads=1)
    session.wait()
    session.train("quick", max_epochs=3, batch_size=64, n_threads=1)
    session.wait()
    assert seen == {("2", 2), ("3", 3)}
    assert session.completed_plan.max_epochs == 3
    session.plan = session.plan.__class__()
    assert planned(session) == (15, 16)


def test_network_without_a_start_trains_for_longer(counts):
    import peakvi_widgets as pv

    adata = counts.copy()
    pv.PEAKVI.setup_anndata(adata)
    model = pv.PEAKVI(adata, latent_distribution="ln")
    session = Session(adata)
    session.model = model
    assert planned(session) == (60, 128)
    assert model.completed_plan(session.plan).kl_weighting == "reference"
