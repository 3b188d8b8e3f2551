"""What must hold before counts may be used: they are counts, of cells by regions, each named once.

The same checks serve every file form and an AnnData of the notebook. An error is one sentence that
names where the counts came from and says what to do.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..arguments import encodable
from ..errors import DataError
from .count_sums import cells_per_region, open_regions_per_cell
from .counts import NotCountsError, compact_counts
from .layer_choice import RAW, counts_elsewhere, layers_of, list_of_layers, no_layer, within
from .messages import quoted
from .neighbor_graph import graph_in_obsp
from .regions import is_region_name, parse_region_names, region_table

if TYPE_CHECKING:
    from anndata import AnnData
    from scipy import sparse

    from .quality import QualityMetrics

# How tools name the three columns of a region, beside our own.
COLUMNS = (
    ("chr", "start", "end"),
    ("chrom", "start", "end"),
    ("chromosome", "start", "end"),
    ("Chromosome", "Start", "End"),
    ("seqnames", "start", "end"),
    ("chrom", "chromStart", "chromEnd"),
)
PEAKS = {"peaks", "peak", "atac", "chromatin accessibility"}
# Names that say nothing, so that positions in columns are those of regions and not of genes.
ANONYMOUS = re.compile(
    r"^(?:(?:atac|open|merged|consensus|union|genomic|chromatin|scatac)[._-]?)*"
    r"(?:peaks?|regions?|tiles?|bins?|windows?|intervals?|sites?|elements?|enhancers?|dhs|c?cres?)?"
    r"[._-]?\d+$|^EH3\d[DE]\d+$",
    re.IGNORECASE,
)


class DataWarning(UserWarning):
    """The counts can be used, but something about them is worth knowing."""


def check_counts(
    adata: "AnnData",
    *,
    source: str,
    layer: str | None = None,
    remarks: list[str] | None = None,
) -> "AnnData":
    """Check an AnnData and take from it what this package works on.

    Parameters
    ----------
    adata
        Cells by regions. It is not changed.
    source
        What to call it in an error: a path, or the name of a variable.
    layer
        Layer that holds the counts; None for ``X``, and ``"raw"`` for those of ``raw``.
    remarks
        Where to put sentences about what a user should know, such as repeated entries.

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
    own = adata.to_memory() if adata.isbacked else adata
    values = own.X
    if layer is not None and layer not in own.layers:
        if layer != RAW or own.raw is None:
            raise no_layer(layer, list_of_layers(layers_of(own), own.raw is not None), source)
        own = _of_raw(own)
        values = own.X
    elif layer is not None:
        values = own.layers[layer]
    peaks = peak_columns(own.var, source=source, remarks=remarks)
    if peaks is not None:
        own, values = own[:, peaks], None if values is None else values[:, peaks]
    regions = regions_of(own.var, own.obs_names, source=source)
    check_names(own.obs_names, regions.index, source=source)
    try:
        counts = compact_counts(
            _filled(values, source), source=within(source, layer), remarks=remarks
        )  # fmt: skip
        check_filled(counts, source=source)
    except NotCountsError as error:
        places = {} if layer is not None else layers_of(own)
        if layer is None and own.raw is not None:
            places[RAW] = own.raw.X
        raise counts_elsewhere(error, places, source=source, opened_as=source) from error
    return assembled(
        counts, own.obs, own.var, regions,
        uns=own.uns, obsm=own.obsm, varm=own.varm, obsp=own.obsp,
        layers={name: values for name, values in layers_of(own).items() if name != layer},
    )  # fmt: skip


def assembled(
    counts: "sparse.csr_matrix",
    obs: pd.DataFrame,
    var: pd.DataFrame,
    regions: pd.DataFrame,
    **slots: Mapping[str, Any],
) -> "AnnData":
    """Put checked parts together.

    Parameters
    ----------
    counts
        Compact counts.
    obs, var
        What is known of cells and regions.
    regions
        What `regions_of` gave for `var`.
    slots
        ``uns``, ``obsm``, ``varm``, ``obsp`` and ``layers``.
    """
    from anndata import AnnData

    uns, obsp = graph_in_obsp(slots.get("uns", {}), slots.get("obsp", {}), len(obs))
    rest = var.drop(columns=list(regions.columns), errors="ignore").set_axis(regions.index)
    return AnnData(
        X=counts,
        obs=obs.set_axis(obs.index.astype(str)),
        var=regions.join(rest),
        uns=uns,
        obsp=obsp,
        **{name: dict(values) for name, values in slots.items() if name not in ("uns", "obsp")},
    )


def _of_raw(adata: "AnnData") -> "AnnData":
    """Return raw as an AnnData of the same cells; features of X's own are left out."""
    from anndata import AnnData

    return AnnData(
        adata.raw.X, obs=adata.obs, var=adata.raw.var, uns=adata.uns, obsm=adata.obsm,
        obsp=adata.obsp, varm=adata.raw.varm,
    )  # fmt: skip


def peak_columns(
    var: pd.DataFrame, *, source: str, remarks: list[str] | None = None
) -> npt.NDArray[np.bool_] | None:
    """Find the peaks among features of several types.

    Parameters
    ----------
    var
        Features; their types are in ``feature_types``, if anywhere.
    source
        What to call the counts in an error.
    remarks
        Where to put a sentence about types that the names contradict.

    Returns
    -------
    Mask, shape ``(n_features,)``; None if every feature is to be taken.

    Raises
    ------
    DataError
        If features are genes and none is a peak, by their types and names.
    """
    if "feature_types" not in var:
        return None
    types = var["feature_types"].astype(str).str.strip().str.lower()
    peaks = types.isin(PEAKS).to_numpy(bool)
    if peaks.all():
        return None
    if peaks.any():
        return peaks
    if (types == "gene expression").any():
        if not is_region_name(var.index).all():
            raise DataError(
                f"{source} holds gene expression (RNA) and no peaks; open scATAC counts, "
                "cells by regions."
            )
        if remarks is not None:
            remarks.append(
                f"The features of {source} are typed 'Gene Expression' but named like regions; "
                "they were taken as peaks."
            )
    return None


def regions_of(var: pd.DataFrame, cells: pd.Index, *, source: str) -> pd.DataFrame:
    """Read the regions from their names or, where the names say nothing, from three columns.

    Parameters
    ----------
    var
        One row a region.
    cells
        Names of the cells, to notice a transposed matrix.
    source
        What to call the counts in an error.

    Returns
    -------
    ``chr``, ``start`` and ``end``, indexed ``chr:start-end``; see `parse_region_names`. Where they
    were read from columns, ``region_id`` keeps the names.

    Raises
    ------
    DataError
        If neither names nor columns are regions, or the names are those of genes.
    """
    named = is_region_name(var.index)
    try:
        if named.all():
            return parse_region_names(var.index)
        for columns in COLUMNS:
            if set(columns) <= set(var.columns):
                _refuse_genes(var, source)
                table = region_table(*(var[column] for column in columns))
                return table.assign(region_id=var.index.astype(str))
    except DataError as error:
        text = str(error)
        raise error if text.startswith(source) else DataError(f"{source}: {text}") from error
    strange = quoted(var.index[~named][0])
    if named.any():
        raise DataError(
            f"{source} names {(~named).sum():,} of its {len(named):,} columns unlike regions, "
            f"such as {strange}; name every region like chr1:100-200, or leave these columns out."
        )
    if len(cells) and is_region_name(cells[:1]).all():
        raise DataError(
            f"{source} has regions in its rows and cells in its columns; "
            "transpose it, as adata.T does."
        )
    raise DataError(
        f"{source} holds no regions: its columns are named like {strange}, not like "
        "chr1:100-200; open scATAC counts (RNA cannot be used), or name the regions so, in "
        "adata.var_names."
    )


def _refuse_genes(var: pd.DataFrame, source: str) -> None:
    """Raise for features that have positions but are named like genes."""
    typed = "feature_types" in var and var["feature_types"].astype(str).str.lower().isin(PEAKS)
    if np.all(typed):
        return
    names = [name for name in map(str, var.index) if not ANONYMOUS.match(name)]
    if names:
        raise DataError(
            f"{source} names {len(names):,} of its {len(var):,} columns like genes, such as "
            f"{quoted(names[0])}, although they have positions; open scATAC counts (RNA cannot be "
            "used), or name the regions like chr1:100-200, in adata.var_names."
        )


def check_names(cells: pd.Index, regions: pd.Index, *, source: str) -> None:
    """Raise for counts without cells or regions, and for repeated names.

    Parameters
    ----------
    cells, regions
        Names.
    source
        What to call the counts in an error.

    Raises
    ------
    DataError
        If there are no names, a name comes twice, or a name is not valid Unicode.
    """
    for names, what, mend, slot in (
        (cells, "cell", "make the barcodes unique, for example by a suffix for each sample", "obs"),
        (regions, "region", "keep one column for each region", "var"),
    ):
        if not len(names):
            raise DataError(f"{source} holds no {what}s; open a file with counts in it.")
        broken = next((name for name in map(str, names) if encodable(name) != name), None)
        if broken is not None:
            raise DataError(
                f"{source} names the {what} {quoted(broken)} by half of a character (a lone "
                f"surrogate); rename it in adata.{slot}_names."
            )
        repeated = names[names.duplicated()]
        if len(repeated):
            more = f", and {len(repeated) - 1:,} more names" if len(repeated) > 1 else ""
            raise DataError(
                f"{source} holds the {what} {quoted(repeated[0])} more than once{more}; {mend}."
            )


def check_filled(counts: "sparse.csr_matrix", *, source: str) -> None:
    """Raise if all counts are zero.

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
        raise NotCountsError(
            f"{source} holds {counts.shape[0]:,} cells and {counts.shape[1]:,} regions, but every "
            "count is zero; open the file that the counts were written to."
        )


def all_zero(adata: "AnnData", *, source: str, quality: "QualityMetrics | None" = None) -> str:
    """Return a warning about cells and regions that are all zero.

    They are read as they are: the model copes, and the default filter drops such regions.

    Parameters
    ----------
    adata
        Counts that `check_counts` or a reader returned.
    source
        What to call the counts.
    quality
        What `quality_metrics` gave for them, where that is known; they are not read again then.

    Returns
    -------
    One sentence that says what to do; empty if every cell and region has a count.
    """
    n_cells = int((open_regions_per_cell(adata.X) == 0).sum())
    seen = cells_per_region(adata.X) if quality is None else quality.cells_per_region
    n_regions = int((seen == 0).sum())
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


def _filled(values: Any, source: str) -> Any:
    if values is None:
        raise NotCountsError(f"{source} holds no values; put the raw counts in X.")
    return values.to_memory() if hasattr(values, "to_memory") else values
