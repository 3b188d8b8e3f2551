"""The slots of an AnnData that results are written into, and the way back to what they held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anndata import AnnData


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """What the slots of an AnnData hold that results are written into.

    Attributes
    ----------
    adata
        The AnnData; None before there is one.
    values
        What each slot holds; the values themselves are not copied.
    """

    adata: AnnData | None
    values: dict[str, Any]

    @classmethod
    def of(cls, adata: AnnData | None) -> Slots:
        """Take note of what the slots hold now."""
        return cls(adata, slots_of(adata))

    def put_back(self) -> None:
        """Make the slots hold the same again; those that do are not touched."""
        if self.adata is None:
            return
        now = slots_of(self.adata)
        for slot, values in self.values.items():
            if not _holds_same(now[slot], values):
                setattr(self.adata, slot, values)


def _holds_same(one: Any, other: Any) -> bool:
    """Tell whether two tables or mappings hold the very same columns or values."""
    if list(one) != list(other):
        return False
    if hasattr(one, "columns"):
        pairs = ((one.iloc[:, at], other.iloc[:, at]) for at in range(one.shape[1]))
        return one.index is other.index and all(
            mine.array is theirs.array or mine._values is theirs._values for mine, theirs in pairs
        )
    return all(one[name] is other[name] for name in one)


def slots_of(adata: AnnData | None) -> dict[str, Any]:
    """Return what results are written into, as it is now."""
    if adata is None:
        return {}
    places = {slot: dict(getattr(adata, slot)) for slot in ("obsm", "obsp", "uns")}
    return {"obs": adata.obs.copy(deep=False), **places}
