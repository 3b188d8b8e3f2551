"""Genes of a file, markers and cells left out of groups: in a session file, and checked there."""

import json
import zipfile
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakvi_widgets.data.genes import annotate, read_genes
from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session
from peakvi_widgets.session.files.checked_facts import instances
from peakvi_widgets.session.files.extras import extras_from, extras_of
from peakvi_widgets.session.marker_records import MarkerGroup

GTF = (
    'chr1\tx\tgene\t10001\t15000\t.\t+\t.\tgene_id "G1"; gene_name "MINE";\n'
    'chr1\tx\texon\t10001\t10100\t.\t+\t.\tgene_id "G1"; transcript_id "T1";\n'
    'chr1\tx\texon\t10901\t11000\t.\t+\t.\tgene_id "G1"; transcript_id "T1";\n'
    'chr1\tx\tgene\t19000\t19900\t.\t-\t.\tgene_id "G2"; gene_name "\u00e9\\"; gene_type "x";\n'
)


def opened_again(session, path):
    session.save(path)
    session.wait()
    again = Session(path)
    again.wait()
    return again


def test_genes_of_a_file_come_back_without_the_file(session, tmp_path):
    gtf = tmp_path / "own.gtf"
    gtf.write_text(GTF, encoding="utf-8")
    session.annotate(genes=gtf)
    session.wait()
    assert str(gtf) in session.script
    gtf.unlink()
    again = opened_again(session, tmp_path / "x.peakvi")
    assert again.genome_in_use.name == "own.gtf"
    assert "MINE" in set(again.region_genes["gene"])
    pd.testing.assert_frame_equal(again.region_genes, session.region_genes)
    pd.testing.assert_frame_equal(again._gene_file[1], session._gene_file[1])
    again.show_region("MINE")
    again.wait()
    assert again.region_tracks.exons.tolist() == [[0, 10000, 10100], [0, 10900, 11000]]
    again.annotate("hg19")
    again.wait()
    assert opened_again(again, tmp_path / "y.peakvi").genome == "hg19"


WORDS = st.sampled_from(["", "A", "B", " ", "A\0B", "\x85", "\ufeffA", '"', "NA", "\u2028", "%0A"])
NUMBERS = st.sampled_from(
    ["-5", "0", "1", "5", "5.5", "90", "1e2", "4294967295", "4294967296", "1e20", "inf", "nan", ""]
)
LINES = st.lists(st.tuples(WORDS, NUMBERS, NUMBERS, WORDS, st.sampled_from("+-.")), max_size=4)
EXONS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=3)


@settings(max_examples=80, deadline=None)
@given(LINES, EXONS, st.sampled_from(["bed", "gtf"]))
def test_all_genes_that_are_read_can_be_saved_and_opened(lines, exons, kind):
    whole = [("chr1", "1", "90", "WHOLE", "+")]
    content = ""
    for where, start, end, name, strand in [*lines, *whole]:
        if kind == "bed":
            content += f"{where}\t{start}\t{end}\t{name}\t0\t{strand}\n"
            continue
        ids = f'gene_id "G{name}"; gene_name "{name}";'
        content += f"{where}\tx\tgene\t{start}\t{end}\t.\t{strand}\t.\t{ids}\n"
        for first, last in exons:
            content += f"{where}\tx\texon\t{first}\t{last}\t.\t{strand}\t.\t{ids}\n"
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"g.{kind}"
        path.write_text(content, encoding="utf-8", newline="")
        table = read_genes(path)
    assert "WHOLE" in set(table["gene"])
    session = SimpleNamespace(_gene_file=("g", table), _absent={}, markers=None)
    facts, arrays = extras_of(session)
    again = extras_from(facts | {"named_groups": []}, arrays, (None, None), ())["_gene_file"][1]
    pd.testing.assert_frame_equal(again, table)


def test_lines_that_are_no_genes_are_left_out_and_counted(session, tmp_path):
    bed = tmp_path / "g.bed"
    good = "chr1\t10000\t15000\tMINE\t0\t+\n"
    bed.write_text(f"track x\nchr1\t100\t2000\t\t0\t+\n{good}chr1\t-5\t2000\tX\t0\t+\n")
    session.annotate(genes=bed)
    session.wait()
    assert session._gene_file[1]["gene"].tolist() == ["MINE"]
    assert session.genome_in_use.sentence.startswith("Genes of g.bed. 2 lines were left out: ")
    assert opened_again(session, tmp_path / "x.peakvi")._gene_file[1]["gene"].tolist() == ["MINE"]
    with pytest.warns(UserWarning, match="g.bed: 2 lines were left out"):
        annotate(["chr1:10000-10100"], genes=bed)


def test_genes_that_could_not_be_opened_again_are_not_saved(session, tmp_path):
    gtf = tmp_path / "own.gtf"
    gtf.write_text(GTF, encoding="utf-8")
    session.annotate(genes=gtf)
    session.wait()
    session._gene_file[1].loc[0, "exons"] = "9999999999+9999999999"
    with pytest.warns(UserWarning, match=r"Left out: the genes of own\.gtf\."):
        again = opened_again(session, tmp_path / "x.peakvi")
    assert again._gene_file is None


def test_cells_that_a_filter_left_out_of_a_group_come_back_with_a_looser_one(session, tmp_path):
    session.name_group("mine", range(0, 300, 2))
    before = session.groups["mine"].copy()
    session.filter(min_regions=int(np.median(session.regions_per_cell)))
    session.wait()
    assert 0 < len(session.groups["mine"]) < len(before)
    again = opened_again(session, tmp_path / "x.peakvi")
    again.filter()
    again.wait()
    np.testing.assert_array_equal(again.groups["mine"], before)


@pytest.mark.slow
def test_markers_come_back_with_their_state(trained, tmp_path):
    trained.find_markers("cell_type", n_samples=60, n_top=5)
    trained.wait()
    again = opened_again(trained, tmp_path / "x.peakvi")
    pd.testing.assert_frame_equal(again.markers, trained.markers)
    assert again.marker_groups == trained.marker_groups
    assert (again.markers_work.state, again.markers_work.column) == ("final", "cell_type")
    again.train(max_epochs=len(again.history) + 1)
    again.wait()
    assert again.markers_work.state == "stale"
    assert opened_again(again, tmp_path / "y.peakvi").markers_work.state == "stale"


ROWS = np.array([[0, 0, 10, 1]], "int64")
GENE = "chr1\t5\t90\t+\tA\t1\t0+10"


@pytest.mark.parametrize(
    "text",
    [
        *("", "chr1", f"{GENE}\tand more", GENE.replace("90", "5"), GENE.replace("+\t", "x\t")),
        *(GENE.replace("5", "-5"), GENE.replace("90", str(1 << 40)), GENE.replace("0+10", "0+")),
        *(GENE.replace("0+10", "9" * 5000), GENE.replace("A", ""), GENE.replace("90", "90.5")),
        f"{GENE}\n{GENE.replace('1', 'yes')}",
        *(GENE.replace("A", name) for name in (" ", "A\0B", "A\rB", "A\x85B")),
        *(GENE.replace("0+10", exons) for exons in ("0+0", "80+6", "9999999999+9999999999")),
        *(GENE.replace("0+10", exons) for exons in ("\u0660+10", ",".join(["0+10"] * 1001))),
        *(GENE.replace("5\t", start) for start in ("\u0665\t", "5e0\t", " 5\t")),
        GENE.replace("chr1", "") + f"\n{GENE}",
    ],
)  # fmt: skip
def test_genes_that_are_no_table_are_refused(session, text):
    arrays = {"gene_file": np.frombuffer(text.encode(), "uint8")}
    facts = {"gene_file": "x.gtf", "named_groups": []}
    with pytest.raises(ValueError):  # noqa: PT011 - pandas has many words for it
        extras_from(facts, arrays, (session.opened, session.adata), ())
    good = {"gene_file": np.frombuffer(GENE.encode(), "uint8")}
    _, table = extras_from(facts, good, (session.opened, session.adata), ())["_gene_file"]
    assert table["exons"].tolist() == ["0+10"]


def test_cells_and_markers_that_do_not_fit_are_refused(session):
    def read(facts, **arrays):
        groups = {"named_groups": [{"name": "A"}]}
        rows = instances(MarkerGroup, facts.get("markers", {}).get("groups", ()))
        return extras_from(facts | groups, arrays, (session.opened, session.adata), rows)

    found = read({"absent_groups": [["A", 2]]}, absent_cells=np.array([1, 5]))["_absent"]
    assert found["A"].tolist() == [1, 5]
    for names, cells in (
        ([["B", 2]], [1, 5]),
        ([["A", 2]], [5, 1]),
        ([["A", 2]], [1, 10**6]),
        ([["A", -1], ["A", 3]], [1, 5]),
        ([["A", 3]], [1, 5]),
    ):
        with pytest.raises(ValueError):  # noqa: PT011
            read({"absent_groups": names}, absent_cells=np.array(cells))
    group = {"name": "x", "n_cells": 5, "n_called": 1, "n_rows": 2}
    names = ["effect_size", "prob_da", "is_da_fdr"]
    facts = {"groups": [group], "of": ["c", "k"], "columns": names, "is_final": True}
    arrays = {f"markers_{at}": np.ones(2) for at in range(3)} | {"markers_rows": np.array([3, 1])}
    table = read({"markers": facts}, **arrays)["markers"]
    assert table.index.tolist() == [session.regions[3], session.regions[1]]
    for wrong in (
        {"columns": names[:2]},
        {"columns": [*names, "gene"]},
        {"groups": [group | {"n_rows": 3}]},
        {"groups": [group | {"n_rows": -1}]},
        {"groups": []},
    ):
        with pytest.raises((ValueError, TypeError, KeyError)):
            read({"markers": facts | wrong}, **arrays)
    for name, values in (
        ("markers_rows", np.array([3, 10**6])),
        ("markers_1", np.ones(3)),
        ("markers_1", np.array(["a", "b"])),
    ):
        with pytest.raises(ValueError):  # noqa: PT011
            read({"markers": facts}, **arrays | {name: values})


def test_a_file_with_foreign_extras_is_damaged_in_one_sentence(session, tmp_path):
    session.save(tmp_path / "x.peakvi")
    session.wait()
    with zipfile.ZipFile(tmp_path / "x.peakvi") as file:
        parts = {name: file.read(name) for name in file.namelist()}
    facts = json.loads(parts["session.json"])
    facts["extras"] = {"gene_file": "x.gtf"}
    parts["session.json"] = json.dumps(facts).encode()
    with zipfile.ZipFile(tmp_path / "y.peakvi", "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    assert zlib.crc32(parts["arrays.npz"]) == facts["parts"]["arrays.npz"][1]
    broken = Session(tmp_path / "y.peakvi")
    with pytest.raises(DataError, match="is damaged"):
        broken.wait()


def test_nothing_more_is_written_than_there_is(session):
    assert extras_of(session) == ({}, {})
