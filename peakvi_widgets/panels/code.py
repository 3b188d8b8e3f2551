"""The code panel: the script of the session, and files to download."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from traitlets import Unicode, observe

from ..access import Access, access, path_to_save
from ..paths import is_reserved_on_windows
from ..session import Session
from ..session.opening import Source
from ..session.session import CodeEnding
from ..wire import Record
from ._panel import STATIC, Panel, follows, reads

MAX_FILE_NAME = 100  # characters


@dataclass(frozen=True, slots=True)
class Download:
    """A file for the browser to save.

    Attributes
    ----------
    number
        Increases with each download, so that the same file can be saved twice.
    name, text
        Name and content of the file.
    """

    number: int = 0
    name: str = ""
    text: str = ""


class CodePanel(Panel):
    """The script of the session, always current, to copy or to save."""

    _esm = STATIC / "code.js"
    _css = STATIC / "theme.css"

    script_parts = follows(Session.script_parts)
    script_head = Unicode().tag(sync=True)
    script_body = Unicode().tag(sync=True)
    script_tail = Unicode().tag(sync=True)
    source = reads(Session.source)
    download = Record(Download, Download())
    access = Record(Access, Access())

    def __init__(self, source: Session | Source | None = None, **traits: Any) -> None:
        super().__init__(source, **traits)
        self.access = access()

    @property
    def script(self) -> str:
        """The whole script."""
        return self.session.script

    @observe("script_parts")
    def _send_parts(self, change: Any) -> None:
        with self.hold_sync():  # together, and only those that changed
            self.script_head, self.script_body, self.script_tail = change.new

    def on_save_code(self, path: str, overwrite: bool) -> None:
        """Save the script as ``.py`` or as a notebook, depending on the suffix."""
        self.session.save_code(path_to_save(path), overwrite=overwrite)

    def on_download_code(self, ending: CodeEnding) -> None:
        """Send the script, or the same as a notebook, to the browser."""
        name = f"{_file_name(self.session.source)}{ending}"
        self.download = Download(self.download.number + 1, name, self.session.code(ending))

    def on_save_session(self, path: str, overwrite: bool) -> None:
        """Save the session as a ``.peakvi`` file."""
        self.session.save(path_to_save(path), overwrite=overwrite)


def _file_name(source: str) -> str:
    """Return the name of the source with characters that every file system allows."""
    name = re.sub(r"[^\w.-]+", "_", Path(source).stem)[:MAX_FILE_NAME].strip("._")
    return "peakvi_session" if not name or is_reserved_on_windows(name) else name
