"""Messages that a browser could send: as the annotations ask for, nearly so, or hostile."""

from __future__ import annotations

import math
import random
import types
import typing
from dataclasses import fields, is_dataclass
from typing import Any, Literal

from peakvi_widgets.panels._panel import intents

HOSTILE = (
    None, True, False, 0, 1, -1, 2, 0.5, 1.5, 1e-300, 1e308, -1e308, math.inf, -math.inf, math.nan,
    2**31, 2**53, 2**63, -(2**70), 10**400, "", " ", "0", "1", "\0", "a\0b", "\ud800", "a\nb", "\r",
    "x" * 300, "x" * 5000, "é", "\u202e", "None", "self", "__class__", "mode", "'); import os #",
    "\"\"\"", "\\", "$\\frac{", "$", "{}", "%s", "<img src=x onerror=alert(1)>", "../..", "/", ".",
    "~", "~nobody_of_this_name/x", "/proc/self/mem", "/dev/null", "CON", "nul.peakvi",
    "@pd.io.common.os.system('true') == 0", "depth", "X_umap", "cells", "group 1",
    [], [[]], [None], [math.nan] * 6, [1e308, -1e308] * 4, [0, 0] * 3, [[0, 0], [1, 1], [0, 1]],
    list(range(2000)), [True, False], ["a", "b"], [-1], [2**40], {}, {"a": 1}, {"__proto__": {}},
    {"intent": "undo"}, memoryview(b"\0\1\2\3"),
)  # fmt: skip


class Generator:
    """Makes messages for a panel.

    Parameters
    ----------
    seed
        Of the pseudo-random numbers.
    words
        Values that make sense, by the name of the argument.
    """

    def __init__(self, seed: int, words: dict[str, list[Any]]) -> None:
        self.random = random.Random(seed)
        self.words = words

    def message(self, panel: Any) -> tuple[dict[str, Any], list[Any]]:
        """Return the data of a message and its buffers."""
        kind = self.random.random()
        if kind < 0.72 and intents(type(panel)):
            return {"method": "custom", "content": self.intent(panel)}, []
        if kind < 0.97:
            return self.update(panel)
        return self.random.choice(
            [
                ({"method": "request_state"}, []),
                ({"method": self.hostile()}, []),
                (self.hostile(), []),
                ({"method": "update", "state": self.hostile()}, []),
                ({"method": "update", "state": {}, "buffer_paths": self.hostile()}, []),
                ({"method": "custom", "content": self.hostile()}, []),
            ]
        )

    def intent(self, panel: Any) -> dict[str, Any]:
        """Return an intent: mostly a known one with values that are right or nearly so."""
        known = list(intents(type(panel)))
        if not known or self.random.random() < 0.02:
            return {"intent": self.hostile()}
        name = self.random.choice(known)
        hints = typing.get_type_hints(getattr(panel, f"on_{name}"))
        hints.pop("return", None)
        make = self.valid if self.random.random() < 0.6 else self.value
        content = {"intent": name, **{one: make(one, hint) for one, hint in hints.items()}}
        fate = self.random.random()
        if fate < 0.04 and len(content) > 1:
            content.pop(self.random.choice(list(hints)))
        elif fate < 0.08:
            content[self.random.choice(["nonsense", "self", "mode", "", "session"])] = 1
        return content

    def update(self, panel: Any) -> tuple[dict[str, Any], list[Any]]:
        """Return a change of some traits, most of them shared."""
        shared = [name for name in panel.keys if panel._is_shared(name)]
        others = [*panel.keys, "session", "nowhere", "", "self"]
        names = [
            self.random.choice(shared if shared and self.random.random() < 0.8 else others)
            for _ in range(self.random.choice([1, 1, 1, 2, 3]))
        ]
        state = {name: self.trait(panel, name) for name in names}
        fate = self.random.random()
        if fate < 0.05:
            return {"method": "update", "state": state, "buffer_paths": [[names[0], "data"]]}, [
                memoryview(b"1234")
            ]
        return {"method": "update", "state": state, "buffer_paths": []}, []

    def trait(self, panel: Any, name: str) -> Any:
        """Return a value for a trait: its own, changed a little, or a hostile one."""
        if not panel.has_trait(name):
            return self.hostile()
        value = getattr(panel, name)
        if is_dataclass(value) and self.random.random() < 0.9:
            hints = typing.get_type_hints(type(value))
            chosen = self.random.sample([one.name for one in fields(value)], 2)
            return {
                **{one.name: getattr(value, one.name) for one in fields(value)},
                **{one: self.value(one, hints[one]) for one in chosen},
            }
        if isinstance(value, bool | int | float | str) and self.random.random() < 0.8:
            return self.value(name, type(value))
        return self.hostile()

    def value(self, name: str, hint: Any) -> Any:
        """Return a value for an argument."""
        fate = self.random.random()
        if fate < 0.62:
            return self.valid(name, hint)
        if fate < 0.84:
            return self.near(self.valid(name, hint))
        return self.hostile()

    def valid(self, name: str, hint: Any) -> Any:
        """Return a value that the annotation allows."""
        origin, members = typing.get_origin(hint), typing.get_args(hint)
        known = self.words.get(name, [])
        if known and self.random.random() < 0.85:
            return self.random.choice(known)
        if origin in (types.UnionType, typing.Union):
            return self.valid(name, self.random.choice(members))
        if origin is Literal:
            return self.random.choice(members)
        if origin is tuple and members[-1] is not ...:
            return [self.valid("", member) for member in members]
        if origin in (list, tuple):
            number = self.random.choice([0, 1, 2, 6, 8, 20])
            return [self.valid("", members[0]) for _ in range(number)]
        simple = {
            int: lambda: self.random.choice([0, 1, 2, 3, 5, 15, 59, 60, 1000]),
            float: lambda: self.random.choice([0.0, 0.01, 0.2, 0.5, 1.0, 2.0, 30.0, -0.5]),
            bool: lambda: self.random.random() < 0.5,
            str: lambda: self.random.choice(["a", "cells", "labels", "k", "h", ""]),
            type(None): lambda: None,
        }
        return simple[hint]() if hint in simple else self.hostile()

    def near(self, value: Any) -> Any:
        """Return a value that looks like another one."""
        if isinstance(value, bool) or value is None:
            return self.random.choice([int(bool(value)), str(value).lower(), not value])
        if isinstance(value, int | float):
            return self.random.choice(
                [-value, value + 0.5, value * 1e6, str(value), [value], value - 1, float(value)]
            )
        if isinstance(value, str):
            return self.random.choice(
                [value.upper(), value + " ", value[:-1], [value], value + "\n", value * 2]
            )
        if isinstance(value, list) and value:
            at = self.random.randrange(len(value))
            changed = [*value[:at], self.hostile(), *value[at + 1 :]]
            return self.random.choice([value[:-1], value * 2, changed, value[::-1]])
        return self.hostile()

    def hostile(self) -> Any:
        """Return what no page of ours would send."""
        if self.random.random() < 0.03:
            deep: Any = []
            for _ in range(300):
                deep = [deep]
            return deep
        return self.random.choice(HOSTILE)
