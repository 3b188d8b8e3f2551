"""What must hold before counts may be used: they are counts, of cells by regions, each named once.

The same checks serve every file form and an AnnData of the notebook. An error is one sentence that
names where the counts came from and says what to do.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from .counts import cells_per_region, compact_counts, open_regions_per_cell
from .regions import is_region_name, parse_region_names, region_table

if TYPE_CHECKING:
    from anndata import AnnData
    from scipy import sparse

# How tools name the three columns of a region, beside our own.
COLUMNS = (
    ("chr", "start", "end"),
    ("chrom", "start", "end"),
    ("chromosome", "start", "end"),
    ("Chromosome", "Start", "End"),
    ("seqnames", "start", "end"),
    ("chrom", "chromStart", "chromEnd"),
)


class DataWarning(UserWarning):
    """The counts can be used, but something about them is worth knowing."""


def check_counts(adata: "AnnData", *, source: str, layer: str | None = None) -> "AnnData":
    """Check an AnnData and take from it what this package works on.

    Parameters
    ----------
    adata
        Cells by regions. It is not changed.
    source
        What to call it in an error: a path, or the name of a variable.
    layer
        Layer that holds the counts; None for ``X``.

    Returns
    -------
    A new AnnData. ``X`` is CSR with the smallest unsigned integers, without stored zeros;
    ``var_names`` are ``chr:start-end`` and ``var`` has ``chr``, ``start`` and ``end``. If there
    are other features beside the peaks, only the peaks are taken. Index arrays of the counts,
    layers and embeddings are shared with `adata`, not copied; ``raw`` and ``varp`` are left out.

    Raises
    ------
    DataError
        If the counts cannot be used; see the functions below.
    """
    from anndata import AnnData

    own = adata.to_memory() if adata.isbacked else adata
    peaks = peak_columns(own.var, source=source)
    if peaks is not None:
        own = own[:, peaks]
    regions = regions_of(own.var, own.obs_names, source=source)
    check_names(own.obs_names, regions.index, source=source)
    counts = compact_counts(_values(own, layer, source), source=_within(own, layer, source))
    check_filled(counts, source=source)
    rest = own.var.drop(columns=["chr", "start", "end"], errors="ignore").set_axis(regions.index)
    return AnnData(
        X=counts,
        obs=own.obs.set_axis(own.obs_names.astype(str)),
        var=regions.join(rest),
        uns=dict(own.uns),
        obsm=dict(own.obsm),
        varm=dict(own.varm),
        obsp=dict(own.obsp),
        layers={name: values for name, values in own.layers.items() if name != layer},
    )


def peak_columns(var: pd.DataFrame, *, source: str) -> npt.NDArray[np.bool_] | None:
    """Find the peaks among features of several types.

    Parameters
    ----------
    var
        Features; their types stand in ``feature_types``, if anywhere.
    source
        What to call the counts in an error.

    Returns
    -------
    Mask, shape ``(n_features,)``; None if every feature is to be taken.

    Raises
    ------
    DataError
        If there are types and none of them is ``Peaks``.
    """
    if "feature_types" not in var:
        return None
    types = var["feature_types"].astype(str)
    peaks = (types == "Peaks").to_numpy(bool)
    if peaks.all():
        return None
    if not peaks.any() and (types == "Gene Expression").any():
        raise DataError(
            f"{source} holds gene expression (RNA) and no peaks; open scATAC counts, "
            "cells by regions."
        )
    return peaks if peaks.any() else None


def regions_of(var: pd.DataFrame, cells: pd.Index, *, source: str) -> pd.DataFrame:
    """Read the regions from their names or, where the names say nothing, from three columns.

    Parameters
    ----------
    var
        One row a region.
    cells
        Names of the cells, to notice a matrix that lies on its side.
    source
        What to call the counts in an error.

    Returns
    -------
    ``chr``, ``start`` and ``end``, indexed ``chr:start-end``; see `parse_region_names`.

    Raises
    ------
    DataError
        If the columns are no regions.
    """
    named = is_region_name(var.index)
    try:
        if named.all():
            return parse_region_names(var.index)
        for columns in COLUMNS:
            if set(columns) <= set(var.columns):
                return region_table(*(var[column] for column in columns))
    except DataError as error:
        raise DataError(f"{source}: {error}") from error
    strange = var.index[~named][0]
    if named.any():
        raise DataError(
            f"{source} names {(~named).sum():,} of its {len(named):,} columns in no region's way, "
            f"such as {strange!r}; name every region like chr1:100-200, or leave these columns out."
        )
    if len(cells) and is_region_name(cells[:1]).all():
        raise DataError(
            f"{source} has regions in its rows and cells in its columns; "
            "turn it round, as adata.T does."
        )
    raise DataError(
        f"{source} holds no regions: its columns are named like {strange!r}, not like "
        "chr1:100-200; open scATAC counts (RNA cannot be used), or name the regions so."
    )


def check_names(cells: pd.Index, regions: pd.Index, *, source: str) -> None:
    """Refuse counts without cells or regions, and names that stand for two of them.

    Parameters
    ----------
    cells, regions
        Names.
    source
        What to call the counts in an error.

    Raises
    ------
    DataError
        If there are no names, or a name comes twice.
    """
    for names, what, mend in (
        (cells, "cell", "make the barcodes unique, for example by a suffix for each sample"),
        (regions, "region", "keep one column for each region"),
    ):
        if not len(names):
            raise DataError(f"{source} holds no {what}s; open a file with counts in it.")
        repeated = names[names.duplicated()]
        if len(repeated):
            more = f", and {len(repeated) - 1:,} more names" if len(repeated) > 1 else ""
            raise DataError(
                f"{source} holds the {what} {str(repeated[0])!r} more than once{more}; {mend}."
            )


def check_filled(counts: "sparse.csr_matrix", *, source: str) -> None:
    """Refuse counts that are all zero.

    Parameters
    ----------
    counts
        Compact counts, shape ``(n_cells, n_regions)``.
    source
        What to call the counts in an error.

    Raises
    ------
    DataError
        If no region is open in any cell.
    """
    if not counts.nnz:
        raise DataError(
            f"{source} holds {counts.shape[0]:,} cells and {counts.shape[1]:,} regions, but every "
            "count is zero; open the file that the counts were written to."
        )


def all_zero(adata: "AnnData", *, source: str) -> str:
    """Say how many cells and regions are all zero.

    They are read as they are: the model copes, and the default filter drops such regions.

    Parameters
    ----------
    adata
        Counts that `check_counts` or a reader returned.
    source
        What to call the counts.

    Returns
    -------
    One sentence that says what to do; empty if every cell and region has a count.
    """
    n_cells = int((open_regions_per_cell(adata.X) == 0).sum())
    n_regions = int((cells_per_region(adata.X) == 0).sum())
    found = [
        f"{n:,} {what}{'s' if n > 1 else ''}"
        for n, what in ((n_cells, "cell"), (n_regions, "region"))
        if n
    ]
    if not found:
        return ""
    filters = [name for n, name in ((n_cells, "min_regions=1"), (n_regions, "min_cells=1")) if n]
    return (
        f"{source} holds {' and '.join(found)} without a single count; "
        f"filter with {' and '.join(filters)} or more to leave them out."
    )


def _values(adata: "AnnData", layer: str | None, source: str) -> Any:
    if layer is not None:
        if layer not in adata.layers:
            known = ", ".join(map(repr, adata.layers)) or "none"
            raise DataError(f"{source} has no layer {layer!r}; its layers are: {known}.")
        return adata.layers[layer]
    if adata.X is None:
        raise DataError(f"{source} holds no counts in X; put the raw counts there{_hint(adata)}.")
    return adata.X


def _within(adata: "AnnData", layer: str | None, source: str) -> str:
    if layer is not None:
        return f"Layer {layer!r} of {source}"
    return f"{source} (X; it also has the layers {_layers(adata)})" if len(adata.layers) else source


def _hint(adata: "AnnData") -> str:
    return f" (it has the layers {_layers(adata)})" if len(adata.layers) else ""


def _layers(adata: "AnnData") -> str:
    return ", ".join(map(repr, adata.layers))
