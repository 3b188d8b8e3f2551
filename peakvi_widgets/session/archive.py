"""A session file on disk: one zip of plain parts, written whole or not at all, read with distrust.

Nothing in it is compressed and nothing is a pickle, so that reading it takes no more room than the
file, runs nothing, and no part lands outside the folder it is read into. ``session.json`` names the
parts with their size and checksum.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ..errors import DataError

ENDING = ".peakvi"
FORMAT = 1
FACTS = "session.json"
PARTS = {
    "counts.h5ad",  # what was opened
    "cells.h5ad",  # the cells and regions that were kept, and all results
    "arrays.npz",  # selection, groups, places
    "table.npz",  # the comparison
    "model/model.json",
    "model/model.safetensors",
    "model/training.safetensors",
}
LONGEST = 1 << 28  # bytes of session.json


def write_whole(path: Path, content: bytes, *, overwrite: bool) -> None:
    """Write a file under another name and move it there; a full disk loses nothing.

    Raises
    ------
    DataError
        It is there already and ``overwrite`` is off, or it cannot be written.
    """
    with _replacing(path, overwrite) as new:
        new.write_bytes(content)


def pack(path: Path, folder: Path, facts: dict[str, Any], *, overwrite: bool) -> None:
    """Write the parts that lie in a folder, and the facts, into one file.

    Raises
    ------
    DataError
        As for `write_whole`.
    """
    found = sorted(name for name in PARTS if (folder / name).is_file())
    parts = {name: [(folder / name).stat().st_size, _checksum(folder / name)] for name in found}
    whole = {"format": FORMAT, "kind": "peakvi session", "parts": parts, **facts}
    with (
        _replacing(path, overwrite) as new,
        zipfile.ZipFile(new, "w", zipfile.ZIP_STORED, allowZip64=True) as file,
    ):
        file.writestr(FACTS, json.dumps(whole))
        for name in found:
            file.write(folder / name, name)


def refuse_existing(path: Path, overwrite: bool) -> None:
    """Raise a `DataError` when a file is there that may not be replaced."""
    if path.exists() and not overwrite:
        raise DataError(
            f"{path} is there already; choose another name, or replace it (overwrite=True)."
        )


@contextmanager
def own_folder(path: Path) -> Iterator[Path]:
    """Yield a folder on the same disk as the file to come, that is gone afterwards.

    Raises
    ------
    DataError
        The disk is full, or nothing may be written there.
    """
    try:
        with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as name:
            yield Path(name)
    except OSError as error:
        raise _unwritten(path, error) from error


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Read the parts of a session file into a folder, and return its facts.

    Raises
    ------
    DataError
        It is no session file, damaged, or of a newer version.
    """
    try:
        with zipfile.ZipFile(path) as file:
            members = file.infolist()
            if any(member.compress_type != zipfile.ZIP_STORED for member in members):
                raise _foreign(path)
            if sum(member.file_size for member in members) > path.stat().st_size:
                raise _foreign(path)
            facts = _facts(path, file)
            names = [member.filename for member in members]
            listed = set(facts["parts"])
            if sorted(names) != sorted([FACTS, *listed]) or not listed <= PARTS:
                raise damaged(path, "parts are missing, or are there that do not belong")
            for name, (size, checksum) in facts["parts"].items():
                target = folder / name
                target.parent.mkdir(exist_ok=True)
                file.extract(name, folder)
                if [target.stat().st_size, _checksum(target)] != [size, checksum]:
                    raise damaged(path, f"{name} is not what was saved")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        if zipfile.is_zipfile(path):
            raise damaged(path, str(error)) from error
        raise _foreign(path) from error
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        if isinstance(error, DataError):
            raise
        raise damaged(path, repr(error)) from error
    return facts


def _facts(path: Path, file: zipfile.ZipFile) -> dict[str, Any]:
    try:
        with file.open(FACTS) as stream:
            facts = json.loads(stream.read(LONGEST))
    except (KeyError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _foreign(path) from error
    if not isinstance(facts, dict) or facts.get("kind") != "peakvi session":
        raise _foreign(path)
    if facts.get("format") != FORMAT:
        raise DataError(
            f"{path} is a session of format {facts.get('format')}, this version reads {FORMAT}; "
            "update peakvi_widgets."
        )
    return facts


def _unwritten(path: Path, error: OSError) -> DataError:
    return DataError(
        f"{path} cannot be written: {error.strerror or error}. What was there is unchanged."
    )


def _foreign(path: Path) -> DataError:
    return DataError(f"{path} is no session file; open one that session.save() wrote.")


def damaged(path: Path, why: str) -> DataError:
    """Return the error for a file that cannot be right."""
    return DataError(f"{path} is damaged ({why}); use another copy of it.")


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 22):
            checksum = zlib.crc32(block, checksum)
    return checksum


@contextmanager
def _replacing(path: Path, overwrite: bool) -> Iterator[Path]:
    """Yield a new file beside the path, and move it there when all went well."""
    refuse_existing(path, overwrite)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield new
        with new.open("rb+") as stream:
            os.fsync(stream.fileno())
        os.replace(new, path)
    except OSError as error:
        raise _unwritten(path, error) from error
    finally:
        new.unlink(missing_ok=True)
