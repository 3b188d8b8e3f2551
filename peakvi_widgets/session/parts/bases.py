"""The bases part of a session: which of several embeddings is shown, and which columns of it.

What was drawn in one stays there: selection and groups are cells and stand in all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from traitlets import TraitError, observe, validate

from ...arguments import listed, shown
from ...errors import DataError, StageError
from ..base import Part
from ..history.record import Entry
from ..places import EPOCH, PREVIEW, bases_of, places_in
from ..verb import verb

if TYPE_CHECKING:
    from anndata import AnnData


class Bases(Part):
    """The embeddings there are: UMAP, the latent space, and all that ``obsm`` brings along."""

    @verb("other embedding", first="basis")
    def show_basis(self, basis: str, *, dimensions: tuple[int, int] = (0, 1)) -> None:
        """Show another embedding; selection and groups stay. ``session.basis = ...`` does the same.

        Parameters
        ----------
        basis
            A key of ``adata.obsm``: ``"X_umap"``, ``"X_peakvi"`` (the latent space) or any other.
        dimensions
            Which two of its columns, counted from 0.

        Raises
        ------
        DataError
            There is no such key, or it has no such columns.
        """
        with self.lock:
            self._show(basis, dimensions, {name: getattr(self, name) for name in _SHOWN})

    def _show(self, basis: str, dimensions: Any, before: dict[str, Any]) -> None:
        places, chosen = _places(self._counts(), basis, dimensions)
        with self._step():
            if basis == PREVIEW:
                self._react("looking")
            self.basis, self.shown_dimensions, self.embedding = basis, chosen, places
            self.bases = bases_of(self.adata)
            arguments = {"basis": basis, "dimensions": chosen}
            entry = self._last_entry_on_epochs() if basis.startswith(EPOCH) else None
            if entry is None:
                self._note("show_basis", arguments, before)
            else:
                after = {name: getattr(self, name) for name in _SHOWN}
                recorded = self._recorded_arguments("show_basis", arguments)
                self._record.update(entry.number, after=after, **recorded)

    def _last_entry_on_epochs(self) -> Entry | None:
        """Return what was done last if it showed an epoch: a way through them is one step."""
        entry = self._record.entries[-1] if self._record.entries else None
        if entry is None or entry.verb != "show_basis" or self._record.undone:
            return None
        return entry if str(entry.arguments["basis"]).startswith(EPOCH) else None

    @validate("basis", "shown_dimensions")
    def _is_there(self, proposal: Any) -> Any:
        if self._in_step:
            return proposal.value
        is_basis = proposal.trait.name == "basis"
        try:
            _places(
                self._counts(),
                proposal.value if is_basis else self.basis,
                (0, 1) if is_basis else proposal.value,
            )
        except (DataError, StageError) as error:
            raise TraitError(str(error)) from error
        return proposal.value

    @observe("basis", "shown_dimensions")
    def _show_as_set(self, change: Any) -> None:
        if self._in_step:
            return
        before = {name: getattr(self, name) for name in _SHOWN} | {change.name: change.old}
        self._show(self.basis, (0, 1) if change.name == "basis" else self.shown_dimensions, before)


_SHOWN = ("embedding", "basis", "shown_dimensions")


def _places(adata: AnnData, basis: str, dimensions: Any) -> tuple[np.ndarray, tuple[int, int]]:
    """Return the places of the cells in two columns of a basis, and these columns."""
    known = {found.name: found.n_dimensions for found in bases_of(adata)}
    if basis not in known:
        there = listed(known, "none yet; preview, or train and embed")
        raise DataError(f"There is no embedding {shown(basis)} in obsm; there is: {there}.")
    try:
        first, second = (int(dimension) for dimension in dimensions)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"dimensions is {shown(dimensions)}; give two columns, as (0, 1)."
        ) from error
    n = known[basis]
    if first == second or not (0 <= first < n and 0 <= second < n):
        raise DataError(
            f"{shown(basis)} has the columns 0 to {n - 1}; ({first}, {second}) are not two of them."
        )
    return places_in(adata, basis, (first, second)), (first, second)
