"""Threads: pieces are spread over them, and overlapping work leaves no number of its own behind."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from peakvi_widgets.engine import threads as own
from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.differential import compare
from peakvi_widgets.engine.fast_learner import N_STRIPES, stripes
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.plan import FROM_SCRATCH
from peakvi_widgets.engine.posterior import Encodings, accessibility
from peakvi_widgets.engine.question import Question
from peakvi_widgets.engine.threads import default_threads, n_at_once, spread, threads
from peakvi_widgets.engine.train import TrainingState, fit


def test_as_many_as_before_are_there_after():
    torch.set_num_threads(2)
    with threads(3, inside=True):
        assert (torch.get_num_threads(), n_at_once()) == (3, 1)
    assert torch.get_num_threads() == 2
    with threads():
        assert (torch.get_num_threads(), n_at_once()) == (1, default_threads())
    assert (torch.get_num_threads(), n_at_once()) == (2, 1)


def test_what_ends_first_leaves_the_number_of_what_goes_on():
    """A look that began before a training ends while it runs."""
    torch.set_num_threads(3)
    look, training = threads(1), threads(2, inside=True)
    look.__enter__()
    training.__enter__()
    look.__exit__(None, None, None)
    assert torch.get_num_threads() == 2
    training.__exit__(None, None, None)
    assert torch.get_num_threads() == 3


@pytest.mark.parametrize("n", [1, 3])
def test_pieces_are_done_by_so_many_threads_and_come_back_in_order(n):
    together, names = threading.Barrier(n), set()

    def work(part):
        if part < n:
            together.wait(10)  # all n are under way at the same time
        names.add(threading.current_thread().name)
        assert torch.get_num_threads() == 1
        assert not torch.is_grad_enabled()
        return part * part

    with threads(n):
        assert spread(work, range(20)) == [part * part for part in range(20)]
    assert len(names) == n


def test_error_in_a_piece_is_raised_when_no_piece_is_under_way_any_more():
    under_way = []

    def work(part):
        under_way.append(part)
        try:
            if part == 5:
                raise ValueError("the fifth")
        finally:
            under_way.remove(part)

    with threads(3), pytest.raises(ValueError, match="the fifth"):
        spread(work, range(40))
    assert under_way == []


def test_helpers_end_with_the_last_work():
    with threads(2):
        with threads(4):
            spread(str, range(9))
        helpers = [one for one in threading.enumerate() if one.name.startswith("peakvi-helper")]
        assert helpers
    for helper in helpers:
        helper.join(10)
        assert not helper.is_alive()


def test_pieces_of_overlapping_work_share_the_helpers(monkeypatch):
    made = []
    monkeypatch.setattr(
        own, "ThreadPoolExecutor", lambda *a, **k: made.append(a) or ThreadPoolExecutor(*a, **k)
    )
    with threads(3):
        for _ in range(5):
            spread(str, range(4))
    assert made == [(2,)]


@pytest.mark.parametrize("n_regions", [1, 511, 512, 513, 10_000, 33_142, 100_000])
def test_stripes_cover_every_region_once_by_whole_chunks(n_regions):
    found = stripes(n_regions)
    assert len(found) <= N_STRIPES
    assert np.concatenate([np.arange(n_regions)[one] for one in found]).tolist() == [
        *range(n_regions)
    ]
    assert all(one.start % 512 == 0 for one in found)


@pytest.mark.parametrize("density", ["sparse", "dense"])
def test_weights_and_answers_are_the_same_on_any_number_of_threads(planted, monkeypatch, density):
    from peakvi_widgets.engine import fast_learner, kernels

    monkeypatch.setattr(fast_learner, "CHUNK", 16)  # several stripes of so few regions
    monkeypatch.setattr(kernels, "SPARSE_BELOW", 1.0 if density == "sparse" else 0.0)
    plan = replace(FROM_SCRATCH, max_epochs=2, batch_size=64, lr=0.01, seed=1)
    names = pd.Index(map(str, range(planted.cells.n_regions)))
    groups = np.flatnonzero(planted.kind == 1), np.flatnonzero(planted.kind == 0)
    found = []
    for n in (1, 4):
        monkeypatch.setattr(own, "default_threads", lambda n=n: n)
        model = initialise(PeakVAE(architecture(planted.cells.n_regions, (2,))), 0)
        for _ in fit(model, planted.cells, replace(plan, n_threads=n), TrainingState(), seed=0):
            pass
        encodings = Encodings(model, planted.cells)
        with threads(n):
            p = np.concatenate(list(accessibility(encodings, np.arange(300), with_depth=True)))
        question = Question(n_samples=200, estimand="log2")
        *_, last = compare(encodings, *groups, question, names)
        found.append((model.state_dict(), p, last.table))
    (weights, p, table), (weights_4, p_4, table_4) = found
    for name, value in weights.items():
        assert torch.equal(value, weights_4[name]), name
    np.testing.assert_array_equal(p, p_4)
    pd.testing.assert_frame_equal(table, table_4, check_exact=True)
