"""Genes of regions in a session: guessed, chosen, and in every table of regions."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from traitlets import TraitError

from peakvi_widgets import annotate
from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session
from peakvi_widgets.session.annotating import with_genes

COLUMNS = ["gene", "where", "distance"]
BUILT_IN = "pbmc10k"
MS4A1 = "chr11:60455500-60456000"

pytestmark = pytest.mark.usefixtures("without_umap")


@pytest.fixture(scope="module")
def tiles():
    from peakvi_widgets.data.datasets import DATASETS

    adata = DATASETS[BUILT_IN].load()
    return adata[:300, adata.var_names[::20].union([MS4A1])].copy()


def opened(adata):
    session = Session(adata)
    session.wait()
    return session


def test_genome_is_guessed_and_said(tiles):
    session = opened(tiles)
    used = session.genome_in_use
    assert (used.name, used.is_guessed, used.is_sure) == ("hg38", True, True)
    assert "hg38" in used.sentence
    pd.testing.assert_frame_equal(session.region_genes, annotate(tiles.var_names, "hg38"))
    assert list(session.region_genes.loc[MS4A1]) == ["MS4A1", "promoter", 0]


def test_numbers_for_the_page_are_the_table(tiles):
    session = opened(tiles)
    codes, texts = session.gene_codes, np.array(session.gene_texts, object)
    for name in ("gene", "where"):
        assert list(texts[codes[name]]) == list(session.region_genes[name].astype(str))
    distance = session.region_genes["distance"].to_numpy("float64", na_value=np.nan)
    np.testing.assert_array_equal(codes["distance"], distance)


def test_filter_leaves_the_genes_of_the_kept_regions(tiles):
    session = opened(tiles)
    before = session.region_genes
    session.filter(min_cells=5)
    session.wait()
    assert 0 < session.n_regions < len(before)
    pd.testing.assert_frame_equal(session.region_genes, before.loc[list(session.regions)])
    session.undo()
    session.wait()
    pd.testing.assert_frame_equal(session.region_genes, before)


def test_another_genome_gives_others_and_warns(tiles):
    session = opened(tiles)
    session.annotate("GRCh37")
    session.wait()
    used = session.genome_in_use
    assert (used.name, used.is_guessed, used.is_sure) == ("hg19", False, False)
    assert "You chose hg19." in used.sentence
    assert "hg38" in used.sentence
    pd.testing.assert_frame_equal(session.region_genes, annotate(tiles.var_names, "hg19"))
    assert "session.annotate('GRCh37')" in session.code()
    session.annotate()
    session.wait()
    assert (session.genome, session.genome_in_use.name) == ("", "hg38")


def test_new_data_are_guessed_again(tiles):
    session = opened(tiles)
    session.annotate("none")
    session.wait()
    assert (session.region_genes, session.gene_texts) == (None, ())
    session.open(tiles[:, :50].copy())
    session.wait()
    assert (session.genome, session.genome_in_use.name) == ("", "hg38")
    assert list(session.region_genes.index) == list(session.regions)


def test_file_of_genes_and_the_other_rule(tiles, tmp_path):
    bed = tmp_path / "genes.bed"
    bed.write_text("chr11\t60455800\t60470000\tMINE\t0\t+\n")
    session = opened(tiles)
    session.annotate(genes=bed, rule="great")
    session.wait()
    assert session.genome_in_use.name == "genes.bed"
    assert session.region_genes.loc[MS4A1, "gene"] == "MINE"
    expected = annotate(tiles.var_names, genes=bed, rule="great")
    pd.testing.assert_frame_equal(session.region_genes, expected)


@pytest.mark.parametrize("given", [{"genome": "hg7"}, {"rule": "nearest"}])
def test_what_is_not_known_is_refused_at_once(tiles, given):
    session = opened(tiles)
    before = session.region_genes
    with pytest.raises(DataError):
        session.annotate(**given)
    assert session.region_genes is before


def test_file_without_genes_changes_nothing(tiles, tmp_path):
    (tmp_path / "empty.bed").write_text("")
    session = opened(tiles)
    before, used = session.region_genes, session.genome_in_use
    session.annotate(genes=tmp_path / "empty.bed")
    with pytest.raises(DataError):
        session.wait()
    assert (session.region_genes is before, session.genome_in_use) == (True, used)


def test_genome_is_not_set_past_the_verb(tiles):
    session = opened(tiles)
    with pytest.raises(TraitError, match="annotate"):
        session.genome = "hg19"


def test_regions_of_no_known_genome_have_no_genes_and_no_error():
    counts = np.random.default_rng(0).poisson(0.5, (20, 30)).astype("float32")
    adata = AnnData(counts)
    adata.var_names = [f"scaffold_{at}:100-600" for at in range(30)]
    session = opened(adata)
    assert session.region_genes is None
    assert session.genome_in_use.name == ""
    assert "fit none of the genomes" in session.genome_in_use.sentence
    assert not any(entry.level == "error" for entry in session.log)


def test_table_has_the_genes_and_keeps_its_own_order(tiles):
    session = opened(tiles)
    session.train("quick", max_epochs=2)
    session.groups_by("cell_type_coarse", "B")
    session.compare()
    session.wait()
    table = session.da_result
    assert list(table.columns[-3:]) == COLUMNS
    genes = session.region_genes.loc[table.index]
    pd.testing.assert_frame_equal(table[COLUMNS], genes, check_index_type=False)
    session.annotate("hg19")
    session.wait()
    now, genes = session.da_result, session.region_genes.loc[table.index]
    pd.testing.assert_frame_equal(now.drop(columns=COLUMNS), table.drop(columns=COLUMNS))
    pd.testing.assert_frame_equal(now[COLUMNS], genes, check_index_type=False)
    session.annotate("none")
    session.wait()
    assert not set(COLUMNS) & set(session.da_result)


def test_saved_choice_and_table_come_back(tiles, tmp_path):
    session = opened(tiles)
    session.train("quick", max_epochs=2)
    session.groups_by("cell_type_coarse", "B")
    session.compare()
    session.annotate("hg19")
    session.save(tmp_path / "a.peakvi")
    session.wait()
    again = Session(tmp_path / "a.peakvi")
    again.wait()
    assert (again.genome, again.genome_in_use) == ("hg19", session.genome_in_use)
    pd.testing.assert_frame_equal(again.da_result, session.da_result, check_index_type=False)


def test_table_of_other_regions_is_left_alone(tiles):
    genes = annotate(tiles.var_names, "hg38")
    table = pd.DataFrame({"prob_da": [1.0]}, index=["chr1:1-2"])
    assert with_genes(table, genes) is table


def test_what_is_noted_at_the_table_stays(tiles):
    genes = annotate(tiles.var_names, "hg38")
    table = pd.DataFrame({"prob_da": 1.0}, index=genes.index[::-1])
    table.attrs["checks"] = ["a sentence"]
    assert with_genes(table, genes).attrs == table.attrs
    assert list(with_genes(table, genes).index) == list(table.index)
