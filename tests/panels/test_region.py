"""The region panel: what it sends, and that nothing is computed while it is out of sight."""

import numpy as np
import pytest

from peakvi_widgets.errors import DataError
from peakvi_widgets.panels.region import RegionPanel
from peakvi_widgets.session import Session


@pytest.fixture
def named(counts):
    """Some of the simulated cells with regions of a real place."""
    some = counts[:60, :50].copy()
    some.var_names = [
        f"chr11:{60_440_000 + 1000 * at}-{60_440_500 + 1000 * at}" for at in range(50)
    ]
    session = Session(some)
    session.annotate("hg38")
    session.wait()
    return session


def ask(panel, **content):
    panel._receive(panel, content, [])


def test_it_sends_what_is_found_while_it_is_shown(named):
    panel = RegionPanel(named)
    ask(panel, intent="show_region", where="MS4A1")
    named.wait()
    assert panel.region_tracks.tracks == panel.session.region_tracks.tracks
    named.set_groups(range(9), range(9, 20))
    named.wait()
    assert (panel.region_window.chromosome, panel.region_tracks) == ("chr11", None)
    panel.set_state({"is_shown": True})
    named.wait()
    sent = panel.get_state()["region_tracks"]
    assert "MS4A1" in sent["genes"]
    observed = np.frombuffer(sent["observed"]["data"], "float32").reshape(sent["observed"]["shape"])
    np.testing.assert_array_equal(observed, named.region_tracks.observed)
    assert sent["region_places"]["dtype"] == "uint32"


def test_panels_in_sight_are_counted(named):
    assert named.region_viewers is None
    first, second = RegionPanel(named), RegionPanel(named)
    assert named.region_viewers == 0
    first.set_state({"is_shown": True})
    second.set_state({"is_shown": True})
    second.set_state({"is_shown": True})
    assert named.region_viewers == 2
    first.set_state({"is_shown": False})
    second.close()
    assert named.region_viewers == 0


def test_what_is_not_there_becomes_a_notice(named):
    panel = RegionPanel(named)
    ask(panel, intent="show_region", where="no such gene")
    assert "no such gene" in named.notice.text
    panel.set_state({"tracks_by": "depth"})
    assert (panel.tracks_by, named.tracks_by) == ("", "")
    assert "no column of categories" in named.notice.text


def test_a_click_on_a_region_colors_the_cells(named):
    panel = RegionPanel(named)
    panel.set_state({"color_by": named.regions[3]})
    assert named.color_by == named.regions[3]


def test_pages_name_fragments_of_the_server_where_they_may(named, tmp_path, monkeypatch):
    pytest.importorskip("pysam")
    panel = RegionPanel(named)
    (tmp_path / "fragments.tsv.gz").touch()
    ask(panel, intent="use_fragments", path=str(tmp_path / "fragments.tsv.gz"))
    with pytest.raises(DataError, match="tabix"):
        named.wait()
    monkeypatch.setattr("peakvi_widgets.settings.restricted", True)
    ask(panel, intent="use_fragments", path=str(tmp_path / "fragments.tsv.gz"))
    assert "restricted" in named.notice.text
    named.wait()
