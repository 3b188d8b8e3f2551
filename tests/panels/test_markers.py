"""The markers panel sends the surest rows of each category, and asks for markers."""

import numpy as np
import pytest

from peakvi_widgets.panels import markers as module
from peakvi_widgets.panels.markers import MarkersPanel

pytestmark = pytest.mark.slow


def ask(panel, intent, **arguments):
    panel._receive(panel, {"intent": intent, **arguments}, [])


@pytest.fixture
def panel(session):
    session.train("quick", max_epochs=1, batch_size=64)
    session.wait()
    return MarkersPanel(session)


def test_markers_are_found_shown_and_compared(panel, monkeypatch):
    session = panel.session
    monkeypatch.setattr(module, "MOST", 4)
    session.find_markers("cell_type", n_top=None, n_samples=60)
    session.wait()
    names = list(session.adata.obs["cell_type"].cat.categories)
    assert [(group.name, group.n_rows) for group in panel.shown_groups] == [(n, 4) for n in names]
    top = session.markers.groupby("group1", sort=False, observed=True).head(4)
    assert panel.marker_regions == tuple(top.index)
    sent = panel.get_state()["marker_columns"]["effect_size"]["data"]
    np.testing.assert_array_equal(
        np.frombuffer(sent, "float32"), top["effect_size"].astype("float32")
    )
    ask(panel, "compare_category", column="cell_type", category=names[1])
    assert len(session.idx1) == panel.shown_groups[1].n_cells
    again = MarkersPanel(session)
    assert again.marker_regions == panel.marker_regions
    session.filter(min_cells=3)
    session.wait()
    assert (panel.shown_groups, panel.marker_regions, panel.marker_columns) == ((), (), None)


def test_markers_are_asked_for_and_cancelled(panel):
    with panel.session.lock:
        ask(panel, "find_markers", column="cell_type")
        assert panel.markers_work.state == "running"
        ask(panel, "cancel_markers")
        assert panel.markers_work.state == "none"
    panel.session.wait()
    ask(panel, "find_markers", column="nothing")
    assert (panel.notice.level, panel.markers_work.state) == ("error", "none")
