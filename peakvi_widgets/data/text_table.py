"""Small text files beside a matrix: names of cells and regions, as Cell Ranger, R or Excel write.

A byte order mark, quotes, spaces around a value, Windows line ends, comments and empty lines make
no difference.
"""

import codecs
import io
import zlib
from collections.abc import Generator
from gzip import GzipFile
from pathlib import Path
from typing import IO

from ..errors import DataError
from .memory import check_memory
from .messages import short_path

BLOCK = 1 << 18  # bytes read in one go
MAX_LINE = 1 << 16  # characters
MAX_EMPTY = 1 << 22  # characters of comments and empty lines
PER_ROW = 500  # bytes of memory that a row takes, at the most


def reading_rows(path: Path, max_rows: int) -> Generator[None, None, list[list[str]]]:
    """Read the rows of a text file, divided by tabs.

    Parameters
    ----------
    path
        A text file, perhaps packed by gzip.
    max_rows
        Number of rows to read at most.

    Yields
    ------
    Nothing, after each block, so that reading can be stopped.

    Returns
    -------
    The values of each row.

    Raises
    ------
    DataError
        If the file is damaged, is not text, or is far larger than such a file can be.
    """
    rows: list[list[str]] = []
    rest, n_empty = "", 0
    try:
        with path.open("rb") as raw:
            packed = path.suffix.lower() == ".gz"
            file: IO[bytes] = GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
            start = file.read(BLOCK)
            decode = _decoder(start)
            while len(rows) < max_rows:
                block = start
                start = file.read(BLOCK)
                text = rest + decode.decode(block, final=not block)
                lines = text.splitlines(keepends=True)
                rest = lines.pop() if block and lines else ""
                kept = [line for line in lines if line.strip() and not line.startswith("#")]
                n_empty += sum(map(len, lines)) - sum(map(len, kept))
                if max(map(len, [*lines, rest]), default=0) > MAX_LINE or n_empty > MAX_EMPTY:
                    raise ValueError("not a table")
                check_memory(PER_ROW * len(kept), short_path(path))
                rows += map(_values, kept[: max_rows - len(rows)])
                if not block:
                    break
                yield
    except DataError:
        raise
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise DataError(
            f"{short_path(path)} is damaged or cut off; copy or download it again."
        ) from error
    return rows[:max_rows]


def _decoder(start: bytes) -> io.IncrementalNewlineDecoder:
    wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # Excel's "Unicode text"
    decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")()
    return io.IncrementalNewlineDecoder(decoder, translate=True)


def _values(line: str) -> list[str]:
    return [unquoted(value) for value in line.strip("\r\n").split("\t")]


def unquoted(value: str) -> str:
    """Strip spaces and one pair of quotes from a value.

    Parameters
    ----------
    value
        What stands between two tabs.
    """
    bare = value.strip().lstrip("\ufeff")
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'":
        bare = bare[1:-1].strip()
    return bare
