"""The code panel: the Python that does what was done so far, and files to take away."""

from __future__ import annotations

from ..session import Session
from ._panel import STATIC, Panel, reads


class CodePanel(Panel):
    """The script of the session, always current, to copy or to save; and the whole session."""

    _esm = STATIC / "code.js"
    _css = STATIC / "theme.css"

    script = reads(Session.script)
    source = reads(Session.source)

    def on_save_code(self, path: str, overwrite: bool) -> None:
        """Write the script, or the same as a notebook, as the ending says."""
        self.session.save_code(path, overwrite=overwrite)

    def on_save_session(self, path: str, overwrite: bool) -> None:
        """Write the whole session into a ``.peakvi`` file."""
        self.session.save(path, overwrite=overwrite)
