"""Genes of regions: worked numbers on a small genome, a plain search, and real promoters."""

import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peakvi_widgets as pv
from peakvi_widgets.data.genes import genes_of_genome, guess_genome, read_genes
from peakvi_widgets.data.genes.annotation import shares_a_base
from peakvi_widgets.data.genes.gene_table import are_genes
from peakvi_widgets.errors import DataError

GENES = pd.DataFrame(
    {
        "chr": "chr1",
        "start": [10_000, 50_000, 400_000, 900_000],
        "end": [20_000, 60_000, 800_001, 910_000],
        "strand": ["+", "-", "-", "+"],
        "gene": ["PLUS", "MINUS", "LONG", "LAST"],
        "is_coding": [True, True, True, False],
    }
)  # TSS at 10,000; 59,999; 800,000; 900,000


def one(name, **options):
    row = pv.annotate([name], genes=GENES, **options).iloc[0]
    distance = None if row["distance"] is pd.NA else int(row["distance"])
    return row["gene"], row["where"], distance


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chr1:10000-10100", ("PLUS", "promoter", 0)),
        ("chr1:9000-9001", ("PLUS", "promoter", -1000)),  # the outermost base
        ("chr1:8999-9000", ("PLUS", "distal", -1001)),
        ("chr1:10100-10200", ("PLUS", "promoter", 100)),
        ("chr1:10101-10200", ("PLUS", "distal", 101)),
        ("chr1:60999-61200", ("MINUS", "promoter", -1000)),  # upstream of a gene on "-"
        ("chr1:61000-61200", ("MINUS", "distal", -1001)),
        ("chr1:59899-59900", ("MINUS", "promoter", 100)),
        ("chr1:59898-59899", ("MINUS", "distal", 101)),
        ("chr1:259999-260050", ("MINUS", "distal", -200_000)),
        ("chr1:260000-260050", ("", "intergenic", None)),
        ("chr1:500000-500100", ("LONG", "distal", 299_901)),  # in a body, far from its TSS
        ("chr1:1100000-1100100", ("LAST", "distal", 200_000)),
        ("chr2:10000-10100", ("", "intergenic", None)),
        ("1:10000-10100", ("PLUS", "promoter", 0)),
    ],
)
def test_the_rule_of_10x(name, expected):
    assert one(name) == expected


def test_a_region_on_two_promoters_has_both_the_nearest_first():
    genes = pd.concat([GENES, GENES.iloc[[0]].assign(start=10_600, gene="TWIN")])
    found = pv.annotate(["chr1:10550-10620", "chr1:9990-10001"], genes=genes)
    assert found["gene"].tolist() == ["TWIN", "PLUS;TWIN"]
    assert found["distance"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chr1:10000-10100", ("PLUS", "promoter", 0)),
        ("chr1:30000-30002", ("PLUS;MINUS", "distal", 20_000)),
        ("chr1:300000-300002", ("MINUS;LONG", "distal", -240_001)),
        ("chr1:1900000-1900001", ("LAST", "distal", 1_000_000)),
        ("chr1:1900002-1900004", ("", "intergenic", None)),
    ],
)
def test_the_rule_of_great(name, expected):
    assert one(name, rule="great") == expected


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_10x_agrees_with_a_plain_search(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 30))
    start = random.integers(0, 3_000_000, n)
    genes = pd.DataFrame(
        {
            "chr": random.choice(["chr1", "chrX"], n),
            "start": start,
            "end": start + random.integers(1, 500_000, n),
            "strand": random.choice(["+", "-"], n),
            "gene": [f"G{i}" for i in range(n)],
        }
    )
    begin = random.integers(0, 3_500_000, 40)
    regions = pd.DataFrame(
        {"chr": random.choice(["chr1", "chrX", "chr9"], 40), "start": begin, "end": begin + 500}
    )
    found = pv.annotate(regions, genes=genes)
    tss = np.where(genes["strand"] == "+", genes["start"], genes["end"] - 1)
    sign = np.where(genes["strand"] == "+", 1, -1)
    for region, row in zip(regions.itertuples(), found.itertuples(), strict=True):
        here = (genes["chr"] == region.chr).to_numpy()
        off = np.where(
            tss < region.start,
            region.start - tss,
            np.where(tss >= region.end, region.end - 1 - tss, 0),
        )
        low, high = (
            np.where(sign > 0, tss - 1000, tss - 100),
            np.where(sign > 0, tss + 100, tss + 1000),
        )
        promoters = here & (low < region.end) & (high >= region.start)
        assert set(row.gene.split(";")) == set(genes["gene"][promoters]) or not promoters.any()
        if promoters.any():
            assert row.where == "promoter"
            assert abs(row.distance) == np.abs(off[promoters]).min()
        elif here.any() and np.abs(off[here]).min() <= 200_000:
            assert row.where == "distal"
            assert abs(row.distance) == np.abs(off[here]).min()
        else:
            in_body = here & (genes["start"] < region.end) & (genes["end"] > region.start)
            assert (row.where == "distal") == bool(in_body.any())


STRETCHES = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=6)


@given(STRETCHES, STRETCHES)
def test_what_shares_a_base_is_found_as_by_looking_at_each_base(regions, others):
    regions, others = (np.array(s, int).reshape(-1, 2).cumsum(axis=1) for s in (regions, others))
    covered = {base for low, high in others for base in range(low, high)}
    found = shares_a_base(regions[:, 0], regions[:, 1], others[:, 0], others[:, 1])
    assert found.tolist() == [not covered.isdisjoint(range(*region)) for region in regions]


def test_bundled_genomes_know_their_genes():
    for genome, name in (("hg38", "MS4A1"), ("GRCh37", "MS4A1"), ("mm10", "Ms4a1")):
        table = genes_of_genome(genome)
        assert (table["gene"] == name).sum() == 1
        assert table["strand"].isin(["+", "-"]).all()
        assert are_genes(table).all()
    ms4a1 = genes_of_genome("hg38").set_index("gene").loc["MS4A1"]
    assert (ms4a1["chr"], ms4a1["start"], ms4a1["strand"]) == ("chr11", 60455808, "+")
    with pytest.raises(DataError, match="hg38, hg19, mm10"):
        genes_of_genome("danRer11")


def test_the_promoter_of_ms4a1_in_two_builds():
    assert pv.annotate(["chr11:60455500-60456000"], "hg38")["gene"].tolist() == ["MS4A1"]
    assert pv.annotate(["chr11:60223000-60223500"], "hg19")["gene"].tolist() == ["MS4A1"]
    assert pv.annotate(["chr11:60455500-60456000"], "hg19")["gene"].tolist() != ["MS4A1"]


def test_the_genome_is_guessed_and_what_the_file_names_is_held_against_it():
    tss = genes_of_genome("hg38").query("is_coding").iloc[::20]
    places = tss[["chr", "start"]].assign(end=tss["start"] + 400)
    guess = guess_genome(places)
    assert (guess.genome, guess.is_sure) == ("hg38", True)
    assert guess_genome(places, {"genome": "GRCh38"}).is_sure
    wrong = guess_genome(places, {"genome": "hg19"})
    assert (wrong.genome, wrong.is_sure) == ("hg38", False)
    assert "hg19" in wrong.reason
    beyond = places.assign(start=10**9, end=10**9 + 500)
    assert guess_genome(beyond).genome is None
    with pytest.raises(DataError, match="genome='hg38'"):
        pv.annotate(beyond)


def test_the_genomes_of_real_data(shared_data):
    import anndata

    for name, genome in (
        ("granja2019_bmmc_dev/granja2019_bmmc_dev.h5ad", "hg19"),
        ("corces2016_leukemia", "hg19"),
        ("pbmc10k_multiome_51loci", "hg38"),
    ):
        path = shared_data / name
        path = path if path.suffix else next(path.glob("*.h5ad"))
        assert guess_genome(anndata.read_h5ad(path).var).genome == genome


GTF = """#!genome-build GRCh38
chr1\thavana\tgene\t101\t200\t.\t+\t.\tgene_id "ENSG1"; gene_name "AAA"; gene_type "protein_coding";
chr1\thavana\texon\t101\t150\t.\t+\t.\tgene_id "ENSG1"; gene_name "AAA";
chr1\thavana\tgene\t501\t900\t.\t-\t.\tgene_id "ENSG2"; gene_type "lincRNA";
"""
GFF = """##gff-version 3
1\tEnsembl\tgene\t101\t200\t.\t+\t.\tID=gene:ENSG1;Name=AAA;biotype=protein_coding
1\tEnsembl\tgene\t501\t900\t.\t-\t.\tID=gene:ENSG2;biotype=lincRNA
"""
BED = "track name=x\nchr1\t100\t200\tAAA\t0\t+\nchr1\t500\t900\tENSG2\t0\t-\n"


@pytest.mark.parametrize(("name", "text"), [("a.gtf", GTF), ("a.gff3", GFF), ("a.bed", BED)])
@pytest.mark.parametrize("zipped", [False, True])
def test_files_of_genes(tmp_path, name, text, zipped):
    path = tmp_path / (name + ".gz" * zipped)
    path.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
    table = read_genes(path)
    assert table["start"].tolist() == [100, 500]
    assert table["end"].tolist() == [200, 900]
    assert table["strand"].tolist() == ["+", "-"]
    assert table["gene"].iloc[0] == "AAA"
    assert "ENSG2" in table["gene"].iloc[1]
    found = pv.annotate(["chr1:895-899"], genes=path)
    assert (found["where"].iloc[0], found["distance"].iloc[0]) == ("promoter", 1)


def line_of(feature, start, end, attributes):
    return f"chr1\tx\t{feature}\t{start}\t{end}\t.\t+\t.\t{attributes}\n"


PARTS = [("CDS", 1, 111, 120), ("exon", 1, 101, 140), ("exon", 2, 191, 200), ("exon", 2, 101, 180)]


def test_exons_of_a_gtf_are_those_of_the_transcript_with_the_most_coding_bases(tmp_path):
    path = tmp_path / "a.gtf"
    lines = [line_of("gene", 101, 200, 'gene_id "G"; gene_name "AAA";')]
    for feature, number, start, end in PARTS:
        ids = f'gene_id "G"; transcript_id "T{number}"; gene_name "AAA";'
        lines.append(line_of(feature, start, end, ids))
    path.write_text("".join(lines))
    assert read_genes(path)["exons"].tolist() == ["0+40"]
    path.write_text("".join(line for line in lines if "CDS" not in line))
    assert read_genes(path)["exons"].tolist() == ["0+80,90+10"]
    path.write_text("".join(line.replace("200", "2x0") for line in lines[1:]) + lines[0])
    assert read_genes(path)["exons"].tolist() == ["0+40"]
    transcript = line_of("transcript", 101, 200, 'gene_id "G"; transcript_id "T2"; gene_name "A";')
    path.write_text("".join([transcript, *lines[1:]]))
    assert read_genes(path)["exons"].tolist() == ["0+80,90+10"]


def test_exons_of_a_gff3_are_found_by_their_parents(tmp_path):
    path = tmp_path / "a.gff3"
    lines = [line_of("gene", 101, 200, "ID=gene:G;Name=AAA;gene_id=G")]
    lines += [line_of("lnc_RNA", 101, 200, f"ID=transcript:T{n};Parent=gene:G") for n in (1, 2)]
    lines += [
        line_of(feature, start, end, f"ID={feature}{start};Parent=transcript:T{number}")
        for feature, number, start, end in PARTS
    ]
    path.write_text("".join(lines))
    assert read_genes(path)["exons"].tolist() == ["0+40"]
    path.write_text(lines[0] + line_of("exon", 150, 300, "Parent=gene:G") + "chr1\tx\texon\n")
    assert read_genes(path)["exons"].tolist() == [""]  # beyond the gene


def test_an_exon_of_several_transcripts_belongs_to_each(tmp_path):
    path = tmp_path / "a.gff3"
    lines = [line_of("gene", 1, 1000, "ID=g1;Name=A"), line_of("gene", 1, 1000, "ID=g%2C2;Name=B")]
    lines += [line_of("mRNA", 1, 1000, "ID=t1;Parent=g1")]
    lines += [line_of("mRNA", 1, 1000, "ID=t%2C2;Parent=g1,g%2C2")]
    lines += [
        line_of("exon", start, end, f"Parent={parents}")
        for start, end, parents in (
            (1, 100, "t1,t%2C2"),
            (201, 300, "t%2C2"),
            (401, 450, "t1,t%2C2,t1"),
            (601, 1000, "t%2C2"),
        )
    ]
    path.write_text("".join(lines))
    assert read_genes(path)["exons"].tolist() == ["0+100,200+100,400+50,600+400"] * 2
    path.write_text("".join(lines) + line_of("CDS", 1, 10, "Parent=t1"))
    first, second = read_genes(path)["exons"]
    assert (first, second) == ("0+100,400+50", "0+100,200+100,400+50,600+400")
    path.write_text("".join(lines) + line_of("CDS", 1, 10, "Parent=t1,t%2C2"))
    assert read_genes(path)["exons"].tolist() == [second, second]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"chr1\t1\t2\n"),
        ("a.bed", b""),
        ("a.gtf", b"nothing here\n"),
        ("a.gtf.gz", b"not gzip"),
        ("a.bed", b"chr1\tx\ty\tAAA\n"),
    ],
)
def test_files_without_genes_are_refused_in_one_sentence(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_genes(tmp_path / name)
    assert len(str(caught.value)) < 300


def test_another_rule_and_places_that_are_none_are_refused():
    with pytest.raises(DataError, match="great"):
        pv.annotate(["chr1:1-2"], "hg38", rule="nearest")
    with pytest.raises(DataError, match="regions"):
        pv.annotate(["MS4A1"], "hg38")
