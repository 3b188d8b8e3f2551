"""What a verb of a session is, stated once at its method.

The script, undo, the status line and the replay of a record look here; nothing else lists verbs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Verb:
    """A method of ``Session`` that the record can hold.

    Attributes
    ----------
    name
        That of the method.
    label
        What undo calls it: "Undo selection".
    first
        The argument that the script writes without its name; empty for none.
    work
        What it does while it runs, in a word ("training"); empty where it is done at once.
    looks_at_results
        Whether it needs the results of all verbs before it: the script waits for them first.
    runs_beside
        Whether it runs beside other long work: the script waits for it before whatever comes next,
        which may change what it looks at.
    can_halt
        Whether ``halt()`` ends it.
    goes_on
        Whether it is done even when all other work is stopped.
    is_costly
        Whether undo asks before it takes this back with something earlier.
    starts_over
        Whether nothing before it holds after it: undoing it takes all that came later with it, and
        waits until nothing runs.
    remakes_model
        Whether counts or weights are others after it.
    yields_to_undo
        Whether an undo ends it instead of waiting for it.
    keeps_redo
        Whether what could be redone before it can still be redone when it has taken effect.
    replaces
        Tells, for each verb between two calls of this one, whether the earlier call stays
        superfluous; None where it never is.
    sets_layers
        Whether it changes the layers of the picture.
    """

    name: str
    label: str
    first: str = ""
    work: str = ""
    looks_at_results: bool = False
    runs_beside: bool = False
    can_halt: bool = False
    goes_on: bool = False
    is_costly: bool = False
    starts_over: bool = False
    remakes_model: bool = False
    yields_to_undo: bool = False
    keeps_redo: bool = True
    replaces: Callable[[Verb], bool] | None = None
    sets_layers: bool = False

    @property
    def takes_time(self) -> bool:
        """Whether it goes on after the call returns."""
        return bool(self.work)


VERBS: dict[str, Verb] = {}  # by name; filled as the parts of the session are imported


def verb(
    label: str, *, first: str = "", work: str = "", **facts: Any
) -> Callable[[Method], Method]:
    """Say at a method of the session that the record can hold it.

    Parameters
    ----------
    label
        What undo calls it.
    first, work, **facts
        See `Verb`. A verb that is done at once looks at results unless it says otherwise.

    Returns
    -------
    A decorator that leaves the method as it is.
    """

    def declare(method: Method) -> Method:
        name = method.__name__
        facts.setdefault("looks_at_results", not work)
        stated = Verb(name, label, first, work, **facts)
        VERBS.setdefault(name, stated)  # a class that adds to a verb states nothing new
        return method

    return declare


def one_of(*names: str) -> Callable[[Verb], bool]:
    """Return what tells whether a verb is one of some, for `Verb.replaces`."""
    return lambda verb: verb.name in names


def lasting_work() -> list[str]:
    """Return the names of work that goes on when all other work is stopped."""
    return [verb.work for verb in VERBS.values() if verb.goes_on]


def undo_label(name: str) -> str:
    """Return what undo calls a verb."""
    return VERBS[name].label
