"""Which versions of the software a script, a report or a session file comes from."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

# what decides numbers and pictures, besides this package
LIBRARIES = ("torch", "numpy", "anndata", "scanpy", "umap-learn", "igraph")


@cache
def versions() -> str:
    """Say which versions the numbers come from, without importing anything."""
    import peakvi_widgets

    found = [f"peakvi_widgets {peakvi_widgets.__version__}", f"Python {platform.python_version()}"]
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:  # installed in a way that leaves no trace
            continue
    return ", ".join(found)
