"""Docstrings as the site's parser wants them: what is returned has a type, each name a line.

Docstrings of the package describe what is returned in plain sentences; the type is in the
signature. The parser would take every line of such a description for a type. Several names over
one description would all have the type and default of the first.
"""

import re
from typing import Any

from griffe import Extension, Object

SECTION = re.compile(
    r"^(Parameters|Attributes|Returns|Yields)\n-+\n(.*?)(?=^\S[^\n]*\n---|\Z)",
    flags=re.MULTILINE | re.DOTALL,
)
NAMES = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)+)\n((?:(?: .*)?\n?)*)", flags=re.MULTILINE)
YIELDED = re.compile(r"\w+\[(.*?)(?:, .*)?\]")  # of Generator[str, None, AnnData], Iterator[str]


class ProseDocstrings(Extension):
    """Rewrites the sections of each docstring, and hides values that are looked up."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Rewrite the docstring of a class, a function or an attribute."""
        if str(getattr(obj, "value", "")).startswith("os.environ"):
            obj.value = None  # the docstring names the variable
        if obj.docstring:
            text = SECTION.sub(lambda found: rewritten(found, obj), obj.docstring.value + "\n")
            obj.docstring.value = text.rstrip("\n")


def rewritten(section: re.Match[str], obj: Object) -> str:
    """Return a section with a type above what is returned, and one name above each description."""
    title, text = section[1], section[2].rstrip("\n") + "\n"
    if title in ("Returns", "Yields"):
        text = "\n".join([type_of(obj, title), *(f"    {line}" for line in text.splitlines())])
    else:
        text = NAMES.sub(
            lambda found: "".join(
                f"{name}\n{found[2].rstrip()}\n" for name in found[1].split(", ")
            ),
            text,
        )
    return f"{title}\n{'-' * len(title)}\n{text}\n\n"


def type_of(obj: Object, title: str) -> str:
    """Return the annotation of what a function returns or yields, or a property holds."""
    annotation = str(getattr(obj, "returns", None) or getattr(obj, "annotation", None) or "object")
    generator = re.match(r"(?:Generator|Iterator)\b", annotation)
    if generator and title == "Yields" and (found := YIELDED.fullmatch(annotation)):
        return found[1]
    if generator and title == "Returns":
        return annotation.rstrip("]").rsplit(", ", 1)[-1]
    return annotation
