"""The commands ``peakvi-widgets course ...``, for teachers."""

from __future__ import annotations

from pathlib import Path

import click

from ..click_errors import one_line_errors


@click.group()
def course() -> None:
    """Check the courses of a workshop, and see how far a class is."""


@course.command()
@click.argument("file", type=click.Path(path_type=Path))
@one_line_errors
def check(file: Path) -> None:
    """Check a course FILE; what is wrong is said with the number of its line."""
    from .course_file import read_course

    found = read_course(file)
    n_checked = sum(bool(step.conditions) for step in found.steps)
    click.echo(f"{file.name}: {found.title!r}, {len(found.steps)} steps, {n_checked} are checked.")


@course.command()
def conditions() -> None:
    """List what a step may ask of a session."""
    from .conditions import CONDITIONS

    for condition in CONDITIONS.values():
        click.echo(f"{condition.words}: {condition.example}  # {condition.help}")


@course.command(name="class")
@click.argument("folder", type=click.Path(path_type=Path))
@one_line_errors
def class_(folder: Path) -> None:
    """Show how far the students are who share FOLDER; nothing in it is changed."""
    from .class_folder import class_progress

    table = class_progress(folder)
    click.echo(table.to_string() if len(table) else "No students yet.")
