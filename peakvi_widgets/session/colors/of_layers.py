"""Colors that figures give to groups and to the categories of a layer."""

from __future__ import annotations

from typing import Any

from .palettes import FROM_ADATA

GROUP_COLORS = ("#0072b2", "#c75b00")  # group 1, group 2; color-blind safe (Okabe and Ito)
OTHERS = "#b8bcc2"


def palette_of(session: Any, row: Any, names: tuple[str, ...]) -> str | tuple[str, ...]:
    """Return the palette by codes: one of a name, that of the file, or the user's own."""
    if isinstance(row.palette, dict):
        return tuple(row.palette.get(name, "") for name in names)
    if row.palette == FROM_ADATA:
        return next((of.colors for of in session.obs_columns if of.name == row.color_by), ())
    chosen: str = row.palette
    return chosen
