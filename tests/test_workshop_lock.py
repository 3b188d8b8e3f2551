"""What a workshop installs is pinned, and is what the package says that it needs."""

import runpy
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FILE = ROOT / "notebooks/workshop-requirements.txt"


def test_pins_are_within_what_the_package_allows():
    lines = FILE.read_text().splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    declared = runpy.run_path(str(ROOT / "js/scripts/lock_workshop.py"))["declared"]()
    assert len(declared) > 20
    wrong = [
        one
        for one in map(str, declared)
        if not Requirement(one).specifier.contains(
            pins.get(canonicalize_name(Requirement(one).name), "0")
        )
    ]
    assert wrong == []


def test_torch_is_the_one_that_is_tested():
    torch = (ROOT / "constraints.txt").read_text().split()[-1]
    assert torch in FILE.read_text().split()
