"""A session whose small model is trained, once for all tests that only look at it."""

import threading

import pytest

from peakvi_widgets.session import Session

TIMEOUT = 60  # seconds; only a broken session takes as long


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


@pytest.fixture
def trained(counts):
    """Trained for three short epochs and embedded."""
    session = Session(counts)
    session.train("quick", max_epochs=3, batch_size=64)
    session.embed()
    session.wait()
    return session
