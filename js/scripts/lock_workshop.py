"""Pin what a workshop needs, as it is installed here: ``python js/scripts/lock_workshop.py``.

It writes ``notebooks/workshop-requirements.txt``: every package that peakvi-widgets and its extra
``all`` need, and those that these need, with the version in this environment. What only other
platforms need is not in it; pip chooses the version of that.
"""

import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
FILE = ROOT / "notebooks/workshop-requirements.txt"
HEAD = """\
# What a workshop needs, pinned; written by js/scripts/lock_workshop.py.
# On a machine without a graphics card first:
# pip install torch=={torch} --index-url https://download.pytorch.org/whl/cpu
"""


def declared() -> list[Requirement]:
    """Return what the package says that it needs, with its extra ``all``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    texts = list(project["dependencies"])
    for extra in Requirement(extras["all"][0]).extras:
        texts += extras[extra]
    return [Requirement(text) for text in texts]


def pinned() -> dict[str, str]:
    """Return the installed version of each package that is needed, by name."""
    found: dict[str, str] = {}
    waiting = [(one.name, frozenset(one.extras)) for one in declared()]
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (canonicalize_name(name), extras) in seen:
            continue
        seen.add((canonicalize_name(name), extras))
        try:
            installed = distribution(name)
        except PackageNotFoundError:  # of another platform, or of another build of torch
            continue
        found[canonicalize_name(name)] = Version(installed.version).public
        for text in installed.requires or ():
            more = Requirement(text)
            marker = more.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in {"", *extras}):
                waiting.append((more.name, frozenset(more.extras)))
    return found


def written(versions: dict[str, str]) -> str:
    """Return the file."""
    lines = [f"{name}=={version}" for name, version in sorted(versions.items())]
    return HEAD.format(torch=versions["torch"]) + "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(written(pinned()))
