"""The region that colors the cells, in single cells of each group: counts, shares, the model."""

import numpy as np
import pytest

from peakvi_widgets.errors import StageError
from peakvi_widgets.panels.region import RegionPanel
from peakvi_widgets.session import Session
from peakvi_widgets.session.region_groups import tracks_of_groups
from peakvi_widgets.session.strip_steps import (
    MAX_DOTS,
    MAX_DOTS_OF_GROUP,
    StripQuestion,
    strip_now,
)


@pytest.fixture
def session(counts):
    some = counts[:90, :50].copy()
    some.obs["mine"] = np.resize(["x", "y", "x"], 90)
    session = Session(some)
    session.wait()
    return session


def column_of(session, region):
    at = session.regions.index(region)
    return np.asarray(session.adata.X[:, [at]].toarray()).ravel()


def test_it_is_found_while_a_panel_shows_it(session):
    session.color_by = region = session.regions[3]
    session.wait()
    assert session.region_strip is None
    panel = RegionPanel(session)
    panel.set_state({"is_shown": True})
    session.set_groups([0, 1, 2, 3], [4, 5])
    session.wait()
    strip, values = session.region_strip, column_of(session, region)
    assert (strip.region, strip.tracks, strip.n_cells) == (
        region,
        ("group 1", "group 2", "the rest"),
        (4, 2, 84),
    )
    groups = values[:4], values[4:6], values[6:]
    np.testing.assert_allclose(strip.means, [np.mean(group) for group in groups], rtol=1e-6)
    np.testing.assert_allclose(strip.shares, [np.mean(group > 0) for group in groups], rtol=1e-6)
    np.testing.assert_array_equal(strip.dot_counts, values)
    assert strip.expected.size == 0
    panel.close()
    assert session.region_strip is None


def test_it_follows_region_groups_column_and_undo(session):
    RegionPanel(session).set_state({"is_shown": True})
    session.color_by = session.regions[3]
    session.tracks_by = "mine"
    session.wait()
    assert session.region_strip.tracks == ("x", "y")
    session.tracks_by = ""
    session.select([1, 2])
    session.make_group(1)
    session.wait()
    assert session.region_strip.n_cells == (2, 88)
    session.undo()
    session.wait()
    assert session.region_strip.n_cells != (2, 88)
    session.color_by = session.regions[5]
    session.wait()
    assert session.region_strip.region == session.regions[5]
    session.color_by = "mine"
    session.wait()
    assert session.region_strip is None


def test_the_model_s_estimate_is_of_the_weights_of_now(session):
    RegionPanel(session).set_state({"is_shown": True})
    session.color_by = region = session.regions[3]
    session.set_groups(range(40), range(40, 90))
    session.train("quick", max_epochs=1)
    session.wait()
    first = session.region_strip.expected
    decoded = session.model.get_normalized_accessibility(
        region_list=[region], normalize_cells=True, normalize_regions=True, return_numpy=True
    ).ravel()
    np.testing.assert_allclose(first[:, 0], [decoded[:40].mean(), decoded[40:].mean()], rtol=1e-4)
    assert (first[:, 1] <= first[:, 0]).all()
    assert (first[:, 0] <= first[:, 2]).all()
    session.train(max_epochs=2)
    session.wait()
    assert not np.allclose(session.region_strip.expected, first)


def test_many_cells_are_sampled_and_it_is_said(counts):
    groups = tracks_of_groups(np.arange(260), np.arange(260, 280), 300)
    asked = StripQuestion("r", 2, counts[:300].X.tocsr(), groups, "", None)
    strip = strip_now(asked)
    assert np.bincount(strip.dot_tracks).tolist() == [MAX_DOTS_OF_GROUP, 20, 20]
    assert f"{MAX_DOTS_OF_GROUP} of a group at most" in strip.words
    assert strip.n_cells == (260, 20, 20)
    many = strip_now(StripQuestion("r", 2, counts[:300].X.tocsr(), groups[:1] * 20, "", None))
    assert len(many.dot_counts) <= MAX_DOTS
    np.testing.assert_array_equal(strip.dot_counts, strip_now(asked).dot_counts)


def test_its_figure_needs_no_panel(session, tmp_path):
    with pytest.raises(StageError, match="color_by"):
        session.figure("strip")
    session.color_by = session.regions[3]
    session.tracks_by = "mine"
    dots, bars = session.figure("strip", path=tmp_path / "strip.svg").axes
    assert [label.get_text() for label in dots.get_yticklabels()] == ["x (60)", "y (30)"]
    values = column_of(session, session.regions[3])
    x = session.adata.obs["mine"].to_numpy() == "x"
    np.testing.assert_allclose(
        [bar.get_width() for bar in bars.patches],
        [np.mean(values[x] > 0), np.mean(values[~x] > 0)],
        rtol=1e-6,
    )
    assert (tmp_path / "strip.svg").stat().st_size > 1000
