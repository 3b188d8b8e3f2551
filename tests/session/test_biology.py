"""What is known of blood and bone marrow comes out of a session with nothing but defaults."""

import pytest

from peakvi_widgets.session import Session


@pytest.mark.slow
def test_fcn1_and_vcan_are_more_open_in_monocytes_than_in_b_cells(shared_data):
    session = Session(shared_data / "granja2019_bmmc_dev/granja2019_bmmc_dev.h5ad")
    session.filter()
    session.train("quick")
    session.wait()
    session.groups_by("cell_type", "CD14 Mono", "B")
    session.compare()
    session.wait()
    table = session.da_result
    for region, gene in (("chr9:137816852-137817353", "FCN1"), ("chr5:82823903-82824404", "VCAN")):
        assert gene in table.loc[region, "gene"]
        assert table.loc[region, "effect_size"] > 0
    assert table.loc["chr9:137816852-137817353", "is_da_fdr"]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_known_genes_of_blood_cells_are_among_the_first_rows():
    session = Session("pbmc10k")
    session.filter(min_cells=1)
    session.train("quick")
    session.wait()
    for column, cells, genes in (
        ("cell_type_coarse", "B", ("MS4A1", "PAX5", "CD22")),
        ("cell_type", "NK", ("PRF1", "GZMH", "FGFBP2")),
        ("cell_type_coarse", "Mono", ("IL1B", "CXCL8")),
    ):
        session.groups_by(column, cells)
        session.compare()
        session.wait()
        first = session.da_result[:20]
        named = {gene for names in first["gene"] for gene in names.split(";")}
        assert set(genes) <= named, cells
        mine = first[first["gene"].isin(genes)]
        assert (mine["effect_size"] > 0).all()
        assert mine["is_da_fdr"].all()
