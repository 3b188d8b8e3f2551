"""Work that is done in steps: a generator that yields its progress and returns its result."""

from collections.abc import Callable, Generator
from typing import Any, TypeVar

Progress = TypeVar("Progress")
Shown = TypeVar("Shown")
Result = TypeVar("Result")


def result_of(steps: Generator[Any, None, Result]) -> Result:
    """Run a generator to its end and return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result


def shown_as(
    steps: Generator[Progress, None, Result], show: Callable[[Progress], Shown]
) -> Generator[Shown, None, Result]:
    """Take the steps of a generator, and yield its progress in another form.

    Parameters
    ----------
    steps
        The work; it is closed where this generator is.
    show
        Makes of each progress what is to be yielded instead.
    """
    try:
        while True:
            try:
                progress = next(steps)
            except StopIteration as end:
                result: Result = end.value
                return result
            yield show(progress)
    finally:
        steps.close()
