"""What panels share that let regions be kept as sets."""

from __future__ import annotations

from traitlets import Int

from ..errors import DataError, WireError
from ..session.region_sets import free_set_name
from ._panel import Panel


class KeepsRegions(Panel):
    """A panel in which regions are chosen by their positions.

    Attributes
    ----------
    n_kept
        How many sets were kept here; one more says that the latest is there.
    """

    n_kept = Int(0).tag(sync=True)

    def on_name_rows(self, *, name: str, rows: list[int]) -> None:
        """Keep some regions as a set, by their positions; without a name it gets one."""
        with self.session.lock:
            n_regions = len(self.session.regions)
            if any(not 0 <= row < n_regions for row in rows):
                raise WireError(f"There are {n_regions:,} regions; a row is not one of them.")
            if not rows:
                raise DataError("No region is chosen; choose some first, then keep them as a set.")
            self._keep(name, [self.session.regions[row] for row in rows])

    def _keep(self, name: str, regions: list[str] | str) -> None:
        self.session.name_regions(name or free_set_name(self.session.region_sets), regions)
        self.n_kept += 1
