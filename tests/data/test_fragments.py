"""Fragments files: worked numbers, a plain count, and the real file against Cell Ranger."""

import gzip
import itertools
import sys
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakvi_widgets.data.fragments import (
    FragmentsFile,
    count_fragments,
    coverage,
    match_barcodes,
    write_bigwig,
)
from peakvi_widgets.data.fragments.coverage import _binned
from peakvi_widgets.errors import DataError

pysam = pytest.importorskip("pysam")

CELLS = ["AAACCCGGGTTTAAAC-1", "CCCAAATTTGGGCCCA-1", "GGGTTTAAACCCGGGT-1"]


def result_of(steps):
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def write_fragments(path: Path, rows) -> Path:
    rows = sorted(rows, key=lambda row: (row[0], row[1]))
    text = "# made by a test\n" + "".join("\t".join(map(str, (*row, 1))) + "\n" for row in rows)
    plain = path.with_suffix("")
    plain.write_text(text)
    pysam.tabix_compress(str(plain), str(path), force=True)
    pysam.tabix_index(str(path), preset="bed", force=True)
    return path


@pytest.fixture
def small(tmp_path):
    rows = [
        ("chr1", 100, 200, CELLS[0]),
        ("chr1", 150, 250, CELLS[1]),
        ("chr1", 1000, 1100, CELLS[2]),
        ("chr1", 100, 300, "TTTTTTTTTTTTTTTT-1"),  # not a cell of ours
        ("chr2", 5, 50, CELLS[0]),
    ]
    return write_fragments(tmp_path / "fragments.tsv.gz", rows)


def test_fragments_of_known_cells_are_found_by_place(small):
    with FragmentsFile(small, CELLS) as file:
        assert file.chromosomes == ("chr1", "chr2")
        assert file.sentence == ""
        found = file.fetch("1", 190, 1001)
        assert found.start.tolist() == [100, 150, 1000]
        assert found.cell.tolist() == [0, 1, 2]
        assert len(file.fetch("chr9", 0, 100).start) == 0
        assert len(file.fetch("chr1", 300, 300).start) == 0


def test_coverage_in_worked_numbers(small):
    """Group a has half the depth of b, so its counts weigh twice as much."""
    with FragmentsFile(small, CELLS) as file:
        found = coverage(
            file, "chr1", 100, 300, {"a": [0], "b": [1, 2]}, np.array([10, 10, 10]), n_bins=2
        )
        assert found.edges.tolist() == [100, 200, 300]
        # cut sites: a at 100 and 199; b at 150 and 249; median depth 15
        np.testing.assert_allclose(found.values[0], [2 / 100 * 15 / 10, 0])
        np.testing.assert_allclose(found.values[1], [1 / 100 * 15 / 20, 1 / 100 * 15 / 20])
        covered = coverage(
            file, "chr1", 100, 300, {"a": [0]}, np.ones(3), n_bins=4, counted="fragments"
        )
        np.testing.assert_allclose(covered.values, [[1, 1, 0, 0]])
        empty = coverage(file, "chr1", 100, 300, {"none": []}, np.ones(3), n_bins=2)
        assert not empty.values.any()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_covered_base_pairs_agree_with_a_plain_count(seed):
    random = np.random.default_rng(seed)
    start = random.integers(0, 90, 20)
    end = start + random.integers(1, 40, 20)
    edges = np.unique(np.append(random.integers(10, 100, 5), [0, 110]))
    plain = np.zeros(200)
    for a, b in zip(start, end, strict=True):
        plain[a:b] += 1
    expected = [plain[a:b].sum() for a, b in itertools.pairwise(edges)]
    np.testing.assert_allclose(_binned(start, end, edges, "fragments"), expected)


def test_stretches_that_cannot_be_shown_are_refused(small):
    with FragmentsFile(small, CELLS) as file:
        for start, end in ((10, 10), (20, 10), (-5, 10), (0, 10**8)):
            with pytest.raises(DataError):
                coverage(file, "chr1", start, end, {"a": [0]}, np.ones(3))


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([f"donor1#{name}" for name in CELLS], "without what stands before"),
        ([f"{name}-0" for name in CELLS], ""),
        ([name[:-2] for name in CELLS], "with the ending -1"),
        ([f"s1_{name[:-2]}" for name in CELLS], "with the ending -1"),
    ],
)
def test_prefixes_and_suffixes_of_barcodes_are_found(names, sentence):
    found = match_barcodes(names, CELLS)
    assert [found.cell_of[name] for name in CELLS] == [0, 1, 2]
    assert sentence in found.sentence


def test_barcodes_of_other_cells_or_of_several_samples_are_refused():
    with pytest.raises(DataError, match="same cells"):
        match_barcodes(["cell_1", "cell_2"], CELLS)
    twice = [f"{sample}#{name}" for sample in ("a", "b") for name in CELLS]
    with pytest.raises(DataError, match="several samples"):
        match_barcodes(twice, CELLS)


def test_files_that_cannot_be_used_are_refused_in_one_sentence(tmp_path, small):
    plain = tmp_path / "plain.tsv.gz"
    plain.write_bytes(gzip.compress(b"chr1\t1\t2\tAAACCCGGGTTTAAAC-1\t1\n"))
    no_index = tmp_path / "other.tsv.gz"
    no_index.write_bytes(small.read_bytes())
    damaged = tmp_path / "damaged.tsv.gz"
    damaged.write_bytes(small.read_bytes()[:40])
    Path(f"{damaged}.tbi").write_bytes(Path(f"{small}.tbi").read_bytes())
    Path(f"{plain}.tbi").write_bytes(b"junk")
    for path, word in (
        (tmp_path / "none.tsv.gz", "no file"),
        (no_index, "tabix -p bed"),
        (plain, "damaged"),
        (damaged, ""),
    ):
        with pytest.raises(DataError) as caught:
            FragmentsFile(path, CELLS)
        assert word in str(caught.value)
        assert len(str(caught.value)) < 300


def plain_counts(rows, regions, cells, counted):
    counts = np.zeros((len(cells), len(regions)), int)
    for chromosome, start, end, barcode in rows:
        if barcode not in cells:
            continue
        for at, region in enumerate(regions.itertuples()):
            if region.chr != chromosome:
                continue
            hits = [region.start <= place < region.end for place in (start, end - 1)]
            counts[cells.index(barcode), at] += any(hits) if counted == "fragments" else sum(hits)
    return counts


@pytest.mark.parametrize("counted", ["insertions", "fragments"])
@pytest.mark.parametrize("seed", range(4))
def test_counts_agree_with_a_plain_count_also_where_regions_overlap(tmp_path, counted, seed):
    random = np.random.default_rng(seed)
    start = random.integers(0, 900, 200)
    rows = [
        (str(random.choice(["chr1", "chr2"])), int(a), int(a + random.integers(1, 200)), str(cell))
        for a, cell in zip(start, random.choice([*CELLS, "NOCELL"], 200), strict=True)
    ]
    begin = random.integers(0, 900, 30)
    regions = pd.DataFrame(
        {
            "chr": random.choice(["chr1", "chr2", "chr3"], 30),
            "start": begin,
            "end": begin + random.integers(1, 150, 30),
        },
        index=[f"r{i}" for i in range(30)],
    )
    path = tmp_path / "fragments.tsv"
    path.write_text("".join("\t".join(map(str, (*row, 1))) + "\n" for row in rows))
    adata = result_of(count_fragments(path, regions, cells=CELLS, counted=counted))
    np.testing.assert_array_equal(adata.X.toarray(), plain_counts(rows, regions, CELLS, counted))
    every = result_of(count_fragments(path, regions, counted=counted, min_fragments=1))
    assert set(CELLS) <= set(every.obs_names)
    np.testing.assert_array_equal(every[CELLS].X.toarray(), adata.X.toarray())


def test_what_is_no_fragments_file_is_refused(tmp_path):
    regions = pd.DataFrame({"chr": ["chr1"], "start": [0], "end": [10]}, index=["chr1:0-10"])
    for name, content in (("a.tsv", b"hello\n"), ("b.tsv.gz", b"junk"), ("c.tsv", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError) as caught:
            result_of(count_fragments(tmp_path / name, regions))
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize("bin_size", [1, 7, 30, np.int64(300), 4000.0])
def test_a_bigwig_of_any_bin_holds_every_cut_site(tmp_path, small, monkeypatch, bin_size):
    bigwig = pytest.importorskip("pyBigWig")
    monkeypatch.setattr(sys.modules[write_bigwig.__module__], "STRETCH", 110)
    path = tmp_path / "group.bw"
    with FragmentsFile(small, CELLS) as file:
        list(write_bigwig(path, file, [0, 1], {"chr1": 5000, "chr2": 400}, bin_size=bin_size))
    read = bigwig.open(str(path))
    found = [one for name in ("chr1", "chr2") for one in read.intervals(name)]
    assert sum(value for *_, value in found) == pytest.approx(1e6)
    assert {begin % bin_size for begin, *_ in found} == {0}


@pytest.mark.parametrize("bin_size", [0, -5, 2.5, "x", True, float("nan"), 10**7])
def test_a_bin_that_is_none_is_refused_before_anything_is_read(tmp_path, bin_size):
    with pytest.raises(DataError, match="bin_size is"):
        next(write_bigwig(tmp_path / "group.bw", None, [0], {"chr1": 5000}, bin_size=bin_size))


def test_a_bigwig_holds_the_cut_sites_of_the_group(tmp_path, small):
    bigwig = pytest.importorskip("pyBigWig")
    path = tmp_path / "group.bw"
    with FragmentsFile(small, CELLS) as file:
        *_, share = write_bigwig(path, file, [0, 1], {"chr1": 5000, "chr2": 400}, bin_size=50)
        assert share == 1.0
        with pytest.raises(DataError, match="overwrite"):
            next(write_bigwig(path, file, [0], {"chr1": 5000}))
        with pytest.raises(DataError, match="no fragments"):
            list(write_bigwig(tmp_path / "empty.bw", file, [], {"chr1": 5000}))
    read = bigwig.open(str(path))
    # six cut sites: chr1 100, 199, 150, 249; chr2 5, 49
    assert read.values("chr1", 100, 101)[0] == pytest.approx(1e6 / 6, rel=1e-5)
    assert read.values("chr1", 150, 151)[0] == pytest.approx(2e6 / 6, rel=1e-5)
    assert read.values("chr2", 20, 21)[0] == pytest.approx(2e6 / 6, rel=1e-5)
    read.close()
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".new")] == []


def test_the_real_file_gives_cell_rangers_matrix_and_b_cells_tower_at_ms4a1(shared_data):
    folder = shared_data / "pbmc10k_multiome_51loci"
    adata = anndata.read_h5ad(folder / "pbmc10k_multiome_51loci.h5ad")
    path = folder / "fragments.tsv.gz"
    counted = result_of(count_fragments(path, adata.var, cells=list(adata.obs_names)))
    assert (counted.X != adata.X).nnz == 0
    kinds = adata.obs["cell_type_coarse"].astype(str)
    groups = {name: np.flatnonzero(kinds == name) for name in kinds.unique()}
    with FragmentsFile(path, adata.obs_names) as file:
        found = coverage(
            file, "chr11", 60_454_500, 60_456_500, groups, adata.obs["n_counts"].to_numpy()
        )
    height = dict(zip(found.groups, found.values.mean(axis=1), strict=True))
    assert height["B"] > 10 * max(value for name, value in height.items() if name != "B")
