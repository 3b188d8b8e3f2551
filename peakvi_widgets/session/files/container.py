"""A session file on disk: one zip of plain parts, written whole or not at all, read with distrust.

Nothing in it is compressed and nothing is a pickle, so that reading it takes no more room than the
file, runs nothing, and no part lands outside the folder it is read into. ``session.json`` names the
parts with their size and checksum.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from ...arguments import shown
from ...errors import DataError
from ...files import is_disk_error, reason, refuse_existing, replacing, short, unwritten

ENDING = ".peakvi"
FORMAT = 1
FACTS = "session.json"
PARTS = {
    "counts.h5ad",  # what was opened
    "opened.h5ad",  # what was known of it, where the counts are in a file of their own
    "cells.h5ad",  # the cells and regions that were kept, and all results
    "arrays.npz",  # selection, groups, places
    "table.npz",  # the comparison
    "model/model.json",
    "model/model.safetensors",
    "model/training.safetensors",
}
MAX_FACTS = 1 << 28  # bytes of session.json
MAX_WHY_CHARS = 80


def pack(path: Path, folder: Path, facts: dict[str, Any], *, overwrite: bool) -> None:
    """Write the parts that lie in a folder, and the facts, into one file, and check it.

    Raises
    ------
    DataError
        As for `write_whole`; or what is on the disk is not what was written.
    """
    found = sorted(name for name in PARTS if (folder / name).is_file())
    parts = {name: [(folder / name).stat().st_size, _checksum(folder / name)] for name in found}
    whole = {"format": FORMAT, "kind": "peakvi session", "parts": parts, **facts}
    refuse_existing(path, overwrite)
    text = json.dumps(whole)
    if len(text) > MAX_FACTS:
        raise DataError(f"{short(path)} would hold a record that is too long to be read again.")
    with replacing(path) as new:
        with zipfile.ZipFile(new, "w", zipfile.ZIP_STORED, allowZip64=True) as file:
            file.writestr(FACTS, text)
            for name in found:
                file.write(folder / name, name)
        _check_written(new, path)


def _check_written(new: Path, path: Path) -> None:
    """Read a file back, part by part, before it takes the place of another."""
    with zipfile.ZipFile(new) as file:
        facts = _facts(path, file)
        for name, (size, checksum) in facts["parts"].items():
            with file.open(name) as stream:
                found = checksum_of(stream)
            if [file.getinfo(name).file_size, found] != [size, checksum]:
                raise OSError(f"{name} is not on the disk as it was written")


@contextmanager
def own_folder(path: Path) -> Iterator[Path]:
    """Yield a folder on the same disk as the file to come, that is gone afterwards.

    Raises
    ------
    DataError
        The disk is full, or nothing may be written there.
    """
    try:
        folder = TemporaryDirectory(
            prefix=f".{path.name[:60]}.", dir=path.parent, ignore_cleanup_errors=True
        )
        with folder as name:
            yield Path(name)
    except OSError as error:
        raise unwritten(path, error) from error
    except DataError as error:
        # it names a part in this temporary folder
        if error.__cause__ is None or not is_disk_error(error.__cause__):
            raise
        raise unwritten(path, error.__cause__) from error
    except Exception as error:
        if not is_disk_error(error):
            raise
        raise unwritten(path, error) from error


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Read the parts of a session file into a folder, and return its facts.

    Raises
    ------
    DataError
        It is not a session file, damaged, or of a newer version.
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
        raise DataError(f"{short(path)} cannot be read: {reason(error)}.") from error
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        if zipfile.is_zipfile(path):
            raise damaged(path, error) from error
        raise _foreign(path) from error
    except DataError:
        raise
    except Exception as error:
        # a file that was damaged on purpose can fail in any way; all mean the same
        raise damaged(path, error) from error
    return facts


def read_facts(path: Path) -> dict[str, Any]:
    """Return the facts of a session file without its parts.

    Raises
    ------
    DataError
        It is not a session file.
    """
    try:
        with zipfile.ZipFile(path) as file:
            if file.getinfo(FACTS).compress_type != zipfile.ZIP_STORED:
                raise _foreign(path)
            return _facts(path, file)
    except DataError:
        raise
    except Exception as error:
        # a file that was damaged on purpose can fail in any way; all mean the same
        raise _foreign(path) from error


def _facts(path: Path, file: zipfile.ZipFile) -> dict[str, Any]:
    try:
        with file.open(FACTS) as stream:
            facts = json.loads(stream.read(MAX_FACTS))
    except (KeyError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _foreign(path) from error
    if not isinstance(facts, dict) or facts.get("kind") != "peakvi session":
        raise _foreign(path)
    if facts.get("format") != FORMAT:
        raise DataError(
            f"{short(path)} is a session of format {shown(facts.get('format'))}, this version "
            f"reads {FORMAT}; update peakvi_widgets."
        )
    return facts


def _foreign(path: Path) -> DataError:
    return DataError(
        f"{short(path)} is not a session file; open one that session.save() has written."
    )


def damaged(path: Path, why: str | BaseException) -> DataError:
    """Return the error for a file that cannot be right: one sentence, however long the reason."""
    if isinstance(why, BaseException):
        why = reason(why) if str(why) else type(why).__name__
    said = "".join(letter if letter.isprintable() else " " for letter in why)
    said = said if len(said) <= MAX_WHY_CHARS else f"{said[:MAX_WHY_CHARS]}..."
    return DataError(f"{short(path)} is damaged ({said}); use another copy of it.")


def _checksum(path: Path) -> int:
    with path.open("rb") as stream:
        return checksum_of(stream)


def checksum_of(stream: IO[bytes]) -> int:
    """Return the CRC-32 of all that a stream still gives."""
    checksum = 0
    while block := stream.read(1 << 22):
        checksum = zlib.crc32(block, checksum)
    return checksum
