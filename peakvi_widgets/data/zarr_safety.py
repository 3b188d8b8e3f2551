"""Zarr stores of strangers: what is checked before anything in them is read.

A store is a folder of small files that describe arrays, with pieces beside them. The description
may declare more than there is, name a codec that runs code (pickle), or be nested without end.
"""

import json
import math
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DataError
from .hdf5_safety import MAX_DEPTH, MAX_OBJECTS, MAX_RATIO, ByName, none
from .memory import check_memory
from .messages import gigabytes, quoted, short_path

if TYPE_CHECKING:
    import zarr

SLACK = 64 << 20  # bytes that may be declared without being stored: pieces of zeros need no file
MAX_MISSING = 10_000  # pieces without a file
MAX_DESCRIPTION = 64 << 20  # bytes of JSON
DESCRIPTIONS = {".zgroup", ".zattrs", ".zarray", ".zmetadata", "zarr.json"}
CODECS = {
    "blosc", "zstd", "gzip", "zlib", "bz2", "lzma", "lz4", "snappy", "shuffle", "delta", "bytes",
    "fixedscaleoffset", "quantize", "packbits", "bitround", "astype", "categorize", "crc32",
    "crc32c", "adler32", "fletcher32", "transpose", "sharding_indexed", "endian", "vlen-utf8",
    "vlen-bytes", "vlen-array", "json2", "base64",
}  # fmt: skip


def open_zarr(path: Path, in_pieces: ByName = none) -> "zarr.Group":
    """Open a zarr store for reading, after checking that reading all of it is safe.

    Parameters
    ----------
    path
        The folder.
    in_pieces
        Tells by the name of an array, such as ``X/data``, whether only some of it is in memory at a
        time: then it may be larger than that.

    Returns
    -------
    The outermost group.

    Raises
    ------
    DataError
        If the store is damaged, has links or special files, declares much more than it stores or
        more than the memory holds, or names a codec that is not known to be harmless.
    """
    import zarr

    source = short_path(path)
    try:
        n_needed = 0
        for folder in _folders(path, source):
            n_bytes, unit = _array_size(folder, source)
            is_in_pieces = in_pieces(folder.relative_to(path).as_posix())
            n_needed += min(n_bytes, unit) if is_in_pieces else n_bytes
        check_memory(n_needed, source)
        own = {"use_consolidated": False} if int(zarr.__version__.split(".")[0]) > 2 else {}
        return zarr.open_group(str(path), mode="r", **own)  # type: ignore[arg-type]
    except DataError:
        raise
    except Exception as error:  # damaged stores make zarr raise nearly anything
        raise DataError(
            f"{source} is damaged, cut off or not a zarr store; copy or download it again."
        ) from error


def _folders(path: Path, source: str) -> Iterator[Path]:
    """Yield the folders that describe an array; refuse what is not a plain file or folder."""
    waiting = [(path, 0)]
    n_folders = 0
    while waiting:
        folder, depth = waiting.pop()
        n_folders += 1
        if depth > MAX_DEPTH or n_folders > MAX_OBJECTS:
            raise DataError(
                f"{source} has groups that are nested too deeply or too many; write it again, for "
                "example by adata.write_zarr."
            )
        names = set()
        inner = []
        with os.scandir(folder) as entries:
            for entry in entries:
                names.add(entry.name)
                mode = entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    inner.append((Path(entry.path), depth + 1))
                elif not stat.S_ISREG(mode):
                    raise DataError(
                        f"{source} has a link or special file {quoted(entry.name)}, which is not "
                        "read; copy what it points to into its place."
                    )
        if names & {".zarray", "zarr.json"} and _description(folder).get("shape") is not None:
            yield folder  # what lies below are its pieces
        else:
            waiting += inner


def _description(folder: Path) -> dict[str, Any]:
    """Read what describes a group or array, in either version of the format."""
    for name in DESCRIPTIONS:
        file = folder / name
        if file.exists() and file.stat().st_size > MAX_DESCRIPTION:
            raise ValueError("description too long")
    old, new = folder / ".zarray", folder / "zarr.json"
    file = old if old.exists() else new
    described = json.loads(file.read_bytes())
    if not isinstance(described, dict):
        raise ValueError("not a description")
    return described


def _array_size(folder: Path, source: str) -> tuple[int, int]:
    """Return the bytes that an array takes in memory, after checking that it really holds them.

    The second number is what must be unpacked to read any part of it.
    """
    described = _description(folder)
    _check_codecs(described, source)
    shape = [int(n) for n in described["shape"]]
    if "chunks" in described:
        chunks = [int(n) for n in described["chunks"]]
    else:
        chunks = [int(n) for n in described["chunk_grid"]["configuration"]["chunk_shape"]]
    if len(chunks) != len(shape) or min(shape, default=0) < 0 or min(chunks, default=1) < 1:
        raise ValueError("impossible pieces")
    item = _item_size(described.get("dtype", described.get("data_type")))
    n_pieces = math.prod(-(-n // size) for n, size in zip(shape, chunks, strict=True))
    n_bytes, unit = math.prod(shape) * item, math.prod(chunks) * item
    stored, n_files = _stored(folder)
    if (
        n_bytes > n_files * unit + SLACK
        or n_pieces > n_files + MAX_MISSING
        or max(n_bytes, unit) > MAX_RATIO * stored + SLACK
    ):
        raise DataError(
            f"{source} is damaged: {quoted(folder.name)} declares {gigabytes(n_bytes)}, far more "
            "than the store holds; copy, download or write it again."
        )
    return n_bytes, unit


def _stored(folder: Path) -> tuple[int, int]:
    """Count the bytes and files of the pieces of an array."""
    n_bytes = n_files = 0
    for place, folders, files in os.walk(folder, followlinks=False):
        for name in (*files, *folders):
            mode = os.lstat(os.path.join(place, name)).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise ValueError("a link or special file among the pieces")
        pieces = [name for name in files if name not in DESCRIPTIONS]
        n_files += len(pieces)
        n_bytes += sum(os.path.getsize(os.path.join(place, name)) for name in pieces)
    return n_bytes, n_files


def _item_size(dtype: Any) -> int:
    """Return the bytes of one value; texts are counted by their references."""
    try:
        return max(int(np.dtype(dtype).itemsize), 1)
    except TypeError:
        return 8


def _check_codecs(described: Any, source: str) -> None:
    """Raise for unknown codecs; pickle would run code from the file."""
    for name in _codecs(described):
        known = name.lower().removeprefix("numcodecs.")
        if known not in CODECS:
            raise DataError(
                f"{source} is packed by the codec {quoted(name)}, which is not known to be "
                "harmless; write it again with blosc, zstd or gzip."
            )


def _codecs(described: Any) -> Iterator[str]:
    if not isinstance(described, dict):
        return
    packed = described.get("filters") or []
    for codec in [*packed, described.get("compressor"), *(described.get("codecs") or []),
                  *(described.get("index_codecs") or [])]:  # fmt: skip
        if codec is None:
            continue
        yield str(codec if isinstance(codec, str) else codec.get("id", codec.get("name")))
        if isinstance(codec, dict):
            yield from _codecs(codec.get("configuration"))
