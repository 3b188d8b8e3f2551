"""Which regions are shown where a stretch has too many."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from scipy import sparse

from peakvi_widgets.session import Session
from peakvi_widgets.session.records import RegionWindow
from peakvi_widgets.session.region_choice import MAX_REGIONS, shown_regions
from peakvi_widgets.session.region_window import RegionPlaces

TILE = 500
MANY = 12_000


@pytest.fixture(scope="module")
def names():
    return tuple(f"chr1:{at * TILE}-{(at + 1) * TILE}" for at in range(MANY))


@pytest.fixture(scope="module")
def places(names):
    return RegionPlaces(names)


def test_those_of_the_window_come_before_those_beside_it(places):
    window = RegionWindow("chr1", 1_000 * TILE, 2_500 * TILE)
    rows, words = shown_regions(places, window, 750 * TILE, np.empty(0, int))
    assert words == ""  # all of the window are there
    assert (len(rows), rows.min(), rows.max()) == (MAX_REGIONS, 750, 2_749)
    assert (np.diff(rows) > 0).all()


def test_of_too_many_in_the_window_called_ones_and_an_even_sample_are_shown(places):
    window = RegionWindow("chr1", 1_000 * TILE, 11_000 * TILE)
    rows, words = shown_regions(places, window, 500 * TILE, np.empty(0, int))
    assert words == "2,000 of 10,000 regions are shown, an even sample."
    assert (len(rows), set(np.diff(rows))) == (MAX_REGIONS, {5})
    assert rows[0] == 1_000
    called = np.array([3, 1_001, 7_003, 10_999])
    rows, words = shown_regions(places, window, 500 * TILE, called)
    assert set(called[1:]) <= set(rows)
    assert (len(rows), "called ones first" in words) == (MAX_REGIONS, True)
    rows, _ = shown_regions(places, window, 0, np.arange(MANY))
    assert len(rows) == MAX_REGIONS


def test_regions_that_become_called_are_shown_in_the_place_of_others(names):
    open_regions = np.random.default_rng(0).random((9, MANY)) < 0.1
    session = Session(
        AnnData(
            sparse.csr_matrix(open_regions.astype("float32")),
            obs=pd.DataFrame(index=[f"cell {at}" for at in range(9)]),
            var=pd.DataFrame(index=list(names)),
        )
    )
    session.wait()
    session.show_region(f"chr1:0-{5_000_000}")
    session.wait()
    seen = session.region_tracks
    assert "2,000 of 10,000 regions" in seen.regions_words
    assert seen.region_rows.max() > 9_900
    is_called = np.arange(MANY) == 1
    assert 1 not in seen.region_rows
    with session._step():
        session.da_state = "estimate"
        session.da_columns = pd.DataFrame({"is_da_fdr": is_called}, index=list(session.regions))
    session.wait()
    assert 1 in session.region_tracks.region_rows
    assert session.region_marks.sum() == 3
