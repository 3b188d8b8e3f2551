"""The model of a session as a page holds it: what it is asked, and its arrays in one block."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from ...engine.check import SENTENCES
from ...engine.group_warnings import FEW_CELLS
from ..comparison_steps import INTERVAL

if TYPE_CHECKING:
    from ...model import PEAKVI
    from ..state import State

FIRST_SAMPLES = 128  # draws of a first estimate
N_SAMPLES = 5000  # draws of the final one, as in a session
IN_TEXT = 4 / 3  # characters of base64 for a byte
PACKED = 0.9  # what zlib leaves of weights, at least


class SavedModel(NamedTuple):
    """The model of a page."""

    description: dict[str, Any]  # what JSON can hold
    block: bytes  # its arrays one after the other, packed by zlib


def size_at_least(model: PEAKVI) -> float:
    """Return how many characters the wide layers of a model take in a page."""
    shape = model.module.shape
    return IN_TEXT * PACKED * 2 * 2 * shape.n_regions * shape.n_hidden  # two, of two bytes a weight


def saved_model(session: State, model: PEAKVI, cells: np.ndarray) -> SavedModel:
    """Return a trained model as a page holds it.

    Parameters
    ----------
    session
        Its settings of a comparison are those that the page has.
    model
        It is trained; its cells are encoded if they are not yet.
    cells
        Positions of those in the page.
    """
    description, arrays = model.plain_model(cells)
    level = model.usual_level() if session.level == "auto" else session.level
    question = {
        "two_sided": session.two_sided,
        "delta": session.delta,
        "fdr_target": session.fdr_target,
        "batch_correction": session.batch_correction,
        "estimand": session.estimand,
        "level": level,
        "n_samples": N_SAMPLES,
        "first_samples": FIRST_SAMPLES,
        "seed": 0,
        "width": float(ndtri(0.5 + INTERVAL / 2.0)),
        "interval": INTERVAL,
    }
    rows = [[name, array.dtype.name, int(array.size)] for name, array in arrays.items()]
    little = [np.ascontiguousarray(a, a.dtype.newbyteorder("<")) for a in arrays.values()]
    block = zlib.compress(b"".join(array.tobytes() for array in little), 6)
    texts = {"sentences": dict(SENTENCES), "few_cells": FEW_CELLS}
    return SavedModel(description | texts | {"question": question, "arrays": rows}, block)
