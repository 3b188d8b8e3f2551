"""Sends a page that comes back the state of all widgets between two changes of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from ipywidgets import Widget

from ..kernel import when_comm_opens


def hold_while_a_page_is_restored(hold: Callable[[], AbstractContextManager[Any]]) -> None:
    """Let nothing change while a page that comes back is sent the state of all widgets.

    A page asks for it when it is loaded again, and when its connection is there again. ipywidgets
    collects all states and sends them afterwards, beside the threads that change them. What one of
    them changed and sent meanwhile would be followed by what was before, and stay so on the page.

    Parameters
    ----------
    hold
        Makes the context in which nothing changes.
    """

    def opened(comm: Any, message: dict[str, Any]) -> None:
        Widget.handle_control_comm_opened(comm, message)
        answer: Callable[[Any], None] | None = getattr(Widget, "_handle_control_comm_msg", None)
        if answer is None:  # an ipywidgets that answers otherwise
            return

        def answer_between_changes(request: dict[str, Any]) -> None:
            with hold():
                answer(request)

        comm.on_msg(answer_between_changes)

    when_comm_opens("jupyter.widget.control", opened)
