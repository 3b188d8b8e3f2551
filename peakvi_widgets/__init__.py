"""PeakVI for single-cell ATAC-seq, by mouse and by code.

``peakvi_widgets.Viewer()`` opens the window. Without a screen, the code of the scvi-tools tutorial
on PeakVI runs after ``import peakvi_widgets as scvi``.

Nothing is imported before its name is used: torch and scanpy take seconds, and a viewer that is
still empty needs neither.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import data, model, settings
    from .data import annotate, datasets, read, read_10x_atac
    from .model import PEAKVI
    from .panels.code import CodePanel
    from .panels.data import DataPanel
    from .panels.differential import DifferentialPanel
    from .panels.embedding import EmbeddingPanel
    from .panels.layers import LayersPanel
    from .panels.log import LogPanel
    from .panels.training import TrainingPanel
    from .panels.volcano import VolcanoPanel
    from .session import Session
    from .session.layers.kinds import CellsLayer, GroupsLayer, LabelsLayer
    from .viewer import Viewer

__version__ = "0.1.0"

__all__ = [
    "PEAKVI",
    "CellsLayer",
    "CodePanel",
    "DataPanel",
    "DifferentialPanel",
    "EmbeddingPanel",
    "GroupsLayer",
    "LabelsLayer",
    "LayersPanel",
    "LogPanel",
    "Session",
    "TrainingPanel",
    "Viewer",
    "VolcanoPanel",
    "__version__",
    "annotate",
    "data",
    "datasets",
    "model",
    "read",
    "read_10x_atac",
    "settings",
]

_MODULES = {"data", "model", "settings"}
_HOMES = {
    "PEAKVI": "model",
    "CellsLayer": "session.layers.kinds",
    "CodePanel": "panels.code",
    "DataPanel": "panels.data",
    "DifferentialPanel": "panels.differential",
    "EmbeddingPanel": "panels.embedding",
    "GroupsLayer": "session.layers.kinds",
    "LabelsLayer": "session.layers.kinds",
    "LayersPanel": "panels.layers",
    "LogPanel": "panels.log",
    "Session": "session",
    "TrainingPanel": "panels.training",
    "Viewer": "viewer",
    "VolcanoPanel": "panels.volcano",
    "annotate": "data",
    "datasets": "data",
    "read": "data",
    "read_10x_atac": "data",
}

if not TYPE_CHECKING:  # a type checker knows the names from above, and should miss all others

    def __getattr__(name: str) -> object:
        if name in _MODULES:
            return import_module(f".{name}", __name__)
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
