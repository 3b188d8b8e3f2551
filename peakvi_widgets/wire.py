"""What crosses between Python and the browser: arrays, records, rows and columns.

Big numbers travel as raw bytes beside the JSON message. Each form knows how it is written; the
TypeScript side of every form is generated (``js/scripts/contract.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from traitlets import Any as AnyTrait
from traitlets import Instance, TraitError
from traitlets import Tuple as TupleTrait

from .arrays import ArrayTrait


class Array(ArrayTrait):
    """A frozen numpy array, sent as raw bytes."""

    def __init__(self, dtype: str, ndim: int = 1) -> None:
        super().__init__(dtype, ndim)
        self.tag(sync=True, to_json=_pack, from_json=_unpack)


class Record(Instance[Any]):
    """One dataclass instance, sent as a plain object; the browser may send a changed one back."""

    def __init__(self, row: type, default: Any = None) -> None:
        self.row = row
        super().__init__(row)
        self.allow_none = default is None
        self.default_value = default
        self.tag(sync=True, to_json=_record_to_json, from_json=self._from_json)

    def make_dynamic_default(self) -> Any:
        """Return the default itself: it is frozen, so nobody needs a copy."""
        return self.default_value

    def _from_json(self, value: Any, _: Any) -> Any:
        if value is None or isinstance(value, self.row):
            return value
        known = {field.name for field in fields(self.row)}
        if not isinstance(value, dict) or not value.keys() <= known:
            raise TraitError(f"{self.name} is not a {self.row.__name__}.")
        try:
            return self.row(**value)
        except (TypeError, ValueError) as error:
            raise TraitError(str(error)) from error


class Rows(TupleTrait):
    """Dataclass instances of one type, sent as plain objects."""

    def __init__(self, row: type) -> None:
        self.row = row
        super().__init__()
        self.tag(sync=True, to_json=lambda rows, _: [asdict(row) for row in rows])


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
        The columns that are sent, in this order; those a frame does not have are left out.
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
    """Give a column the type that the browser reads: uint8 for booleans, else float32."""
    return values.astype("uint8" if values.dtype == bool else "float32")


def _record_to_json(value: Any, _: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    return {
        field.name: _pack(part, None) if isinstance(part, np.ndarray) else part
        for field in fields(value)
        for part in [getattr(value, field.name)]
    }


def _pack(array: np.ndarray, _: Any) -> dict[str, Any]:
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "data": np.ascontiguousarray(array).tobytes(),
    }


def _unpack(packed: dict[str, Any], _: Any) -> np.ndarray:
    # a buffer from the browser is a memoryview; frombuffer takes it as it is
    return np.frombuffer(packed["data"], packed["dtype"]).reshape(packed["shape"])
