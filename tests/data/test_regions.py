"""Region names in all their forms, and queries for a place of the genome."""

import numpy as np
import pandas as pd
import pytest

from peakvi_widgets.data.regions import (
    RegionQuery,
    is_standard_chromosome,
    parse_region_names,
    region_query,
    region_table,
)
from peakvi_widgets.errors import DataError


@pytest.mark.parametrize(
    ("name", "chromosome", "start", "end"),
    [
        ("chr1:100-200", "chr1", 100, 200),
        ("chr1-100-200", "chr1", 100, 200),
        ("chr1_100_200", "chr1", 100, 200),
        ("GL000194.1:55-100", "GL000194.1", 55, 100),
        ("GL000194.1-55-100", "GL000194.1", 55, 100),
        ("chrUn_KI270742v1_1_500", "chrUn_KI270742v1", 1, 500),
        ("chr1_KI270706v1_random:7-8", "chr1_KI270706v1_random", 7, 8),
        ("HLA-A*01:01-1-5", "HLA-A*01:01", 1, 5),
        ("1:0-3000000000", "1", 0, 3_000_000_000),
    ],
)
def test_name_of_each_form_is_split(name, chromosome, start, end):
    table = parse_region_names([name])
    assert table.index.tolist() == [f"{chromosome}:{start}-{end}"]
    assert table.iloc[0].tolist() == [chromosome, start, end]


@pytest.mark.parametrize(
    "name", ["MS4A1", "AC117395.1", "HLA-A", "RP11-206L10.2", "chr1", "chr1:100", "chr1:a-b", ""]
)
def test_gene_is_no_region(name):
    with pytest.raises(DataError, match="1 of 2 names are not regions"):
        parse_region_names(["chr1:100-200", name])


def test_region_that_ends_before_it_starts_is_refused():
    with pytest.raises(DataError, match="chr1:200-100 ends before it starts"):
        parse_region_names(["chr1:0-100", "chr1:200-100"])


def test_chromosomes_keep_the_order_of_the_file():
    table = parse_region_names(["chr2:1-2", "chr10:1-2", "chr1:1-2", "chr2:5-6"])
    assert table["chr"].cat.categories.tolist() == ["chr2", "chr10", "chr1"]


def test_no_names_give_no_regions():
    assert parse_region_names([]).shape == (0, 3)


@pytest.mark.parametrize("start", [1.5, np.nan, "x", 1e300])
def test_start_must_be_a_whole_number(start):
    with pytest.raises(DataError, match="whole numbers of base pairs"):
        region_table(["chr1"], [start], [10])


def test_whole_floats_are_base_pairs():
    assert region_table(["chr1"], [5.0], [10.0]).index.tolist() == ["chr1:5-10"]


def test_standard_chromosomes_are_nuclear_and_placed():
    standard = ["chr1", "chr22", "chrX", "chrY", "7", "X", "chr2L", "chr3R", "chrIV", "chrZ"]
    other = ["chrM", "MT", "GL000194.1", "chrUn_KI270742v1", "chr1_KI270706v1_random", "chrEBV"]
    mask = is_standard_chromosome(pd.Series([*standard, *other], dtype="category"))
    assert mask.tolist() == [True] * len(standard) + [False] * len(other)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("chr7", RegionQuery("chr7", 0, None)),
        ("chr7:1-2,000,000", RegionQuery("chr7", 1, 2_000_000)),
        ("  chr7 : 1 - 20 ", RegionQuery("chr7", 1, 20)),
        ("chr7:500", RegionQuery("chr7", 500, 501)),
        ("7:1-2", RegionQuery("7", 1, 2)),
        ("chr7-1-20", RegionQuery("chr7", 1, 20)),
        ("chr7_1_20", RegionQuery("chr7", 1, 20)),
        ("chr7\t1\t20", RegionQuery("chr7", 1, 20)),
        ("chrUn_KI270742v1", RegionQuery("chrUn_KI270742v1", 0, None)),
        ("chrUn_KI270742v1_1_500", RegionQuery("chrUn_KI270742v1", 1, 500)),
    ],
)
def test_query_is_read(text, query):
    assert region_query(text) == query


@pytest.mark.parametrize("text", ["", "chr7:", "chr7:1-", "chr7:a-b", "chr7:1-2-3", "chr 7 8 9"])
def test_query_that_asks_for_nothing_is_refused(text):
    with pytest.raises(DataError, match="write it like chr7:1-2,000,000"):
        region_query(text)


def test_query_that_runs_backwards_is_refused():
    with pytest.raises(DataError, match="ends before it starts"):
        region_query("chr7:20-1")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("chr1:100-200", [True, False, False, False]),  # a name finds itself, no neighbor
        ("chr1:199-201", [True, True, False, False]),
        ("chr1:250", [False, True, False, False]),
        ("chr1:300-400", [False, False, False, False]),
        ("chr1", [True, True, False, False]),
        ("CHR1", [True, True, False, False]),
        ("1:0-1,000", [True, True, False, False]),
        ("chr11", [False, False, True, False]),
        ("gl000194.1", [False, False, False, True]),
        ("chr9", [False, False, False, False]),
    ],
)
def test_query_finds_regions_that_share_a_base(text, found):
    regions = parse_region_names(
        ["chr1:100-200", "chr1:200-300", "chr11:100-200", "GL000194.1:100-200"]
    )
    assert region_query(text).mask(regions).tolist() == found
