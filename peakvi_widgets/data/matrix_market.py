"""Counts from a Matrix Market file, piece by piece.

scipy's reader parses each piece with all cores; the pieces make reading watchable and stoppable,
and narrow the counts before the next piece is read. A file of 10 million counts takes about 1.5 s.
"""

import gzip
import re
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from inspect import signature
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..errors import DataError
from ..steps import shown_as
from .count_files import Room
from .count_rows import BYTES, CountRows, Entries, placing
from .counts import compact_values
from .memory import check_memory
from .messages import short_path

PIECE = 8_000_000  # bytes of text
MAX_LINE = 1_000_000  # bytes of one line of the head
MAX_HEAD_LINES = 10_000
MAX_GZIP = 1_040  # how many times as large gzip can pack
BANNER = b"%%MatrixMarket matrix coordinate "
PLAIN = b"0123456789 \t\r\n"  # what most files hold
PLACES = rb"[ \t]*+\d++[ \t]++\d++"
REAL = rb"-?(?:(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?|[nN][aA][nN]|[iI][nN][fF](?:inity)?)"
VALUES = {b"integer": rb"[ \t]++-?\d++", b"unsigned-integer": rb"[ \t]++\d++", b"pattern": b""}


class Head(NamedTuple):
    """What the first lines of the file announce."""

    banner: bytes
    n_rows: int
    n_columns: int
    n_values: int


def read_head(path: Path) -> Head:
    """Read what a Matrix Market file announces, and check that the file can hold it.

    Parameters
    ----------
    path
        A ``.mtx`` or ``.mtx.gz`` file in coordinate form.

    Returns
    -------
    Form and sizes.

    Raises
    ------
    DataError
        If the file is no such matrix, is damaged, or announces more counts than it can hold.
    """
    with _opened(path) as (file, _raw):
        return _head(file, path)


def reading_entries(
    path: Path,
    *,
    transposed: bool = False,
    columns: npt.NDArray[np.bool_] | None = None,
    remarks: list[str] | None = None,
    room: Room | None = None,
) -> Generator[float, None, sparse.csr_matrix]:
    """Read counts whose rows are regions and whose columns are cells, as Cell Ranger writes them.

    Parameters
    ----------
    path
        A ``.mtx`` or ``.mtx.gz`` file in coordinate form, whose head is right. One in which cells
        do not come one after the other is read twice.
    transposed
        Whether rows are cells and columns are regions instead.
    columns
        Features to take, shape ``(n_features,)``; None for all.
    remarks
        Where to put a sentence about repeated entries.
    room
        Where counts may go; None for memory alone.

    Yields
    ------
    The share of the file that has been read, in [0, 1].

    Returns
    -------
    Compact counts, shape ``(n_cells, n_regions)``.

    Raises
    ------
    DataError
        If the file is damaged or cut off, or holds values that are not counts.
    """
    source, head = short_path(path), read_head(path)
    n_cells, n_features = (head.n_rows, head.n_columns)[:: 1 if transposed else -1]
    n_kept = n_features if columns is None else int(columns.sum())
    new_column = None if columns is None else np.cumsum(columns, dtype=np.int64) - 1
    if room is None or BYTES * head.n_values <= room.limit:
        check_memory(BYTES * head.n_values + 8 * n_cells, source)
    lengths = np.zeros(n_cells, np.int64)
    in_order: _InOrder | None = _InOrder(CountRows(n_kept, source, room=room), n_cells)

    def entries() -> Iterator[tuple[float, Entries]]:
        for share, part in _pieces(path):
            cells: npt.NDArray[Any]
            features: npt.NDArray[Any]
            cells, features = (part.row, part.col)[:: 1 if transposed else -1]
            values = part.data
            if columns is not None and new_column is not None:
                keep = columns[features]
                cells, features, values = cells[keep], new_column[features[keep]], values[keep]
            yield share, (compact_values(values, source=source), features, cells)

    for share, some in entries():
        lengths += np.bincount(some[2], minlength=n_cells)
        if in_order and not in_order.add(*some):
            in_order = None  # what it holds is let go
        yield share if in_order else share / 2
    if in_order:
        return in_order.finished(remarks)
    steps = placing(entries, lengths, n_kept, source, room, remarks)
    return (yield from shown_as(steps, lambda share: 0.5 + share / 2))


def _pieces(path: Path) -> Iterator[tuple[float, sparse.coo_matrix]]:
    """Yield the entries of a file with the share of it that has been read."""
    source, size, n_read = short_path(path), max(path.stat().st_size, 1), 0
    with _opened(path) as (file, raw):
        head = _head(file, path)
        while text := file.read(PIECE):
            piece = (text + file.readline(MAX_LINE)).strip()  # whole lines
            if piece:
                part = _parse(piece, head)
                n_read += len(part.data)
                if n_read > head.n_values:
                    raise ValueError("more counts than announced")
                yield min(raw.tell() / size, 1.0), part
    if n_read < head.n_values:
        raise DataError(
            f"{source} ends after {n_read:,} of {head.n_values:,} counts, so it was cut off; copy "
            "or download it again."
        )


class _InOrder:
    """Entries of one cell after the other; the last cell of a piece may go on in the next."""

    def __init__(self, rows: CountRows, n_cells: int) -> None:
        self._rows, self._n_cells, self._next = rows, n_cells, 0
        self._begun: list[npt.NDArray[Any]] = []

    def add(
        self, values: npt.NDArray[Any], features: npt.NDArray[Any], cells: npt.NDArray[Any]
    ) -> bool:
        """Take entries; return whether all were in order, else nothing more may be added."""
        if self._begun:
            wide = zip(self._begun, (values, features, cells), strict=True)
            values, features, cells = (np.concatenate(pair) for pair in wide)
        if len(cells) and (cells[0] < self._next or (cells[1:] < cells[:-1]).any()):
            return False
        if len(cells):
            n = int(np.searchsorted(cells, cells[-1]))
            self._take(values[:n], features[:n], cells[:n], int(cells[-1]))
            self._begun = [values[n:], features[n:], cells[n:]]
        return True

    def finished(self, remarks: list[str] | None) -> sparse.csr_matrix:
        """Return compact counts."""
        values, features, cells = self._begun or [np.empty(0, np.uint8)] * 3
        self._take(values, features, cells, self._n_cells)
        return self._rows.finished(remarks)

    def _take(
        self,
        values: npt.NDArray[Any],
        features: npt.NDArray[Any],
        cells: npt.NDArray[Any],
        until: int,
    ) -> None:
        bounds = np.searchsorted(cells, np.arange(self._next, until + 1))
        self._rows.add(values, features, bounds)
        self._next = until


@contextmanager
def _opened(path: Path) -> Generator[tuple[IO[bytes], IO[bytes]], None, None]:
    """Open the text, and the file below it; what is wrong with either becomes one sentence."""
    try:
        with path.open("rb") as raw:
            if path.suffix.lower() == ".gz":
                yield gzip.GzipFile(fileobj=raw), raw  # type: ignore[misc]
            else:
                yield raw, raw
    except DataError:
        raise
    except (OSError, EOFError, ValueError, OverflowError, IndexError, zlib.error) as error:
        raise DataError(
            f"{short_path(path)} is damaged or cut off; copy or download it again."
        ) from error


def _head(file: IO[bytes], path: Path) -> Head:
    source = short_path(path)
    first = file.readline(1024)
    words = first.split()
    if not first.startswith(BANNER) or words[4:] != [b"general"]:
        raise DataError(
            f"{source} is not a Matrix Market file of counts: its first line does not begin "
            f"{BANNER.decode()!r}; open the folder that Cell Ranger wrote."
        )
    for _ in range(MAX_HEAD_LINES):
        line = file.readline(MAX_LINE)
        if line.strip() and not line.startswith(b"%"):
            break
    sizes = line.split()
    if len(sizes) != 3 or max(map(len, sizes)) > 19:
        raise ValueError("no sizes")
    n_rows, n_columns, n_values = map(int, sizes)
    if min(n_rows, n_columns, n_values) < 0 or max(n_rows, n_columns) >= 2**31:
        raise ValueError("impossible size")
    shortest = 4 if words[3] == b"pattern" else 6  # bytes of "1 1 1" and the end of its line
    text = path.stat().st_size * (MAX_GZIP if path.suffix.lower() == ".gz" else 1)
    if n_values * shortest > text + 1:
        raise DataError(
            f"{source} announces {n_values:,} counts, more than it can hold, so it is damaged or "
            "was cut off; copy or download it again."
        )
    return Head(b" ".join(words), n_rows, n_columns, n_values)


def _parse(piece: bytes, head: Head) -> sparse.coo_matrix:
    """Read whole lines by giving them a head of their own.

    scipy 1.17 reads ``1e9`` among integers as 1 and passes over a fourth number, and the
    interpreter can crash when a zero byte stands in the text or when the last line does not end; so
    none of these is handed on.
    """
    from scipy.io import mmread

    if b"\r" in piece:
        piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    n_lines = piece.count(b"\n") + 1
    field = head.banner.split()[3]
    if piece.translate(None, PLAIN):
        value = VALUES.get(field, rb"[ \t]++" + REAL)
        line = PLACES + value + rb"[ \t]*+"
        if not re.fullmatch(rb"(?:" + line + rb"(?:\n++|\Z))*+", piece):
            raise ValueError("text between the numbers")
    if _n_words(piece) != n_lines * (2 if field == b"pattern" else 3):
        raise ValueError("lines with more or fewer numbers")
    size = f"{head.n_rows} {head.n_columns} {n_lines}".encode()
    text = BytesIO(b"\n".join((head.banner, size, piece, b"")))
    # scipy 1.18 warns who does not say which kind of matrix it is to be
    kind: Any = {"spmatrix": True} if "spmatrix" in signature(mmread).parameters else {}
    return sparse.coo_matrix(mmread(text, **kind))


def _n_words(piece: bytes) -> int:
    """Count what spaces and line ends divide; `piece` begins and ends with a word."""
    is_space = np.frombuffer(piece, np.uint8) <= ord(" ")
    return int(np.count_nonzero(is_space[1:] & ~is_space[:-1])) + 1
