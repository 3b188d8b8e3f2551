"""The window from Python: docks, their layout, and keys that a person binds."""

from dataclasses import replace
from threading import Thread

import ipywidgets
import pytest
from anywidget import AnyWidget

from peakvi_widgets import CodePanel, Viewer
from peakvi_widgets.commands import COMMANDS
from peakvi_widgets.errors import DataError
from peakvi_widgets.key_bindings import key_name
from peakvi_widgets.window import Docked, Layout


@pytest.fixture
def viewer(session):
    return Viewer(session)


def pressed(viewer, key):
    viewer._receive(viewer, {"intent": "press_key", "key": key}, [])


class TestDocks:
    @pytest.mark.parametrize(
        ("widget", "prefix"),
        [
            (lambda: ipywidgets.IntSlider(), "IPY_MODEL_"),
            (lambda: ipywidgets.VBox([ipywidgets.Text()]), "IPY_MODEL_"),
            (lambda: AnyWidget(), "anywidget:"),
            (lambda: CodePanel(), "anywidget:"),
        ],
    )
    def test_any_widget_is_docked_and_told_to_the_browser(self, viewer, widget, prefix):
        made = widget()
        docked = viewer.window.add_dock_widget(made, name="mine", area="left")
        assert viewer.docked == (Docked("mine", "left", prefix + made.model_id),)
        assert viewer.get_state("docked")["docked"][0]["name"] == "mine"
        assert viewer.window.dock_widgets == (docked,)
        assert (docked.widget, docked.area) == (made, "left")

    def test_it_comes_to_the_front_of_its_dock_which_unfolds(self, viewer):
        viewer.window.layout = replace(viewer.window.layout, right_open=False)
        viewer.window.add_dock_widget(ipywidgets.IntSlider(description="size"))
        assert viewer.window.layout == Layout(right_tab="size")

    def test_one_of_the_same_name_makes_room(self, viewer):
        first, second = ipywidgets.IntSlider(), ipywidgets.IntSlider()
        viewer.window.add_dock_widget(first, name="size")
        viewer.window.add_dock_widget(second, name="size", area="bottom")
        assert [one.widget for one in viewer.window.dock_widgets] == [second]
        assert [(one.area, one.ref[10:]) for one in viewer.docked] == [("bottom", second.model_id)]

    def test_it_is_closed_by_its_handle_by_its_name_and_by_the_browser(self, viewer):
        window = viewer.window
        window.add_dock_widget(ipywidgets.IntSlider(), name="a").close()
        window.add_dock_widget(ipywidgets.IntSlider(), name="b")
        window.remove_dock_widget("b")
        slider = ipywidgets.IntSlider()
        window.add_dock_widget(slider, name="c")
        viewer._receive(viewer, {"intent": "close_dock", "name": "c"}, [])
        assert window.dock_widgets == viewer.docked == ()
        assert slider.comm is not None  # it lives on

    @pytest.mark.parametrize("make", [ipywidgets.IntSlider, AnyWidget])
    def test_a_closed_widget_leaves_and_others_are_docked_as_before(self, viewer, make):
        closed, other, new = make(), ipywidgets.Text(), ipywidgets.IntSlider()
        window = viewer.window
        for widget, name in [(closed, "closed"), (other, "other")]:
            window.add_dock_widget(widget, name=name)
        closed.close()
        assert [row.name for row in viewer.docked] == ["other"]
        window.add_dock_widget(new, name="new")
        assert [one.widget for one in window.dock_widgets] == [other, new]
        with pytest.raises(DataError, match="is closed"):
            window.add_dock_widget(closed)
        assert [row.name for row in viewer.docked] == ["other", "new"]

    def test_what_was_taken_out_is_watched_no_more(self, viewer):
        slider, text = ipywidgets.IntSlider(), ipywidgets.Text()
        before = [len(w._trait_notifiers["comm"]["change"]) for w in (slider, text)]
        viewer.window.add_dock_widget(slider, name="size").close()
        viewer.window.add_dock_widget(text, name="note")
        viewer.close()
        assert [len(w._trait_notifiers["comm"]["change"]) for w in (slider, text)] == before
        text.close()

    @pytest.mark.parametrize(
        ("widget", "options", "why"),
        [
            (object(), {}, "not a widget"),
            ("anything", {}, "not a widget"),
            (ipywidgets.Layout(), {}, "not a widget"),
            (ipywidgets.IntSlider(), {"area": "top"}, "'top' is not an area"),
            (ipywidgets.IntSlider(), {"name": "code"}, "name of a panel"),
        ],
    )
    def test_what_cannot_be_docked_is_refused_and_changes_nothing(
        self, viewer, widget, options, why
    ):
        with pytest.raises(DataError, match=why):
            viewer.window.add_dock_widget(widget, **options)
        assert (viewer.docked, viewer.window.layout) == ((), Layout())

    def test_a_viewer_cannot_be_docked_in_itself(self, viewer):
        with pytest.raises(DataError, match="in itself"):
            viewer.window.add_dock_widget(viewer)

    def test_what_is_not_docked_cannot_be_removed(self, viewer):
        viewer.window.add_dock_widget(ipywidgets.IntSlider(), name="size")
        with pytest.raises(DataError, match="the docked widgets are 'size'"):
            viewer.window.remove_dock_widget("other")
        viewer._receive(viewer, {"intent": "close_dock", "name": "other"}, [])
        assert "is not docked here" in viewer.notice.text


class TestLayout:
    def test_the_browser_sets_it_and_python_reads_it(self, viewer):
        layout = viewer.get_state("window_layout")["window_layout"]
        viewer.set_state({"window_layout": {**layout, "left": 300, "bottom_open": False}})
        assert viewer.window.layout == Layout(left=300, bottom_open=False)

    @pytest.mark.parametrize("bad", [{"left": -3}, {"height": 9e9}, {"depth": 3}])
    def test_what_makes_no_sense_is_answered_with_the_truth(self, viewer, bad):
        layout = viewer.get_state("window_layout")["window_layout"]
        viewer.set_state({"window_layout": {**layout, **bad}})
        assert viewer.window.layout == Layout()
        assert viewer.notice.level == "error"

    def test_the_browser_sets_nothing_else_of_the_window(self, viewer):
        viewer.set_state({"docked": [{"name": "x", "area": "left", "ref": "y"}], "bindings": [1]})
        assert viewer.docked == viewer.bindings == ()


def test_the_window_undoes_and_brings_back(viewer):
    viewer.session.select([1, 2])
    viewer._receive(viewer, {"intent": "undo"}, [])
    assert (viewer.undo_label, viewer.redo_label) == ("", "selection")
    viewer._receive(viewer, {"intent": "redo"}, [])
    assert viewer.session.selection.tolist() == [1, 2]
    assert viewer.redo_label == ""


class TestKeys:
    def test_a_bound_key_runs_its_function_with_the_viewer(self, viewer):
        @viewer.bind_key("Shift-K")
        def grow(given):
            """Grow the selection.

            By much.
            """
            given.session.select([1, 2])

        assert [(b.key, b.title) for b in viewer.bindings] == [("shift+k", "Grow the selection")]
        pressed(viewer, "shift+k")
        assert viewer.session.selection.tolist() == [1, 2]
        assert callable(grow)

    def test_the_function_may_wait_for_work_of_other_threads(self, viewer):
        free = []

        def take(lock):
            free.append(lock.acquire(timeout=5))
            if free[-1]:
                lock.release()  # or what the session still loads could never be delivered

        def wait(given):
            other = Thread(target=take, args=[given.session.lock])
            other.start()
            other.join()

        viewer.bind_key("h", wait)
        pressed(viewer, "h")
        assert free == [True]

    @pytest.mark.parametrize(
        ("error", "text"),
        [
            (DataError("no such cell; choose another."), "no such cell; choose another."),
            (KeyError("a"), "KeyError: 'a'. Raised by fail, which is bound to 'h'."),
        ],
    )
    def test_its_errors_become_notices(self, viewer, error, text):
        def fail(_):
            raise error

        viewer.bind_key("h", fail)
        pressed(viewer, "h")
        assert (viewer.notice.level, viewer.notice.text) == ("error", text)

    @pytest.mark.parametrize(
        ("key", "why"),
        [
            ("Ctrl-T", "is reserved for the browser"),
            ("cmd+s", "is reserved for JupyterLab"),
            ("Tab", "is reserved for buttons"),
            ("kk", "is not a key"),
            ("", "is not a key"),
            ("Hyper-K", "is not a key"),
            ("x", "bound to 'Swap groups'"),
            ("?", "bound to 'Keyboard shortcuts'"),
        ],
    )
    def test_a_key_of_somebody_else_is_refused(self, viewer, key, why):
        with pytest.raises(DataError, match=why):
            viewer.bind_key(key, print)
        assert viewer.bindings == ()

    def test_ours_may_be_overwritten_and_come_back(self, viewer):
        viewer.bind_key("x", lambda v: v.session.select([3]), title="Mine", overwrite=True)
        with pytest.raises(DataError, match="bound to 'Mine'"):
            viewer.bind_key("X", print)
        pressed(viewer, "x")
        assert viewer.session.selection.tolist() == [3]
        viewer.unbind_key("x")
        assert viewer.bindings == ()
        pressed(viewer, "x")
        assert "'x' is not bound any more" in viewer.notice.text
        with pytest.raises(DataError, match="Nothing is bound"):
            viewer.unbind_key("x")

    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("K", "k"), ("Ctrl-Alt-K", "mod+alt+k"), ("shift+ctrl+k", "mod+shift+k"),
            ("Home", "home"), ("Shift-?", "?"), ("-", "-"), ("Ctrl--", "mod+-"), ("+", "+"),
            ("Esc", "escape"), ("F2", "f2"), ("Shift-Left", "shift+arrowleft"), ("space", " "),
        ],
    )  # fmt: skip
    def test_keys_are_written_in_many_ways_and_named_in_one(self, written, name):
        assert key_name(written) == name

    @pytest.mark.parametrize("key", [k for t in COMMANDS.values() for c in t for k in c.keys])
    def test_our_own_keys_are_named_so(self, key):
        assert key_name(key) == key
