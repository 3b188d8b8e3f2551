"""Files as GEO, R, Excel and other tools write them, and what users keep in a notebook."""

import gzip
from types import SimpleNamespace

import anndata
import h5py
import numpy as np
import pandas as pd
import pytest
import zarr
from scipy import sparse

from peakvi_widgets.data import check_counts, read
from peakvi_widgets.data.given import as_anndata
from peakvi_widgets.errors import DataError

from .conftest import CELLS, COUNTS, REGIONS, is_right, read_with_remarks, refused

pytestmark = [
    pytest.mark.filterwarnings("ignore::peakvi_widgets.data.checks.DataWarning"),
    pytest.mark.filterwarnings("ignore:Writing zarr v2", "ignore:.*names are not unique"),
]


# -- text files beside a matrix ------------------------------------------------------------------
BED = [name.replace(":", "\t").replace("-", "\t") for name in REGIONS]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"\n", b"\r"),
        lambda text: text.rstrip(),
        lambda text: text.replace(b"\n", b" \n"),
        lambda text: text.replace(b"\n", b"\n\n"),
        lambda text: b"\n".join(
            b"\t".join(b'"%s"' % value for value in line.split(b"\t")) for line in text.split()
        ) if b"chr" not in text else text.replace(b"chr1", b'"chr1"'),
        lambda text: text.decode().encode("utf-16"),
    ],
    ids=["BOM", "CRLF", "CR", "no end", "spaces", "empty lines", "quotes", "UTF-16"],
)  # fmt: skip
def test_what_r_and_excel_add_makes_no_difference(write_folder, change):
    folder = write_folder()
    for name in ("peaks.bed", "barcodes.tsv"):
        (folder / name).write_bytes(change((folder / name).read_bytes()))
    is_right(read(folder))


def test_windows_line_ends_of_the_matrix(write_folder):
    folder = write_folder()
    file = folder / "matrix.mtx"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    is_right(read(folder))


@pytest.mark.parametrize("divider", [" ", "  ", ","])
def test_bed_file_without_tabs(write_folder, divider):
    is_right(read(write_folder(bed=[line.replace("\t", divider) for line in BED])))


@pytest.mark.parametrize("names", [REGIONS, [name.replace(":", "-") for name in REGIONS]])
def test_list_of_names_in_the_place_of_a_bed_file(write_folder, names):
    folder = write_folder(peaks_bed=None, features_tsv="".join(f"{name}\n" for name in names))
    is_right(read(folder))


def test_headings_are_left_out_and_named(write_folder):
    folder = write_folder(bed=["chr\tstart\tend", *BED], cells=["x", *CELLS])
    adata, remarks = read_with_remarks(folder)
    is_right(adata)
    assert [remark.split(",")[0] for remark in remarks] == [
        "The first line of peaks.bed",
        "The first line of barcodes.tsv",
    ]


def test_cell_that_is_named_like_a_heading_stays(write_folder):
    assert read(write_folder(cells=["x", "y", "z"])).obs_names.tolist() == ["x", "y", "z"]


def test_numbers_of_rows_are_left_out(write_folder):
    numbered = [f'"{number}"\t"{cell}"' for number, cell in enumerate(CELLS, 1)]
    is_right(read(write_folder(cells=numbered)))


def test_heading_and_numbers_of_rows(write_folder):
    numbered = [f'"{number}"\t"{cell}"' for number, cell in enumerate(CELLS, 1)]
    adata, remarks = read_with_remarks(write_folder(cells=['"x"', *numbered]))
    is_right(adata)
    assert len(remarks) == 1


def test_lines_of_a_genome_browser_are_left_out(write_folder):
    is_right(read(write_folder(bed=['track name="peaks"', "browser position chr1", *BED])))


def test_transposed_matrix_is_recognised_by_its_sizes(write_folder, matrix_market):
    adata, remarks = read_with_remarks(write_folder(matrix=matrix_market(COUNTS.T)))
    is_right(adata)
    assert "has cells in its rows and regions in its columns" in remarks[0]


def test_regions_that_r_typed_as_genes(write_folder, write_h5):
    features = "".join(f"{name}\t{name}\tGene Expression\n" for name in REGIONS)
    adata, remarks = read_with_remarks(write_folder(peaks_bed=None, features_tsv=features))
    is_right(adata)
    assert "typed 'Gene Expression' but named like regions" in remarks[0]
    is_right(read(write_h5(types=["Gene Expression"] * 4)))


@pytest.mark.parametrize("value", ["2.0", "2.", "2e0", "20E-1", ".2e1", " 2 "])
def test_ways_to_write_a_whole_number(write_folder, value):
    head = "%%MatrixMarket matrix coordinate real general\n4 3 2\n"
    assert read(write_folder(matrix=f"{head}1 1 {value}\n4 3 1")).X[0, 0] == 2


@pytest.mark.parametrize("value", ["2-", "2e", "2.0.0", "2 2", "e2", "--2", "."])
def test_value_that_is_not_a_number_at_all(write_folder, value):
    head = "%%MatrixMarket matrix coordinate real general\n4 3 2\n"
    assert "damaged" in refused(write_folder(matrix=f"{head}1 1 {value}\n4 3 1"))


# -- GEO -----------------------------------------------------------------------------------------
def as_on_geo(folder, prefix, packed=True):
    for name in ("matrix.mtx", "peaks.bed", "barcodes.tsv"):
        content = (folder / name).read_bytes()
        ending = ".gz" if packed else ""
        (folder / f"{prefix}{name}{ending}").write_bytes(
            gzip.compress(content) if packed else content
        )


def without_plain(folder):
    for name in ("matrix.mtx", "peaks.bed", "barcodes.tsv"):
        (folder / name).unlink()
    return folder


def test_prefix_of_a_sample(write_folder):
    folder = write_folder()
    as_on_geo(folder, "GSM123_donor1_")
    without_plain(folder)
    is_right(read(folder))
    is_right(read(folder / "GSM123_donor1_matrix.mtx.gz"))


def test_several_samples_are_named(write_folder):
    folder = write_folder()
    for prefix in ("GSM1_a_", "GSM2_b_"):
        as_on_geo(folder, prefix)
    without_plain(folder)
    text = refused(folder)
    assert "holds 2 samples ('GSM1_a', 'GSM2_b')" in text
    assert "open one by its matrix, such as GSM1_a_matrix.mtx.gz" in text
    is_right(read(folder / "GSM2_b_matrix.mtx.gz"))


def test_other_sample_is_never_taken(write_folder):
    folder = write_folder()
    as_on_geo(folder, "GSM1_a_")
    as_on_geo(folder, "GSM2_b_")
    without_plain(folder)
    (folder / "GSM1_a_barcodes.tsv.gz").unlink()
    text = refused(folder / "GSM1_a_matrix.mtx.gz")
    assert "has no GSM1_a_barcodes.tsv (nor the same as .gz)" in text


@pytest.mark.parametrize(
    ("matrix", "prefix"),
    [
        ("GSM9_x_filtered_peak_bc_matrix.mtx", "GSM9_x_"),
        ("GSM9_counts.mtx", "GSM9_"),
        ("counts.mtx", ""),
    ],
)
def test_other_names_of_the_matrix(write_folder, matrix, prefix):
    folder = write_folder()
    (folder / "matrix.mtx").rename(folder / matrix)
    for name in ("peaks.bed", "barcodes.tsv"):
        (folder / name).rename(folder / f"{prefix}{name}")
    is_right(read(folder))
    is_right(read(folder / matrix))


# -- AnnData files -------------------------------------------------------------------------------
@pytest.fixture
def written(tmp_path):
    def write(adata, form="h5ad", **options):
        path = tmp_path / f"counts.{form}"
        getattr(adata, f"write_{form}")(path, **options)
        return path

    return write


both = pytest.mark.parametrize("form", ["h5ad", "zarr"])


@both
@pytest.mark.parametrize("x", ["normalised", "none"])
def test_layer_of_a_file(adata, written, form, x):
    adata.layers["counts"] = adata.X.copy()
    adata.X = None if x == "none" else adata.X * 0.37
    path = written(adata, form)
    assert f"open them by open('{path}'"[:30] in refused(path)
    assert "in X, but counts in layer 'counts'" in refused(path)
    assert "layer='counts')." in refused(path)
    own = read(path, layer="counts")
    is_right(own)
    assert not own.layers


@both
def test_raw_of_a_file(adata, written, form):
    adata.raw = adata.copy()
    adata = adata[:, [2, 0]].copy()
    adata.X = adata.X * 0.37
    path = written(adata, form)
    assert "but counts in raw; open them by" in refused(path)
    is_right(read(path, layer="raw"))


def test_layer_that_is_not_there(adata, written):
    assert "has no layer 'x'; its layers are: none" in refused(written(adata), layer="x")


def test_layer_of_a_matrix_folder(write_folder):
    assert "is a matrix without layers" in refused(write_folder(), layer="counts")


@both
@pytest.mark.parametrize("form_of_x", ["csr", "csc", "dense", "integers"])
def test_every_form_of_x(adata, written, form, form_of_x):
    turn = {"csr": sparse.csr_matrix, "csc": sparse.csc_matrix, "dense": sparse.csr_matrix.toarray}
    adata.X = turn.get(form_of_x, lambda x: x.astype("i8"))(adata.X)
    is_right(read(written(adata, form)))


@both
@pytest.mark.parametrize("form_of_x", ["csr", "csc", "dense"])
@pytest.mark.parametrize("block", [1, 3])
def test_peaks_beside_normalised_genes(adata, written, form, form_of_x, block, monkeypatch):
    """Only the peaks have to be counts; and blocks may end anywhere."""
    monkeypatch.setattr("peakvi_widgets.data.stored_matrix.BLOCK", block)
    values = COUNTS.astype("f4")
    values[:, 1] = [0.5, 0, -3]
    turn = {"csr": sparse.csr_matrix, "csc": sparse.csc_matrix, "dense": np.asarray}
    adata.X = turn[form_of_x](values)
    adata.var["feature_types"] = ["Peaks", "Gene Expression", "Peaks", "Peaks"]
    adata.layers["more"] = COUNTS
    own = read(written(adata, form))
    assert own.X.toarray().tolist() == COUNTS[:, [0, 2, 3]].tolist()
    assert own.layers["more"].tolist() == COUNTS[:, [0, 2, 3]].tolist()


@both
def test_what_a_newer_anndata_wrote_is_left_out_and_named(adata, written, form):
    adata.obs["kept"], adata.obs["new"] = list("abc"), list("def")
    adata.uns["kept"], adata.uns["new"] = 1, 2
    adata.obsm["X_umap"], adata.obsm["new"] = np.zeros((3, 2)), np.zeros((3, 2))
    path = written(adata, form)
    if form == "h5ad":
        with h5py.File(path, "r+") as file:
            for name in ("obs/new", "uns/new", "obsm/new"):
                file[name].attrs["encoding-type"] = "tomorrow"
    else:
        for name in ("obs/new", "uns/new", "obsm/new"):
            zarr.open_group(path, mode="r+")[name].attrs["encoding-type"] = "tomorrow"
    own, remarks = read_with_remarks(path)
    is_right(own)
    assert own.obs.columns.tolist() == ["kept"]
    assert set(own.uns) == {"kept"}
    assert set(own.obsm) == {"X_umap"}
    assert "obs has columns that cannot be read and were left out: 'new'" in remarks[0]
    assert "'obsm/new', 'uns/new'" in remarks[1]


def test_anndata_from_before_version_0_7(tmp_path):
    with h5py.File(tmp_path / "old.h5ad", "w") as file:
        obs = np.array(
            [(b"AAAC", 1), (b"AAAG", 0), (b"AAAT", 1)], [("index", "S4"), ("kind", "i1")]
        )
        file["obs"] = obs
        file["var"] = np.array([(name.encode(),) for name in REGIONS], [("index", "S20")])
        file["uns/kind_categories"] = np.array([b"B", b"T"])
        stored = sparse.csr_matrix(COUNTS.astype("f4"))
        for name in ("data", "indices", "indptr"):
            file[f"X/{name}"] = getattr(stored, name)
        file["X"].attrs["h5sparse_format"], file["X"].attrs["h5sparse_shape"] = "csr", (3, 4)
    adata = read(tmp_path / "old.h5ad")
    is_right(adata)
    assert adata.obs["kind"].astype(str).tolist() == ["T", "B", "T"]


def test_zstd(adata, written, monkeypatch):
    hdf5plugin = pytest.importorskip("hdf5plugin")
    path = written(adata, **{"compression": hdf5plugin.FILTERS["zstd"]})
    is_right(read(path))
    monkeypatch.setattr(h5py.h5z, "filter_avail", lambda code: code != 32015)
    assert "pip install hdf5plugin" in refused(path)


# -- MuData --------------------------------------------------------------------------------------
@pytest.fixture
def rna():
    made = anndata.AnnData(np.ones((3, 2), "f4"))
    made.obs_names, made.var_names = ["AAAC", "AAAG", "AAAT"], ["MS4A1", "CD3E"]
    return made


def write_mudata(path, **modalities):
    with h5py.File(path, "w") as file:
        file.attrs["encoding-type"] = "MuData"
        mod = file.create_group("mod")
        for name, adata in modalities.items():
            anndata.io.write_elem(mod, name, adata)
        anndata.io.write_elem(file, "obs", next(iter(modalities.values())).obs)
    return path


@pytest.mark.parametrize("name", ["atac", "ATAC", "open chromatin"])
def test_modality_of_peaks_is_taken(tmp_path, adata, rna, name):
    path = write_mudata(tmp_path / "both.h5mu", rna=rna, **{name: adata})
    own, remarks = read_with_remarks(path)
    is_right(own)
    assert remarks == [f"The modality {name!r} of {path} was opened; 'rna' left out."]
    mudata = SimpleNamespace(mod={"rna": rna, name: adata})
    remarks = []
    is_right(check_counts(as_anndata(mudata, source="m", remarks=remarks), source="m"))
    assert f"modality {name!r} of m was opened" in remarks[0]


def test_mudata_without_peaks_or_with_several(tmp_path, adata, rna):
    assert "no modality of peaks" in refused(write_mudata(tmp_path / "a.h5mu", rna=rna))
    path = write_mudata(tmp_path / "b.h5mu", a=adata, b=adata)
    assert "several modalities of peaks" in refused(path)
    is_right(read(write_mudata(tmp_path / "c.h5mu", a=adata, atac=adata)))


def test_mudata_with_the_name_of_an_anndata(tmp_path, adata, rna):
    assert "rename it to a.h5mu" in refused(write_mudata(tmp_path / "a.h5ad", rna=rna, atac=adata))


# -- what a notebook holds -----------------------------------------------------------------------
def test_table_of_cells_and_regions():
    table = pd.DataFrame(COUNTS, ["AAAC", "AAAG", "AAAT"], REGIONS)
    remarks = []
    is_right(check_counts(as_anndata(table, source="df", remarks=remarks), source="df"))
    assert not remarks
    is_right(check_counts(as_anndata(table.T, source="df", remarks=remarks), source="df"))
    assert "df has regions in its rows and cells in its columns; it was transposed." in remarks


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "bool", "Sparse[int]"])
def test_table_of_other_types(dtype):
    table = pd.DataFrame((COUNTS > 0).astype(int), ["AAAC", "AAAG", "AAAT"], REGIONS).astype(dtype)
    own = check_counts(as_anndata(table, source="df", remarks=[]), source="df")
    assert own.X.toarray().tolist() == (COUNTS > 0).astype(int).tolist()


def test_table_with_missing_values_and_texts():
    table = pd.DataFrame(COUNTS, ["AAAC", "AAAG", "AAAT"], REGIONS).astype("Int64")
    table.iloc[0, 0] = pd.NA
    with pytest.raises(DataError, match="not numbers"):
        check_counts(as_anndata(table, source="df", remarks=[]), source="df")
    with pytest.raises(DataError, match="Column 'label' of df does not hold numbers"):
        as_anndata(table.assign(label="a"), source="df", remarks=[])


@pytest.mark.parametrize("matrix", [COUNTS, sparse.csr_matrix(COUNTS), sparse.csr_array(COUNTS)])
def test_matrix_without_names(matrix):
    with pytest.raises(DataError) as error:
        as_anndata(matrix, source="x", remarks=[])
    assert "wrap it as anndata.AnnData(x, obs=pd.DataFrame(index=barcodes)" in str(error.value)


@pytest.mark.parametrize("thing", [5, None, [1, 2], {"a": 1}, b"path"])
def test_anything_else(thing):
    with pytest.raises(DataError, match=r"x is of type .*; expected a path"):
        as_anndata(thing, source="x", remarks=[])


def test_anndata_without_names():
    with pytest.raises(DataError, match=r"columns are named like '0'.*in adata.var_names"):
        check_counts(anndata.AnnData(COUNTS.astype("f4")), source="adata")
