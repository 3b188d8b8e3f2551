"""The steps of looking at a stretch of the genome: what lies there, how open it is by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DataError
from ..jobs import Steps
from .records import RegionTracks, RegionWindow
from .region_choice import shown_regions
from .region_fragments import fragments_of
from .region_groups import MAX_DECODED, Track, sampled
from .region_window import RegionPlaces, plain

if TYPE_CHECKING:
    import pandas as pd

    from ..data.fragments import Fragments, FragmentsFile
    from ..model import PEAKVI

MAX_GENES = 300
MAX_CELLS = 300  # single cells that are shown, of all groups together
MAX_MARKS = 20_000  # fragments or open regions of these
COVERED = 2_000_000  # base pairs of a window up to which fragments are read
PIECE = 500_000  # base pairs that are read between two looks whether to go on


@dataclass(eq=False)
class CountsLook:
    """What is kept of the counts from one look to the next.

    Attributes
    ----------
    version
        ``session.counts_version``.
    places
        Where the regions are; None before.
    depth
        Total counts of each cell; None before.
    file
        The open fragments file with the path that was asked for.
    """

    version: int
    places: RegionPlaces | None = None
    depth: np.ndarray | None = None
    file: tuple[str, FragmentsFile] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class RegionQuestion:
    """All that a look at a stretch depends on.

    Attributes
    ----------
    counts, cells
        The matrix, cells x regions, and the names of the cells.
    model
        A trained model of these cells, or None.
    genes
        A table of genes, or None.
    fragments
        Path of the fragments file; empty to look for one beside ``source`` or named in ``uns``.
    places
        Where the regions are.
    called
        Rows of the regions that the table calls; looked at only where there are too many to show.
    kept
        What was found by earlier looks at the same counts; only one look runs at a time.
    """

    window: RegionWindow
    counts: Any
    cells: pd.Index
    regions: tuple[str, ...]
    tracks: tuple[Track, ...]
    column: str
    model: PEAKVI | None
    genes: pd.DataFrame | None
    fragments: str
    source: str
    uns: Mapping[str, Any]
    places: RegionPlaces
    called: np.ndarray
    kept: CountsLook = field(repr=False)


def looking(asked: RegionQuestion) -> Steps:
    """Yield texts and, before the model is asked, what is known; return `RegionTracks`."""
    yield "looking"
    window, kept = asked.window, asked.kept
    margin = (window.end - window.start) // 2
    start, end = max(0, window.start - margin), window.end + margin
    if kept.depth is None:
        from ..data.count_sums import counts_per_cell

        kept.depth = counts_per_cell(asked.counts).astype(float)
    rows, regions_words = shown_regions(asked.places, window, margin, asked.called)
    yield "counting"
    part = asked.counts[:, rows] > 0
    genes, gene_places, exons = genes_in(asked.genes, window.chromosome, start, end)
    yield "reading fragments"
    found, coverage, coverage_words = yield from _covered(asked, start, end)
    chosen = _single_cells(asked.tracks)
    seen = RegionTracks(
        chromosome=window.chromosome,
        start=start,
        end=end,
        genes=genes,
        gene_places=gene_places,
        exons=exons,
        regions=tuple(asked.regions[row] for row in rows),
        region_rows=rows.astype("uint32"),
        region_places=_table([asked.places.start[rows], asked.places.end[rows]]),
        regions_words=regions_words,
        tracks=tuple(track.name for track in asked.tracks),
        keys=tuple(track.key for track in asked.tracks),
        n_cells=tuple(len(track.cells) for track in asked.tracks),
        column=asked.column,
        observed=_shares(part, asked.tracks),
        expected_words="" if asked.model else "No trained model.",
        coverage=coverage,
        coverage_words=coverage_words,
        cell_tracks=np.repeat(np.arange(len(chosen)), list(map(len, chosen))).astype("uint8"),
        cell_marks=_marks(
            np.concatenate([*chosen, np.empty(0, int)]), part, rows, found, asked.places
        ),
    )
    if asked.model is None:
        return seen
    yield seen  # new weights take seconds to encode the cells
    expected, words = _expected(asked.model, asked, rows)
    return replace(seen, expected=expected, expected_words=words)


def genes_in(
    genes: pd.DataFrame | None, chromosome: str, start: int, end: int
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Return the genes of a stretch as `RegionTracks` has them; of too many, the coding ones."""
    if genes is None:
        return (), _table([[], [], []]), _table([[], [], []])
    labels = genes["chr"].astype("category")
    here = labels.cat.codes.isin(
        [
            code
            for code, name in enumerate(labels.cat.categories)
            if plain(name) == plain(chromosome)
        ]
    )
    table = genes[here & (genes["start"] < end) & (genes["end"] > start)]
    if len(table) > MAX_GENES:
        order = np.lexsort((table["start"] - table["end"], ~table["is_coding"]))
        table = table.iloc[np.sort(order[:MAX_GENES])]
    table = table.sort_values("start", kind="stable")
    strands = (table["strand"] == "+").to_numpy("uint32")
    exons = [
        (gene, begin + int(offset), begin + int(offset) + int(length))
        for gene, (begin, text) in enumerate(zip(table["start"], table["exons"], strict=True))
        for offset, _, length in (one.partition("+") for one in str(text).split(",") if one)
    ]
    places = _table([table["start"], table["end"], strands])
    return (
        tuple(map(str, table["gene"])),
        places,
        _table(list(zip(*exons, strict=True)) or [[]] * 3),
    )


def _table(columns: list[Any]) -> np.ndarray:
    return np.column_stack([np.asarray(one, "int64") for one in columns]).astype("uint32")


def _shares(part: Any, tracks: tuple[Track, ...]) -> np.ndarray:
    """Return the share of the cells of each group in which each region is open."""
    shares = np.zeros((len(tracks), part.shape[1]), "float32")
    for at, track in enumerate(tracks):
        if len(track.cells):
            shares[at] = np.asarray(part[track.cells].sum(axis=0)).ravel() / len(track.cells)
    return shares


def _expected(model: PEAKVI, asked: RegionQuestion, rows: np.ndarray) -> tuple[np.ndarray, str]:
    """Return what the model expects of each group and region, and how that was found."""
    none = np.empty((0, 0), "float32")
    some = [sampled(track.cells, MAX_DECODED) for track in asked.tracks]
    cells = np.unique(np.concatenate([*some, np.empty(0, int)])).astype("int64")
    if not len(rows) or not len(cells):
        return none, ""
    decoded = model.get_normalized_accessibility(
        indices=cells,
        region_list=[asked.regions[row] for row in sorted(rows)],
        normalize_cells=True,
        normalize_regions=True,
        return_numpy=True,
    )
    in_order = np.argsort(np.argsort(rows))  # columns are in the order of the data
    means = np.zeros((len(some), len(rows)), "float32")
    for at, chosen in enumerate(some):
        if len(chosen):
            means[at] = decoded[np.searchsorted(cells, chosen)].mean(axis=0)[in_order]
    is_sample = any(len(track.cells) > MAX_DECODED for track in asked.tracks)
    of = f" (of {MAX_DECODED} cells of a group)" if is_sample else ""
    return means, f"Model: mean accessibility at the depth of the cells{of}."


def _single_cells(tracks: tuple[Track, ...]) -> list[np.ndarray]:
    """Return the cells that are shown one by one: as many of each group, where it has them."""
    left, found = MAX_CELLS, {}
    by_size = sorted(range(len(tracks)), key=lambda at: len(tracks[at].cells))
    for done, at in enumerate(by_size):
        found[at] = sampled(tracks[at].cells, left // (len(tracks) - done))
        left -= len(found[at])
    return [found[at] for at in range(len(tracks))]


def _marks(
    cells: np.ndarray, part: Any, rows: np.ndarray, found: Fragments | None, places: RegionPlaces
) -> np.ndarray:
    """Return row, start and end of what is drawn of single cells."""
    if found is None:
        open_regions = part[cells].tocoo()
        row, column = open_regions.row, rows[open_regions.col]
        marks = _table([row, places.start[column], places.end[column]])
    else:
        chosen = np.isin(found.cell, cells)
        start, end, cell = (values[chosen] for values in found)
        pieces = [
            _table([np.full(mine.sum(), row), start[mine], end[mine]])
            for row, one in enumerate(cells)
            if (mine := cell == one).any()
        ]
        marks = np.concatenate([*pieces, _table([[], [], []])])
    if len(marks) > MAX_MARKS:
        marks = marks[sampled(np.arange(len(marks)), MAX_MARKS)]
    return np.ascontiguousarray(marks)


# -- fragments ------------------------------------------------------------------------------------
def _covered(asked: RegionQuestion, start: int, end: int) -> Steps:
    """Return the fragments of a stretch, the coverage of the groups, and how it is scaled."""
    none = np.empty((0, 0), "float32")
    window, kept = asked.window, asked.kept
    try:
        file = _opened(asked)
        if file is None:
            return None, none, "No fragments file: session.use_fragments('fragments.tsv.gz')."
        if window.end - window.start > COVERED:
            return None, none, f"Coverage is shown in windows of {COVERED:,} bp or less."
        if plain(window.chromosome) not in map(plain, file.chromosomes):
            return None, none, f"{file.path.name} has no fragments on {window.chromosome}."
        pieces = []
        for begin in range(start, end, PIECE):
            piece = file.fetch(window.chromosome, begin, min(begin + PIECE, end))
            is_new = (piece.start >= begin) | (begin == start)  # the others were in the last piece
            pieces.append(type(piece)(*(values[is_new] for values in piece)))
            yield "reading fragments"
    except DataError as error:
        return None, none, str(error)
    from ..data.fragments import Fragments, coverage_of

    found = Fragments(*(np.concatenate(values) for values in zip(*pieces, strict=True)))
    if not len(found.cell):
        return None, none, f"{file.path.name} holds no fragments of these cells here."
    groups = {track.key: track.cells for track in asked.tracks}
    assert kept.depth is not None  # counted before
    edges, values = coverage_of(found, start, end, groups, kept.depth)
    width = round((end - start) / (len(edges) - 1))
    words = (
        f"Coverage: cut sites (both ends of each fragment) per bp in bins of {width:,} bp, divided "
        "by the cells of the group times their mean depth, as Signac does. "
        + cells_found(file, len(asked.cells))
    )
    return found, values.astype("float32"), words


def cells_found(file: FragmentsFile, n_cells: int) -> str:
    """Say how many of the cells a fragments file has, and how their names were matched."""
    seen = f"{file.n_found:,} of {n_cells:,} cells are among the first 20,000 fragments of"
    return f"{seen} {file.path.name}. {file.sentence}".strip()


def _opened(asked: RegionQuestion) -> FragmentsFile | None:
    """Return the fragments file, or None where none was named and there is none to find."""
    from ..data.fragments import FragmentsFile

    path = fragments_of(asked.fragments, asked.source, asked.uns)
    if not path:
        return None
    kept = asked.kept
    if kept.file is None or kept.file[0] != path:
        kept.file = path, FragmentsFile(path, list(asked.cells))
    return kept.file[1]


def writing_bigwig(
    asked: RegionQuestion,
    cells: np.ndarray,
    target: Path,
    genome: str,
    bin_size: int,
    overwrite: bool,
) -> Steps:
    """Yield the share that is written, return whether there is a file.

    Raises
    ------
    DataError
        There is no fragments file, or it cannot be written.
    """
    yield 0.0
    from ..data.fragments import FragmentsFile, write_bigwig
    from ..data.genes.genome import chromosome_lengths

    path = fragments_of(asked.fragments, asked.source, asked.uns)
    if not path:
        raise DataError("There is no fragments file; name one by session.use_fragments(path).")
    with FragmentsFile(path, list(asked.cells)) as file:
        yield from write_bigwig(
            target,
            file,
            cells,
            chromosome_lengths(genome),
            bin_size=bin_size,
            overwrite=overwrite,
        )
    return True
