"""Data sets to try things on: real cells in the package, the tutorial's by download, simulated."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DataError
from .simulate import simulate

if TYPE_CHECKING:
    from anndata import AnnData

PBMC10K = Path(__file__).with_name("pbmc10k_tiles.h5ad")
PBMC10K_FRAGMENTS = PBMC10K.with_name("pbmc10k_fragments.tsv.gz")  # in 42 of the 51 loci
PBMC5K_URL = (
    "https://cf.10xgenomics.com/samples/cell-atac/1.2.0/atac_pbmc_5k_nextgem/"
    "atac_pbmc_5k_nextgem_filtered_peak_bc_matrix.tar.gz"
)
PBMC5K_SHA256 = "78e536a1508108fa5bd3b411a7484809c011f3403800369b20db05bdbfeb2284"


def pbmc10k() -> "AnnData":
    """Blood cells of one healthy donor, in the package: 9,440 cells x 9,295 regions.

    The regions are tiles of 500 base pairs (hg38) in 51 loci around marker genes, so the set is
    small, and sparser than whole data.

    Returns
    -------
    Counts, cells by regions. ``obs["cell_type"]`` (13 types) and ``obs["cell_type_coarse"]`` (7)
    come from the RNA of the same cells, so they do not depend on the counts.

    References
    ----------
    10x Genomics, PBMC from a healthy donor, granulocytes removed through cell sorting (10k),
    multiome; CC BY 4.0. See the credit beside the file.
    """
    from .read import read

    return read(PBMC10K)


def pbmc5k() -> "AnnData":
    """Blood cells of the PeakVI tutorial: 4,585 cells x 115,554 regions, by download.

    The archive is downloaded once, checked, and kept in the user's cache folder.

    Returns
    -------
    Counts, cells by regions (hg19 peaks), as `read_10x_atac` gives them; no labels.

    Raises
    ------
    DataError
        If the archive can neither be found in the cache nor be downloaded.

    References
    ----------
    10x Genomics, 5k peripheral blood mononuclear cells from a healthy donor (Next GEM v1.1),
    Cell Ranger ATAC 1.2.0; CC BY 4.0.
    """
    from .read import read_10x_atac

    return read_10x_atac(_downloaded(PBMC5K_URL, PBMC5K_SHA256))


def _downloaded(url: str, sha256: str) -> Path:
    """Get the folder with the matrix out of an archive that the cache holds or the net gives."""
    import tarfile

    import pooch
    import requests

    cache = Path(pooch.os_cache("peakvi_widgets"))
    name = url.rpartition("/")[2]
    by_hand = f"download {url} by other means and put it at {cache / name}."
    try:
        members = pooch.retrieve(
            url, f"sha256:{sha256}", fname=name, path=cache, processor=pooch.Untar()
        )
    except requests.RequestException as error:
        raise DataError(
            f"{name} cannot be downloaded; look at the network, or {by_hand}"
        ) from error
    except ValueError as error:  # what pooch raises for another hash
        raise DataError(
            f"What came for {name} is not that file, perhaps a proxy's page; {by_hand}"
        ) from error
    except (OSError, EOFError, tarfile.TarError) as error:
        raise DataError(f"{name} cannot be unpacked or written to {cache}: {error}.") from error
    return next(Path(member).parent for member in members if Path(member).name == "matrix.mtx")


@dataclass(frozen=True, slots=True)
class Dataset:
    """One entry of the list that a person chooses from.

    Parameters
    ----------
    load
        Gives the counts.
    description
        One line.
    n_cells, n_regions
        Size.
    fragments
        Where its fragments file is, if it is in the package.
    """

    load: Callable[[], "AnnData"]
    description: str
    n_cells: int
    n_regions: int
    fragments: Path | None = None


DATASETS = {
    "pbmc10k": Dataset(
        pbmc10k,
        "Blood cells with RNA-based labels, tiles in 51 marker loci; built in",
        9_440,
        9_295,
        PBMC10K_FRAGMENTS,
    ),
    "pbmc5k": Dataset(
        pbmc5k, "Blood cells of the PeakVI tutorial, all peaks; by download", 4_585, 115_554
    ),
    "simulated": Dataset(
        simulate, "Five cell types with planted regions; made in a second", 2_000, 5_000
    ),
}
