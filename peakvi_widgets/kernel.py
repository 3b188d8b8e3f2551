"""The one file that knows ipykernel and IPython: message routes, the cells, the variables.

ipykernel 7.4 sends a widget's message to the (sub)shell under which its comm last published. A comm
that is fed by a thread counts as the main shell's, so a click would wait for the running cell.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def route_as_asked(comm: Any) -> None:
    """Let each message of ``comm`` run on the shell that the browser asked for."""
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default


@dataclass(frozen=True, slots=True)
class CellRun:
    """One run of a notebook cell.

    Attributes
    ----------
    cell
        Names the cell for as long as it lives, run after run.
    run
        Names this run.
    number
        What stands in the brackets before the cell.
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
        Names the output, so that it can be replaced.
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
    """Call a function when a cell has run, before the notebook hears that it has; once at most."""
    shell = _shell()
    if shell is not None and run not in _after_cells:
        _after_cells.append(run)
        shell.events.register("post_run_cell", lambda _result: run())


_after_cells: list[Callable[[], None]] = []


def has_front_end() -> bool:
    """Say whether a page shows the notebook: a browser was heard, or a Jupyter server began it."""
    return _heard_on is not None or "JPY_SESSION_NAME" in os.environ


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


_heard_on: threading.Thread | None = None  # where the last message of a browser was handled


def heard() -> None:
    """Remember on which thread messages of the browser come: all widgets share one."""
    global _heard_on
    _heard_on = threading.current_thread()


def why_unheard(comm: Any) -> str:
    """Say why no message of a browser can come while this thread waits; empty where it can.

    Parameters
    ----------
    comm
        The widget's own.
    """
    if comm is None or type(comm).__name__ == "DummyComm":
        return "there is no notebook whose browser could be asked"
    here = threading.current_thread()
    if here is _heard_on:
        return "messages of the browser wait here until this call has ended"
    kernel = getattr(_shell(), "kernel", None)
    if (
        kernel is not None
        and not getattr(kernel, "_supports_kernel_subshells", False)
        and here is threading.main_thread()
    ):
        return "this kernel hears the browser only between cells (ipykernel 7 hears it always)"
    return ""
