"""Arguments by name against a signature: which are known, needed, and of which type."""

from __future__ import annotations

import builtins
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ..errors import PeakVIError, WireError
from .values import convert
from .words import shown


def check(
    function: Callable[..., Any],
    arguments: Mapping[str, Any],
    *,
    label: str = "",
    error: type[PeakVIError] = WireError,
) -> dict[str, Any]:
    """Return arguments as the function's annotations ask for them.

    Integers become floats where a float is expected, floats without a fraction become integers,
    lists become tuples where a tuple is expected. Annotations that are unknown here (a class that
    is imported only for type checkers, ``Any``) accept everything.

    Parameters
    ----------
    function
        A function or method; ``self`` is not an argument.
    arguments
        Values by name, of any type.
    label
        How a sentence calls it; empty for ``The intent 'name'``, without the prefix ``on_``.
    error
        What is raised.

    Returns
    -------
    The arguments by name; those that were left out and have a default are not among them.

    Raises
    ------
    PeakVIError
        Of the class ``error``: an argument is unknown, missing or of another type.
    """
    name = getattr(function, "__name__", "")
    label = label or f"The intent {name.removeprefix('on_')!r}"
    known, others = _parameters(getattr(function, "__func__", function))
    unknown = [given for given in arguments if given not in known]
    if unknown and others is None:
        takes = ", ".join(known) or "none"
        raise error(f"{label} has no argument {shown(unknown[0])}; it takes: {takes:.150}.")
    missing = [one for one, (_, needed) in known.items() if needed and one not in arguments]
    if missing:
        raise error(f"{label} needs the argument {missing[0]}, which is missing.")
    return {
        given: convert(
            value,
            known[given][0] if given in known else others,
            f"{label} expected {given if given in known else shown(given)}",
            error=error,
        )
        for given, value in arguments.items()
    }


@lru_cache(maxsize=512)
def _parameters(function: Any) -> tuple[dict[str, tuple[Any, bool]], Any]:
    """Return hint and necessity of each parameter, and the hint of ``**others`` or None."""
    hints = hints_of(function)
    known: dict[str, tuple[Any, bool]] = {}
    others = None
    for position, parameter in enumerate(inspect.signature(function).parameters.values()):
        hint = hints.get(parameter.name, Any)
        if position == 0 and parameter.name in ("self", "cls"):
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            others = hint
        elif parameter.kind is not parameter.VAR_POSITIONAL:
            known[parameter.name] = hint, parameter.default is parameter.empty
    return known, others


@lru_cache(maxsize=512)
def hints_of(owner: Any) -> dict[str, Any]:
    """Return the type hints of a function or class; Any for one that names what is not imported.

    Unlike ``typing.get_type_hints`` one name that is known to type checkers only costs one hint,
    not all of them.
    """
    try:
        return typing.get_type_hints(owner, include_extras=True)
    except (NameError, AttributeError, TypeError):
        pass
    found: dict[str, Any] = {}
    for base in reversed(owner.__mro__) if isinstance(owner, type) else [owner]:
        module = inspect.getmodule(base)
        names = {**vars(builtins), **vars(module or types), **getattr(base, "__globals__", {})}
        for name, hint in inspect.get_annotations(base).items():
            found[name] = _resolved(hint, names)
    return found


def _resolved(hint: Any, names: dict[str, Any]) -> Any:
    shim = types.SimpleNamespace(__annotations__={"hint": hint})
    try:
        return typing.get_type_hints(shim, names, include_extras=True)["hint"]
    except (NameError, AttributeError, TypeError):
        return Any
