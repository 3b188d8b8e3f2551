"""What a file declares is checked before anything is allocated; and nothing of a stranger runs."""

import gzip
import json
import os
import pickle
import shutil
import tracemalloc
from pathlib import Path

import anndata
import h5py
import numpy as np
import pytest
from scipy import sparse

from peakvi_widgets.data import read, reading
from peakvi_widgets.errors import DataError

from .conftest import CELLS, COUNTS, REGIONS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Writing zarr v2", "ignore:zarr v3 auto"),
]


def refused(path, most=40_000_000):
    """Return the sentence; no more than some megabytes may be allocated for it."""
    tracemalloc.start()
    try:
        with pytest.raises(DataError) as error:
            read(path)
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()
    text = str(error.value)
    assert len(text) < 300
    return text


# -- text ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "size", ["4 3 1000000000000", "4 3 10000000", "4 3 99999999999999999999999999", "4 3 -1"]
)
def test_matrix_that_announces_more_than_it_holds(write_folder, packed, size):
    head = "%%MatrixMarket matrix coordinate integer general\n"
    text = refused(write_folder(matrix=f"{head}{size}\n1 1 1\n", packed=packed))
    assert "damaged or" in text


@pytest.mark.parametrize("size", ["1000000000 1000000000 1", "99999999999 3 1", "4 2000000000 1"])
def test_matrix_with_far_more_cells_or_regions_than_names(write_folder, size):
    head = "%%MatrixMarket matrix coordinate integer general\n"
    text = refused(write_folder(matrix=f"{head}{size}\n1 1 1\n"))
    assert "does not fit together" in text or "damaged" in text


@pytest.mark.parametrize("name", ["peaks.bed", "barcodes.tsv", "matrix.mtx"])
@pytest.mark.parametrize("filling", [b"\0", b"\n", b"A\n", b"1 1 1\n", b"%\n"])
def test_gzip_bomb(write_folder, name, filling):
    folder = write_folder(packed=True)
    start = gzip.decompress((folder / f"{name}.gz").read_bytes())
    bomb = gzip.compress(start + filling * (20_000_000 // len(filling)), 1)
    (folder / f"{name}.gz").write_bytes(bomb)
    if name == "matrix.mtx" and filling == b"\n":  # empty lines do no harm
        assert read(folder).X.toarray().tolist() == COUNTS.tolist()
        return
    refused(folder, most=150_000_000 if name == "matrix.mtx" else 20_000_000)


def test_empty_lines_between_counts(write_folder, matrix_market, monkeypatch):
    monkeypatch.setattr("peakvi_widgets.data.matrix_market.PIECE", 10)
    text = matrix_market(COUNTS)
    place = text.rstrip().rindex("\n") + 1
    folder = write_folder(matrix=text[:place] + "\n" * 100 + text[place:])
    assert read(folder).X.toarray().tolist() == COUNTS.tolist()


def test_line_without_end(write_folder):
    refused(write_folder(cells=["A" * 1_000_000, *CELLS[1:]]))


# -- HDF5 ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "replaced",
    [
        {"shape": np.array([4, 10**12])},
        {"shape": np.array([10**12, 3])},
        {"shape": np.array([-4, 3])},
        {"shape": np.array([4.5, 3])},
        {"indptr": np.array([0, 2, 4, 10**12])},
        {"indptr": np.array([0, 2, 4, -1])},
        {"indptr": np.array([0, 2, 4, 2**63], "u8")},
        {"indptr": np.array([1, 2, 4, 6])},
        {"indptr": np.array([0.0, 2, 4, 6])},
        {"indices": np.array([0, 1, 2, 3, 1, 2**40])},
        {"indices": np.array([0, 1, 2, 3, 1, -1])},
        {"indices": np.array([0, 1, 2, 3, 1, np.nan])},
        {"data": np.array([1, 1, 1, 1, 1, 2**40])},
        {"data": np.array([1, 1, 1, 1, 1, np.inf])},
        {"data": np.array([b"1"] * 6)},
        {"data": np.ones((6, 2))},
        {"barcodes": np.zeros(3)},
        {"features/id": 5},
    ],
)
def test_lies_of_a_cell_ranger_file(write_h5, replaced):
    refused(write_h5(**replaced))


@pytest.fixture
def stored(tmp_path):
    """Write an AnnData that a test may bend."""

    def write(form):
        adata = anndata.AnnData(sparse.csr_matrix(COUNTS.astype("f4")))
        adata.obs_names, adata.var_names = CELLS, REGIONS
        adata.obs["label"] = ["a", "b", "a"]
        path = tmp_path / f"counts.{form}"
        getattr(adata, f"write_{form}")(path)
        return path

    return write


@pytest.mark.parametrize("name", ["X/data", "X/indices", "X/indptr"])
def test_huge_array_of_few_bytes(stored, name):
    path = stored("h5ad")
    with h5py.File(path, "r+") as file:
        del file[name]
        file.create_dataset(name, (10**12,), "i4", chunks=(1000,), compression="gzip")
    assert "far more than the file holds" in refused(path)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("X/indptr", [0, 4, 2, 6]),
        ("X/indptr", [0, 2, 4]),
        ("X/indices", [0, 1, 2, 3, 1, 4]),
        ("X/indices", [0, 1, 2, 3, 1, -1]),
        ("X/data", [1, 2, 3]),
    ],
)
def test_places_that_do_not_exist(stored, name, values):
    path = stored("h5ad")
    with h5py.File(path, "r+") as file:
        del file[name]
        file[name] = values
    assert "its counts and their places do not fit together" in refused(path)


def test_shape_of_a_matrix_is_that_of_its_names(stored):
    path = stored("h5ad")
    with h5py.File(path, "r+") as file:
        file["X"].attrs["shape"] = [10**12, 10**12]
    text = refused(path)
    assert "does not fit together" in text
    assert "for 3 cells and 4 features" in text


def test_matrix_without_all_memory_is_refused(stored, monkeypatch):
    path = stored("h5ad")
    monkeypatch.setattr("peakvi_widgets.data.memory.available_memory", lambda: 10)
    assert "of memory" in refused(path)


def test_external_link_in_the_place_of_counts(stored, tmp_path):
    path = stored("h5ad")
    shutil.copy(path, tmp_path / "other.h5ad")
    with h5py.File(path, "r+") as file:
        del file["X"]
        file["X"] = h5py.ExternalLink("other.h5ad", "/X")
    assert "to another file, which is not followed" in refused(path)


# -- zarr ----------------------------------------------------------------------------------------
def change(file, **fields):
    file.write_text(json.dumps(json.loads(file.read_text()) | fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"shape": [10**12]},
        {"shape": [10**12], "chunks": [10**12]},
        {"chunks": [10**10]},
        {"chunks": [0]},
        {"shape": [10**7], "chunks": [1]},
        {"shape": [-1]},
        {"dtype": "|V1000000000"},
    ],
)
def test_lies_of_a_zarr_store(stored, fields):
    path = stored("zarr")
    change(path / "X" / "data" / ".zarray", **fields)
    assert "damaged" in refused(path)


@pytest.mark.parametrize("name", ["X/data/0", "X/indices/0"])
def test_lost_piece_of_counts_is_not_read_as_zeros(stored, name):
    path = stored("zarr")
    (path / name).unlink()
    assert "1 pieces of its counts are missing" in refused(path)


@pytest.mark.parametrize("name", [".zattrs", "X/.zattrs", "X/data/.zarray"])
def test_json_without_bottom(stored, name):
    path = stored("zarr")
    (path / name).write_text('{"a":' * 200_000 + "1" + "}" * 200_000)
    assert "damaged" in refused(path, most=200_000_000)


class Bomb:
    def __reduce__(self):
        return os.mkdir, (os.environ["PEAKVI_TEST_FOLDER"],)


@pytest.mark.parametrize("as_filter", [True, False])
def test_pickled_values_are_never_loaded(stored, tmp_path, monkeypatch, as_filter):
    made = tmp_path / "made by pickle"
    monkeypatch.setenv("PEAKVI_TEST_FOLDER", str(made))
    path = stored("zarr")
    place = path / "obs" / "label" / "categories"
    place = place if place.exists() else path / "obs" / "label"
    packed = {"filters": [{"id": "pickle"}]} if as_filter else {"compressor": {"id": "pickle"}}
    change(place / ".zarray", dtype="|O", **packed)
    (place / "0").write_bytes(pickle.dumps(Bomb()))
    assert "packed by the codec 'pickle', which is not known to be harmless" in refused(path)
    assert not made.exists()


@pytest.mark.parametrize("kind", ["link", "fifo"])
@pytest.mark.parametrize("name", ["X/data/0", "X/.zattrs", "obs"])
def test_special_files_of_a_store_are_not_read(stored, tmp_path, kind, name):
    path = stored("zarr")
    moved = tmp_path / "moved"
    (path / name).rename(moved)
    if kind == "link":
        (path / name).symlink_to(moved)
    else:
        os.mkfifo(path / name)
    refused(path)


# -- what is no file -----------------------------------------------------------------------------
@pytest.mark.parametrize("ending", ["h5", "h5ad", "h5mu", "mtx", "zarr"])
def test_fifo_and_device_are_never_opened(tmp_path, ending):
    fifo, device = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    os.mkfifo(fifo)
    device.symlink_to("/dev/zero")
    assert "is not a regular file" in refused(fifo)
    assert "is not a regular file" in refused(device)


def test_fifo_among_the_files_of_a_folder(write_folder):
    folder = write_folder(barcodes_tsv=None)
    os.mkfifo(folder / "barcodes.tsv")
    assert "has no barcodes.tsv" in refused(folder)


@pytest.mark.parametrize(
    ("path", "why"),
    [("a\0b", "has a NUL character"), ("x" * 5000, "is too long"), ("", "is empty")],
    ids=["NUL", "long", "empty"],
)
def test_path_that_cannot_be(path, why, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert why in refused(path)


def test_path_in_a_sentence_is_shortened(tmp_path):
    folder = tmp_path / ("long " * 40) / ("folder " * 30)
    folder.mkdir(parents=True)
    (folder / "counts.h5ad").write_text("no")
    assert "counts.h5ad is not an HDF5 file" in refused(folder / "counts.h5ad")


@pytest.mark.parametrize("form", ["folder", "h5", "h5ad", "zarr"])
def test_every_reader_can_be_given_up_between_blocks(
    form, stored, write_folder, write_h5, monkeypatch
):
    """Each block is yielded; what is closed there leaves no open file."""
    monkeypatch.setattr("peakvi_widgets.data.stored_matrix.BLOCK", 1)
    monkeypatch.setattr("peakvi_widgets.data.matrix_market.PIECE", 1)
    path = {"folder": write_folder, "h5": write_h5}.get(form, lambda: stored(form))()
    n_steps = sum(1 for _ in reading(path))
    assert n_steps >= 3 + 1  # a cell at a time
    open_files = Path("/proc/self/fd")
    before = sorted(open_files.iterdir()) if open_files.exists() else []
    for stop in range(1, n_steps):
        steps = reading(path)
        for _ in range(stop):
            next(steps)
        steps.close()
    assert not before or len(list(open_files.iterdir())) <= len(before)
