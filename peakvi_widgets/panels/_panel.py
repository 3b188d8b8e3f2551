"""Base class of panels: traits that mirror a session, and the check of intents.

``reads`` declares a trait that follows the session, ``shares`` one that the browser may change too.
A method ``on_*`` handles an intent of the browser; ``asks`` declares one that a verb handles.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakSet

from anywidget import AnyWidget
from traitlets import HasTraits, Instance, TraitType, dlink

from ..arguments import check, shown
from ..arguments.signature import hints_of
from ..errors import WireError
from ..kernel import answering_browser, route_to_sender_shell
from ..session import Session
from ..session.opening import Source
from ..session.records import Notice, Task
from ..wire import Record, check_message, sendable, value_of
from ._restoring import hold_while_a_page_is_restored

STATIC = Path(__file__).parents[1] / "static"

Trait = TraitType[Any, Any]
End = tuple[HasTraits, str]


def reads(source: Any, form: Trait | None = None) -> Any:
    """Declare a trait that follows the session; the browser cannot change the session's.

    Parameters
    ----------
    source
        Trait of the session, such as ``Session.status``, with its type, default and bounds.
    form
        Trait that serialises it, if it is not plain JSON.
    """
    return _mirror(source, form, dlink)


def shares(source: Any, form: Trait | None = None) -> Any:
    """Declare a trait that the browser and the session may both change; see `reads`."""
    return _mirror(source, form, _Both)


def follows(source: Any) -> Any:
    """Declare a trait that follows the session and is not sent; the panel sends parts of it."""
    twin = copy(source)
    twin.metadata = {**twin.metadata, "join": dlink}
    return twin


def asks(verb: Callable[..., Any], *names: str) -> Any:
    """Declare an intent that calls a method of the session.

    Parameters
    ----------
    verb
        The method, such as ``Session.cluster``; the intent has its name, types and docstring.
    *names
        Its arguments that the browser gives, all of them each time; the others keep their defaults.
    """
    hints, signature = hints_of(verb), inspect.signature(verb)
    first, *given = (
        signature.parameters[name].replace(default=inspect.Parameter.empty)
        for name in ("self", *names)
    )

    def intent(self: Panel, **arguments: Any) -> None:
        getattr(self.session, verb.__name__)(**arguments)

    intent.__name__ = f"on_{verb.__name__}"
    intent.__qualname__, intent.__doc__ = intent.__name__, verb.__doc__
    intent.__annotations__ = {name: hints[name] for name in names}
    keywords = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in given]
    intent.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[first, *keywords]
    )
    return intent


def own(form: Trait) -> Any:
    """Declare a trait of the window, which the browser may change and the session lacks."""
    return form.tag(sync=True, echo_update=False, own=True)


def _mirror(source: Trait, form: Trait | None, join: Callable[[End, End], Any]) -> Trait:
    twin = form or copy(source)
    twin.metadata = {**twin.metadata, "sync": True, "echo_update": False, "join": join}
    return twin


class _Both:
    """Keep two traits equal. Unlike ``traitlets.link`` this also works for arrays."""

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
        """Stop keeping the traits equal."""
        for owner, name, copy_on in self._ways:
            owner.unobserve(copy_on, names=[name])

    def _copy(self, other: End, change: Any) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            setattr(*other, change.new)
        except Exception:
            setattr(change.owner, change.name, getattr(*other))  # refused: restore the value
            raise
        finally:
            self._busy = False


class Panel(AnyWidget):
    """A view of a session.

    Parameters
    ----------
    source
        A session, or an argument of ``Session.open``; nothing for an empty session.
    styled
        Whether the panel sends its style. A panel in a viewer uses the viewer's style; if it is
        displayed elsewhere too, the page requests it.
    """

    session = Instance(Session)
    notice = reads(Session.notice, Record(Notice, Notice()))
    task = reads(Session.task, Record(Task, Task()))

    _joined: tuple[Any, ...] = ()  # links between its traits and the session's
    _own_layout: Any = None

    def __init__(
        self, source: Session | Source | None = None, *, styled: bool = True, **traits: Any
    ) -> None:
        session = Session.of(source)
        if not styled:
            traits["_css"] = ""
        super().__init__(session=session, **traits)
        _open.add(self)
        with session.lock:
            self._joined = tuple(
                trait.metadata["join"]((session, name), (self, name))
                for name, trait in self.traits(join=lambda join: join is not None).items()
            )
        if "layout" not in traits:
            self._own_layout = self.layout
        self.on_msg(self._receive)
        route_to_sender_shell(self.comm)
        _forget_watchers(type(self))

    def __repr__(self) -> str:
        """Return the class and a summary of the session; pages without widgets show it."""
        holds = self.session.summary() if self.trait_has_value("session") else ""
        return f"{type(self).__name__}({holds})"

    def close(self) -> None:
        """Close the panel on every page and release the session, which stays open."""
        joined, self._joined = self._joined, ()
        if joined:  # else __init__ failed, or it is closed already
            with self.session.lock:
                for join in joined:
                    join.unlink()
        super().close()
        layout, self._own_layout = self._own_layout, None
        if layout is not None:
            layout.close()  # it has its own comm

    def _handle_msg(self, msg: dict[str, Any]) -> None:
        """Handle a message of the browser, which may hold anything."""
        if self.comm is None:
            return  # closed before the message arrived
        with self.session.reporting():
            check_message(msg)
            super()._handle_msg(msg)

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Return values by trait, as JSON has them.

        Parameters
        ----------
        key
            Names of traits; None for all.
        drop_defaults
            Whether traits that have their default value are left out.
        """
        state: dict[str, Any] = sendable(super().get_state(key, drop_defaults))
        return state

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Apply the changes that the browser may make, all or none, and send back the other values.

        Parameters
        ----------
        sync_data
            Values by trait, as JSON has them. A value that does not fit becomes one notice.
        """
        shared = {name: value for name, value in sync_data.items() if self._is_shared(name)}
        refused = [name for name in sync_data if name not in shared and name in self.keys]
        with answering_browser(), self.session.lock:
            is_applied = False
            try:
                with self.session.reporting():
                    for name, value in shared.items():
                        self._check_trait(name, value)
                    super().set_state(shared)
                    is_applied = True
            finally:
                if not is_applied:
                    self._return_to_session(shared)
                    refused += shared
                if refused:
                    self.send_state(refused)

    def _check_trait(self, name: str, value: Any) -> None:
        """Raise the error that setting a trait would raise here or in the session."""
        trait = self.traits()[name]
        made = trait._validate(self, value_of(trait, value, self))
        if self.trait_metadata(name, "join") is _Both:
            self.session.traits()[name]._validate(self.session, made)

    def _return_to_session(self, names: Iterable[str]) -> None:
        """Reset traits to their values in the session, after a change was refused."""
        for name in names:
            if self.trait_metadata(name, "join") is _Both:
                self.set_trait(name, getattr(self.session, name))

    def _is_shared(self, name: str) -> bool:
        return self.has_trait(name) and (
            self.trait_metadata(name, "join") is _Both or bool(self.trait_metadata(name, "own"))
        )

    def _receive(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        with answering_browser(), self.session.lock, self.session.reporting():
            arguments = dict(content)
            name = arguments.pop("intent", None)
            if name == "style" and not arguments:
                self.set_trait("_css", _style())
                return
            if not isinstance(name, str) or name not in intents(type(self)):
                raise WireError(f"{type(self).__name__} does not know the intent {shown(name)}.")
            method = getattr(self, f"on_{name}")
            method(**check(method, arguments))


_open: WeakSet[Panel] = WeakSet()


@contextmanager
def _all_locked() -> Iterator[None]:
    """Hold the locks of all sessions that a panel shows."""
    sessions = {id(panel.session): panel.session for panel in list(_open)}
    with ExitStack() as locks:
        for _, session in sorted(sessions.items()):
            locks.enter_context(session.lock)
        yield


hold_while_a_page_is_restored(_all_locked)


def _style() -> str:
    """Return the style that all panels share."""
    return (STATIC / "theme.css").read_text(encoding="utf-8")


def _forget_watchers(panel: type) -> None:
    """Disconnect panels from their source files, which would keep them alive.

    Only with ``ANYWIDGET_HMR=1`` do panels follow changes of these files.
    """
    if os.environ.get("ANYWIDGET_HMR") == "1":
        return
    for base in panel.__mro__:
        for name in ("_esm", "_css"):
            changed = getattr(vars(base).get(name), "changed", None)
            if changed is not None:
                changed.disconnect()


def intents(panel: type[Panel]) -> dict[str, inspect.Signature]:
    """Return the intents of a panel: the ``on_*`` methods that it adds to `Panel`."""
    # traitlets gives each instance its own class, so vars() would miss the bases
    names = (name for name in dir(panel) if name.startswith("on_") and not hasattr(Panel, name))
    return {name.removeprefix("on_"): inspect.signature(getattr(panel, name)) for name in names}
