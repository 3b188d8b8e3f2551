"""Arguments from outside: what fits is converted, all else is one sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakvi_widgets.arguments import (
    MAX_TEXT,
    MaxLength,
    NonFinite,
    check,
    listed,
    one_line,
    shown,
)
from peakvi_widgets.errors import DataError, WireError

if TYPE_CHECKING:
    from nowhere import Hidden


class Home:
    def on_draw(self, polygon: list[float], mode: Literal["new", "add"] = "new") -> None: ...

    def on_count(self, k: int, deep: bool, name: str, limit: int | None) -> None: ...

    def on_look(self, value: str | float | bool | list[float]) -> None: ...

    def on_place(self, pair: tuple[int, int], pairs: Sequence[Sequence[float]]) -> None: ...

    def on_paint(self, palette: str | tuple[str, ...] | dict[str, str]) -> None: ...

    def on_many(self, cells: list[int]) -> None: ...

    def on_group(self, number: Literal[1, 2]) -> None: ...

    def on_bytes(self, data: bytes, view: memoryview) -> None: ...

    def on_long(
        self, text: Annotated[str, MaxLength(5)], few: Annotated[list[int], MaxLength(2)]
    ) -> None: ...

    def on_any(self, whatever: Any, bound: Hidden | str, path: str | Path) -> None: ...

    def on_open(self, free: Annotated[float, NonFinite()]) -> None: ...

    def settings(self, layer: str, **settings: float) -> None: ...

    def array(self, places: Sequence[Sequence[float]] | np.ndarray) -> None: ...

    def table(self, of: Mapping[str, list[int]]) -> None: ...


def refused(function, /, **arguments):
    with pytest.raises(WireError) as caught:
        check(function, arguments)
    text = str(caught.value)
    assert len(text) < 300
    assert "\n" not in text
    assert text.endswith(".")
    return text


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        (Home.on_draw, {"polygon": [0, 1, 2.5]}, {"polygon": [0.0, 1.0, 2.5]}),
        (Home.on_draw, {"polygon": [], "mode": "add"}, {"polygon": [], "mode": "add"}),
        (Home().on_count, {"k": 3.0, "deep": True, "name": "é", "limit": None},
         {"k": 3, "deep": True, "name": "é", "limit": None}),
        (Home.on_look, {"value": True}, {"value": True}),
        (Home.on_look, {"value": 3}, {"value": 3.0}),
        (Home.on_look, {"value": [1, 2]}, {"value": [1.0, 2.0]}),
        (Home.on_place, {"pair": [1, 2.0], "pairs": [[1, 2], [3, 4]]},
         {"pair": (1, 2), "pairs": [[1.0, 2.0], [3.0, 4.0]]}),
        (Home.on_place, {"pair": (1, 2), "pairs": [(1, 2)]},
         {"pair": (1, 2), "pairs": [(1.0, 2.0)]}),
        (Home.on_paint, {"palette": ["a", "b"]}, {"palette": ("a", "b")}),
        (Home.on_paint, {"palette": {"a": "b"}}, {"palette": {"a": "b"}}),
        (Home.on_group, {"number": 1.0}, {"number": 1}),
        (Home.on_bytes, {"data": memoryview(b"ab"), "view": b"c"}, {"data": b"ab", "view": b"c"}),
        (Home.on_long, {"text": "12345", "few": [1, 2]}, {"text": "12345", "few": [1, 2]}),
        (Home.settings, {"layer": "cells", "size": 2}, {"layer": "cells", "size": 2.0}),
        (Home.table, {"of": {"a": [1.0]}}, {"of": {"a": [1]}}),
    ],
)  # fmt: skip
def test_what_fits_is_converted(function, arguments, expected):
    found = check(function, arguments)
    assert found == expected
    assert [type(value) for value in found.values() if not isinstance(value, memoryview)] == [
        type(value) for name, value in expected.items() if name != "view"
    ]


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        (Home.on_draw, {}, "'draw' needs the argument polygon"),
        (Home.on_draw, {"polygon": [], "color": 1}, "has no argument 'color'; it takes: polygon"),
        (Home.on_draw, {"polygon": "abc"}, "polygon to be a list of finite numbers, got 'abc'"),
        (Home.on_draw, {"polygon": None}, "got None"),
        (Home.on_draw, {"polygon": {}}, "got {}"),
        (Home.on_draw, {"polygon": [1, "x"]}, "polygon[1] to be a finite number, got 'x'"),
        (Home.on_draw, {"polygon": [math.nan]}, "polygon[0] to be a finite number, got nan"),
        (Home.on_draw, {"polygon": [True]}, "polygon[0] to be a finite number, got True"),
        (Home.on_draw, {"polygon": [10**400]}, "polygon[0] to be a finite number"),
        (Home.on_draw, {"polygon": [10**5000]}, "got a value of type int"),
        (Home.on_draw, {"polygon": [], "mode": "all"}, "mode to be 'new' or 'add', got 'all'"),
        (Home.on_draw, {"polygon": [], "mode": ["new"]}, "mode to be 'new' or 'add'"),
        (Home.on_group, {"number": True}, "number to be 1 or 2, got True"),
        (Home.on_group, {"number": "1"}, "number to be 1 or 2, got '1'"),
        (Home.on_place, {"pair": [1], "pairs": []}, "a list of 2 whole numbers, got [1]"),
        (Home.on_place, {"pair": [1, 2.5], "pairs": []}, "pair[1] to be a whole number, got 2.5"),
        (Home.on_place, {"pair": [1, 2], "pairs": [[1], 2]}, "pairs[1] to be a list of finite"),
        (Home.on_place, {"pair": [1, 2], "pairs": [[1], ["a"]]}, "pairs[1][0] to be a finite"),
        (Home.on_look, {"value": None}, "text, a finite number, True or False or a list of"),
        (Home.on_look, {"value": [1, None]}, "value[1] to be a finite number, got None"),
        (Home.on_paint, {"palette": 5}, "text, a list of texts or a table of names and values"),
        (Home.on_paint, {"palette": {"a": 5}}, "palette['a'] to be text, got 5"),
        (Home.on_long, {"text": "123456", "few": []}, "text of at most 5 characters"),
        (Home.on_long, {"text": "", "few": [1, 2, 3]}, "a list of at most 2 items"),
        (Home.on_bytes, {"data": [1], "view": b""}, "data to be bytes, got [1]"),
        (Home.settings, {"layer": "cells", "size": "2"}, "'size' to be a finite number, got '2'"),
        (Home.table, {"of": []}, "of to be a table of names and values, got []"),
        (Home.on_any, {"whatever": 1, "bound": 2, "path": 3}, "path to be text or a Path object"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_sentence(function, arguments, words):
    assert words in refused(function, **arguments)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * (MAX_TEXT + 1)])
def test_text_that_no_file_or_message_can_hold_is_refused(name):
    assert "name to be text" in refused(Home.on_count, k=1, deep=False, name=name, limit=None)


def test_true_is_no_number_and_one_is_not_true():
    assert "k to be a whole number" in refused(
        Home.on_count, k=True, deep=True, name="", limit=None
    )
    assert "deep to be True or False" in refused(Home.on_count, k=1, deep=1, name="", limit=None)


def test_unknown_annotations_accept_everything_and_hide_no_other():
    hidden = object()
    found = check(Home.on_any, {"whatever": hidden, "bound": hidden, "path": "a"})
    assert found == {"whatever": hidden, "bound": hidden, "path": "a"}
    assert "path" in refused(Home.on_any, whatever=1, bound=1, path=[])


def test_numbers_that_may_be_infinite_are_marked():
    assert check(Home.on_open, {"free": math.inf}) == {"free": math.inf}
    assert "free to be a number, got 'x'" in refused(Home.on_open, free="x").replace("finite ", "")


def test_numpy_values_are_taken_as_pythons_own():
    found = check(
        Home.on_count, {"k": np.int32(3), "deep": np.True_, "name": np.str_("a"), "limit": None}
    )
    assert [type(value) for value in found.values()] == [int, bool, str, type(None)]
    places = np.zeros((3, 2))
    assert check(Home.array, {"places": places})["places"] is places


def test_another_label_and_error():
    with pytest.raises(DataError, match=r"^Entry 3 expected mode to be 'new' or 'add', got 1\.$"):
        check(Home.on_draw, {"polygon": [], "mode": 1}, label="Entry 3", error=DataError)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FUNCTIONS = [vars(Home)[name] for name in vars(Home) if not name.startswith("__")]


@given(st.sampled_from(FUNCTIONS), st.data())
def test_anything_gives_values_or_a_wire_error(function, data):
    names = [name for name in function.__annotations__ if name != "return"]
    named = st.sampled_from(names) | st.text(max_size=5)
    arguments = data.draw(st.dictionaries(named, JSON, max_size=4))
    try:
        found = check(function, arguments)
    except WireError:
        refused(function, **arguments)
    else:
        assert found.keys() == arguments.keys()
        assert repr(check(function, found)) == repr(found)


@given(JSON)
def test_a_shown_value_is_short_and_on_one_line(value):
    assert len(shown(value)) <= 60
    assert "\n" not in shown(value)


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], "none"),
        (["a"], "a"),
        (["a", "b"], "a, b"),
        (["a\nb", 3], "a b, 3"),
        ([f"name {number}" for number in range(5000)], " and 4,9"),
        (["x" * 1000, "b"], "x..., b"),
    ],
)
def test_names_are_listed_as_far_as_a_sentence_has_room(names, text):
    assert text in listed(iter(names))
    assert len(listed(names)) < 130


def test_a_sentence_is_on_one_line_and_no_longer_than_a_notice():
    assert one_line("a\n b") == "a b"
    assert one_line("x" * 299) == "x" * 299
    assert one_line("x" * 300) == "x" * 296 + "..."


@pytest.mark.parametrize("wrong", [None, True, "1", 2**63, 10**400, math.nan, math.inf, [1]])
def test_a_long_list_is_checked_like_a_short_one(wrong):
    numbers = list(range(1000))
    for function, name in ((Home.on_draw, "polygon"), (Home.on_many, "cells")):
        found = check(function, {name: numbers})[name]
        assert found == numbers
        assert {type(one) for one in found} == {float if name == "polygon" else int}
        if not (name == "polygon" and wrong == 2**63):
            text = refused(function, **{name: [*numbers, wrong, 5]})
            assert f"{name}[1000]" in text
