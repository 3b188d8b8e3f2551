"""A trained network and the places of its cells as plain arrays, small enough to be sent along."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch import nn

from .module import FullyConnected
from .posterior import Encodings
from .thinned_cells import ThinnedCells

Arrays = dict[str, NDArray[Any]]

LARGEST = {"uint8": 255, "uint16": 65_535}  # larger counts are written as the latter


class PlainModel(NamedTuple):
    """A network without PyTorch.

    Attributes
    ----------
    description
        Sizes and choices that JSON can hold; ``js/src/page/model/saved-model.ts`` reads it.
    arrays
        By name. The wide layers have half precision, as have mean and deviation of the cells.
        ``counts`` and ``held_out`` have one number for each open entry, cell by cell.
    """

    description: dict[str, Any]
    arrays: Arrays


def plain_model(encodings: Encodings, some: NDArray[np.intp] | None = None) -> PlainModel:
    """Write a trained network down, and encode its cells.

    Parameters
    ----------
    encodings
        The network and the cells it knows.
    some
        Positions of the cells that are written down; None for all.
    """
    model, cells, shape = encodings.model, encodings.cells, encodings.model.shape
    some = np.arange(cells.n_cells) if some is None else np.asarray(some, np.intp)
    encoder, decoder = model.z_encoder.encoder, model.z_decoder.px_decoder
    last = model.z_decoder.last
    counts, held_out = _counts(encodings, some)
    arrays: Arrays = {
        "counts": counts,
        "held_out": held_out,
        "mean": encodings.mean(some).astype("float16"),
        "deviation": np.sqrt(encodings.variance(some)).astype("float16"),
        "codes": cells.codes[some, : len(shape.n_categories)].astype("uint16"),
        "continuous": cells.continuous[some].astype("float32"),
        "to_mean": _values(model.z_encoder.mean_encoder.weight),
        "last.weight": _values(last.weight).astype("float16"),
        "last.bias": _values(last.bias),
    }
    encoder_rows = _layers(encoder, "encoder", arrays, is_wide=True)
    decoder_rows = _layers(decoder, "decoder", arrays, is_wide=False)
    return PlainModel(
        {
            "n_hidden": shape.n_hidden,
            "n_latent": shape.n_latent,
            "n_categories": list(shape.n_categories),
            "n_continuous": shape.n_continuous,
            "is_simplex": shape.latent_distribution == "ln",
            "injects": shape.deeply_inject_covariates,
            "encodes_covariates": shape.encode_covariates,
            "encoder": encoder_rows,
            "decoder": decoder_rows,
            "holds_out": isinstance(cells, ThinnedCells),
            "has_cut_sites": isinstance(cells, ThinnedCells) and cells.rule.unit == "cut sites",
        },
        arrays,
    )


def _counts(encodings: Encodings, some: NDArray[np.intp]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the count of each open entry, and how many of its fragments are held out."""
    cells = encodings.cells
    every = cells.every(some)
    held_out = np.zeros(len(every.values), np.float32)
    if isinstance(cells, ThinnedCells):
        part = cells.held_out(some)
        places = _keys(every.indptr, every.indices, cells.n_regions)
        found = np.searchsorted(places, _keys(part.indptr, part.indices, cells.n_regions))
        held_out[found] = part.data
    return _whole(every.values), _whole(held_out)


def _keys(indptr: NDArray[Any], regions: NDArray[Any], n_regions: int) -> NDArray[np.int64]:
    """Return a number for each entry of compressed rows that ascends."""
    rows = np.repeat(np.arange(len(indptr) - 1, dtype=np.int64), np.diff(indptr))
    return np.asarray(rows * n_regions + regions)


def _whole(values: NDArray[np.float32]) -> NDArray[Any]:
    name = "uint8" if values.max(initial=0.0) <= LARGEST["uint8"] else "uint16"
    return np.minimum(values, LARGEST[name]).astype(name)


def _layers(part: FullyConnected, name: str, arrays: Arrays, *, is_wide: bool) -> list[Any]:
    """Add the weights of hidden layers, and return what is to be known about each."""
    rows = []
    for i, layer in enumerate(part.fc_layers.values()):
        linear = part.linear_of(i)
        by_input = is_wide and i == 0
        weight, bias = _values(linear.weight), _values(linear.bias)
        arrays[f"{name}.{i}.weight"] = weight.T.astype("float16") if by_input else weight
        arrays[f"{name}.{i}.bias"] = bias
        scale, shift = np.empty(0, "float32"), np.empty(0, "float32")
        slots = dict(layer.named_children())
        norm = slots.get("1")
        if isinstance(norm, nn.BatchNorm1d):
            scale = _values(norm.weight) / np.sqrt(_values(norm.running_var) + norm.eps)
            shift = _values(norm.bias) - scale * _values(norm.running_mean)
        arrays[f"{name}.{i}.scale"] = scale.astype("float32")
        arrays[f"{name}.{i}.shift"] = shift.astype("float32")
        rows.append(
            {
                "n_in": linear.in_features,
                "n_out": linear.out_features,
                "by_input": by_input,
                "scaled": norm is not None,
                "layer_norm": part.layer_norm,
            }
        )
    return rows


def _values(tensor: Any) -> NDArray[np.float32]:
    return np.asarray(tensor.detach().cpu().numpy(), np.float32)
