"""Counts read some cells at a time, and the split into training and validation cells."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from peakvi_widgets.engine.cells import Cells, shuffled, split
from peakvi_widgets.engine.plan import TrainingPlan
from peakvi_widgets.errors import DataError

COUNTS = np.array([[0, 2, 0], [1, 0, 0], [0, 0, 0], [3, 0, 1]])


def of(counts) -> Cells:
    n = counts.shape[0]
    codes = np.arange(n, dtype=np.int64)[:, None]
    return Cells(counts, codes, np.linspace(0, 1, n, dtype=np.float32)[:, None])


FORMS = [
    pytest.param(COUNTS, id="array"),
    pytest.param(COUNTS.astype(np.float32), id="float array"),
    pytest.param(sparse.csr_matrix(COUNTS), id="csr"),
    pytest.param(sparse.csr_array(COUNTS.astype(np.uint8)), id="csr array of uint8"),
    pytest.param(sparse.csc_matrix(COUNTS), id="csc"),
    pytest.param(sparse.coo_matrix(COUNTS.astype(np.uint16)), id="coo of uint16"),
]


@pytest.mark.parametrize("counts", FORMS)
def test_minibatch_holds_the_rows_asked_for_in_order(counts):
    minibatch = of(counts).minibatch(np.array([3, 0, 3]))
    assert minibatch.dense().numpy().tolist() == COUNTS[[3, 0, 3]].tolist()
    assert minibatch.codes[:, 0].tolist() == [3, 0, 3]
    assert minibatch.continuous[:, 0].tolist() == [1.0, 0.0, 1.0]


def test_duplicate_entries_are_one():
    twice = sparse.csr_matrix(
        (np.array([1, 2, 5]), np.array([1, 1, 0]), np.array([0, 2, 3])), shape=(2, 2)
    )
    minibatch = of(twice).minibatch(np.array([0]))
    assert (minibatch.indices.tolist(), minibatch.values.tolist()) == ([1], [3.0])


def test_sparse_counts_are_not_copied():
    counts = sparse.csr_matrix(COUNTS)
    held = of(counts)._counts
    for name in ("data", "indices", "indptr"):
        assert np.shares_memory(getattr(held, name), getattr(counts, name))


@pytest.mark.parametrize("counts", FORMS)
def test_density_is_the_share_of_entries_that_are_not_zero(counts):
    assert of(counts).density == 4 / 12


def test_density_counts_no_stored_zero_and_no_entry_twice():
    zeros = sparse.csr_matrix(COUNTS)
    zeros.data[0] = 0
    assert of(zeros).density == 3 / 12
    twice = sparse.csr_matrix(
        (np.array([1, 2, 5]), np.array([1, 1, 0]), np.array([0, 2, 3])), shape=(2, 2)
    )
    assert of(twice).density == 2 / 4


def test_share_of_cells_in_which_a_region_is_open():
    assert of(COUNTS).open_share(np.array([1, 3])).tolist() == [1.0, 0.0, 0.5]


@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=9), min_size=1, max_size=5))
@settings(max_examples=50)
def test_shares_of_any_groups_asked_for_one_after_the_other(groups):
    cells = of(sparse.csr_matrix(COUNTS))
    for group in map(np.array, groups):
        np.testing.assert_array_equal(cells.open_share(group), (COUNTS[group] > 0).mean(axis=0))


def test_stored_zeros_are_not_open():
    counts = sparse.csr_matrix(COUNTS)
    counts.data[:] = 0
    assert of(counts).open_share(np.arange(4)).tolist() == [0.0, 0.0, 0.0]


def test_mean_counts():
    assert of(COUNTS).mean_counts(np.array([1, 3])).tolist() == [2.0, 0.0, 0.5]


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (-COUNTS, "negative"),
        (COUNTS / 2, "fractional"),
        (np.where(COUNTS, np.nan, 0.0), "fractional or missing"),
        (COUNTS.astype(complex), "type complex128"),
        ([[1, 2]], "in memory"),
    ],
)
def test_what_is_no_count_is_refused(counts, said):
    with pytest.raises(DataError, match=said):
        Cells(counts, np.zeros((4, 1), np.int64), np.zeros((4, 0), np.float32))


def test_split_takes_the_cells_that_scvi_tools_takes():
    order = np.random.RandomState(5).permutation(100)
    train, validation = split(100, TrainingPlan(batch_size=64), seed=5)
    assert validation.tolist() == order[:10].tolist()
    assert train.tolist() == order[10:].tolist()


@pytest.mark.parametrize(
    ("n", "parameters", "sizes"),
    [
        (100, {}, (90, 10)),
        (101, {"batch_size": 128}, (91, 10)),
        (72, {"batch_size": 64}, (64, 8)),  # 65 to learn from: the last one moves
        (72, {"batch_size": 64, "train_size": 0.9}, (65, 7)),
        (100, {"train_size": 0.5, "validation_size": 0.1}, (50, 10)),
        (100, {"train_size": 1.0}, (100, 0)),
        (1, {}, (1, 0)),
    ],
)
def test_split_sizes(n, parameters, sizes):
    assert tuple(map(len, split(n, TrainingPlan(**parameters), seed=0))) == sizes


def test_no_cells_are_refused():
    with pytest.raises(DataError, match="weaker filter"):
        split(0, TrainingPlan(), seed=0)


def test_order_changes_by_epoch_and_repeats_by_seed():
    cells = np.arange(50)
    orders = [shuffled(cells, seed, epoch) for seed, epoch in [(1, 0), (1, 0), (1, 1), (2, 0)]]
    assert np.array_equal(orders[0], orders[1])
    assert not np.array_equal(orders[0], orders[2])
    assert not np.array_equal(orders[0], orders[3])
    assert sorted(orders[0]) == cells.tolist()


def test_entries_that_stand_there_twice_are_added_up_before_they_count():
    """Some files hold a count as several entries: 2 is 1 + 1, and open once."""
    twice = sparse.csr_matrix(
        (np.int32([1, 1, 3]), np.int32([0, 0, 1]), np.int32([0, 2, 3])), shape=(2, 2)
    )
    cells = Cells(twice, np.zeros((2, 1), np.int64), np.empty((2, 0), np.float32))
    assert not twice.has_canonical_format
    assert cells.open_share(np.arange(2)).tolist() == [0.5, 0.5]
    assert cells.mean_counts(np.arange(2)).tolist() == [1.0, 1.5]
