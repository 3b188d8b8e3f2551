"""Coverage of groups of cells along a stretch of the genome, comparable between groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ...arguments import shown
from ...errors import DataError
from .fragments_file import Fragments, FragmentsFile

MAX_BINS = 2_000
MAX_SPAN = 10_000_000  # base pairs that are looked at in one go
STRETCH = 5_000_000  # base pairs that a bigWig is written by, at most or a bin
MAX_BIN = 1_000_000  # base pairs of a bin of a bigWig

Counted = Literal["insertions", "fragments"]


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What several groups of cells have along a stretch.

    Attributes
    ----------
    chromosome, start, end
        The stretch in base pairs, counted from 0, the end not included.
    edges
        Of the bins, shape (n_bins + 1,).
    groups
        Names of the groups.
    values
        Shape (n_groups, n_bins); see `coverage` for the unit.
    """

    chromosome: str
    start: int
    end: int
    edges: npt.NDArray[np.int64]
    groups: tuple[str, ...]
    values: npt.NDArray[np.float64]


def coverage(
    file: FragmentsFile,
    chromosome: str,
    start: int,
    end: int,
    groups: Mapping[str, npt.ArrayLike],
    depth: npt.ArrayLike,
    *,
    n_bins: int = MAX_BINS,
    counted: Counted = "insertions",
) -> Coverage:
    """Return the coverage of groups of cells, scaled by cells and depth.

    Parameters
    ----------
    file
        The fragments of the cells.
    chromosome, start, end
        The stretch in base pairs, counted from 0, the end not included.
    groups
        Positions of the cells of each group, by its name. A cell may be in several.
    depth
        Counts of each cell, shape (n_cells,), by which groups are made comparable.
    n_bins
        At most 2,000; fewer where the stretch has fewer base pairs.
    counted
        ``"insertions"``: both ends of each fragment, where the transposase cut.
        ``"fragments"``: the base pairs that fragments cover.

    Returns
    -------
    Per base pair, the mean of each bin, as Signac's ``CoveragePlot`` scales it: divided by the
    depth of the whole group (its cells times their mean depth), times the median of that over the
    groups. Groups of other sizes or depths so stand at the same height where they are as open.

    Raises
    ------
    DataError
        The stretch is empty or longer than 10,000,000 bp.

    References
    ----------
    Stuart et al. 2021, Nature Methods 18 (Signac).
    """
    start, end = int(start), int(end)
    if not 0 <= start < end:
        raise DataError(f"{chromosome}:{start:,}-{end:,} is empty; give a start before the end.")
    if end - start > MAX_SPAN:
        raise DataError(f"{end - start:,} bp are too many to draw; show {MAX_SPAN:,} at most.")
    found = file.fetch(chromosome, start, end)
    edges, values = coverage_of(found, start, end, groups, depth, n_bins=n_bins, counted=counted)
    return Coverage(chromosome, start, end, edges, tuple(groups), values)


def coverage_of(
    found: Fragments,
    start: int,
    end: int,
    groups: Mapping[str, npt.ArrayLike],
    depth: npt.ArrayLike,
    *,
    n_bins: int = MAX_BINS,
    counted: Counted = "insertions",
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the edges of the bins and the values of `coverage`, of fragments that are at hand.

    Parameters
    ----------
    found
        Fragments of the stretch.
    start, end, groups, depth, n_bins, counted
        As for `coverage`.
    """
    n = max(1, min(int(n_bins), MAX_BINS, end - start))
    edges = np.linspace(start, end, n + 1).round().astype(np.int64)
    depths = np.asarray(depth, float)
    cells = {name: np.asarray(members, np.int64) for name, members in groups.items()}
    scales = np.array([depths[members].sum() for members in cells.values()])
    usual = float(np.median(scales[scales > 0])) if (scales > 0).any() else 1.0
    values = np.zeros((len(cells), n))
    for row, (members, scale) in enumerate(zip(cells.values(), scales, strict=True)):
        chosen = np.isin(found.cell, members)
        counts = _binned(found.start[chosen], found.end[chosen], edges, counted)
        values[row] = counts / np.diff(edges) * (usual / scale if scale > 0 else 0.0)
    return edges, values


def _binned(
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    edges: npt.NDArray[np.int64],
    counted: Counted,
) -> npt.NDArray[np.float64]:
    """Count cut sites in each bin, or base pairs that fragments cover."""
    if counted == "insertions":
        places = np.concatenate([starts, ends - 1])
        places = places[(places >= edges[0]) & (places < edges[-1])]
        return np.histogram(places, edges)[0].astype(float)
    # base pairs covered before each edge: each fragment has covered clip(edge - start, 0, length)
    starts, ends = np.sort(starts), np.sort(ends)
    before = np.zeros(len(edges))
    for sign, places in ((1.0, starts), (-1.0, ends)):
        sums = np.concatenate([[0], np.cumsum(places)])
        n = np.searchsorted(places, edges)
        before += sign * (n * edges - sums[n])
    return np.diff(before)


def valid_bin_size(value: Any) -> int:
    """Return how many base pairs a bin of a bigWig has.

    Raises
    ------
    DataError
        It is not a whole number from 1 to 1,000,000.
    """
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not 1 <= value <= MAX_BIN or value != int(value):
        raise DataError(
            f"bin_size is {shown(value)}; use a whole number of base pairs from 1 to {MAX_BIN:,}."
        )
    return int(value)


def write_bigwig(
    path: str | Path,
    file: FragmentsFile,
    cells: npt.ArrayLike,
    lengths: Mapping[str, int],
    *,
    bin_size: int = 50,
    overwrite: bool = False,
) -> Iterator[float]:
    """Write the cut sites of a group as a bigWig, in counts per million of its own.

    Parameters
    ----------
    path
        A file that ends in ``.bw`` or ``.bigwig``.
    file
        The fragments of the cells.
    cells
        Positions of the cells of the group.
    lengths
        Of the chromosomes in base pairs; others are left out.
    bin_size
        Base pairs, 1 to 1,000,000.
    overwrite
        Whether a file that is there may be replaced.

    Yields
    ------
    The share that is written, in [0, 1]. A file that is not written to its end is removed.

    Raises
    ------
    DataError
        ``bin_size`` is no such number, pyBigWig is not installed, the file exists already, or there
        is nothing to write.
    """
    bin_size = valid_bin_size(bin_size)
    target = Path(path).expanduser()
    if target.exists() and not overwrite:
        raise DataError(f"{target} exists already; choose another name (or overwrite=True).")
    try:
        import pyBigWig
    except ImportError as error:
        raise DataError(
            "bigWig files need pyBigWig: pip install 'peakvi-widgets[tracks]'."
        ) from error
    known = {name.lower().removeprefix("chr"): int(size) for name, size in lengths.items()}
    chromosomes = {
        name: known[plain]
        for name in file.chromosomes
        if (plain := name.lower().removeprefix("chr")) in known
    }
    if not chromosomes:
        raise DataError("None of the chromosomes has a known length; choose the genome first.")
    members = np.asarray(cells, np.int64)
    step = max(1, STRETCH // bin_size) * bin_size  # each bin lies in one stretch
    stretches = [
        (name, begin, min(begin + step, size))
        for name, size in chromosomes.items()
        for begin in range(0, size, step)
    ]
    bins: list[tuple[str, npt.NDArray[np.int64], npt.NDArray[np.float64]]] = []
    total = 0.0
    for done, (name, begin, end) in enumerate(stretches):
        found = file.fetch(name, begin, end)
        chosen = np.isin(found.cell, members)
        edges = np.append(np.arange(begin, end, bin_size), end)
        counts = _binned(found.start[chosen], found.end[chosen], edges, "insertions")
        at = np.flatnonzero(counts)
        bins.append((name, edges[at], counts[at]))
        total += float(counts.sum())
        yield 0.9 * (done + 1) / len(stretches)
    if not total:
        raise DataError("The cells of the group have no fragments; nothing was written.")
    new = target.with_name(f".{target.name}.new")
    try:
        written = pyBigWig.open(str(new), "w")
        written.addHeader(list(chromosomes.items()))
        for name, begins, counts in bins:
            if len(begins):
                ends = np.minimum(begins + bin_size, chromosomes[name])
                written.addEntries(
                    [name] * len(begins),
                    begins.tolist(),
                    ends=ends.tolist(),
                    values=(counts * (1e6 / total)).tolist(),
                )
        written.close()
        new.replace(target)
        yield 1.0
    except (OSError, RuntimeError) as error:
        raise DataError(f"{target} cannot be written: {error!s:.120}.") from error
    finally:
        new.unlink(missing_ok=True)
