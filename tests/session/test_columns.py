"""Columns of obs of every kind: described, colored, grouped and compared as what they are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakvi_widgets.data.simulate import simulate
from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session
from peakvi_widgets.session.columns import categories_of, column_of, describe, obs_columns

N = 60


@pytest.fixture(scope="module")
def adata():
    return simulate(N, 40, density=0.3, n_types=3, n_batches=2, seed=0)


@pytest.fixture
def opened(adata):
    def open_with(values, name="c"):
        own = adata.copy()
        own.obs[name] = values
        session = Session(own)
        session.wait()
        return session

    return open_with


def series(values, dtype=None):
    return pd.Series(np.resize(np.array([*values], object), N), dtype=dtype or object)


KINDS = {
    "Int64 with NA": (series([0, 1, 10, pd.NA], "Int64"), ("0", "1", "10"), 1, "1"),
    "Int64": (series([2, 1, 10], "Int64"), ("1", "2", "10"), 2, "2"),
    "int": (series([2, 1, 10], "int64"), ("1", "2", "10"), 2, "2"),
    "boolean with NA": (series([True, False, pd.NA], "boolean"), ("False", "True"), True, "True"),
    "bool": (series([True, False], bool), ("False", "True"), False, "False"),
    "string with NA": (series(["b", "a", pd.NA], "string"), ("a", "b"), "a", "a"),
    "text with None": (series(["b", "a", None]), ("a", "b"), "b", "b"),
    "empty text": (series(["", "a"]), ("", "a"), "", ""),
    "category of numbers": (series([3, 20, 1]).astype("category"), ("1", "3", "20"), 20, "20"),
    "category of floats": (series([0.5, 1.0]).astype("category"), ("0.5", "1.0"), 0.5, "0.5"),
    "category of bools": (
        series([True, False]).astype("category"), ("False", "True"), True, "True",
    ),
    "category with NA": (series(["x", None]).astype("category"), ("x",), "x", "x"),
    "objects that are numbers": (series([1, 0, None]), ("0", "1"), 1, "1"),
    "mixed": (series(["x", 1]), ("1", "x"), 1, "1"),
    "1 and '1'": (series(["1", 1]), ("1 (int)", "1 (str)"), 1, "1 (int)"),
    "category 1 and '1'": (
        pd.Series(pd.Categorical(series(["1", 1]))), ("1 (int)", "1 (str)"), "1", "1 (str)",
    ),
    "lists": (series([(0,)]).map(lambda _: [1]), ("[1]",), "[1]", "[1]"),
    "dicts": (series([(0,)]).map(lambda _: {"a": 1}), ("{'a': 1}",), "{'a': 1}", "{'a': 1}"),
    "intervals": (
        pd.Series(pd.cut(np.arange(N), 2)), ("(-0.059, 29.5]", "(29.5, 59.0]"),
        pd.cut(np.arange(N), 2)[0], "(-0.059, 29.5]",
    ),
    "dates": (
        pd.Series(np.resize(pd.date_range("2020-01-01", periods=2), N)),
        ("2020-01-01 00:00:00", "2020-01-02 00:00:00"),
        pd.Timestamp("2020-01-02"), "2020-01-02 00:00:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_category_is_shown_chosen_and_colored_as_what_it_is(opened, kind):
    values, names, given_value, name = KINDS[kind]
    session = opened(values.array)
    column = next(column for column in session.obs_columns if column.name == "c")
    assert (column.kind, column.categories) == ("category", names)
    session.color_by = "c"
    assert session.colors.categories == names
    is_missing = values.isna().to_numpy()
    np.testing.assert_array_equal(session.colors.codes < 0, is_missing)
    assert session.colors.counts == tuple(
        int((session.colors.codes == code).sum()) for code in range(len(names))
    )
    truth = session.colors.codes == names.index(name)
    for wanted in (given_value, name):
        session.groups_by("c", wanted)
        np.testing.assert_array_equal(session.idx1, np.flatnonzero(truth))
        assert f"group1={name!r}" in session.code()
        session.select_category("c", wanted)
        np.testing.assert_array_equal(session.selection, np.flatnonzero(truth))


def test_groups_of_two_values_are_two_groups(opened):
    session = opened(KINDS["1 and '1'"][0].array)
    session.groups_by("c", 1, "1")
    assert len(session.idx1) == len(session.idx2) == N // 2
    assert not np.intersect1d(session.idx1, session.idx2).size
    with pytest.raises(DataError, match="same category"):
        session.groups_by("c", 1, "1 (int)")


@pytest.mark.parametrize(
    "values",
    [
        pd.array(np.resize([0.5, 1.5, 2.5], N), "Float64"),
        pd.array([*range(N - 1), pd.NA], "Int64"),
        np.linspace(0, 1, N).astype("float16"),
        pd.arrays.SparseArray(np.linspace(0, 1, N)),
        pd.array([*np.linspace(0, 1e300, N - 1), None], "Float64"),
        pd.Series([0.5, *range(N - 2), None], dtype=object).array,
    ],
    ids=["Float64", "Int64 with NA", "float16", "sparse", "huge", "objects"],
)
def test_number_is_shown_as_a_number(opened, values):
    session = opened(values)
    assert next(c for c in session.obs_columns if c.name == "c").kind == "number"
    session.color_by = "c"
    expected = pd.Series(values).astype("Float64").to_numpy("float64", na_value=np.nan)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(session.colors.values, expected.astype("float32"))


class Hostile:
    """Raises whatever is asked of it."""

    def __repr__(self):
        raise RuntimeError("no text")

    __hash__ = None


def test_column_that_cannot_be_described_is_left_out_with_a_warning(opened):
    with pytest.warns(UserWarning, match="the values cannot be read: c"):
        session = opened(pd.Series([Hostile() for _ in range(N)], dtype=object).array)
    column = next(c for c in session.obs_columns if c.name == "c")
    assert column.kind == "none"
    assert session.notice.level == "warning"
    session.color_by = "c"
    assert session.colors.kind == "none"


def test_columns_of_one_name_are_told_apart(adata):
    own = adata.copy()
    own.obs = pd.concat([own.obs, own.obs[["batch"]], own.obs[["batch"]]], axis=1)
    session = Session(own)
    with pytest.warns(UserWarning, match="'batch-1'"):
        session.wait()
    names = [column.name for column in session.obs_columns]
    assert names[-2:] == ["batch-1", "batch-2"]
    session.groups_by("batch-1", session.obs_columns[-1].categories[0])
    assert list(own.obs.columns).count("batch") == 3


@pytest.mark.parametrize("name", [5, 1.5, ("a", "b"), None, True])
def test_column_whose_name_is_not_text_is_found_by_its_text(adata, name):
    own = adata.copy()
    own.obs = own.obs.assign(c=np.arange(N) % 2).rename(columns={"c": name})
    name = own.obs.columns[-1]  # pandas 3 makes NaN of None
    session = Session(own)
    session.wait()
    assert str(name) in [column.name for column in session.obs_columns]
    session.color_by = str(name)
    assert session.colors.categories == ("0", "1")
    session.groups_by(str(name), 1)
    assert len(session.idx1) == N // 2


@pytest.mark.parametrize("colors", [5, None, "red", {"a": 1}, [1, 2, 3], [[0], [1], [2]], object()])
def test_colors_that_are_none_are_ignored(adata, colors):
    own = adata.copy()
    own.uns["cell_type_colors"] = colors
    column = next(c for c in obs_columns(own) if c.name == "cell_type")
    assert column.colors in ((), tuple(column.colors))
    assert all(color.startswith("#") for color in column.colors)


def test_new_column_of_the_user_can_be_used_at_once(opened):
    session = opened(np.zeros(N, int))
    session.adata.obs["mine"] = pd.Categorical(np.resize(["u", "v"], N))
    session.setup(batch_key="mine")
    session.wait()
    assert session.batch_key == "mine"
    session.adata.obs["mine"] = pd.Categorical(np.resize(["u", "v", "w"], N))
    session.groups_by("mine", "w")
    assert len(session.idx1) == N // 3
    session.color_by = "mine"
    assert session.colors.categories == ("u", "v", "w")
    session.add_layer("labels", column="mine")


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=3),
    st.binary(max_size=2), st.dates(), st.tuples(st.integers()),
    st.lists(st.integers(), max_size=2),
    st.just(pd.NA), st.just(pd.NaT), st.just(np.float32(1)), st.complex_numbers(),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(values=st.lists(ODD, min_size=1, max_size=12), is_category=st.booleans())
@pytest.mark.filterwarnings("ignore:Constructing a DataFrame from a list of sequences")
def test_describing_never_fails_and_each_value_is_found_by_its_name(values, is_category):
    column = pd.Series(values, dtype=object)
    if is_category:
        try:
            column = column.astype("category")
        except (TypeError, ValueError, RuntimeWarning):
            return  # pandas cannot make categories of these
    described = describe("c", column)
    assert described.kind in ("category", "number", "none")
    if described.kind != "category":
        return
    found = categories_of(column)
    assert len(set(found.names)) == len(found.names)
    assert described.categories == found.names
    assert sum(described.counts) == int((found.codes >= 0).sum()) == int(column.notna().sum())
    for code, name in enumerate(found.names):
        if name not in found.values:
            assert found.code_of(name) == code


def test_missing_column_is_refused_with_those_that_are_there(adata):
    with pytest.raises(DataError, match=r"no column 'x'.*batch"):
        column_of(adata.obs, "x")
