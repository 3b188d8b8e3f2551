"""State, said once: what undo and a session file do with a trait stands where it is declared."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, TypeVar

from traitlets import TraitType

from .atomic import Atomic

Trait = TypeVar("Trait", bound="TraitType[Any, Any]")

# How a session file holds a trait: a value that JSON has, an array of numbers, a frozen record, or
# rows of records.
FileForm = Literal["", "plain", "array", "record", "rows"]


def state(
    trait: Trait, *, undo: bool = False, file: FileForm = "", rows_of: type[Any] | None = None
) -> Trait:
    """Declare a trait of the session with what happens to it.

    Parameters
    ----------
    trait
        Its type and default.
    undo
        Whether undo of a filter or of batches puts it back.
    file
        How a session file holds it; empty when it does not.
    rows_of
        Of ``"rows"``: the record that each of them is.

    Returns
    -------
    The same trait.
    """
    return trait.tag(undo=undo, file=file, rows_of=rows_of)


class Store(Atomic):
    """Traits whose declarations say what undo and a session file do with them."""

    @classmethod
    def undo_names(cls) -> tuple[str, ...]:
        """Return the traits that undo puts back, in the order of their declaration."""
        return tuple(_declared(cls, "undo", True))

    @classmethod
    def file_traits(cls, form: FileForm) -> dict[str, TraitType[Any, Any]]:
        """Return the traits that a session file holds in a form, in the order of declaration."""
        return _declared(cls, "file", form)


@cache
def _declared(cls: type[Store], tag: str, value: Any) -> dict[str, TraitType[Any, Any]]:
    """Return the traits with a tag; those of the most basic class come first."""
    traits = cls.class_traits()
    names = [name for base in reversed(cls.__mro__) for name in vars(base)]
    return {
        name: traits[name]
        for name in names
        if name in traits and traits[name].metadata.get(tag) == value
    }
