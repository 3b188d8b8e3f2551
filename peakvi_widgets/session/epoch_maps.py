"""Maps of the cells after some epochs of a training, and the weights that they are of.

A map shows the latent space along its two main axes, turned so that it lies like the first one of
the training. It costs an encoding of the cells, so there is one after the epochs 1, 2, 3, 5, 8, 12,
18 and so on: often while much changes, then ever more rarely.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..engine.metrics import EpochMetrics
from ..jobs import Steps
from .places import EPOCH
from .training_steps import ModelReady

if TYPE_CHECKING:
    from anndata import AnnData

    from ..model import PEAKVI

MAX_BYTES = 96 * 2**20  # of all weights that are kept; those of the latest epochs stay
NAME = re.compile(rf"{EPOCH}([1-9]\d*)")


@dataclass(frozen=True, slots=True, eq=False)
class EpochMap:
    """The cells after an epoch.

    Attributes
    ----------
    epoch
        Counted from 1.
    places
        Along the two main axes of the latent space, shape ``(n_cells, 2)``, float16.
    model
        A model with the weights of that epoch.
    """

    epoch: int
    places: NDArray[np.float16]
    model: PEAKVI

    @property
    def basis(self) -> str:
        """Its name in ``obsm``."""
        return f"{EPOCH}{self.epoch}"

    @property
    def n_bytes(self) -> int:
        """What its weights take."""
        return sum(value.nbytes for value in self.model.module.state_dict().values())


def is_mapped(epoch: int) -> bool:
    """Say whether there is a map after an epoch."""
    due = 1
    while due < epoch:
        due += (due + 1) // 2
    return due == epoch


def with_maps(steps: Steps, model: PEAKVI | None, first: NDArray[Any] | None) -> Steps:
    """Add maps to the steps of a training.

    Parameters
    ----------
    steps
        Of a training, as `training_from_start` or ``model.training`` makes them.
    model
        The model that learns; None where the steps say it.
    first
        The map after epoch 1, if the training goes on.

    Yields
    ------
    What the steps yield, and an `EpochMap` after some epochs.
    """
    with closing(steps):
        while True:
            try:
                value = next(steps)
            except StopIteration as ended:
                return ended.value
            if isinstance(value, ModelReady):
                model = value.model
            yield value
            if isinstance(value, EpochMetrics) and model is not None and is_mapped(value.epoch):
                found = yield from _mapping(model.at_latest_epoch(), value.epoch, first)
                first = found.places if value.epoch == 1 else first
                yield found


def _mapping(model: PEAKVI, epoch: int, first: NDArray[Any] | None) -> Steps:
    for _ in model.encoding():
        yield None
    latent = model.get_latent_representation(progress=False)
    model.drop_results()
    places = main_axes(latent.astype("float64"))
    if first is not None and first.shape == places.shape:
        places = turned(places, first.astype("float64"))
    return EpochMap(epoch, places.astype("float16"), model)


def main_axes(latent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cells along the two axes in which they differ most.

    The greatest number of an axis is above 0, so that it has one direction.
    """
    centered = latent - latent.mean(axis=0)
    _, axes = np.linalg.eigh(centered.T @ centered)
    places = np.zeros((len(latent), 2))
    places[:, : min(2, latent.shape[1])] = centered @ axes[:, :-3:-1]
    greatest = places[np.abs(places).argmax(axis=0), [0, 1]]
    return places * np.where(greatest < 0, -1.0, 1.0)


def turned(places: NDArray[np.float64], like: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn and mirror places about their middle, so that they are next to others.

    References
    ----------
    Schoenemann 1966, Psychometrika: the orthogonal Procrustes problem.
    """
    left, _, right = np.linalg.svd(places.T @ (like - like.mean(axis=0)))
    return np.asarray(places @ left @ right)


def within_memory(kept: Sequence[EpochMap]) -> tuple[EpochMap, ...]:
    """Return the latest of some maps whose weights may be kept."""
    total, found = 0, 0
    for one in reversed(kept):
        total += one.n_bytes
        if total > MAX_BYTES:
            break
        found += 1
    return tuple(kept[len(kept) - found :])


def maps_in(adata: AnnData | None) -> dict[str, Any]:
    """Return what ``obsm`` holds under the names of such maps, in order of the epochs."""
    if adata is None:
        return {}
    names = sorted(filter(NAME.fullmatch, adata.obsm), key=lambda name: int(name[len(EPOCH) :]))
    return {name: adata.obsm[name] for name in names}
