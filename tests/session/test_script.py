"""The script holds calls of a session's verbs with literal arguments, whatever a record holds."""

import ast
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session
from peakvi_widgets.session.history.literals import MAX_COMMENT, Variable, comment_of, literal
from peakvi_widgets.session.history.record import Entry
from peakvi_widgets.session.history.replay import checked_record
from peakvi_widgets.session.history.script import GrowingScript, notebook, script
from peakvi_widgets.session.verb import VERBS

pytestmark = pytest.mark.slow

LINE_ENDS = ["\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\0", "\u202e"]
EVIL = [
    "x\n__import__('os').system('true')",
    "a'); __import__('os').system('true'); dict(b",
    "*", "**", "a=1, b", "lambda: 0", "\\", "'", '"""', "#", "class", "None", "__class__",
    *(f"a{end}print(1)" for end in LINE_ENDS),
]  # fmt: skip
FIRST = sorted({verb.first for verb in VERBS.values()} - {""})
TEXT = st.one_of(st.sampled_from(EVIL), st.text(max_size=12))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXT, st.binary(max_size=5)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(st.integers(), TEXT), inner, max_size=3),
    ),
    max_leaves=6,
)


class Evil:
    """Its repr is code."""

    def __repr__(self):
        return "__import__('os').system('true')"


class EvilText(str):
    """A text whose repr is code."""

    def __repr__(self):
        return "__import__('os').system('true')"


class EvilNumber(float):
    """A number whose repr is code."""

    def __repr__(self):
        return "__import__('os').system('true')"


def require_harmless(code):
    """Raise when a script does more than to call a session's verbs with literals."""
    allowed = {"import peakvi_widgets as pv", "session = pv.Session()", "session.da_result"}
    for statement in ast.parse(code).body:
        if ast.unparse(statement) in allowed:
            continue
        assert isinstance(statement, ast.Expr)
        call = statement.value
        assert isinstance(call, ast.Call)
        assert isinstance(call.func, ast.Attribute)
        assert isinstance(call.func.value, ast.Name)
        assert call.func.value.id == "session"
        assert call.func.attr in VERBS or call.func.attr == "wait"
        assert len(call.args) <= bool(
            VERBS[call.func.attr].first if call.func.attr in VERBS else ""
        )
        for argument in [*call.args, *(one.value for one in call.keywords)]:
            if isinstance(argument, ast.Name):
                assert call.func.attr == "open"
            else:
                ast.literal_eval(argument)
        assert all(one.arg is not None for one in call.keywords)


ENTRIES = st.builds(
    Entry,
    st.integers(),
    st.sampled_from(sorted(VERBS)),
    st.dictionaries(
        st.one_of(st.sampled_from(sorted({verb.first for verb in VERBS.values()} - {""})), TEXT),
        VALUES,
    ),
    comment=TEXT,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(ENTRIES, max_size=5))
def test_any_entries_make_calls_with_literals_only(entries):
    require_harmless(script(entries))
    cells = json.loads(notebook(entries))["cells"]
    assert cells[0]["source"][-1].startswith("Recorded with")
    for cell in cells[1:]:
        require_harmless("".join(cell["source"]))


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_literal_evaluates_to_the_value(value):
    assert ast.literal_eval(literal(value)) == value


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.float32(0.1), float(np.float32(0.1))),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.str_("a'b"), "a'b"),
        (np.longdouble(0.5), 0.5),
        (np.arange(3), [0, 1, 2]),
        (np.array([[0.5, -math.inf]]), [[0.5, -math.inf]]),
        (np.array(["a", None], object), ["a", None]),
        (np.array(["2024-01-01"], "datetime64[D]"), ["2024-01-01"]),
        (pd.Series(["a", "b"]), ["a", "b"]),
        (pd.Timestamp("2024-01-01"), "2024-01-01T00:00:00"),
        (Path("a") / "b", str(Path("a") / "b")),
        (range(3), [0, 1, 2]),
        ({"b", "a"}, ["a", "b"]),
        ((1,), (1,)),
        ((), ()),
        (bytearray(b"a"), b"a"),
        ({(1, 2): np.int8(3)}, {"(1, 2)": 3}),
        (EvilText("a"), "a"),
        (EvilNumber(0.5), 0.5),
        ([EvilText("a"), {EvilText("k"): EvilNumber(2)}], ["a", {"k": 2.0}]),
        (Evil(), "__import__('os').system('true')"),
    ],
)
def test_other_values_are_written_as_plain_ones(value, plain):
    written = ast.literal_eval(literal(value))
    assert written == plain
    assert type(written) is type(plain)


def test_not_a_number_is_written_without_a_call():
    tree = ast.parse(literal([math.nan]), mode="eval")
    assert not any(isinstance(node, ast.Call | ast.Name) for node in ast.walk(tree))
    assert math.isnan(eval(literal(np.float32("nan"))))


@given(st.text())
def test_comment_is_one_line_of_printable_text(text):
    assert len(comment_of(text)) <= MAX_COMMENT
    assert comment_of(text).isprintable()
    assert len(ast.parse(f"pass  # {comment_of(text)}").body) == 1


@pytest.mark.parametrize("end", LINE_ENDS)
def test_nothing_ends_the_line_of_a_comment(end):
    entry = Entry(1, "select", {"cells": f"a{end}b"}, comment=f"1 cell{end}import os")
    assert len([*script([entry]).split("\n"), *entry.python().splitlines()]) == 7
    assert entry.python().endswith("# 1 cell import os")


@pytest.mark.parametrize(
    "name", ["class", "None", "1a", "a b", "a.b", "", "a\n", "a;b", "session", "pv"]
)
def test_variable_has_a_name_that_a_script_can_use(counts, name):
    with pytest.raises(DataError, match=r"not a name|itself"):
        Variable(name)
    with pytest.raises(DataError, match=r"not a name|itself"):
        Session().open(counts, name=name)


def test_only_verbs_of_a_session_are_written():
    with pytest.raises(DataError, match="not a verb"):
        Entry(1, "wait(); session.x").python()


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "verb": st.one_of(st.sampled_from(sorted(VERBS)), TEXT),
            "arguments": st.dictionaries(
                st.one_of(
                    st.sampled_from(
                        [
                            "source",
                            "cells",
                            "mode",
                            "kind",
                            "name",
                            "layer",
                            "preset",
                            "k",
                            "number",
                        ]
                    ),
                    TEXT,
                ),
                st.one_of(
                    VALUES, st.just({"variable": "adata"}), st.sampled_from(["cells", "new"])
                ),
                max_size=3,
            ),
            "comment": TEXT,
        }
    ),
    max_size=3,
)


@settings(max_examples=300, deadline=None)
@given(RECORDS)
def test_any_record_of_a_stranger_is_refused_or_harmless(record):
    session = Session()
    refused = ""
    try:
        session._record.load(checked_record(record, Session))
    except DataError as error:
        refused = str(error)
    assert len(refused) < 300
    require_harmless(session.code())


def test_key_of_obsm_that_is_code_is_a_text_in_the_script(counts):
    key = "X_nice\n__import__('os').system('true') #"
    counts = counts.copy()
    counts.obsm[key] = np.random.default_rng(0).normal(size=(counts.n_obs, 2))
    session = Session(counts)
    session.wait()
    session.show_basis(key)
    session.select([1, 2])
    session.grow_selection(3)
    session.wait()
    require_harmless(session.code())
    exec(session.code(), space := {"adata": counts})
    assert space["session"].basis == key
    np.testing.assert_array_equal(space["session"].selection, session.selection)


# -- a script that grows -----------------------------------------------------------------------
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("add"), st.sampled_from(["select", "train", "compare", "lasso", "embed"])
        ),
        st.tuples(st.just("keep"), st.floats(0, 1)),
        st.tuples(st.just("drop"), st.floats(0, 1)),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(STEPS, st.sampled_from([0, 20, 300]))
def test_growing_script_is_that_of_its_entries(steps, n):
    growing = GrowingScript()
    entries = tuple(Entry(number, "select", {"cells": [number]}) for number in range(n))
    for what, value in steps:
        at = 0 if what == "add" else int(value * len(entries))
        if what == "add":
            entries = (*entries, Entry(len(entries), value))
        elif what == "keep":
            entries = entries[:at]
        else:
            entries = entries[:at] + entries[at + 1 :]
        assert "".join(growing.parts(entries)) == script(entries)


def test_step_of_a_long_session_sends_little_whatever_came_before():
    growing, sizes = GrowingScript(), []
    entries, parts = (), ("", "", "")
    for number in range(4000):
        entries = (*entries, Entry(number, "select", {"cells": list(range(30))}))
        before, parts = parts, growing.parts(entries)
        sizes.append(sum(len(new) for old, new in zip(before, parts, strict=True) if new != old))
    for _ in range(100):
        entries = entries[:-1]
        before, parts = parts, growing.parts(entries)
        sizes.append(sum(len(new) for old, new in zip(before, parts, strict=True) if new != old))
    whole = len(script(entries))
    assert np.mean(sizes[-2100:-100]) < whole / 60
    assert np.mean(sizes[-100:]) < whole / 15
