"""Compiled code is kept for the next process, and never taken where it is not right."""

import hashlib
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

numba = pytest.importorskip("numba")

from peakvi_widgets.engine import kept_code, kernels, pairs  # noqa: E402
from peakvi_widgets.engine.kept_code import keep_code, make_folder  # noqa: E402

ROOT = Path(__file__).parents[2]
SOURCE = "FACTOR = {factor}\ndef times(x):\n    return x * FACTOR\n"


def compiled(folder, factor=3, source=SOURCE, **options):
    """Return a new dispatcher, as another process would make it."""
    module = types.ModuleType("made_for_a_test")
    exec(source.format(factor=factor), module.__dict__)
    return keep_code(numba.njit(**options)(module.times), folder)


def found(dispatcher):
    """Return for how many types code was read from disk."""
    return sum(dispatcher._cache_hits.values())


def found_again(folder):
    """Return for how many types the next dispatcher reads code from disk."""
    dispatcher = compiled(folder)
    dispatcher(2)
    return found(dispatcher)


def test_the_next_dispatcher_reads_what_was_compiled(tmp_path):
    first, second = compiled(tmp_path), compiled(tmp_path)
    assert (first(2), found(first)) == (6, 0)
    assert (second(2), found(second)) == (6, 1)


def test_each_type_has_code_of_its_own(tmp_path):
    compiled(tmp_path)(2)
    other = compiled(tmp_path)
    assert (other(0.5), found(other)) == (1.5, 0)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"factor": 5}, 10),
        ({"source": SOURCE.replace("x *", "x +")}, 5),
        ({"source": SOURCE.replace("FACTOR\n", "7\n")}, 14),
        ({"error_model": "numpy"}, 6),
    ],
)
def test_other_code_or_constants_or_options_are_compiled_anew(tmp_path, changed, wanted):
    compiled(tmp_path)(2)
    other = compiled(tmp_path, **changed)
    assert (other(2), found(other)) == (wanted, 0)


def test_a_damaged_file_is_replaced(tmp_path):
    compiled(tmp_path)(2)
    (file,) = tmp_path.iterdir()
    content = file.read_bytes()
    file.write_bytes(content[:-9])
    second = compiled(tmp_path)
    assert (second(2), found(second)) == (6, 0)
    assert len(file.read_bytes()) == len(content)


def test_a_file_that_cannot_be_read_is_replaced(tmp_path):
    compiled(tmp_path)(2)
    (file,) = tmp_path.iterdir()
    content = b"no pickle"
    file.write_bytes(hashlib.sha256(content).digest() + content)
    assert compiled(tmp_path)(2) == 6
    assert found_again(tmp_path) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="has other rights")
@pytest.mark.parametrize("which", ["folder", "file"])
def test_code_that_others_may_write_is_not_run(tmp_path, which):
    folder = tmp_path / "compiled" / "some-1"
    compiled(folder)(2)
    assert [path.stat().st_mode & 0o77 for path in (folder.parent, folder)] == [0, 0]
    assert found_again(folder) == 1
    path = folder if which == "folder" else next(folder.iterdir())
    path.chmod(0o777)
    second = compiled(folder)
    assert (second(2), found(second)) == (6, 0)


def test_without_compiling_functions_stay_as_they_are(monkeypatch, tmp_path):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", True)
    keeping = kept_code._keeping(numba.njit, tmp_path)
    names = {"__name__": "umap.some", "keeping": keeping}
    exec("@keeping('f4(f4)', cache=True)\ndef same(x):\n    return x", names)
    assert names["same"](3) == 3


def test_where_nothing_can_be_written_it_is_compiled_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    assert compiled(tmp_path / "file" / "folder")(2) == 6


def test_the_oldest_folders_of_a_kind_go(tmp_path):
    other = tmp_path / "other-1"
    make_folder(other)
    for number in range(kept_code.MAX_FOLDERS + 2):
        make_folder(tmp_path / f"some-{number}")
        os.utime(tmp_path / f"some-{number}", (number, number))
    assert other.is_dir()
    assert not (tmp_path / "some-0").exists()
    assert len(list(tmp_path.glob("some-*"))) == kept_code.MAX_FOLDERS


def test_our_loops_call_none_of_another_file():
    """A file is named by its own source: what another one says would be missed."""
    for module in (kernels, pairs):
        for loop in vars(module).values():
            if hasattr(loop, "py_func"):
                assert loop.py_func.__module__ == module.__name__


AT_ONCE = """import sys, time
from pathlib import Path
from peakvi_widgets.engine.kept_code import keep_code
import numba
folder, kind = Path(sys.argv[1]), getattr(numba.types, sys.argv[2])
def plus(x):
    return x + 1
function = keep_code(numba.njit(plus), folder / "code")
(folder / sys.argv[2]).touch()
while len(list(folder.glob("*64"))) < 2:
    time.sleep(0.001)
function.compile((kind,))
print(function({"int64": 1, "float64": 1.0}[sys.argv[2]]), sum(function._cache_hits.values()))"""


def run(code, *arguments, **environment):
    """Start a process."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process):
    """Wait for a process and return what it printed."""
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out.split()


@pytest.mark.slow
def test_two_kernels_that_compile_at_once_leave_each_other_alone(tmp_path):
    kinds = ("int64", "float64")
    at_once = [run(AT_ONCE, tmp_path, kind) for kind in kinds]
    assert [said(process) for process in at_once] == [["2", "0"], ["2.0", "0"]]
    later = [said(run(AT_ONCE, tmp_path, kind)) for kind in kinds]
    assert later == [["2", "1"], ["2.0", "1"]]


PLACED = """import hashlib, sys, warnings
import numpy as np
from peakvi_widgets.session import neighbors
if sys.argv[1] == "plain":
    import umap
warnings.simplefilter("error", ImportWarning)
cells = np.random.default_rng(0).normal(size=(300, 6)).astype("float32")
steps = neighbors._placed(cells, 10, 0.2, 30, 0)
while True:
    try:
        next(steps)
    except StopIteration as end:
        placed = end.value
        break
import umap.umap_
print(type(umap.umap_.smooth_knn_dist._cache).__name__)
print(sum(umap.umap_.smooth_knn_dist._cache_hits.values()))
for found in (placed.obsm["X_umap"], placed.obsp["connectivities"].data):
    print(hashlib.sha256(np.ascontiguousarray(found)).hexdigest())"""


@pytest.mark.slow
def test_the_map_is_the_same_to_the_last_bit_with_and_without_kept_code():
    plain = said(run(PLACED, "plain"))
    said(run(PLACED, "kept"))  # as may be: compiled now, or earlier
    kept = said(run(PLACED, "kept"))
    assert (plain[0], kept[:2]) == ("NullCache", ["KeptCode", "1"])
    assert kept[2:] == plain[2:]


def test_numba_gets_a_folder_where_nothing_can_be_written(monkeypatch):
    from numba.core import caching

    def refuse(*_):
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(caching.FunctionCache, "__init__", refuse)
    kept_code._let_numba_write.__wrapped__()
    assert Path(numba.config.CACHE_DIR).is_dir()
