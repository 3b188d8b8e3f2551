"""Colors of categories: palettes by name, the user's lists and tables, those of a file."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...arguments import shown
from ...errors import DataError
from .tables import PUBLISHED

# safe for the color-blind each; the first goes on after 24 categories in lighter and darker shades
PALETTES = ("24 colors", *PUBLISHED)
FORMER_NAMES = {"24 colours": "24 colors"}  # in scripts and session files of before
FROM_ADATA = "adata"  # as scanpy keeps them: uns["<column>_colors"]

Palette = str | tuple[str, ...] | dict[str, str]

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_CSS = re.compile(r"(rgb|hsl)a?\(\s*([^)]*)\)", re.IGNORECASE)


def hex_color(color: Any) -> str:
    """Return a color as ``#rrggbb``; how clear it is, is not part of it.

    Parameters
    ----------
    color
        Any color of CSS (``"tomato"``, ``"#f63"``, ``"rgb(255, 99, 71)"``, ``"hsl(9 100% 64%)"``)
        or of matplotlib (``"tab:blue"``, ``"C1"``, three numbers from 0 to 1).

    Raises
    ------
    DataError
        It is not a color.
    """
    if isinstance(color, str) and _HEX.fullmatch(color):
        return color.lower()
    if isinstance(color, str) and (found := _CSS.fullmatch(color.strip())):
        color = _of_css(found[1].lower(), found[2], color)
    from matplotlib.colors import to_hex

    try:
        return to_hex(color)
    except (ValueError, TypeError) as error:
        raise _no_color(color) from error


def palette_of(value: Any) -> Palette:
    """Return a palette as a layer keeps it: a name, a tuple of colors, or one for each category.

    Raises
    ------
    DataError
        There is no palette of that name, or something in it is not a color.
    """
    if isinstance(value, str):
        name = FORMER_NAMES.get(value, value)
        if name not in (*PALETTES, FROM_ADATA):
            known = ", ".join(map(repr, (*PALETTES, FROM_ADATA)))
            raise DataError(
                f"There is no palette {shown(value)}; use {known}, a list of colors, or a dict of "
                "category to color."
            )
        return name
    if isinstance(value, Mapping):
        found = {str(name): hex_color(color) for name, color in value.items()}
    elif isinstance(value, Sequence) or hasattr(value, "tolist"):
        found = tuple(hex_color(color) for color in value)  # type: ignore[assignment]
    else:
        raise DataError(f"palette is {value!r:.60}; use a name, a list of colors, or a dict.")
    if not found:
        raise DataError("palette has no color; give at least one, or a name.")
    return found


def colors_in(uns: Mapping[str, Any], column: str, categories: Sequence[Any]) -> dict[str, str]:
    """Return the colors that scanpy kept for a column, by the names of its categories.

    Parameters
    ----------
    uns
        Of the AnnData.
    column
        Name of the column in ``obs``.
    categories
        All its categories in their order, those that no cell has too.

    Returns
    -------
    Empty where there are none, too few, or something is not a color.
    """
    import pandas as pd

    kept = uns.get(f"{column}_colors")
    found = kept.tolist() if isinstance(kept, np.ndarray | pd.Series) else kept
    if not isinstance(found, list | tuple) or len(found) < len(categories):
        return {}
    try:
        colors = [hex_color(color) for color in found]
    except DataError:
        return {}
    return dict(zip(map(str, categories), colors, strict=False))


def _of_css(kind: str, text: str, color: str) -> tuple[float, ...]:
    """Return red, green and blue, 0 to 1, of what stands in rgb(...) or hsl(...)."""
    parts = [part for part in re.split(r"[\s,/]+", text.strip()) if part][:3]
    try:
        numbers = [float(part.lower().removesuffix("%").removesuffix("deg")) for part in parts]
        first, second, third = numbers
    except ValueError as error:
        raise _no_color(color) from error
    if kind == "hsl":
        found = colorsys.hls_to_rgb((first % 360) / 360, third / 100, second / 100)
    else:
        found = tuple(  # type: ignore[assignment]
            number / (100 if part.endswith("%") else 255)
            for part, number in zip(parts, numbers, strict=True)
        )
    if not all(0 <= part <= 1 for part in found):
        raise _no_color(color)
    return found


def _no_color(color: Any) -> DataError:
    return DataError(
        f"{color!r:.60} is not a color; use one of CSS or matplotlib, like 'tomato' or '#ff6347'."
    )
