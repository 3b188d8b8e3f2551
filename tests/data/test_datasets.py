"""The built-in set is the real one; the download is checked without any network."""

import hashlib
import http.server
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import numpy as np
import pytest

from peakvi_widgets.data import DATASETS, datasets, read
from peakvi_widgets.data.datasets import PBMC5K_SHA256, pbmc5k, pbmc10k
from peakvi_widgets.errors import DataError

NAME = "atac_pbmc_5k_nextgem_filtered_peak_bc_matrix.tar.gz"


@pytest.fixture(scope="module")
def built_in():
    return pbmc10k()


def test_built_in_set_is_the_real_one(built_in, shared_data):
    folder = "pbmc10k_multiome_51loci_tiles500"
    real = read(shared_data / folder / f"{folder}.h5ad")
    assert (built_in.X != real.X).nnz == 0
    assert built_in.obs.equals(real.obs)
    assert built_in.var.equals(real.var)


def test_built_in_set_is_small_and_credited():
    assert datasets.PBMC10K.stat().st_size < 2_200_000
    credit = datasets.PBMC10K.with_suffix(".CREDIT.txt").read_text()
    assert "10x Genomics" in credit
    assert "CC BY 4.0" in credit
    assert "Changes" in credit


def test_built_in_set_shows_a_known_marker(built_in):
    # The promoter of MS4A1 (CD20): open in 54.3 % of B cells, 0.4 % of the rest, 437 cells in all.
    opened = built_in[:, "chr11:60455500-60456000"].X.toarray().ravel() > 0
    b = (built_in.obs["cell_type_coarse"] == "B").to_numpy()
    assert opened.sum() == 437
    assert opened[b].mean() == pytest.approx(0.543, abs=5e-4)
    assert opened[~b].mean() == pytest.approx(0.004, abs=5e-4)


@pytest.mark.parametrize("name", ["pbmc10k", "simulated"])
def test_list_tells_the_size(name):
    entry = DATASETS[name]
    assert entry.load().shape == (entry.n_cells, entry.n_regions)
    assert "\n" not in entry.description


# -- the download --------------------------------------------------------------------------------
@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / "cache" / name)
    return tmp_path / "cache" / "peakvi_widgets"


@pytest.fixture
def archive(tmp_path, write_folder, monkeypatch):
    """A small archive of the same make, which stands in for the one that is known by its hash."""
    path = tmp_path / NAME
    with tarfile.open(path, "w:gz") as packed:
        packed.add(write_folder(), "filtered_peak_bc_matrix")
    monkeypatch.setattr(datasets, "PBMC5K_SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    return path


@pytest.fixture
def server(tmp_path, monkeypatch):
    """Serve the test's folder on this machine, in the place of the real address."""
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, _format, *arguments):
            asked.append(arguments[0])

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.05,))
        thread.start()
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setattr(
            datasets, "PBMC5K_URL", f"http://127.0.0.1:{serving.server_port}/{NAME}"
        )
        yield asked
        serving.shutdown()
        thread.join()


@pytest.fixture
def refused_network(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(datasets, "PBMC5K_URL", f"http://127.0.0.1:1/{NAME}")


def test_download_is_unpacked_and_read(cache, archive, server):
    assert pbmc5k().shape == (3, 4)
    assert (cache / NAME).read_bytes() == archive.read_bytes()


def test_download_happens_once(cache, archive, server):
    pbmc5k()
    pbmc5k()
    assert len(server) == 1


def test_archive_put_into_the_cache_by_hand_needs_no_network(cache, archive, refused_network):
    cache.mkdir(parents=True)
    archive.rename(cache / NAME)
    assert pbmc5k().obs_names.tolist() == ["AAAC", "AAAG", "AAAT"]


def test_refused_network_says_what_to_do(cache, refused_network):
    with pytest.raises(DataError) as error:
        pbmc5k()
    assert str(error.value) == (
        f"{NAME} cannot be downloaded; look at the network, or download "
        f"{datasets.PBMC5K_URL} by other means and put it at {cache / NAME}."
    )


def test_other_file_in_its_place_is_refused(cache, tmp_path, server):
    (tmp_path / NAME).write_text("<html>Please log in</html>")
    with pytest.raises(DataError, match=f"What came for {NAME} is not that file"):
        pbmc5k()
    assert not (cache / NAME).exists()


def test_file_that_the_server_lacks(cache, server):
    with pytest.raises(DataError, match="cannot be downloaded"):
        pbmc5k()


def test_hash_is_the_one_that_is_known(shared_data):
    known = (shared_data / "README.md").read_text()
    assert f"sha256 `{PBMC5K_SHA256}`" in known
    assert NAME in known
    assert datasets.PBMC5K_URL.endswith(f"/{NAME}")


# -- what importing costs ------------------------------------------------------------------------
def test_importing_is_cheap():
    heavy = ["anndata", "h5py", "numba", "pandas", "pooch", "scanpy", "scipy", "torch", "zarr"]
    done = subprocess.run(
        [sys.executable, "-c", "import sys, peakvi_widgets.data; print(*sys.modules)"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not set(heavy) & set(done.stdout.split())


def test_names_of_functions_are_not_hidden_by_their_files():
    import peakvi_widgets.data.read
    import peakvi_widgets.data.simulate

    assert callable(peakvi_widgets.data.read)
    assert callable(peakvi_widgets.data.simulate)
    assert all(hasattr(peakvi_widgets.data, name) for name in peakvi_widgets.data.__all__)


def test_built_in_set_is_stored_small(built_in):
    assert built_in.X.dtype == np.uint8
