"""Which fragments file belongs to counts, and which a file of a session may name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..access import may_open

USUAL_NAMES = ("fragments.tsv.gz", "atac_fragments.tsv.gz")


def fragments_of(named: str, source: str, uns: Mapping[str, Any]) -> str:
    """Return the path that was named, or of what lies beside the counts where that is gone.

    Parameters
    ----------
    named
        Path of a fragments file; empty where none was named.
    source, uns
        As for `fragments_beside`.
    """
    try:
        is_there = bool(named) and Path(named).is_file()
    except (OSError, ValueError):
        is_there = False
    return named if is_there else fragments_beside(source, uns) or named


def is_remote(path: str) -> bool:
    r"""Tell whether a path is an address, or leads to another machine (``\\server\folder``)."""
    return "://" in path or path.strip()[:2].replace("\\", "/") == "//"


def lies_with(named: str, file: Path | None, source: str) -> bool:
    """Tell whether a path that a file names leads into its own folder, or into that of the counts.

    Only such a path is opened without asking, because a file from elsewhere may name any path. One
    that a page may not open (see ``settings.restricted``) does not count.

    Parameters
    ----------
    named
        Path of a fragments file.
    file
        The file that names it; None where it is not known.
    source
        What was opened.
    """
    if is_remote(named) or not Path(named).is_absolute():
        return False
    try:
        folders = [] if file is None else [file.parent]
        if source and not is_remote(source) and Path(source).is_file():
            folders.append(Path(source).parent)
        path = Path(named).resolve()
        return may_open(path) and any(path.is_relative_to(one.resolve()) for one in folders)
    except (OSError, ValueError, RuntimeError):
        return False


def fragments_beside(source: str, uns: Mapping[str, Any]) -> str:
    """Return the path of a fragments file that belongs to counts; empty where there is none.

    Parameters
    ----------
    source
        What was opened. Looked at are its own folder, and the one around a folder of Cell Ranger.
    uns
        Of the AnnData: muon keeps a path in ``uns["files"]["fragments"]``.

    Returns
    -------
    A file of this machine with the usual name, or the only one whose name ends in it. One that a
    page may not open (see ``settings.restricted``) is left out, and so is one of another machine:
    to look there tells it who asks. Of a built-in data set, its own.
    """
    from ..data.datasets import DATASETS

    built_in = DATASETS.get(source)
    if built_in is not None and not Path(source).exists():
        return str(built_in.fragments or "")
    named = uns.get("files")
    given = named.get("fragments") if isinstance(named, Mapping) else None
    places = [Path(given)] if isinstance(given, str) and not is_remote(given) else []
    try:
        at = Path(source).expanduser()
        if source and not is_remote(source) and at.exists():
            for folder in (at, at.parent) if at.is_dir() else (at.parent,):
                places += [folder / name for name in USUAL_NAMES]
                others = sorted(folder.glob("*fragments.tsv.gz"))
                places += others if len(others) == 1 else []
        return next((str(path) for path in places if path.is_file() and may_open(path)), "")
    except (OSError, ValueError, RuntimeError):
        return ""
