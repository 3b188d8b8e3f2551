"""State whose traits have tags: loops over them find what undo and session files hold."""

from __future__ import annotations

from functools import cache
from typing import Any

from traitlets import TraitType

from .atomic import Atomic
from .tags import FileForm, Origin


class Tagged(Atomic):
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
