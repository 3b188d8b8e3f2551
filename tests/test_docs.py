"""The site of the documentation is built, and every link in it leads somewhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path):
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path / "site"]
    done = subprocess.run(
        [*map(str, build), "-f", str(ROOT / ".docs" / "mkdocs.yml")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pages = {path.relative_to(tmp_path / "site").as_posix() for path in tmp_path.rglob("*.html")}
    notebooks = {f"lessons/{path.stem}.html" for path in ROOT.glob("notebooks/*.ipynb")}
    assert notebooks | {"index.html", "believe.html", "api/session.html"} <= pages
    session = (tmp_path / "site" / "api" / "session.html").read_text(encoding="utf-8")
    assert "find_markers" in session
    assert "Which differences to believe" in (tmp_path / "site" / "believe.html").read_text("utf-8")
