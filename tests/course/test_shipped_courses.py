"""The courses of the package can be done to the end on the data that they name."""

import numpy as np
import pytest

import peakvi_widgets as pv

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def session():
    opened = pv.Session("pbmc10k")
    opened.preview()
    opened.train("quick")
    opened.wait()
    return opened


def step_done(course):
    course.session.wait()
    return course.panel.lesson.is_done, course.panel.student.missing(course.session)


def kinds(session, kind):
    return np.flatnonzero((session.adata.obs["cell_type_coarse"] == kind).to_numpy())


def test_from_a_map_to_a_gene(session):
    course = pv.workshop("markers", data=session)
    session.live = False
    ways = [
        lambda: None,
        lambda: None,
        lambda: setattr(session, "color_by", "MS4A1"),
        lambda: setattr(session, "idx1", kinds(session, "B")),
        lambda: (session.against_rest(), session.compare(), session.wait()),
        lambda: course.panel.on_answer(text="MS4A1, PAX5 and EBF1"),
        lambda: (session.show_region("MS4A1"), course.panel.on_answer(text="before it")),
    ]
    for number, way in enumerate(ways, start=1):
        course.go_to(number)
        way()
        assert step_done(course) == (True, ""), course.student.now.name
    course.go_to(8)
    assert course.student.done == [True] * 8
    course.close()


def test_when_a_comparison_may_be_believed(session):
    course = pv.workshop("believe", data=session)
    monocytes = kinds(session, "Mono")
    halves = monocytes[::2], monocytes[1::2]

    def compare(one, other):
        session.idx1, session.idx2 = one, other
        session.compare()
        session.wait()
        course.panel.on_answer(text="so many")

    ways = [
        lambda: None,
        lambda: compare(kinds(session, "B"), monocytes),
        lambda: compare(*halves),
        lambda: course.panel.on_answer(text="no"),
    ]
    for number, way in enumerate(ways, start=1):
        course.go_to(number)
        way()
        assert step_done(course) == (True, ""), course.student.now.name
    course.go_to(5)
    assert course.student.done == [True] * 5
    course.close()
