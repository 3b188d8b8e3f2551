"""HDF5 files of strangers: what is checked before anything in them is read.

An HDF5 file can point into other files, describe arrays that are far larger than the file, and
refer to itself. Every reader of HDF5 in this package opens files by `open_hdf5`.
"""

import errno
import math
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import DataError
from .hdf5_heaps import has_endless_heap
from .memory import check_memory
from .messages import gigabytes, quoted, short_path

if TYPE_CHECKING:
    import h5py

MAX_DEPTH = 32  # groups within groups
MAX_OBJECTS = 50_000  # groups and datasets, each counted by every path that leads to it
SLACK = 16 << 20  # bytes that may be declared without being stored
MAX_DEFLATE = (
    1_100  # how many times as large deflated bytes can become; the format's limit is 1,032
)
MAX_RATIO = 50_000  # the same for other filters
DEFLATE_ONLY = {1, 2, 3}  # deflate, shuffle, checksum
FILTERS = {307: "bzip2", 32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32013: "ZFP",
           32015: "zstd", 32026: "Blosc2"}  # fmt: skip


ByName = Callable[[str], bool]  # whether an array is one of some


def none(_name: str) -> bool:
    """Tell that an array is none of them."""
    return False


@contextmanager
def open_hdf5(path: Path, in_pieces: ByName = none) -> Iterator["h5py.File"]:
    """Open an HDF5 file for reading, after `check_hdf5`.

    What HDF5 raises while the file is read inside the ``with`` statement is not changed.

    Parameters
    ----------
    path
        A regular file.
    in_pieces
        As for `check_hdf5`.

    Yields
    ------
    The open file.

    Raises
    ------
    DataError
        If the file is not HDF5, is damaged, is being written by another program, needs a filter
        that is not installed, or is not safe to read.
    """
    import h5py

    source = short_path(path)
    _refuse_special(path, source)
    try:
        file = h5py.File(path, "r")
    except Exception as error:
        raise _why_not_open(error, source, is_hdf5=_has_signature(path)) from error
    with file:
        check_hdf5(file, source=source, in_pieces=in_pieces)
        yield file


def check_hdf5(file: "h5py.File", *, source: str, in_pieces: ByName = none) -> int:
    """Check that reading an HDF5 file touches no other file and fits into the memory.

    Parameters
    ----------
    file
        An open file.
    source
        What to call it in an error.
    in_pieces
        Tells by the name of a dataset, without the first slash, whether only some of it is in
        memory at a time: then it may be larger than that.

    Returns
    -------
    Bytes that all datasets take in memory, as the file declares them.

    Raises
    ------
    DataError
        If the file has links to other files, external storage or virtual datasets; if it declares
        much more than it stores, or more than the memory holds; if groups contain each other or
        are nested deeper than 32 levels; if it is damaged, or needs a filter that is not installed.
    """
    try:
        stored: list[tuple[int, int]] = []
        n_bytes = n_needed = 0
        for name, size, unit in _sizes(file, source, stored):
            n_bytes += size
            n_needed += min(size, unit) if in_pieces(name) else size
        path = Path(file.filename)
        if path.is_file() and has_endless_heap(path, stored):
            raise DataError(_damaged(source))
    except DataError:
        raise
    except Exception as error:  # damaged files make h5py raise nearly anything
        raise DataError(_damaged(source)) from error
    check_memory(n_needed, source)
    return n_bytes


def _sizes(
    file: "h5py.File", source: str, stored: list[tuple[int, int]]
) -> Iterator[tuple[str, int, int]]:
    """Walk through all groups by every path, without recursion.

    Yields name and size of each dataset, and what is read and unpacked of it in one go. Places and
    sizes of what datasets store are added to `stored`.
    """
    import h5py

    waiting: list[tuple[Any, str, int]] = [(file["/"], "", 0)]
    n_objects = 0
    while waiting:
        group, path, depth = waiting.pop()
        for name in group:
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                raise DataError(
                    f"{source} has a link {quoted(name)} to another file, which is not followed; "
                    "copy what it points to into this file, then open it again."
                )
            try:
                found = group[name]
            except KeyError:
                if isinstance(link, h5py.SoftLink):
                    continue  # it points to nothing
                raise
            n_objects += 1
            if depth >= MAX_DEPTH or n_objects > MAX_OBJECTS:
                raise DataError(
                    f"{source} has groups that contain each other or are nested too deeply; "
                    "write it again, for example by adata.write_h5ad."
                )
            if isinstance(found, h5py.Dataset):
                yield f"{path}{name}", *_checked_size(found, source)
                _add_stored(found, stored)
            elif isinstance(found, h5py.Group):
                waiting.append((found, f"{path}{name}/", depth + 1))


def _checked_size(dataset: "h5py.Dataset", source: str) -> tuple[int, int]:
    """Return the bytes that a dataset takes in memory, after checking that it really holds them.

    The second number is what must be unpacked to read any part of it.
    """
    from h5py import h5d

    properties = dataset.id.get_create_plist()
    if dataset.is_virtual or properties.get_external_count():
        raise DataError(
            f"{source} keeps {quoted(dataset.name)} in another file (external storage or a virtual "
            "dataset), which is not read; copy the values into this file, then open it again."
        )
    _check_filters(dataset, properties, source)
    shape = dataset.shape
    if shape is None:  # a null dataspace
        return 0, 0
    item = max(int(dataset.id.get_type().get_size()), 1)
    n_bytes = int(math.prod(shape)) * item
    stored = int(dataset.id.get_storage_size())
    held, unit = stored, 0
    if properties.get_layout() == h5d.CHUNKED:
        unit = math.prod(properties.get_chunk()) * item  # read and unpacked in one go
        held = dataset.id.get_num_chunks() * unit if n_bytes else 0
    ratio = MAX_DEFLATE if _filters(properties) <= DEFLATE_ONLY else MAX_RATIO
    if n_bytes > held + SLACK or (n_bytes and max(n_bytes, unit) > ratio * stored + SLACK):
        raise DataError(
            f"{source} is damaged: {quoted(dataset.name)} declares {gigabytes(n_bytes)}, far more "
            "than the file holds; copy, download or write it again."
        )
    return n_bytes, unit


def _add_stored(dataset: "h5py.Dataset", stored: list[tuple[int, int]]) -> None:
    """Add where a dataset stores its values."""
    if dataset.chunks is None:
        place = dataset.id.get_offset()
        if place is not None:
            stored.append((int(place), int(dataset.id.get_storage_size())))
    elif hasattr(dataset.id, "chunk_iter"):  # not in every build of h5py
        dataset.id.chunk_iter(
            lambda chunk: stored.append((int(chunk.byte_offset), int(chunk.size)))
        )


def _filters(properties: Any) -> set[int]:
    return {properties.get_filter(place)[0] for place in range(properties.get_nfilters())}


def _check_filters(dataset: "h5py.Dataset", properties: Any, source: str) -> None:
    """Raise for a dataset that cannot be unpacked; hdf5plugin is used where it is installed."""
    from h5py import h5z

    missing = [code for code in _filters(properties) if not h5z.filter_avail(code)]
    if missing:
        with suppress(ImportError):
            import hdf5plugin  # noqa: F401  # registers its filters
        missing = [code for code in missing if not h5z.filter_avail(code)]
    if missing:
        name = FILTERS.get(missing[0], f"HDF5 filter {missing[0]}")
        raise DataError(
            f"{source} is compressed by {name} (in {quoted(dataset.name)}), which h5py cannot read "
            "alone; run pip install hdf5plugin, then open the file again."
        )


def _refuse_special(path: Path, source: str) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise DataError(f"There is no file {source}; check its name.") from error
    if not stat.S_ISREG(mode):
        raise DataError(f"{source} is not a regular file; copy its content into one and open that.")


def _has_signature(path: Path) -> bool:
    """Return whether a file has the signature of HDF5, perhaps after a user block."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            place = 0
            while place < size:
                file.seek(place)
                if file.read(8) == b"\x89HDF\r\n\x1a\n":
                    return True
                place = 2 * place or 512
    except OSError:
        pass
    return False


def _why_not_open(error: Exception, source: str, *, is_hdf5: bool) -> DataError:
    busy = isinstance(error, OSError) and error.errno in (errno.EAGAIN, errno.EACCES)
    if (busy and "lock" in str(error)) or "already open for write" in str(error):
        return DataError(
            f"{source} is open for writing in another program; close it there, or copy the file, "
            "then open it again."
        )
    if isinstance(error, PermissionError):
        return DataError(f"{source} cannot be read; ask its owner for access.")
    if is_hdf5:
        return DataError(_damaged(source))
    return DataError(
        f"{source} is not an HDF5 file, whatever its name says; give it the name of what it is, "
        "or download it again."
    )


def _damaged(source: str) -> str:
    return f"{source} is damaged or cut off; copy or download it again."
