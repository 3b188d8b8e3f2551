"""Counts in memory: every form and type gives the same to the last bit, or is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from peakvi_widgets.engine.cells import Cells
from peakvi_widgets.errors import DataError

TYPES = ["u1", "i2", "<i4", ">i4", "i8", "u8", "f2", "<f4", ">f4", "f8", "g", ">i2"]
FORMATS = ["csr", "csc", "coo", "bsr", "lil", "dok", "dia"]
CHANGES = ["none", "unsorted", "split", "zeros", "int64", "frozen", "lies"]


def of(counts) -> Cells:
    n = counts.shape[0]
    return Cells(counts, np.zeros((n, 1), np.int64), np.zeros((n, 0), np.float32))


def readings(counts):
    """Return all that the engine reads of counts."""
    cells = of(counts)
    every = np.arange(cells.n_cells)
    batch = cells.minibatch(every[::-1])
    arrays = (batch.indptr, batch.indices, batch.values)
    return {
        "types": [array.dtype for array in arrays],
        "minibatch": [array.tolist() for array in arrays],
        "density": cells.density,
        "open": cells.open_share(every).tolist(),
        "mean": cells.mean_counts(every).tolist(),
        "fingerprint": cells.fingerprint(),
    }


def entries(counts, change, dtype, random):
    """Store a matrix as entries in compressed rows, in an unusual way."""
    dense = counts.astype(dtype)
    rows, columns = np.nonzero(np.ones_like(counts) if change == "zeros" else counts)
    values = dense[rows, columns]
    if change == "split":  # each entry as two that may only be added in a larger type
        half = (values.astype("i8") // 2).astype(dtype)
        rows, columns = np.tile(rows, 2), np.tile(columns, 2)
        values = np.concatenate([half, (values.astype("i8") - half.astype("i8")).astype(dtype)])
    order = np.argsort(rows, kind="stable")
    if change in ("unsorted", "split", "lies"):
        order = np.lexsort([random.random(len(rows)), rows])
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(counts)))])
    return values[order], columns[order], indptr


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    counts=hnp.arrays(
        "i8", st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=st.integers(0, 250)
    ),
    dtype=st.sampled_from(TYPES),
    form=st.sampled_from(FORMATS),
    change=st.sampled_from(CHANGES),
    is_array=st.booleans(),
    seed=st.integers(0, 9),
)
def test_every_form_of_one_matrix_is_read_the_same(counts, dtype, form, change, is_array, seed):
    expected = readings(counts)
    values, columns, indptr = entries(counts, change, dtype, np.random.default_rng(seed))
    matrix = (sparse.csr_array if is_array else sparse.csr_matrix)(counts.shape, dtype="f4")
    index = "i8" if change == "int64" else "i4"
    matrix.data, matrix.indices, matrix.indptr = values, columns.astype(index), indptr.astype(index)
    if change == "lies":
        matrix.has_sorted_indices = matrix.has_canonical_format = True
    if change == "frozen":
        for array in (matrix.data, matrix.indices, matrix.indptr):
            array.flags.writeable = False
    if form in ("csc", "coo") or (form != "csr" and change == "none" and dtype in ("<i4", "<f4")):
        if np.dtype(dtype).char in "eg" or not np.dtype(dtype).isnative:
            matrix.data = matrix.data.astype("f4")  # scipy itself does not convert these
        matrix = matrix.asformat(form)
    before = [array.copy() for array in vars(matrix).values() if isinstance(array, np.ndarray)]
    assert readings(matrix) == expected
    after = [array for array in vars(matrix).values() if isinstance(array, np.ndarray)]
    assert all(map(np.array_equal, before, after))


@settings(max_examples=50, deadline=None)
@given(
    counts=hnp.arrays(
        "i8", st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=st.integers(0, 250)
    ),
    dtype=st.sampled_from(TYPES),
    order=st.sampled_from(["C", "F", "strided", "frozen", "matrix"]),
)
def test_every_array_of_one_matrix_is_read_the_same(counts, dtype, order):
    dense = np.array(counts, dtype, order="F" if order == "F" else "C")
    if order == "strided":
        dense = np.repeat(np.repeat(dense, 2, axis=0), 3, axis=1)[::2, ::3]
    if order == "frozen":
        dense.flags.writeable = False
    if order == "matrix":
        dense = sparse.csr_matrix(counts.astype("i4")).todense()
    assert readings(dense) == readings(counts)


def test_binary_counts_are_those_of_bools():
    counts = np.array([[1, 0, 1], [0, 0, 1]])
    for form in (counts.astype(bool), sparse.csr_matrix(counts.astype(bool))):
        assert readings(form) == readings(counts)


def test_joined_entries_do_not_wrap_in_their_small_type():
    """200 + 100 is 300, which uint8 does not hold."""
    entries = (np.uint8([200, 100, 7]), ([0, 0, 1], [1, 1, 0]))
    expected = readings(np.array([[0, 300], [7, 0]]))
    coo = sparse.coo_matrix(entries, shape=(2, 2))
    split = sparse.csr_matrix((2, 2), dtype="u1")
    split.data, split.indices, split.indptr = entries[0], np.int32([1, 1, 0]), np.int32([0, 2, 3])
    csc = sparse.csc_matrix((2, 2), dtype="u1")
    csc.data, csc.indices, csc.indptr = np.uint8([7, 200, 100]), np.int32([1, 0, 0]), [0, 1, 3]
    csc.indptr = np.int32(csc.indptr)
    for form in (coo, split, csc, sparse.coo_array(entries, shape=(2, 2))):
        assert readings(form) == expected


def damaged(data, indices, indptr, form=sparse.csr_matrix, shape=(2, 3)):
    matrix = form(shape, dtype="f4")
    matrix.data, matrix.indices, matrix.indptr = map(np.array, (data, indices, indptr))
    return matrix


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csr_array])
@pytest.mark.parametrize(
    ("data", "indices", "indptr"),
    [
        ([1, 1], [0, 3], [0, 1, 2]),
        ([1, 1], [0, -1], [0, 1, 2]),
        ([1, 1], [0, 1], [0, 1, 9]),
        ([1, 1], [0, 1], [0, 2, 1]),
        ([1, 1], [0, 1], [1, 1, 2]),
        ([1, 1], [0, 1], [0, 2]),
        ([1, 1, 1], [0, 1], [0, 1, 3]),
        ([1, 1], [0, 2**40], [0, 1, 2]),
        ([1, 1], [0, 1], [0, 2**62, 2]),
        ([1, 1], [0, 1], [0, 1, 2**40]),
    ],
)
def test_matrix_that_names_what_does_not_exist_is_refused(data, indices, indptr, form):
    with pytest.raises(DataError, match="are damaged") as refused:
        of(damaged(data, indices, indptr, form))
    assert len(str(refused.value)) < 300


def test_other_forms_that_are_damaged_are_refused_too():
    with pytest.raises(DataError, match="are damaged"):
        of(damaged([1, 1], [0, 2], [0, 1, 1, 2], sparse.csc_matrix))
    coo = sparse.coo_matrix(np.eye(2, 3))
    coo.row = np.array([0, 9])
    with pytest.raises(DataError, match="are damaged"):
        of(coo)


WRONG = {
    "negative": (-1.0, "negative"),
    "fractional": (0.5, "fractional"),
    "missing": (np.nan, "missing"),
    "infinite": (np.inf, "missing"),
    "minus infinity": (-np.inf, "negative"),
    "huge": (1e300, "no count can be"),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("form", [np.array, *(getattr(sparse, f"{f}_matrix") for f in FORMATS)])
def test_value_that_no_count_can_be_is_refused_wherever_it_is(wrong, form):
    value, said = WRONG[wrong]
    for place in [(0, 0), (2, 3), (3, 1)]:
        counts = np.diag([1.0, 2.0, 3.0, 4.0])
        counts[place] = value
        with pytest.raises(DataError, match=said):
            of(form(counts))


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "f2", "f4", "f8"])
def test_negative_values_are_refused_in_every_type(dtype):
    with pytest.raises(DataError, match="negative"):
        of(np.array([[1, -1]], dtype))


@pytest.mark.parametrize(
    "counts",
    [
        np.array([["1", "2"]]),
        np.array([[1, 2]], object),
        np.array([[1j, 2]]),
        np.array([[1, 2]], "M8[s]"),
        np.ma.array([[1, 2]], mask=[[True, False]]),
        np.array([1, 2]),
        [[1, 2]],
        None,
        sparse.coo_array(np.array([1, 2])),
    ],
)
def test_what_is_not_a_matrix_of_numbers_is_refused(counts):
    with pytest.raises(DataError) as refused:
        Cells(counts, np.zeros((1, 1), np.int64), np.zeros((1, 0), np.float32))
    assert len(str(refused.value)) < 300


def test_value_is_found_in_a_later_part_of_the_matrix(monkeypatch):
    monkeypatch.setattr("peakvi_widgets.engine.count_matrix.ENTRIES_AT_ONCE", 2)
    counts = np.ones((5, 3))
    counts[4, 2] = 0.5
    for form in (np.array, sparse.csr_matrix):
        with pytest.raises(DataError, match="fractional"):
            of(form(counts))
