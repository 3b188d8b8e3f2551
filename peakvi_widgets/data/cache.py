"""Counts on disk that were too large for memory: what there is, and how to be rid of it.

``peakvi_widgets.cache.entries()`` lists them, ``peakvi_widgets.cache.clear()`` removes them. They
are made again when they are needed; ``peakvi_widgets.settings.cache_folder`` says where they lie.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .counts_folder import ABOUT, abandoned_folders, cache_folder, size_of, stored_folders

__all__ = ["Entry", "clear", "entries", "folder"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Counts on disk.

    Attributes
    ----------
    source
        The file that they were read from; empty for what a filter kept, which belongs to this
        process and goes with the last session, model or AnnData that shows it. (So do counts of a
        file that another process stored meanwhile.)
    n_cells, n_regions
        Their size.
    n_bytes
        What they take on disk.
    used
        When they were last opened.
    folder
        Where they lie; what a filter kept has no name there any more.
    """

    source: str
    n_cells: int
    n_regions: int
    n_bytes: int
    used: datetime
    folder: Path


def folder() -> Path:
    """Return the folder in which they lie; it may not be there yet."""
    return cache_folder()


def entries() -> tuple[Entry, ...]:
    """List the counts on disk, those that were opened last at the end.

    What filters kept comes after them, also if only undo shows it: of this process alone, as
    nothing is known of others.
    """
    from .unnamed_counts import unnamed_counts

    found = []
    for place in stored_folders(cache_folder()):
        try:
            about = json.loads((place / ABOUT).read_text())
            n_cells, n_regions = map(int, about["shape"])
            used = datetime.fromtimestamp((place / ABOUT).stat().st_mtime, UTC)
        except (OSError, ValueError, KeyError, TypeError):
            continue
        source = str(about.get("source", ""))
        found.append(Entry(source, n_cells, n_regions, size_of(place), used, place))
    for one in unnamed_counts():
        if one.folder.parent == cache_folder():
            found.append(Entry("", *one.shape, one.n_bytes, one.since, one.folder))
    return tuple(found)


def clear() -> int:
    """Remove all counts on disk; return how many bytes that gives back.

    Counts that are open stay readable, where the system lets open files be removed, and give their
    room back when they are closed. What a process is still writing stays, and what filters kept:
    that goes with the last session, model or AnnData that shows it.
    """
    home = cache_folder()
    places = [*stored_folders(home), *abandoned_folders(home)]
    n_bytes = sum(map(size_of, places))
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
    return n_bytes
