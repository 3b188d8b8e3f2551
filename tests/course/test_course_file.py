"""Courses are read, checked, and refused with the number of the line that is wrong."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakvi_widgets.course import CONDITIONS, blocks_of, find_course, read_course
from peakvi_widgets.course.course_file import BUTTONS, COURSES
from peakvi_widgets.errors import DataError

SOURCES = Path(__file__).parents[2] / "js" / "src"
GOOD = """---
title: A
data: pbmc10k
---
What it is **about**.

## First
Text.

```python
## no step, this is code
```

```step
button: lasso
done when:
  cells in group 1: 50
  group 1 is mostly: {column: kind, is: B}
hints:
  - Look up.
question: Why?
```

## Second
More.
"""


def written(tmp_path, text):
    path = tmp_path / "course.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_course_is_read(tmp_path):
    course = read_course(written(tmp_path, GOOD))
    assert (course.title, course.data, course.intro) == ("A", "pbmc10k", "What it is **about**.")
    first, second = course.steps
    assert (first.name, second.name, second.text) == ("First", "Second", "More.")
    assert first.text.startswith("Text.")
    assert "## no step" in first.text
    assert first.conditions == (
        ("cells in group 1", 50),
        ("group 1 is mostly", ("kind", "B", 0.8)),
    )
    assert (first.hints, first.button, first.question) == (("Look up.",), "lasso", "Why?")
    assert second.conditions == second.hints == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("```step", "````step"),
        ("```step", "   ```step "),
        ("question: Why?\n```", "question: Why?\n````"),
    ],
)
def test_blocks_end_as_in_markdown(tmp_path, old, new):
    text = GOOD.replace(old, new)
    if new == "````step":
        text = text.replace("question: Why?\n```", "question: Why?\n````")
    assert read_course(written(tmp_path, text)).steps[0].question == "Why?"


@pytest.mark.parametrize("fence", ["~~~", "````"])
def test_a_step_that_is_shown_as_code_is_none(tmp_path, fence):
    text = GOOD.replace("```step", f"{fence}\n```step").replace(
        "question: Why?\n```", f"question: Why?\n```\n{fence}"
    )
    step = read_course(written(tmp_path, text)).steps[0]
    assert step.conditions == ()
    assert "button: lasso" in step.text


@pytest.mark.parametrize("path", sorted(COURSES.glob("*.md")), ids=lambda path: path.stem)
def test_courses_of_the_package_are_right(path):
    course = read_course(find_course(path.stem))
    assert len(course.steps) >= 5
    assert any(step.conditions for step in course.steps)


@pytest.mark.parametrize(
    ("wrong", "line", "message"),
    [
        (("cells in group 1: 50", "cells in grup 1: 50"), 17, "did you mean cells in group 1?"),
        (("cells in group 1: 50", "cells in group 1: many"), 17, "a whole number above 0"),
        (("cells in group 1: 50", "cells in group 1: true"), 17, "a whole number above 0"),
        (("{column: kind, is: B}", "{column: kind}"), 18, "write {column: cell_type"),
        (("{column: kind, is: B}", "{column: kind, is: B, share: 2}"), 18, "a number up to 1"),
        (("button: lasso", "button: lazzo"), 15, "did you mean lasso?"),
        (("button: lasso", "buton: lasso"), 15, "did you mean button?"),
        (("question: Why?", "question: [1]"), 21, "write text"),
        (("done when:", "done when: [1"), 17, "this is not YAML"),
        (("## Second", "##"), 24, "a step has no name"),
        (("title: A\n", ""), 1, "the head has no title"),
        (("title: A", "title: [A]"), 2, "write a text"),
        (("---\ntitle", "title"), 1, "the file has no head"),
        (("title: A", "<<: {title: B}"), 2, "<< is not known"),
        (("hints:", "<<: {hints: 3}\nhints:"), 19, "<< is not known"),
        (("## First", "First"), 20, "the course has no step"),
        (("question: Why?\n```", "question: Why?"), 24, "a block does not end"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, wrong, line, message):
    assert GOOD.count(wrong[0]) >= 1
    text = GOOD.replace(*wrong, 1)
    if wrong[0] == "## First":
        text = text.split("## Second")[0].rstrip()
    with pytest.raises(DataError) as raised:
        read_course(written(tmp_path, text))
    said = str(raised.value)
    assert message in said
    found = re.search(r"course\.md, line (\d+):", said)
    assert found
    assert abs(int(found[1]) - line) <= (2 if "end" in message or "no step" in message else 0)


def test_files_that_are_no_courses_are_refused_in_a_sentence(tmp_path):
    binary = tmp_path / "a.md"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (binary, tmp_path / "none.md", tmp_path, written(tmp_path, "")):
        with pytest.raises(DataError):
            read_course(path)
    with pytest.raises(DataError, match="believe, markers"):
        find_course("markres")


def refused(path):
    """Return why a course is refused; None if it has steps."""
    try:
        return None if read_course(path).steps else ""
    except DataError as error:
        return str(error)


@given(st.text(max_size=300))
def test_any_text_is_a_course_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "course.md"
    for whole in (text, GOOD.replace("Text.", text), GOOD.replace("button: lasso", text)):
        path.write_text(whole, encoding="utf-8", errors="replace")
        said = refused(path)
        assert said is None or 10 < len(said) < 500


def test_examples_of_the_conditions_are_accepted(tmp_path):
    rows = "\n".join(f"  {row.words}: {row.example}" for row in CONDITIONS.values())
    text = GOOD.replace("  cells in group 1: 50\n  group 1 is mostly: {column: kind, is: B}", rows)
    assert len(read_course(written(tmp_path, text)).steps[0].conditions) == len(CONDITIONS)


def test_buttons_are_controls_of_the_window():
    sources = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.ts"))
    assert [name for name in BUTTONS.values() if f'"{name}"' not in sources] == []


def elements(blocks):
    for block in blocks:
        if not isinstance(block, str):
            yield block[0], block[1]
            yield from elements(block[2:])


def test_markdown_becomes_harmless_elements():
    text = (
        "A **b** *c* `d` [e](https://x.org) [f](javascript:alert) <script>g</script>\n\n"
        "[p](mailto:a@b.org) [q](page.html)\n\n"
        "- h\n- i\n\n> j\n\n```\n<k>\n```\n![l](https://x.org/p.png)"
    )
    blocks = blocks_of(text)
    found = list(elements(blocks))
    assert {name for name, _ in found} == {
        *("p", "strong", "em", "code", "a", "ul", "li", "blockquote", "pre"),
    }
    assert [address for _, address in found if address] == ["https://x.org"]
    assert ["pre", "", "<k>"] in blocks
    assert "<script>" in str(blocks)  # as text


@given(st.text(max_size=200))
def test_any_markdown_becomes_known_elements(text):
    known = {"p", "h4", "ul", "ol", "li", "em", "strong", "a", "code", "pre", "br", "hr"}
    known.add("blockquote")
    for name, address in elements(blocks_of(text)):
        assert name in known
        assert address == "" or (name == "a" and address.startswith(("https://", "http://")))
