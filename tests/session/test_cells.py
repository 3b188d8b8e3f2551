"""Which cells a polygon, a mask or a query names, and how selections combine."""

import anndata
import numpy as np
import pandas as pd
import pytest
from matplotlib.path import Path as MplPath

from peakvi_widgets.errors import DataError
from peakvi_widgets.session.cell_sets import as_polygon, cells_of, combine, inside

SQUARE = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]])


@pytest.fixture
def adata():
    obs = pd.DataFrame({"depth": [10, 20, 30, 40]}, index=list("abcd"))
    return anndata.AnnData(np.zeros((4, 2), "float32"), obs=obs)


def test_points_inside_a_square():
    points = np.array([[1.0, 1.0], [3.0, 1.0], [1.0, -0.1], [1.999, 1.999]], "float32")
    assert inside(points, SQUARE).tolist() == [True, False, False, True]


def test_direction_of_drawing_does_not_matter():
    points = np.random.default_rng(0).uniform(-1, 3, (500, 2))
    np.testing.assert_array_equal(inside(points, SQUARE), inside(points, SQUARE[::-1]))


def test_agrees_with_another_implementation_on_a_crooked_outline():
    rng = np.random.default_rng(1)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 60))
    radius = rng.uniform(0.3, 1.0, 60)
    polygon = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)
    points = rng.uniform(-1.2, 1.2, (5000, 2))
    expected = MplPath(polygon, closed=False).contains_points(points)
    np.testing.assert_array_equal(inside(points, polygon), expected)


def test_what_is_wound_round_twice_is_inside():
    # a pentagram: its middle is enclosed twice, which even-odd counting would leave out
    corners = np.array([[np.sin(a), np.cos(a)] for a in 4 * np.pi / 5 * np.arange(5)])
    assert inside(np.array([[0.0, 0.0]]), corners).tolist() == [True]


@pytest.mark.parametrize(
    "corners", [[[0, 0], [1, 1]], [[0, 0, 0]] * 3, [[0, np.nan], [1, 1], [2, 0]], "abc", [[], []]]
)
def test_what_is_no_polygon_is_refused(corners):
    with pytest.raises(DataError, match="polygon"):
        as_polygon(corners)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("new", [2, 3]), ("add", [1, 2, 3]), ("subtract", [1]), ("intersect", [2])],
)
def test_modes(mode, expected):
    result = combine(np.array([1, 2], "uint32"), np.array([3, 2]), mode)
    assert result.tolist() == expected
    assert result.dtype == "uint32"


def test_unknown_mode_is_refused():
    with pytest.raises(DataError, match="mode 'xor'"):
        combine(np.array([1]), np.array([2]), "xor")


@pytest.mark.parametrize(
    "value",
    [
        np.array([False, True, False, True]),
        pd.Series([False, True, False, True], index=list("abcd")),
        pd.Series([True, False, True, False], index=list("dcba")),  # matched by cell name
        [3, 1, 1],
        ["d", "b"],
        np.where(np.array([False, True, False, True])),
        "depth in (20, 40)",
    ],
)
def test_every_way_to_name_the_same_cells(value, adata):
    assert cells_of(value, adata).tolist() == [1, 3]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.array([True, False]), "mask of 2 cells; there are 4"),
        ([7], "there are 4"),
        ([0.5], "mask"),
        (["a", "nobody"], "'nobody', which is not a cell"),
        ("depth >", "not a query of obs"),
        ("depth > 99", "no cell"),
    ],
)
def test_what_names_no_cells_is_refused(value, message, adata):
    with pytest.raises(DataError, match=message):
        cells_of(value, adata)


def test_nothing_may_be_named(adata):
    assert cells_of([], adata).tolist() == []
