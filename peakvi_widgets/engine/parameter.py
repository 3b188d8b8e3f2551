"""A parameter of training, described where it is declared: its range, its label and its help.

`parameter` declares a field of a dataclass. `checked` validates a value against the description,
and `form_of` lists all descriptions for a form. Without torch.
"""

import types
from dataclasses import Field, dataclass, field, fields
from typing import Any, Literal, Union, get_args, get_origin

from ..arguments import shown
from ..errors import DataError
from .validate import number, whole, yes_or_no

Kind = Literal["integer", "number", "flag", "choice"]


@dataclass(frozen=True, slots=True)
class FormField:
    """How a form asks for one parameter.

    Attributes
    ----------
    name, label, help
        Name in the dataclass, short label on screen, and one sentence of help.
    kind
        Which control shows it. A ``"choice"`` offers ``choices``.
    min, max
        Bounds of a number; ``None`` for no bound.
    choices
        Values that are offered.
    empty
        What an empty field means; ``""`` if it must not be empty.
    is_basic
        Whether the form shows it at first, or only behind "more".
    """

    name: str
    label: str
    help: str
    kind: Kind
    min: float | None
    max: float | None
    choices: tuple[str, ...]
    empty: str
    is_basic: bool


@dataclass(frozen=True, slots=True)
class _Description:
    label: str
    help: str
    min: float | None
    max: float | None
    open_at: str
    choices: tuple[str, ...]
    empty: str
    is_basic: bool


def parameter(
    default: Any,
    label: str = "",
    help: str = "",
    *,
    min: float | None = None,
    max: float | None = None,
    open_at: Literal["", "min", "max", "both"] = "",
    choices: tuple[str, ...] = (),
    empty: str = "",
    is_basic: bool = False,
) -> Any:
    """Declare a field of a dataclass that `checked` can validate and a form can show.

    The type annotation of the field says the rest: its kind, its choices if it is a ``Literal``,
    and whether ``None`` is allowed.

    Parameters
    ----------
    default
        Default value.
    label, help
        Text on screen. Without a label the form leaves the parameter out.
    min, max
        Bounds of a number.
    open_at
        Which of the bounds are not allowed themselves.
    choices
        Values to offer for a field that is annotated ``str``; other texts are allowed too.
    empty
        What ``None`` means, in a word or two.
    is_basic
        Whether the form shows it at first, or only behind "more".
    """
    description = _Description(label, help, min, max, open_at, choices, empty, is_basic)
    return field(default=default, metadata={"parameter": description})


def checked(described: Field[Any], value: Any) -> Any:
    """Return a value of a `parameter` as a plain Python object.

    Raises
    ------
    DataError
        The value is of another type or out of range; the text names the parameter and its range.
    """
    name, about = described.name, _description(described)
    kind, or_none = _kind(described), _allows_none(described)
    if value is None and or_none:
        return None
    if kind == "flag":
        return yes_or_no(name, value)
    if kind == "integer":
        least = int(about.min or 0)
        value = whole(name, value, least, or_none=or_none)
        if about.max is not None and value > about.max:
            raise DataError(
                f"{name} is {shown(value)}; use a whole number from {least} to {about.max:,}."
            )
        return value
    if kind == "number":
        return number(name, value, _range(about, or_none), lambda given: _is_inside(about, given))
    allowed = _choices(described)
    if value not in allowed if described.type is not str else not isinstance(value, str):
        raise DataError(f"{name} is {shown(value)}; use {_one_of(allowed)}.")
    return value


def form_of(declared: type) -> tuple[FormField, ...]:
    """Return how a form asks for the parameters of a dataclass, in the order of declaration."""
    return tuple(
        FormField(
            name=one.name,
            label=about.label,
            help=about.help,
            kind=_kind(one),
            min=about.min,
            max=about.max,
            choices=_choices(one),
            empty=about.empty,
            is_basic=about.is_basic,
        )
        for one in fields(declared)
        if (about := _description(one)).label
    )


def _description(described: Field[Any]) -> _Description:
    description: _Description = described.metadata["parameter"]
    return description


def _types(described: Field[Any]) -> tuple[Any, ...]:
    """Return the types that an annotation allows."""
    is_union = get_origin(described.type) in (types.UnionType, Union)
    return get_args(described.type) if is_union else (described.type,)


def _allows_none(described: Field[Any]) -> bool:
    return type(None) in _types(described)


def _kind(described: Field[Any]) -> Kind:
    kinds: dict[Any, Kind] = {bool: "flag", int: "integer", float: "number"}
    return kinds.get(_types(described)[0], "choice")


def _choices(described: Field[Any]) -> tuple[str, ...]:
    is_literal = get_origin(described.type) is Literal
    return get_args(described.type) if is_literal else _description(described).choices


def _is_inside(about: _Description, value: float) -> bool:
    low, high, open_at = about.min, about.max, about.open_at
    is_low = low is not None and (value < low or (value == low and open_at in ("min", "both")))
    is_high = high is not None and (value > high or (value == high and open_at in ("max", "both")))
    return not is_low and not is_high


def _range(about: _Description, or_none: bool) -> str:
    """Return the range of a number for an error: "of 0 or more", "in [0, 1)"."""
    low, high, open_at = about.min, about.max, about.open_at
    if high is None:
        text = f"above {low:g}" if open_at == "min" else f"of {low:g} or more"
    else:
        opening = "(" if open_at in ("min", "both") else "["
        closing = ")" if open_at in ("max", "both") else "]"
        text = f"in {opening}{low:g}, {high:g}{closing}"
    return f"{text}, or None" if or_none else text


def _one_of(choices: tuple[str, ...]) -> str:
    return " or ".join((", ".join(map(repr, choices[:-1])), repr(choices[-1])))
