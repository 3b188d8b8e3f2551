"""Read the ``model.pt`` of scvi-tools without ever running what is in it.

The file is a zip archive of raw tensors and one pickle. A pickle is a small program that may name
any function; this reader answers each name with a harmless object of its own, which only keeps
what it is given, and refuses every name that such a file has no need of. Neither torch's nor
pandas' own loading is used, so nothing depends on their versions.
"""

import math
import pickle
import pickletools
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..files import reason, short

STORAGES = {
    "FloatStorage": "f4",
    "DoubleStorage": "f8",
    "HalfStorage": "f2",
    "LongStorage": "i8",
    "IntStorage": "i4",
    "BoolStorage": "?",
}
MAX_DEPTH = 50  # of nested containers


class ScviModel(NamedTuple):
    """What ``model.pt`` tells, as plain values and arrays."""

    weights: dict[str, NDArray[Any]]
    region_names: list[str]
    init_params: dict[str, Any]
    registry: dict[str, Any]
    history: dict[str, list[float | None]]


def read_scvi_model(path: Path) -> ScviModel:
    """Read the model that scvi-tools' ``PEAKVI.save`` has written.

    Parameters
    ----------
    path
        The file ``model.pt``.

    Raises
    ------
    DataError
        The file is not such a model, is damaged, or holds something that could run as a program.

    References
    ----------
    The layout of scvi-tools 0.15 to 1.5: ``model_state_dict``, ``var_names``, ``attr_dict``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            content = _unpickled(archive)
        attributes = content["attr_dict"]
        if attributes["registry_"]["model_name"] != "PEAKVI":
            raise DataError(
                f"{short(path)} holds a model of another kind "
                f"({attributes['registry_']['model_name']!r:.40}); give a PEAKVI one."
            )
        weights = {
            name: value
            for name, value in content["model_state_dict"].items()
            if isinstance(value, np.ndarray)
        }
        history = attributes.get("history_") or {}
        return ScviModel(
            weights,
            [str(name) for name in content["var_names"]],
            attributes["init_params_"],
            attributes["registry_"],
            {key: values for key, values in history.items() if isinstance(values, list)},
        )
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"{short(path)} cannot be opened: {reason(error)}.") from error
    except Exception as error:
        # A damaged pickle can fail in any way; all of them mean the same to the reader.
        raise DataError(
            f"{short(path)} is not a PEAKVI model saved by scvi-tools, or is damaged; "
            "save it again."
        ) from error


class _Stranger:
    """Stands in for a class or function of pandas; keeps its arguments, does nothing."""

    name: str
    arguments: tuple[Any, ...]
    state: Any

    def __new__(cls, *arguments: Any) -> Self:
        self = super().__new__(cls)
        self.arguments, self.state = arguments, None
        return self

    def __init__(self, *_: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        self.state = state


class _Dtype:
    """A numpy dtype as pickles spell it: a letter with a size, then the byte order."""

    def __init__(self, code: str, *_: Any) -> None:
        self.code, self.order = code, "|"

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]

    @property
    def dtype(self) -> np.dtype[Any]:
        if self.code[0] not in "biufO":
            raise ValueError(f"an array of type {self.code}")
        return np.dtype(object if self.code[0] == "O" else self.order + self.code)


class _Array:
    """A numpy array being rebuilt: its values arrive as state."""

    def __init__(self, *_: Any) -> None:
        self.value: NDArray[Any] = np.empty(0)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, shape, dtype, is_fortran, content = state
        if dtype.dtype == object:
            flat = np.empty(len(content), object)
            flat[:] = content
        else:
            flat = np.frombuffer(content, dtype.dtype)
        self.value = flat.reshape(shape, order="F" if is_fortran else "C")


def _scalar(dtype: _Dtype, content: bytes) -> Any:
    return np.frombuffer(content, dtype.dtype)[0].item()


def _bytes(content: Any = b"") -> bytes:
    if not isinstance(content, bytes | list):
        raise ValueError("bytes of no content")  # a number would make as many zeros
    return bytes(content)


def _encode(text: str, coding: str = "latin1") -> bytes:
    if coding not in ("latin1", "ascii", "utf-8"):
        raise ValueError(f"text coded as {coding}")
    return text.encode(coding)


def _tensor(
    storage: NDArray[Any], offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any
) -> NDArray[Any]:
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    is_larger = max(last + 1, math.prod(size)) > len(storage)  # a step of 0 repeats what is there
    if min((*size, *stride, offset, 0)) < 0 or (0 not in size and is_larger):
        raise ValueError("a tensor larger than its storage")
    if 0 in size:
        return np.empty(size, storage.dtype)
    bytes_apart = [step * storage.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(storage[offset:], size, bytes_apart).copy()


class _Mapping(dict[Any, Any]):
    """An ordered or default dict being rebuilt; its items arrive one by one."""

    def __init__(self, *_: Any) -> None:
        super().__init__()

    def __setstate__(self, state: Any) -> None:
        pass  # torch's notes on versions


KNOWN: dict[str, Any] = {
    "collections OrderedDict": _Mapping,
    "collections defaultdict": _Mapping,
    "numpy dtype": _Dtype,
    "numpy ndarray": _Array,
    "_codecs encode": _encode,
    "torch._utils _rebuild_tensor_v2": _tensor,
    **{f"torch {name}": code for name, code in STORAGES.items()},
    **{
        f"{module}.multiarray {name}": stand_in
        for module in ("numpy._core", "numpy.core")
        for name, stand_in in (("_reconstruct", _Array), ("scalar", _scalar))
    },
    "builtins bytes": _bytes,
    "__builtin__ bytes": _bytes,
    **{
        f"{module} {kind.__name__}": kind
        for module in ("builtins", "__builtin__")
        for kind in (slice, dict, list, tuple, set, frozenset, int, float, bool, complex)
    },
}


class _Reader(pickle.Unpickler):
    """An unpickler to which only the names above exist."""

    def __init__(self, content: bytes, storage: Callable[[str, str], NDArray[Any]]) -> None:
        super().__init__(BytesIO(content))
        self._storage = storage

    def find_class(self, module: str, name: str) -> Any:
        if (known := KNOWN.get(f"{module} {name}")) is not None:
            return known
        if module.split(".")[0] == "pandas":
            return type("_Stranger", (_Stranger,), {"name": name})
        raise DataError(
            f"The model file names {module:.60}.{name:.60}, which could run as a program; it was "
            "not opened. Load it where it was made, if you trust it, and save it with this package."
        )

    def persistent_load(self, pid: Any) -> NDArray[Any]:
        _kind, code, key, _device, n = pid
        storage = self._storage(str(key), code)
        if len(storage) < n:
            raise ValueError("a storage shorter than it says")
        return storage


def _unpickled(archive: zipfile.ZipFile) -> Any:
    names = [info for info in archive.infolist() if info.filename.endswith("data.pkl")]
    if len(names) != 1 or any(info.compress_type for info in archive.infolist()):
        raise ValueError("not an archive of torch")
    root = names[0].filename.removesuffix("data.pkl")
    has_order = f"{root}byteorder" in archive.namelist()
    is_big = has_order and archive.read(f"{root}byteorder") == b"big"

    def storage(key: str, code: str) -> NDArray[Any]:
        content = archive.read(f"{root}data/{key}")
        values = np.frombuffer(content, np.dtype(code).newbyteorder(">" if is_big else "<"))
        return values.astype(np.dtype(code))

    program = archive.read(names[0])
    _check_sizes(program)
    return _plain(_Reader(program, storage).load())


def _check_sizes(program: bytes) -> None:
    """Raise a ``ValueError`` where a pickle asks for more memory than it could fill.

    Python's reader makes its table of places as long as the largest place that is named, before
    it knows whether there is anything to be put there.
    """
    for opcode, argument, _ in pickletools.genops(program):
        if opcode.name.endswith("PUT") and (argument or 0) > len(program):
            raise ValueError("a place beyond the end of the file")


def _plain(value: Any, known: dict[int, tuple[Any, Any]] | None = None, depth: int = 0) -> Any:
    """Turn the reader's objects into dicts, lists, numbers and arrays.

    What stands in several places is turned once, and kept with what became of it: forty pairs of
    the same one twice would be 2 ** 40 else.
    """
    if not isinstance(value, _Array | _Stranger | dict | list | tuple):
        return value
    known = {} if known is None else known
    if id(value) in known:
        return known[id(value)][1]
    if depth > MAX_DEPTH:
        raise ValueError("containers nested too deep")
    plain: Any = value
    if isinstance(value, _Array):
        array = value.value
        plain = array if array.dtype != object else _plain(array.tolist(), known, depth + 1)
    elif isinstance(value, dict):
        plain = {
            _plain(key, known, depth + 1): _plain(one, known, depth + 1)
            for key, one in value.items()
        }
    elif isinstance(value, list | tuple):
        plain = [_plain(one, known, depth + 1) for one in value]
    elif isinstance(value, _Stranger) and value.name == "DataFrame":
        plain = _column(value)
    known[id(value)] = value, plain  # the value too, as the id is its own only while it lives
    return plain


def _column(frame: _Stranger) -> list[float | None] | None:
    """Return the values of a table of one column; a table of another form is left out.

    A training without validation has none of its losses.
    """
    manager = (frame.state or {}).get("_mgr")
    blocks: Any = manager.arguments[0] if isinstance(manager, _Stranger) else ()
    if len(blocks) != 1 or not isinstance(blocks[0], _Stranger):
        return None
    values = blocks[0].arguments[0]
    if not isinstance(values, _Array):
        return None
    return [None if one is None else float(one) for one in values.value.ravel()]
