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
from .screenshot import MAX_BASE64, PictureAsked, Screen, Screenshot, drawn
from .session import Session
from .session.counts import Source
from .session.files.container import ENDING
from .session.layers.layer_list import LayerList
from .window import Docked, Layout, Window
from .wire import Record, Rows


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """What became of the wish to write or open a file.

    Attributes
    ----------
    number
        Counts up with each answer; 0 before there was one.
    outcome
        ``"done"`` (for long work: begun), ``"there"`` for a file that would be replaced, or
        ``"refused"``.
    text
        What is wrong, or in the way.
    """

    number: int = 0
    outcome: Literal["done", "there", "refused"] = "done"
    text: str = ""


class Viewer(Panel):
    """All panels of one session, docked in one window.

    A notebook cell that is run again closes the viewer that it made before and hands its sizes,
    folds and tabs on to the new one; work that goes on in a session of that viewer's own is given
    up.

    Parameters
    ----------
    source
        A session, an AnnData, a path, the name of a built-in data set, or nothing (an empty
        viewer whose loader waits).

    Attributes
    ----------
    window
        Its docks: ``viewer.window.add_dock_widget(widget)``.
    superseded
        Why it is out of use, in a sentence; empty while it is in use.
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
    picture_asked = Record(PictureAsked, PictureAsked())
    file_answer = Record(FileAnswer, FileAnswer())
    access = Record(Access, Access())

    saved_output = Unicode().tag(sync=True)  # names what stands for it in a saved notebook
    superseded = Unicode().tag(sync=True)
    pong = Int().tag(sync=True)  # the number of the ping that was answered last

    def __init__(self, source: Session | Source | None = None, **traits: Any) -> None:
        self._bound, self.window = KeyBindings(self), Window(self)
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
        """What is drawn, from the bottom to the top; the same as ``session.layers``."""
        return self.session.layers

    def on_undo(self) -> None:
        """Go back over the last change."""
        self.session.undo()

    def on_redo(self) -> None:
        """Bring back what was undone last."""
        self.session.redo()

    def on_halt(self) -> None:
        """Give up the opening, filtering, embedding or clustering that runs."""
        self.session.halt()

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the whole session into a ``.peakvi`` file: ``Viewer(path)`` goes on with it. Long.

        Parameters
        ----------
        path
            A file that ends in ``.peakvi``; see ``Session.save``.
        overwrite
            Whether a file that is there may be replaced.
        """
        self.session.save(path, overwrite=overwrite)

    def on_save_file(self, path: str, overwrite: bool) -> None:
        """Write the session, the script or the notebook, as the ending says."""
        with self._answering():
            file = path_to_save(path)
            if file.exists() and not overwrite:
                self._answer("there", f"{file} is there already.")
            elif file.suffix == ENDING:
                self.session.check_writable(file)
                self.session.save(file, overwrite=overwrite)
            else:
                self.session.save_code(file, overwrite=overwrite)

    def on_open_session(self, path: str) -> None:
        """Go on with a saved session."""
        with self._answering():
            file = path_to_open(path)
            if not file.is_file():
                raise DataError(f"There is no file {file}.")
            self.session.open(file)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Tell the dialog that asked what became of it: what is wrong is said there."""
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
        """Return what is on screen, as PNG.

        A browser that shows the viewer is asked. Where none can answer (no notebook; a host that
        does not hear its browser while a cell runs; the viewer is not on show) matplotlib draws the
        cells instead, and a warning says so: the call never hangs.

        Parameters
        ----------
        path
            A file to write it into too.
        canvas_only
            Whether only the cells are wanted, with their outlines, labels and tags; else the
            whole window.
        overwrite
            Whether a file that is there may be replaced.
        timeout
            Seconds to wait for a browser.

        Returns
        -------
        The picture: ``.png`` has the bytes, ``.to_array()`` the pixels, a notebook shows it.

        Raises
        ------
        StageError
            No browser answered, and there is no embedding to draw instead.
        DataError
            The file is there already and ``overwrite`` is off, or cannot be written.

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
            told = f"matplotlib drew this picture: {why}."
            self.session.tell(told[0].upper() + told[1:], "warning")
            warnings.warn(told, stacklevel=2)
        if path is not None:
            picture.save(path, overwrite=overwrite)
        return picture

    def on_picture(self, number: int, png: Annotated[str, MaxLength(MAX_BASE64)], why: str) -> None:
        """Take the picture that was asked for, in base64, or the reason why there is none."""
        self._screen.answer(number, png, why)

    # -- its life -------------------------------------------------------------------------------
    def on_ping(self, number: int) -> None:
        """Answer: what was asked before this is taken up."""
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
            self.session.give_up()
        self._close_panels()
        with self.hold_sync():  # a page that is loaded anew asks for all state, and these have none
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
        """Take the window and its panels off every page; session and docked widgets live on."""
        self.window.let_go()
        self._close_panels()
        super().close()

    def _close_panels(self) -> None:
        self._saved.close()
        self._bound.clear()
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
        """Take a docked widget out of the window."""
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
        """Let a key run a function while the viewer has the focus.

        Parameters
        ----------
        key
            ``"k"``, ``"Shift-K"``, ``"Ctrl-Alt-K"``, ``"Home"``: Ctrl and Cmd are one.
        function
            Called with the viewer, in the kernel. Left out, this is a decorator.
        title
            What it does, for the palette and the shortcut sheet; empty for the first line of the
            function's docstring, or its name.
        overwrite
            Whether the key may mean something else already.

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
        self._bound.bind(key, function, title, overwrite=overwrite)
        return function

    def unbind_key(self, key: str) -> None:
        """Forget what `bind_key` bound; the key means again what it meant before.

        Raises
        ------
        DataError
            Nothing was bound to it.
        """
        self._bound.unbind(key)

    def on_press_key(self, key: str) -> None:
        """Run what is bound to a key."""
        self._bound.press(key)

    def _receive(self, widget: Any, content: dict[str, Any], buffers: Any) -> None:
        super()._receive(widget, content, buffers)
        self._bound.run()  # not under the lock: what is bound may wait for work
