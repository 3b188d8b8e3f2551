"""What of an AnnData an HDF5 file can hold, and what becomes of the rest.

HDF5 takes keys for paths and knows no dates, intervals or mixed columns. Each value is turned into
one that it can hold: odd keys get safe ones, odd columns become text. ``Names`` says how to turn
the names and types back; ``Changes`` names what is not the same afterwards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from ...arguments import encodable
from .changes import Changes, Names

NUMBERS = "biufc"  # numpy's kinds that HDF5 holds as they are
RESTORABLE = re.compile(
    r"object|str|string|Float(32|64)|datetime64\[\w+(, [\w/+:-]+)?\]|timedelta64\[\w+\]"
)
MAX_DEPTH = 30  # of nested dicts in uns


# -- to the file --------------------------------------------------------------------------------
def storable_mapping(
    values: Mapping[Any, Any], label: str, changes: Changes, depth: int = 0
) -> tuple[dict[str, Any], Names]:
    """Return values that HDF5 can hold under keys that it can hold, and how to turn them back.

    Parameters
    ----------
    values
        A slot of an AnnData, or a dict within ``uns``.
    label
        What to call it in ``changes``: ``"obsm"``.
    changes
        Takes the names of what is written as text or left out.
    """
    keys = safe_names(list(values))
    plain: dict[str, Any] = {}
    names: Names = {"keys": {}, "inside": {}}
    for key, (original, value) in zip(keys, values.items(), strict=True):
        shown = f"{label}[{original!r}]"
        held, inside = _storable(value, shown, changes, depth)
        if held is None and value is not None:
            continue
        plain[key] = held
        if key != original:
            names["keys"][key] = plain_name(original, shown, changes)
        if inside:
            names["inside"][key] = inside
    return plain, {name: part for name, part in names.items() if part}


def storable_frame(frame: pd.DataFrame, label: str, changes: Changes) -> tuple[pd.DataFrame, Names]:
    """Return a table whose columns HDF5 can hold, and how to turn it back.

    The index stays, without its name.
    """
    originals = list(frame.columns)
    columns: dict[str, Any] = {}
    kept, dtypes = [], {}
    for i, (name, original) in enumerate(zip(safe_names(originals), originals, strict=True)):
        shown = f"{label}[{original!r}]"
        column = frame.iloc[:, i]
        held = _storable_column(column, shown, changes)
        if held is None:
            continue
        if str(held.dtype) != str(column.dtype) and RESTORABLE.fullmatch(str(column.dtype)):
            dtypes[name] = str(column.dtype)
        columns[name] = pd.Series(held.array, dtype=held.dtype)  # pandas 3 infers str else
        kept.append((name, plain_name(original, shown, changes)))
    index = frame.index.set_names([None] * frame.index.nlevels)
    index = pd.Index([_writable_text(str(one)) for one in index], dtype=object)
    names: Names = {"dtypes": dtypes}
    if any(name != original or type(original) is not str for name, original in kept):
        names["columns"] = [original for _, original in kept]
    if frame.index.name is not None:
        names["index"] = plain_name(frame.index.name, f"{label}.index.name", changes)
    plain = pd.DataFrame(columns, index=range(len(index))).set_axis(index)
    return plain, {name: part for name, part in names.items() if part or name == "index"}


def safe_names(originals: Sequence[Hashable]) -> list[str]:
    """Return a distinct name for each key, the key itself where HDF5 does not stumble over it."""
    taken = {name for name in originals if isinstance(name, str)}
    names: list[str] = []
    seen: set[str] = set()
    for i, original in enumerate(originals):
        if isinstance(original, str) and _is_safe(original) and original not in seen:
            name = original
        else:
            name = next(n for k in range(len(taken) + 1) if (n := f"renamed {i} {k}") not in taken)
        seen.add(name)
        names.append(name)
    return names


def _is_safe(name: str) -> bool:
    odd = name in ("", ".", "..", "_index") or "/" in name or "\0" in name or len(name) > 200
    return not odd and _writable_text(name) == name


def plain_name(original: Any, shown: str, changes: Changes) -> Any:
    """Return a key as JSON can hold it; one that it cannot becomes text."""
    value = original.item() if isinstance(original, np.generic) else original
    if value is None or isinstance(value, str | bool | int | float):
        return value
    changes.as_text.append(f"the name of {shown}")
    return str(original)


def _storable(value: Any, shown: str, changes: Changes, depth: int) -> tuple[Any, Names]:
    """Return one value as HDF5 can hold it; None when it cannot and is left out."""
    if isinstance(value, Mapping):
        if depth < MAX_DEPTH:
            return storable_mapping(value, shown, changes, depth + 1)
        changes.left_out.append(shown)
        return None, {}
    if isinstance(value, pd.DataFrame):
        return storable_frame(value, shown, changes)
    if sparse.issparse(value):
        return _storable_sparse(value, shown, changes), {}
    if isinstance(value, pd.Series | pd.Index):
        value = value.to_numpy()
        changes.as_text.append(shown)
    if isinstance(value, list | tuple):
        return _storable_list(value, shown, changes), {}
    if isinstance(value, np.ndarray):
        return _storable_array(value, shown, changes), {}
    if isinstance(value, str):
        text = _writable_text(value)
        if text != value:
            changes.as_text.append(shown)
        return text, {}
    is_number = isinstance(value, bool | float | np.number | np.bool_)
    if value is None or is_number or (isinstance(value, int) and abs(value) < 1 << 63):
        return value, {}
    if _reads_as_text(value):
        changes.as_text.append(shown)
        return _writable_text(str(value)), {}
    if hasattr(value, "dtype") or hasattr(value, "__array__"):
        return value, {}  # anndata may know it: dask, awkward; tried when it is written
    changes.left_out.append(shown)
    return None, {}


def _reads_as_text(value: Any) -> bool:
    """Tell whether the text of a value says all of it: dates, paths, numbers of other kinds."""
    import datetime
    from decimal import Decimal
    from enum import Enum
    from fractions import Fraction
    from pathlib import PurePath
    from uuid import UUID

    kinds = (datetime.date, datetime.time, datetime.timedelta, Decimal, Fraction, PurePath, UUID)
    more = (Enum, complex, int, bytes, set, frozenset, np.datetime64, np.timedelta64, pd.Interval)
    return isinstance(value, (*kinds, *more, pd.Period)) or value is pd.NA or value is pd.NaT


def _storable_sparse(value: Any, shown: str, changes: Changes) -> Any:
    if value.dtype.kind not in NUMBERS or value.ndim != 2:
        changes.left_out.append(shown)
        return None
    return value if value.format in ("csr", "csc") else value.tocsr()


def _storable_list(value: Sequence[Any], shown: str, changes: Changes) -> Any:
    """Return a list as an array, as an h5ad file holds it; a mixed one as text."""
    kinds = {type(one) for one in value}
    if kinds <= {str}:
        return _storable_array(np.array(value, object), shown, changes)
    if len(kinds) == 1 and kinds <= {bool, int, float}:
        array = np.array(value)
        if array.dtype.kind in NUMBERS:
            return array
    try:
        array = np.array(value)
        if array.dtype.kind in NUMBERS and array.ndim > 1:
            return array
    except (ValueError, TypeError, OverflowError):
        pass
    changes.as_text.append(shown)
    try:
        return _writable_text(json.dumps(value))
    except (TypeError, ValueError, RecursionError):
        return _writable_text(str(value))


def _storable_array(value: np.ndarray, shown: str, changes: Changes) -> Any:
    if isinstance(value, np.ma.MaskedArray):
        if value.dtype.kind not in NUMBERS or value.mask.any():
            changes.left_out.append(shown)
            return None
        value = value.data
    if value.dtype.kind in NUMBERS:
        return np.asarray(value)
    if value.dtype.kind == "S" or value.dtype.names:
        return value  # tried when it is written
    flat = value.ravel().tolist() if value.dtype.kind != "M" else value.ravel().astype(str).tolist()
    texts = [one if isinstance(one, str) else str(one) for one in flat]
    safe = [_writable_text(one) for one in texts]
    if value.dtype.kind not in "OU" or safe != flat:
        changes.as_text.append(shown)
    return np.array(safe, object).reshape(value.shape)


def _storable_column(values: pd.Series, shown: str, changes: Changes) -> pd.Series | None:
    dtype = values.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in NUMBERS and dtype.itemsize <= 16:
        return values
    if isinstance(dtype, pd.CategoricalDtype):
        return _storable_categories(values, shown, changes)
    name = str(dtype)
    if re.fullmatch(r"U?Int(8|16|32|64)|boolean", name):
        return values
    if name in ("Float32", "Float64"):
        return pd.Series(values.to_numpy(name.lower(), na_value=np.nan), index=values.index)
    if isinstance(dtype, pd.SparseDtype):
        return _storable_column(pd.Series(np.asarray(values), index=values.index), shown, changes)
    try:
        plain = values.infer_objects()
        kind = plain.dtype.kind if isinstance(plain.dtype, np.dtype) else ""
        if kind and kind in NUMBERS:
            if name == "object":
                changes.as_text.append(shown)
            return plain
        is_text = pd.api.types.infer_dtype(values, skipna=True) in ("string", "empty")
        if is_text and values.isna().all():
            changes.as_text.append(shown)
            return pd.Series(np.full(len(values), np.nan), index=values.index)
        text = _as_text(values)
    except Exception:  # noqa: BLE001 - objects of the user's: their str or == may raise anything
        changes.left_out.append(shown)
        return None
    is_same = is_text and all(
        one == other for one, other in zip(text.dropna(), values.dropna(), strict=True)
    )
    if not is_same:
        changes.as_text.append(shown)
    return text


def _storable_categories(values: pd.Series, shown: str, changes: Changes) -> pd.Series:
    """Return categories whose names are text or numbers, in their order."""
    names = values.cat.categories
    if isinstance(names.dtype, np.dtype) and names.dtype.kind in NUMBERS:
        return values
    text = [_writable_text(str(one)) for one in names]
    if not all(isinstance(one, str) for one in names) or text != list(names):
        changes.as_text.append(shown)
    elif len(names) and names.dtype == object:
        return values
    if len(set(text)) < len(text):
        return _as_text(values)
    kept = pd.Categorical.from_codes(
        values.cat.codes, pd.Index(text, dtype=object), ordered=values.cat.ordered
    )
    return pd.Series(kept, index=values.index)


def _as_text(values: pd.Series) -> pd.Series:
    """Return text, as objects, where there is something, and nothing where there is not."""
    is_missing = values.isna().to_numpy(bool)
    text = np.array([_writable_text(str(one)) for one in values], object)
    if not is_missing.any():
        return pd.Series(text, index=values.index, dtype=object)
    text[is_missing] = None
    return pd.Series(pd.Categorical(text), index=values.index)


def _writable_text(text: str) -> str:
    """Return text without what HDF5 refuses: zero bytes and halves of characters."""
    if "\0" in text:
        text = text.replace("\0", "\\x00")
    return encodable(text)


# -- from the file ------------------------------------------------------------------------------
def restored_mapping(values: Mapping[str, Any], names: Names) -> dict[Any, Any]:
    """Turn back what `storable_mapping` returned."""
    keys, inside = names.get("keys", {}), names.get("inside", {})
    return {
        keys.get(key, key): _restored(value, inside[key]) if key in inside else value
        for key, value in values.items()
    }


def _restored(value: Any, names: Names) -> Any:
    if isinstance(value, pd.DataFrame):
        return restored_frame(value, names)
    return restored_mapping(value, names) if isinstance(value, Mapping) else value


def restored_frame(frame: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Turn back what `storable_frame` returned."""
    for name, dtype in names.get("dtypes", {}).items():
        if name in frame and RESTORABLE.fullmatch(str(dtype)):
            try:
                frame[name] = _restored_column(frame[name], str(dtype))
            except (TypeError, ValueError, OverflowError):
                continue  # the text stays
    if "columns" in names:
        if len(names["columns"]) != frame.shape[1]:
            raise ValueError("a table has other columns than are named")
        frame.columns = pd.Index(names["columns"], dtype=object)
        if all(type(one) is int for one in names["columns"]):
            frame.columns = pd.Index(names["columns"])
    if "index" in names:
        frame.index.name = names["index"]
    return frame


def _restored_column(values: pd.Series, dtype: str) -> pd.Series:
    plain = values.astype(object) if isinstance(values.dtype, pd.CategoricalDtype) else values
    if dtype == "str":  # of pandas 3; what is older holds text as objects
        return plain.infer_objects()
    return plain if dtype == "object" else plain.astype(dtype)  # type: ignore[call-overload]
