"""Check arguments from outside against the type hints of a function.

A browser and a file can send anything that JSON can hold. `check` compares it with the signature of
a method and its type hints, returns values of these types, and otherwise raises one sentence that
names the argument, what was expected and what came.

>>> def lasso(polygon: list[float], mode: Literal["new", "add"] = "new") -> None: ...
>>> check(lasso, {"polygon": [0, 1, 2.5]})
{'polygon': [0.0, 1.0, 2.5]}
>>> check(lasso, {"polygon": [0], "mode": "all"})
WireError: The intent 'lasso' expected mode to be 'new' or 'add', got 'all'.
"""

from .signature import check, hints_of
from .values import MAX_TEXT, MaxLength, NonFinite, convert
from .words import MAX_SHOWN, describe, encodable, listed, one_line, shown

__all__ = [
    "MAX_SHOWN",
    "MAX_TEXT",
    "MaxLength",
    "NonFinite",
    "check",
    "convert",
    "describe",
    "encodable",
    "hints_of",
    "listed",
    "one_line",
    "shown",
]
