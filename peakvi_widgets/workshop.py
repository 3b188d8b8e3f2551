"""A course beside the window: steps with text, checks on what is really there, and hints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .course import Student, find_course, read_course, summary_page
from .course.class_folder import write_progress
from .errors import DataError
from .files import write_whole
from .panels.course import CoursePanel
from .paths import absolute_path
from .viewer import Viewer

if TYPE_CHECKING:
    from .session import Session

TAB = "Course"


class Workshop:
    """A viewer with a course docked on its right; display it as the last line of a cell.

    Attributes
    ----------
    viewer
        The window.
    panel
        The course panel.
    student
        How far the student is: ``student.n_done``, ``student.answers``.
    """

    def __init__(self, viewer: Viewer, panel: CoursePanel) -> None:
        self.viewer, self.panel = viewer, panel
        viewer.window.add_dock_widget(panel, name=TAB, area="right")

    @property
    def session(self) -> Session:
        """The session of the viewer."""
        return self.viewer.session

    @property
    def student(self) -> Student:
        """How far the student is."""
        return self.panel.student

    def go_to(self, step: int) -> None:
        """Show a step, counted from 1."""
        self.panel.go_to(step - 1)

    def hand_in(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write what the student did as one HTML page.

        Parameters
        ----------
        path
            A file that ends in ``.html``.
        overwrite
            Whether a file that is there may be replaced.

        Returns
        -------
        Where it is, as an absolute path.

        Raises
        ------
        DataError
            It has another ending, is there already, or cannot be written.
        """
        file = absolute_path(path)
        if file.suffix.lower() != ".html":
            raise DataError(f"{file.name} does not end in .html; give it that ending.")
        page = summary_page(self.student, self.session)
        write_whole(file, page.encode(), overwrite=overwrite)
        return file

    def close(self) -> None:
        """Close the course and the viewer."""
        self.panel.close()
        self.viewer.close()

    def __repr__(self) -> str:
        """Return title and progress."""
        student = self.student
        return f"Workshop({student.course.title!r}, {student.n_done} of {len(student.done)} steps)"

    def _repr_mimebundle_(self, **arguments: Any) -> Any:
        return self.viewer._repr_mimebundle_(**arguments)


def workshop(
    course: str | Path,
    *,
    student: str = "",
    folder: str | Path | None = None,
    data: Any = None,
) -> Workshop:
    """Open a course.

    Parameters
    ----------
    course
        ``"markers"`` (from a map of blood cells to MS4A1), ``"believe"`` (when a comparison may be
        believed), or the path of a course file; see `peakvi_widgets.course`.
    student
        Name of the student, for the page to hand in and the teacher's view.
    folder
        A folder that the class shares: how far the student is is written there, as one small file;
        ``class_progress(folder)`` shows the whole class. Needs ``student``.
    data
        What is opened instead of the data that the course names.

    Returns
    -------
    The viewer with the course; display it.

    Raises
    ------
    DataError
        The course was not found, its file is wrong, or ``folder`` is not a folder.

    Examples
    --------
    >>> import peakvi_widgets as pv
    >>> pv.workshop("markers", student="Ada")  # doctest: +SKIP
    """
    found = read_course(find_course(course))
    pupil = Student(found, student)
    shared = None if folder is None else absolute_path(folder)
    if shared is not None:
        if not shared.is_dir():
            raise DataError(
                f"The folder {shared} was not found; give the folder that the class shares."
            )
        write_progress(pupil, shared)

    def keep(now: Student) -> None:
        if shared is not None:
            write_progress(now, shared)

    viewer = Viewer(found.data if data is None else data)
    panel = CoursePanel(viewer.session, student=pupil, on_progress=keep, styled=False)
    return Workshop(viewer, panel)
