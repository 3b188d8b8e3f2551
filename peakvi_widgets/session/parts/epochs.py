"""The epochs part of a session: maps after some epochs of a training, and the way back to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...arguments import listed
from ...engine.validate import whole
from ...errors import StageError
from ...jobs import Steps
from ..atomic import Work
from ..base import Part
from ..epoch_maps import EpochMap, maps_in, within_memory
from ..places import bases_of, places_in
from ..training_runs import with_run
from ..verb import verb


class Epochs(Part):
    """How the cells lay after some epochs of the training."""

    @verb(
        "return to an epoch",
        first="epoch",
        work="going back",
        is_costly=True,
        starts_over=True,
        remakes_model=True,
        keeps_redo=False,
    )
    def restore_epoch(self, epoch: int) -> None:
        """Go back to the weights after an epoch; ``train()`` then goes on from them. Long.

        The schedule of that training starts again. The table of a comparison and the markers stay,
        as those of earlier weights. Undo restores the weights of before.

        Parameters
        ----------
        epoch
            One of ``kept_epochs``.

        Raises
        ------
        DataError
            The epoch is not a whole number above 0.
        StageError
            From ``wait()``: the weights after that epoch are not kept.
        """
        epoch = whole("epoch", epoch, 1)

        def begin() -> Steps:
            self._counts()
            kept = {one.epoch: one for one in self._epoch_maps}
            if epoch not in kept:
                there = listed(kept, "none; train a model first")
                raise StageError(
                    f"The weights after epoch {epoch} are not kept; kept are: {there}."
                )
            return _copying(kept[epoch])

        def restored(model: Any) -> bool:
            if model is None:
                return False
            self.earlier_runs = with_run(self.earlier_runs, self._run_preset, self.history)
            self.model, self.history, self.training = model, (), "trained"
            self.training_end = (
                f"The weights after epoch {epoch} are in place; training goes on from them."
            )
            self.weights_version = self._weights_now()
            self._react("weights")
            return True

        with self.lock:
            self._submit("restore_epoch", begin, on_end=restored, arguments={"epoch": epoch})

    # -- reactions ------------------------------------------------------------------------------
    def _note_epoch_maps(self) -> None:
        """Note the maps at the beginning of a training, for the case that it fails."""
        self._former_maps = maps_in(self.adata)

    def _forget_former_maps(self) -> None:
        self._former_maps = None

    def _take_epoch_map(self, found: EpochMap) -> None:
        """Keep a map, and show it where the latest one is shown."""
        former = maps_in(self.adata)
        follows = bool(former) and self.basis == list(former)[-1]
        if found.epoch == 1:  # of a new training
            self._epoch_maps = ()
            self._set_maps({})
        self.adata.obsm[found.basis] = found.places
        self._epoch_maps = within_memory((*self._epoch_maps, found))
        self.kept_epochs = tuple(one.epoch for one in self._epoch_maps)
        self.bases = bases_of(self.adata)
        self._react("places", found.basis)
        if follows or self.basis == found.basis:
            self.basis, self.shown_dimensions = found.basis, (0, 1)
            self.embedding = places_in(self.adata, found.basis)

    def _drop_epoch_maps(self) -> None:
        """Remove the maps of a model that was removed."""
        self._epoch_maps, self.kept_epochs = (), ()
        if maps_in(self.adata):
            self._set_maps({})

    def _epochs_after_failure(self, job: Work) -> None:
        if job.name == "training" and self._former_maps is not None:
            self._set_maps(self._former_maps)
            self._former_maps = None

    def _set_maps(self, maps: Mapping[str, Any]) -> None:
        """Let ``obsm`` hold these maps and no others."""
        now = maps_in(self.adata)
        for name in now.keys() - maps.keys():
            del self.adata.obsm[name]
        for name, places in maps.items():
            if now.get(name) is not places:
                self.adata.obsm[name] = places
        self.bases = bases_of(self.adata)
        if self.basis in now.keys() - maps.keys():
            self._react("basis gone")


def _copying(found: EpochMap) -> Steps:
    """Copy the weights, so that a training leaves those that are kept alone."""
    yield f"taking the weights after epoch {found.epoch}"
    return found.model.at_latest_epoch()
