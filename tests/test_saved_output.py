"""What a saved notebook shows in place of a viewer: a picture and the numbers, without a kernel."""

import json
import os
import re
import sys
import threading
from base64 import b64decode

import nbformat
import numpy as np
import pytest

import peakvi_widgets.saved_output as saved_output
from peakvi_widgets import Session, Viewer
from peakvi_widgets.saved_output import SavedOutput
from peakvi_widgets.session.figures import MAX_CELLS, overview, snapshot


@pytest.fixture
def published(monkeypatch):
    """Stands in for a notebook with a page open: keeps what is published."""
    sent = []

    def publish(bundle, display, *, update=False):
        sent.append((display, bundle, update))
        return True

    monkeypatch.setattr(saved_output, "publish", publish)
    monkeypatch.setattr(saved_output, "after_each_cell", lambda run: None)
    monkeypatch.setattr(saved_output, "has_front_end", lambda: False)
    return sent


@pytest.fixture
def viewer(counts):
    viewer = Viewer(counts)
    viewer.session.wait()
    yield viewer
    viewer.close()


def html(sent):
    return sent[-1][1]["text/html"]


def test_outside_a_notebook_nothing_is_published(viewer):
    assert viewer._repr_mimebundle_() is not None
    assert viewer._saved._displays == []


def test_each_cell_that_shows_the_viewer_gets_an_output_of_its_own(viewer, published):
    viewer._repr_mimebundle_()
    viewer._repr_mimebundle_()
    displays = [display for display, _, update in published if not update]
    assert len(set(displays)) == 2
    assert all(viewer.saved_output in bundle["text/html"] for _, bundle, _ in published)


@pytest.mark.skipif(sys.platform == "darwin", reason="its disks have no such names")
def test_output_can_be_sent_whatever_the_file_is_called(counts, published, tmp_path):
    counts.write_h5ad(tmp_path / "cells.h5ad")
    odd = tmp_path / os.fsdecode(b"caf\xe9.h5ad")
    (tmp_path / "cells.h5ad").rename(odd)
    viewer = Viewer(str(odd))
    viewer.session.wait()
    viewer._repr_mimebundle_()
    viewer.close()
    sent = json.dumps(published[-1][1], ensure_ascii=False).encode()
    assert b"caf\\\\udce9.h5ad" in sent


def test_picture_and_numbers_follow_the_session(viewer, published):
    session = viewer.session
    viewer._repr_mimebundle_()
    assert "300 cells" in html(published)
    assert "<img" not in html(published)  # it is drawn after the viewer is on show
    viewer._saved.refresh()
    display, bundle, update = published[-1]
    assert update
    assert display == published[0][0]
    assert b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["image/png"] in bundle["text/html"]
    before = len(published)
    viewer._saved.refresh()  # nothing has changed
    assert len(published) == before
    session.select(np.arange(12))
    session.make_group(1, against_rest=True)
    viewer._saved.refresh()
    assert "group 1: 12 cells, group 2: 288 cells" in html(published)
    assert published[-1][1]["image/png"] != bundle["image/png"]


def test_names_are_text_and_not_html(counts, published):
    counts = counts.copy()
    counts.obs["<b>x</b>"] = "<script>alert(1)</script>"
    session = Session(counts)
    session.wait()
    session.source = "<img src=x onerror=alert(1)>"
    output = SavedOutput(session, "peakvi-test")
    output.display()
    output.refresh()
    assert "<script" not in html(published)
    assert "onerror=alert" not in re.sub(r"&lt;.*?&gt;", "", html(published))
    output.close()


def test_closed_it_follows_no_longer(viewer, published):
    viewer._repr_mimebundle_()
    viewer._saved.close()
    before = len(published)
    viewer.session.color_by = "depth"
    viewer._saved.refresh()
    assert len(published) == before


def test_where_a_page_is_open_it_is_drawn_in_the_background_without_the_lock(
    viewer, published, monkeypatch
):
    monkeypatch.setattr(saved_output, "has_front_end", lambda: True)
    monkeypatch.setattr(saved_output, "WAIT", 0.01)
    drawn, free = threading.Event(), []
    picture_of = saved_output.picture_of

    def look(now):
        free.append((threading.current_thread(), viewer.session.lock))
        picture = picture_of(now)
        drawn.set()
        return picture

    monkeypatch.setattr(saved_output, "picture_of", look)
    with viewer.session.lock:
        viewer._repr_mimebundle_()
        assert not drawn.wait(0.3)  # the lock is taken to look, and it is held here
    assert drawn.wait(60)
    assert free[0][0] is not threading.main_thread()


@pytest.mark.usefixtures("published")
def test_in_a_page_it_is_not_drawn_before_the_hand_rests(viewer, monkeypatch):
    monkeypatch.setattr(saved_output, "has_front_end", lambda: True)
    monkeypatch.setattr(saved_output, "WAIT", 0.05)
    rests_for, looked, drawn = [0.0], threading.Semaphore(0), threading.Event()

    def hand_rests_for(_session):
        looked.release()
        return rests_for[0]

    monkeypatch.setattr(Session, "hand_rests_for", property(hand_rests_for))
    viewer._repr_mimebundle_()
    monkeypatch.setattr(saved_output, "publish", lambda *_, update: drawn.set())
    for _ in range(3):
        assert looked.acquire(timeout=20)
    assert not drawn.is_set()
    rests_for[0] = 1.0
    assert drawn.wait(20)


@pytest.mark.usefixtures("published")
def test_nothing_to_draw_is_said_in_words():
    session = Session()
    output = SavedOutput(session, "peakvi-test")
    output.display()
    output.refresh()
    assert overview(snapshot(session)) is None
    output.close()


def test_many_cells_are_drawn_as_a_sample_of_them(counts):
    session = Session(counts)
    session.wait()
    session.select(np.arange(100))
    session.make_group(1, against_rest=True)
    now = snapshot(session)
    from dataclasses import replace

    n = MAX_CELLS + 10_000
    rng = np.random.default_rng(0)
    colors = replace(now.colors, codes=rng.integers(0, 3, n).astype("int16"))
    many = replace(
        now,
        n_cells=n,
        embedding=rng.normal(size=(n, 2)),
        colors=colors,
        idx1=np.arange(n // 2),
        idx2=np.arange(n // 2, n),
    )
    figure = overview(many)
    drawn = sum(len(part.get_offsets()) for part in figure.axes[0].collections)
    assert MAX_CELLS <= drawn <= 2.1 * MAX_CELLS  # in their colors, and as members of a group
    assert len(many.embedding) == n


SCRIPT = """
import numpy as np, peakvi_widgets as pv
a = pv.datasets.simulate(200, 80, n_types=2, seed=1)
a.obsm["X_umap"] = np.random.default_rng(0).normal(size=(200, 2)).astype("float32")
v = pv.Viewer(a)
v.session.wait()
v
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nbconvert_shows_the_picture_and_the_last_numbers(tmp_path, monkeypatch):
    from nbconvert.exporters import HTMLExporter
    from nbconvert.preprocessors import ExecutePreprocessor

    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    cells = [SCRIPT, "v.session.select(np.arange(7)); v.session.make_group(1, against_rest=True)"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    ExecutePreprocessor(timeout=200, kernel_name="python3").preprocess(notebook, {})
    outputs = notebook.cells[0].outputs
    saved = [one for one in outputs if "peakvi-saved" in one.data.get("text/html", "")]
    assert len(saved) == 1
    assert "image/png" in saved[0].data
    assert "group 1: 7 cells, group 2: 193 cells" in saved[0].data["text/html"]
    page, _ = HTMLExporter().from_notebook_node(notebook)
    assert page.count('<img alt="Cells and results" src="data:image/png;base64,') == 1
    assert page.count("group 1: 7 cells") == 1
