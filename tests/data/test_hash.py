"""The hash of counts: the same for the same counts, another one for others."""

import numpy as np
import pytest
from anndata import AnnData
from scipy import sparse

from peakvi_widgets.data import check_counts
from peakvi_widgets.data.hash import MAX_EXACT, hash_of


def hashed(counts, cells=("a", "b")):
    adata = AnnData(sparse.csr_matrix(counts))
    adata.obs_names = list(cells)
    adata.var_names = ["chr1:1-5", "chr1:11-15", "chr1:21-25"]
    return hash_of(check_counts(adata, source="adata"))


COUNTS = np.array([[0, 1, 2], [3, 0, 200]])


def test_hash_is_the_one_that_scripts_of_earlier_versions_hold():
    assert hashed(COUNTS) == "bcb4c7cba22429f4"


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64"])
def test_type_of_the_numbers_makes_no_difference(dtype):
    assert hashed(COUNTS.astype(dtype)) == hashed(COUNTS)


@pytest.mark.parametrize("count", [1, 255, MAX_EXACT - 1, MAX_EXACT, MAX_EXACT + 2, 2**32 - 2])
def test_next_count_has_another_hash(count):
    # float32 holds 2**24 and not 2**24 + 1
    counts = COUNTS.astype("float64")
    counts[0, 1] = count
    other = counts.copy()
    other[0, 1] += 1
    assert hashed(counts) != hashed(other)
    assert hashed(counts.astype("int64")) == hashed(counts)


def test_place_and_names_have_their_part():
    assert hashed(COUNTS[:, ::-1]) != hashed(COUNTS)
    assert hashed(COUNTS, cells=("a", "c")) != hashed(COUNTS)
