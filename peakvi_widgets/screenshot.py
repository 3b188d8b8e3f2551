"""A picture of the window: asked of a browser that shows it, else drawn here by matplotlib.

A browser's answer is a message, and messages of a widget come on one thread. Whoever waits on that
very thread would wait for ever, so it is not waited for there.
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

from .errors import WireError
from .kernel import why_unheard
from .session.archive import write_whole

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

BEGIN = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Screenshot:
    """A picture as PNG; a notebook shows it.

    Attributes
    ----------
    png
        The bytes of the file.
    source
        ``"screen"``, or ``"matplotlib"`` where no browser could be asked.
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
        """Write it into a file and return where that is.

        Raises
        ------
        DataError
            It is there already and ``overwrite`` is off, or cannot be written.
        """
        file = Path(path).expanduser().absolute()
        write_whole(file, self.png, overwrite=overwrite)
        return file

    def to_array(self) -> np.ndarray:
        """Return its pixels: red, green, blue and alpha, shape ``(height, width, 4)``, uint8."""
        import numpy as np
        from matplotlib.image import imread

        pixels = imread(io.BytesIO(self.png), format="png")
        return np.asarray(np.round(255 * pixels), dtype="uint8")

    def _repr_png_(self) -> bytes:
        return self.png


@dataclass(frozen=True, slots=True)
class PictureAsked:
    """What the browsers that show the viewer are asked for.

    Attributes
    ----------
    number
        Names the request; 0 for none.
    canvas_only
        Whether only the cells are wanted.
    """

    number: int = 0
    canvas_only: bool = True


class Screen:
    """Asks the browsers that show a viewer for a picture, and waits a while for the first answer.

    Parameters
    ----------
    viewer
        Its trait ``picture_asked`` is how the browsers learn of it.
    """

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self._numbers = count(1)
        self._waiting: dict[int, threading.Event] = {}
        self._answers: dict[int, tuple[bytes, str]] = {}

    def ask(self, *, canvas_only: bool, timeout: float) -> tuple[bytes, str]:
        """Return the PNG, or nothing and the reason why there is none.

        Parameters
        ----------
        canvas_only
            Whether only the cells are wanted.
        timeout
            Seconds to wait.
        """
        viewer = self._viewer
        if why := why_unheard(viewer.comm):
            return b"", why
        number, answered = next(self._numbers), threading.Event()
        self._waiting[number] = answered
        try:
            with viewer.session.lock:
                viewer.picture_asked = PictureAsked(number, canvas_only)
            answered.wait(timeout)  # never under the lock: the answer needs it
            none = (b"", f"no browser answered within {timeout:g} seconds; is the viewer on show?")
            return self._answers.pop(number, none)
        finally:
            del self._waiting[number]
            with viewer.session.lock:
                viewer.picture_asked = PictureAsked()

    def answer(self, number: int, png: str, why: str) -> None:
        """Take a browser's answer; one that nobody waits for any more is let go.

        Raises
        ------
        WireError
            It is no picture.
        """
        try:
            picture = b64decode(png, validate=True)
        except (binascii.Error, ValueError) as error:
            raise WireError("The picture is not written in base64.") from error
        if picture and not picture.startswith(BEGIN):
            raise WireError("The picture is no PNG.")
        answered = self._waiting.get(number)
        if answered is not None and not answered.is_set():
            self._answers[number] = (picture, why)
            answered.set()


def drawn(figure: Figure) -> Screenshot:
    """Return a figure of matplotlib as a picture."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=150)
    return Screenshot(file.getvalue(), "matplotlib")
