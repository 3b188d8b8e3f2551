"""The window of a viewer: widgets docked around the canvas, and its layout."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from anywidget import AnyWidget, WidgetTrait
from ipywidgets import DOMWidget, Widget

from .arguments import listed, shown
from .errors import DataError

Area = Literal["left", "right", "bottom"]
MAX_SIZE = 4000  # pixels


@dataclass(frozen=True, slots=True)
class Layout:
    """Layout of the window; sizes in pixels, None for the default.

    Attributes
    ----------
    height
        Of the whole viewer.
    left, right, bottom
        Width, width and height of a dock.
    left_open, right_open, bottom_open
        Whether it is unfolded.
    left_tab, right_tab, bottom_tab
        The tab in front, by its name; empty for the first one.
    """

    height: float | None = None
    left: float | None = None
    right: float | None = None
    bottom: float | None = None
    left_open: bool = True
    right_open: bool = True
    bottom_open: bool = True
    left_tab: str = ""
    right_tab: str = ""
    bottom_tab: str = ""

    def __post_init__(self) -> None:
        for name in ("height", "left", "right", "bottom"):
            size = getattr(self, name)
            if size is not None and not 0 < size <= MAX_SIZE:
                raise DataError(f"{name} is {shown(size)}; use pixels up to {MAX_SIZE}, or None.")


@dataclass(frozen=True, slots=True)
class Docked:
    """A docked widget as the browser knows it.

    Attributes
    ----------
    name
        Text on its tab.
    area
        The dock.
    ref
        Reference to its model.
    """

    name: str
    area: Area
    ref: str


class DockWidget:
    """A widget in a dock of the window.

    Attributes
    ----------
    name
        Text on its tab.
    area
        ``"left"``, ``"right"`` or ``"bottom"``.
    widget
        The widget itself.
    """

    def __init__(self, window: Window, widget: Any, name: str, area: Area) -> None:
        self._window, self.widget, self.name, self.area = window, widget, name, area
        self._ref = _ref(widget, window._viewer)  # raises for what cannot be docked

    def __repr__(self) -> str:
        return f"DockWidget({self.name!r}, area={self.area!r})"

    def show(self) -> None:
        """Select its tab and unfold its dock."""
        self._window.show(self)

    def close(self) -> None:
        """Remove the widget from the window; the widget itself stays open."""
        self._window.remove_dock_widget(self)

    def _on_comm(self, change: Any) -> None:
        if change.new is None:  # the widget was closed
            self.close()


class Window:
    """Docks round the canvas of a viewer.

    Parameters
    ----------
    viewer
        Viewer that the window belongs to; its traits hold docked widgets and layout.
    """

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self._docked: tuple[DockWidget, ...] = ()
        self._watched: tuple[DockWidget, ...] = ()

    @property
    def dock_widgets(self) -> tuple[DockWidget, ...]:
        """Docked widgets, in the order in which they were added."""
        return self._docked

    @property
    def layout(self) -> Layout:
        """Sizes, folds and tabs in front; set another with ``dataclasses.replace``."""
        layout: Layout = self._viewer.window_layout
        return layout

    @layout.setter
    def layout(self, layout: Layout) -> None:
        with self._viewer.session.lock:
            self._viewer.window_layout = layout

    def add_dock_widget(self, widget: Any, *, name: str = "", area: Area = "right") -> DockWidget:
        """Dock a widget beside the canvas. A widget that is closed is removed automatically.

        Parameters
        ----------
        widget
            Any ipywidget or anywidget; a panel of this package too.
        name
            Text on its tab. A widget that is docked under this name already is replaced. Empty for
            the widget's ``description`` or the name of its class.
        area
            Where.

        Returns
        -------
        A handle to bring it to the front or to close it.

        Raises
        ------
        DataError
            ``widget`` is not a widget, ``area`` is not an area, or the name is that of a panel.
        """
        if area not in get_args(Area):
            areas = ", ".join(map(repr, get_args(Area)))
            raise DataError(f"{shown(area)} is not an area; use one of {areas}.")
        name = name or getattr(widget, "description", "") or type(widget).__name__
        if name in self._viewer.panels:
            raise DataError(f"{shown(name)} is the name of a panel; choose another name.")
        docked = DockWidget(self, widget, name, area)
        with self._viewer.session.lock:
            self._hold((*(one for one in self._docked if one.name != name), docked))
            self.show(docked)
        return docked

    def remove_dock_widget(self, dock: DockWidget | str) -> None:
        """Remove a widget from the window; the widget itself stays open.

        Parameters
        ----------
        dock
            The handle, or the name.

        Raises
        ------
        DataError
            It is not docked.
        """
        found = self._find(dock)
        with self._viewer.session.lock:
            self._hold(tuple(one for one in self._docked if one is not found))

    def show(self, dock: DockWidget | str) -> None:
        """Select the tab of a docked widget and unfold its dock; see `remove_dock_widget`."""
        found = self._find(dock)
        front: dict[str, Any] = {f"{found.area}_open": True, f"{found.area}_tab": found.name}
        self.layout = replace(self.layout, **front)

    def _find(self, dock: DockWidget | str) -> DockWidget:
        for one in self._docked:
            if dock is one or dock == one.name:
                return one
        names = listed(repr(one.name) for one in self._docked)
        raise DataError(f"{shown(dock)} is not docked here; the docked widgets are {names}.")

    def release(self) -> None:
        """Stop observing the docked widgets, so that they do not keep a closed viewer alive."""
        for one in self._watched:
            one.widget.unobserve(one._on_comm, "comm")
        self._watched = ()

    def _hold(self, docked: tuple[DockWidget, ...]) -> None:
        self.release()
        self._docked = docked
        self._watched = tuple(one for one in docked if isinstance(one.widget, Widget))
        for one in self._watched:
            one.widget.observe(one._on_comm, "comm")
        self._viewer.docked = tuple(Docked(one.name, one.area, one._ref) for one in docked)


def _ref(widget: Any, viewer: Any) -> str:
    """Return the reference by which the browser finds a widget's model."""
    if widget is viewer:
        raise DataError("A viewer cannot be docked in itself; dock another widget.")
    if isinstance(widget, Widget) and widget.comm is None:
        raise DataError(f"{type(widget).__name__} is closed; dock one that is open.")
    if isinstance(widget, DOMWidget) and not isinstance(widget, AnyWidget) and widget.model_id:
        return f"IPY_MODEL_{widget.model_id}"
    is_seen = not isinstance(widget, Widget) or isinstance(widget, DOMWidget)
    ref = WidgetTrait().metadata["to_json"](widget, None) if is_seen else None
    if ref is widget or not isinstance(ref, str):
        raise DataError(
            f"{shown(widget)} is not a widget with a view; dock an ipywidget or an anywidget."
        )
    return ref
