"""What every panel promises about the traits it mirrors and the intents it takes."""

import json
import os
import threading
from contextlib import suppress

import numpy as np
import pytest
from comm import get_comm_manager
from ipywidgets import HBox
from traitlets import Instance, TraitError, validate

from peakvi_widgets import panels
from peakvi_widgets.panels._panel import Panel, intents, shares
from peakvi_widgets.panels.differential import DifferentialPanel
from peakvi_widgets.panels.embedding import EmbeddingPanel
from peakvi_widgets.session import Session
from peakvi_widgets.viewer import Viewer
from peakvi_widgets.wire import Array

PANELS = [*(row.load() for row in (*panels.PANELS, *panels.ON_DEMAND)), Viewer]


class Marked(Session):
    marks = Instance(np.ndarray, args=((0,), "uint32"))

    @validate("marks")
    def _marks_fit(self, proposal):
        if (proposal.value > 9).any():
            raise TraitError("marks names a cell that does not exist.")
        return proposal.value


class MarkPanel(Panel):
    _esm = "export default {}"
    marks = shares(Marked.marks, Array("uint32"))


@pytest.mark.parametrize("kind", PANELS)
def test_every_panel_can_be_sent_whatever_texts_there_are(kind, counts, tmp_path, monkeypatch):
    with suppress(OSError):  # some disks have no such names
        (tmp_path / os.fsdecode(b"caf\xe9.h5ad")).touch()
    monkeypatch.chdir(tmp_path)
    adata = counts.copy()
    adata.obs["a\ud800"] = "b\udce9"
    adata.obsm["X_\ud800"] = adata.obsm["X_umap"]
    session = Session(adata)
    session.wait()
    session.show_basis("X_\ud800")
    session.color_by = session.obs_columns[-1].name
    session.add_layer("cells", name="c\ud800")
    panel = kind(session)
    json.dumps(panel.get_state(), ensure_ascii=False, default=str).encode()
    panel.close()


@pytest.fixture
def panel():
    return MarkPanel(Marked())


def packed(*cells):
    data = memoryview(np.array(cells, "uint32").tobytes())  # as it comes from the browser
    return {"dtype": "uint32", "shape": [len(cells)], "data": data}


def test_array_goes_both_ways_and_is_told_once(panel):
    marks = []
    panel.session.observe(lambda change: marks.append(change.new.tolist()), names=["marks"])
    panel.set_state({"marks": packed(1, 2, 3)})
    panel.session.marks = np.array([4], "uint32")
    assert marks == [[1, 2, 3], [4]]
    assert panel.marks.tolist() == [4]


def test_array_the_session_refuses_is_taken_back(panel):
    panel.set_state({"marks": packed(1, 2)})
    panel.set_state({"marks": packed(99)})
    assert panel.session.marks.tolist() == panel.marks.tolist() == [1, 2]
    assert panel.notice.text == "marks names a cell that does not exist."


def test_array_cannot_be_changed_in_place(panel):
    panel.session.marks = np.array([4], "uint32")
    with pytest.raises(ValueError, match="read-only"):
        panel.marks[0] = 5


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.__name__)
def test_every_panel_stands_alone_and_beside_others(kind, session):
    panel = kind(session)
    assert HBox([panel]).children == (panel,)
    assert panel.task == session.task


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.__name__)
def test_every_panel_opens_what_it_is_given(kind, counts):
    panel = kind(counts)
    panel.session.wait()
    assert panel.session.n_cells == 300


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", ["explode", "msg", "", None])
def test_unknown_intent_becomes_a_notice(kind, name, session):
    panel = kind(session)
    panel._receive(panel, {"intent": name}, [])
    assert "does not know the intent" in panel.notice.text


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.__name__)
def test_intent_with_wrong_arguments_becomes_a_notice(kind, session):
    panel = kind(session)
    for name in intents(kind):
        panel._receive(panel, {"intent": name, "nonsense": 1}, [])
        assert f"The intent {name!r} has no argument 'nonsense'" in panel.notice.text


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.__name__)
def test_browser_cannot_change_what_a_panel_only_reads(kind, session):
    panel = kind(session)
    before = panel.task
    panel.set_state({"task": {"name": "hacked", "text": "", "progress": 0.0, "waiting": 0}})
    assert panel.task == session.task == before


def test_what_one_sets_in_python_another_panel_shows(session):
    one, other = EmbeddingPanel(session), DifferentialPanel(session)
    one.color_by = "batch"
    assert other.color_by == session.color_by == "batch"
    sent = []
    one.observe(lambda change: sent.append(change.new.tolist()), names=["idx1"])
    session.idx1 = [3, 4]
    assert sent == [[3, 4]]


def test_refused_value_is_answered_with_the_truth(panel, monkeypatch):
    sent = []
    monkeypatch.setattr(panel, "send_state", lambda key=None: sent.append(key))
    panel.set_state({"marks": packed(99)})
    assert ["marks"] in sent


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.__name__)
def test_every_panel_says_in_a_line_what_it_shows(kind, counts):
    panel = kind()
    assert repr(panel) == f"{kind.__name__}(no data)"
    panel.session.open(counts)
    panel.session.wait()
    panel.session.groups_by("batch", "batch_1")
    text = f"{kind.__name__}(300 cells x 240 regions, untrained, group 1: "
    assert repr(panel).startswith(text)
    bundle = panel._repr_mimebundle_()
    plain = (bundle[0] if isinstance(bundle, tuple) else bundle)["text/plain"]
    assert plain.startswith(text[:40])


def test_a_session_says_in_a_line_what_it_holds(counts):
    assert repr(Session()) == "Session(no data)"
    session = Session(counts)
    session.wait()
    assert repr(session) == "Session(300 cells x 240 regions, untrained)"
    session.idx1, session.idx2 = [0, 1, 2], [3, 4]
    assert repr(session).endswith("untrained, group 1: 3, group 2: 2)")


def test_a_viewer_sends_its_style_once():
    viewer = Viewer()
    children = [getattr(viewer, name) for name in viewer.panels]
    assert len(children) == len(panels.PANELS)
    styles = [panel.get_state()["_css"] for panel in (viewer, *children)]
    assert [len(style) > 1000 for style in styles] == [True] + [False] * len(panels.PANELS)
    assert sum(map(len, styles)) == len(EmbeddingPanel(viewer.session).get_state()["_css"])
    viewer.close()


def test_a_panel_that_is_shown_without_its_viewer_gets_the_style_when_it_asks():
    viewer = Viewer()
    panel = viewer.embedding
    panel._handle_custom_msg({"intent": "style"}, [])
    assert panel._css == viewer._css
    assert panel.session.notice.number == 0
    viewer.close()


class PageComm:
    """The control comm of a page that comes back; keeps what is sent to the page."""

    def __init__(self, sent):
        self.sent = sent

    def on_msg(self, answer):
        self.answer = answer

    def send(self, data, buffers=None):
        self.sent.append(("all", data["states"]))


def test_a_page_that_comes_back_is_not_sent_what_was_before_a_change(panel, monkeypatch):
    sent, session, changed = [], panel.session, threading.Event()
    monkeypatch.setattr(panel, "_send", lambda message, buffers=None: sent.append(("one", message)))
    own_state, threads = type(panel).get_state, []

    def change():
        with session.lock:  # as every delivery does
            session.marks = np.array([5], "uint32")
        changed.set()

    def get_state(key=None, drop_defaults=False):
        found = own_state(panel, key, drop_defaults)
        if key is None and not threads:
            threads.append(threading.Thread(target=change))
            threads[0].start()
            changed.wait(0.3)
        return found

    monkeypatch.setattr(panel, "get_state", get_state)
    page = PageComm(sent)
    opened = get_comm_manager().targets["jupyter.widget.control"]
    opened(page, {"metadata": {"version": "1.0.0"}})
    page.answer({"content": {"data": {"method": "request_states"}}})
    threads[0].join()
    assert [kind for kind, _ in sent] == ["all", "one"]
    assert "marks" in sent[1][1]["state"]
