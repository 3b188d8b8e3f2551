"""Gene scores: how many regions are open in promoter and body of a gene, in each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from ...errors import DataError
from .annotation import DOWNSTREAM, UPSTREAM, by_chromosome, genes_for, places_of

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

What = Literal["open regions", "counts"]


@dataclass(frozen=True, eq=False)
class GeneRegions:
    """The regions in promoter and body of each gene.

    Attributes
    ----------
    names
        The genes that have a region, in the order of the alphabet.
    indptr, regions
        Positions of the regions of gene ``i``: ``regions[indptr[i]:indptr[i + 1]]``, rising.
    """

    names: tuple[str, ...]
    indptr: np.ndarray
    regions: np.ndarray

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.names)}

    def __contains__(self, gene: object) -> bool:
        return gene in self._row_of

    def of(self, gene: str) -> np.ndarray:
        """Return the positions of the regions of one gene."""
        row = self._row_of[gene]
        return self.regions[self.indptr[row] : self.indptr[row + 1]]


def gene_regions(
    regions: pd.DataFrame | pd.Index | Sequence[str],
    genome: str | None = None,
    *,
    genes: pd.DataFrame | str | Path | None = None,
) -> GeneRegions:
    """Find the regions that share a base with promoter or body of each gene.

    Parameters
    ----------
    regions, genome, genes
        As for `annotate`. Several genes of one name count as one.

    Raises
    ------
    DataError
        As for `annotate`.
    """
    import pandas as pd

    places, _ = places_of(regions)
    found = []
    for rows, start, end, near in by_chromosome(places, genes_for(places, genome, genes)):
        plus, tss = near.sign > 0, near.tss
        low = np.where(plus, tss - UPSTREAM, np.minimum(near.start, tss - DOWNSTREAM))
        high = 1 + np.where(plus, np.maximum(near.end - 1, tss + DOWNSTREAM), tss + UPSTREAM)
        order = np.argsort(start, kind="stable")
        start, end, rows = start[order], end[order], rows[order]
        first = np.searchsorted(start, low - (end - start).max(), side="left")
        n_near = np.searchsorted(start, high, side="left") - first
        gene = np.repeat(np.arange(len(low)), n_near)
        at = np.arange(len(gene)) - np.repeat(np.cumsum(n_near) - n_near - first, n_near)
        inside = end[at] > low[gene]
        found.append(pd.DataFrame({"gene": near.name[gene[inside]], "row": rows[at[inside]]}))
    pairs = pd.concat(found) if found else pd.DataFrame({"gene": [], "row": []})
    pairs = pairs.astype({"gene": str, "row": "int64"}).drop_duplicates()
    pairs = pairs.sort_values(["gene", "row"], kind="stable")
    names, counts = np.unique(pairs["gene"].to_numpy(object), return_counts=True)
    return GeneRegions(tuple(names), np.r_[0, np.cumsum(counts)], pairs["row"].to_numpy())


def open_regions(counts: Any, rows: np.ndarray) -> np.ndarray:
    """Return how many of some regions are open in each cell, float32, shape (n_cells,)."""
    chosen = counts[:, rows] > 0
    return np.asarray(chosen.sum(axis=1), "float32").ravel()


def gene_scores(
    adata: AnnData,
    genome: str | None = None,
    *,
    genes: pd.DataFrame | str | Path | None = None,
    layer: str | None = None,
    what: What = "open regions",
) -> AnnData:
    """Sum what is open in promoter and body of each gene.

    Parameters
    ----------
    adata
        Counts of cells by regions.
    genome
        ``"hg38"``, ``"hg19"`` or ``"mm10"``; None guesses by the regions.
    genes
        Genes of another genome, as for `annotate`.
    layer
        Layer to sum; None for ``X``.
    what
        ``"open regions"``: how many regions are open; ``"counts"``: the sum of their values.

    Returns
    -------
    Cells by genes, float32, with the columns of ``obs`` and the places in ``obsm``. Genes without a
    region are left out; ``var["n_regions"]`` is how many they have, and ``uns["gene_scores"]`` says
    what the numbers are. They are sums: deeper cells and longer genes have larger ones.

    Raises
    ------
    DataError
        As for `annotate`, or there is no such layer.

    Notes
    -----
    A promoter reaches from 1,000 bp upstream to 100 bp downstream of the main TSS. A region that
    lies in several genes counts for each.
    """
    import pandas as pd
    from anndata import AnnData
    from scipy import sparse

    if what not in get_args(What):
        raise DataError(f"{what!r:.60} cannot be summed; use 'open regions' or 'counts'.")
    if layer is not None and layer not in adata.layers:
        raise DataError(f"The AnnData has no layer {layer!r:.60}; use None for X.")
    known = gene_regions(adata.var, genome, genes=genes)
    counts = sparse.csr_matrix(adata.X if layer is None else adata.layers[layer])
    n_regions = np.diff(known.indptr)
    one = np.ones(len(known.regions), "float32")
    shape = len(known.names), adata.n_vars
    members = sparse.csr_matrix((one, known.regions, known.indptr), shape=shape)
    scores = _sums(counts, members.T.tocsr(), what)
    var = pd.DataFrame({"n_regions": n_regions}, index=pd.Index(known.names, dtype=object))
    said = f"sum of {what} in promoter and body"
    found = AnnData(scores, obs=adata.obs.copy(), var=var, uns={"gene_scores": said})
    for name, places in adata.obsm.items():
        found.obsm[name] = places.copy()
    return found


def _sums(counts: Any, members: Any, what: What) -> Any:
    """Sum over the regions of each gene, some cells at a time."""
    from scipy import sparse

    from ..counts import BLOCK, row_blocks

    parts = [
        (rows if what == "counts" else rows > 0).astype("float32") @ members
        for first, last in [*row_blocks(counts.indptr, BLOCK)] or [(0, 0)]
        for rows in [counts[first:last]]
    ]
    return sparse.csr_matrix(sparse.vstack(parts, format="csr")) if len(parts) > 1 else parts[0]
