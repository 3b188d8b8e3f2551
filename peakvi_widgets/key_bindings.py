"""Key bindings: how keys are written, which are reserved, and what a person bound them to."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .arguments import shown
from .commands import COMMANDS
from .errors import DataError, PeakVIError

_MODIFIERS = {
    "mod": "mod", "ctrl": "mod", "control": "mod", "cmd": "mod", "command": "mod", "meta": "mod",
    "alt": "alt", "option": "alt", "shift": "shift",
}  # fmt: skip
_NAMED_KEYS = {
    *(f"f{number}" for number in range(1, 13)),
    *("escape", "home", "end", "pageup", "pagedown", "delete", "backspace", "insert"),
    *("enter", "tab", "arrowleft", "arrowright", "arrowup", "arrowdown"),
}
_ALIASES = {"esc": "escape", "del": "delete", "return": "enter", "space": " ", "left": "arrowleft",
         "right": "arrowright", "up": "arrowup", "down": "arrowdown"}  # fmt: skip

_BROWSER = (
    "mod+n mod+t mod+w mod+q mod+r mod+l mod+o mod+p mod+f mod+g mod+h mod+j mod+d mod+u "
    "mod+a mod+c mod+x mod+v mod+0 mod++ mod+- mod+= mod+tab mod+shift+tab "
    "mod+shift+n mod+shift+t mod+shift+w mod+shift+r mod+shift+i mod+shift+j mod+shift+p "
    "mod+shift+b mod+shift+o mod+shift+delete mod+shift+v "
    "alt+arrowleft alt+arrowright alt+home alt+d alt+f4 f1 f3 f5 f6 f7 f10 f11 f12"
)
_JUPYTER = (
    "mod+s mod+b mod+enter shift+enter alt+enter mod+shift+c mod+shift+d mod+shift+f "
    "mod+shift+h mod+shift+l mod+shift+s mod+shift+q mod+shift+u mod+[ mod+] mod+, alt+w"
)
_CONTROLS = "enter tab shift+tab arrowleft arrowright arrowup arrowdown"
RESERVED = {
    **dict.fromkeys(_BROWSER.split(), "the browser"),
    **{f"mod+{digit}": "the browser" for digit in range(1, 10)},
    **dict.fromkeys(_JUPYTER.split(), "JupyterLab"),
    **dict.fromkeys([*_CONTROLS.split(), " "], "buttons, lists and the canvas"),
}


def key_name(key: str) -> str:
    """Return a key in the form that `COMMANDS` uses, such as ``"mod+shift+k"``.

    Parameters
    ----------
    key
        ``"k"``, ``"Shift-K"``, ``"Ctrl+Alt+K"`` or the name of a key (``"Home"``). Ctrl and Cmd
        are the same, and upper and lower case are the same.

    Raises
    ------
    DataError
        ``key`` is not a key.
    """
    modifiers, last = set[str](), key.strip() or key
    while found := re.match(r"(?i)([a-z]+)[+-](?=.)", last):
        if found[1].lower() not in _MODIFIERS:
            break
        modifiers.add(_MODIFIERS[found[1].lower()])
        last = last[found.end() :]
    last = _ALIASES.get(last.lower(), last.lower())
    if len(last) != 1 and last not in _NAMED_KEYS:
        raise DataError(
            f"{shown(key)} is not a key; write it like 'k', 'Shift-K', 'Ctrl-Alt-K' or 'Home'."
        )
    if len(last) == 1 and not last.isalpha():
        modifiers.discard("shift")  # which symbols need it depends on the keyboard
    return (
        "".join(f"{modifier}+" for modifier in ("mod", "alt", "shift") if modifier in modifiers)
        + last
    )


def free_key(key: str) -> str:
    """Return `key_name` of a key that neither the browser nor JupyterLab reserves.

    Raises
    ------
    DataError
        ``key`` is not a key, or is reserved.
    """
    name = key_name(key)
    if name in RESERVED:
        raise DataError(f"{shown(key)} is reserved for {RESERVED[name]}; choose another key.")
    return name


KeyFunction = Callable[[Any], Any]  # called with the viewer


@dataclass(frozen=True, slots=True)
class Binding:
    """A key that a person bound to a function.

    Attributes
    ----------
    key
        In the form of `key_name`.
    title
        What the function does, shown in the command palette and the shortcut sheet.
    """

    key: str
    title: str


class KeyBindings:
    """Functions that keys of a viewer run; its trait ``bindings`` mirrors them in the browser.

    Parameters
    ----------
    viewer
        Viewer that the functions are called with.
    """

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self._functions: dict[str, KeyFunction] = {}
        self._pressed = deque[str]()

    def bind(self, key: str, function: KeyFunction, title: str, *, overwrite: bool) -> None:
        """Bind a key; see ``Viewer.bind_key``."""
        name = free_key(key)
        if (taken := self._taken(name)) and not overwrite:
            raise DataError(
                f"{shown(key)} is bound to {shown(taken)} already; choose another key or pass "
                "overwrite=True."
            )
        with self._viewer.session.lock:
            self._functions[name] = function
            self._publish(*self._without(name), Binding(name, title or _title(function)))

    def unbind(self, key: str) -> None:
        """Remove the binding of a key."""
        name = key_name(key)
        with self._viewer.session.lock:
            if self._functions.pop(name, None) is None:
                raise DataError(f"Nothing is bound to {shown(key)}.")
            self._publish(*self._without(name))

    def clear(self) -> None:
        """Remove all bindings."""
        self._functions.clear()

    def press(self, key: str) -> None:
        """Queue the function of a key that was pressed."""
        if key not in self._functions:
            raise DataError(f"{shown(key)} is not bound any more.")
        self._pressed.append(key)

    def run(self) -> None:
        """Run the queued functions; an exception becomes a notice."""
        while self._pressed:
            self._run(self._pressed.popleft())

    def _run(self, key: str) -> None:
        session = self._viewer.session
        try:
            self._functions[key](self._viewer)
        except PeakVIError as error:
            session.notify(str(error), "error")
        except Exception as error:  # noqa: BLE001 - a function of the user; the text names it
            name = getattr(self._functions[key], "__name__", "the function")
            session.notify(
                f"{type(error).__name__}: {error}. Raised by {name}, which is bound to {key!r}.",
                "error",
                error,
            )

    def _without(self, name: str) -> tuple[Binding, ...]:
        return tuple(binding for binding in self._viewer.bindings if binding.key != name)

    def _publish(self, *bindings: Binding) -> None:
        self._viewer.bindings = bindings

    def _taken(self, name: str) -> str:
        tables = COMMANDS.values()
        titles = {
            key: command.title for table in tables for command in table for key in command.keys
        }
        titles.update((binding.key, binding.title) for binding in self._viewer.bindings)
        return titles.get(name, "")


def _title(function: KeyFunction) -> str:
    """Return the first line of a function's docstring, or its name."""
    lines = (function.__doc__ or "").strip().splitlines()
    name = getattr(function, "__name__", type(function).__name__)
    return lines[0].rstrip(".") if lines else name.replace("_", " ")
