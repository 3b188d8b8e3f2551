"""Reads a course from its Markdown file; what is wrong in it is said with the line's number."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..arguments import listed, one_line, shown
from ..errors import DataError
from .conditions import CONDITIONS

COURSES = Path(__file__).with_name("courses")
MAX_BYTES = 1_000_000
MAX_STEPS = 100
# Controls that a step may highlight: their name in a course file and in the window.
BUTTONS = {
    "filter": "apply-filter",
    "train": "train",
    "stop": "stop",
    "map": "embed",
    "clusters": "cluster",
    "lasso": "lasso",
    "color by": "color-by",
    "selection": "selection-count",
    "groups by": "groups-by",
    "compare": "da-compare",
    "settings of the comparison": "da-settings",
    "match cells": "match-by",
    "region": "region-where",
}
HEAD_KEYS = ("title", "data")
STEP_KEYS = ("button", "done when", "hints", "question")
SHAPE = "begin it with ---, title: ..., data: ..., --- and give each step a line ## Its name"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a course.

    Attributes
    ----------
    name
        Its heading.
    text
        What to do, as Markdown.
    conditions
        Pairs of the words of a condition and its value; all must be fulfilled.
    hints
        Shown one by one to those who try.
    button
        The control to highlight: its name in the window, or empty.
    question
        Answered in writing, or empty.
    """

    name: str
    text: str
    conditions: tuple[tuple[str, Any], ...] = ()
    hints: tuple[str, ...] = ()
    button: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """A course.

    Attributes
    ----------
    title
        Its title.
    data
        What is opened: the name of a built-in data set, or a path.
    intro
        What it is about, as Markdown.
    steps
        In order; one at least.
    """

    title: str
    data: str
    intro: str
    steps: tuple[Step, ...]


def find_course(name: str | Path) -> Path:
    """Return the file of a course: one of the package by its name, or a path.

    Raises
    ------
    DataError
        The course was not found.
    """
    known = {path.stem: path for path in sorted(COURSES.glob("*.md"))}
    if isinstance(name, str) and name in known:
        return known[name]
    path = Path(name)
    if path.is_file():
        return path
    raise DataError(
        f"The course {shown(str(name))} was not found; use {listed(known)}, or the path of one."
    )


def read_course(path: str | Path) -> Course:
    """Read and check a course.

    Parameters
    ----------
    path
        A Markdown file; `peakvi_widgets.course` shows its form.

    Raises
    ------
    DataError
        It cannot be read, or something in it is wrong; the sentence names file and line.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataError(f"{path.name} is larger than a course may be (1 MB).")
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not text in UTF-8; save it as such.") from error
    return _Reader(path.name, lines).course()


class _Reader:
    """Reads the lines of a course; a line is counted from 1."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self._name, self._lines = name, lines
        self._fences: list[tuple[int, int, str]] = []  # first line, last line, word after ```

    def course(self) -> Course:
        head, first = self._head()
        sections = list(self._sections(first))
        intro = "\n".join(self._lines[first : sections[0][0] if sections else None]).strip()
        steps = tuple(self._step(start, end) for start, end in sections)
        if not steps:
            raise self._wrong(len(self._lines), f"the course has no step; {SHAPE}.")
        if len(steps) > MAX_STEPS:
            raise self._wrong(sections[MAX_STEPS][0] + 1, f"there are more than {MAX_STEPS} steps.")
        return Course(head["title"], head["data"], intro, steps)

    def _wrong(self, line: int, what: str) -> DataError:
        return DataError(f"{self._name}, line {max(line, 1)}: {what}")

    def _head(self) -> tuple[dict[str, str], int]:
        """Return title and data, and the index of the line after the head."""
        if not self._lines or self._lines[0].strip() != "---":
            raise self._wrong(1, f"the file has no head; {SHAPE}.")
        ends = [i for i, line in enumerate(self._lines) if i > 0 and line.strip() == "---"]
        if not ends:
            raise self._wrong(1, "the head does not end; close it by a line of ---.")
        values, lines = self._yaml(1, ends[0])
        self._known(values, lines, HEAD_KEYS)
        for name in HEAD_KEYS:
            if name not in values:
                raise self._wrong(1, f"the head has no {name}; {SHAPE}.")
            if not isinstance(values[name], str) or not values[name].strip():
                raise self._wrong(lines[name], f"{name} is {shown(values[name])}; write a text.")
        return values, ends[0] + 1

    def _sections(self, first: int) -> Iterator[tuple[int, int]]:
        """Yield the first line of each step and the one after its last, as indices."""
        starts, fence, opened, kind = [], "", 0, ""
        for index in range(first, len(self._lines)):
            mark = re.match(r" {0,3}(```+|~~~+)\s*(\S*)", self._lines[index])
            if mark and not fence:
                fence, opened, kind = mark[1], index, mark[2]
            elif mark and mark[1].startswith(fence) and not mark[2]:
                self._fences.append((opened, index, kind))
                fence = ""
            elif not fence and re.match(r"##(\s|$)", self._lines[index]):
                starts.append(index)
        if fence:
            raise self._wrong(len(self._lines), f"a block does not end; close it by {fence}.")
        yield from zip(starts, [*starts, len(self._lines)][1:], strict=True)

    def _step(self, start: int, end: int) -> Step:
        name = self._lines[start].lstrip("#").strip()
        if not name:
            raise self._wrong(start + 1, "a step has no name; write one after ##.")
        blocks = [one for one in self._fences if start < one[0] < end and one[2] == "step"]
        if len(blocks) > 1:
            raise self._wrong(
                blocks[1][0] + 1, "a step has one block ```step at most; join the two."
            )
        if not blocks:
            return Step(name, "\n".join(self._lines[start + 1 : end]).strip())
        opened, closed, _ = blocks[0]
        text = [*self._lines[start + 1 : opened], *self._lines[closed + 1 : end]]
        values, lines = self._yaml(opened + 1, closed)
        self._known(values, lines, STEP_KEYS)
        return Step(
            name,
            "\n".join(text).strip(),
            tuple(self._conditions(values, lines)),
            tuple(self._texts(values, lines, "hints")),
            self._button(values, lines),
            "".join(self._texts(values, lines, "question")[:1]),
        )

    def _conditions(
        self, values: dict[str, Any], lines: dict[str, int]
    ) -> Iterator[tuple[str, Any]]:
        given = values.get("done when", {})
        if not isinstance(given, dict):
            raise self._wrong(lines["done when"], "write the conditions below done when, indented.")
        for words, value in given.items():
            line = lines.get(f"done when/{words}", lines["done when"])
            if words not in CONDITIONS:
                raise self._unknown(line, words, CONDITIONS, "condition")
            try:
                yield words, CONDITIONS[words].checked(value)
            except DataError as error:
                raise self._wrong(line, f"{words}: {error}") from error

    def _texts(self, values: dict[str, Any], lines: dict[str, int], name: str) -> list[str]:
        found = values.get(name, [])
        texts = found if isinstance(found, list) else [found]
        if any(not isinstance(text, str) or not text.strip() for text in texts):
            raise self._wrong(lines[name], f"{name} is {shown(found)}; write text.")
        return texts

    def _button(self, values: dict[str, Any], lines: dict[str, int]) -> str:
        if "button" not in values:
            return ""
        button = values["button"]
        if not isinstance(button, str) or button not in BUTTONS:
            raise self._unknown(lines["button"], button, BUTTONS, "button")
        return BUTTONS[button]

    def _known(self, values: dict[str, Any], lines: dict[str, int], names: tuple[str, ...]) -> None:
        for name in values:
            if name not in names:
                raise self._unknown(lines.get(str(name), 1), name, names, "entry")

    def _unknown(self, line: int, name: Any, known: Any, kind: str) -> DataError:
        near = difflib.get_close_matches(str(name), list(known), 1)
        hint = f"did you mean {near[0]}?" if near else f"use {listed(known)}."
        return self._wrong(line, f"{shown(name)} is not a known {kind}; {hint}")

    def _yaml(self, first: int, end: int) -> tuple[dict[str, Any], dict[str, int]]:
        """Return the entries of some lines of YAML, and the number of the line of each."""
        import yaml

        text = "\n".join(self._lines[first:end])
        try:
            node = yaml.compose(text, yaml.SafeLoader)
            values = yaml.safe_load(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = first + 1 + (mark.line if mark else 0)
            raise self._wrong(line, f"this is not YAML: {one_line(str(error.problem))}.") from error
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise self._wrong(first + 1, "this is not YAML.") from error
        if values is None:
            return {}, {}
        if not isinstance(values, dict):
            raise self._wrong(first + 1, f"write entries such as {STEP_KEYS[0]}: ...")
        lines: dict[str, int] = {}
        for key, value in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise self._wrong(
                    first + 1 + key.start_mark.line, "<< is not known here; write the entries."
                )
            lines[key.value] = first + 1 + key.start_mark.line
            if isinstance(value, yaml.MappingNode):
                for inner, _ in value.value:
                    lines[f"{key.value}/{inner.value}"] = first + 1 + inner.start_mark.line
        return values, lines
