"""The window that holds the panels."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import uuid4

from anywidget import WidgetTrait
from traitlets import Int, Unicode

from .access import Access, access, path_to_open, path_to_save
from .arguments import MaxLength
from .cell_reruns import displayed, register
from .errors import DataError, PeakVIError, StageError
from .key_bindings import Binding, KeyBindings, KeyFunction
from .panels import PANELS
from .panels._panel import STATIC, Panel, own, reads
from .saved_output import SavedOutput
from .screenshot import MAX_BASE64, PictureRequest, Screen, Screenshot, drawn
from .session import Session
from .session.files.container import ENDING
from .session.layers.layer_list import LayerList
from .session.opening import Source
from .window import Docked, Layout, Window
from .wire import Record, Rows


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """The answer to a request to write or open a file.

    Attributes
    ----------
    number
        Number of the answer; 0 before the first.
    outcome
        ``"done"`` (long work: started), ``"there"`` if a file would be replaced, or ``"refused"``.
    text
        Why it was refused, or which file exists.
    """

    number: int = 0
    outcome: Literal["done", "there", "refused"] = "done"
    text: str = ""


class Viewer(Panel):
    """All panels of one session, docked in one window.

    When a notebook cell is run again, the viewer that it made before is closed and the new one
    inherits its layout. Work that still runs in a session that only the old viewer used is
    cancelled.

    Parameters
    ----------
    source
        A session, an AnnData, a path, the name of a built-in data set, or nothing for an
        empty viewer.

    Attributes
    ----------
    window
        The docks: ``viewer.window.add_dock_widget(widget)``.
    superseded
        Why the viewer is out of use, as a sentence; empty while it is in use.
    """

    _esm = STATIC / "viewer.js"
    _css = STATIC / "theme.css"

    source = reads(Session.source)
    n_cells = reads(Session.n_cells)
    n_regions = reads(Session.n_regions)
    training = reads(Session.training)
    da_state = reads(Session.da_state)
    undo_label = reads(Session.undo_label)
    redo_label = reads(Session.redo_label)
    n_notices = reads(Session.n_notices)

    locals().update({row.name: WidgetTrait().tag(sync=True) for row in PANELS})
    if TYPE_CHECKING:  # the traits in the line above

        def __getattr__(self, name: str) -> Any: ...

    window_layout = own(Record(Layout, Layout()))
    docked = Rows(Docked)
    bindings = Rows(Binding)
    picture_asked = Record(PictureRequest, PictureRequest())
    file_answer = Record(FileAnswer, FileAnswer())
    access = Record(Access, Access())

    saved_output = Unicode().tag(sync=True)  # class of its static output in a saved notebook
    superseded = Unicode().tag(sync=True)
    pong = Int().tag(sync=True)  # number of the last ping that was answered

    def __init__(self, source: Session | Source | None = None, **traits: Any) -> None:
        self._key_bindings, self.window = KeyBindings(self), Window(self)
        self.made_in = self.made_by = ""  # see cell_reruns
        self.shown_in: set[str] = set()
        session = Session.of(source)
        self._owns_session = session is not source
        self._screen = Screen(self)
        name = f"peakvi-{uuid4().hex}"
        self._saved = SavedOutput(session, name)
        super().__init__(
            session,
            **{row.name: row.load()(session, styled=False) for row in PANELS},
            saved_output=name,
            **traits,
        )
        self.access = access()
        register(self)

    @property
    def layers(self) -> LayerList:
        """Layers from the bottom to the top; the same as ``session.layers``."""
        return self.session.layers

    def on_undo(self) -> None:
        """Undo the last change."""
        self.session.undo()

    def on_redo(self) -> None:
        """Redo the change that was undone last."""
        self.session.redo()

    def on_halt(self) -> None:
        """Cancel the opening, filtering, embedding or clustering that is running."""
        self.session.halt()

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Save the session as a ``.peakvi`` file, which ``Viewer(path)`` opens. Long.

        Parameters
        ----------
        path
            A file that ends in ``.peakvi``; see ``Session.save``.
        overwrite
            Whether to replace an existing file.
        """
        self.session.save(path, overwrite=overwrite)

    def export_html(
        self,
        path: str | Path,
        *,
        note: str = "",
        counts: bool = True,
        model: bool | None = None,
        max_cells: int | None = None,
        overwrite: bool = False,
    ) -> Path:
        """Write a page that opens without a kernel; see ``Session.export_html``."""
        return self.session.export_html(
            path, note=note, counts=counts, model=model, max_cells=max_cells, overwrite=overwrite
        )

    def on_save_file(self, path: str, overwrite: bool) -> None:
        """Save the session, a page, the script or the notebook, depending on the suffix."""
        with self._answering():
            file = path_to_save(path)
            if file.exists() and not overwrite:
                self._answer("there", f"{file} exists already.")
            elif file.suffix == ENDING:
                self.session.check_writable(file)
                self.session.save(file, overwrite=overwrite)
            elif file.suffix == ".html":
                self.session.export_html(file, overwrite=overwrite)
            else:
                self.session.save_code(file, overwrite=overwrite)

    def on_open_session(self, path: str) -> None:
        """Open a saved session."""
        with self._answering():
            file = path_to_open(path)
            if not file.is_file():
                raise DataError(f"There is no file {file}.")
            self.session.open(file)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Answer the dialog that sent the request; an error is shown there."""
        number = self.file_answer.number
        try:
            yield
        except PeakVIError as error:
            self._answer("refused", str(error))
        if self.file_answer.number == number:
            self._answer("done", "")

    def _answer(self, outcome: Literal["done", "there", "refused"], text: str) -> None:
        self.file_answer = FileAnswer(self.file_answer.number + 1, outcome, text)

    def screenshot(
        self,
        path: str | Path | None = None,
        *,
        canvas_only: bool = True,
        overwrite: bool = False,
        timeout: float = 10.0,
    ) -> Screenshot:
        """Return a picture of the viewer, as PNG.

        A browser that shows the viewer takes it. If none can answer (no notebook, a host that
        handles no messages while a cell runs, a viewer that is not visible), matplotlib draws the
        cells instead, with a warning. The call never hangs.

        Parameters
        ----------
        path
            File to write the picture to.
        canvas_only
            Whether to include only the cells with their outlines, labels and tags, or the whole
            window.
        overwrite
            Whether to replace an existing file.
        timeout
            Seconds to wait for a browser.

        Returns
        -------
        The picture: ``.png`` are its bytes, ``.to_array()`` its pixels. A notebook displays it.

        Raises
        ------
        StageError
            No browser answered, and there is no embedding to draw instead.
        DataError
            The file exists and ``overwrite`` is off, or it cannot be written.

        Examples
        --------
        >>> viewer.screenshot("cells.png")
        """
        png, why = self._screen.ask(canvas_only=canvas_only, timeout=timeout)
        if png:
            picture = Screenshot(png)
        else:
            try:
                picture = drawn(self.session.figure("embedding"))
            except StageError as error:
                raise StageError(f"There is no picture: {why}. {error}") from error
            text = f"matplotlib drew this picture: {why}."
            self.session.notify(text[0].upper() + text[1:], "warning")
            warnings.warn(text, stacklevel=2)
        if path is not None:
            picture.save(path, overwrite=overwrite)
        return picture

    def on_picture(self, number: int, png: Annotated[str, MaxLength(MAX_BASE64)], why: str) -> None:
        """Receive the requested picture in base64, or the reason why there is none."""
        self._screen.answer(number, png, why)

    # -- lifetime ------------------------------------------------------------------------------
    def on_ping(self, number: int) -> None:
        """Answer a ping, which shows that earlier messages have been handled."""
        self.pong = number

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        displayed(self)
        self._saved.display()
        return super()._repr_mimebundle_(**kwargs)

    def retire(self, text: str, successor: Viewer) -> None:
        """Release panels, keys and work; the frame stays and says why, until ``close()``.

        Parameters
        ----------
        text
            Why, in a sentence.
        successor
            Viewer that replaces this one. If both share a session, its work continues.
        """
        with self.session.lock:
            self.superseded = text
        if self._owns_session and successor.session is not self.session:
            self.session.cancel_all()
        self._close_panels()
        with (
            self.hold_sync()
        ):  # a reloaded page asks for the whole state, and closed panels have none
            for name in self.panels:
                setattr(self, name, None)

    def inherit_layout(self, layout: Layout) -> None:
        """Use the layout of the viewer that this one replaces, unless one was set already.

        Parameters
        ----------
        layout
            Sizes, folds and tabs of the other viewer's window.
        """
        if self.window.layout == Layout():
            self.window.layout = layout

    def close(self) -> None:
        """Close the window and its panels; the session and docked widgets stay open."""
        self.window.release()
        self._close_panels()
        super().close()

    def _close_panels(self) -> None:
        self._saved.close()
        self._key_bindings.clear()
        for name in self.panels:
            panel = getattr(self, name)
            if panel is not None:
                panel.close()

    # -- the window -----------------------------------------------------------------------------
    @property
    def panels(self) -> tuple[str, ...]:
        """Names of the panels in the window."""
        return tuple(row.name for row in PANELS)

    def on_close_dock(self, name: str) -> None:
        """Remove a docked widget from the window."""
        self.window.remove_dock_widget(name)

    # -- keys -----------------------------------------------------------------------------------
    def bind_key(
        self,
        key: str,
        function: KeyFunction | None = None,
        *,
        title: str = "",
        overwrite: bool = False,
    ) -> Any:
        """Bind a key to a function, which runs when the key is pressed in the viewer.

        Parameters
        ----------
        key
            ``"k"``, ``"Shift-K"``, ``"Ctrl-Alt-K"``, ``"Home"``; Ctrl and Cmd are the same.
        function
            Called with the viewer, in the kernel. If it is left out, this is a decorator.
        title
            Text in the command palette and the shortcut sheet; empty for the first line of the
            function's docstring, or its name.
        overwrite
            Whether to replace what the key is bound to.

        Returns
        -------
        The function.

        Raises
        ------
        DataError
            ``key`` is not a key, is reserved for the browser or JupyterLab, or is bound already.

        Examples
        --------
        >>> @viewer.bind_key("h")
        ... def compare_with_the_rest(viewer):
        ...     viewer.session.against_rest()
        """
        if function is None:
            return lambda given: self.bind_key(key, given, title=title, overwrite=overwrite)
        self._key_bindings.bind(key, function, title, overwrite=overwrite)
        return function

    def unbind_key(self, key: str) -> None:
        """Remove the binding that `bind_key` made; the key does again what it did before.

        Raises
        ------
        DataError
            Nothing was bound to it.
        """
        self._key_bindings.unbind(key)

    def on_press_key(self, key: str) -> None:
        """Run the function that is bound to a key."""
        self._key_bindings.press(key)

    def _receive(self, widget: Any, content: dict[str, Any], buffers: Any) -> None:
        super()._receive(widget, content, buffers)
        self._key_bindings.run()  # not under the lock: the function may wait for work
