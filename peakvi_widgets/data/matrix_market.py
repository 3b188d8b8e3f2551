"""Counts from a Matrix Market file, piece by piece.

scipy's reader parses each piece with all cores; the pieces make reading watchable and stoppable,
and narrow the counts before the next piece is read. A file of 10 million counts takes about 1.5 s.
"""

import gzip
import re
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from inspect import signature
from io import BytesIO
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ..errors import DataError
from .counts import compact_values, csr_from_entries
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
    path: Path, *, transposed: bool = False
) -> Generator[float, None, sparse.csr_matrix]:
    """Read counts whose rows are regions and whose columns are cells, as Cell Ranger writes them.

    Parameters
    ----------
    path
        A ``.mtx`` or ``.mtx.gz`` file in coordinate form, whose head is right.
    transposed
        Whether rows are cells and columns are regions instead.

    Yields
    ------
    The share of the file that has been read, in [0, 1].

    Returns
    -------
    Counts, shape ``(n_cells, n_regions)``, for `finished_counts`.

    Raises
    ------
    DataError
        If the file is damaged or cut off, or holds values that are not counts.
    """
    source = short_path(path)
    size = max(path.stat().st_size, 1)
    with _opened(path) as (file, raw):
        head = _head(file, path)
        check_memory(9 * head.n_values + 8 * head.n_columns, source)
        entries = _Entries(head)
        while text := file.read(PIECE):
            piece = (text + file.readline(MAX_LINE)).strip()  # whole lines
            if piece:
                part = _parse(piece, head)
                entries.add(part.row, part.col, compact_values(part.data, source=source))
            yield min(raw.tell() / size, 1.0)
    if entries.n_filled < head.n_values:
        raise DataError(
            f"{source} ends after {entries.n_filled:,} of {head.n_values:,} counts, so it was cut "
            "off; copy or download it again."
        )
    rows, columns, counts = entries.arrays
    if transposed:
        return csr_from_entries(rows, columns, counts, (head.n_rows, head.n_columns))
    return csr_from_entries(columns, rows, counts, (head.n_columns, head.n_rows))


class _Entries:
    """Arrays that grow as entries come, never beyond the number that was announced."""

    def __init__(self, head: Head) -> None:
        self.n_filled = 0
        self._n_most = head.n_values
        self.arrays: list[npt.NDArray[Any]] = [
            np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8)
        ]  # fmt: skip

    def add(self, *parts: npt.NDArray[Any]) -> None:
        end = self.n_filled + len(parts[0])
        if end > self._n_most:
            raise ValueError("more counts than announced")
        if end > len(self.arrays[0]):
            room = min(max(2 * len(self.arrays[0]), end), self._n_most)
            for array in self.arrays:
                array.resize(room, refcheck=False)  # in place, most often without a copy
        if parts[2].dtype.itemsize > self.arrays[2].dtype.itemsize:
            self.arrays[2] = self.arrays[2].astype(parts[2].dtype)
        for array, part in zip(self.arrays, parts, strict=True):
            array[self.n_filled : end] = part
        self.n_filled = end


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
