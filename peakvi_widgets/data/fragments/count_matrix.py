"""A matrix of cells by regions from a fragments file and a list of regions."""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from ...errors import DataError
from .fragments_file import match_barcodes, sampled_barcodes

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

BLOCK = 500_000  # fragments that are counted at once
MIN_FRAGMENTS = 500  # of a barcode in the regions, to count as a cell where none are named

Counted = Literal["insertions", "fragments"]


def count_fragments(
    path: str | Path,
    regions: pd.DataFrame,
    *,
    cells: Sequence[str] | None = None,
    counted: Counted = "insertions",
    min_fragments: int = MIN_FRAGMENTS,
) -> Generator[str, None, AnnData]:
    """Count the fragments of each cell in each region; the file is read once, from end to end.

    Parameters
    ----------
    path
        ``fragments.tsv.gz``, or plain text; no index is needed.
    regions
        ``chr``, ``start`` and ``end`` in base pairs, counted from 0, the end not included; they may
        overlap. The index names them.
    cells
        Names of the cells; None for all barcodes with at least ``min_fragments``.
    counted
        ``"insertions"``: both ends of a fragment count, each in the regions it lies in, as Cell
        Ranger ATAC counts. ``"fragments"``: a fragment counts once in each region that one of its
        ends lies in.
    min_fragments
        Fragments in the regions that make a barcode a cell.

    Yields
    ------
    What a person may read meanwhile.

    Returns
    -------
    An AnnData, cells x regions, CSR int32, with the regions as ``var``.

    Raises
    ------
    DataError
        It is not a fragments file, or no cell has fragments in the regions.
    """
    import pandas as pd
    from anndata import AnnData
    from scipy import sparse

    file = Path(path).expanduser()
    yield f"counting {file.name}"
    layers = _layers(regions)
    known: dict[str, int] | None = None
    if cells is not None:
        known = match_barcodes(cells, sampled_barcodes(file)).cell_of
    names: dict[str, int] = {}
    total: Any = sparse.csr_matrix(np.zeros((0, len(regions)), np.int64))
    n_read = 0
    for block in _blocks(file):
        barcodes = block["barcode"].cat
        of_category = np.array(
            [
                names.setdefault(name, len(names)) if known is None else known.get(name, -1)
                for name in barcodes.categories
            ],
            np.int64,
        )
        code = of_category[barcodes.codes]
        chosen = code >= 0
        rows, columns = _hits(layers, block[chosen], counted)
        n_rows = len(names) if known is None else len(cells or ())
        found = sparse.coo_matrix(
            (np.ones(len(rows), np.int64), (code[chosen][rows], columns)),
            shape=(n_rows, len(regions)),
        ).tocsr()  # entries at one place are summed
        if total.shape[0] < n_rows:
            total.resize(n_rows, len(regions))
        total = total + found
        n_read += len(block)
        yield f"counted {n_read:,} fragments"
    if known is None:
        kept = np.flatnonzero(np.asarray(total.sum(axis=1)).ravel() >= min_fragments)
        labels = np.array(list(names), object)[kept]
        order = np.argsort(labels)
        total, index = total[kept[order]], pd.Index(labels[order])
    else:
        index = pd.Index([str(name) for name in cells or ()])
    if not total.shape[0] or not total.nnz:
        raise DataError(
            f"No cell of {file.name} has {min_fragments:,} fragments in these regions; are they "
            "of the same genome?"
        )
    return AnnData(total.astype(np.int32), obs=pd.DataFrame(index=index), var=regions.copy())


def _blocks(path: Path) -> Iterator[pd.DataFrame]:
    """Yield chromosome, start, end and barcode of many fragments at a time."""
    import pandas as pd

    wrong = f"{path.name} is not a fragments file, or is damaged"
    try:
        blocks = pd.read_csv(
            path,
            sep="\t",
            comment="#",
            header=None,
            usecols=range(4),
            names=["chr", "start", "end", "barcode"],
            dtype={"chr": "category", "start": "int64", "end": "int64", "barcode": "category"},
            chunksize=BLOCK,
            quoting=3,
        )
        with blocks:
            yield from blocks
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(f"{wrong}: {error!s:.120}.") from error


class _Layer:
    """Regions of one chromosome of which no two overlap, by rising start."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, int]] = []  # start, end, column

    def arrays(self) -> tuple[npt.NDArray[np.int64], ...]:
        table = np.array(self.rows, np.int64)
        return table[:, 0], table[:, 1], table[:, 2]


def _layers(regions: pd.DataFrame) -> dict[str, list[tuple[npt.NDArray[np.int64], ...]]]:
    """Deal the regions of each chromosome out to layers without overlaps."""
    layers: dict[str, list[_Layer]] = {}
    starts, ends = regions["start"].to_numpy("int64"), regions["end"].to_numpy("int64")
    labels = regions["chr"].astype(str).to_numpy(object)
    for at in np.argsort(starts, kind="stable"):
        here = layers.setdefault(_plain(labels[at]), [])
        free = next((one for one in here if one.rows[-1][1] <= starts[at]), None)
        if free is None:
            free = _Layer()
            here.append(free)
        free.rows.append((int(starts[at]), int(ends[at]), int(at)))
    return {name: [one.arrays() for one in some] for name, some in layers.items()}


def _hits(
    layers: dict[str, list[tuple[npt.NDArray[np.int64], ...]]],
    block: pd.DataFrame,
    counted: Counted,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return which fragment counts in which region, one entry a count."""
    start, end = block["start"].to_numpy(), block["end"].to_numpy()
    rows: list[npt.NDArray[np.int64]] = []
    columns: list[npt.NDArray[np.int64]] = []
    chromosomes = block["chr"].reset_index(drop=True)
    for name, at in chromosomes.groupby(chromosomes, observed=True).indices.items():
        here = np.asarray(at)
        for starts, ends, column in layers.get(_plain(str(name)), []):
            inside = []
            for places in (start[here], end[here] - 1):
                nearest = np.searchsorted(starts, places, side="right") - 1
                is_in = (nearest >= 0) & (places < ends[np.maximum(nearest, 0)])
                inside.append(np.where(is_in, nearest, -1))
            first, last = inside
            if counted == "fragments":
                last = np.where(last == first, -1, last)  # both ends in one region count once
            for hit in (first, last):
                rows.append(here[hit >= 0])
                columns.append(column[hit[hit >= 0]])
    if not rows:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate(rows), np.concatenate(columns)


def _plain(chromosome: str) -> str:
    return chromosome.lower().removeprefix("chr")
