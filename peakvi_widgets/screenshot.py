"""Screenshots of the window: from a browser that shows it, or drawn by matplotlib.

The browser answers with a message, and one thread handles all messages of a widget. Waiting on that
thread would never end, so the browser is not asked from there.
"""

from __future__ import annotations

import binascii
import io
import threading
from base64 import b64decode
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .arguments import one_line
from .errors import DataError, WireError
from .files import write_whole
from .kernel import why_browser_cannot_answer
from .paths import absolute_path

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

BEGIN = b"\x89PNG\r\n\x1a\n"
MAX_BASE64 = 1 << 26  # characters of a picture in base64
MAX_PIXELS = 80_000_000  # of a picture that is unpacked, four bytes each


@dataclass(frozen=True, slots=True)
class Screenshot:
    """A picture as PNG; a notebook shows it.

    Attributes
    ----------
    png
        The bytes of the file.
    source
        ``"screen"``, or ``"matplotlib"`` if no browser could answer.
    """

    png: bytes
    source: Literal["screen", "matplotlib"] = "screen"

    def __repr__(self) -> str:
        height, width = self.shape
        return f"<Screenshot {width} x {height}, from {self.source}>"

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        width, height = (int.from_bytes(self.png[at : at + 4], "big") for at in (16, 20))
        return height, width

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the picture to a file and return its path.

        Raises
        ------
        DataError
            The file exists and ``overwrite`` is off, or it cannot be written.
        """
        file = absolute_path(path)
        write_whole(file, self.png, overwrite=overwrite)
        return file

    def to_array(self) -> np.ndarray:
        """Return the pixels: red, green, blue and alpha, shape ``(height, width, 4)``, uint8.

        Raises
        ------
        DataError
            The picture is not a complete PNG.
        """
        import numpy as np
        from matplotlib.image import imread

        try:
            pixels = imread(io.BytesIO(self.png), format="png")
        except (OSError, SyntaxError, ValueError, EOFError) as error:  # of PIL
            raise DataError("The picture is damaged; take it again.") from error
        return np.asarray(np.round(255 * pixels), dtype="uint8")

    def _repr_png_(self) -> bytes:
        return self.png


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """A request for a picture to the browsers that show the viewer.

    Attributes
    ----------
    number
        Identifier of the request; 0 for none.
    canvas_only
        Whether to include only the cells.
    """

    number: int = 0
    canvas_only: bool = True


class Screen:
    """Requests pictures from the browsers that show a viewer, and waits for the first answer.

    Parameters
    ----------
    viewer
        Viewer whose trait ``picture_asked`` notifies the browsers.
    """

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self._numbers = count(1)
        self._waiting: dict[int, threading.Event] = {}
        self._answers: dict[int, tuple[bytes, str]] = {}

    def ask(self, *, canvas_only: bool, timeout: float) -> tuple[bytes, str]:
        """Return the PNG, or empty bytes and the reason why there is none.

        Parameters
        ----------
        canvas_only
            Whether to include only the cells.
        timeout
            Seconds to wait.
        """
        viewer = self._viewer
        if why := why_browser_cannot_answer(viewer.comm):
            return b"", why
        number, answered = next(self._numbers), threading.Event()
        self._waiting[number] = answered
        try:
            with viewer.session.lock:
                viewer.picture_asked = PictureRequest(number, canvas_only)
            answered.wait(timeout)  # never under the lock: the answer needs it
            none = (b"", f"no browser answered within {timeout:g} seconds; is the viewer visible?")
            return self._answers.pop(number, none)
        finally:
            del self._waiting[number]
            with viewer.session.lock:
                viewer.picture_asked = PictureRequest()

    def answer(self, number: int, png: str, why: str) -> None:
        """Receive a browser's answer; one that arrives too late is ignored.

        Raises
        ------
        WireError
            It is not a picture.
        """
        picture = _png_of(png)
        answered = self._waiting.get(number)
        if answered is not None and not answered.is_set():
            self._answers[number] = (picture, one_line(why))
            answered.set()


def _png_of(text: str) -> bytes:
    """Return a PNG from base64; empty for none.

    Raises
    ------
    WireError
        It is not a PNG, or it is far too large to unpack.
    """
    try:
        png = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WireError("The picture is not written in base64.") from error
    if not png:
        return b""
    if not png.startswith(BEGIN) or png[12:16] != b"IHDR" or len(png) < 33:
        raise WireError("The picture is not a PNG.")
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    if not 0 < width * height <= MAX_PIXELS:
        raise WireError(
            f"The picture has {width:,} x {height:,} pixels; expected at most {MAX_PIXELS:,}."
        )
    return png


def drawn(figure: Figure) -> Screenshot:
    """Return a matplotlib figure as a picture."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=150)
    return Screenshot(file.getvalue(), "matplotlib")
