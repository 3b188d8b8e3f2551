"""PeakVI for single-cell ATAC-seq, by mouse and by code.

``peakvi_widgets.Viewer()`` opens the window. Without a screen, the code of the scvi-tools tutorial
on PeakVI runs after ``import peakvi_widgets as scvi``.

Nothing is imported before its name is used: torch and scanpy take seconds, and a viewer that is
still empty needs neither.
"""

import importlib as _importlib
import logging as _logging
import typing as _typing

from .panels import ON_DEMAND as _ON_DEMAND
from .panels import PANELS as _PANELS

if _typing.TYPE_CHECKING:
    from . import data, model, settings
    from .course import class_progress
    from .data import annotate, cache, datasets, gene_scores, read_samples, write_bed
    from .data.read import read, read_10x_atac
    from .model import PEAKVI
    from .panels import *  # noqa: F403
    from .session import Session
    from .session.layers.kinds import CellsLayer, GroupsLayer, LabelsLayer
    from .viewer import Viewer
    from .workshop import workshop

__version__ = "0.1.0"

_logging.getLogger(__name__).addHandler(_logging.NullHandler())  # silent unless asked for

__all__ = [
    "PEAKVI",
    "CellsLayer",
    "GroupsLayer",
    "LabelsLayer",
    "Session",
    "Viewer",
    "__version__",
    "annotate",
    "cache",
    "class_progress",
    "data",
    "datasets",
    "gene_scores",
    "model",
    "read",
    "read_10x_atac",
    "read_samples",
    "settings",
    "workshop",
    "write_bed",
    *(_row.class_name for _row in (*_PANELS, *_ON_DEMAND)),
]

_MODULES = {"data", "model", "settings"}
_HOMES = {
    "PEAKVI": "model",
    "CellsLayer": "session.layers.kinds",
    "GroupsLayer": "session.layers.kinds",
    "LabelsLayer": "session.layers.kinds",
    "Session": "session",
    "Viewer": "viewer",
    "annotate": "data",
    "cache": "data",
    "class_progress": "course",
    "datasets": "data",
    "gene_scores": "data",
    "read": "data",
    "read_10x_atac": "data",
    "read_samples": "data",
    "workshop": "workshop",
    "write_bed": "data",
    **{_row.class_name: f"panels.{_row.module}" for _row in (*_PANELS, *_ON_DEMAND)},
}

if not _typing.TYPE_CHECKING:  # a type checker knows these names from the imports above

    def __getattr__(name: str) -> object:
        if name in _MODULES:
            return _importlib.import_module(f".{name}", __name__)
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(_importlib.import_module(f".{_HOMES[name]}", __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted(__all__)
