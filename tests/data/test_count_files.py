"""Counts that are larger than memory may hold lie on disk, and are the same."""

import errno
import os
import shutil

import numpy as np
import pytest
from anndata import AnnData

from peakvi_widgets import cache, settings
from peakvi_widgets.data import counts_folder, filter_counts, read, reading
from peakvi_widgets.data.count_files import OnDisk, Room, counts_limit
from peakvi_widgets.data.count_rows import BYTES
from peakvi_widgets.data.counts import is_mapped, lies_in_file
from peakvi_widgets.data.kept import keeping_places
from peakvi_widgets.data.memory import bytes_of
from peakvi_widgets.errors import DataError
from peakvi_widgets.steps import result_of

from .conftest import FORMS

pytestmark = [
    pytest.mark.filterwarnings("ignore::peakvi_widgets.data.checks.DataWarning"),
    pytest.mark.filterwarnings("ignore:Writing zarr v2", "ignore:zarr v3 auto"),
]

MEMORY = "1 MB"  # of counts that take 6


def is_same(found, counts):
    assert np.array_equal(found.indptr, counts.indptr)
    assert np.array_equal(found.indices, counts.indices)
    assert np.array_equal(found.data, counts.data)
    assert found.has_canonical_format


def drain(steps, texts):
    while True:
        try:
            texts.append(next(steps))
        except StopIteration as end:
            return end.value


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_kept_on_disk_and_found_again(
    form, write_form, middling, small_blocks, monkeypatch
):
    path = write_form(form)
    with monkeypatch.context() as patch:
        patch.setattr("peakvi_widgets.data.memory.available_memory", lambda: 4_000_000)
        assert BYTES * middling.X.nnz > 4_000_000
        found = read(path, memory=MEMORY)
    is_same(found.X, middling.X)
    assert found.X.data.dtype == np.uint8
    assert is_mapped(found.X)
    assert not is_mapped(read(path).X)
    (entry,) = cache.entries()
    assert entry.source.startswith(str(path))
    assert (entry.n_cells, entry.n_regions) == middling.shape
    assert entry.n_bytes > middling.X.nnz * 5
    texts = []
    again = drain(reading(path, memory=MEMORY), texts)
    is_same(again.X, middling.X)
    assert "checking the counts on disk" in texts
    assert not [text for text in texts if text.endswith("%") and "matrix" not in text]
    assert cache.clear() == entry.n_bytes
    assert not cache.entries()


@pytest.fixture
def small(write_h5):
    """A file whose counts do not fit into a memory of ten bytes; large ones come last."""

    def write(last=300):
        return write_h5(np.array([[0, 2, 1, 0], [3, 0, 0, 1], [0, 0, last, 4]]))

    return write


@pytest.fixture
def one_cell_at_a_time(monkeypatch):
    monkeypatch.setattr("peakvi_widgets.data.stored_matrix.BLOCK", 1)
    monkeypatch.setattr("peakvi_widgets.data.count_files.AT_ONCE", 1)


def test_counts_that_need_a_wider_type_come_late(small, one_cell_at_a_time):
    path = small()
    for _ in range(2):  # the second comes from disk
        assert read(path, memory=10).X.toarray()[2].tolist() == [0, 0, 300, 4]


@pytest.fixture
def written(monkeypatch):
    """The bytes that were written, by the file they went into."""
    n_bytes, write = {}, OnDisk._write

    def counted(disk, which, array):
        path = disk._paths[which]
        n_bytes[path.name] = n_bytes.get(path.name, 0) + array.nbytes
        write(disk, which, array)

    monkeypatch.setattr(OnDisk, "_write", counted)
    return n_bytes


def test_more_entries_than_narrow_numbers_can_count(
    small, one_cell_at_a_time, written, monkeypatch
):
    monkeypatch.setattr("peakvi_widgets.data.counts.WIDE", 3)
    path = small()
    for _ in range(2):
        counts = read(path, memory=10).X
        assert counts.toarray()[2].tolist() == [0, 0, 300, 4]
        assert counts.indices.dtype == counts.indptr.dtype == np.int64
        assert all(map(lies_in_file, (counts.indices, counts.indptr)))  # none was copied
    (entry,) = cache.entries()
    assert np.load(entry.folder / "columns.npy").dtype == np.int64
    assert written["columns.npy"] == counts.indices.nbytes  # once
    assert sum(written.values()) < 2 * entry.n_bytes


def test_fewer_entries_than_were_expected_are_kept_narrow(small, monkeypatch):
    counts = read(small(), memory=10).X
    monkeypatch.setattr("peakvi_widgets.data.counts.WIDE", 6)
    kept = result_of(keeping_places(AnnData(counts), None, np.array([1, 2, 3]), 1)).X
    assert is_mapped(kept)
    assert kept.indices.dtype == np.int32
    assert kept.toarray().tolist() == counts.toarray()[:, 1:].tolist()


def test_a_file_that_was_written_again_is_read_again(small):
    path = small(5)
    assert read(path, memory=10).X.max() == 5
    then = path.stat().st_mtime_ns
    small(6)  # as large
    os.utime(path, ns=(then, then))  # and as old, as some tools leave it
    assert read(path, memory=10).X.max() == 6


def test_damage_on_disk_is_noticed_and_mended(small):
    path = small()
    read(path, memory=10)
    (entry,) = cache.entries()
    file = entry.folder / "values.npy"
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert read(path, memory=10).X.toarray()[2].tolist() == [0, 0, 300, 4]
    assert file.read_bytes() == content


def files_in_cache():
    return [file for file in cache.folder().rglob("*") if file.is_file()]


def test_what_is_given_up_or_unfinished_leaves_nothing(small, one_cell_at_a_time):
    path = small()
    steps = reading(path, memory=10)
    while not files_in_cache():
        next(steps)
    steps.close()
    del steps
    assert not files_in_cache()
    read(path, memory=10)
    (entry,) = cache.entries()
    (entry.folder / counts_folder.ABOUT).unlink()  # as if the process had been killed before
    assert not cache.entries()
    assert read(path, memory=10).X.max() == 300
    assert len(cache.entries()) == 1


@pytest.mark.parametrize("where", ["_new", "OnDisk._write", "np.save"])
def test_full_disk_is_one_sentence_and_leaves_nothing(where, small, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(f"peakvi_widgets.data.count_files.{where}", full)
    with pytest.raises(DataError, match=r"No space left on device.*cache\.clear\(\)") as error:
        read(small(), memory=10)
    assert len(str(error.value)) < 400
    assert not files_in_cache()  # although the error is kept, as a notebook does
    del error


def test_a_bad_value_at_the_end_leaves_nothing_on_disk(adata, tmp_path, one_cell_at_a_time):
    adata.X = adata.X.astype(np.float32)
    adata.X.data[-1] = 1.5
    adata.write_h5ad(tmp_path / "a.h5ad")
    with pytest.raises(DataError, match=r"fractional values such as 1\.5") as error:
        read(tmp_path / "a.h5ad", memory=10)
    assert not files_in_cache()  # although the error is kept, as a notebook does
    del error


def test_a_disk_that_is_too_small_is_told_before_anything_is_written(small, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 1))
    with pytest.raises(DataError, match="needs up to"):
        read(small(), memory=10)
    assert not files_in_cache()


def test_the_oldest_go_when_the_limit_is_reached(write_h5, monkeypatch):
    for number in range(3):
        read(write_h5(name=f"{number}.h5"), memory=10)
        for age, entry in enumerate(reversed(cache.entries())):
            os.utime(entry.folder / counts_folder.ABOUT, (1e9 - age, 1e9 - age))
        monkeypatch.setattr(counts_folder, "MAX_UNUSED", 1e18)
    assert [entry.source[-4:] for entry in cache.entries()] == ["0.h5", "1.h5", "2.h5"]
    size = cache.entries()[0].n_bytes
    monkeypatch.setattr(settings, "cache_limit", 2.5 * size)
    read(write_h5(name="3.h5"), memory=10)
    assert [entry.source[-4:] for entry in cache.entries()] == ["1.h5", "2.h5", "3.h5"]


@pytest.mark.skipif(os.name == "nt", reason="Windows sees to it")
def test_a_folder_that_others_may_write_is_not_used(small):
    cache.folder().mkdir(parents=True)
    cache.folder().chmod(0o777)
    with pytest.raises(DataError, match="cannot be kept in"):
        read(small(), memory=10)


def test_counts_without_a_file_go_with_their_arrays():
    disk = OnDisk(Room(0), "These", 4)
    disk.append(np.array([1, 2], np.uint8), np.array([3, 0], np.int32))
    counts = disk.finished(np.array([0, 1, 2]), 0)
    assert counts.toarray().tolist() == [[0, 0, 0, 1], [2, 0, 0, 0]]
    assert is_mapped(counts)
    if os.name != "nt":
        assert not files_in_cache()


@pytest.mark.parametrize(
    ("text", "n_bytes"), [("2 GB", 2e9), ("1.5kB", 1500), ("1 MiB", 2**20), (7, 7), ("9", 9)]
)
def test_sizes_as_people_write_them(text, n_bytes):
    assert bytes_of(text) == n_bytes


@pytest.mark.parametrize("text", ["", "two", "-1", -1, None, True, "1 XB"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(DataError, match="write it like"):
        bytes_of(text)


def test_the_limit_follows_the_settings(monkeypatch):
    monkeypatch.setattr("peakvi_widgets.data.count_files.available_memory", lambda: 800)
    assert counts_limit() == 200
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)  # a disk that may only be read
        assert counts_limit() == float("inf")
    monkeypatch.setattr(settings, "memory", "3 kB")
    assert counts_limit() == 3000
    assert counts_limit(5) == 5
    monkeypatch.setattr(settings, "restricted", True)
    assert counts_limit(5) == float("inf")


@pytest.mark.parametrize("is_stored", [False, True])
def test_a_file_that_changes_while_it_is_read_is_not_kept(small, tmp_path, is_stored):
    path = small(5)
    if is_stored:
        read(path, memory=10)
    before = cache.entries()
    new = shutil.copy(path, tmp_path / "new")
    steps = reading(path, memory=10)
    next(steps)
    os.replace(new, path)
    with pytest.raises(DataError, match="was changed while it was read; open it again"):
        drain(steps, [])
    del steps
    assert len(files_in_cache()) == 4 * len(before)
    small(6)
    assert read(path, memory=10).X.max() == 6


def test_a_full_disk_is_not_taken_for_wrong_values(adata, tmp_path, monkeypatch):
    adata.layers["counts"] = adata.X.copy()
    adata.write_h5ad(tmp_path / "a.h5ad")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(OnDisk, "_write", full)
    with pytest.raises(DataError, match="No space left") as error:
        read(tmp_path / "a.h5ad", memory=0)
    assert "counts in layer" not in str(error.value)


def test_clearing_leaves_what_is_being_written(small, one_cell_at_a_time):
    path = small()
    steps = reading(path, memory=10)
    while not files_in_cache():
        next(steps)
    abandoned = [
        counts_folder.new_folder(cache.folder()).rename(cache.folder() / name)
        for name in (".part-old", f".part-{counts_folder._machine()}-{2**31 - 1}-abc")
    ]
    cache.clear()
    assert not any(one.exists() for one in abandoned)
    assert drain(steps, []).X.max() == 300
    assert len(cache.entries()) == 1


def test_counts_that_another_process_stores_first_are_read_all_the_same(small, monkeypatch):
    path, begun = small(), []

    def stored_first(room):
        if not begun:
            begun.append(1)
            read(path, memory=10)

    monkeypatch.setattr(Room, "check_unchanged", stored_first)
    counts = read(path, memory=10).X
    assert counts.max() == 300
    assert len([one for one in cache.entries() if one.source]) == 1
    assert is_mapped(counts)


def test_what_another_process_removes_at_once_is_read_all_the_same(small, monkeypatch):
    named = OnDisk._named

    def removed(disk, *arguments):
        home = named(disk, *arguments)
        cache.clear()
        return home

    monkeypatch.setattr(OnDisk, "_named", removed)
    if os.name != "nt":
        assert read(small(), memory=10).X.max() == 300


def test_the_folder_may_be_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setattr(settings, "cache_folder", "~/mine")
    assert cache.folder() == tmp_path / "mine" / "counts"


def test_repeated_entries_are_told_in_the_same_words_from_disk(tmp_path):
    (tmp_path / "peaks.bed").write_text("chr1\t1\t9\nchr1\t20\t30\n")
    (tmp_path / "barcodes.tsv").write_text("a-1\nb-1\n")
    head = "%%MatrixMarket matrix coordinate integer general\n2 2 4\n"
    (tmp_path / "matrix.mtx").write_text(f"{head}1 1 1\n1 1 2\n2 1 1\n2 2 1\n")
    remarks_of = [[], []]
    for remarks in remarks_of:
        drain(reading(tmp_path, memory=1, remarks=remarks), [])
    assert remarks_of[0] == remarks_of[1] != []
    assert len(cache.entries()) == 1


def test_what_a_filter_kept_is_listed_as_long_as_something_shows_it(small):
    adata = read(small(), memory=10)
    (of_file,) = cache.entries()
    kept = filter_counts(adata, min_cells=2, memory=1)
    first, second = cache.entries()
    assert first == of_file
    assert (second.source, second.n_cells, second.n_regions) == ("", *kept.shape)
    assert second.n_bytes > kept.X.nnz * 5
    values = kept.X.data
    del kept
    assert cache.entries() == (of_file,)  # its numbers of regions are gone, which are most of it
    assert values.sum() > 0
    filter_counts(adata, min_cells=2, memory="1 MB")
    assert cache.clear() == of_file.n_bytes
    assert cache.entries() == ()
