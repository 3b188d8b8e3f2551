"""Any multiset of (cell, region, value) entries gives the exact sums, whatever reader takes it."""

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
import zarr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from peakvi_widgets.data import check_counts, counts, matrix_market, read, stored_matrix
from peakvi_widgets.data.read import reading
from peakvi_widgets.errors import DataError

pytestmark = pytest.mark.slow

values = st.one_of(
    st.integers(0, 5),
    st.sampled_from([127, 128, 200, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1]),
)


@st.composite
def problems(draw):
    """Sizes, entries in any order, and the size of a block."""
    n_cells, n_regions = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    entry = st.tuples(st.integers(0, n_cells - 1), st.integers(0, n_regions - 1), values)
    entries = draw(st.lists(entry, min_size=1, max_size=30))
    order = draw(st.sampled_from(["as drawn", "by cell", "by region"]))
    if order != "as drawn":
        entries.sort(key=lambda entry: entry[order == "by region"])
    return (n_cells, n_regions), entries, draw(st.sampled_from([1, 3, 4_000_000]))


def sums(shape, entries):
    exact = [[0] * shape[1] for _ in range(shape[0])]
    for cell, region, value in entries:
        exact[cell][region] += value
    return exact


def names(shape):
    return [f"AC{'ACGT'[cell % 4]}T{cell}" for cell in range(shape[0])], [
        f"chr1:{10 * region}-{10 * region + 5}" for region in range(shape[1])
    ]


def compressed(shape, entries, by):
    """Data, indices and indptr of CSR (by 0) or CSC (by 1), with entries as they come."""
    entries = sorted(entries, key=lambda entry: entry[by])
    major, minor, data = (
        np.array([entry[place] for entry in entries], np.int64) for place in (by, 1 - by, 2)
    )
    indptr = np.concatenate([[0], np.cumsum(np.bincount(major, minlength=shape[by]))])
    return data, minor, indptr


def write_folder(folder, shape, entries, *, transposed=False, field="integer"):
    cells, regions = names(shape)
    bed = "".join(name.replace(":", "\t").replace("-", "\t") + "\n" for name in regions)
    lines = [
        f"{cell + 1} {region + 1} {value}" if transposed else f"{region + 1} {cell + 1} {value}"
        for cell, region, value in entries
    ]
    size = shape if transposed else shape[::-1]
    head = f"%%MatrixMarket matrix coordinate {field} general\n{size[0]} {size[1]} {len(lines)}"
    (folder / "matrix.mtx").write_text("\n".join([head, *lines, ""]))
    (folder / "peaks.bed").write_text(bed)
    (folder / "barcodes.tsv").write_text("\n".join([*cells, ""]))
    return folder


def write_tenx(folder, shape, entries):
    cells, regions = names(shape)
    data, indices, indptr = compressed(shape, entries, 0)
    with h5py.File(folder / "m.h5", "w") as file:
        file["matrix/data"], file["matrix/indices"] = data, indices
        file["matrix/indptr"], file["matrix/shape"] = indptr, np.array(shape[::-1])
        file["matrix/barcodes"] = np.array(cells, "S")
        file["matrix/features/id"] = np.array(regions, "S")
        file["matrix/features/feature_type"] = np.array(["Peaks"] * len(regions), "S")
    return folder / "m.h5"


def write_anndata(folder, shape, entries, form, by, dtype):
    cells, regions = names(shape)
    adata = anndata.AnnData(
        sparse.csr_matrix(shape, dtype="f4"),
        obs=pd.DataFrame(index=cells),
        var=pd.DataFrame(index=regions),
    )
    adata.X = adata.X if by == 0 else adata.X.tocsc()
    path = folder / f"m.{form}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        getattr(adata, f"write_{form}")(path)
        open_root = h5py.File if form == "h5ad" else zarr.open_group
        root = open_root(str(path), mode="r+")
        for name, array in zip(
            ("data", "indices", "indptr"), compressed(shape, entries, by), strict=True
        ):
            array = array.astype(dtype) if name == "data" else array.astype("i4")
            del root[f"X/{name}"]
            if form == "h5ad":
                root[f"X/{name}"] = array
            else:
                with zarr.config.set({"array.write_empty_chunks": True}):
                    made = root["X"].create_array(name, shape=array.shape, dtype=array.dtype)
                    made[:] = array
        if form == "h5ad":
            root.close()
    return path


WRITERS = {
    "folder": write_folder,
    "folder of reals": lambda *given: write_folder(*given, field="real"),
    "transposed folder": lambda *given: write_folder(*given, transposed=True),
    "10x h5": write_tenx,
    "h5ad csr": lambda *given: write_anndata(*given, "h5ad", 0, "f4"),
    "h5ad csc": lambda *given: write_anndata(*given, "h5ad", 1, "f8"),
    "zarr csr": lambda *given: write_anndata(*given, "zarr", 0, "i8"),
    "zarr csc": lambda *given: write_anndata(*given, "zarr", 1, "u4"),
}


def read_all(path, remarks):
    steps = reading(path, remarks=remarks)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def check(read, shape, entries):
    """Compare with sums in Python's integers; sums of 2^32 and more, and no counts, are refused."""
    exact = sums(shape, entries)
    flat = [value for row in exact for value in row]
    if not any(flat) or max(flat) >= 2**32:
        with pytest.raises(DataError):
            read()
        return
    adata = read()
    assert adata.X.toarray().tolist() == exact
    assert counts.is_compact(adata.X)


@pytest.mark.parametrize("form", WRITERS)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(problem=problems())
def test_every_reader_sums_exactly(form, problem, monkeypatch):
    shape, entries, block = problem
    if form == "h5ad csr":  # floats of four bytes
        entries = [(cell, region, min(value, 2**24)) for cell, region, value in entries]
    if form == "transposed folder" and shape[0] == shape[1]:
        shape = (shape[0] + 1, shape[1])  # a square matrix does not say which way it is
    monkeypatch.setattr(counts, "BLOCK", block)
    monkeypatch.setattr(stored_matrix, "BLOCK", block)
    monkeypatch.setattr(matrix_market, "PIECE", 10 * block)
    remarks = []
    with TemporaryDirectory() as folder:
        path = WRITERS[form](Path(folder), shape, entries)
        check(lambda: read_all(path, remarks), shape, entries)
    repeated = len({entry[:2] for entry in entries}) < len(entries)
    assert repeated or not any("repeated" in remark for remark in remarks)


IN_MEMORY = {"csr": 0, "csc": 1}


@pytest.mark.parametrize("form", [*IN_MEMORY, "coo"])
@pytest.mark.parametrize("dtype", ["u1", "i2", "f4", "f8", "u4"])
@settings(max_examples=10, deadline=None)
@given(problem=problems())
def test_matrix_in_memory_is_summed_exactly(form, dtype, problem):
    shape, entries, _block = problem
    most = {"u1": 255, "i2": 32767, "f4": 2**24}.get(dtype, 2**32)
    entries = [(cell, region, min(value, most)) for cell, region, value in entries]
    if form == "coo":
        cells, regions, data = (np.array(part) for part in zip(*entries, strict=True))
        matrix = sparse.coo_matrix((data.astype(dtype), (cells, regions)), shape=shape)
        exact = sums(shape, entries)
        if max(map(max, exact)) < 2**32:
            assert counts.compact_counts(matrix, source="m").toarray().tolist() == exact
        return
    data, indices, indptr = compressed(shape, entries, IN_MEMORY[form])
    kind = sparse.csr_matrix if form == "csr" else sparse.csc_matrix
    matrix = kind((data.astype(dtype), indices, indptr), shape=shape)
    cells, regions = names(shape)
    adata = anndata.AnnData(matrix, pd.DataFrame(index=cells), pd.DataFrame(index=regions))
    given_parts = [part.copy() for part in (matrix.data, matrix.indices, matrix.indptr)]
    check(lambda: check_counts(adata, source="adata", remarks=[]), shape, entries)
    for part, before in zip((matrix.data, matrix.indices, matrix.indptr), given_parts, strict=True):
        assert np.array_equal(part, before)  # the user's own matrix is as it was


def test_repeated_entries_do_not_wrap(tmp_path):
    """Two entries of 200 are 400, not 144."""
    path = write_folder(tmp_path, (1, 2), [(0, 0, 200), (0, 0, 200), (0, 1, 1)])
    with pytest.warns(UserWarning, match="holds 1 repeated entries"):
        adata = read(path)
    assert adata.X.toarray().tolist() == [[400, 1]]


def test_sum_that_no_count_can_be_is_refused(tmp_path):
    path = write_folder(tmp_path, (1, 1), [(0, 0, 2**31), (0, 0, 2**31)])
    with pytest.raises(DataError, match="no count can be"):
        read_all(path, [])
