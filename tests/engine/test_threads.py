"""Threads: work that overlaps leaves no number of its own behind."""

import torch

from peakvi_widgets.engine.threads import default_threads, threads


def test_as_many_as_before_are_there_after():
    torch.set_num_threads(2)
    with threads(1):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2
    with threads():
        assert torch.get_num_threads() == default_threads()


def test_what_ends_first_leaves_the_number_of_what_goes_on():
    """A look that began before a training ends while it runs."""
    torch.set_num_threads(3)
    look, training = threads(1), threads(2)
    look.__enter__()
    training.__enter__()
    look.__exit__(None, None, None)
    assert torch.get_num_threads() == 2
    training.__exit__(None, None, None)
    assert torch.get_num_threads() == 3
