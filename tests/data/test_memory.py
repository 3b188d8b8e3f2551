"""Opening and filtering take little more memory than the counts themselves."""

import tracemalloc

import h5py
import numpy as np
import pytest

from peakvi_widgets.data import filter_counts, filter_masks, read
from peakvi_widgets.data.quality import FilterSettings

from .conftest import FORMS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::peakvi_widgets.data.checks.DataWarning"),
    pytest.mark.filterwarnings("ignore:Writing zarr v2", "ignore:zarr v3 auto"),
]


def size_of(counts):
    return counts.data.nbytes + counts.indices.nbytes + counts.indptr.nbytes


def peak_of(work):
    """Return the result, and the most bytes that were allocated meanwhile."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("form", FORMS)
def test_opening_takes_half_as_much_again_as_the_counts(form, write_form, middling, small_blocks):
    path = write_form(form)
    read(path)  # imports what it needs
    found, peak = peak_of(lambda: read(path))
    assert np.array_equal(found.X.indptr, middling.X.indptr)
    assert np.array_equal(found.X.indices, middling.X.indices)
    assert np.array_equal(found.X.data, middling.X.data)
    assert found.X.dtype == np.uint8
    assert found.X.indices.dtype == np.int32
    assert peak < 1.5 * size_of(middling.X)


@pytest.mark.parametrize("form", ["csr", "csc", "10x", "folder", "folder of regions"])
def test_counts_in_any_order_with_repeats_are_put_right(form, write_h5, write_folder, tmp_path):
    """Two entries of one cell and region are summed, zeros left out, regions sorted."""
    cells, regions = np.array([2, 0, 0, 1, 2, 0]), np.array([3, 2, 1, 0, 0, 2])
    values = np.array([4, 200, 1, 0, 7, 100])
    dense = np.zeros((3, 4), int)
    np.add.at(dense, (cells, regions), values)
    names = ["chr1:1-2", "chr1:3-4", "chr1:5-6", "chr1:7-8"]
    by_cell, by_region = (np.argsort(one, kind="stable") for one in (cells, regions))
    if form in ("csr", "csc"):
        order, major, minor, n = (
            (by_cell, cells, regions, 3) if form == "csr" else (by_region, regions, cells, 4)
        )
        path = tmp_path / "a.h5ad"
        with h5py.File(path, "w") as file:
            file.attrs["encoding-type"], file.attrs["encoding-version"] = "anndata", "0.1.0"
            x = file.create_group("X")
            x.attrs["encoding-type"], x.attrs["encoding-version"] = f"{form}_matrix", "0.1.0"
            x.attrs["shape"] = [3, 4]
            x["data"], x["indices"] = values[order], minor[order]
            x["indptr"] = np.concatenate([[0], np.cumsum(np.bincount(major, minlength=n))])
            for slot, index in (("obs", ["a", "b", "c"]), ("var", names)):
                table = file.create_group(slot)
                table.attrs["encoding-type"] = "dataframe"
                table.attrs["encoding-version"], table.attrs["_index"] = "0.2.0", "_index"
                table.attrs["column-order"] = np.array([], "S1")
                table["_index"] = np.array(index, "S")
                table["_index"].attrs["encoding-type"] = "string-array"
                table["_index"].attrs["encoding-version"] = "0.2.0"
    elif form == "10x":
        path = write_h5(
            cells=["a", "b", "c"], ids=names, data=values[by_cell], indices=regions[by_cell],
            indptr=np.concatenate([[0], np.cumsum(np.bincount(cells))]),
        )  # fmt: skip
    else:
        order = by_cell if form == "folder" else by_region
        lines = "".join(f"{regions[i] + 1} {cells[i] + 1} {values[i]}\n" for i in order)
        head = "%%MatrixMarket matrix coordinate integer general\n4 3 6\n"
        bed = [name.replace(":", "\t").replace("-", "\t") for name in names]
        path = write_folder(cells=["a", "b", "c"], bed=bed, matrix=head + lines)
    with pytest.warns(UserWarning, match="1 repeated entries") as warned:
        found = read(path)
    assert found.X.toarray().tolist() == dense.tolist()
    assert found.X.has_sorted_indices
    assert found.X.data.all()
    assert warned


@pytest.mark.parametrize("piece", [1, 12, 10_000])
def test_text_whose_cells_do_not_come_one_after_the_other_is_read_twice(
    write_folder, monkeypatch, piece
):
    monkeypatch.setattr("peakvi_widgets.data.matrix_market.PIECE", piece)
    head = "%%MatrixMarket matrix coordinate integer general\n4 3 5\n"
    folder = write_folder(matrix=f"{head}1 1 5\n2 1 1\n1 3 2\n4 2 300\n2 1 1\n")
    assert read(folder).X.toarray().tolist() == [[5, 2, 0, 0], [0, 0, 0, 300], [2, 0, 0, 0]]


def test_filter_takes_what_it_keeps_and_no_more(middling, small_blocks):
    adata = middling.copy()
    settings = {"min_cells": 0.25, "min_regions": 600}
    cells, regions = filter_masks(adata, FilterSettings(**settings))
    expected = adata[cells, regions].copy()
    assert 0.3 < expected.X.nnz / adata.X.nnz < 0.95
    adata.X.has_canonical_format  # noqa: B018 - looked up once and for all
    found, peak = peak_of(lambda: filter_counts(adata, **settings))
    assert (found.X != expected.X).nnz == 0
    assert found.X.dtype == expected.X.dtype
    assert found.obs.equals(expected.obs)
    assert found.var.equals(expected.var)
    assert found.varm["accessibility"].equals(expected.varm["accessibility"])
    assert found.uns.keys() == expected.uns.keys()
    assert peak < 1.5 * size_of(expected.X)
