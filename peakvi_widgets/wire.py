"""Traits that cross between Python and the browser: arrays, records, rows and columns.

Arrays travel as raw bytes beside the JSON message. Each trait defines how it is serialised; the
TypeScript side of every trait is generated (``js/scripts/contract.py``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import MISSING, asdict, fields
from typing import Any, Literal

import numpy as np
from traitlets import Any as AnyTrait
from traitlets import Bool, Enum, Float, Instance, Int, TraitType, Unicode
from traitlets import Tuple as TupleTrait

from .arguments import convert, encodable, hints_of, shown
from .arrays import ArrayTrait
from .errors import PeakVIError, WireError


class Array(ArrayTrait):
    """A frozen numpy array, sent as raw bytes."""

    def __init__(self, dtype: str, ndim: int = 1) -> None:
        super().__init__(dtype, ndim)
        self.tag(sync=True, to_json=_pack, from_json=self._from_json)

    def _from_json(self, packed: Any, _: Any) -> np.ndarray:
        return _unpack(packed, self.dtypes, self.ndim, str(self.name))


class Record(Instance[Any]):
    """One dataclass instance, sent as a plain object; the browser may send a changed one back."""

    def __init__(self, row: type, default: Any = None) -> None:
        self.row = row
        super().__init__(row)
        self.allow_none = default is None
        self.default_value = default
        self.tag(sync=True, to_json=_record_to_json, from_json=self._from_json)

    def make_dynamic_default(self) -> Any:
        """Return the default itself; it is frozen, so no copy is needed."""
        return self.default_value

    def _from_json(self, value: Any, _: Any) -> Any:
        if isinstance(value, self.row) or (value is None and self.allow_none):
            return value
        return record_of(self.row, value, str(self.name))


class Rows(TupleTrait):
    """Dataclass instances of one type, sent as plain objects."""

    def __init__(self, row: type) -> None:
        self.row = row
        super().__init__()
        self.tag(
            sync=True,
            to_json=lambda rows, _: [_plain(asdict(row)) for row in rows],
            from_json=self._from_json,
        )

    def _from_json(self, values: Any, _: Any) -> tuple[Any, ...]:
        rows = convert(values, list[Any], f"The message expected {self.name}")
        return tuple(record_of(self.row, row, f"{self.name}[{at}]") for at, row in enumerate(rows))


class Records(TupleTrait):
    """Dataclass instances that hold arrays, sent as plain objects with the arrays as raw bytes."""

    def __init__(self, row: type) -> None:
        self.row = row
        super().__init__()
        self.tag(sync=True, to_json=lambda rows, _: [_record_to_json(row, _) for row in rows])


class Columns(AnyTrait):
    """A pandas DataFrame (or None), sent as one raw array a column, without its index.

    Parameters
    ----------
    only
        The columns that are sent, in this order; those that the frame lacks are left out.
    """

    def __init__(self, only: Sequence[str]) -> None:
        self.only = tuple(only)
        super().__init__(None, allow_none=True)
        self.tag(sync=True, to_json=self._to_json)

    def _to_json(self, frame: Any, _: Any) -> dict[str, Any] | None:
        if frame is None:
            return None
        return {
            name: _pack(_narrow(frame[name].to_numpy()), None)
            for name in self.only
            if name in frame
        }


def _narrow(values: np.ndarray) -> np.ndarray:
    """Cast a column to a type that the browser reads: uint8 for booleans, else float32."""
    return values.astype("uint8" if values.dtype == bool else "float32")


def _record_to_json(value: Any, _: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    return _plain(
        {
            field.name: _pack(part, None) if isinstance(part, np.ndarray) else part
            for field in fields(value)
            for part in [getattr(value, field.name)]
        }
    )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Replace numbers that are not finite by None, because JSON cannot hold them."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in values.items()
    }


def _pack(array: np.ndarray, _: Any) -> dict[str, Any]:
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "data": np.ascontiguousarray(array).tobytes(),
    }


def _unpack(packed: Any, dtypes: tuple[np.dtype[Any], ...], ndim: int, name: str) -> np.ndarray:
    """Return an array from its raw bytes, without a copy.

    Raises
    ------
    WireError
        It is of another type or rank, or its bytes are more or fewer than its shape needs.
    """
    types = " or ".join(dtype.name for dtype in dtypes)
    what = f"{name} expected an array of {types} in {ndim} dimensions"
    if not isinstance(packed, dict) or packed.keys() != {"dtype", "shape", "data"}:
        raise WireError(f"{what}, got {shown(packed)}.")
    found = [dtype for dtype in dtypes if packed["dtype"] == dtype.name]
    if not found:
        raise WireError(f"{what}, got one of {shown(packed['dtype'])}.")
    shape = convert(packed["shape"], list[int], f"{name} expected its shape")
    data = convert(packed["data"], memoryview, f"{name} expected its data")
    if len(shape) != ndim or min(shape, default=0) < 0:
        raise WireError(f"{what}, got the shape {shown(shape)}.")
    needed = math.prod(shape) * found[0].itemsize
    if data.nbytes != needed or not data.contiguous:
        raise WireError(f"{name} has {data.nbytes:,} bytes, but its shape needs {needed:,}.")
    return np.frombuffer(data, found[0]).reshape(shape)


def sendable(state: Any) -> Any:
    """Return a state whose texts can all be sent: halves of characters are escaped.

    A text of a file or of the disk may hold them, and a message with one breaks the connection.
    """
    if isinstance(state, str):
        return encodable(state)
    if isinstance(state, dict):
        return {encodable(name): sendable(value) for name, value in state.items()}
    if isinstance(state, list | tuple):
        return type(state)(map(sendable, state))
    return state


def record_of(row: type, value: Any, name: str) -> Any:
    """Make a dataclass instance of a plain object.

    Parameters
    ----------
    row
        The dataclass.
    value
        Fields by name, as received.
    name
        Name of the value in an error.

    Raises
    ------
    WireError
        It has other fields, or a value does not fit.
    """
    hints = hints_of(row)
    if not isinstance(value, dict):
        raise WireError(f"{name} expected a table of names and values, got {shown(value)}.")
    known = {field.name for field in fields(row)}
    if unknown := [given for given in value if given not in known]:
        raise WireError(f"{name} has no field {shown(unknown[0])}; leave it out.")
    given = {
        part: convert(one, hints[part], f"{name} expected {part}") for part, one in value.items()
    }
    try:
        return row(**given)
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, PeakVIError):
            raise WireError(f"{name}: {error}") from error
        missing = [one.name for one in fields(row) if _is_needed(one) and one.name not in given]
        problem = f"{missing[0]} is missing" if missing else str(error).rstrip(".")
        raise WireError(f"{name} cannot be taken: {problem:.200}.") from error


def _is_needed(field: Any) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def hint_of(trait: TraitType[Any, Any]) -> Any:
    """Return the type hint of the values that a plain trait accepts."""
    match trait:
        case Bool():
            hint: Any = bool
        case Int():
            hint = int
        case Float():
            hint = float
        case Enum():
            hint = Literal[tuple(trait.values or ())]
        case Unicode():
            hint = str
        case _:
            return Any
    return hint | None if trait.allow_none else hint


def value_of(trait: TraitType[Any, Any], value: Any, owner: Any) -> Any:
    """Return what the browser sent for a trait as the trait's own type.

    Raises
    ------
    WireError
        It is of another type.
    """
    from_json = trait.metadata.get("from_json")
    if from_json is not None:
        return from_json(value, owner)
    return convert(value, hint_of(trait), f"{type(owner).__name__} expected {trait.name}")


def check_message(message: Any) -> None:
    """Raise if a widget cannot read a message.

    Raises
    ------
    WireError
        It is neither a change of state whose buffers all have a place, nor a request.
    """
    data = message["content"].get("data")
    method = data.get("method") if isinstance(data, dict) else None
    if method == "update":
        state = convert(data.get("state"), dict[str, Any], "The message expected its state")
        paths = convert(
            data.get("buffer_paths", []),
            list[list[str | int]],
            "The message expected its buffer_paths",
        )
        if len(paths) != len(message.get("buffers") or ()):
            raise WireError("The message has more or fewer buffers than places for them.")
        for path in paths:
            if not _has_place(state, path):
                raise WireError(f"The message has no place for a buffer at {shown(path)}.")
    elif method == "custom":
        convert(data.get("content"), dict[str, Any], "The message expected its content")
    elif method != "request_state":
        raise WireError(f"The message expected a known method, got {shown(method)}.")


def _has_place(state: Any, path: list[str | int]) -> bool:
    """Return whether a buffer can be put into a state, at a new or an existing key."""
    place: Any = state
    for key in path[:-1]:
        is_item = isinstance(place, list) and isinstance(key, int) and 0 <= key < len(place)
        if not is_item and not (isinstance(place, dict) and key in place):
            return False
        place = place[key]
    if isinstance(place, list):
        return bool(path) and isinstance(path[-1], int) and 0 <= path[-1] < len(place)
    return bool(path) and isinstance(place, dict) and isinstance(path[-1], str)
