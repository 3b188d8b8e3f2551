"""Foreign names in error messages: short, on one line, whatever a file holds."""

import os
from collections.abc import Iterable

MAX_NAME = 40  # characters of a name that a message repeats
MAX_PATH = 100


def quoted(name: object, max_length: int = MAX_NAME) -> str:
    """Quote a name for a message.

    Parameters
    ----------
    name
        Anything out of a file.
    max_length
        Characters that are kept.

    Returns
    -------
    One line in quotes; a long name ends in ``...``, and control characters are escaped.
    """
    text = str(name)
    shown = repr(text if len(text) <= max_length else text[: max_length - 3] + "...")
    return shown if len(shown) <= 2 * max_length else repr(ascii(text)[1 : max_length - 2] + "...")


def quoted_list(names: Iterable[object], max_names: int = 4) -> str:
    """Quote several names for a message.

    Parameters
    ----------
    names
        Anything out of a file.
    max_names
        Names that are written; of the rest only the number is.
    """
    every = list(names)
    shown = ", ".join(quoted(name, 24) for name in every[:max_names])
    return shown + (f" and {len(every) - max_names:,} more" if len(every) > max_names else "")


def short_path(path: str | os.PathLike[str]) -> str:
    """Write a path for a message; of a long one only the end.

    Parameters
    ----------
    path
        Where a file is.
    """
    text = "".join(letter if letter.isprintable() else "?" for letter in os.fspath(path))
    return text if len(text) <= MAX_PATH else "..." + text[3 - MAX_PATH :]


def gigabytes(n_bytes: int) -> str:
    """Write a number of bytes in gigabytes.

    Parameters
    ----------
    n_bytes
        Any number, also one that no machine has.
    """
    value = min(n_bytes, 10**18) / 1e9
    return f"{value:,.1f} GB" if value < 1e9 else "more than a billion GB"
