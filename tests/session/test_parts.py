"""The structure of a session: parts that do not know each other, and one file for all traits."""

import ast
import inspect
import re
from itertools import combinations
from pathlib import Path
from typing import get_args

import pytest
from traitlets import HasTraits, TraitType

from peakvi_widgets.session import Session
from peakvi_widgets.session.base import Part
from peakvi_widgets.session.state import State
from peakvi_widgets.session.tags import Tagged
from peakvi_widgets.session.work import Event

PACKAGE = Path(__file__).parents[2] / "peakvi_widgets" / "session"
PARTS = Session.__bases__
MOST_LEVELS = 7


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_part_is_built_on_the_base_alone(part):
    assert part.__bases__ == (Part,)


class Empty(Part):
    """A part without anything of its own."""


def own_names(part):
    return vars(part).keys() - vars(Empty).keys() - {"__init__"}


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_no_part_hides_a_trait(part):
    assert own_names(part) & set(State.class_trait_names()) == set()


def test_no_part_overrides_another():
    found = {
        (one.__name__, other.__name__): own_names(one) & own_names(other)
        for one, other in combinations(PARTS, 2)
    }
    assert {pair: names for pair, names in found.items() if names} == {}


def test_every_trait_is_declared_in_the_state():
    ours = [cls for cls in Session.__mro__ if issubclass(cls, HasTraits) and cls is not HasTraits]
    declaring = {
        cls for cls in ours if any(isinstance(value, TraitType) for value in vars(cls).values())
    }
    assert declaring == {cls for cls in State.__bases__ if issubclass(cls, Tagged)}


def test_no_trait_is_declared_twice():
    names = [name for cls in State.__bases__ for name in vars(cls) if name in cls.class_traits()]
    assert len(names) == len(set(names))


def test_docstrings_name_every_public_trait_and_no_other():
    for cls in State.__bases__:
        if issubclass(cls, Tagged):
            own = {name for name in vars(cls) if name in cls.class_traits() and name[0] != "_"}
            text = inspect.cleandoc(cls.__doc__ or "").partition("----------")[2]
            heads = re.findall(r"^(\w[\w, ]*)$", text, re.MULTILINE)
            assert {name for head in heads for name in head.split(", ")} == own, cls.__name__


def test_every_event_has_reactions_of_parts():
    assert set(Session.reactions) == set(get_args(Event))
    methods = [value for part in PARTS for value in vars(part).values()]
    for reactions in Session.reactions.values():
        assert reactions
        for reaction in reactions:
            assert reaction in methods


def imports_of(module, path):
    """Return the modules of the session that a module imports when it is loaded."""
    found = set()

    def visit(node):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
                continue
            if isinstance(child, ast.ImportFrom) and child.level:
                package = module.split(".")[: -child.level]
                target = [*package, *(child.module or "").split(".")]
                found.add(".".join(filter(None, target)))
                found.update(".".join([*filter(None, target), name.name]) for name in child.names)
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return found


def test_session_has_few_levels_and_no_cycle():
    paths = {
        ".".join(("session", *path.relative_to(PACKAGE).with_suffix("").parts)): path
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py"
    }
    imports = {name: imports_of(name, path) & paths.keys() for name, path in paths.items()}
    levels = {}
    for level in range(1, MOST_LEVELS + 1):
        ready = [n for n in imports if n not in levels and imports[n] <= levels.keys()]
        levels.update(dict.fromkeys(ready, level))
    assert sorted(imports.keys() - levels.keys()) == []
    assert levels["session.session"] == max(levels.values())
