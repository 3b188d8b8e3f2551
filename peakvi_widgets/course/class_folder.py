"""A folder that a class shares: one small file a student, which the teacher reads.

Each student's window writes its own file and reads no other. The files are read with distrust: one
that is damaged is left out and said so.
"""

from __future__ import annotations

import json
import re
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from ..arguments import encodable, one_line
from ..errors import DataError
from ..files import write_whole
from .student import MAX_NAME, Student

if TYPE_CHECKING:
    import pandas as pd

MAX_BYTES = 20_000
MAX_FILES = 1_000
YEARS = range(2000, 2200)  # others are no time of a lesson
SUFFIX = ".course.json"
FIELDS = {"student": str, "course": str, "step": int, "done": int, "of": int, "tries": int}


def write_progress(student: Student, folder: Path) -> Path:
    """Write how far a student is; the former file of the same name is replaced.

    Raises
    ------
    DataError
        The student has no name, or the file cannot be written.
    """
    if not student.name.strip():
        raise DataError("A class folder needs a name of the student: workshop(..., student='Ada').")
    facts = {
        "student": student.name,
        "course": student.course.title,
        "step": student.step + 1,
        "done": student.n_done,
        "of": len(student.done),
        "tries": sum(student.tries),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path = folder / f"{_file_name(student.name)}{SUFFIX}"
    text = encodable(json.dumps(facts, ensure_ascii=False, indent=1))
    write_whole(path, text.encode(), overwrite=True)
    return path


def class_progress(folder: str | Path) -> pd.DataFrame:
    """Read how far the students of a class are.

    Parameters
    ----------
    folder
        The one that all of them name in ``workshop(..., folder=...)``. Nothing in it is changed.

    Returns
    -------
    One row a student, by name: ``course``, ``step``, ``done``, ``of`` (steps), ``tries`` (failed
    checks) and ``at`` (time of the last change, UTC).

    Raises
    ------
    DataError
        It is not a folder.

    Warns
    -----
    UserWarning
        Files are no progress of a student; they are left out.
    """
    import pandas as pd

    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(
            f"The folder {folder} was not found; give the folder that the class shares."
        )
    files = sorted(folder.glob(f"*{SUFFIX}"))
    rows = [_facts_in(path) for path in files[:MAX_FILES]]
    good = [row for row in rows if row is not None]
    if left_out := len(files) - len(good):
        warnings.warn(f"{left_out} files were skipped: they are not progress files.", stacklevel=2)
    table = pd.DataFrame(good, columns=[*FIELDS, "at"])
    table["at"] = pd.to_datetime(table["at"], utc=True)
    return table.set_index("student").sort_index()


def _file_name(student: str) -> str:
    """Return a name for files on any disk, a different one for each student."""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", student).strip("_")[:40] or "student"
    return plain if plain == student else f"{plain}-{crc32(encodable(student).encode()):08x}"


def _facts_in(path: Path) -> dict[str, Any] | None:
    """Return what a file says of a student; None if it is not such a file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        facts = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(facts["at"]).astimezone(UTC)
        values = {name: facts[name] for name in FIELDS}
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    if at.year not in YEARS:
        return None
    if any(type(values[name]) is not kind for name, kind in FIELDS.items()):
        return None
    if any(not 0 <= values[name] < 10**6 for name, kind in FIELDS.items() if kind is int):
        return None
    texts = {name: one_line(values[name], MAX_NAME) for name in ("student", "course")}
    return {**values, **texts, "at": at}
