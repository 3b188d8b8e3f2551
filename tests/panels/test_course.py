"""A course beside the window follows what the student does, and writes what is handed in."""

import json
import re

import numpy as np
import pytest

import peakvi_widgets as pv
from peakvi_widgets.course.class_folder import SUFFIX
from peakvi_widgets.errors import DataError

COURSE = """---
title: Groups <b>
data: pbmc10k
---
About.

## Read
Just read.

## Group
```step
button: lasso
done when:
  cells in group 1: 20
hints: [First., Second.]
```

## Answer
```step
question: Why <i>?
```
"""


@pytest.fixture
def lesson(counts, tmp_path):
    (tmp_path / "course.md").write_text(COURSE)
    made = []

    def make(**options):
        made.append(pv.workshop(tmp_path / "course.md", data=counts, **options))
        made[-1].session.wait()
        made[-1].session.live = False
        return made[-1]

    yield make
    for one in made:
        one.close()


def done(one):
    return [step.is_done for step in one.panel.steps]


def test_steps_are_done_when_they_are(lesson):
    one = lesson()
    panel = one.panel
    assert panel.course_title == "Groups <b>"
    assert "About." in panel.lesson.body
    assert panel.lesson.is_read
    panel.on_go_to_step(1)
    assert done(one) == [True, False, False]
    assert (panel.lesson.button, panel.lesson.missing, panel.lesson.is_done) == ("lasso", "", False)
    one.session.idx1 = np.arange(19)
    panel.on_check()
    assert panel.lesson.missing == "Group 1 has 19 cells; 20 are needed."
    one.session.idx1 = np.arange(21)
    assert done(one) == [True, True, False]
    assert panel.lesson.is_done
    assert panel.lesson.missing == ""
    one.session.idx1 = np.arange(3)
    assert done(one) == [True, True, False]  # it was done once
    panel.on_go_to_step(2)
    panel.on_check()
    assert panel.lesson.missing == "Write an answer to the question."
    panel.on_answer(text="Because.")
    assert done(one) == [True, True, True]
    assert repr(one) == "Workshop('Groups <b>', 3 of 3 steps)"


def test_a_last_step_to_read_is_done_at_once(lesson, tmp_path):
    lesson()  # writes the file
    (tmp_path / "course.md").write_text(COURSE.split("## Group")[0] + "## End\nThat was it.")
    one = lesson()
    one.go_to(2)
    assert done(one) == [True, True]


def test_a_step_to_read_is_not_done_by_going_back(lesson, tmp_path):
    lesson()  # writes the file
    parts = (COURSE.split("## Group")[0], "## Middle\nMore.\n", "## End\nThat was it.")
    (tmp_path / "course.md").write_text("\n".join(parts))
    one = lesson()
    one.go_to(2)
    one.go_to(1)
    assert done(one) == [True, False, False]


def test_failed_checks_unlock_hints(lesson):
    one = lesson()
    one.go_to(2)
    hints = []
    for _ in range(6):
        one.panel.on_check()
        hints.append(one.panel.lesson.hint)
    assert hints == ["", "First.", "First.", "Second.", "Second.", "Second."]
    one.session.idx1 = np.arange(30)
    assert one.panel.lesson.hint == ""
    assert one.student.tries == [0, 6, 0]


def test_starting_a_step_again_restores_the_groups(lesson):
    one = lesson()
    session = one.session
    session.idx2 = np.arange(5)
    one.go_to(2)
    session.idx1, session.idx2 = np.arange(30), np.arange(30, 60)
    before, session.color_by = session.color_by, session.regions[0]
    one.panel.on_answer(text="kept")
    assert done(one) == [True, True, False]
    one.panel.on_start_again(step=1)
    assert (len(session.idx1), session.idx2.tolist()) == (0, [0, 1, 2, 3, 4])
    assert session.color_by == before
    assert done(one) == [True, False, False]
    assert one.panel.lesson.answer == "kept"


def test_starting_again_after_a_filter_leaves_the_groups(lesson):
    one = lesson()
    one.go_to(2)
    one.session.filter(min_cells=5)
    one.session.wait()
    one.session.idx1 = np.arange(30)
    one.panel.on_start_again(step=1)
    assert len(one.session.idx1) == 30
    assert "have changed since this step began" in one.session.notice.text


def test_steps_that_are_not_there_are_refused(lesson):
    one = lesson()
    for step in (-1, 3):
        with pytest.raises(DataError, match="the course has 3"):
            one.panel.on_go_to_step(step)
        with pytest.raises(DataError):
            one.panel.on_start_again(step)
    assert one.student.step == 0


def test_the_browser_can_send_nothing_else(lesson):
    panel = lesson().panel
    panel._receive(panel, {"intent": "go_to_step", "step": "1"}, [])
    assert panel.lesson.step == 0
    assert panel.session.notice.level == "error"
    panel.set_state({"steps": [], "course_title": "x"})
    assert panel.course_title == "Groups <b>"
    assert len(panel.steps) == 3


def test_the_summary_holds_what_was_done(lesson, tmp_path):
    one = lesson(student="Ada <script>alert(1)</script>")
    one.session.idx1 = np.arange(30)
    one.go_to(3)
    one.panel.on_answer(text="B & <img src=x onerror=alert(1)>")
    path = one.hand_in(tmp_path / "a.html")
    page = path.read_text(encoding="utf-8")
    assert "Ada &lt;script&gt;" in page
    assert "B &amp; &lt;img" in page
    assert "Group 1: 30 cells" in page
    assert "session = pv.Session(" in page
    assert not re.search(r"<(script|img(?! alt))|\bon\w+=(?!alert)", page)
    assert "http" not in re.sub(r"<pre>.*?</pre>", "", page, flags=re.DOTALL)
    one.panel.on_hand_in()
    assert one.panel.page.number == 1
    assert one.panel.page.name.startswith("Groups_b_Ada")
    assert "Group 1: 30 cells" in one.panel.page.html
    with pytest.raises(DataError, match="exists already"):
        one.hand_in(path)
    with pytest.raises(DataError, match=r"\.html"):
        one.hand_in(tmp_path / "a.txt")


def test_a_class_is_seen_in_its_folder(lesson, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    ada, other = lesson(student="Ada", folder=folder), lesson(student="Ada!", folder=folder)
    ada.go_to(2)
    ada.session.idx1 = np.arange(30)
    other.panel.on_go_to_step(1)
    other.panel.on_check()
    table = pv.class_progress(folder)
    assert table.index.tolist() == ["Ada", "Ada!"]
    assert table["done"].tolist() == [2, 1]
    assert table["tries"].tolist() == [0, 1]
    assert (table["of"] == 3).all()
    assert (table["step"] == 2).all()

    before = sorted(path.name for path in folder.iterdir())
    (folder / f"bad{SUFFIX}").write_text("{")
    (folder / f"list{SUFFIX}").write_text("[1]")
    good = json.loads((folder / f"Ada{SUFFIX}").read_text())
    (folder / f"type{SUFFIX}").write_text(json.dumps({**good, "done": "all"}))
    for number, at in enumerate(
        ("0001-01-01T00:00:00+14:00", "9999-12-31T00:00:00-12:00", "1500-01-01T00:00:00+00:00")
    ):
        (folder / f"at{number}{SUFFIX}").write_text(json.dumps({**good, "at": at}))
    with pytest.warns(UserWarning, match="6 files were skipped"):
        assert len(pv.class_progress(folder)) == 2
    assert set(before) < {path.name for path in folder.iterdir()}


def test_a_folder_that_is_gone_does_not_stop_the_lesson(lesson, tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    one = lesson(student="Ada", folder=folder)
    next(folder.iterdir()).unlink()
    folder.rmdir()
    one.go_to(2)
    assert one.panel.lesson.step == 1
    assert "cannot be written" in one.session.notice.text


def test_a_class_folder_needs_a_name_and_a_folder(lesson, tmp_path):
    with pytest.raises(DataError, match="needs a name"):
        lesson(folder=tmp_path)
    with pytest.raises(DataError, match="was not found; give the folder"):
        lesson(student="Ada", folder=tmp_path / "none")
    with pytest.raises(DataError, match="was not found; give the folder"):
        pv.class_progress(tmp_path / "none")
    assert len(pv.class_progress(tmp_path)) == 0


def test_a_closed_course_no_longer_follows_the_session(lesson):
    one = lesson()
    one.panel.close()
    one.session.idx1 = np.arange(30)
    assert done(one) == [False, False, False]
