"""Messages of a browser that nobody wrote by hand: one sentence, and nothing changes."""

import inspect
import logging
import math
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Literal, get_args, get_origin

import pytest
from traitlets import TraitError

from peakvi_widgets.arguments import hints_of
from peakvi_widgets.errors import DataError
from peakvi_widgets.panels._panel import intents
from peakvi_widgets.panels.differential import DifferentialPanel
from peakvi_widgets.panels.embedding import EmbeddingPanel
from peakvi_widgets.panels.training import TrainingPanel
from peakvi_widgets.viewer import Viewer
from peakvi_widgets.wire import hint_of
from tests.panels.test_panel import PANELS


@pytest.fixture(autouse=True)
def no_exception_is_logged(caplog):
    yield  # ipywidgets logs what a handler raises
    assert [one.message for one in caplog.records if one.levelno >= logging.WARNING] == []


def send(panel, data, buffers=()):
    panel._handle_msg({"content": {"data": data}, "buffers": list(buffers)})
    text = panel.session.notice.text
    assert "fault of peakvi_widgets" not in text
    assert len(text) < 300
    return text


def send_state(panel, state, buffer_paths=(), buffers=()):
    data = {"method": "update", "state": state, "buffer_paths": list(buffer_paths)}
    return send(panel, data, buffers)


@pytest.mark.parametrize(
    "data",
    [
        None, [], "x", {}, {"method": None}, {"method": "explode"}, {"method": ["update"]},
        {"method": "update"}, {"method": "update", "state": []},
        {"method": "update", "state": {}, "buffer_paths": None},
        {"method": "update", "state": {}, "buffer_paths": [["a", "b"]]},
        {"method": "custom"}, {"method": "custom", "content": []},
        {"method": "custom", "content": None}, {"method": "custom", "content": {"intent": []}},
        {"method": "custom", "content": {"intent": {"a": 1}}},
    ],
)  # fmt: skip
def test_message_that_is_none_is_one_sentence(session, data):
    assert send(EmbeddingPanel(session), data)


@pytest.mark.parametrize(
    ("state", "paths"),
    [
        ({"delta": 1}, [["nowhere", "data"]]),
        ({"delta": 1}, [[]]),
        ({"delta": [1]}, [["delta", 5]]),
        ({"delta": "abc"}, [["delta", 0]]),
    ],
)
def test_buffer_without_a_place_is_refused(session, state, paths):
    panel = DifferentialPanel(session)
    assert "no place for a buffer" in send_state(panel, state, paths, [memoryview(b"1234")])
    assert session.delta == panel.delta == 0.05


@pytest.mark.parametrize("value", [math.nan, math.inf, -1, "1", None, True, [], {}, 10**400])
@pytest.mark.parametrize("name", ["delta", "fdr_target"])
def test_number_that_makes_no_sense_changes_nothing(session, name, value):
    panel = DifferentialPanel(session)
    before = getattr(session, name)
    assert name in send_state(panel, {name: value})
    assert getattr(session, name) == getattr(panel, name) == before


@pytest.mark.parametrize("value", [1, "yes", None, []])
def test_switch_takes_true_or_false_only(session, value):
    panel = DifferentialPanel(session)
    assert "expected live to be True or False" in send_state(panel, {"live": value})
    assert session.live is True


def test_of_several_settings_all_or_none_are_taken(session, monkeypatch):
    panel = DifferentialPanel(session)
    sent = []
    monkeypatch.setattr(panel, "send_state", lambda key=None: sent.append(key))
    send_state(panel, {"delta": 0.2, "two_sided": False, "estimand": "ratio"})
    assert (session.delta, session.two_sided, session.estimand) == (0.05, True, "difference")
    assert (panel.delta, panel.two_sided, panel.estimand) == (0.05, True, "difference")
    assert ["delta", "two_sided", "estimand"] in sent
    send_state(panel, {"delta": 0.2, "two_sided": False})
    assert (session.delta, session.two_sided) == (panel.delta, panel.two_sided) == (0.2, False)


def test_setting_that_fails_in_the_session_leaves_both_equal(session):
    panel = DifferentialPanel(session)
    before = panel.color_by

    def broken(_change):
        raise ValueError("broken")

    session.observe(broken, names=["color_by"])
    with suppress(ValueError):
        panel.set_state({"color_by": "batch"})
    assert "broken" in session.notice.text
    assert panel.color_by == session.color_by
    session.unobserve(broken, names=["color_by"])
    panel.set_state({"color_by": before})
    assert panel.color_by == session.color_by == before


@pytest.mark.parametrize(
    "name", ["session", "keys", "comm", "nowhere", "", "self", "_property_lock"]
)
def test_what_is_no_state_of_the_panel_is_ignored(session, name):
    panel = DifferentialPanel(session)
    number = session.notice.number
    send_state(panel, {name: 1})
    assert session.notice.number == number
    assert panel.session is session


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({}, None),
        ({"max_epochs": "5"}, "plan expected max_epochs to be a whole number or None, got '5'"),
        ({"max_epochs": 0}, "max_epochs is 0"),
        ({"lr": math.inf}, "expected lr to be a finite number or None, got inf"),
        ({"schedule": "x" * 10_000}, "expected schedule to be 'one_cycle', 'constant'"),
        ({"seed": 10**30}, "expected seed to be a whole number or None"),
        ({"nonsense": 1}, "plan has no field 'nonsense'"),
        ({"device": {"a": 1}}, "expected device to be text"),
        (None, "plan expected a table of names and values, got None"),
        ([1], "got [1]"),
    ],
)
def test_training_plan_is_checked_field_by_field(session, plan, words):
    panel = TrainingPanel(session)
    before = session.plan
    text = send_state(panel, {"plan": plan})
    assert words is None or words in text
    assert panel.plan == session.plan == before


@pytest.mark.parametrize(
    "layout",
    [{"height": 1e9}, {"height": -1}, {"height": math.nan}, {"left": "5"}, {"left_open": 1},
     {"left_tab": "x" * 10_000}, {"left_tab": "\0"}, {"top": 1}, [], "x"],
)  # fmt: skip
def test_absurd_window_is_refused(session, layout):
    viewer = Viewer(session)
    before = viewer.window_layout
    assert "window_layout" in send_state(viewer, {"window_layout": layout})
    assert viewer.window_layout == before


def test_selection_of_a_million_cells_that_are_not_there(session):
    panel = EmbeddingPanel(session)
    content = {"intent": "select", "cells": [10**9] * 1_000_001, "mode": "new"}
    assert "at most 1,000,000 items" in send(panel, {"method": "custom", "content": content})
    assert not len(session.selection)


def test_line_of_an_odd_number_of_numbers(session):
    panel = EmbeddingPanel(session)
    content = {"intent": "lasso", "polygon": [0, 0, 1, 0, 1, 1, 0], "mode": "new"}
    assert "x and y of each point, got 7" in send(panel, {"method": "custom", "content": content})


@pytest.mark.parametrize("cells", ["ct == 'A'", "@pd.io.common.os.system('true') == 0", ["cell1"]])
def test_select_takes_positions_only(session, cells):
    panel = EmbeddingPanel(session)
    content = {"intent": "select", "cells": cells, "mode": "new"}
    text = send(panel, {"method": "custom", "content": content})
    assert "'select' expected cells" in text
    assert not len(session.selection)


@pytest.mark.parametrize("seed", [-1, 2**32, 0.5, True])
def test_seed_that_no_generator_takes_is_refused(session, seed):
    panel = TrainingPanel(session)
    plan = {**asdict(session.plan), "seed": seed}
    assert "seed" in send_state(panel, {"plan": plan})
    assert session.plan.seed is None
    for verb in (session.embed, session.cluster, session.compare):
        with pytest.raises(DataError, match="seed is"):
            verb(seed=seed)


@pytest.mark.parametrize("delta", [math.nan, math.inf])
def test_python_too_sets_finite_settings_only(session, delta):
    with pytest.raises(TraitError, match="delta is"):
        session.delta = delta
    with pytest.raises(TraitError, match="delta is"):
        session.compare(delta=delta)
    assert session.delta == 0.05


@pytest.mark.parametrize("cells", [None, 5, math.nan, [10**400], [10**30]])
def test_what_names_no_cells_is_one_sentence(session, cells):
    with pytest.raises(DataError) as caught:
        session.select(cells)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("kind", [DifferentialPanel, EmbeddingPanel, TrainingPanel, Viewer])
def test_message_to_a_closed_panel_is_ignored(session, kind):
    panel = kind(session)
    panel.close()
    before = session.notice
    panel._handle_msg({"content": {"data": {"method": "request_state"}}, "buffers": []})
    for name in ("layout", "task", "delta"):
        send_state(panel, {name: 1})
    send(panel, {"method": "custom", "content": {"intent": "undo"}})
    assert session.notice == before
    assert session.delta == 0.05


def is_checked(hint):
    """Tell whether nothing in a type hint accepts every value."""
    if get_origin(hint) is Literal:
        return True
    return hint is not Any and all(is_checked(one) for one in get_args(hint) if one is not ...)


@pytest.mark.parametrize("kind", PANELS, ids=lambda kind: kind.__name__)
def test_no_argument_and_no_shared_trait_is_unchecked(kind, session):
    for name in intents(kind):
        method = getattr(kind, f"on_{name}")
        for parameter in list(inspect.signature(method).parameters)[1:]:
            hint = hints_of(method).get(parameter, Any)
            assert is_checked(hint), (name, parameter)
    panel = kind(session)
    for name in filter(panel._is_shared, panel.keys):
        trait = panel.traits()[name]
        assert trait.metadata.get("from_json") or is_checked(hint_of(trait)), name
