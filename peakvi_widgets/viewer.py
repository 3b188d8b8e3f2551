"""The window that holds the panels."""

from __future__ import annotations

from typing import Any

from anywidget import WidgetTrait

from .panels._panel import STATIC, Panel, reads
from .panels.code import CodePanel
from .panels.data import DataPanel
from .panels.differential import DifferentialPanel
from .panels.embedding import EmbeddingPanel
from .panels.training import TrainingPanel
from .panels.volcano import VolcanoPanel
from .session import Session
from .session.data import Source


class Viewer(Panel):
    """All panels of one session, docked in one window.

    Parameters
    ----------
    source
        A session, an AnnData, a path, the name of a built-in data set, or nothing (an empty
        viewer whose loader waits).
    """

    _esm = STATIC / "viewer.js"
    _css = STATIC / "theme.css"

    source = reads(Session.source)
    n_cells = reads(Session.n_cells)
    n_regions = reads(Session.n_regions)
    training = reads(Session.training)
    da_state = reads(Session.da_state)
    undo_label = reads(Session.undo_label)

    data = WidgetTrait().tag(sync=True)
    embedding = WidgetTrait().tag(sync=True)
    training_monitor = WidgetTrait().tag(sync=True)
    differential = WidgetTrait().tag(sync=True)
    volcano = WidgetTrait().tag(sync=True)
    code = WidgetTrait().tag(sync=True)

    def __init__(self, source: Session | Source | None = None, **traits: Any) -> None:
        session = Session.of(source)
        super().__init__(
            session,
            data=DataPanel(session),
            embedding=EmbeddingPanel(session),
            training_monitor=TrainingPanel(session),
            differential=DifferentialPanel(session),
            volcano=VolcanoPanel(session),
            code=CodePanel(session),
            **traits,
        )

    def on_undo(self) -> None:
        """Go back over the last change."""
        self.session.undo()
