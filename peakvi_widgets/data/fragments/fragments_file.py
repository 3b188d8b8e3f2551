"""A fragments file (bgzip and tabix), and which of its barcodes are which cells."""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ...errors import DataError

N_SAMPLED = 20_000  # fragments whose barcodes are held against the names of the cells

Array = npt.NDArray[np.int64]


class Fragments(NamedTuple):
    """Fragments of some stretch: one entry a fragment."""

    start: Array  # base pairs, counted from 0
    end: Array  # not included
    cell: Array  # position in the names that the file was opened with


class BarcodeMatch(NamedTuple):
    """How the names of cells become the barcodes of a file."""

    cell_of: dict[str, int]
    sentence: str  # what was done, empty when the names are the barcodes
    n_found: int = 0  # cells whose barcode is among those that were looked at


class FragmentsFile:
    """Fragments of known cells, looked up by place.

    Parameters
    ----------
    path
        ``fragments.tsv.gz`` of Cell Ranger: chromosome, start, end, barcode and a count on each
        line, sorted, bgzipped, with its index (``.tbi`` or ``.csi``) beside it.
    cells
        Names of the cells, such as ``adata.obs_names``.

    Attributes
    ----------
    sentence
        How names and barcodes were matched, where they are not the same; else empty.
    n_found
        Cells that the first 20,000 fragments are of.

    Raises
    ------
    DataError
        The file or its index is missing or damaged, pysam is not installed, or its barcodes are of
        other cells.
    """

    def __init__(self, path: str | Path, cells: Sequence[str]) -> None:
        self.path = Path(path).expanduser()
        self._file = _opened(_pysam(), self.path)
        self._chromosomes = {_plain(name): name for name in self._file.contigs}
        match = match_barcodes(cells, sampled_barcodes(self.path))
        self._cell_of, self.sentence, self.n_found = match

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def chromosomes(self) -> tuple[str, ...]:
        """Names of the chromosomes in the file."""
        return tuple(self._chromosomes.values())

    def fetch(self, chromosome: str, start: int, end: int) -> Fragments:
        """Return the fragments of known cells that share a base with a stretch.

        Parameters
        ----------
        chromosome
            With or without ``chr``. One that the file does not have has no fragments.
        start, end
            Base pairs, counted from 0, the end not included.

        Raises
        ------
        DataError
            The file is damaged there.
        """
        name = self._chromosomes.get(_plain(chromosome))
        if name is None or end <= max(start, 0):
            return Fragments(*(np.empty(0, np.int64) for _ in range(3)))
        found: list[tuple[int, int, int]] = []
        known = self._cell_of
        try:
            for line in self._file.fetch(name, max(int(start), 0), int(end)):
                parts = line.split("\t", 4)
                cell = known.get(parts[3])
                if cell is not None:
                    found.append((int(parts[1]), int(parts[2]), cell))
        except (OSError, ValueError, IndexError) as error:
            raise DataError(
                f"{self.path.name} is damaged near {name}:{start:,}; make it again with bgzip."
            ) from error
        table = np.array(found, np.int64).reshape(-1, 3)
        return Fragments(table[:, 0], table[:, 1], table[:, 2])


def match_barcodes(cells: Sequence[str], barcodes: Sequence[str]) -> BarcodeMatch:
    """Find how the names of cells become barcodes: as they are, or without a prefix or suffix.

    Parameters
    ----------
    cells
        Names of the cells, such as ``donor1#ACGT...-1`` or ``ACGT...-1-0``.
    barcodes
        Some barcodes of the file.

    Raises
    ------
    DataError
        No rule makes barcodes of the file of them, or a rule makes one of two cells.
    """
    names = [str(cell) for cell in cells]
    seen = Counter(barcodes)
    rules: dict[str, Callable[[str], str]] = {
        "": str,
        "without what stands before the barcode": lambda name: _core(name) + _suffix(name),
        "without what stands around the barcode": _core,
        "with the ending -1": lambda name: f"{_core(name)}-1",
    }
    best, best_share, is_ambiguous = "", 0.0, False
    for words, rule in rules.items():
        made = [rule(name) for name in names]
        share = len(seen.keys() & set(made)) / max(len(seen), 1)
        if share > best_share + 0.01:
            if len(set(made)) < len(set(names)):
                is_ambiguous = True
                continue
            best, best_share, is_ambiguous = words, share, False
    if best_share == 0:
        first = next(iter(seen), "")
        if is_ambiguous:
            raise DataError(
                "Cells of several samples have the same barcode, and the file holds one sample; "
                f"rename its barcodes ({first!r}) like the cells ({names[0]!r})."
            )
        raise DataError(
            f"The barcodes of the file ({first!r}) are not the names of the cells "
            f"({names[0] if names else ''!r}); choose the fragments of the same cells."
        )
    rule = rules[best]
    sentence = f"Names of cells match barcodes {best}." if best else ""
    cell_of = {rule(name): at for at, name in enumerate(names)}
    return BarcodeMatch(cell_of, sentence, len(seen.keys() & cell_of.keys()))


def sampled_barcodes(path: Path) -> list[str]:
    """Return the barcodes of the first fragments.

    Raises
    ------
    DataError
        The file holds no fragments.
    """
    return [row[3] for row, _ in zip(rows_of(path), range(N_SAMPLED), strict=False)]


def rows_of(path: Path) -> Iterator[list[str]]:
    """Yield the columns of each fragment's line.

    Raises
    ------
    DataError
        The file cannot be read, or holds something else.
    """
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", errors="replace") as stream:
            for line in stream:
                if line.startswith("#") or not line.strip():
                    continue
                row = line.rstrip("\r\n").split("\t")
                if len(row) < 4 or not (row[1].isdigit() and row[2].isdigit()):
                    raise DataError(
                        f"{path.name} is not a fragments file; its lines are chromosome, start, "
                        "end and barcode."
                    )
                yield row
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} cannot be read: {error!s:.120}.") from error


def _core(name: str) -> str:
    """Return the longest run of ACGT, which is the barcode itself; the name if there is none."""
    runs = re.findall(r"[ACGT]{8,}", name)
    return max(runs, key=len) if runs else name


def _suffix(name: str) -> str:
    """Return the number that Cell Ranger writes behind a barcode, with its dash."""
    core = _core(name)
    found = re.match(r"-\d+", name[name.rfind(core) + len(core) :])
    return found[0] if found else ""


def _plain(chromosome: str) -> str:
    return str(chromosome).lower().removeprefix("chr")


def _pysam() -> Any:
    try:
        return import_module("pysam")
    except ImportError as error:
        raise DataError(
            "Fragments files need pysam: pip install 'peakvi-widgets[tracks]'."
        ) from error


def _opened(pysam: Any, path: Path) -> Any:
    if not path.is_file():
        raise DataError(f"There is no file {path}.")
    if not any(Path(f"{path}{ending}").is_file() for ending in (".tbi", ".csi")):
        raise DataError(
            f"{path.name} has no index {path.name}.tbi beside it; make one: "
            f"tabix -p bed {path.name}."
        )
    before = pysam.set_verbosity(0)  # htslib writes to the terminal
    try:
        return pysam.TabixFile(str(path))
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path.name} or its index is damaged, or it is not packed by bgzip; make both again."
        ) from error
    finally:
        pysam.set_verbosity(before)
