"""Names of regions in other notations than chr1:100-200, and names that are no regions at all."""

import numpy as np
import pytest

from peakvi_widgets.data import check_counts, filter_counts, region_query
from peakvi_widgets.errors import DataError

from .conftest import COUNTS, REGIONS

pytestmark = pytest.mark.filterwarnings("ignore::peakvi_widgets.data.checks.DataWarning")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("chr1:1,000-2,000", ["chr1", 1000, 2000]),
        ("chr1:100-200(+)", ["chr1", 100, 200]),
        ("chr1:100-200:-", ["chr1", 100, 200]),
        ("chr1:100-200:*", ["chr1", 100, 200]),
        ("chr1-100-200-+", ["chr1", 100, 200]),
        ("chr1_100_200_-", ["chr1", 100, 200]),
        ("GRCh38_chr1_100_200", ["GRCh38_chr1", 100, 200]),
    ],
)
def test_other_ways_to_name_a_region(adata, name, parts):
    adata.var_names = [name, *REGIONS[1:]]
    own = check_counts(adata, source="adata")
    assert own.var.iloc[0, :3].tolist() == parts
    assert own.var_names[0] == f"{parts[0]}:{parts[1]}-{parts[2]}"


@pytest.mark.parametrize("form", ["{}:{}-{}", "{}-{}-{}", "{}_{}_{}"])
def test_names_that_anndata_made_unique(adata, form):
    name = form.format("chr1", 5000, 5500)
    adata.var_names = [name, name, name, "chr2:1-5"]
    adata.var_names_make_unique()
    own = check_counts(adata, source="adata")
    assert own.var_names.tolist() == [
        "chr1:5000-5500", "chr1:5000-5500-1", "chr1:5000-5500-2", "chr2:1-5"
    ]  # fmt: skip
    assert own.var["start"].tolist() == [5000, 5000, 5000, 1]
    assert own.X.toarray().tolist() == COUNTS.tolist()
    again = check_counts(own, source="adata")
    assert again.var_names.tolist() == own.var_names.tolist()


def test_number_behind_a_region_is_never_its_end(adata):
    adata.var_names = ["chr1:0-5-12", *REGIONS[1:]]
    assert check_counts(adata, source="adata").var.iloc[0].tolist() == ["chr1", 0, 5]


def test_chromosomes_of_joint_references(adata):
    adata.var_names = ["GRCh38_chr1:1-5", "mm10_chr1:1-5", "hg38_X:1-5", "GRCh38_chrM:1-5"]
    own = check_counts(adata, source="adata")
    assert filter_counts(own, min_cells=0, standard_chromosomes=True).var_names.tolist() == [
        "GRCh38_chr1:1-5", "mm10_chr1:1-5", "hg38_X:1-5"
    ]  # fmt: skip
    assert region_query("chr1:2-3").mask(own.var).tolist() == [True, True, False, False]
    assert region_query("mm10_chr1:2-3").mask(own.var).tolist() == [False, True, False, False]


# -- RNA with positions --------------------------------------------------------------------------
def with_positions(adata, names):
    adata.var_names = names
    adata.var["chromosome"], adata.var["start"] = ["chr1"] * 4, np.arange(4) * 1000
    adata.var["end"] = adata.var["start"] + 500
    return adata


@pytest.mark.parametrize("names", [["MS4A1", "CD3E", "PAX5", "TCF7"],
                                   ["ENSG00000156738", "ENSG00000198851", "ENSG1", "ENSG2"],
                                   ["GENE0", "GENE1", "GENE2", "GENE3"],
                                   ["peak_1", "peak_2", "CD3E", "peak_4"]])  # fmt: skip
def test_genes_with_positions_are_not_regions(adata, names):
    with pytest.raises(DataError, match=r"like genes, such as .*RNA cannot be used"):
        check_counts(with_positions(adata, names), source="adata")


@pytest.mark.parametrize("names", [["peak_1", "peak_2", "peak_3", "peak_4"], ["0", "1", "2", "3"],
                                   ["tile7", "bin-8", "Region9", "consensus_peak_10"],
                                   ["EH38E1", "EH38E2", "EH38E3", "EH38E4"]])  # fmt: skip
def test_names_that_say_nothing_are_kept_beside_the_positions(adata, names):
    own = check_counts(with_positions(adata, names), source="adata")
    assert own.var_names.tolist() == [f"chr1:{n * 1000}-{n * 1000 + 500}" for n in range(4)]
    assert own.var["region_id"].tolist() == names


def test_peaks_by_type_may_be_named_anyhow(adata):
    adata.var["feature_types"] = "Peaks"
    own = check_counts(with_positions(adata, ["a", "b", "c", "d"]), source="adata")
    assert own.var["region_id"].tolist() == ["a", "b", "c", "d"]


@pytest.mark.parametrize("missing", [np.nan, None])
def test_region_without_chromosome(adata, missing):
    adata = with_positions(adata, ["peak_1", "peak_2", "peak_3", "peak_4"])
    adata.var.loc["peak_2", "chromosome"] = missing
    with pytest.raises(DataError, match="1 of 4 regions have no chromosome"):
        check_counts(adata, source="adata")
