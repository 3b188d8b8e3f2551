"""Panels: one anywidget each, which mirrors one part of a session, alone or in the viewer.

What belongs here: which traits of the session a panel reads and shares, and the intents that the
browser may send. No state of its own that a script would want, no computation, no other panel.
Each panel ``name.py`` has its front end in ``js/src/panels/name.ts``.

`PANELS` lists them. The viewer's docks, the package's public names and the browser's contract are
derived from it.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .code import CodePanel
    from .course import CoursePanel
    from .data import DataPanel
    from .differential import DifferentialPanel
    from .embedding import EmbeddingPanel
    from .layers import LayersPanel
    from .log import LogPanel
    from .markers import MarkersPanel
    from .region import RegionPanel
    from .training import TrainingPanel
    from .volcano import VolcanoPanel

__all__ = [
    "CodePanel",
    "CoursePanel",
    "DataPanel",
    "DifferentialPanel",
    "EmbeddingPanel",
    "LayersPanel",
    "LogPanel",
    "MarkersPanel",
    "RegionPanel",
    "TrainingPanel",
    "VolcanoPanel",
]


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A panel of the viewer.

    Attributes
    ----------
    name
        Attribute of the viewer: ``viewer.embedding``.
    module, class_name
        Where its class is.
    label
        Text on its tab.
    dock
        Its place in the window: the canvas, the column on the left, or tabs on the right or at
        the bottom.
    """

    name: str
    module: str
    class_name: str
    label: str
    dock: Literal["canvas", "left", "right", "bottom"]

    def load(self) -> Any:
        """Import the class."""
        return getattr(import_module(f".{self.module}", __name__), self.class_name)


PANELS = (
    PanelRow("embedding", "embedding", "EmbeddingPanel", "Embedding", "canvas"),
    PanelRow("layer_list", "layers", "LayersPanel", "Layers", "left"),
    PanelRow("data", "data", "DataPanel", "Data", "left"),
    PanelRow("training_monitor", "training", "TrainingPanel", "Training", "left"),
    PanelRow(
        "differential", "differential", "DifferentialPanel", "Differential accessibility", "bottom"
    ),
    PanelRow("volcano", "volcano", "VolcanoPanel", "Volcano", "bottom"),
    PanelRow("markers", "markers", "MarkersPanel", "Markers", "bottom"),
    PanelRow("region", "region", "RegionPanel", "Region", "bottom"),
    PanelRow("log_panel", "log", "LogPanel", "Log", "bottom"),
    PanelRow("code", "code", "CodePanel", "Code", "bottom"),
)
"""In each dock in this order."""

ON_DEMAND = (PanelRow("course", "course", "CoursePanel", "Course", "right"),)
"""Not part of every viewer; docked where they are needed."""


def __getattr__(name: str) -> Any:
    for row in (*PANELS, *ON_DEMAND):
        if name == row.class_name:
            return row.load()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
