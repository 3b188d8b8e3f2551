"""Whatever an AnnData holds is saved, opens, and comes back equal, or is named as changed."""

import datetime
from dataclasses import replace
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from peakvi_widgets.session import Session
from peakvi_widgets.session.files.cells_file import Cells, read_cells, write_cells
from peakvi_widgets.session.files.changes import Changes
from peakvi_widgets.session.files.storable import safe_names

N, M = 6, 4  # cells, regions
TEXT = pd.StringDtype("python", na_value=np.nan)  # of text in pandas 3
ODD_NAMES = ["", "/", "a/b", "/a", ".", "..", "_index", "a\0b", "\ud800", "cell", "0", "ä" * 300]
names = st.one_of(
    st.sampled_from(ODD_NAMES),
    st.text(max_size=8),
    st.integers(-3, 3),
    st.floats(allow_nan=False),
    st.booleans(),
    st.tuples(st.integers(0, 2)),
)


def column_of(n):
    cell = st.one_of(
        st.none(),
        st.integers(),
        st.floats(),
        st.booleans(),
        st.text(max_size=5),
        st.binary(max_size=3),
        st.dates(),
        st.datetimes(),
        st.timedeltas(),
        st.just(pd.NA),
        st.just(pd.NaT),
        st.just(print),
        st.lists(st.integers(), max_size=2),
    )
    mixed = st.lists(cell, min_size=n, max_size=n).map(as_objects)
    fixed = st.sampled_from(
        [
            pd.date_range("2024-01-01", periods=n),
            pd.date_range("2024-01-01", periods=n, tz="Asia/Tokyo"),
            pd.Series(pd.to_timedelta(range(n), unit="s")),
            pd.period_range("2024-01", periods=n, freq="M"),
            pd.cut(np.arange(n), 3),
            pd.array([1, None] * (n // 2), "Int64"),
            pd.array([True, None] * (n // 2), "boolean"),
            pd.array([0.5, None] * (n // 2), "Float64"),
            pd.array(["x", None] * (n // 2), "string"),
            pd.array(["x", None] * (n // 2), TEXT),
            pd.Categorical(pd.array(["x", "\0"] * (n // 2), TEXT)),
            pd.Categorical([None] * n),
            pd.Categorical([1, 2] * (n // 2)),
            pd.Categorical(as_objects([1, "1"] * (n // 2))),
            pd.arrays.SparseArray([0.0, 1.0] * (n // 2)),
            np.arange(n, dtype="complex64"),
            as_objects([None] * n),
            as_objects(["x", None] * (n // 2)),
            as_objects([1, 2] * (n // 2)),
            np.arange(n, dtype="float16"),
            pd.Categorical(pd.date_range("2024-01-01", periods=n)),
            as_objects(["", "\0"] * (n // 2)),
            pd.Series(pd.date_range("2024-01-01", periods=n).astype("datetime64[s]")),
        ]
    )
    return st.one_of(mixed, fixed)


def as_objects(values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


def series_of(values, index):
    is_objects = isinstance(values, np.ndarray) and values.dtype == object
    return pd.Series(values, dtype=object if is_objects else None).set_axis(index)


def frame_of(n, index):
    def made(pairs, index_name):
        columns = {i: series_of(values, index) for i, (_, values) in enumerate(pairs)}
        frame = pd.DataFrame(columns, index=index)
        frame.columns = pd.Index([name for name, _ in pairs], dtype=object, tupleize_cols=False)
        frame.index = index.copy()
        frame.index.name = index_name
        return frame

    return st.builds(
        made,
        st.lists(st.tuples(names, column_of(n)), max_size=3, unique_by=lambda pair: repr(pair[0])),
        st.one_of(st.none(), names.filter(lambda name: not isinstance(name, tuple))),
    )


cells_names, region_names = (
    pd.Index([f"{k}{i}" for i in range(n)]) for k, n in (("c", N), ("r", M))
)
scalars = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.binary(max_size=3),
    st.dates(),
    st.just(print),
    st.just(Path("a")),
    st.sets(st.integers(), max_size=2),
    st.lists(st.one_of(st.integers(), st.text(max_size=3), st.none()), max_size=3),
    st.just(np.ma.array([1, 2], mask=[0, 1])),
    st.just(sparse.eye(3).tocoo()),
    st.just(np.array(["2024"], "M8[ns]")),
    st.just(pd.Series([1, 2])),
    frame_of(2, pd.Index(["a", "b"])),
    st.just(pd.Timestamp("2024-01-01")),
)
notes = st.recursive(
    st.dictionaries(names, scalars, max_size=3),
    lambda inner: st.dictionaries(names, inner, max_size=2),
    max_leaves=4,
)
places = st.one_of(
    frame_of(N, cells_names),
    st.sampled_from(
        [
            np.ones((N, 2)),
            np.ones((N, 2), object),
            sparse.random(N, 2, 0.5).tolil(),
            np.array([["2024", "2025"]] * N, "M8[D]"),
            np.array([["a", "\0"]] * N),
        ]
    ),
)


def is_equal(one, other):
    """Tell whether two values say the same; None, NaN and NaT are all "missing"."""
    if isinstance(one, pd.DataFrame):
        return isinstance(other, pd.DataFrame) and all(
            is_equal(one.iloc[:, i], other.iloc[:, i]) for i in range(one.shape[1])
        )
    if sparse.issparse(one):
        return (one.tocsr() != other.tocsr()).nnz == 0
    if isinstance(one, pd.Series | np.ndarray | list | pd.Index | pd.Categorical):
        first, second = (as_list(value) for value in (one, other))
        return len(first) == len(second) and all(map(is_equal, first, second))
    if isinstance(one, tuple):
        return is_equal(list(one), other)
    missing = [is_missing(value) for value in (one, other)]
    if any(missing):
        return all(missing)
    return bool(one == other)


def is_missing(value):
    return value is None or value is pd.NaT or value is pd.NA or value != value


def as_list(values):
    return list(values.ravel().tolist() if isinstance(values, np.ndarray) else values)


def assert_same_mapping(one, other, label, named, left_out):
    for key, value in one.items():
        shown = f"{label}[{key!r}]"
        name_changed = f"the name of {shown}" in named
        if shown in named:
            continue
        there = str(key) if name_changed else key
        assert there in other, shown
        if isinstance(value, dict):
            assert_same_mapping(value, other[there], shown, named, left_out)
        elif isinstance(value, pd.DataFrame):
            assert_same_frame(value, other[there], shown, named, left_out)
        else:
            assert is_equal(value, other[there]), (shown, value, other[there])


def assert_same_frame(one, other, label, named, left_out):
    kept = [name for name in one.columns if f"{label}[{name!r}]" not in left_out]
    assert len(kept) == other.shape[1]
    for i, name in enumerate(kept):
        shown = f"{label}[{name!r}]"
        assert other.columns[i] == name or f"the name of {shown}" in named
        if shown not in named:
            assert is_equal(one.iloc[:, list(one.columns).index(name)], other.iloc[:, i]), shown
    assert list(other.index) == list(one.index)
    assert other.index.name == one.index.name or f"the name of {label}.index.name" in named


@settings(
    max_examples=40,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@given(
    obs=frame_of(N, cells_names),
    var=frame_of(M, region_names),
    uns=notes,
    obsm=st.dictionaries(names, places, max_size=2),
    layers=st.dictionaries(names, st.just(np.ones((N, M))), max_size=2),
    obsp=st.dictionaries(names, st.just(sparse.eye(N).tocsr()), max_size=1),
)
def test_all_comes_back_or_is_named(tmp_path_factory, obs, var, uns, obsm, layers, obsp):
    path = tmp_path_factory.mktemp("cells") / "cells.h5ad"
    cells = Cells(sparse.eye(N, M).tocsr(), obs, var, obsm, {}, obsp, layers, uns)
    changes = Changes()
    again = read_cells(path, write_cells(path, cells, changes))
    named, left_out = {*changes.as_text, *changes.left_out}, changes.left_out
    for slot in ("obs", "var"):
        assert_same_frame(getattr(cells, slot), getattr(again, slot), slot, named, left_out)
    for slot in ("obsm", "layers", "obsp", "uns"):
        assert_same_mapping(getattr(cells, slot), getattr(again, slot), slot, named, left_out)
    assert (again.X != cells.X).nnz == 0
    assert len(changes.sentence()) < 1000


@pytest.mark.parametrize("slot", ["obs", "var"])
def test_dates_stay_dates_and_are_named(tmp_path, slot):
    frame = pd.DataFrame(
        {"day": pd.date_range("2024-01-01", periods=N, tz="UTC")}, index=cells_names
    )
    empty = pd.DataFrame(index=cells_names)
    cells = Cells(None, *((frame, empty) if slot == "obs" else (empty, frame)), {}, {}, {}, {}, {})
    changes = Changes()
    again = read_cells(tmp_path / "a", write_cells(tmp_path / "a", cells, changes))
    pd.testing.assert_frame_equal(getattr(again, slot), frame, check_freq=False)
    assert changes.sentence() == f"Written as text: {slot}['day']."


@pytest.mark.parametrize("as_category", [False, True])
@pytest.mark.parametrize("values", [["x", "y"] * 3, ["x", None] * 3])
def test_text_of_pandas_3_is_saved_as_any_text(tmp_path, values, as_category):
    """Its columns, categories and names are of type str; files hold text as anndata always did."""
    text = pd.Series(values, dtype=TEXT)
    frame = pd.DataFrame({"kind": pd.Categorical(text) if as_category else text})
    frame.index = pd.Index(cells_names, dtype=TEXT)
    cells = Cells(None, frame, pd.DataFrame(index=region_names), {}, {}, {}, {}, {})
    changes = Changes()
    names = write_cells(tmp_path / "a", cells, changes)
    assert changes.sentence() == ""
    with h5py.File(tmp_path / "a") as file:
        held = file["obs/kind/categories" if as_category or None in values else "obs/kind"]
        assert held.attrs["encoding-type"] == "string-array"
    again = read_cells(tmp_path / "a", names).obs
    assert is_equal(again["kind"], frame["kind"])
    assert isinstance(again["kind"].dtype, pd.CategoricalDtype) == as_category


def test_what_numbers_can_say_is_not_named(tmp_path, counts):
    changes = Changes()
    write_cells(tmp_path / "a", Cells.of(counts), changes)
    assert changes.sentence() == ""
    again = anndata.read_h5ad(tmp_path / "a")
    pd.testing.assert_frame_equal(again.obs, counts.obs)


@pytest.mark.slow
def test_four_thousand_columns_can_be_written(tmp_path):
    table = pd.DataFrame(
        np.ones((N, 4200)),
        index=cells_names,
        columns=list(map("a longer name {}".format, range(4200))),
    )
    obs, var = pd.DataFrame(index=cells_names), pd.DataFrame(index=region_names)
    cells = Cells(None, obs, var, {"scores": table}, {}, {}, {}, {})
    again = read_cells(tmp_path / "a", write_cells(tmp_path / "a", cells, Changes()))
    pd.testing.assert_frame_equal(again.obsm["scores"], table)


def test_columns_of_one_name_all_come_back(tmp_path):
    table = pd.DataFrame(np.arange(3 * N).reshape(N, 3), index=cells_names, columns=["a", "b", "a"])
    cells = Cells(None, table, pd.DataFrame(index=region_names), {"t": table}, {}, {}, {}, {})
    again = read_cells(tmp_path / "a", write_cells(tmp_path / "a", cells, Changes()))
    for found in (again.obs, again.obsm["t"]):
        assert list(found.columns) == ["a", "b", "a"]
        np.testing.assert_array_equal(found.to_numpy(), table.to_numpy())


def test_safe_names_are_distinct():
    odd = ["renamed 1 0", "", 1, "1", "a/b", "renamed 4 0", "x", "x"]
    assert len(set(safe_names(odd))) == len(odd)
    assert safe_names(odd)[6] == "x"


def test_session_with_everything_odd_is_saved_and_named(session, tmp_path):
    adata = session.adata
    adata.obs[0] = np.arange(adata.n_obs) % 2
    adata.obs["collected"] = pd.Timestamp("2024-01-01")
    adata.obs["bin"] = pd.cut(np.arange(adata.n_obs), 3)
    adata.obs["empty"] = None
    adata.obs["/lane"] = "a"
    adata.obs["cell"] = adata.obs_names
    adata.obs.index.name = "cell_type"
    adata.obsm["X_umap/harmony"] = np.ones((adata.n_obs, 2))
    adata.obsm["scores"] = pd.DataFrame(
        {"": 1.5, "day": datetime.date(2024, 1, 1)}, index=adata.obs_names
    )
    adata.uns["model"] = {"function": print, 1: {"a/b": None}}
    adata.layers["half"] = adata.X.astype("float32") / 2
    session.save(tmp_path / "odd.peakvi")
    with pytest.warns(UserWarning, match=r"saved in .*Left out: uns\['model'\]\['function'\]"):
        session.wait()
    assert "obs['collected']" in session.notice.text
    again = Session(tmp_path / "odd.peakvi")
    again.wait()
    for name in adata.obs:
        assert (
            is_equal(adata.obs[name].astype(str), again.adata.obs[name].astype(str))
            or name == "empty"
        )
    assert again.adata.obs.index.name == "cell_type"
    assert again.adata.obsm["X_umap/harmony"].shape == (300, 2)
    assert again.adata.uns["model"] == {1: {"a/b": None}}
    assert (again.adata.layers["half"] != adata.layers["half"]).nnz == 0


def test_value_that_only_fails_when_read_is_left_out(tmp_path, monkeypatch, counts):
    read = anndata.io.read_elem

    def fails(element):
        if element.name.endswith("odd"):
            raise ValueError("cannot be read")
        return read(element)

    monkeypatch.setattr(anndata.io, "read_elem", fails)
    changes = Changes()
    cells = replace(Cells.of(counts), uns={"odd": "text", "even": "text"})
    write_cells(tmp_path / "a", cells, changes)
    assert changes.left_out == ["uns['odd']"]
    with h5py.File(tmp_path / "a") as file:
        assert list(file["uns"]) == ["even"]
