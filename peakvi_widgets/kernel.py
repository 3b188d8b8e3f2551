"""All that depends on ipykernel and IPython: message routing, cells and variables.

ipykernel 7.4 sends a widget's message to the (sub)shell under which its comm last published. A comm
that is fed by a thread counts as the main shell's, so a click would wait for the running cell.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


def route_to_sender_shell(comm: Any) -> None:
    """Handle each message of ``comm`` on the shell that the browser chose."""
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default


def when_comm_opens(target: str, opened: Callable[[Any, dict[str, Any]], None]) -> None:
    """Call a function with each comm that a page opens, and with the message that opened it.

    Parameters
    ----------
    target
        What the page opens it for. The function takes the place of the one before.
    opened
        The function.
    """
    from comm import get_comm_manager

    get_comm_manager().register_target(target, opened)


@dataclass(frozen=True, slots=True)
class CellRun:
    """One run of a notebook cell.

    Attributes
    ----------
    cell
        Identifier of the cell, the same for all its runs.
    run
        Identifier of this run.
    number
        Number in the brackets before the cell.
    """

    cell: str
    run: str
    number: int


def running_cell() -> CellRun | None:
    """Return which cell runs; None outside a notebook, in a callback, or if cells have no names."""
    shell = _shell()
    kernel = getattr(shell, "kernel", None)
    if shell is None or kernel is None:
        return None
    message = kernel.get_parent() or {}
    cell = message.get("metadata", {}).get("cellId")
    if not cell or message["header"]["msg_type"] != "execute_request":
        return None
    return CellRun(str(cell), message["header"]["msg_id"], shell.execution_count)


def request() -> Hashable | None:
    """Return what runs now: a value for each run of a cell and each click, one for a script.

    None where each line may be one of its own: in Python's own shell, and in marimo, which does not
    say which cell runs.
    """
    click = _click.get()
    if click is not None:
        return click
    shell = _shell()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        if shell is not None:
            return int(shell.execution_count)
        return None if hasattr(sys, "ps1") or _is_marimo() else "script"
    return str((kernel.get_parent() or {}).get("header", {}).get("msg_id", ""))


@contextmanager
def answering_browser() -> Iterator[None]:
    """Mark what runs within as the answer to a message of a browser, such as a click."""
    global _browser_thread
    _browser_thread = threading.current_thread()
    before = _click.set(object())
    try:
        yield
    finally:
        _click.reset(before)


_browser_thread: threading.Thread | None = None  # handled the last message; all widgets share one
_click: ContextVar[object | None] = ContextVar("click", default=None)


def _is_marimo() -> bool:
    """Return whether a marimo notebook runs this."""
    marimo = sys.modules.get("marimo")
    return marimo is not None and bool(marimo.running_in_notebook())


def _shell() -> Any:
    module = sys.modules.get("IPython")
    return module.get_ipython() if module else None


def publish(bundle: dict[str, Any], display: str, *, update: bool = False) -> bool:
    """Add an output to the running cell, or replace one; any thread may call it.

    Parameters
    ----------
    bundle
        The output by MIME type.
    display
        Identifier of the output, by which it can be replaced.
    update
        Whether to replace the outputs of this name, in whatever cell they are.

    Returns
    -------
    Whether there is a notebook.
    """
    shell = _shell()
    if getattr(shell, "kernel", None) is None:
        return False
    shell.display_pub.publish(
        data=bundle, metadata={}, transient={"display_id": display}, update=update
    )
    return True


def after_each_cell(run: Callable[[], None]) -> None:
    """Call a function after each cell, before the notebook is notified that the cell has run.

    A function that is registered twice is called once.
    """
    shell = _shell()
    if shell is not None and run not in _after_cells:
        _after_cells.append(run)
        shell.events.register("post_run_cell", lambda _result: run())


_after_cells: list[Callable[[], None]] = []


def has_front_end() -> bool:
    """Return whether a page shows the notebook.

    That is so after a message from a browser, and if a Jupyter server started the kernel.
    """
    return _browser_thread is not None or "JPY_SESSION_NAME" in os.environ


def notebook_adatas() -> dict[str, Any]:
    """Return the AnnData objects of the notebook.

    Returns
    -------
    Variable name to AnnData, in the order in which they were made; empty outside a notebook and
    for names that begin with an underscore. Views are left out: they change with their parent.
    """
    shell = _shell()
    # while another thread imports anndata, the module is there without its class
    kind = getattr(sys.modules.get("anndata"), "AnnData", None)
    if shell is None or kind is None:
        return {}
    return {
        name: value
        for name, value in dict(shell.user_ns).items()
        if isinstance(value, kind) and not name.startswith("_")
    }


def why_browser_cannot_answer(comm: Any) -> str:
    """Return why no message of a browser can arrive while this thread waits.

    Parameters
    ----------
    comm
        Comm of the widget.

    Returns
    -------
    The reason, as the end of a sentence; empty if a message can arrive.
    """
    if comm is None or type(comm).__name__ == "DummyComm":
        return "no browser shows this notebook"
    here = threading.current_thread()
    if here is _browser_thread:
        return "messages of the browser wait until this call has ended"
    kernel = getattr(_shell(), "kernel", None)
    if (
        kernel is not None
        and not getattr(kernel, "_supports_kernel_subshells", False)
        and here is threading.main_thread()
    ):
        return "this kernel handles messages only between cells (ipykernel 7 always does)"
    return ""
