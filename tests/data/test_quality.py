"""Quality and filter, by numbers one can check on paper."""

import inspect
from dataclasses import asdict

import anndata
import numpy as np
import pytest
from scipy import sparse

from peakvi_widgets import Session
from peakvi_widgets.data import (
    DataWarning,
    FilterSettings,
    few_regions,
    filter_counts,
    filter_masks,
    quality_metrics,
    read,
    simulate,
)
from peakvi_widgets.errors import DataError

# Regions:      chr1 a  chr1 b  chr2  chrM  contig
COUNTS = [
    [1, 0, 2, 0, 0],
    [1, 1, 0, 9, 0],
    [1, 1, 5, 9, 7],
    [0, 0, 0, 9, 7],
]
REGIONS = ["chr1:0-5", "chr1:5-9", "chr2:0-5", "chrM:0-5", "GL000194.1:0-5"]


@pytest.fixture
def adata():
    adata = anndata.AnnData(sparse.csr_matrix(COUNTS))
    adata.obs_names, adata.var_names = list("ABCD"), REGIONS
    return adata


def masks(adata, **settings):
    cells, regions = filter_masks(adata, FilterSettings(**settings))
    return "".join(np.array(list("ABCD"))[cells]), np.flatnonzero(regions).tolist()


@pytest.mark.parametrize("verb", [filter_counts, Session.filter])
def test_every_filter_has_the_defaults_of_the_settings(verb):
    parameters = inspect.signature(verb).parameters
    defaults = {name: parameters[name].default for name in asdict(FilterSettings())}
    assert defaults == asdict(FilterSettings())


def test_metrics_on_paper(adata):
    quality = quality_metrics(adata)
    assert quality.regions_per_cell.tolist() == [2, 3, 5, 2]
    assert quality.counts_per_cell.tolist() == [3, 11, 23, 16]
    assert quality.cells_per_region.tolist() == [3, 2, 2, 3, 2]


@pytest.mark.parametrize("form", [sparse.csc_matrix, sparse.csr_array, np.array])
def test_metrics_do_not_depend_on_the_form(adata, form):
    adata.X = form(COUNTS)
    assert quality_metrics(adata).cells_per_region.tolist() == [3, 2, 2, 3, 2]


def test_metrics_of_real_data(shared_data):
    folder = shared_data / "pbmc10k_multiome_51loci_tiles500"
    adata = read(folder / "pbmc10k_multiome_51loci_tiles500.h5ad")
    quality = quality_metrics(adata)
    assert quality.regions_per_cell.tolist() == adata.obs["n_peaks"].tolist()
    assert quality.counts_per_cell.tolist() == adata.obs["n_counts"].tolist()
    assert quality.cells_per_region.tolist() == adata.var["n_cells"].tolist()


@pytest.mark.parametrize(
    ("settings", "cells", "regions"),
    [
        ({"min_cells": 0}, "ABCD", [0, 1, 2, 3, 4]),
        ({"min_cells": 3}, "ABCD", [0, 3]),
        ({"min_cells": 0.75}, "ABCD", [0, 3]),
        ({"min_cells": 0.76}, "ABCD", [0, 3]),  # 3.04 cells, rounded down as the tutorial does
        ({"min_cells": 0.99}, "ABCD", [0, 3]),
        ({"min_cells": 4}, "ABCD", []),
        ({"min_cells": 1, "min_regions": 3}, "BC", [0, 1, 2, 3, 4]),
        ({"min_cells": 1, "max_regions": 2}, "AD", [0, 2, 3, 4]),
        ({"min_cells": 1, "min_regions": 2, "max_regions": 2}, "AD", [0, 2, 3, 4]),
        ({"min_cells": 1, "standard_chromosomes": True}, "ABCD", [0, 1, 2]),
    ],
)
def test_masks_on_paper(adata, settings, cells, regions):
    assert masks(adata, **settings) == (cells, regions)


def test_regions_are_judged_by_kept_cells_only(adata):
    # Region 3 is open in three cells, but in two of those with at least three open regions.
    assert masks(adata, min_cells=3)[1] == [0, 3]
    assert masks(adata, min_cells=3, min_regions=3) == ("BC", [])


def test_a_share_is_of_the_kept_cells(adata):
    assert masks(adata, min_cells=0.5, min_regions=3) == ("BC", [0, 1, 2, 3, 4])


def test_cells_are_judged_by_standard_chromosomes_when_these_are_asked_for(adata):
    assert masks(adata, min_cells=1, min_regions=2) == ("ABCD", [0, 1, 2, 3, 4])
    assert masks(adata, min_cells=1, min_regions=2, standard_chromosomes=True)[0] == "ABC"


def test_cells_are_judged_before_rare_regions_go(adata):
    # D has two open regions; neither would be in three cells of A to D, yet D stays.
    assert masks(adata, min_cells=3, min_regions=2)[0] == "ABCD"


@pytest.mark.parametrize(
    ("share", "n_cells", "needed"),
    [(0.05, 2500, 125), (0.05, 9440, 472), (0.29, 100, 29), (0.05, 4585, 229), (0.0, 7, 0)],
)
def test_share_in_cells(share, n_cells, needed):
    assert FilterSettings(share).cells_needed(n_cells) == needed


@pytest.mark.parametrize(
    ("folder", "kept"), [("granja2019_bmmc_dev", 713), ("pbmc10k_multiome_51loci_tiles500", 338)]
)
@pytest.mark.filterwarnings("ignore::peakvi_widgets.data.checks.DataWarning")
def test_tutorial_share_on_real_data(shared_data, folder, kept):
    adata = read(shared_data / folder / f"{folder}.h5ad")
    with pytest.warns(DataWarning, match=f"^Only {kept} regions remain, fewer than 2,000: .*; "):
        assert filter_counts(adata, min_cells=0.05).n_vars == kept


def test_default_keeps_regions_seen_in_ten_cells():
    adata = simulate(300, 6_000, density=0.05, seed=1)
    seen = np.asarray((adata.X > 0).sum(axis=0)).ravel()
    assert (seen == 9).any()
    assert (seen == 10).any()
    filtered = filter_counts(adata)
    assert filtered.var_names.tolist() == adata.var_names[seen >= 10].tolist()
    assert filtered.n_obs == 300


def test_filtered_counts_are_new(adata):
    adata.obs["label"] = list("wxyz")
    with pytest.warns(DataWarning):
        filtered = filter_counts(adata, min_cells=2, min_regions=3)
    assert filtered.obs["label"].tolist() == ["x", "y"]
    assert filtered.X.toarray().tolist() == [[1, 1, 9], [1, 1, 9]]
    filtered.X.data[:] = 0
    assert adata.shape == (4, 5)
    assert adata.X.toarray().tolist() == COUNTS


def test_two_thousand_regions_are_enough():
    assert few_regions(2_000) == ""
    assert few_regions(1_999).startswith("Only 1,999 regions remain, fewer than 2,000")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"min_regions": 6}, "None of the 4 cells has 6 to any number of open regions; lower"),
        ({"max_regions": 1}, "None of the 4 cells has 0 to 1 open regions; lower"),
        ({"min_cells": 5}, "None of the 5 regions is open in 5 of the 4 kept cells; lower"),
        (
            {"min_cells": 4, "standard_chromosomes": True},
            "None of the 5 regions is on a standard chromosome and open in 4 of the 4 kept cells; "
            "lower min_cells or take all chromosomes.",
        ),
    ],
)
def test_filter_that_leaves_nothing_is_refused(adata, settings, sentence):
    with pytest.raises(DataError) as error:
        filter_counts(adata, **settings)
    assert str(error.value).startswith(sentence)


@pytest.mark.parametrize(
    "settings",
    [
        {"min_cells": -1},
        {"min_cells": 1.0},
        {"min_cells": 10.5},
        {"min_cells": float("nan")},
        {"min_cells": True},
        {"min_cells": "10"},
        {"min_cells": None},
        {"min_regions": -1},
        {"min_regions": 0.5},
        {"min_regions": None},
        {"max_regions": 0.5},
        {"max_regions": -1},
        {"min_regions": 10, "max_regions": 9},
        {"standard_chromosomes": 1},
        {"standard_chromosomes": None},
    ],
)
def test_setting_that_makes_no_sense_is_refused(settings):
    with pytest.raises(DataError, match=next(reversed(settings))):
        FilterSettings(**settings)


def test_numbers_of_numpy_are_numbers():
    settings = FilterSettings(np.float32(0.25), np.int64(3), np.uint8(9), np.True_)
    assert settings.cells_needed(100) == 25
