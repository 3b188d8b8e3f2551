"""Compiled code that is kept on disk, for the next process.

Numba can keep what it compiles, but of a function it notes only its own file: code that was
compiled from another version of what the function calls would be taken, and two processes that
compile one function for different types can mix up its files. Here the name of a file says all that
the code was made from, so that a file is either right or not found.

UMAP and pynndescent ask numba for a hundred functions in each new process, and keep few of them.
"""

from __future__ import annotations

import atexit
import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np
import platformdirs

from ..files import is_ours_alone

MAX_FOLDERS = 8  # of each kind; the oldest go
PLAIN = (bool, int, float, complex, str, bytes, tuple)
_importing = threading.Lock()


class KeptCode:
    """The files of one compiled function: what numba calls a cache.

    Parameters
    ----------
    dispatcher
        The function, as numba made it.
    folder
        Of code that was compiled from the same sources.
    """

    def __init__(self, dispatcher: Any, folder: Path) -> None:
        function = dispatcher.py_func
        code = function.__code__
        closure = tuple(cell.cell_contents for cell in function.__closure__ or ())
        constants = {name: function.__globals__.get(name) for name in code.co_names}
        self._folder = folder
        self._name = f"{function.__module__}.{function.__name__}"
        self._made_from = [
            *(repr(code.co_code), repr(code.co_consts), repr(closure)),
            *(repr(sorted(part.items())) for part in (dispatcher.targetoptions, dispatcher.locals)),
            repr([(k, v) for k, v in constants.items() if _is_constant(v)]),
        ]

    @property
    def cache_path(self) -> str:
        """The folder, as numba asks for it."""
        return str(self._folder)

    def enable(self) -> None:
        """Do nothing: code is always kept."""

    disable = flush = enable

    def _file(self, signature: Any, codegen: Any) -> Path | None:
        parts = [*self._made_from, repr(signature), repr(codegen.magic_tuple())]
        if any(" at 0x" in part for part in parts):
            return None  # made for an object of this process
        return self._folder / f"{self._name}-{sha256(repr(parts).encode()).hexdigest()[:32]}"

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """Return the code for some types, or None if there is none."""
        import pickle

        target_context.refresh()
        file = self._file(signature, target_context.codegen())
        if file is None or not (is_ours_alone(self._folder) and is_ours_alone(file)):
            return None  # what others may write is not run
        try:
            content = file.read_bytes()
            if sha256(content[32:]).digest() != content[:32]:
                return None  # damaged
            rebuild: Any = import_module("numba.core.compiler").CompileResult._rebuild
            return rebuild(target_context, *pickle.loads(content[32:]))
        except Exception:  # noqa: BLE001 - whatever it is, the code is compiled again
            return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep the code for some types, if it can be kept."""
        dumps: Any = import_module("numba.core.serialize").dumps
        file = self._file(signature, compiled.codegen)
        is_of_this_process = compiled.library.has_dynamic_globals or compiled.lifted
        if file is None or is_of_this_process:
            return
        content = dumps(compiled._reduce())
        with suppress(OSError):  # a full disk, or a folder that may only be read
            if not self._folder.is_dir():
                make_folder(self._folder)
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            with os.fdopen(handle, "wb") as part:
                part.write(sha256(content).digest() + content)
            os.replace(name, file)


def _is_constant(value: Any) -> bool:
    """Say whether numba writes a global's value into the code."""
    return isinstance(value, PLAIN) or hasattr(value, "dtype")


def keep_code(dispatcher: Any, folder: Path) -> Any:
    """Let a compiled function take its code from disk; return it.

    Where numba is of a version that cannot, the function stays as it is.
    """
    if hasattr(dispatcher, "_cache") and hasattr(dispatcher, "targetoptions"):
        dispatcher._cache = KeptCode(dispatcher, folder)
    return dispatcher


def make_folder(folder: Path) -> None:
    """Make a folder for compiled code, and remove the oldest of its kind."""
    folder.parent.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    kind = folder.name.split("-")[0]
    alike = sorted(folder.parent.glob(f"{kind}-*"), key=lambda path: path.stat().st_mtime)
    for old in alike[:-MAX_FOLDERS]:
        rmtree(old, ignore_errors=True)


@cache
def folder_of(kind: str, sources: tuple[Path, ...]) -> Path:
    """Return the folder for code that is compiled from some files.

    It is in ``NUMBA_CACHE_DIR`` if that is set, else in the user's folder for such files.
    """
    _let_numba_write()
    versions: list[Any] = [sys.version_info[:2], np.__version__]
    versions += [import_module(name).__version__ for name in ("numba", "llvmlite")]
    digest = sha256(repr(versions).encode())
    for source in sources:
        digest.update(sha256(source.read_bytes()).digest())
    chosen = _config().CACHE_DIR or platformdirs.user_cache_path("peakvi_widgets", appauthor=False)
    return Path(chosen) / "compiled" / f"{kind}-{digest.hexdigest()[:16]}"


def _config() -> Any:
    """Return numba's settings; they follow the environment."""
    return import_module("numba").config


@cache
def _let_numba_write() -> None:
    """Give numba a folder for as long as this process lasts, if it can write nowhere.

    Where the packages and the user's folder may only be read, as in some containers, it would
    refuse to import scanpy.
    """
    import numba

    def probe() -> None: ...

    package, config = find_spec("pynndescent"), _config()
    if config.CACHE_DIR or package is None or package.origin is None:
        return
    probe.__code__ = probe.__code__.replace(co_filename=package.origin)
    try:
        numba.njit(cache=True)(probe)
    except RuntimeError:
        folder = tempfile.mkdtemp(prefix="compiled-")
        atexit.register(rmtree, folder, ignore_errors=True)
        config.CACHE_DIR = folder


def import_umap() -> None:
    """Import UMAP, and keep what it compiles.

    While it is imported, ``numba.njit`` and ``numba.jit`` return functions that keep their code if
    UMAP or pynndescent asks; for all others they do what they always do. The code is the same as
    without, and so is the map.
    """
    with _importing:
        if "umap" in sys.modules:
            return  # by someone else; it has compiled already
        try:
            import numba

            folder = folder_of("umap", _sources("pynndescent", "umap"))
        except (ImportError, OSError):
            return  # who needs it imports it
        plain = numba.njit, numba.jit
        numba.njit, numba.jit = (_keeping(decorator, folder) for decorator in plain)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ImportWarning)  # that there is no Tensorflow
                import_module("umap")
        finally:
            numba.njit, numba.jit = plain


def _sources(*packages: str) -> tuple[Path, ...]:
    """Return the Python files of some packages, without importing them."""
    specs = [find_spec(name) for name in packages]
    folders = [Path(spec.origin).parent for spec in specs if spec and spec.origin]
    return tuple(file for folder in folders for file in sorted(folder.glob("*.py")))


def _keeping(decorator: Callable[..., Any], folder: Path) -> Callable[..., Any]:
    """Return one of numba's decorators that keeps the code of UMAP and pynndescent."""

    def keeping(signature: Any = None, *args: Any, **options: Any) -> Any:
        asking = sys._getframe(1).f_globals.get("__name__", "")
        if asking.split(".")[0] not in ("umap", "pynndescent") or args:
            return decorator(signature, *args, **options)
        options.pop("cache", None)
        if asking == "umap.layouts":
            options["nogil"] = True  # a round of a million cells takes seconds
        if callable(signature) and hasattr(signature, "__code__"):
            return keep_code(decorator(signature, **options), folder)

        def decorate(function: Any) -> Any:
            made = keep_code(decorator(function, **options), folder)
            if not hasattr(made, "compile"):
                return made  # NUMBA_DISABLE_JIT is set: it is the function itself
            signatures = signature if isinstance(signature, list) else [signature]
            for types in signatures if signature is not None else ():
                made.compile(types)
            if signature is not None:
                made.disable_compile()
            return made

        return decorate

    return keeping
