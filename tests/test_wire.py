"""What crosses the wire keeps its type, its shape and its order."""

import json
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from traitlets import HasTraits, TraitError

from peakvi_widgets.errors import WireError
from peakvi_widgets.wire import Array, Columns, Record, Rows, sendable


@dataclass(frozen=True)
class Pair:
    left: int
    right: np.ndarray | int = 0

    def __post_init__(self):
        if self.left < 0:
            raise ValueError("left is below 0")


class Ends(HasTraits):
    places = Array("float32", 2)
    pair = Record(Pair, Pair(1))
    maybe = Record(Pair)
    pairs = Rows(Pair)
    table = Columns(["b", "a"])


def sent(ends, name):
    trait = ends.traits()[name]
    return trait.metadata["to_json"](getattr(ends, name), ends)


def received(ends, name, value):
    trait = ends.traits()[name]
    setattr(ends, name, trait.metadata["from_json"](value, ends))


def test_array_there_and_back():
    ends = Ends()
    ends.places = [[1, 2], [3, 4], [5, 6]]
    packed = sent(ends, "places")
    assert packed["shape"] == [3, 2]
    received(ends, "places", {**packed, "data": memoryview(packed["data"])})
    assert ends.places.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert ends.places.dtype == "float32"


def test_half_of_a_character_is_sent_as_an_escape():
    state = {"a": "x\ud800", "rows": [{"name": "caf\udce9", "n": 1}], "é": ("è", b"\xff", 2.5)}
    clean = sendable(state)
    assert clean == {
        "a": "x\\ud800",
        "rows": [{"name": "caf\\udce9", "n": 1}],
        "é": ("è", b"\xff", 2.5),
    }


def test_array_of_wrong_rank_is_refused():
    with pytest.raises(TraitError, match="2 dimensions"):
        Ends().places = [1, 2]


def test_equal_arrays_still_count_as_a_change():
    ends, calls = Ends(), []
    ends.observe(lambda change: calls.append(1), names=["places"])
    ends.places = [[1, 2]]
    ends.places = [[1, 2]]
    assert len(calls) == 2


def test_record_there_and_back():
    ends = Ends()
    received(ends, "pair", {"left": 5, "right": 6})
    assert ends.pair == Pair(5, 6)
    assert sent(ends, "pair") == {"left": 5, "right": 6}
    assert sent(ends, "maybe") is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"middle": 1}, "pair has no field 'middle'"),
        ("x", "pair expected a table of names and values, got 'x'"),
        (None, "got None"),
        ({"left": -1}, "left is below 0"),
        ({"left": "1"}, "pair expected left to be a whole number, got '1'"),
        ({"left": 10**400}, "expected left to be a whole number"),
        ({}, "left is missing"),
    ],
)
def test_record_that_makes_no_sense_is_refused(value, message):
    with pytest.raises(WireError, match=message):
        received(Ends(), "pair", value)


def test_arrays_in_a_record_are_packed():
    ends = Ends(pair=Pair(1, np.arange(3, dtype="int16")))
    assert sent(ends, "pair")["right"]["dtype"] == "int16"


def test_columns_are_sent_narrow_and_in_the_declared_order():
    ends = Ends(table=pd.DataFrame({"a": [0.5, 2.0], "b": [True, False], "c": [1, 2]}))
    packed = sent(ends, "table")
    assert list(packed) == ["b", "a"]
    assert np.frombuffer(packed["b"]["data"], packed["b"]["dtype"]).tolist() == [1, 0]
    assert np.frombuffer(packed["a"]["data"], packed["a"]["dtype"]).tolist() == [0.5, 2.0]
    ends.table = None
    assert sent(ends, "table") is None


GOOD = {"dtype": "float32", "shape": [1, 2], "data": memoryview(b"\0" * 8)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dtype": "float64"}, "an array of float32 in 2 dimensions, got one of 'float64'"),
        ({"dtype": "O"}, "got one of 'O'"),
        ({"dtype": ["float32"]}, "got one of"),
        ({"shape": [2]}, r"got the shape \[2\]"),
        ({"shape": [-1, -2]}, r"got the shape \[-1, -2\]"),
        ({"shape": [10**9, 10**9]}, "has 8 bytes, but its shape needs"),
        ({"shape": "ab"}, "expected its shape to be a list of whole numbers, got 'ab'"),
        ({"shape": [1.5, 2]}, "its shape"),
        ({"data": memoryview(b"\0" * 7)}, "has 7 bytes, but its shape needs 8"),
        ({"data": [1, 2]}, r"expected its data to be bytes, got \[1, 2\]"),
        ({"data": None}, "expected its data to be bytes"),
        ({"more": 1}, "got {"),
    ],
)
def test_array_that_makes_no_sense_is_refused(change, message):
    ends = Ends()
    received(ends, "places", GOOD)
    assert ends.places.tolist() == [[0, 0]]
    with pytest.raises(WireError, match=message):
        received(ends, "places", {**GOOD, **change})


@pytest.mark.parametrize("value", [None, [], "x", 5, {"dtype": "float32"}])
def test_array_that_is_none_is_refused(value):
    with pytest.raises(WireError, match="places expected an array of float32"):
        received(Ends(), "places", value)


def test_rows_there_and_back():
    ends = Ends()
    received(ends, "pairs", [{"left": 1}, {"left": 2, "right": 3}])
    assert ends.pairs == (Pair(1), Pair(2, 3))
    with pytest.raises(WireError, match=r"pairs\[1\] expected left to be a whole number"):
        received(ends, "pairs", [{"left": 1}, {"left": "2"}])
    with pytest.raises(WireError, match="pairs to be a list"):
        received(ends, "pairs", {"left": 1})


@dataclass(frozen=True)
class Loss:
    epoch: int
    loss: float | None


class Losses(HasTraits):
    last = Record(Loss, Loss(1, math.nan))
    history = Rows(Loss)


def test_numbers_that_json_does_not_have_are_sent_as_null():
    losses = Losses(history=(Loss(1, 0.5), Loss(2, math.inf), Loss(3, math.nan), Loss(4, None)))
    assert sent(losses, "last") == {"epoch": 1, "loss": None}
    assert [row["loss"] for row in sent(losses, "history")] == [0.5, None, None, None]
    json.dumps(sent(losses, "history"), allow_nan=False)
