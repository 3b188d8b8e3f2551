"""House rules that a machine can keep."""

import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import ANY

import pytest

ROOT = Path(__file__).parents[1]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


PACKAGE = ROOT / "peakvi_widgets"
PANELS = sorted(path.stem for path in (PACKAGE / "panels").glob("[!_]*.py"))
TOP_LEVEL = {
    *("pyproject.toml", "peakvi_widgets", "js", "tests", "notebooks", "README.md"),  # the user's
    *("LICENSE", "CHANGELOG.md", "Makefile", "constraints.txt"),
    *("build", "dist"),  # made here, not committed
}
TEXT = {".py", ".ts", ".tsx", ".mjs", ".css", ".json", ".toml", ".md", ".ipynb", ".txt", ".yaml"}
SOURCES = sorted(
    path
    for pattern in (
        "peakvi_widgets/**/*.py",
        "tests/**/*.py",
        "js/scripts/*",
        "js/src/**/*.ts*",
        "js/src/**/*.css",
        "js/test/**/*.ts*",
    )
    for path in ROOT.glob(pattern)
    if path.is_file()
)
TEXTS = sorted(
    {
        *SOURCES,
        *(path for path in ROOT.iterdir() if path.suffix in TEXT or path.name == "Makefile"),
        *(path for path in ROOT.glob("notebooks/*") if path.suffix in TEXT),
        *(path for path in ROOT.glob("js/*") if path.suffix in TEXT - {".json"}),
    }
)
ELSEWHERE = re.compile(r"(?<![\w.:/~-])/(?:home|root|tmp|Users|mnt|opt)/\w")


def test_files_are_short_enough_to_read_at_once():
    # the contract is written by a script, and grows with every command
    n_lines = {named(path): len(read(path).splitlines()) for path in SOURCES}
    assert len(n_lines) > 500
    assert {name: n for name, n in n_lines.items() if n > 400} == {"js/src/contract.ts": ANY}


def test_files_open_with_their_one_job():
    opening = {".py": '"""', ".ts": "/", ".tsx": "/", ".mjs": "/", ".css": "/*"}
    described = [path for path in SOURCES if "js/test" not in named(path) and read(path)]
    assert len(described) > 500
    assert [named(p) for p in described if not read(p).startswith(opening[p.suffix])] == []


def test_files_name_no_machine():
    found = {named(path): ELSEWHERE.findall(read(path)) for path in TEXTS}
    assert len(found) > 500
    assert {name: places for name, places in found.items() if places} == {}
    assert [named(path) for path in TEXTS if str(ROOT) in read(path)] == []


def test_package_does_not_read_the_tests_data():
    shared = re.compile(r"\.\./shared|[\"']shared[\"']")
    modules = sorted(PACKAGE.glob("**/*.py"))
    assert len(modules) > 200
    assert [named(path) for path in modules if shared.search(read(path))] == []


@pytest.mark.parametrize("name", PANELS)
def test_panel_has_its_twin_and_both_tests(name):
    for twins in (
        [f"js/src/panels/{name}.ts", f"js/src/panels/{name}.tsx"],
        [f"js/test/{name}.test.ts", f"js/test/{name}.test.tsx"],
        [f"tests/panels/test_{name}.py"],
    ):
        assert any((ROOT / twin).is_file() for twin in twins), f"{twins[0]} is missing"


def test_browser_panel_has_its_python_twin():
    browser = {path.stem for path in ROOT.glob("js/src/panels/[!_]*.ts*")}
    assert sorted(browser) == PANELS


@pytest.mark.parametrize("command", ["lint-imports", "python js/scripts/contract.py --check"])
def test_floors_and_contract_hold(command):
    program, *arguments = command.split()
    program = Path(sys.executable).parent / program
    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_top_level_is_the_users():
    entries = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert entries - TOP_LEVEL == set()
