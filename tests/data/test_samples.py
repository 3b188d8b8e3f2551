"""Several samples become one AnnData."""

import numpy as np
import pytest

from peakvi_widgets.data import read, read_samples
from peakvi_widgets.data.checks import DataWarning
from peakvi_widgets.data.counts import is_mapped
from peakvi_widgets.errors import DataError

from .conftest import CELLS, COUNTS, REGIONS


@pytest.fixture
def pair(write_h5, adata, tmp_path):
    """A sample as Cell Ranger's file, and one with its regions in another order."""
    adata.obs["label"] = list("xyz")
    adata[:, ::-1].copy().write_h5ad(tmp_path / "b.h5ad")
    return write_h5(name="a.h5"), tmp_path / "b.h5ad"


@pytest.mark.parametrize("memory", [None, 10])
def test_cells_of_all_samples_stand_below_each_other(pair, memory):
    found = read_samples({"one": pair[0], "two": pair[1]}, memory=memory)
    assert found.X.toarray().tolist() == [*COUNTS.tolist(), *COUNTS.tolist()]
    assert is_mapped(found.X) == (memory is not None)
    assert found.var_names.tolist() == REGIONS
    names = [cell.removesuffix("-1") for cell in CELLS]
    assert found.obs_names.tolist() == [f"{s}_{name}" for s in ("one", "two") for name in names]
    assert found.obs["sample"].tolist() == ["one"] * 3 + ["two"] * 3
    assert found.obs["sample"].cat.categories.tolist() == ["one", "two"]
    assert found.obs["label"].isna().tolist() == [True] * 3 + [False] * 3


def test_paths_are_named_by_their_files(pair):
    assert read_samples(pair, key="donor").obs["donor"].unique().tolist() == ["a", "b"]


def test_samples_over_other_regions_are_refused(write_h5, pair):
    other = write_h5(COUNTS[:, :3], ids=["chr1:100-200", "chr1:1-2", "chr2:5-9"], name="c.h5")
    with pytest.raises(DataError, match=r"1 of the 3 regions of sample 'c' .* \(not 'chr1:1-2'"):
        read_samples([pair[0], other])


@pytest.mark.parametrize(
    ("samples", "why"),
    [
        ("a.h5", "is one sample"),
        ([], "no sample"),
        (["a/x.h5", "b/x.h5"], "of the same name"),
        ({1: "a.h5", "2": "b.h5", "1": "c.h5"}, "Two samples have the name '1'"),
    ],
)
def test_what_makes_no_samples_is_refused(samples, why):
    with pytest.raises(DataError, match=why):
        read_samples(samples)


def test_one_sample_is_as_it_is_read(pair):
    assert np.array_equal(read_samples([pair[0]]).X.toarray(), read(pair[0]).X.toarray())


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (3, "key=3 is not the name"),
        ("", "key='' is not"),
        ("label", r"b\.h5ad has a column 'label'"),
    ],
)
def test_a_key_that_is_no_new_column_is_refused(pair, key, why):
    with pytest.raises(DataError, match=why):
        read_samples(pair, key=key)


def test_cells_that_would_have_one_name_are_refused(adata, tmp_path):
    samples = {}
    for name, cells in (("x", ["y_1", "y_2", "z"]), ("x_y", ["1", "3", "q"])):
        adata.obs_names = cells
        adata.write_h5ad(tmp_path / f"{name}.h5ad")
        samples[name] = tmp_path / f"{name}.h5ad"
    with pytest.raises(DataError, match="Two cells of different samples would be 'x_y_1'"):
        read_samples(samples)


def test_cells_without_counts_are_told_of_as_by_read(write_h5):
    counts = COUNTS.copy()
    counts[1] = 0
    with pytest.warns(DataWarning, match="What was read holds 1 cell"):
        read_samples([write_h5(counts)])
