"""Writers of small files in Cell Ranger's forms, so that each test can bend one thing."""

import gzip
import threading

import h5py
import numpy as np
import pytest
from scipy import io, sparse

from peakvi_widgets.data import read, reading, simulate
from peakvi_widgets.errors import DataError

COUNTS = np.array([[0, 2, 1, 0], [3, 0, 0, 1], [0, 0, 300, 4]])  # 3 cells x 4 regions
CELLS = ["AAAC-1", "AAAG-1", "AAAT-1"]
REGIONS = ["chr1:100-200", "chr1:300-400", "chrX:5-10", "GL000194.1:55-100"]


@pytest.fixture
def write_folder(tmp_path):
    """Write a Cell Ranger folder; any of its parts may be replaced, and None leaves a file out."""

    def write(*, cells=CELLS, bed=None, matrix=None, packed=False, **files):
        folder = tmp_path / "filtered_peak_bc_matrix"
        folder.mkdir()
        bed = (
            [name.replace(":", "\t").replace("-", "\t") for name in REGIONS] if bed is None else bed
        )
        files = {
            "barcodes.tsv": "".join(f"{cell}\n" for cell in cells),
            "peaks.bed": "".join(f"{line}\n" for line in bed),
            "matrix.mtx": matrix_market(COUNTS) if matrix is None else matrix,
        } | {name.replace("_", "."): text for name, text in files.items()}
        for name, text in files.items():
            if text is None:
                continue
            if packed:
                (folder / f"{name}.gz").write_bytes(gzip.compress(text.encode()))
            else:
                (folder / name).write_text(text)
        return folder

    return write


def matrix_market(counts, field="integer"):
    """Counts as Cell Ranger writes them: regions in rows, cells in columns, cell by cell."""
    cells, regions = np.nonzero(counts)
    lines = [f"{r + 1} {c + 1} {counts[c, r]}" for c, r in zip(cells, regions, strict=True)]
    head = f"%%MatrixMarket matrix coordinate {field} general\n%metadata_json: {{}}\n"
    return "\n".join([f"{head}{counts.shape[1]} {counts.shape[0]} {len(lines)}", *lines, ""])


@pytest.fixture(name="matrix_market")
def matrix_market_fixture():
    return matrix_market


@pytest.fixture
def write_h5(tmp_path):
    """Write Cell Ranger's HDF5 file; any data set may be replaced, and None leaves it out."""

    def write(counts=COUNTS, cells=CELLS, ids=REGIONS, types=None, name="matrix.h5", **replaced):
        stored = sparse.csr_matrix(counts)
        stored.sort_indices()
        data = {
            "barcodes": np.array(cells, "S"),
            "data": stored.data,
            "indices": stored.indices.astype("i8"),
            "indptr": stored.indptr.astype("i8"),
            "shape": np.array(stored.shape[::-1], "i4"),
            "features/id": np.array(ids, "S"),
            "features/name": np.array(ids, "S"),
            "features/feature_type": np.array(types or ["Peaks"] * len(ids), "S"),
            "features/genome": np.array(["GRCh38"] * len(ids), "S"),
        } | replaced
        with h5py.File(tmp_path / name, "w") as file:
            for key, values in data.items():
                if values is not None:
                    file[f"matrix/{key}"] = values
        return tmp_path / name

    return write


@pytest.fixture(scope="module", autouse=True)
def _alone():
    """Let what a session of another module still compiles end: filters of warnings are global."""
    for thread in threading.enumerate():
        if thread.name.startswith("peakvi"):
            thread.join(120)
            assert not thread.is_alive(), f"{thread.name} of another module's session never ends"


@pytest.fixture
def adata():
    """The counts above, under names of cells without a well."""
    import anndata

    made = anndata.AnnData(sparse.csr_matrix(COUNTS.astype("f4")))
    made.obs_names, made.var_names = ["AAAC", "AAAG", "AAAT"], REGIONS
    return made


def read_with_remarks(path, **options):
    remarks = []
    steps = reading(path, remarks=remarks, **options)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value, remarks


def refused(path, **options):
    with pytest.raises(DataError) as error:
        read(path, **options)
    text = str(error.value)
    assert len(text) < 300
    return text


def is_right(adata):
    assert adata.X.toarray().tolist() == COUNTS.tolist()
    assert adata.var_names.tolist() == REGIONS
    assert adata.obs_names.tolist() == ["AAAC", "AAAG", "AAAT"]


FORMS = ("csr", "csc", "dense", "zarr", "10x", "folder", "folder of regions")


@pytest.fixture(scope="session")
def middling():
    """Counts of some megabytes."""
    return simulate(1_500, 3_000, density=0.3, n_types=3, seed=0)


@pytest.fixture(scope="session")
def write_form(middling, tmp_path_factory):
    """Write the counts in one of the forms that can be read."""
    folder = tmp_path_factory.mktemp("forms")

    def written(form):
        endings = {"zarr": ".zarr", "10x": ".h5", "folder": "", "folder of regions": ""}
        adata, path = middling.copy(), folder / f"{form}{endings.get(form, '.h5ad')}"
        if path.exists():
            return path
        if form in ("csr", "csc", "dense"):
            kinds = {"csr": sparse.csr_matrix, "csc": sparse.csc_matrix}
            adata.X = kinds.get(form, lambda x: x.toarray())(adata.X.astype("f4"))
            adata.write_h5ad(path)
        elif form == "zarr":
            adata.write_zarr(path)
        elif form == "10x":
            with h5py.File(path, "w") as file:
                for name in ("data", "indices", "indptr"):
                    file[f"matrix/{name}"] = getattr(adata.X, name).astype("i8")
                file["matrix/shape"] = adata.shape[::-1]
                file["matrix/barcodes"] = np.array(adata.obs_names, "S")
                file["matrix/features/id"] = np.array(adata.var_names, "S")
        else:
            path.mkdir()
            turned = adata.X.tocsc() if form == "folder of regions" else adata.X.T.tocsc()
            io.mmwrite(path / "matrix.mtx", turned.astype("i4"))
            (path / "barcodes.tsv").write_text("\n".join(adata.obs_names) + "\n")
            bed = (name.replace(":", "\t").replace("-", "\t") for name in adata.var_names)
            (path / "peaks.bed").write_text("\n".join(bed) + "\n")
        return path

    return written


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks are small beside these counts, as they are beside large ones."""
    for name in ("counts", "count_sums", "kept", "stored_matrix"):
        monkeypatch.setattr(f"peakvi_widgets.data.{name}.BLOCK", 20_000)
    monkeypatch.setattr("peakvi_widgets.data.matrix_market.PIECE", 100_000)
