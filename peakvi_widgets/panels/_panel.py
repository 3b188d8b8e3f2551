"""What every panel shares: traits that mirror a session, and one door for intents.

``reads`` declares a trait that follows the session, ``shares`` one that the browser may change too,
and a method ``on_*`` is what the browser may ask for.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any

from anywidget import AnyWidget
from traitlets import HasTraits, Instance, TraitType, dlink

from ..arguments import check, shown
from ..errors import WireError
from ..kernel import heard, route_as_asked
from ..session import Session
from ..session.counts import Source
from ..session.records import Notice, Task
from ..wire import Record, check_message, value_of

STATIC = Path(__file__).parents[1] / "static"

Trait = TraitType[Any, Any]
End = tuple[HasTraits, str]


def reads(source: Any, form: Trait | None = None) -> Any:
    """Declare a trait that follows the session; the browser cannot change the session's.

    Parameters
    ----------
    source
        The session's trait (``Session.status``): type, default and bounds are its own.
    form
        How it is written on the wire, where that is not JSON.
    """
    return _mirror(source, form, dlink)


def shares(source: Any, form: Trait | None = None) -> Any:
    """Declare a trait that the browser and the session may both change; see `reads`."""
    return _mirror(source, form, _Both)


def follows(source: Any) -> Any:
    """Declare a trait that follows the session and is not sent: the panel sends parts of it."""
    twin = copy(source)
    twin.metadata = {**twin.metadata, "join": dlink}
    return twin


def own(form: Trait) -> Any:
    """Declare a trait that the browser may change and the session does not know: of the window."""
    return form.tag(sync=True, echo_update=False, own=True)


def _mirror(source: Trait, form: Trait | None, join: Callable[[End, End], Any]) -> Trait:
    twin = form or copy(source)
    twin.metadata = {**twin.metadata, "sync": True, "echo_update": False, "join": join}
    return twin


class _Both:
    """Keep two traits equal. Unlike ``traitlets.link`` it also takes arrays."""

    def __init__(self, source: End, mirror: End) -> None:
        self._busy = False
        self._ways = [
            (*end, partial(self._copy, other))
            for end, other in ((source, mirror), (mirror, source))
        ]
        for owner, name, copy_on in self._ways:
            owner.observe(copy_on, names=[name])
        setattr(*mirror, getattr(*source))

    def unlink(self) -> None:
        """Let each go its own way."""
        for owner, name, copy_on in self._ways:
            owner.unobserve(copy_on, names=[name])

    def _copy(self, other: End, change: Any) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            setattr(*other, change.new)
        except Exception:
            setattr(change.owner, change.name, getattr(*other))  # refused: back to the truth
            raise
        finally:
            self._busy = False


class Panel(AnyWidget):
    """A view of a session.

    Parameters
    ----------
    source
        A session, or what ``Session.open`` takes; nothing for an empty session.
    styled
        Whether it brings its style along. One that stands in a viewer has the viewer's; where it
        is shown elsewhere, its page asks for it.
    """

    session = Instance(Session)
    notice = reads(Session.notice, Record(Notice, Notice()))
    task = reads(Session.task, Record(Task, Task()))

    _joined: tuple[Any, ...] = ()  # what keeps its traits and the session's equal
    _own_layout: Any = None

    def __init__(
        self, source: Session | Source | None = None, *, styled: bool = True, **traits: Any
    ) -> None:
        session = Session.of(source)
        if not styled:
            traits["_css"] = ""
        super().__init__(session=session, **traits)
        with session.lock:
            self._joined = tuple(
                trait.metadata["join"]((session, name), (self, name))
                for name, trait in self.traits(join=lambda join: join is not None).items()
            )
        if "layout" not in traits:
            self._own_layout = self.layout
        self.on_msg(self._receive)
        route_as_asked(self.comm)
        _forget_watchers(type(self))

    def __repr__(self) -> str:
        """Return its kind and what its session holds; also what a page without widgets shows."""
        holds = self.session.summary() if self.trait_has_value("session") else ""
        return f"{type(self).__name__}({holds})"

    def close(self) -> None:
        """Take it off every page and let go of the session, which lives on."""
        joined, self._joined = self._joined, ()
        if joined:  # else it never came to life, or is closed already
            with self.session.lock:
                for join in joined:
                    join.unlink()
        super().close()
        layout, self._own_layout = self._own_layout, None
        if layout is not None:
            layout.close()  # it has a comm of its own

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        """Handle a message of the browser, whatever it holds."""
        if self.comm is None:
            return  # closed while the message was on its way
        with self.session.reporting():
            check_message(msg)
            super()._handle_msg(msg)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser may change, all of it or nothing; answer the rest with the truth.

        Parameters
        ----------
        sync_data
            Values by trait, as JSON has them. What does not fit becomes one notice.
        """
        heard()
        shared = {name: value for name, value in sync_data.items() if self._is_shared(name)}
        refused = [name for name in sync_data if name not in shared and name in self.keys]
        with self.session.lock:
            taken = False
            try:
                with self.session.reporting():
                    for name, value in shared.items():
                        self._check_trait(name, value)
                    super().set_state(shared)
                    taken = True
            finally:
                if not taken:
                    self._return_to_session(shared)
                    refused += shared
                if refused:
                    self.send_state(refused)

    def _check_trait(self, name: str, value: Any) -> None:
        """Raise what setting a trait would raise here or in the session; nothing is changed."""
        trait = self.traits()[name]
        made = trait._validate(self, value_of(trait, value, self))
        if self.trait_metadata(name, "join") is _Both:
            self.session.traits()[name]._validate(self.session, made)

    def _return_to_session(self, names: Iterable[str]) -> None:
        """Make traits what they are in the session, after a change of some was refused."""
        for name in names:
            if self.trait_metadata(name, "join") is _Both:
                self.set_trait(name, getattr(self.session, name))

    def _is_shared(self, name: str) -> bool:
        return self.has_trait(name) and (
            self.trait_metadata(name, "join") is _Both or bool(self.trait_metadata(name, "own"))
        )

    def _receive(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        heard()
        with self.session.lock, self.session.reporting():
            arguments = dict(content)
            name = arguments.pop("intent", None)
            if name == "style" and not arguments:
                self.set_trait("_css", _style())
                return
            if not isinstance(name, str) or name not in intents(type(self)):
                raise WireError(f"{type(self).__name__} does not know the intent {shown(name)}.")
            method = getattr(self, f"on_{name}")
            method(**check(method, arguments))


def _style() -> str:
    """Return the style that all panels share."""
    return (STATIC / "theme.css").read_text(encoding="utf-8")


def _forget_watchers(panel: type) -> None:
    """Let no file of ours keep a panel alive: unless it is watched, none hears that it changes."""
    if os.environ.get("ANYWIDGET_HMR") == "1":
        return
    for base in panel.__mro__:
        for name in ("_esm", "_css"):
            changed = getattr(vars(base).get(name), "changed", None)
            if changed is not None:
                changed.disconnect()


def intents(panel: type[Panel]) -> dict[str, inspect.Signature]:
    """Return what the browser may ask of a panel: the ``on_*`` methods it adds to `Panel`."""
    # traitlets gives each instance a class of its own, so look along the bases, not at vars().
    names = (name for name in dir(panel) if name.startswith("on_") and not hasattr(Panel, name))
    return {name.removeprefix("on_"): inspect.signature(getattr(panel, name)) for name in names}
