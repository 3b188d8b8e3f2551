"""A session of counts that are larger than memory may hold is the same as any other."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from peakvi_widgets import cache, settings
from peakvi_widgets.data import read, simulate
from peakvi_widgets.data.counts import is_mapped
from peakvi_widgets.data.kept import size_in_memory
from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    adata = simulate(300, 400, density=0.25, n_types=3, n_batches=2, seed=0)
    path = tmp_path_factory.mktemp("counts") / "a.h5ad"
    adata.write_h5ad(path)
    return path


def opened(file, memory, monkeypatch):
    monkeypatch.setattr(settings, "memory", memory)
    session = Session(file)
    session.wait()
    return session


def continued(session, folder):
    session.open(folder / "a.peakvi")
    session.wait()


def is_same(one, other):
    assert (one != other).nnz == 0
    assert one.dtype == other.dtype


def worked_on(file, memory, monkeypatch):
    """Do all that reads counts."""
    session = opened(file, memory, monkeypatch)
    session.setup(batch_key="batch", held_out=0.2)
    session.preview()
    session.wait()
    session.filter(min_cells=60, min_regions=80)
    session.wait()
    session.preview()
    session.wait()
    session.train("quick", max_epochs=2, batch_size=64)
    session.wait()
    session.groups_by("cell_type", "type_1")
    session.compare(n_samples=200)
    session.wait()
    session.color_by = session.regions[3]
    session.wait()
    return session


def test_the_whole_way_is_the_same(file, tmp_path, monkeypatch, without_umap):
    one, other = (worked_on(file, memory, monkeypatch) for memory in ("1 GB", 1000))
    assert [is_mapped(s.adata.X) for s in (one, other)] == [False, True]
    assert [is_mapped(s.opened.X) for s in (one, other)] == [False, True]
    is_same(one.adata.X, other.adata.X)
    assert one.data_hash == other.data_hash
    assert one.da_result.equals(other.da_result)
    assert one.dimensions == other.dimensions
    for name in ("regions_per_cell", "cells_per_region"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    latents = [s.model.get_latent_representation() for s in (one, other)]
    assert np.array_equal(*latents)
    assert one.script.replace(str(file), "") == other.script.replace(str(file), "")
    one.save(tmp_path / "one.peakvi")
    other.save(tmp_path / "other.peakvi")
    one.wait()
    other.wait()
    assert f"(its counts stay in {file})" in other.notice.text
    with zipfile.ZipFile(tmp_path / "other.peakvi") as written:
        assert "counts.h5ad" not in written.namelist()
    one, again = Session(tmp_path / "one.peakvi"), Session(tmp_path / "other.peakvi")
    one.wait()
    again.wait()
    for name in ("opened", "adata"):
        is_same(getattr(again, name).X, getattr(one, name).X)
        assert is_mapped(getattr(again, name).X)
        assert is_mapped(getattr(one, name).X)  # its file holds the counts
        assert getattr(again, name).obs.equals(getattr(one, name).obs)
    assert again.da_result.equals(one.da_result)
    assert again.counts_file == str(file)
    assert one.counts_file == ""


def test_what_undo_keeps_is_listed_with_what_it_takes(file, monkeypatch):
    session = opened(file, 1000, monkeypatch)
    for min_cells in (60, 90):
        session.filter(min_cells=min_cells)
        session.wait()
    last, of_file = session.adata, [one for one in cache.entries() if one.source]
    kept = [one for one in cache.entries() if not one.source]
    assert len(of_file) == 1
    assert len(kept) == 2
    assert kept[-1].n_regions == last.n_vars
    assert kept[-1].n_bytes > last.X.nnz * 5
    session.undo()
    assert len(cache.entries()) == 3  # as it can be done again


def test_a_session_file_finds_its_counts_beside_it_or_says_what_is_missing(
    file, tmp_path, monkeypatch
):
    there, here = tmp_path / "there" / "a.h5ad", tmp_path / "a.h5ad"
    there.parent.mkdir()
    shutil.copy(file, there)
    session = opened(there, 1000, monkeypatch)
    assert "lie on disk" in session.notice.text
    session.filter(min_cells=60)
    session.save(tmp_path / "a.peakvi")
    session.wait()
    there.rename(here)
    again = Session(tmp_path / "a.peakvi")
    again.wait()
    assert again.counts_file == str(here)
    is_same(again.adata.X, session.adata.X)
    again.save(tmp_path / "again.peakvi")
    again.wait()
    assert f"its counts stay in {here}" in again.notice.text
    adata = read(here, memory="1 GB")
    adata.X.data[0] += 1
    adata.write_h5ad(here)
    with pytest.raises(DataError, match="no longer holds the counts of"):
        continued(again, tmp_path)
    here.unlink()
    with pytest.raises(DataError, match="which is not there; put it there, or beside"):
        continued(again, tmp_path)
    monkeypatch.setattr(settings, "restricted", True)
    monkeypatch.setattr(settings, "folder", str(there.parent))
    shutil.copy(file, here)  # is not to be seen
    with pytest.raises(DataError, match="which is not there"):
        continued(again, tmp_path)


@pytest.mark.parametrize("change", [os.unlink, os.utime])
def test_a_session_file_holds_counts_that_their_file_may_not(file, tmp_path, monkeypatch, change):
    session = opened(shutil.copy(file, tmp_path), 1000, monkeypatch)
    session.filter(min_cells=60)
    session.wait()
    change(tmp_path / "a.h5ad")
    session.save(tmp_path / "a.peakvi")
    session.wait()
    assert "its counts stay in" not in session.notice.text
    again = Session(tmp_path / "a.peakvi")
    again.wait()
    assert again.counts_file == ""
    for name in ("opened", "adata"):
        is_same(getattr(again, name).X, getattr(session, name).X)


def test_what_was_added_to_cells_comes_back_beside_counts_in_their_own_file(
    file, tmp_path, monkeypatch
):
    session = opened(file, 1000, monkeypatch)
    session.adata.obs["mine"] = np.arange(session.n_cells)
    session.adata.var["also"] = 1.5
    session.filter(min_cells=60, min_regions=80)
    session.save(tmp_path / "a.peakvi")
    session.wait()
    for memory in (1000, "1 GB"):
        monkeypatch.setattr(settings, "memory", memory)
        again = Session(tmp_path / "a.peakvi")
        again.wait()
        assert again.opened.obs.equals(session.opened.obs)
        assert again.opened.var.equals(session.opened.var)
        again.filter(min_cells=1)
        again.wait()
        assert {"mine", "batch"} <= set(again.adata.obs)
        again.save(tmp_path / "b.peakvi", overwrite=True)
        again.wait()
        assert f"its counts stay in {file}" in again.notice.text


def test_a_name_that_no_file_of_counts_can_have_is_one_sentence(file, tmp_path, monkeypatch):
    session = opened(file, 1000, monkeypatch)
    session.save(tmp_path / "whole.peakvi")
    session.wait()
    for name, message in ((5, "is damaged"), ("a\0b", "is damaged"), ("", "without counts")):
        with (
            zipfile.ZipFile(tmp_path / "whole.peakvi") as old,
            zipfile.ZipFile(tmp_path / "a.peakvi", "w") as new,
        ):
            for part in old.namelist():
                content = old.read(part)
                if part == "session.json":
                    content = json.dumps(json.loads(content) | {"counts_file": name}).encode()
                new.writestr(part, content)
        with pytest.raises(DataError, match=message):
            continued(session, tmp_path)
    monkeypatch.setattr(settings, "restricted", True)
    monkeypatch.setattr(settings, "folder", str(tmp_path))
    (tmp_path / "whole.peakvi").replace(tmp_path / "a.peakvi")
    with pytest.raises(DataError, match="outside the folder that this server shows; put them"):
        continued(session, tmp_path)


def test_a_filter_leaves_what_was_opened_on_disk_where_memory_is_short(file, monkeypatch):
    size = 5 * read(file).X.nnz
    session = opened(file, 1.5 * size, monkeypatch)
    assert not is_mapped(session.adata.X)
    before = session.adata.X.copy()
    session.filter(min_cells=10)
    session.wait()
    assert size_in_memory(session.opened.X) == 0
    assert size_in_memory(session.adata.X) > 0.9 * size
    is_same(session.opened.X, before)
    session.filter(min_cells=100)  # of what was opened
    session.wait()
    assert (np.diff(before[:, session.opened.var_names.isin(session.regions)].tocsc().indptr)).all()
    session.undo()
    session.undo()
    assert session.adata is session.opened
    is_same(session.adata.X, before)
    session.redo()
    session.train("quick", max_epochs=1)
    session.wait()
    assert not session.notice.text.startswith("session.adata was changed")


def test_where_the_disk_is_full_a_filter_goes_on_in_memory(file, monkeypatch):
    session = opened(file, 1.5 * 5 * read(file).X.nnz, monkeypatch)
    monkeypatch.setattr("peakvi_widgets.data.count_files.made_cache_folder", _full)
    session.filter(min_cells=10)
    session.wait()
    assert not is_mapped(session.opened.X)
    assert session.filter_settings.min_cells == 10


def test_where_the_disk_is_full_counts_of_a_session_file_are_held_in_memory(
    file, tmp_path, monkeypatch
):
    session = opened(file, "1 GB", monkeypatch)
    session.save(tmp_path / "a.peakvi")
    session.wait()
    monkeypatch.setattr(settings, "memory", 1000)
    monkeypatch.setattr("peakvi_widgets.data.count_files.made_cache_folder", _full)
    again = Session(tmp_path / "a.peakvi")
    again.wait()
    assert not is_mapped(again.adata.X)
    is_same(again.adata.X, session.adata.X)


def _full():
    raise OSError(28, "No space left on device")


def test_an_anndata_of_counts_on_disk_is_opened_without_a_copy(file, monkeypatch):
    adata = read(file, memory=1)
    session = Session(adata)
    session.wait()
    assert is_mapped(session.adata.X)
    assert np.shares_memory(session.adata.X.indices, adata.X.indices)
    assert session.data_hash == opened(file, "1 GB", monkeypatch).data_hash


# the C library hands what is freed back to the system at once
GIVES_BACK = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "131072", "OMP_NUM_THREADS": "1"}

BIG = """
import json, sys, threading, time
from pathlib import Path
import numpy as np
import peakvi_widgets as pv
from peakvi_widgets.engine.plan import plan_from

def held():
    text = Path("/proc/self/status").read_text()
    return int(text.split("RssAnon:")[1].split()[0]) * 1024

def work(path, memory):
    pv.settings.memory, pv.settings.progress = memory, False
    session = pv.Session(path)
    session.wait()
    session.filter(min_cells=10)
    session.wait()
    pv.PEAKVI.setup_anndata(session.adata, held_out=0.2)
    model = pv.PEAKVI(session.adata, n_hidden=16)
    for _ in model.training(plan_from("standard", start="none", max_steps=3, n_threads=1)):
        pass
    model.get_latent_representation()
    half = np.arange(session.adata.n_obs) % 2 == 0
    model.differential_accessibility(idx1=half, n_samples=100, check=True)
    session.color_by = session.regions[3]
    session.select(half)
    session.wait()
    return session

work(sys.argv[1], "1 GB")  # imports and compiles
before, most, is_over = held(), [0], threading.Event()
def watch():
    while not is_over.wait(0.005):
        most[0] = max(most[0], held())
watching = threading.Thread(target=watch)
watching.start()
counts = work(sys.argv[2], "1 MB").adata.X
is_over.set()
watching.join()
print(json.dumps([most[0] - before, counts.nnz * 5]))
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="Linux tells what is held")
def test_memory_does_not_grow_with_the_counts(tmp_path):
    """All that reads counts of 140 MB holds less than they take."""
    adata = simulate(300, 4000, density=0.3, n_types=3, seed=0)
    for name, times in (("few", 1), ("many", 80)):
        write_tiled(tmp_path / f"{name}.h5ad", adata, times)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", BIG, tmp_path / "few.h5ad", tmp_path / "many.h5ad"],
        capture_output=True, text=True, check=False, timeout=500,
        env={**os.environ, **GIVES_BACK},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    most, size = json.loads(done.stdout.splitlines()[-1])
    assert size > 100e6
    assert most < 0.8 * size


def write_tiled(path, adata, times):
    """Write the same cells again and again, without holding them all."""
    import h5py
    import pandas as pd
    from anndata.io import write_elem

    x, n = adata.X, adata.n_obs * times
    with h5py.File(path, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        group = file.create_group("X")
        group.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0"})
        group.attrs["shape"] = [n, adata.n_vars]
        for name, dtype in (("data", "u1"), ("indices", "i4")):
            stored = group.create_dataset(name, (x.nnz * times,), dtype, chunks=(1 << 18,))
            for start in range(0, len(stored), x.nnz):
                stored[start : start + x.nnz] = getattr(x, name)
        lengths = np.tile(np.diff(x.indptr), times)
        group["indptr"] = np.concatenate([[0], np.cumsum(lengths, dtype="i8")])
        cells = pd.DataFrame(index=[f"cell_{number}" for number in range(n)])
        write_elem(file, "obs", cells)
        write_elem(file, "var", adata.var)
