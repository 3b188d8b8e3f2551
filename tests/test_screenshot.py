"""Pictures of the window: asked of a browser, never waited for in vain, else by matplotlib."""

import threading
from base64 import b64encode
from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imsave

from peakvi_widgets import Viewer, kernel
from peakvi_widgets.errors import DataError, StageError
from peakvi_widgets.screenshot import PictureRequest, Screenshot

pytestmark = pytest.mark.slow


def png(width=3, height=2):
    file = BytesIO()
    pixels = np.zeros((height, width, 4), "uint8")
    pixels[0, 0] = [255, 0, 0, 255]
    imsave(file, pixels, format="png")
    return file.getvalue()


@pytest.fixture
def viewer(session, monkeypatch):
    """A viewer that believes in a browser."""
    monkeypatch.setattr(kernel, "_browser_thread", None)
    monkeypatch.setattr("peakvi_widgets.screenshot.why_browser_cannot_answer", lambda comm: "")
    return Viewer(session)


def answering(viewer, **answer):
    """Answer each request as a browser does: in another thread, through the panel's door."""
    asked = []

    def answer_it(change):
        if change.new.number == 0:
            return
        asked.append(change.new)
        content = {"intent": "picture", "number": change.new.number, "png": "", "why": "", **answer}
        threading.Thread(target=viewer._receive, args=(viewer, content, [])).start()

    viewer.observe(answer_it, "picture_asked")
    return asked


class TestFromTheScreen:
    def test_it_is_what_the_browser_sent(self, viewer):
        asked = answering(viewer, png=b64encode(png()).decode())
        picture = viewer.screenshot(canvas_only=False, timeout=30)
        assert (picture.png, picture.source) == (png(), "screen")
        assert [one.canvas_only for one in asked] == [False]
        assert viewer.picture_asked == PictureRequest()  # who comes later is not asked

    def test_it_knows_its_size_and_its_pixels_and_a_notebook_shows_it(self):
        picture = Screenshot(png())
        assert picture.shape == (2, 3)
        assert picture.to_array()[0, :2].tolist() == [[255, 0, 0, 255], [0, 0, 0, 0]]
        assert picture._repr_png_() == picture.png
        assert repr(picture) == "<Screenshot 3 x 2, from screen>"

    def test_a_large_picture_passes_the_door(self, viewer):
        noise = BytesIO()
        imsave(
            noise, np.random.default_rng(0).integers(0, 255, (300, 300, 4), "uint8"), format="png"
        )
        answering(viewer, png=b64encode(noise.getvalue()).decode())
        assert viewer.screenshot(timeout=30).png == noise.getvalue()

    @pytest.mark.parametrize("end", [40, 60])
    def test_a_damaged_picture_is_one_sentence(self, end):
        with pytest.raises(DataError, match="The picture is damaged"):
            Screenshot(png()[:end]).to_array()

    def test_it_is_written_and_nothing_is_overwritten_unasked(self, viewer, tmp_path):
        answering(viewer, png=b64encode(png()).decode())
        path = tmp_path / "cells.png"
        viewer.screenshot(path, timeout=30)
        assert path.read_bytes() == png()
        with pytest.raises(DataError, match="exists already"):
            viewer.screenshot(path, timeout=30)
        viewer.screenshot(path, overwrite=True, timeout=30)

    @pytest.mark.parametrize(
        "what",
        [
            "no base64 !", b64encode(b"GIF89a").decode(), b64encode(png()[:20]).decode(),
            b64encode(png()[:16] + b"\xff\xff\xff\xff" * 2 + png()[24:]).decode(),
            b64encode(png()[:16] + b"\0" * 8 + png()[24:]).decode(),
        ],
    )  # fmt: skip
    def test_what_is_no_picture_becomes_a_notice(self, viewer, what):
        content = {"intent": "picture", "number": 1, "png": what, "why": ""}
        viewer._receive(viewer, content, [])
        assert viewer.session.notice.level == "error"

    def test_late_answer_is_ignored(self, viewer):
        viewer.on_picture(7, b64encode(png()).decode(), "")
        assert viewer._screen._answers == {}


class TestWithoutAScreen:
    @pytest.fixture
    def embedded(self, session):
        session.train(max_epochs=1)
        session.embed()
        session.wait()
        return session

    def test_matplotlib_draws_the_cells_and_says_why(self, embedded):
        with pytest.warns(UserWarning, match="matplotlib drew this picture: no browser shows this"):
            picture = Viewer(embedded).screenshot()
        assert picture.source == "matplotlib"
        assert len(np.unique(picture.to_array().reshape(-1, 4), axis=0)) > 3
        assert embedded.notice.level == "warning"

    def test_a_browser_that_does_not_answer_is_given_up(self, embedded, viewer):
        with pytest.warns(UserWarning, match="no browser answered within 0.05 seconds"):
            assert viewer.screenshot(timeout=0.05).source == "matplotlib"

    def test_a_browser_says_why_it_has_none(self, embedded, viewer):
        answering(viewer, why="the viewer is not visible")
        with pytest.warns(UserWarning, match="the viewer is not visible"):
            viewer.screenshot(timeout=30)

    def test_nothing_to_draw_is_said(self):
        with pytest.raises(StageError, match=r"no browser.*no embedding"):
            Viewer().screenshot()


class TestWhoWouldWaitForEver:
    def test_thread_on_which_messages_come_does_not_wait_for_one(self, session):
        viewer = Viewer(session)
        viewer._receive(viewer, {"intent": "undo"}, [])
        assert "wait until" in kernel.why_browser_cannot_answer(object())
        reasons = []
        other = threading.Thread(
            target=lambda: reasons.append(kernel.why_browser_cannot_answer(object()))
        )
        other.start()
        other.join()
        assert reasons == [""]

    def test_shared_trait_counts_as_a_message(self, session, monkeypatch):
        monkeypatch.setattr(kernel, "_browser_thread", None)
        Viewer(session).set_state({})
        assert kernel._browser_thread is threading.current_thread()

    @pytest.mark.parametrize(("subshells", "why"), [(False, "only between cells"), (True, "")])
    def test_kernel_without_subshells_hears_between_cells_only(self, monkeypatch, subshells, why):
        monkeypatch.setattr(kernel, "_browser_thread", None)

        class Running:
            class kernel:
                _supports_kernel_subshells = subshells

        monkeypatch.setattr("IPython.get_ipython", lambda: Running)
        reason = kernel.why_browser_cannot_answer(object())
        assert why in reason
        assert bool(reason) == bool(why)
