"""The tags of a trait: what undo, session files and a change of cells or model do with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from traitlets import HasTraits, TraitType

NOTHING: Mapping[Any, Any] = MappingProxyType({})

Trait = TypeVar("Trait", bound="TraitType[Any, Any]")

# How a session file holds a trait: a value that JSON has, an array of numbers, a frozen record, or
# rows of records.
FileForm = Literal["", "plain", "array", "record", "rows"]
Origin = Literal["", "source", "cells", "model"]


def state(
    trait: Trait,
    *,
    undo: bool = False,
    file: FileForm = "",
    rows_of: type[Any] | None = None,
    of: Origin = "",
    with_: str = "",
    without: Callable[[Any, Any, Any], Any] | None = None,
    follows: bool = False,
    mirrors: bool = False,
    is_new: bool = False,
) -> Trait:
    """Declare a trait of the session with what happens to it.

    Parameters
    ----------
    trait
        Its type and default.
    undo
        Whether undo of a filter or of batches restores it.
    file
        How a session file holds it; empty when it does not.
    rows_of
        For ``"rows"``: the record that each of them is.
    of
        What it depends on: it gets its default when these are replaced.
    with_
        A name that it shares with traits that undo restores together or not at all.
    without
        ``without(before, after, now)`` returns the present value without the change from
        ``before`` to ``after``, for undo of that change alone. By default that is ``before`` where
        ``now`` is still ``after``, and else ``now``.
    follows
        Whether it follows from other state: a job that fails does not restore it.
    mirrors
        Whether it mirrors an object, which is restored instead of it.
    is_new
        Whether session files of earlier versions lack it: then it has its default.

    Returns
    -------
    The same trait.
    """
    return trait.tag(
        undo=undo,
        file=file,
        rows_of=rows_of,
        of=of,
        with_=with_,
        without=without,
        follows=follows,
        mirrors=mirrors,
        is_new=is_new,
    )


class Tagged(HasTraits):
    """Traits with tags, which loops over the state go by."""

    @classmethod
    def tagged(cls, tag: str) -> dict[str, Any]:
        """Return the traits that have a tag and its value for each, in order of declaration."""
        tags = {name: trait.metadata.get(tag) for name, trait in _declared(cls).items()}
        return {name: value for name, value in tags.items() if value}

    @classmethod
    def undo_names(cls) -> tuple[str, ...]:
        """Return the traits that undo restores."""
        return tuple(cls.tagged("undo"))

    @classmethod
    def file_traits(cls, form: FileForm) -> dict[str, TraitType[Any, Any]]:
        """Return the traits that a session file holds in a form."""
        traits = cls.class_traits()
        return {name: traits[name] for name, found in cls.tagged("file").items() if found == form}

    @classmethod
    def names_of(cls, source: Origin) -> tuple[str, ...]:
        """Return the traits that depend on a source."""
        return tuple(name for name, found in cls.tagged("of").items() if found == source)

    def _reset(self, source: Origin) -> None:
        """Set the traits that depend on a source to their defaults."""
        traits = self.traits()
        for name in self.names_of(source):
            self.set_trait(name, traits[name].default(self))


@cache
def _declared(cls: type[Tagged]) -> dict[str, TraitType[Any, Any]]:
    """Return all traits; those of the most basic class come first."""
    traits = cls.class_traits()
    names = [name for base in reversed(cls.__mro__) for name in vars(base)]
    return {name: traits[name] for name in names if name in traits}
