"""The registry of commands: names, keys and Python that must be true."""

import ast
import re
from collections import Counter

import pytest

from peakvi_widgets import Session, Viewer
from peakvi_widgets.commands import COMMANDS, MENUS, call

ALL = [(panel, command) for panel, table in COMMANDS.items() for command in table]
KEY = re.compile(r"(mod\+)?(alt\+)?(shift\+)?([^\sA-Z]|[a-z]+\d*)")
# one key, two commands of one panel: the first that makes sense now has it
SHARED = {"shift+i", "[", "]"}


def test_each_command_has_one_id():
    assert [name for name, n in Counter(c.id for _, c in ALL).items() if n > 1] == []


def test_no_key_means_two_things():
    counted = Counter(key for _, command in ALL for key in command.keys)
    assert {key for key, n in counted.items() if n > 1} == SHARED


@pytest.mark.parametrize("key", [key for _, command in ALL for key in command.keys])
def test_key_is_written_as_the_browser_reads_it(key):
    assert KEY.fullmatch(key)


@pytest.mark.parametrize(("panel", "command"), ALL, ids=lambda value: getattr(value, "id", value))
def test_python_is_a_call_or_a_trait_of_session_or_viewer(panel, command):
    if not command.python:
        return
    (statement,) = ast.parse(command.python).body
    node = statement.targets[0] if isinstance(statement, ast.Assign) else statement.value
    while not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
        node = node.func if isinstance(node, ast.Call) else node.value
    assert hasattr({"session": Session, "viewer": Viewer}[node.value.id], node.attr)


def test_call_is_written_as_in_a_script():
    assert call(Session.make_group, 2, against_rest=True) == (
        "session.make_group(2, against_rest=True)"
    )


@pytest.mark.parametrize("given", [{}, {"number": 1, "rest": True}])
def test_call_that_the_verb_does_not_take_is_refused(given):
    with pytest.raises(TypeError):
        call(Session.make_group, **given)


@pytest.mark.parametrize(("panel", "command"), ALL, ids=lambda value: getattr(value, "id", value))
def test_title_and_needs_are_words_and_no_sentence(panel, command):
    assert command.title[0].isupper()
    assert not command.title.endswith(".")
    assert not command.needs[:1].isupper()


def test_each_command_stands_in_one_menu():
    listed = [name for groups in MENUS.values() for group in groups for name in group]
    assert sorted(listed) == sorted(command.id for _, command in ALL)
