"""What crosses the wire keeps its type, its shape and its order."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from traitlets import HasTraits, TraitError

from peakvi_widgets.wire import Array, Columns, Record, Rows


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


def test_array_of_wrong_rank_is_refused():
    with pytest.raises(TraitError, match="2 dimensions"):
        Ends().places = [1, 2]


def test_equal_arrays_still_count_as_a_change():
    ends, told = Ends(), []
    ends.observe(lambda change: told.append(1), names=["places"])
    ends.places = [[1, 2]]
    ends.places = [[1, 2]]
    assert len(told) == 2


def test_record_there_and_back():
    ends = Ends()
    received(ends, "pair", {"left": 5, "right": 6})
    assert ends.pair == Pair(5, 6)
    assert sent(ends, "pair") == {"left": 5, "right": 6}
    assert sent(ends, "maybe") is None


@pytest.mark.parametrize(
    ("value", "message"),
    [({"middle": 1}, "not a Pair"), ("x", "not a Pair"), ({"left": -1}, "below 0"), ({}, "left")],
)
def test_record_that_makes_no_sense_is_refused(value, message):
    with pytest.raises(TraitError, match=message):
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
