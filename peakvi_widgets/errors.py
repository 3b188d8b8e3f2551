"""Errors this package raises on purpose.

* PeakVIError        everything below; its text is written for the user
  - DataError        the counts, their annotations or a file cannot be used  (also a ValueError)
  - StageError       a verb was called before the stage it needs             (also a RuntimeError)
  - WireError        a message from the browser is not valid                 (also a TypeError)

The text says what is wrong, then what to do. Any other exception is a bug of this package and
keeps its traceback.
"""

from collections.abc import Iterable
from itertools import islice

MAX_LISTED_CHARS = 80


class PeakVIError(Exception):
    """Base class of all errors whose text can be shown to the user unchanged."""


class DataError(PeakVIError, ValueError):
    """The counts, their annotations or a file cannot be used."""


class StageError(PeakVIError, RuntimeError):
    """A verb was called before the stage it needs."""


class WireError(PeakVIError, TypeError):
    """A message from the browser is not valid."""


def listed(names: Iterable[object], most: int = 5) -> str:
    """Return the first names of a list, for the text of an error, and how many more there are.

    Parameters
    ----------
    names
        Any objects; each is shown as `repr` shows it, cut if it is long.
    most
        How many to name.
    """
    known = list(names)
    shown: list[str] = []
    n_chars = 0
    for name in islice(known, most):
        text = repr(name)
        text = text if len(text) <= MAX_LISTED_CHARS else f"{text[: MAX_LISTED_CHARS - 3]}..."
        if shown and n_chars + len(text) > MAX_LISTED_CHARS:
            break
        shown.append(text)
        n_chars += len(text)
    more = len(known) - len(shown)
    return (", ".join(shown) or "none") + (f" and {more:,} more" if more else "")
