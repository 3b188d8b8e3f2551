"""Logic that Python and the browser both have: js/test/shared-logic.test.ts reads the same cases.

The expected values were computed with exact rational arithmetic, by neither implementation.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from peakvi_widgets.session.cell_sets import brushed, combine, inside
from peakvi_widgets.session.figures import contrast_limits

CASES = json.loads((Path(__file__).parents[2] / "js" / "test" / "selecting.json").read_text())


def places(points):
    return np.array(points, float).reshape(-1, 2)  # None becomes NaN


def by_name(cases):
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["name"])


@by_name(CASES["polygons"])
def test_cells_in_a_polygon(case):
    found = inside(places(case["points"]), np.array(case["polygon"], float))
    assert np.flatnonzero(found).tolist() == case["cells"]


@by_name(CASES["brushes"])
def test_cells_that_a_brush_touches(case):
    found = brushed(places(case["points"]), np.array(case["path"], float), case["radius"])
    assert np.flatnonzero(found).tolist() == case["cells"]


@pytest.mark.parametrize("mode", ["new", "add", "subtract", "intersect"])
@pytest.mark.parametrize("case", CASES["combinations"], ids=str)
def test_selections_combine(case, mode):
    before, drawn = (np.array(case[key], "uint32") for key in ("before", "drawn"))
    assert combine(before, drawn, mode).tolist() == case[mode]


@by_name(CASES["contrast_limits"])
def test_contrast_limits(case):
    values = case["values"] if "values" in case else range(case["n"])
    assert list(contrast_limits(np.array(list(values), float))) == case["limits"]
