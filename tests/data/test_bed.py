"""Regions as BED lines, read back by pandas as another program would."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import peakvi_widgets as pv
from peakvi_widgets.data.bed import bed_text
from peakvi_widgets.errors import DataError

COLUMNS = ["chr", "start", "end", "name", "score", "strand"]


def read(path):
    return pd.read_csv(path, sep="\t", names=COLUMNS, header=None)


def test_a_table_keeps_its_order_its_genes_and_its_probabilities(tmp_path):
    table = pd.DataFrame(
        {"gene": ["MS4A1;MS4A7", "", "two words"], "prob_da": [1.0, 0.8766, float("nan")]},
        index=["chr11:60455290-60456088", "chr2_5_9", "GL0001.1-0-10"],
    )
    found = read(pv.write_bed(table, tmp_path / "called.bed"))
    assert found.values.tolist() == [
        ["chr11", 60455290, 60456088, "MS4A1;MS4A7", 1000, "."],
        ["chr2", 5, 9, "chr2_5_9", 877, "."],
        ["GL0001.1", 0, 10, "two_words", 0, "."],
    ]


def test_names_alone_are_enough(tmp_path, counts):
    found = read(pv.write_bed(counts.var_names, tmp_path / "all.bed"))
    names = found["chr"] + ":" + found["start"].astype(str) + "-" + found["end"].astype(str)
    assert names.tolist() == found["name"].tolist() == counts.var_names.tolist()


def test_a_file_that_is_there_is_replaced_only_if_asked(tmp_path):
    path = tmp_path / "called.bed"
    path.write_text("mine")
    with pytest.raises(DataError, match="overwrite"):
        pv.write_bed(["chr1:1-2"], path)
    assert path.read_text() == "mine"
    pv.write_bed(["chr1:1-2"], path, overwrite=True)
    assert path.read_text() == "chr1\t1\t2\tchr1:1-2\t0\t.\n"


def test_what_is_not_a_region_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(DataError, match="MS4A1"):
        pv.write_bed(["chr1:1-2", "MS4A1"], tmp_path / "called.bed")
    assert not list(tmp_path.iterdir())
    assert bed_text([]) == ""


@given(st.lists(st.text(max_size=6), min_size=1, max_size=5))
def test_whatever_a_gene_is_called_each_line_has_six_columns(genes):
    table = pd.DataFrame({"gene": genes}, index=[f"chr1:{n}-{n + 1}" for n in range(len(genes))])
    lines = bed_text(table).split("\n")
    assert len(lines) == len(genes) + 1
    assert all(len(line.split("\t")) == 6 for line in lines[:-1])
