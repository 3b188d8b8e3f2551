"""The steps of opening, filtering and setting up counts; they change no session."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, Union

import numpy as np

from ..data.datasets import DATASETS
from ..data.quality import FilterSettings
from ..errors import DataError
from ..jobs import Steps
from ..paths import absolute_path
from .columns import tidied
from .own_counts import Seal, make_own

if TYPE_CHECKING:
    from anndata import AnnData

Source: TypeAlias = Union[str, Path, "AnnData"]


@dataclass(frozen=True, slots=True, eq=False)
class OpenedCounts:
    """What opening gave.

    Attributes
    ----------
    adata
        The session's own counts.
    regions_per_cell, cells_per_region
        Two measures of quality.
    remark, warning
        A sentence for the user, and a warning; perhaps empty.
    data_hash
        A hash of the counts.
    counts_file
        The file of counts that lie on disk; empty for counts in memory.
    counts_key
        What tells this file, as it was read, from all others; see `peakvi_widgets.data.read`.
    seal
        Tells whether the counts are changed later.
    """

    adata: AnnData
    regions_per_cell: np.ndarray
    cells_per_region: np.ndarray
    remark: str
    data_hash: str
    seal: Seal
    warning: str
    counts_file: str = ""
    counts_key: str = ""


def opening(source: Source, layer: str | None, name: str) -> Steps:
    """Read, check and measure; yields texts on the progress, returns `OpenedCounts`."""
    yield f"reading {name}"
    from ..data.checks import all_zero, check_counts
    from ..data.count_rows import on_disk
    from ..data.counts import is_mapped
    from ..data.given import as_anndata
    from ..data.hash import hash_of
    from ..data.quality import quality_metrics
    from ..data.read import counts_key, reading

    remarks: list[str] = []
    counts_file = key = ""
    if not isinstance(source, str | Path):
        given = as_anndata(source, source=name, remarks=remarks)
        adata = check_counts(given, source=name, layer=layer, remarks=remarks)
        remarks.append(make_own(adata, given))
    elif str(source) in DATASETS and not Path(source).exists():
        adata = DATASETS[str(source)].load()
    else:
        key_before = counts_key(source, layer)
        adata = yield from reading(source, layer=layer, remarks=remarks)
        if is_mapped(adata.X):
            counts_file, key = str(absolute_path(source)), key_before
            remarks.append(on_disk(adata.X.nnz))
    yield f"measuring {adata.n_obs:,} cells x {adata.n_vars:,} regions"
    quality = quality_metrics(adata)
    remarks.append(all_zero(adata, source=name, quality=quality))
    obs, warning = tidied(adata.obs)
    if obs is not adata.obs:
        adata.obs = obs
    return OpenedCounts(
        adata,
        quality.regions_per_cell,
        quality.cells_per_region,
        " ".join(filter(None, remarks)),
        hash_of(adata),
        Seal.of(adata),
        warning,
        counts_file,
        key,
    )


def filtering(adata: AnnData, settings: FilterSettings) -> Steps:
    """Return the cells and regions that pass, and a sentence when little is left.

    Where memory may not hold them together with what was opened, the latter moves to the disk.
    """
    from ..data.count_files import counts_limit
    from ..data.kept import keeping, moving, size_in_memory
    from ..data.neighbor_graph import require_copyable
    from ..data.quality import check_kept, few_regions, filter_masks

    require_copyable(adata)
    cells, regions = filter_masks(adata, settings)
    check_kept(cells, regions, settings)
    limit = counts_limit()
    kept = yield from keeping(adata, cells, regions, limit)
    if size_in_memory(adata.X) + size_in_memory(kept.X) > limit:
        with suppress(DataError):  # where the disk is full, both stay
            yield from moving(adata.X)
    return kept, few_regions(int(regions.sum())), Seal.of(kept)


def setting_up(adata: AnnData) -> Steps:
    """Return whether fragments can be held out of these counts; all else the model sets up."""
    yield "setting up"
    from ..engine.dimensions import unit_of

    return unit_of(adata.X) != "binary"
