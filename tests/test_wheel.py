"""The wheel alone is enough: it carries the front end, and its user needs no Node."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory) -> Path:
    """A Python that has the wheel from its own folder and the dependencies from ours."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install"]
    run(*pip, "--no-deps", "--no-index", "--no-compile", wheel, cwd=home)
    [site] = home.glob("lib/python*/site-packages")
    # A path that a .pth adds is searched, but .pth files in it (our editable install) are not read.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python


def run(*command: object, **options: object) -> str:
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_every_built_file_is_in_the_wheel(wheel):
    built = {path.name for path in (ROOT / "peakvi_widgets" / "static").glob("*")}
    with zipfile.ZipFile(wheel) as opened:
        carried = {
            name.rpartition("/")[2]
            for name in opened.namelist()
            if name.startswith("peakvi_widgets/static/")
        }
        names = {name.rpartition("/")[2] for name in opened.namelist()}
    data = {"pbmc10k_fragments.tsv.gz", "pbmc10k_fragments.tsv.gz.tbi", "markers.md", "believe.md"}
    assert data <= names
    assert "viewer.js" in carried
    assert carried == built


def test_wheel_holds_the_package_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as opened:
        tops = {name.split("/")[0] for name in opened.namelist()}
    assert tops == {"peakvi_widgets", f"{'-'.join(wheel.stem.split('-')[:2])}.dist-info"}


def test_installed_wheel_makes_a_viewer_without_node(python, tmp_path):
    path = str(python.parent)
    assert shutil.which("node", path=path) is None
    program = "import peakvi_widgets as pv; v = pv.Viewer(); print(pv.__file__, len(str(v._esm)))"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    said = run(python, "-c", program, cwd=tmp_path, env={**kept, "PATH": path})
    file, size = said.rsplit(" ", 1)
    assert Path(file).is_relative_to(python.parents[1])
    assert int(size) > 1000
