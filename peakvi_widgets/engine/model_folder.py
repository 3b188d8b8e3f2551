"""The folder of a model: which files belong to it, and how one model replaces another.

``model.json`` names the files with the weights and, where it was saved too, the training, each with
its size and checksum. It is written last, in one step, so that a folder holds the former model or
the new one, whole, whenever writing is cut off. Folders without these names hold files of fixed
names.
"""

import json
import os
import secrets
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from safetensors import SafetensorError

from ..errors import DataError
from ..files import is_disk_error, reason, short

WEIGHTS, FACTS, SCVI = "model.safetensors", "model.json", "model.pt"
TRAINING = "training.safetensors"  # written on request, see resume.py
MAX_FACTS = 1 << 28  # bytes of model.json
MAX_ERROR_CHARS = 290

_replacing = threading.Lock()  # two threads may save into one folder


class File(NamedTuple):
    """A file of a model."""

    name: str
    size: int
    checksum: int


def replace_model(
    folder: Path,
    facts: dict[str, Any],
    write_weights: Callable[[Path], None],
    write_training: Callable[[Path], None] | None,
) -> None:
    """Write a model into a folder that is there, in place of the one it may hold.

    Parameters
    ----------
    folder
        Where to.
    facts
        What ``model.json`` is to hold; the names of the files are added.
    write_weights, write_training
        Write the weights, and what it takes to go on training, to a path.

    Raises
    ------
    DataError
        Something could not be written; the model that was there is unchanged.
    """
    new: dict[str, Path] = {}
    try:
        with writing(folder):
            for name, write in ((WEIGHTS, write_weights), (TRAINING, write_training)):
                if write is not None:
                    new[name] = folder / f".{name}.{secrets.token_hex(4)}.new"
                    write(new[name])
                    _flush(new[name])
            with _replacing:
                files = {}
                for name, path in list(new.items()):
                    files[name] = _named(path, folder, name)
                    place = folder / files[name].name
                    if not place.exists():
                        new[f"moved {name}"] = place  # removed again if a later step fails
                    os.replace(path, place)
                new[FACTS] = folder / f".{FACTS}.{secrets.token_hex(4)}.new"
                text = json.dumps({**facts, "files": files}, indent=1)
                new[FACTS].write_text(text, encoding="utf-8")
                _flush(new[FACTS])
                os.replace(new[FACTS], folder / FACTS)
                new.clear()
                _remove_all_but(folder, {FACTS, *(file.name for file in files.values())})
    finally:
        for path in new.values():
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _named(new: Path, folder: Path, name: str) -> File:
    """Describe a new file under a name that no other file has, unless it has the same content."""
    found = File(name, new.stat().st_size, _checksum(new))
    if not (folder / name).exists():
        return found
    place = Path(name)
    return found._replace(name=f"{place.stem}-{found.checksum:08x}{place.suffix}")


def _remove_all_but(folder: Path, names: set[str]) -> None:
    """Remove what belonged to an earlier model; a file that cannot be removed does no harm."""
    for pattern in ("model*.safetensors", "training*.safetensors", SCVI):
        for path in folder.glob(pattern):
            if path.name not in names:
                with suppress(OSError):
                    path.unlink()


def remove_model(folder: Path) -> None:
    """Remove our model from a folder that holds one of scvi-tools now."""
    (folder / FACTS).unlink(missing_ok=True)
    for pattern in ("model*.safetensors", "training*.safetensors"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what keeps files from being written into a folder into a sentence.

    Raises
    ------
    DataError
        The folder is read-only, the disk is full, or the like.
    """
    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:  # as torch and safetensors raise it
        why = reason(error) if is_disk_error(error) else "the disk refused it"
        raise DataError(
            f"{short(folder)} cannot be written: {why}; give another folder, or make room."
        ) from error


def free_folder(folder: Path, overwrite: bool) -> Path:
    """Make a folder if it is missing, and return it if a model may be written into it.

    Raises
    ------
    DataError
        There is a model already and ``overwrite`` is off, or the folder is a file.
    """
    if not overwrite and holds_model(folder):
        raise DataError(
            f"{short(folder)} holds a model already; pass overwrite=True to replace it."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(
            f"{short(folder)} cannot be made: {reason(error)}; give another folder."
        ) from error
    return folder


def holds_model(folder: Path) -> bool:
    """Return whether a folder holds a model, of ours or of scvi-tools."""
    return any((folder / name).exists() for name in (FACTS, SCVI))


def read_facts(folder: Path) -> dict[str, Any]:
    """Read ``model.json``.

    Raises
    ------
    ValueError, OSError, RecursionError
        It cannot be read, or is not a JSON object.
    """
    path = folder / FACTS
    if path.stat().st_size > MAX_FACTS:
        raise ValueError(f"{FACTS} is too large")
    facts = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(facts, dict):
        raise ValueError(f"{FACTS} does not hold an object")
    return facts


def file_of(folder: Path, facts: dict[str, Any], name: str) -> Path | None:
    """Return where the weights or the training of a model are, after a check of size and content.

    Parameters
    ----------
    folder, facts
        The folder and its ``model.json``.
    name
        `WEIGHTS` or `TRAINING`.

    Returns
    -------
    The path; None where the model has no such file.

    Raises
    ------
    ValueError, OSError
        ``model.json`` names no file of this folder, or the file is not the one that was written.
    """
    files = facts.get("files")
    if files is None:  # written before files were named
        return folder / name if (folder / name).is_file() else None
    if name not in files:
        return None
    found, place = File(*files[name]), Path(name)
    stem = found.name.removesuffix(place.suffix)
    is_ours = found.name == name or stem.removeprefix(f"{place.stem}-").isalnum()
    if not is_ours or Path(found.name).name != found.name:
        raise ValueError(f"{FACTS} names a file that is not of a model")
    path = folder / found.name
    if path.stat().st_size != found.size or _checksum(path) != found.checksum:
        raise ValueError(f"{found.name} is not the file that was written")
    return path


def one_sentence(error: Exception) -> DataError:
    """Return an error whose text is short, whatever a file holds."""
    text = str(error)
    return DataError(text if len(text) <= MAX_ERROR_CHARS else f"{text[:MAX_ERROR_CHARS]}...")


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _checksum(path: Path) -> int:
    checksum = 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 22):
            checksum = zlib.crc32(block, checksum)
    return checksum
