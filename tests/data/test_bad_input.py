"""Each thing that can be wrong with a file gets one sentence that names it and says what to do."""

import gzip
import shutil

import anndata
import h5py
import numpy as np
import pytest
from scipy import sparse

from peakvi_widgets.data import read, read_10x_atac
from peakvi_widgets.errors import DataError

from .conftest import CELLS, COUNTS, REGIONS


def refused(path, reader=read):
    """The sentence; every one names the file and has something to do after its mark."""
    with pytest.raises(DataError) as error:
        reader(path)
    text = str(error.value)
    assert path.name in text
    assert text.endswith(".")
    assert "\n" not in text
    assert ";" in text
    return text


# -- files that are not what they should be ------------------------------------------------------
@pytest.mark.parametrize("name", ["gone", "gone.h5", "gone.h5ad", "gone.zarr"])
def test_file_that_is_not_there(tmp_path, name):
    assert refused(tmp_path / name).startswith("There is no file or folder")


@pytest.mark.parametrize("left_out", ["matrix.mtx", "peaks.bed", "barcodes.tsv"])
@pytest.mark.parametrize("packed", [False, True])
def test_one_of_the_three_files_is_missing(write_folder, left_out, packed):
    folder = write_folder(packed=packed, **{left_out.replace(".", "_"): None})
    assert f"has no {left_out} (nor the same as .gz)" in refused(folder)


def test_folder_without_any_of_them(tmp_path):
    assert "open the folder that holds them" in refused(tmp_path)


def test_folder_above_the_right_one_is_told_so(write_folder):
    folder = write_folder()
    assert refused(folder.parent).endswith(f"open {folder}.")


@pytest.mark.parametrize("name", ["counts.h5", "counts.h5ad"])
def test_text_with_the_name_of_an_hdf5_file(tmp_path, name):
    (tmp_path / name).write_text("cell,region\n" * 1000)
    assert "is not an HDF5 file" in refused(tmp_path / name)


def test_anndata_with_the_name_of_a_cell_ranger_file(tmp_path):
    anndata.AnnData(COUNTS.astype("f4")).write_h5ad(tmp_path / "counts.h5")
    assert "rename it to counts.h5ad" in refused(tmp_path / "counts.h5")
    assert "rename it to counts.h5ad" in refused(tmp_path / "counts.h5", read_10x_atac)


def test_cell_ranger_file_with_the_name_of_an_anndata(write_h5):
    assert "rename it to counts.h5" in refused(write_h5(name="counts.h5ad"))


@pytest.mark.parametrize("name", ["other.h5", "other.h5ad"])
def test_other_hdf5_file(tmp_path, name):
    with h5py.File(tmp_path / name, "w") as file:
        file["molecules"] = [1]
    assert "is an HDF5 file, but not" in refused(tmp_path / name)


def test_other_matrix_in_the_place_of_counts(write_folder):
    folder = write_folder(matrix="%%MatrixMarket matrix array real general\n3 4\n1\n")
    assert "is not a Matrix Market file of counts" in refused_matrix(folder)


def test_packed_file_without_the_name_of_one(write_folder, matrix_market):
    folder = write_folder()
    (folder / "matrix.mtx").write_bytes(gzip.compress(matrix_market(COUNTS).encode()))
    assert "is not a Matrix Market file of counts" in refused_matrix(folder)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("fragments.tsv.gz", "holds fragments, not counts"),
        ("filtered_peak_bc_matrix.tar.gz", "unpack it"),
        ("counts.csv", "is of an unknown form; open a Cell Ranger folder"),
    ],
)
def test_form_that_cannot_be_read(tmp_path, name, advice):
    (tmp_path / name).touch()
    assert advice in refused(tmp_path / name)


def test_empty_zarr_folder(tmp_path):
    (tmp_path / "counts.zarr").mkdir()
    assert "damaged, cut off or not a zarr store" in refused(tmp_path / "counts.zarr")


# -- files that end too early --------------------------------------------------------------------
def refused_matrix(folder):
    with pytest.raises(DataError) as error:
        read(folder)
    assert "matrix.mtx" in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("kept", [0, 10, 60, 80, 100, 110])
def test_cut_off_matrix(write_folder, matrix_market, kept):
    text = matrix_market(COUNTS)
    assert kept < len(text.rstrip())
    refused_matrix(write_folder(matrix=text[:kept]))


def test_matrix_that_ends_between_two_lines_tells_how_far_it_goes(write_folder, matrix_market):
    text = matrix_market(COUNTS).rstrip().rpartition("\n")[0]
    assert "ends after 5 of 6 counts" in refused_matrix(write_folder(matrix=text))


def test_matrix_with_more_counts_than_announced(write_folder, matrix_market):
    assert "damaged" in refused_matrix(write_folder(matrix=matrix_market(COUNTS) + "1 1 1\n"))


@pytest.mark.parametrize("entry", ["9 1 1", "1 9 1", "0 1 1", "1 1", "1 1 x", "1.5 1 1", "1 1 1\0",
                                   "1 1 1e2", "1 1 1.5", "1 1 1 7", "1 1 12-3", "1 1 -", "1 1 +1+",
                                   "1e0 1 1", "-1 1 1"])  # fmt: skip
def test_entry_that_cannot_be(write_folder, entry):
    head = "%%MatrixMarket matrix coordinate integer general\n4 3 2\n"
    assert "damaged" in refused_matrix(write_folder(matrix=f"{head}1 1 1\n{entry}\n"))


@pytest.mark.parametrize("size", ["4 3 9999999999999", "4 3", "a b c", "-4 3 2"])
def test_size_that_cannot_be(write_folder, size):
    head = "%%MatrixMarket matrix coordinate integer general\n"
    assert "damaged" in refused_matrix(write_folder(matrix=f"{head}{size}\n1 1 1\n"))


@pytest.mark.parametrize("name", ["matrix.mtx.gz", "peaks.bed.gz", "barcodes.tsv.gz"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_cut_off_gzip(write_folder, name, share):
    folder = write_folder(packed=True)
    packed = (folder / name).read_bytes()
    (folder / name).write_bytes(packed[: int(len(packed) * share)])
    with pytest.raises(DataError, match=f"{name} is damaged or cut off"):
        read(folder)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.98])
def test_cut_off_h5(write_h5, share):
    path = write_h5(np.random.default_rng(0).poisson(1, (500, 4)), [f"c{i}" for i in range(500)])
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert "damaged or cut off" in refused(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.98])
def test_cut_off_h5ad(tmp_path, shared_data, share):
    whole = shared_data / "small_fixtures" / "simba_10xpbmc_100x10000.h5ad"
    path = tmp_path / "counts.h5ad"
    path.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
    assert "damaged or cut off" in refused(path)


@pytest.mark.parametrize("lost", ["X/indices", "X/data", "X/indptr", "obs", "var/_index"])
def test_zarr_that_lost_a_piece(counts_file, lost):
    path = counts_file("zarr")
    shutil.rmtree(path / lost)
    assert path.name in refused(path)


@pytest.mark.parametrize("kept", [0, 3])
def test_zarr_with_a_cut_off_piece(counts_file, kept):
    path = counts_file("zarr")
    (piece,) = path.glob("X/indices/**/0")  # "c/0" in zarr 3
    assert kept < piece.stat().st_size
    piece.write_bytes(piece.read_bytes()[:kept])
    assert "damaged" in refused(path)


@pytest.mark.parametrize("lost", ["barcodes", "data", "indptr", "features/id"])
def test_h5_that_lost_a_piece(write_h5, lost):
    assert "damaged, cut off or not Cell Ranger's" in refused(write_h5(**{lost: None}))


# -- parts that do not fit together --------------------------------------------------------------
def test_fewer_barcodes_than_cells(write_folder):
    text = refused(write_folder(cells=CELLS[:2]))
    assert "matrix.mtx holds 4 regions and 3 cells" in text
    assert "barcodes.tsv 2 cells" in text


def test_more_peaks_than_regions(write_folder):
    bed = [f"chr1\t{start}\t{start + 5}" for start in range(5)]
    assert "peaks.bed names 5 regions" in refused(write_folder(bed=bed))


def test_line_of_the_bed_file_without_its_end(write_folder):
    folder = write_folder(bed=["chr1\t1\t2", "chr1\t3", "chr1\t5\t6", "chr1\t7\t8"])
    with pytest.raises(DataError, match=r"peaks.bed has a line 'chr1 3' without"):
        read(folder)


@pytest.mark.parametrize(
    "replaced",
    [{"cells": CELLS[:2]}, {"ids": REGIONS[:3]}, {"shape": np.array([4, 9])}],
    ids=["cells", "regions", "shape"],
)
def test_h5_whose_lengths_disagree(write_h5, replaced):
    assert "does not fit together" in refused(write_h5(**replaced))


@pytest.mark.parametrize(
    "replaced",
    [
        {"data": np.ones(5)},
        {"indices": np.array([0, 1, 2, 3, 1, 99])},
        {"indptr": np.array([0, 4, 2, 6])},
    ],
    ids=["fewer counts", "unknown region", "overlap"],
)
def test_h5_whose_counts_have_no_place(write_h5, replaced):
    assert "its counts and their places do not fit together" in refused(write_h5(**replaced))


# -- values and names, in every form -------------------------------------------------------------
@pytest.fixture
def counts_file(tmp_path, write_folder, write_h5, matrix_market):
    """Write counts in any form."""

    def write(form, counts=COUNTS, cells=CELLS, regions=REGIONS):
        if form == "folder":
            bed = [name.replace(":", "\t").replace("-", "\t") for name in regions]
            field = "integer" if counts.dtype.kind == "i" else "real"
            return write_folder(cells=cells, bed=bed, matrix=matrix_market(counts, field))
        if form == "h5":
            data = sparse.csr_matrix(counts).data
            return write_h5(counts, cells, regions, data=data)
        adata = anndata.AnnData(sparse.csr_matrix(counts))
        adata.obs_names, adata.var_names = cells, regions
        path = tmp_path / f"counts.{form}"
        getattr(adata, f"write_{form}")(path)
        return path

    return write


every_form = pytest.mark.parametrize("form", ["folder", "h5", "h5ad", "zarr"])
quiet = pytest.mark.filterwarnings("ignore:.*names are not unique", "ignore:Writing zarr v2")
pytestmark = quiet  # anndata's, while the file is written


@every_form
def test_negative_value(counts_file, form):
    path = counts_file(form, np.where(COUNTS == 2, -2, COUNTS))
    with pytest.raises(DataError, match="holds negative values such as -2; give raw counts or 0/1"):
        read(path)


@every_form
def test_fractional_value(counts_file, form):
    path = counts_file(form, np.where(COUNTS == 2, 0.25, COUNTS))
    with pytest.raises(DataError, match=r"holds fractional values such as 0.25; give raw counts"):
        read(path)


@every_form
def test_value_that_is_no_number(counts_file, form):
    with pytest.raises(DataError, match="not numbers"):
        read(counts_file(form, np.where(COUNTS == 2, np.nan, COUNTS)))


@every_form
def test_matrix_of_zeros(counts_file, form):
    assert "every count is zero" in refused(counts_file(form, np.zeros_like(COUNTS)))


@every_form
def test_matrix_without_cells(counts_file, form):
    assert "holds no cells" in refused(counts_file(form, COUNTS[:0], []))


@every_form
def test_matrix_without_regions(counts_file, form):
    assert "holds no regions" in refused(counts_file(form, COUNTS[:, :0], regions=[]))


@every_form
def test_barcode_that_comes_twice(counts_file, form):
    path = counts_file(form, cells=["AAAC-1", "AAAG-1", "AAAC-1"])
    assert "holds the cell 'AAAC-1' more than once; make the barcodes unique" in refused(path)


@every_form
def test_region_that_comes_twice(counts_file, form):
    path = counts_file(form, regions=["chr1:1-2", "chr1:1-2", "chr2:1-2", "chr2:1-2"])
    text = refused(path)
    assert "holds the region 'chr1:1-2' more than once, and 1 more names; keep one" in text


@pytest.mark.parametrize("form", ["h5", "h5ad", "zarr"])
def test_genes_in_the_place_of_regions(counts_file, form):
    path = counts_file(form, regions=["MS4A1", "CD3E", "HLA-A", "PAX5"])
    assert "holds no regions: its columns are named like 'MS4A1'" in refused(path)


@pytest.mark.parametrize("form", ["h5", "h5ad"])
def test_some_names_that_are_no_regions(counts_file, form):
    path = counts_file(form, regions=["MS4A1", *REGIONS[1:]])
    assert "names 1 of its 4 columns unlike regions, such as 'MS4A1'" in refused(path)


def test_two_names_of_one_region(counts_file):
    path = counts_file("h5", regions=["chr1:1-2", "chr1_1_2", "chr2:1-2", "chr3:1-2"])
    assert "the region 'chr1:1-2' more than once" in refused(path)


def test_region_that_ends_before_it_starts(counts_file):
    path = counts_file("folder", regions=["chr1:9-2", *REGIONS[1:]])
    assert "chr1:9-2 ends before it starts" in refused(path)


def test_matrix_that_lies_on_its_side(counts_file):
    path = counts_file("h5ad", COUNTS.T, REGIONS, CELLS)
    assert "transpose it, as adata.T does" in refused(path)


def test_real_rna(shared_data):
    path = shared_data / "small_fixtures" / "simba_rna_subset.h5ad"
    assert "gene expression (RNA)" in refused(path)


def test_rna_of_cell_ranger(write_h5):
    path = write_h5(ids=["G1", "G2", "G3", "G4"], types=["Gene Expression"] * 4)
    assert "gene expression (RNA)" in refused(path)


def test_real_fragments(shared_data):
    path = shared_data / "small_fixtures" / "maestro_fragments.tsv.gz"
    assert "holds fragments" in refused(path)
