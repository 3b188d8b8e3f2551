"""Cells colored by a gene: the open regions in its promoter and body, in script, undo and file."""

import numpy as np
import pytest
from traitlets import TraitError

from peakvi_widgets import CellsLayer, gene_scores
from peakvi_widgets.session import Session
from peakvi_widgets.session.annotating import RegionGenes

MS4A1 = "chr11:60455500-60456000"
TITLE = "MS4A1, open regions in promoter and body (sum)"

pytestmark = pytest.mark.usefixtures("without_umap")


@pytest.fixture(scope="module")
def tiles():
    from peakvi_widgets.data.datasets import DATASETS

    adata = DATASETS["pbmc10k"].load()
    return adata[:300, adata.var_names[::20].union([MS4A1])].copy()


@pytest.fixture
def session(tiles):
    session = Session(tiles)
    session.wait()
    return session


def expected(session, gene="MS4A1", genome="hg38"):
    return gene_scores(session.adata, genome)[:, gene].X.toarray().ravel()


def test_cells_are_colored_by_a_gene_and_it_is_said_what_that_is(session):
    session.color_by = "MS4A1"
    assert (session.colors.kind, session.colors.title) == ("number", TITLE)
    np.testing.assert_array_equal(session.colors.values, expected(session))
    assert session.colors.values.max() > 0
    assert "color_by='MS4A1'" in session.code()
    session.undo()
    assert session.color_by != "MS4A1"
    session.redo()
    assert session.colors.title == TITLE
    with pytest.raises(TraitError, match="region or gene"):
        session.color_by = "MS4A1X"
    assert session.color_by == "MS4A1"


def test_gene_without_a_region_of_its_own_is_told_from_none(session):
    near = set(";".join(session.region_genes["gene"]).split(";")) - {""}
    lonely = next(gene for gene in sorted(near) if gene not in session.gene_members)
    with pytest.raises(TraitError, match=f"No region lies in the promoter or body of {lonely}"):
        session.color_by = lonely


def test_column_of_the_same_name_is_meant_first(tiles):
    adata = tiles.copy()
    adata.obs["MS4A1"] = "a column"
    session = Session(adata)
    session.wait()
    session.color_by = "MS4A1"
    assert session.colors.kind == "category"


def test_file_and_record_bring_the_gene_back(session, tmp_path):
    session.color_by = "MS4A1"
    session.save(tmp_path / "a.peakvi")
    session.wait()
    opened = Session(tmp_path / "a.peakvi")
    opened.wait()
    replayed = Session.replay(session.record, data=session.opened)
    for again in (opened, replayed):
        assert (again.color_by, again.colors.title) == ("MS4A1", TITLE)
        np.testing.assert_array_equal(again.colors.values, session.colors.values)


def test_other_genes_recolor_and_none_is_said(session):
    session.color_by = "MS4A1"
    before = session.colors.values
    session.annotate("hg19")
    session.wait()
    if "MS4A1" in session.gene_members:
        assert session.color_by == "MS4A1"
        np.testing.assert_array_equal(session.colors.values, expected(session, genome="hg19"))
        assert not np.array_equal(before, session.colors.values)
    session.annotate("none")
    session.wait()
    assert session.color_by == ""
    assert session.colors.kind == "none"


def test_wish_before_genes_are_known_is_fulfilled_then(session):
    session._take_genes(RegionGenes(None))
    session.color_by = "MS4A1"
    assert session.colors.title == ""
    session.annotate("hg38")
    session.wait()
    assert session.colors.title == TITLE
    session._take_genes(RegionGenes(None))
    with pytest.raises(TraitError):
        session.color_by = "Ms4a1"  # hg38 is chosen
    session.annotate()
    session.wait()
    session._take_genes(RegionGenes(None))
    with pytest.raises(TraitError):
        session.color_by = "no such gene"
    session.color_by = "Ms4a1"  # of the mouse
    session.annotate("hg38")
    session.wait()
    assert session.color_by == ""
    assert any("no gene Ms4a1" in entry.text for entry in session.log_entries)


def test_layers_take_genes_too(session):
    session.layers.append(CellsLayer("scores", color_by="MS4A1"))
    layer = session.layers["scores"]
    assert layer.color_by == "MS4A1"
    titles = [colors.title for colors in (session.colors, *session.layer_colors)]
    assert TITLE in titles
