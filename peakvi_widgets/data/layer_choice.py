"""Which layer of an AnnData holds the counts, in words: what there is, and what to write."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import DataError
from .messages import quoted, quoted_list

if TYPE_CHECKING:
    from anndata import AnnData

RAW = "raw"  # as a layer: AnnData's raw


def layers_of(adata: "AnnData") -> dict[str, Any]:
    """Return the layers of an AnnData by name, without ``X``.

    Since anndata 0.13 ``adata.layers`` has ``X`` too, under the key None.
    """
    return {name: values for name, values in adata.layers.items() if name is not None}


def set_layers(adata: "AnnData", layers: Mapping[str, Any]) -> None:
    """Replace the layers of an AnnData; ``X`` stays, whatever ``adata.layers`` has."""
    for name in layers_of(adata):
        if name not in layers:
            del adata.layers[name]
    for name, values in layers.items():
        adata.layers[name] = values


def within(source: str, layer: str | None) -> str:
    """Return where the counts are in a source.

    Parameters
    ----------
    source, layer
        As for `check_counts`.
    """
    return source if layer is None else f"Layer {quoted(layer)} of {source}"


def no_layer(layer: str, known: list[str], source: str) -> DataError:
    """Return the error for a layer that does not exist.

    Parameters
    ----------
    layer
        What was asked for.
    known
        What there is.
    source
        As for `check_counts`.
    """
    return DataError(
        f"{source} has no layer {quoted(layer)}; its layers are: {quoted_list(known) or 'none'}."
    )


def list_of_layers(layers: Mapping[str, Any], has_raw: bool) -> list[str]:
    """Name what may be given as a layer.

    Parameters
    ----------
    layers
        Layers by name.
    has_raw
        Whether there is a ``raw``.
    """
    return [*map(str, layers), *([RAW] if has_raw and RAW not in layers else [])]


def counts_elsewhere(
    error: DataError, places: Mapping[str, Any], *, source: str, opened_as: str
) -> DataError:
    """Return an error that names the layer with counts, if X holds none.

    Parameters
    ----------
    error
        Why X cannot be used.
    places
        Matrices by the name of their layer, in memory or on disk.
    source
        As for `check_counts`.
    opened_as
        How a script writes the source: a quoted path or the name of a variable.

    Returns
    -------
    An error that names the layer and the call that opens it; `error` where there is no such layer.
    """
    from .stored_matrix import looks_like_counts

    found = [name for name, values in places.items() if looks_like_counts(values)]
    if not found:
        return error
    what, _, _ = str(error).partition(";")
    where = f"{'layer' if len(found) == 1 else 'layers'} {quoted_list(found, 3)}"
    if found == [RAW]:
        where = "raw"
    return DataError(
        f"{what.removesuffix('.')} in X, but counts in {where}; "
        f"open them by open({opened_as}, layer={quoted(found[0])})."
    )
