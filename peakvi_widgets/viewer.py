"""The window that holds the panels."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from anywidget import WidgetTrait

from .commands import COMMANDS
from .errors import DataError, PeakVIError, StageError
from .keys import free_key, key_name
from .panels._panel import STATIC, Panel, own, reads
from .panels.code import CodePanel
from .panels.data import DataPanel
from .panels.differential import DifferentialPanel
from .panels.embedding import EmbeddingPanel
from .panels.layers import LayersPanel
from .panels.training import TrainingPanel
from .panels.volcano import VolcanoPanel
from .screenshot import PictureAsked, Screen, Screenshot, drawn
from .session import Session
from .session.archive import ENDING
from .session.data import Source
from .session.layers import LayerList
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


Pressed = Callable[["Viewer"], Any]


@dataclass(frozen=True, slots=True)
class Binding:
    """A key that a person bound.

    Attributes
    ----------
    key
        As the registry of commands writes it.
    title
        What it does, for palette and shortcut sheet.
    """

    key: str
    title: str


class Viewer(Panel):
    """All panels of one session, docked in one window.

    Parameters
    ----------
    source
        A session, an AnnData, a path, the name of a built-in data set, or nothing (an empty
        viewer whose loader waits).

    Attributes
    ----------
    window
        Its docks: ``viewer.window.add_dock_widget(widget)``.
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

    layer_list = WidgetTrait().tag(sync=True, panel=True)
    data = WidgetTrait().tag(sync=True, panel=True)
    embedding = WidgetTrait().tag(sync=True, panel=True)
    training_monitor = WidgetTrait().tag(sync=True, panel=True)
    differential = WidgetTrait().tag(sync=True, panel=True)
    volcano = WidgetTrait().tag(sync=True, panel=True)
    code = WidgetTrait().tag(sync=True, panel=True)

    window_layout = own(Record(Layout, Layout()))
    docked = Rows(Docked)
    bindings = Rows(Binding)
    picture_asked = Record(PictureAsked, PictureAsked())
    file_answer = Record(FileAnswer, FileAnswer())

    def __init__(self, source: Session | Source | None = None, **traits: Any) -> None:
        session = Session.of(source)
        self.window = Window(self)
        self._screen = Screen(self)
        self._bound: dict[str, Pressed] = {}
        self._pressed = deque[str]()
        super().__init__(
            session,
            layer_list=LayersPanel(session),
            data=DataPanel(session),
            embedding=EmbeddingPanel(session),
            training_monitor=TrainingPanel(session),
            differential=DifferentialPanel(session),
            volcano=VolcanoPanel(session),
            code=CodePanel(session),
            **traits,
        )

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
        file = Path(path).expanduser().absolute()
        with self._answering():
            if file.exists() and not overwrite:
                self._answer("there", f"{file} is there already.")
            elif file.suffix == ENDING:
                self.session.check_writable(file)
                self.session.save(file, overwrite=overwrite)
            else:
                self.session.save_code(file, overwrite=overwrite)

    def on_open_session(self, path: str) -> None:
        """Go on with a saved session."""
        file = Path(path).expanduser().absolute()
        with self._answering():
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
        timeout: float = 5.0,
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

    def on_picture(self, number: int, png: str, why: str) -> None:
        """Take the picture that was asked for, in base64, or the reason why there is none."""
        self._screen.answer(number, png, why)

    # -- the window -----------------------------------------------------------------------------
    @property
    def panels(self) -> tuple[str, ...]:
        """Names of the panels in the window."""
        return tuple(self.traits(sync=True, panel=True))

    def on_close_dock(self, name: str) -> None:
        """Take a docked widget out of the window."""
        self.window.remove_dock_widget(name)

    # -- keys -----------------------------------------------------------------------------------
    def bind_key(
        self,
        key: str,
        function: Pressed | None = None,
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
            It is no key, the browser or JupyterLab keeps it, or it is taken.

        Examples
        --------
        >>> @viewer.bind_key("h")
        ... def compare_with_the_rest(viewer):
        ...     viewer.session.against_rest()
        """
        name = free_key(key)
        if function is None:
            return lambda given: self.bind_key(key, given, title=title, overwrite=overwrite)
        if (taken := self._taken(name)) and not overwrite:
            raise DataError(
                f"{key!r} is taken by {taken!r}; choose another or pass overwrite=True."
            )
        with self.session.lock:
            self._bound[name] = function
            rest = tuple(binding for binding in self.bindings if binding.key != name)
            self.bindings = (*rest, Binding(name, title or _title(function)))
        return function

    def unbind_key(self, key: str) -> None:
        """Forget what `bind_key` bound; the key means again what it meant before.

        Raises
        ------
        DataError
            Nothing was bound to it.
        """
        name = key_name(key)
        with self.session.lock:
            if self._bound.pop(name, None) is None:
                raise DataError(f"Nothing is bound to {key!r}.")
            self.bindings = tuple(binding for binding in self.bindings if binding.key != name)

    def _taken(self, name: str) -> str:
        tables = COMMANDS.values()
        titles = {
            key: command.title for table in tables for command in table for key in command.keys
        }
        titles.update((binding.key, binding.title) for binding in self.bindings)
        return titles.get(name, "")

    def on_press_key(self, key: str) -> None:
        """Run what is bound to a key."""
        if key not in self._bound:
            raise DataError(f"Nothing is bound to {key!r} any more.")
        self._pressed.append(key)

    def _receive(self, widget: Any, content: dict[str, Any], buffers: Any) -> None:
        super()._receive(widget, content, buffers)
        while self._pressed:  # not under the lock: the function may wait for work
            self._run(self._pressed.popleft())

    def _run(self, key: str) -> None:
        try:
            self._bound[key](self)
        except PeakVIError as error:
            self.session.tell(str(error), "error")
        except Exception as error:  # noqa: BLE001 - the user's own function, the text says whose
            name = getattr(self._bound[key], "__name__", "the function")
            self.session.tell(
                f"{type(error).__name__}: {error}. It was raised by {name}, bound to {key!r}.",
                "error",
            )


def _title(function: Pressed) -> str:
    """Say what a function does: the first line of its docstring, or its name."""
    lines = (function.__doc__ or "").strip().splitlines()
    name = getattr(function, "__name__", type(function).__name__)
    return lines[0].rstrip(".") if lines else name.replace("_", " ")
