"""Numba, where there is one. Without it the readable twins of the compiled loops are taken."""

from collections.abc import Callable
from inspect import getfile
from pathlib import Path
from typing import Any, TypeVar, cast

from .kept_code import folder_of, keep_code

try:
    from numba import njit as compile_by_numba

    IS_COMPILED = True
except ImportError:  # there is none for this machine, or for this version of numpy
    IS_COMPILED = False

Loop = TypeVar("Loop", bound=Callable[..., Any])


def njit(*, cache: bool = False, **options: Any) -> Callable[[Loop], Loop]:
    """Compile a function when it is first called; without numba, leave it as it is.

    Parameters
    ----------
    cache
        Keep the code for the next process. The function may call none of another file.
    **options
        As numba's.
    """

    def decorate(function: Loop) -> Loop:
        if not IS_COMPILED:
            return function
        compiled = compile_by_numba(**options)(function)
        if not cache:
            return cast(Loop, compiled)
        kind = function.__module__.split(".")[-1]
        kept = keep_code(compiled, folder_of(kind, (Path(getfile(function)),)))
        return cast(Loop, kept)

    return decorate


__all__ = ["IS_COMPILED", "njit"]
