"""A cell that is run again leaves nothing of its old viewer behind: no comm, thread or data."""

import gc
import threading
import weakref

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances
from traitlets import TraitError

from peakvi_widgets import CodePanel, Session, Viewer, cell_reruns
from peakvi_widgets.kernel import CellRun, running_cell
from peakvi_widgets.window import Layout

pytestmark = pytest.mark.slow


@pytest.fixture
def run_cell(monkeypatch):
    """Runs a function as a notebook runs a cell: by a name that stays and a run that is new."""
    runs = iter(range(1, 100))

    def run_cell(cell, function):
        run = CellRun(cell, f"run {(number := next(runs))}", number)
        with monkeypatch.context() as patch:
            patch.setattr(cell_reruns, "running_cell", lambda: run)
            return function()

    return run_cell


def show(viewer):
    assert viewer._repr_mimebundle_() is not None
    return viewer


def left():
    """Widgets with a comm, and our threads once they had time to end."""
    gc.collect()
    for thread in threading.enumerate():
        if thread.name.startswith("peakvi"):
            thread.join(timeout=300)  # the first one compiles
    ours = [thread.name for thread in threading.enumerate() if thread.name.startswith("peakvi")]
    return len(_instances), ours


def test_outside_a_notebook_no_cell_runs():
    assert running_cell() is None


@pytest.mark.slow
def test_three_runs_leave_what_one_leaves(run_cell, counts):
    def cell():
        viewer = show(Viewer(counts))
        viewer.session.wait()
        return viewer

    before = left()
    first = run_cell("a", cell)
    once = left()
    old = weakref.ref(first)
    session = weakref.ref(first.session)
    del first
    for _ in range(2):
        viewer = run_cell("a", cell)
    assert left() == once
    assert (old(), session()) == (None, None)
    viewer.close()
    del viewer
    assert left() == before


def test_a_session_that_is_shared_goes_on_and_forgets_the_old_panels(run_cell, session):
    def cell():
        return show(Viewer(session))

    def watchers():
        gc.collect()
        return {name: len(who.get("change", ())) for name, who in session._trait_notifiers.items()}

    run_cell("a", cell)
    once = watchers()
    run_cell("a", cell)
    assert watchers() == once
    session.train("quick", max_epochs=1)
    viewer = run_cell("a", cell)
    session.wait()
    assert viewer.training == session.training == "trained"


def test_work_of_the_old_viewers_own_session_is_given_up(run_cell, counts):
    def cell():
        viewer = show(Viewer(counts))
        viewer.session.wait()
        return viewer

    first = run_cell("a", cell)
    first.session.train("quick", max_epochs=100_000, early_stopping=False)
    first.session.embed()
    run_cell("a", cell)
    first.session.wait()
    assert len(first.session.history) < 100_000
    assert first.session.embedding_state != "running"


def test_a_new_viewer_of_the_same_session_keeps_its_work(run_cell, counts):
    first = run_cell("a", lambda: Viewer(counts))
    first.session.wait()
    first.session.train("quick", max_epochs=2)
    second = run_cell("a", lambda: Viewer(first.session))
    second.session.wait()
    assert len(second.session.history) == 2


def test_two_viewers_of_one_run_and_those_of_other_cells_stay(run_cell, session):
    two = run_cell("a", lambda: [show(Viewer(session)), show(Viewer(session))])
    other = run_cell("b", lambda: show(Viewer(session)))
    assert [v.superseded for v in (*two, other)] == ["", "", ""]
    assert None not in [v.comm for v in (*two, other)]


def test_shown_elsewhere_it_says_so_there_until_that_cell_is_run_again(run_cell, session):
    first = run_cell("a", lambda: show(Viewer(session)))
    panels = [getattr(first, name) for name in first.panels]
    run_cell("b", lambda: show(first))
    second = run_cell("a", lambda: show(Viewer(session)))
    assert first.superseded == "The cell that made this viewer was run again, as [3]."
    assert first.comm is not None
    assert [panel.comm for panel in panels] == [None] * len(panels)
    # a page that is loaded anew asks every widget for all its state
    state = first.get_state()
    assert {name: state[name] for name in first.panels} == dict.fromkeys(first.panels)
    run_cell("b", lambda: show(second))
    assert first.comm is None
    assert second.superseded == ""


def test_the_new_viewer_stands_as_a_person_left_the_old_one(run_cell, session):
    """Sizes, folds and tabs are handed on, neither data nor groups."""
    layout = Layout(left=300, height=700, bottom_open=False, bottom_tab="volcano")
    first = run_cell("a", lambda: show(Viewer(session)))
    first.session.select([1, 2])
    first.window.layout = layout
    other = run_cell("b", lambda: show(Viewer(session)))
    second = run_cell("a", lambda: show(Viewer()))
    assert second.window.layout == second.window_layout == layout
    assert (second.n_cells, second.window.dock_widgets) == (0, ())
    assert other.window.layout == Layout()
    viewer = run_cell("a", lambda: show(Viewer(session, window_layout=Layout(left=200))))
    assert viewer.window.layout == Layout(left=200)


def test_each_of_two_viewers_follows_its_own_forerunner(run_cell, session):
    def two():
        return [show(Viewer(session)), show(Viewer(session))]

    for viewer, left in zip(run_cell("a", two), (250, 350), strict=True):
        viewer.window.layout = Layout(left=left)
    assert [viewer.window.layout.left for viewer in run_cell("a", two)] == [250, 350]
    assert run_cell("a", lambda: show(Viewer(session))).window.layout.left == 250
    assert [viewer.window.layout.left for viewer in run_cell("a", two)] == [250, None]


def test_panels_and_layouts_are_closed_and_docked_widgets_live_on(session):
    before = set(_instances)
    viewer, slider = Viewer(session), ipywidgets.IntSlider()
    mine = {slider.model_id, slider.layout.model_id, slider.style.model_id}
    viewer.window.add_dock_widget(slider, name="size")
    viewer.close()
    viewer.close()  # twice does no harm
    assert set(_instances) - before == mine
    slider.close()


def test_a_layout_that_was_given_is_not_closed(session):
    layout = ipywidgets.Layout(width="50%")
    CodePanel(session, layout=layout).close()
    assert layout.comm is not None


def test_what_is_closed_hears_nothing_more(session):
    panel = CodePanel(session)
    panel.close()
    session.select([1, 2])
    assert "select" not in panel.script_head + panel.script_body + panel.script_tail


def test_a_viewer_that_could_not_be_made_closes_quietly():
    with pytest.raises(TraitError):
        Viewer(Session(), window_layout="wide")
    gc.collect()  # a widget closes itself when it goes; what is raised there is a warning, an error


def test_a_ping_is_answered_with_its_number(session):
    viewer = Viewer(session)
    viewer._receive(viewer, {"intent": "ping", "number": 7}, [])
    assert viewer.pong == 7
