"""The site of the documentation: built, complete, and without anything from elsewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import peakvi_widgets as pv

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The text of each page by its name."""
    site = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    done = subprocess.run(
        [*build, "-f", str(ROOT / ".docs" / "mkdocs.yml")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {
        path.relative_to(site).as_posix(): path.read_text("utf-8") for path in site.rglob("*.html")
    }


def test_notebooks_and_parts_of_the_readme_have_pages(pages):
    notebooks = {f"lessons/{path.stem}.html" for path in ROOT.glob("notebooks/*.ipynb")}
    assert notebooks | {"index.html", "believe.html", "from_scvi.html"} <= set(pages)
    assert "Which differences to believe" in pages["believe.html"]
    assert "See the class, and hand in" in pages["lessons/07_workshop.html"].split("<article")[1]
    for name, text in pages.items():
        titles = re.findall(r"<h[12][^>]*>(.*?)<", text.split("<article")[-1])
        assert len(titles) == len(set(titles)), name


def test_nothing_is_loaded_from_elsewhere(pages):
    loaded = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*(?:src|href)=["']?(?:https?:)?//""")
    assert [name for name, text in pages.items() if loaded.search(text)] == []


def test_each_public_name_is_described(pages):
    described = "".join(text for name, text in pages.items() if name.startswith("api/"))
    missing = [name for name in pv.__all__ if not re.search(rf'id="[\w.]+\.{name}"', described)]
    assert missing == ["__version__", "data", "model"]
    assert 'id="peakvi_widgets.Session.find_markers"' in pages["api/session.html"]
    assert "da_check" in pages["api/session.html"]  # a trait


def test_parameters_have_their_own_types_and_defaults(pages):
    text = re.sub(r"<[^>]+>|\s+", " ", pages["api/model.html"])
    of = re.search(r"dropout_rate \((.*?)\)", re.sub(" +", " ", text).replace("( ", "("))
    assert of is not None
    assert of[1].split() == ["float", ",", "default:", "0.1"]


def test_what_is_returned_is_prose_behind_its_type(pages):
    returned = re.search(r"Returns:.*?</ul>", pages["api/data.html"], flags=re.DOTALL)
    assert returned is not None
    words = re.sub(r"<[^>]+>|\s+", " ", returned[0]).split()
    assert words[:2] == ["Returns:", "AnnData"]
    assert "``" not in words
