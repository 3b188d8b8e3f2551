"""A matplotlib figure that a notebook shows, whether or not pyplot was imported there."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class ShownFigure(Figure):
    """A figure without pyplot; IPython finds its picture by the method below."""

    def _repr_png_(self) -> bytes:
        """Return the figure as PNG, 80 dots an inch."""
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=80)
        return file.getvalue()
