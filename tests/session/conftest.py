"""A session whose small model is trained, once for all tests that only look at it."""

import pytest

from peakvi_widgets.session import Session


@pytest.fixture
def trained(counts):
    """Trained for three short epochs and embedded."""
    session = Session(counts)
    session.train("quick", max_epochs=3, batch_size=64)
    session.embed(maxiter=20)  # a rough map is enough
    session.wait()
    return session


@pytest.fixture(autouse=True)
def without_warming_up(monkeypatch):
    """Sessions import nothing beside a test: an import may change the filters of warnings."""
    monkeypatch.setattr("peakvi_widgets.session.parts.counts.warming", lambda: iter(()))
