"""Courses: lessons in Markdown whose steps look at a session to see whether they are done.

What belongs here: how a course file is read, what a step may ask of a session, how far a student
is, and the page that a student hands in. Nothing of the screen, no computation.

A course is one Markdown file::

    ---
    title: From open regions to a gene
    data: pbmc10k
    ---
    What it is about.

    ## Draw around some cells
    What to do, in a few lines.

    ```step
    button: lasso
    done when:
      cells in group 1: 50
    hints:
      - Hold the mouse button down while you draw.
    question: Why is this cloud apart?
    ```
"""

from .class_folder import class_progress
from .conditions import CONDITIONS, Condition
from .course_file import Course, Step, find_course, read_course
from .markdown_blocks import blocks_of
from .student import Student
from .summary_page import summary_page

__all__ = [
    "CONDITIONS",
    "Condition",
    "Course",
    "Step",
    "Student",
    "blocks_of",
    "class_progress",
    "find_course",
    "read_course",
    "summary_page",
]
