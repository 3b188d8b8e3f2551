"""Keys that a person bound to functions of the notebook."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .arguments import shown
from .commands import COMMANDS
from .errors import DataError, PeakVIError
from .keys import free_key, key_name

Pressed = Callable[[Any], Any]  # given the viewer


@dataclass(frozen=True, slots=True)
class Binding:
    """A key that a person bound.

    Attributes
    ----------
    key
        As the registry of commands writes it.
    title
        What it does, for palette and shortcut sheet.
    """

    key: str
    title: str


class BoundKeys:
    """What is bound in a viewer; its ``bindings`` tell the browser.

    Parameters
    ----------
    viewer
        Given to what is bound.
    """

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self._functions: dict[str, Pressed] = {}
        self._pressed = deque[str]()

    def bind(self, key: str, function: Pressed, title: str, *, overwrite: bool) -> None:
        """Bind a key; see ``Viewer.bind_key``."""
        name = free_key(key)
        if (taken := self._taken(name)) and not overwrite:
            raise DataError(
                f"{shown(key)} is taken by {shown(taken)}; choose another or pass overwrite=True."
            )
        with self._viewer.session.lock:
            self._functions[name] = function
            self._tell(*self._without(name), Binding(name, title or _title(function)))

    def unbind(self, key: str) -> None:
        """Forget what a key was bound to."""
        name = key_name(key)
        with self._viewer.session.lock:
            if self._functions.pop(name, None) is None:
                raise DataError(f"Nothing is bound to {shown(key)}.")
            self._tell(*self._without(name))

    def clear(self) -> None:
        """Forget all functions."""
        self._functions.clear()

    def press(self, key: str) -> None:
        """Note that a key was pressed."""
        if key not in self._functions:
            raise DataError(f"Nothing is bound to {shown(key)} any more.")
        self._pressed.append(key)

    def run(self) -> None:
        """Run what was pressed; what it raises becomes a notice."""
        while self._pressed:
            self._run(self._pressed.popleft())

    def _run(self, key: str) -> None:
        session = self._viewer.session
        try:
            self._functions[key](self._viewer)
        except PeakVIError as error:
            session.tell(str(error), "error")
        except Exception as error:  # noqa: BLE001 - the user's own function, the text says whose
            name = getattr(self._functions[key], "__name__", "the function")
            session.tell(
                f"{type(error).__name__}: {error}. It was raised by {name}, bound to {key!r}.",
                "error",
                error,
            )

    def _without(self, name: str) -> tuple[Binding, ...]:
        return tuple(binding for binding in self._viewer.bindings if binding.key != name)

    def _tell(self, *bindings: Binding) -> None:
        self._viewer.bindings = bindings

    def _taken(self, name: str) -> str:
        tables = COMMANDS.values()
        titles = {
            key: command.title for table in tables for command in table for key in command.keys
        }
        titles.update((binding.key, binding.title) for binding in self._viewer.bindings)
        return titles.get(name, "")


def _title(function: Pressed) -> str:
    """Say what a function does: the first line of its docstring, or its name."""
    lines = (function.__doc__ or "").strip().splitlines()
    name = getattr(function, "__name__", type(function).__name__)
    return lines[0].rstrip(".") if lines else name.replace("_", " ")
