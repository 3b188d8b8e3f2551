"""Columns that a session has written into ``obs``, so that undo can take them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anndata import AnnData


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What some columns of ``obs`` hold.

    Attributes
    ----------
    adata
        The counts that they are of.
    columns
        Values and colors of each; both None where there is no such column.
    """

    adata: AnnData
    columns: Mapping[str, tuple[Any, Any]]

    def and_now(self, adata: AnnData, names: list[str]) -> Written:
        """Return these columns, and what some others hold now."""
        known = self.columns if self.adata is adata else {}
        return Written(adata, {**known, **{name: _held(adata, name) for name in names}})

    def with_columns(self, columns: Mapping[str, tuple[Any, Any]]) -> Written:
        """Return these columns, some of them with other values."""
        return replace(self, columns={**self.columns, **columns})

    def write(self, before: Written) -> list[str]:
        """Write what is not as before into ``adata``, and return the names."""
        known = before.columns if before.adata is self.adata else {}
        names = [n for n, one in self.columns.items() if n in known and known[n] is not one]
        for name in names:
            values, colors = self.columns[name]
            if values is not None:
                self.adata.obs[name] = values
            elif name in self.adata.obs:
                del self.adata.obs[name]
            if colors is not None:
                self.adata.uns[f"{name}_colors"] = colors
            else:
                self.adata.uns.pop(f"{name}_colors", None)
        return names


def _held(adata: AnnData, name: str) -> tuple[Any, Any]:
    values = adata.obs.get(name)
    return values, adata.uns.get(f"{name}_colors")


def without_write(before: Any, after: Any, now: Any) -> Any:
    """Return the columns as they are now, but for one writing of some."""
    if before is None or after is None or now is None or now.adata is not before.adata:
        return now
    changed = {
        n: before.columns[n]
        for n, one in after.columns.items()
        if n in before.columns and before.columns[n] is not one
    }
    return now.with_columns(changed) if changed else now
