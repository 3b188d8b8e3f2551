"""Plain words: identifiers, docstrings, comments and texts use the English of a manual.

`DIALECT` lists what once made this package hard to read, with a plainer word for each.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DIALECT = {
    r"told": "recorded, sent, notified",
    r"stood": "was, were",
    r"(?:un)?heard": "received, noticed",
    r"(?:given|gives|giving|give)[ _]up": "cancelled, stopped",
    r"by[ _](?:itself|themselves)": "automatically",
    r"(?<!there )is no(?! (?:longer|such|more)\b)": "is not a",
    r"under[ _]way": "in progress",
    r"anew": "again",
    r"by heart": "memorised",
    r"nobody|somebody|whoever": "who does it",
    r"makes? no sense": "is invalid",
    r"\w*neighbour\w*": "neighbor",
    r"on show": "shown, visible, current",
    r"(?<!24 )colour\w*": "color",
}
WORDS = re.compile(
    "|".join(rf"(?<![^\W_])(?:{word})(?![^\W_])" for word in DIALECT), flags=re.IGNORECASE
)
PATTERNS = (
    "peakvi_widgets/**/*.py",
    "js/scripts/*.py",
    "js/src/**/*.ts",
    "js/test/*.ts",
    "*.md",
    ".github/*.md",
)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


SOURCES = sorted(path for pattern in PATTERNS for path in ROOT.glob(pattern))


def test_words_are_plain():
    assert len(SOURCES) > 500
    found = [
        f"{named(path)}:{n}: {line.strip()}"
        for path in SOURCES
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if WORDS.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "what was told", "_told = 1", "given_up", "GIVEN_UP = ()", "it closes by itself",
        "it is no number", "Nobody waits.", "why_unheard", "the colour_by", "on show",
        "with_neighbours",
    ],
)  # fmt: skip
def test_dialect_is_found(text):
    assert WORDS.search(text)


@pytest.mark.parametrize(
    "text", ["there is no file", "it is no longer valid", "a tolder", "understood", "on shows"]
)
def test_plain_english_passes(text):
    assert not WORDS.search(text)
