"""The code panel: the Python that does what was done so far."""

from __future__ import annotations

from ..session import Session
from ._panel import STATIC, Panel, reads


class CodePanel(Panel):
    """The script of the session, always current, to copy."""

    _esm = STATIC / "code.js"
    _css = STATIC / "theme.css"

    script = reads(Session.script)
