"""Gene scores: worked numbers on a small genome, a plain search, a layer, and the marker of B."""

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import peakvi_widgets as pv
from peakvi_widgets.data.datasets import DATASETS
from peakvi_widgets.data.genes import gene_regions
from peakvi_widgets.errors import DataError

GENES = pd.DataFrame(
    {
        "chr": ["chr1", "chr1", "1", "chr2"],
        "start": [10_000, 50_000, 15_000, 100],
        "end": [20_000, 50_010, 18_000, 900],
        "strand": ["+", "-", "-", "+"],
        "gene": ["PLUS", "SHORT", "INNER", "PLUS"],
    }
)


@pytest.mark.parametrize(
    ("region", "genes"),
    [
        ("chr1:8900-9000", []),
        ("chr1:8900-9001", ["PLUS"]),  # 1,000 bp upstream of the TSS
        ("chr1:19999-20100", ["PLUS"]),  # the last base of the body
        ("chr1:20000-20100", []),
        ("chr1:15500-15600", ["INNER", "PLUS"]),
        ("chr1:18990-19100", ["INNER", "PLUS"]),  # upstream of INNER, which reads backwards
        ("chr1:49000-49909", []),
        ("chr1:49000-49910", ["SHORT"]),  # 100 bp downstream of its TSS
        ("chr1:51009-51100", ["SHORT"]),
        ("chr1:51010-51100", []),
        ("chr2:10-20", ["PLUS"]),
        ("chr3:10-20", []),
    ],
)
def test_region_belongs_to_the_genes_whose_promoter_or_body_it_touches(region, genes):
    found = gene_regions([region], genes=GENES)
    assert list(found.names) == genes
    for gene in genes:
        assert gene in found
        assert found.of(gene).tolist() == [0]


@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 9_000)), min_size=1, max_size=12))
def test_all_regions_of_a_gene_are_found(spans):
    names = [f"chr1:{start}-{start + length}" for start, length in spans]
    found = gene_regions(names, genes=GENES)
    ends = {"PLUS": (9_000, 20_000), "INNER": (15_000, 19_000), "SHORT": (49_909, 51_010)}
    for gene, (low, high) in ends.items():
        expected = [i for i, (a, n) in enumerate(spans) if a < high and a + n > low]
        assert (found.of(gene).tolist() if gene in found else []) == expected


def test_scores_are_sums_over_the_regions_of_each_gene():
    counts = sparse.csr_matrix([[2, 0, 1, 4], [0, 3, 0, 0]])
    names = ["chr1:9500-9600", "chr1:15500-15600", "chr2:10-20", "chr3:1-2"]
    adata = AnnData(counts, var=pd.DataFrame(index=names), obsm={"X_umap": np.zeros((2, 2))})
    adata.layers["other"] = counts * 10
    scores = pv.gene_scores(adata, genes=GENES)
    assert list(scores.var_names) == ["INNER", "PLUS"]
    assert scores.var["n_regions"].tolist() == [1, 3]
    assert scores.X.toarray().tolist() == [[0, 2], [1, 1]]
    assert scores.uns["gene_scores"] == "sum of open regions in promoter and body"
    assert "X_umap" in scores.obsm
    summed = pv.gene_scores(adata, genes=GENES, what="counts", layer="other")
    assert summed.X.toarray().tolist() == [[0, 30], [30, 30]]
    with pytest.raises(DataError, match="layer"):
        pv.gene_scores(adata, genes=GENES, layer="none")
    with pytest.raises(DataError, match="cannot be summed"):
        pv.gene_scores(adata, genes=GENES, what="means")
    none = pv.gene_scores(adata[:, [3]].copy(), genes=GENES)
    assert none.shape == (2, 0)


def test_score_of_ms4a1_is_high_in_b_cells():
    adata = DATASETS["pbmc10k"].load()
    scores = pv.gene_scores(adata)
    is_b = adata.obs["cell_type"].astype(str).str.contains("B")
    score = scores[:, "MS4A1"].X.toarray().ravel()
    assert score[is_b].mean() > 10 * score[~is_b].mean()
