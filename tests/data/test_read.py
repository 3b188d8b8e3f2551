"""Every form of cells by regions, from the real data and from files written here."""

import gzip

import anndata
import numpy as np
import pytest
from scipy import sparse

from peakvi_widgets.data import DataWarning, read, read_10x_atac, reading
from peakvi_widgets.errors import DataError

from .conftest import CELLS, COUNTS, REGIONS

pytestmark = pytest.mark.filterwarnings("ignore::peakvi_widgets.data.checks.DataWarning")


def check_form(adata):
    assert isinstance(adata.X, sparse.csr_matrix)
    assert adata.X.dtype.kind == "u"
    assert adata.X.has_canonical_format
    assert adata.X.data.min() > 0
    var = adata.var
    rebuilt = var["chr"].astype(str) + ":" + var["start"].astype(str) + "-" + var["end"].astype(str)
    assert rebuilt.tolist() == adata.var_names.tolist()
    assert var["start"].dtype == var["end"].dtype == np.int64


@pytest.mark.parametrize(
    ("path", "shape", "dtype"),
    [
        ("granja2019_bmmc_dev/granja2019_bmmc_dev.h5ad", (2500, 10000), "uint8"),
        ("granja2019_bmmc_dev/filtered_peak_bc_matrix", (2500, 10000), "uint8"),
        ("pbmc10k_multiome_51loci/pbmc10k_multiome_51loci.h5ad", (10233, 680), "uint8"),
        ("pbmc10k_multiome_51loci/filtered_peak_bc_matrix", (10233, 680), "uint8"),
        ("pbmc10k_multiome_51loci/filtered_peak_bc_matrix.h5", (10233, 680), "uint8"),
        (
            "pbmc10k_multiome_51loci_tiles500/pbmc10k_multiome_51loci_tiles500.h5ad",
            (9440, 9295),
            "uint8",
        ),
        ("small_fixtures/maestro_10x_100x4283.h5", (100, 4283), "uint8"),
        ("small_fixtures/simba_10xpbmc_100x10000.h5ad", (100, 10000), "uint8"),
        ("scvi_reference/counts.h5ad", (600, 1500), "uint8"),
    ],
)
def test_every_real_form_is_read(shared_data, path, shape, dtype):
    adata = read(shared_data / path)
    check_form(adata)
    assert adata.shape == shape
    assert adata.X.dtype == dtype


def test_folder_holds_the_counts_of_the_h5ad(shared_data):
    folder = shared_data / "granja2019_bmmc_dev"
    reference = anndata.read_h5ad(folder / "granja2019_bmmc_dev.h5ad")
    adata = read_10x_atac(folder / "filtered_peak_bc_matrix")
    assert (adata.X != reference.X).nnz == 0
    assert adata.obs_names.tolist() == reference.obs_names.tolist()
    assert adata.var_names.tolist() == reference.var_names.tolist()


@pytest.mark.parametrize("form", ["filtered_peak_bc_matrix", "filtered_peak_bc_matrix.h5"])
def test_packed_folder_and_h5_hold_the_counts_of_the_h5ad(shared_data, form):
    folder = shared_data / "pbmc10k_multiome_51loci"
    reference = anndata.read_h5ad(folder / "pbmc10k_multiome_51loci.h5ad")
    adata = read_10x_atac(folder / form)
    assert (adata.X != reference.X).nnz == 0
    assert [f"{name}-1" for name in adata.obs_names] == reference.obs_names.tolist()
    assert adata.obs["batch_id"].unique().tolist() == ["1"]
    assert adata.var_names.tolist() == reference.var_names.tolist()


def test_ids_with_underscores_become_region_names(shared_data):
    adata = read(shared_data / "small_fixtures" / "maestro_10x_100x4283.h5")
    assert adata.var_names[0] == "chr22:10650302-10650776"
    assert adata.obs_names[0] == "0w#AAACGAAAGACTCGGA"


def test_h5ad_keeps_labels_and_names(shared_data):
    adata = read(shared_data / "small_fixtures" / "simba_10xpbmc_100x10000.h5ad")
    assert adata.obs_names[0] == "GCACCTAAGTTAGTGC-1_atac"
    assert adata.obs["celltype"].nunique() == 19


@pytest.mark.parametrize("packed", [False, True])
def test_folder_is_read(write_folder, packed):
    adata = read_10x_atac(write_folder(packed=packed))
    check_form(adata)
    assert adata.X.toarray().tolist() == COUNTS.tolist()
    assert adata.X.dtype == np.uint16  # 300 does not fit into a byte
    assert adata.var_names.tolist() == REGIONS


def test_file_of_the_folder_stands_for_it(write_folder):
    assert read(write_folder() / "matrix.mtx").shape == (3, 4)


def test_path_may_be_text_and_begin_at_home(write_folder, monkeypatch):
    folder = write_folder()
    monkeypatch.setenv("HOME", str(folder.parent))
    assert read_10x_atac(f"~/{folder.name}").shape == (3, 4)


def test_one_well_strips_its_number_as_the_tutorial_does(write_folder):
    adata = read_10x_atac(write_folder())
    assert adata.obs_names.tolist() == ["AAAC", "AAAG", "AAAT"]
    assert adata.obs["batch_id"].tolist() == ["1", "1", "1"]


@pytest.mark.parametrize("form", ["folder", "h5"])
def test_several_wells_keep_their_numbers(write_folder, write_h5, form):
    cells = ["AAAC-1", "AAAC-2", "AAAG-2"]
    adata = read_10x_atac(write_folder(cells=cells) if form == "folder" else write_h5(cells=cells))
    assert adata.obs_names.tolist() == cells
    assert adata.obs["batch_id"].tolist() == ["1", "2", "2"]


def test_numbers_that_count_the_cells_are_no_wells(write_folder):
    adata = read_10x_atac(write_folder(cells=["cell-0", "cell-1", "cell-2"]))
    assert adata.obs_names.tolist() == ["cell-0", "cell-1", "cell-2"]
    assert "batch_id" not in adata.obs


def test_wells_are_ordered_by_number(write_h5):
    adata = read(write_h5(cells=["AAAC-10", "AAAC-2", "AAAG-2"]))
    assert adata.obs["batch_id"].cat.categories.tolist() == ["2", "10"]


def test_comments_in_the_bed_file_are_passed_over(write_folder):
    bed = ["# id=run", "chr1\t1\t2\tpeak", "chr1\t3\t4", "chr1\t5\t6", "chr1\t7\t8"]
    assert read(write_folder(bed=bed)).var_names[0] == "chr1:1-2"


def test_entries_out_of_order_and_stored_zeros_make_no_difference(write_folder):
    head = "%%MatrixMarket matrix coordinate real general\n4 3 5\n"
    adata = read(write_folder(matrix=head + "4 3 4.0\n3 1 1\n1 2 3\n1 1 0\n2 1 2e0"))
    assert adata.X.toarray().tolist() == [[0, 2, 1, 0], [3, 0, 0, 0], [0, 0, 0, 4]]
    assert adata.X.nnz == 4


def test_pattern_matrix_says_open_or_closed(write_folder):
    head = "%%MatrixMarket matrix coordinate pattern general\n4 3 2\n"
    adata = read(write_folder(matrix=head + "4 3\n1 1\n"))
    assert adata.X.toarray().tolist() == [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]


def test_matrix_is_the_same_in_many_pieces(write_folder, monkeypatch):
    monkeypatch.setattr("peakvi_widgets.data.matrix_market.PIECE", 10)
    assert read(write_folder()).X.toarray().tolist() == COUNTS.tolist()


def test_h5_is_the_same_in_many_pieces(write_h5, monkeypatch):
    monkeypatch.setattr("peakvi_widgets.data.stored_matrix.BLOCK", 2)
    adata = read(write_h5())
    check_form(adata)
    assert adata.X.toarray().tolist() == COUNTS.tolist()


ARC_IDS = ["ENSG1", "chr1:100-200", "ENSG2", "chr2:5-9"]
ARC_TYPES = ["Gene Expression", "Peaks", "Gene Expression", "Peaks"]


def test_peaks_are_taken_from_an_arc_h5(write_h5):
    adata = read_10x_atac(write_h5(ids=ARC_IDS, types=ARC_TYPES))
    check_form(adata)
    assert adata.var_names.tolist() == ["chr1:100-200", "chr2:5-9"]
    assert adata.X.toarray().tolist() == COUNTS[:, [1, 3]].tolist()
    assert adata.X.dtype == np.uint8  # the 300 belongs to a gene


def test_peaks_are_taken_from_an_arc_folder(write_folder):
    features = "".join(f"{i}\t{i}\t{t}\n" for i, t in zip(ARC_IDS, ARC_TYPES, strict=True))
    adata = read(write_folder(peaks_bed=None, features_tsv=features, packed=True))
    assert adata.var_names.tolist() == ["chr1:100-200", "chr2:5-9"]


@pytest.fixture
def counted():
    return anndata.AnnData(
        sparse.csr_matrix(COUNTS.astype("f4")),
        obs={"label": ["a", "b", "a"]},
        var={"feature_types": ["Peaks", "Peaks", "Peaks", "Gene Expression"]},
        obsm={"X_umap": np.arange(6.0).reshape(3, 2)},
    )


@pytest.mark.parametrize(("form", "version"), [("h5ad", 2), ("zarr", 2), ("zarr", 3)])
@pytest.mark.filterwarnings("ignore:Writing zarr v2", "ignore:zarr v3 auto", "ignore:Consolidated")
@pytest.mark.filterwarnings("ignore:This setting will be removed", "ignore:zarr v3 will become")
def test_anndata_files_keep_everything_and_take_the_peaks(tmp_path, counted, form, version):
    counted.obs_names, counted.var_names = CELLS, [name.replace(":", "-") for name in REGIONS]
    counted.obs["label"] = counted.obs["label"].astype("category")
    path = tmp_path / f"counts.{form}"
    with anndata.settings.override(zarr_write_format=version):
        getattr(counted, f"write_{form}")(path)
    adata = read(path)
    check_form(adata)
    assert adata.obs_names.tolist() == CELLS  # the user's own names stay
    assert adata.var_names.tolist() == REGIONS[:3]
    assert adata.X.toarray().tolist() == COUNTS[:, :3].tolist()
    assert adata.obs["label"].tolist() == ["a", "b", "a"]
    assert adata.obsm["X_umap"].tolist() == [[0, 1], [2, 3], [4, 5]]


def test_regions_may_stand_in_columns(tmp_path, counted):
    del counted.var["feature_types"]
    counted.var_names = [f"peak_{number}" for number in range(4)]
    counted.var["chrom"], counted.var["start"], counted.var["end"] = ["chr1"] * 4, range(4), 9
    counted.write_h5ad(tmp_path / "named.h5ad")
    adata = read(tmp_path / "named.h5ad")
    check_form(adata)
    assert adata.var_names[3] == "chr1:3-9"


def test_reading_tells_its_steps(write_folder):
    steps = reading(write_folder(packed=True))
    assert list(steps) == [
        "reading peaks.bed.gz",
        "reading peaks.bed.gz",
        "reading barcodes.tsv.gz",
        "reading barcodes.tsv.gz",
        "reading matrix.mtx.gz: 100%",
        "checking the counts",
    ]


def test_empty_cells_and_regions_are_read_with_one_warning(write_h5):
    counts = np.array([[0, 2, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]])
    path = write_h5(counts)
    with pytest.warns(DataWarning) as warned:
        adata = read(path)
    assert adata.shape == (3, 4)
    assert [str(warning.message) for warning in warned] == [
        f"{path} holds 1 cell and 2 regions without a single count; filter with min_regions=1 and "
        "min_cells=1 or more to leave them out."
    ]
    assert warned[0].filename == __file__


def test_step_by_step_reading_leaves_the_warning_to_its_caller(write_h5):
    path = write_h5(np.array([[0, 2, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]]))
    assert list(reading(path)) == ["reading matrix.h5: 0%", "checking the counts"]


def test_gzip_of_two_members_is_read_to_its_end(write_folder, matrix_market):
    folder = write_folder(matrix_mtx=None)
    text = matrix_market(COUNTS).encode()
    (folder / "matrix.mtx.gz").write_bytes(gzip.compress(text[:80]) + gzip.compress(text[80:]))
    assert read(folder).X.toarray().tolist() == COUNTS.tolist()


def test_errors_are_value_errors_too():
    assert issubclass(DataError, ValueError)
