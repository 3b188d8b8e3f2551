"""Nothing outside an HDF5 file is read, and nothing is allocated that the file does not hold."""

import os
import subprocess
import sys

import h5py
import numpy as np
import pytest

from peakvi_widgets.data import hdf5_safety, memory
from peakvi_widgets.data.hdf5_safety import open_hdf5
from peakvi_widgets.errors import DataError


@pytest.fixture
def written(tmp_path):
    """Write a file by a function of the open file."""

    def write(fill, name="a.h5"):
        with h5py.File(tmp_path / name, "w") as file:
            fill(file)
        return tmp_path / name

    return write


def refused(path):
    with pytest.raises(DataError) as error, open_hdf5(path):
        pass
    text = str(error.value)
    assert path.name in text
    assert len(text) < 300
    return text


def external_link(file):
    file["inside/X"] = h5py.ExternalLink("other.h5", "/x")


def external_storage(file):
    file.create_dataset("X", (5,), "i4", external=[("raw.bin", 0, 20)])


def virtual_dataset(file):
    layout = h5py.VirtualLayout((5,), "i8")
    layout[:] = h5py.VirtualSource("other.h5", "x", (5,))
    file.create_virtual_dataset("X", layout)


@pytest.mark.parametrize(
    ("fill", "why"),
    [
        (external_link, "link 'X' to another file, which is not followed"),
        (external_storage, "keeps '/X' in another file"),
        (virtual_dataset, "keeps '/X' in another file"),
    ],
)
def test_other_files_are_not_read(written, fill, why):
    written(lambda file: file.__setitem__("x", np.arange(5)), "other.h5")
    assert why in refused(written(fill))


def cycle(file):
    group = file.create_group("a/b")
    group["c"] = file["a"]


def soft_cycle(file):
    file.create_group("a")["b"] = h5py.SoftLink("/a")


def doubling(file):
    """Twenty groups, each of which holds the one before twice: a million paths."""
    group = file.create_group("start")
    for number in range(20):
        larger = file.create_group(f"level{number}")
        larger["left"] = larger["right"] = group
        group = larger


def deep(file):
    file.create_group("/".join(["a"] * 40))


@pytest.mark.parametrize("fill", [cycle, soft_cycle, doubling, deep])
def test_groups_without_end_are_refused(written, fill):
    assert "contain each other or are nested too deeply" in refused(written(fill))


@pytest.mark.parametrize(
    "options",
    [
        {"shape": (10**13,), "chunks": (1000,)},
        {"shape": (10**13,)},
        {"shape": (2**60, 2**60, 2**60), "chunks": (1, 1, 9)},
        {"shape": (10**9,), "chunks": (10**9,), "compression": "gzip"},
    ],
    ids=["chunks", "contiguous", "beyond floats", "one packed chunk"],
)
def test_declared_size_must_be_held(written, options):
    path = written(lambda file: file.create_dataset("X", dtype="u1", **options))
    assert path.stat().st_size < 100_000
    assert "'/X' declares" in refused(path)


def test_packed_zeros_are_more_than_deflate_can_pack(written):
    def fill(file):
        chunk = file.create_dataset("X", (10**9,), "u1", chunks=(10**9,), compression="gzip")
        chunk.id.write_direct_chunk((0,), b"x" * 1000)

    assert "'/X' declares 1.0 GB" in refused(written(fill))


@pytest.mark.parametrize(
    "values",
    [h5py.Empty("f4"), np.zeros((0, 4)), "text", ["a", "b"], np.arange(6.0).reshape(2, 3)],
    ids=["null", "empty", "text", "texts", "numbers"],
)
def test_ordinary_values_are_let_through(written, values):
    with open_hdf5(written(lambda file: file.create_dataset("X", data=values))) as file:
        assert "X" in file


def test_packed_ones_and_soft_links_are_let_through(written):
    def fill(file):
        data = np.ones(10**6, "u1")
        file.create_dataset("X", data=data, compression="gzip", compression_opts=9)
        file["copy"] = h5py.SoftLink("/X")
        file["nothing"] = h5py.SoftLink("/gone")

    with open_hdf5(written(fill)) as file:
        assert file["copy"][:].sum() == 10**6


def test_more_than_the_memory_is_refused(written, monkeypatch):
    path = written(lambda file: file.create_dataset("X", data=np.zeros(1000)))
    monkeypatch.setattr(memory, "available_memory", lambda: 7999)
    assert "needs about 0.0 GB of memory" in refused(path)
    monkeypatch.setattr(memory, "available_memory", lambda: 8000)
    with open_hdf5(path):
        pass


def test_memory_of_a_container_is_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "CGROUP", tmp_path)
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("400\n")
    assert memory.available_memory() == 600
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.available_memory() > 1000


def zstd(file):
    """A chunk that names zstd as its filter; its bytes are of no matter."""
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((10,))
    properties.set_filter(32015, h5py.h5z.FLAG_OPTIONAL, (3,))
    space = h5py.h5s.create_simple((10,))
    dataset = h5py.h5d.create(file.id, b"X", h5py.h5t.NATIVE_INT32, space, properties)
    dataset.write_direct_chunk((0,), b"x" * 20)


def test_filter_that_is_not_installed_is_named(written, monkeypatch):
    monkeypatch.setattr(h5py.h5z, "filter_avail", lambda code: code != 32015)
    text = refused(written(zstd))
    assert "compressed by zstd" in text
    assert "pip install hdf5plugin" in text


def test_filter_of_hdf5plugin_is_used(written):
    pytest.importorskip("hdf5plugin")
    with open_hdf5(written(zstd)) as file:
        assert "X" in file


def test_fifo_and_device_are_refused(tmp_path):
    os.mkfifo(tmp_path / "fifo.h5")
    assert "is not a regular file" in refused(tmp_path / "fifo.h5")
    (tmp_path / "zero.h5").symlink_to("/dev/zero")
    assert "is not a regular file" in refused(tmp_path / "zero.h5")


def test_file_that_is_not_there_or_not_hdf5(tmp_path):
    assert "There is no file" in refused(tmp_path / "gone.h5")
    (tmp_path / "text.h5").write_text("chr1\t1\t2\n")
    assert "is not an HDF5 file" in refused(tmp_path / "text.h5")


def test_cut_off_file(written):
    path = written(lambda file: file.__setitem__("x", np.arange(500)))
    path.write_bytes(path.read_bytes()[:900])
    assert "is damaged or cut off" in refused(path)


WRITER = """
import sys, h5py
with h5py.File(sys.argv[1], "r+"):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_file_that_another_program_writes(written):
    path = written(lambda file: file.__setitem__("x", 1))
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout.readline() == b"open\n"
        assert "is open for writing in another program" in refused(path)
        writer.stdin.close()
    with open_hdf5(path):
        pass


def test_long_names_keep_the_sentence_short(written):
    name = "x" * 5000 + "\n\x00"[:1]
    text = refused(written(lambda file: file.__setitem__(name, h5py.ExternalLink("o.h5", "/x"))))
    assert "\n" not in text


def test_too_many_objects(written, monkeypatch):
    monkeypatch.setattr(hdf5_safety, "MAX_OBJECTS", 2)
    with open_hdf5(written(lambda file: file.update({"a": 1, "b": 2}))) as file:
        assert sorted(file) == ["a", "b"]
    refused(written(lambda file: file.update({"a": 1, "b": 2, "c": 3})))


def test_heap_without_end_is_refused_before_hdf5_loops(written):
    """HDF5 never returns from reading an attribute whose heap has an object without length."""
    path = written(lambda file: file.attrs.update({"encoding-type": "anndata", "more": "text"}))
    content = bytearray(path.read_bytes())
    heap = content.index(b"GCOL")
    with open_hdf5(path) as file:
        assert file.attrs["more"] == "text"
    content[heap + 16 : heap + 64] = bytes(48)
    path.write_bytes(content)
    assert "is damaged or cut off" in refused(path)


def test_stored_values_that_look_like_a_heap_are_let_through(written):
    heap = np.zeros(8192, "u1")
    heap[:16] = list(b"GCOL\x01\0\0\0" + (4096).to_bytes(8, "little"))
    for options in ({}, {"chunks": (8192,)}):
        path = written(lambda file, o=options: file.create_dataset("X", data=heap, **o))
        with open_hdf5(path) as file:
            assert file["X"][:].tolist() == heap.tolist()
