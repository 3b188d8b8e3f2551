"""Every color of cells, once: a figure draws by it, and the screen's tables are written from it.

``js/scripts/contract.py`` writes the tables into ``js/src/draw/colors.ts``; ``color-scales.ts``
there makes colors of them, and this module does so for a white canvas. ``js/test/colors.json``
holds both to the same results.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

# Twenty-four categories, each for a white and for a dark canvas. The hues of the first seven start
# at those of Okabe and Ito (2008); blue and orange, which the two groups keep, moved aside.
# Lightness and the rest were searched for: among 3,000 candidates each color is the one farthest
# (CIEDE2000, the eye's normal vision and three simulated deficiencies after Machado et al. 2009,
# both canvases) from all before it.
CATEGORIES = (
    ("#0a7648", "#4ca776"), ("#b75281", "#ee83b2"), ("#889d37", "#d3eb85"),
    ("#3c33b1", "#6367e7"), ("#8e1902", "#c54f3a"), ("#43a2ae", "#86e2ef"),
    ("#a78c7c", "#e7cab9"), ("#593b56", "#83627f"), ("#8072c2", "#b6aaff"),
    ("#756814", "#c1ac15"), ("#1f5142", "#497a69"), ("#922376", "#c656a6"),
    ("#4b552e", "#758057"), ("#8a48b4", "#bf7cec"), ("#828459", "#b9bb8f"),
    ("#a07278", "#dba8af"), ("#3a598b", "#6687bd"), ("#917597", "#c9abd0"),
    ("#774b51", "#a7777e"), ("#5e8431", "#92ba66"), ("#61978c", "#9ad1c5"),
    ("#b33f47", "#ed7477"), ("#ba7fa6", "#fabae4"), ("#5e1683", "#9957c4"),
)  # fmt: skip

# Published palettes by the name that a layer has for them; all are safe for the color-blind.
PUBLISHED = {
    # Okabe and Ito, Color Universal Design, 2008
    "Okabe-Ito": (
        "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#000000",
    ),
    # Paul Tol, Color Schemes, SRON/EPS/TN/09-002, "muted"
    "Tol muted": (
        "#cc6677", "#332288", "#ddcc77", "#117733", "#88ccee", "#882255", "#44aa99", "#999933",
        "#aa4499",
    ),
}  # fmt: skip

# Nine even steps of each color map, dark to bright (matplotlib's, CC0).
COLORMAPS = {
    "viridis": "440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725",
    "cividis": "00224e 1a386f 434e6c 61656f 7d7c78 9b9476 bcae6c dec958 fee838",
    "magma": "000004 1d1147 51127c 832681 b73779 e75263 fc8961 fec488 fcfdbf",
    "grey": "000000 202020 404040 606060 808080 a0a0a0 c0c0c0 e0e0e0 ffffff",
}

UNKNOWN = ("#a5acb5", "#5d6570")  # cells whose category or value is not known
PLAIN = ("#5f6975", "#9aa3ae")  # cells that nothing colors
PALE = "#b9c0c8"  # low values on a white canvas, so that many cells with none do not shout


def category_color(code: int, palette: str | Sequence[str] = "") -> str:
    """Return the color of a category on a white canvas; after the last it starts again, lighter.

    Parameters
    ----------
    code
        Which category, from 0.
    palette
        A name, or colors of which an empty one is left to the usual ones.
    """
    usual = [light for light, _dark in CATEGORIES]
    if isinstance(palette, str):
        named = [c if is_dark(c) else mix(c, "#000000", 0.08) for c in PUBLISHED.get(palette, ())]
    else:
        named = [color or category_color(at) for at, color in enumerate(palette)]
    colors = named or usual
    turn, at = divmod(code, len(colors))
    if turn == 0:
        return colors[at]
    return mix(colors[at], "#ffffff", 0.24) if turn % 2 else mix(colors[at], "#000000", 0.2)


def value_color(at: float, colormap: str = "viridis") -> str:
    """Return a value's color on a white canvas; ``at`` runs from 0 to 1 between the limits."""
    share = min(1.0, max(0.0, at))
    stops = [f"#{stop}" for stop in COLORMAPS[colormap].split()]
    place = 0.72 * (1 - share) * (len(stops) - 1)
    step = min(len(stops) - 2, floor(place))
    return mix(mix(stops[step], stops[step + 1], place - step), PALE, max(0.0, 0.9 - 2 * share))


def mix(one: str, other: str, share: float) -> str:
    """Return ``share`` of one color in another, channel by channel as screens store them."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{floor(a + (b - a) * share + 0.5):02x}" for a, b in pairs)


def is_dark(color: str) -> bool:
    """Tell whether a color is nearer to black than to white, as the eye sees it."""
    red, green, blue = _channels(color)
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
