"""Coordinates of every kind: a far cell, no place, large and small numbers, any precision."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as MplPath

import peakvi_widgets as pv
from peakvi_widgets.arrays import as_places
from peakvi_widgets.session import Session
from peakvi_widgets.session.cell_sets import brushed, inside

ANGLES = np.linspace(0, 2 * np.pi, 40, endpoint=False)
ROUND = np.c_[0.3 + 0.3 * np.cos(ANGLES), 0.2 + 0.3 * np.sin(ANGLES)]


def opened(counts, places):
    counts = counts.copy()
    counts.obsm["X_umap"] = places
    session = Session(counts)
    session.wait()
    return session


@pytest.fixture
def places():
    return np.random.default_rng(0).normal(size=(300, 2))


@pytest.mark.parametrize("far", [0.0, 1e2, 1e4, 1e8, 1e30, np.inf, 1e308, np.nan])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_lasso_holds_what_was_drawn_round_beside_a_far_cell(counts, places, far, dtype):
    with np.errstate(over="ignore"):
        places = places.astype(dtype)
        if far:
            places[0] = far
    session = opened(counts, places)
    session.lasso(ROUND.tolist())
    expected = np.flatnonzero(MplPath(ROUND).contains_points(np.nan_to_num(places, posinf=9e9)))
    np.testing.assert_array_equal(session.selection, expected)
    assert len(expected) > 5


@pytest.mark.parametrize("scale", [1e-200, 1e-30, 1.0, 1e30])
def test_a_shape_of_any_size_holds_the_same_cells(places, scale):
    expected = inside(places, ROUND)
    np.testing.assert_array_equal(inside(places * scale, ROUND * scale), expected)
    touched = brushed(places, ROUND, 0.1)
    np.testing.assert_array_equal(brushed(places * scale, ROUND * scale, 0.1 * scale), touched)


def test_a_polygon_of_the_largest_numbers_holds_all_cells(places):
    corners = 1e308 * np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])
    assert inside(places, corners).all()


def test_the_script_says_the_line_as_it_was_drawn_and_brings_the_same_cells(counts, places):
    places[0] = 1e6
    session = opened(counts, places)
    session.lasso(ROUND.tolist())
    session.brush(ROUND[:9].tolist(), 0.01234567891234, mode="add")
    lines = [line for line in session.code().splitlines() if ".lasso(" in line or ".brush(" in line]
    again = opened(counts, places)
    for line in lines:
        exec(line, {"session": again})
    np.testing.assert_array_equal(again.selection, session.selection)
    assert again.outlines == session.outlines
    numbers = re.findall(r"0\.01234567891234\b", lines[1])
    assert numbers


def test_cells_without_a_place_are_in_no_line_and_no_brush(counts, places):
    places[:5, 0] = [np.inf, -np.inf, np.nan, 1e308, -1e39]
    session = opened(counts, places)
    assert np.isnan(session.embedding[:5]).all()
    assert np.isfinite(session.embedding[5:]).all()
    session.lasso([(-1e30, -1e30), (1e30, -1e30), (1e30, 1e30), (-1e30, 1e30)])
    np.testing.assert_array_equal(session.selection, np.arange(5, 300))
    session.brush([(0.0, 0.0)], 1e30)
    np.testing.assert_array_equal(session.selection, np.arange(5, 300))
    session.grow_selection(3)
    session.wait()
    session.figure("embedding")


def test_nothing_has_a_place_and_nothing_fails(counts):
    session = opened(counts, np.full((300, 2), np.nan))
    session.lasso(ROUND.tolist())
    session.brush([(0.0, 0.0)], 1.0)
    assert len(session.selection) == 0
    session.select(np.arange(5))
    session.grow_selection(3)
    session.wait()
    session.figure("embedding").savefig("/dev/null", format="png")


def test_precision_of_the_file_is_kept(counts, places):
    session = opened(counts, 1e7 + places)
    assert session.embedding.dtype == "float64"
    session.lasso((1e7 + ROUND).tolist())
    np.testing.assert_array_equal(
        session.selection, np.flatnonzero(inside(1e7 + places, 1e7 + ROUND))
    )
    assert opened(counts, places.astype("float32")).embedding.dtype == "float32"


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("float16", "float32"), ("int8", "float32"), ("int64", "float64"), ("float64", "float64")],
)
def test_places_lose_nothing(dtype, expected):
    values = np.array([[1, 2], [3, 100]], dtype)
    assert as_places(values).dtype == expected
    np.testing.assert_array_equal(as_places(values), values)


@given(
    st.lists(
        st.tuples(*[st.floats(width=64, allow_nan=True, allow_infinity=True)] * 2),
        min_size=1,
        max_size=30,
    )
)
@settings(deadline=None)
def test_any_numbers_are_places_or_none(pairs):
    places = as_places(np.array(pairs))
    placed = np.isfinite(places)
    assert (placed.all(axis=1) | ~placed.any(axis=1)).all()
    corners = 1e39 * np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])
    np.testing.assert_array_equal(inside(places, corners), placed.all(axis=1))


def test_columns_that_cannot_be_colored_say_why(counts):
    counts = counts.copy()
    counts.obs["barcode"] = [f"cell {i}" for i in range(300)]
    counts.obs["day"] = np.datetime64("2026-01-01") + np.arange(300).astype("timedelta64[D]")
    counts.obs["empty"] = np.full(300, np.nan)
    session = Session(counts)
    session.wait()
    columns = {column.name: column for column in session.obs_columns}
    assert columns["barcode"].kind == columns["day"].kind == columns["empty"].kind == "none"
    assert columns["barcode"].reason == "300 categories; at most 200 can be colored"
    assert columns["day"].reason == "300 dates; at most 200 can be colored"
    assert columns["empty"].reason == "no values"
    session.color_by = "barcode"
    assert session.colors.kind == "none"


def test_pv_opens_them_too(counts, places):
    counts = counts.copy()
    counts.obsm["X_umap"] = places
    panel = pv.Viewer(counts)
    panel.session.wait()
    assert panel.embedding.embedding.dtype == "float64"
    panel.close()
