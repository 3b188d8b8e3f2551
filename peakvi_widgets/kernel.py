"""The one file that knows ipykernel and IPython: message routing, and the notebook's own variables.

ipykernel 7.4 sends a widget's message to the (sub)shell under which its comm last published. A comm
that is fed by a thread counts as the main shell's, so a click would wait for the running cell.
"""

from __future__ import annotations

import sys
from typing import Any


def route_as_asked(comm: Any) -> None:
    """Let each message of ``comm`` run on the shell that the browser asked for."""
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default


def notebook_adatas() -> dict[str, Any]:
    """Return the AnnData objects of the notebook.

    Returns
    -------
    Variable name to AnnData, in the order in which they were made; empty outside a notebook and
    for names that begin with an underscore. Views are left out: they change with their parent.
    """
    shell = sys.modules.get("IPython")
    anndata = sys.modules.get("anndata")
    running = shell.get_ipython() if shell else None
    if running is None or anndata is None:
        return {}
    return {
        name: value
        for name, value in dict(running.user_ns).items()
        if isinstance(value, anndata.AnnData) and not name.startswith("_")
    }
