"""Finished comparisons, kept so that going back to one is instant."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from ..engine.metrics import Comparison
    from ..engine.stability import Stability

MAX_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """One comparison that depends on nothing but groups, settings and weights.

    Attributes
    ----------
    progress
        Its final table, without what donors and redraws add.
    stability
        The redraws of it; None where there were none.
    """

    progress: Comparison
    stability: Stability | None = None


class FinishedComparisons:
    """The comparisons that were used last, as many as fit into some memory.

    Parameters
    ----------
    max_bytes
        What their tables may take together.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self._known: OrderedDict[Hashable, Finished] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, key: Hashable) -> Finished | None:
        """Return a comparison by what it depends on, and note that it was used."""
        if key in self._known:
            self._known.move_to_end(key)
        return self._known.get(key)

    def keep(self, key: Hashable, progress: Comparison) -> None:
        """Keep a comparison; those that were not used for the longest time make room."""
        known = self._known.pop(key, None)
        self._known[key] = known or Finished(progress)
        sizes = [_bytes_of(one.progress.table) for one in self._known.values()]
        while sum(sizes) > self.max_bytes:
            del sizes[0]
            self._known.popitem(last=False)

    def add_stability(self, key: Hashable, stability: Stability) -> None:
        """Add the redraws of a comparison, if it is still there."""
        if key in self._known:
            self._known[key] = replace(self._known[key], stability=stability)


def plain_key(key: Any) -> Any:
    """Return what a table depends on, settings first, without what donors and redraws add to it."""
    settings, *rest = key
    return replace(settings, donor=None, stability=False), *rest


def _bytes_of(table: pd.DataFrame | None) -> int:
    # the names of the regions are shared by all tables
    return 0 if table is None else int(table.memory_usage(index=False).sum())
