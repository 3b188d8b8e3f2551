"""What VS Code and Colab forbid stands in no source of the browser part, nor in what is built.

No address that is fetched, no listener on the whole page, no style of the whole page (that each
rule begins at ``.pv`` js/test/contrast.test.ts tells), no code made out of text, no module by
address. What really happens on a page, tests/e2e/test_hosts.py notes.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for path in ROOT.glob("js/src/**/*") if path.suffix in {".ts", ".css"})
BUILT = sorted(
    path for path in ROOT.glob("peakvi_widgets/static/*") if path.suffix in {".js", ".css"}
)
PAGE = r"(?<![\w.])(?:document(?:\.body|\.documentElement)?|window|globalThis)\s*[?!]?\."
FORBIDDEN = {
    "listener on the whole page": re.compile(PAGE + r"(?:addEventListener|on[a-z]+\s*=[^=])"),
    "style of the whole page": re.compile(
        r"document\.(?:head\b|adoptedStyleSheets)|createElement\([\"'`](?:style|link|script)"
    ),
    "code made out of text": re.compile(r"(?<![\w.$])eval\(|\bFunction(?:\.apply)?\("),
    "module by address": re.compile(
        r"(?<![\w.$])import\(|\bimportScripts\(|(?:@import|\bfrom)\s*(?:url\(|[\"'](?:\w+:)?//)"
    ),
    "request": re.compile(
        r"(?<![\w.$])fetch\(|XMLHttpRequest|new WebSocket\(|EventSource\(|sendBeacon\("
    ),
    "address": re.compile(r"\b(?:https?|wss?)://(?!www\.w3\.org/2000/svg\b)[^\s\"'`)]*|url\(//"),
}


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def found(text: str) -> list[str]:
    """Return what is forbidden in a text, each with its kind."""
    return [
        f"{kind}: {match[0]}"
        for kind, pattern in FORBIDDEN.items()
        for match in pattern.finditer(text)
    ]


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_source_leaves_the_page_alone(path):
    assert found(path.read_text()) == []


def test_built_files_leave_the_page_alone():
    assert {path.stem for path in BUILT} >= {"viewer", "embedding", "training", "theme"}
    assert {path.name: found(path.read_text()) for path in BUILT} == {
        path.name: [] for path in BUILT
    }


def test_module_is_one_file():
    for path in BUILT:
        assert re.findall(r"(?:^|[;}\n])import[\s{\"'*]", path.read_text()) == [], path.name


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("listener on the whole page", 'window.addEventListener("keydown", press)'),
        ("listener on the whole page", "document.body?.addEventListener('click', close)"),
        ("listener on the whole page", "document.onkeydown = press"),
        ("style of the whole page", "document.head.append(sheet)"),
        ("style of the whole page", 'document.createElement("style")'),
        ("code made out of text", "eval(text)"),
        ("code made out of text", 'new Function("return 1")'),
        ("module by address", 'await import("https://esm.sh/preact")'),
        ("module by address", '@import "//example.org/other.css";'),
        ("request", 'fetch("/api")'),
        ("address", "https://cdn.jsdelivr.net/npm/d3"),
        ("address", "background: url(//fonts.example.org/a.woff)"),
    ],
)
def test_what_is_forbidden_is_found(kind, text):
    assert any(one.startswith(f"{kind}: ") for one in found(text))
