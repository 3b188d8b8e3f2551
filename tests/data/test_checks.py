"""An AnnData of the notebook passes the same checks, and is left as it was."""

from types import SimpleNamespace

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from peakvi_widgets.data import all_zero, check_counts
from peakvi_widgets.data.count_sums import (
    cells_per_region,
    counts_per_cell,
    open_regions_per_cell,
)
from peakvi_widgets.data.counts import compact_counts
from peakvi_widgets.data.layer_choice import layers_of, set_layers
from peakvi_widgets.errors import DataError

from .conftest import CELLS, COUNTS, REGIONS


def an_adata(counts=COUNTS, regions=REGIONS, **parts):
    adata = anndata.AnnData(sparse.csr_matrix(counts), **parts)
    adata.obs_names, adata.var_names = CELLS[: adata.n_obs], regions
    return adata


@pytest.mark.parametrize(
    "form",
    [
        np.asarray,
        sparse.csr_matrix,
        sparse.csc_matrix,
        sparse.csr_array,
        lambda counts: sparse.csr_matrix(counts.astype("f8")),
        lambda counts: sparse.csr_matrix(counts.astype("i8")),
    ],
    ids=["dense", "csr", "csc", "csr array", "floats", "long integers"],
)
def test_every_kind_of_matrix_becomes_small_csr(form):
    counts = compact_counts(form(COUNTS), source="adata")
    assert isinstance(counts, sparse.csr_matrix)
    assert counts.dtype == np.uint16
    assert counts.toarray().tolist() == COUNTS.tolist()
    assert counts.nnz == 6


@pytest.mark.parametrize(
    ("highest", "dtype"),
    [(1, "u1"), (255, "u1"), (256, "u2"), (65535, "u2"), (65536, "u4"), (2**32 - 1, "u4")],
)
def test_smallest_type_that_holds_the_highest_count(highest, dtype):
    assert compact_counts(np.array([[highest, 0]]), source="adata").dtype == dtype


def test_open_or_closed_may_be_true_or_false():
    assert compact_counts(COUNTS > 0, source="adata").toarray().tolist() == (COUNTS > 0).tolist()


@pytest.mark.parametrize(
    ("value", "why"),
    [(-1, "negative"), (0.5, "fractional"), (np.nan, "not numbers"), (np.inf, "not numbers"),
     (1e12, "no count can be"), (1j, "of type complex128"), ("x", "of type <U")],
)  # fmt: skip
def test_value_that_is_no_count(value, why):
    with pytest.raises(DataError, match=f"^adata holds .*{why}.*; give raw counts or 0/1"):
        compact_counts(np.array([[value, value]]), source="adata")


def test_wrong_value_behind_the_first_block_is_found(monkeypatch):
    monkeypatch.setattr("peakvi_widgets.data.counts.BLOCK", 2)
    with pytest.raises(DataError, match=r"such as 0\.5"):
        compact_counts(np.array([[1, 2, 3, 0.5]]), source="adata")


def test_highest_count_may_stand_in_the_first_block(monkeypatch):
    monkeypatch.setattr("peakvi_widgets.data.counts.BLOCK", 2)
    assert compact_counts(np.array([[300, 1, 2, 3]]), source="a").toarray()[0, 0] == 300


def test_stored_zeros_are_left_out_of_ours_only():
    given = sparse.csr_matrix(([1, 0, 2], [0, 1, 1], [0, 2, 3]), shape=(2, 2))
    assert compact_counts(given, source="adata").nnz == 2
    assert given.nnz == 3


def test_unsorted_regions_are_sorted_in_ours_only():
    given = sparse.csr_matrix(([1, 2], [1, 0], [0, 2]), shape=(1, 2))
    assert compact_counts(given, source="adata").indices.tolist() == [0, 1]
    assert given.indices.tolist() == [1, 0]


def test_two_values_in_one_place_are_summed_and_named():
    given = sparse.csr_matrix(([200, 100], [1, 1], [0, 2]), shape=(1, 2))
    remarks = []
    counts = compact_counts(given, source="adata", remarks=remarks)
    assert counts.toarray().tolist() == [[0, 300]]
    assert given.data.tolist() == [200, 100]
    assert remarks == [
        "adata holds 1 repeated entries for the same cell and region; they were summed."
    ]


def test_region_that_does_not_exist_is_refused():
    given = sparse.csr_matrix(([1, 2], [0, 1], [0, 2]), shape=(1, 2))
    given.indices[1] = 7
    with pytest.raises(DataError, match="do not exist"):
        compact_counts(given, source="adata")


def test_our_counts_are_our_own_and_the_index_is_shared():
    given = sparse.csr_matrix(COUNTS)
    counts = compact_counts(given, source="adata")
    given.data[:] = 0
    assert counts.toarray().tolist() == COUNTS.tolist()
    assert np.shares_memory(counts.indices, given.indices)


def test_sums_by_cell_and_region_on_paper():
    counts = compact_counts(COUNTS, source="adata")
    assert open_regions_per_cell(counts).tolist() == [2, 2, 2]
    assert open_regions_per_cell(counts, np.array([1, 0, 1, 1], bool)).tolist() == [1, 2, 2]
    assert counts_per_cell(counts).tolist() == [3, 4, 304]
    assert cells_per_region(counts).tolist() == [1, 1, 2, 2]
    assert cells_per_region(counts, np.array([1, 0, 1], bool)).tolist() == [0, 1, 2, 1]


def test_sums_pass_over_cells_without_counts(monkeypatch):
    monkeypatch.setattr("peakvi_widgets.data.count_sums.BLOCK", 2)
    counts = compact_counts(np.array([[0, 0], [1, 2], [0, 0], [0, 4], [0, 0]]), source="adata")
    assert open_regions_per_cell(counts).tolist() == [0, 2, 0, 1, 0]
    assert counts_per_cell(counts).tolist() == [0, 3, 0, 4, 0]
    assert cells_per_region(counts).tolist() == [1, 2]


def test_large_counts_do_not_overflow():
    counts = compact_counts(np.full((1, 1000), 255), source="adata")
    assert counts_per_cell(counts).tolist() == [255_000]


def test_checked_anndata_is_a_new_one():
    adata = an_adata(obs=pd.DataFrame({"label": list("aba")}, index=CELLS), uns={"genome": "hg38"})
    own = check_counts(adata, source="adata")
    own.obs["label"] = "z"
    own.var["chr"] = "z"
    own.uns["genome"] = "z"
    own.obsm["X_peakvi"] = np.zeros((3, 2))
    assert adata.obs["label"].tolist() == ["a", "b", "a"]
    assert adata.uns["genome"] == "hg38"
    assert not adata.obsm
    assert adata.var.shape == (4, 0)
    assert adata.X.dtype == np.int64


def test_names_of_the_regions_are_put_in_order():
    own = check_counts(an_adata(regions=[r.replace(":", "_") for r in REGIONS]), source="adata")
    assert own.var_names.tolist() == REGIONS
    assert own.var["start"].tolist() == [100, 300, 5, 55]


def test_checking_twice_changes_nothing():
    once = check_counts(an_adata(), source="adata")
    twice = check_counts(once, source="adata")
    assert (once.X != twice.X).nnz == 0
    pd.testing.assert_frame_equal(once.var, twice.var)


def test_counts_may_stand_in_a_layer():
    adata = an_adata(COUNTS / 7, layers={"counts": COUNTS})
    own = check_counts(adata, source="adata", layer="counts")
    assert own.X.toarray().tolist() == COUNTS.tolist()
    assert not own.layers  # not kept twice


def test_unknown_layer_is_told_with_the_known_ones():
    with pytest.raises(DataError, match="adata has no layer 'raw'; its layers are: 'counts'"):
        check_counts(an_adata(layers={"counts": COUNTS}), source="adata", layer="raw")


def refused(adata, **options):
    with pytest.raises(DataError) as error:
        check_counts(adata, source="adata", **options)
    return str(error.value)


def test_normalised_x_names_the_call_that_opens_the_layer():
    adata = an_adata(COUNTS / 7, layers={"counts": COUNTS, "scaled": COUNTS / 3})
    assert refused(adata) == (
        "adata holds fractional values such as 0.2857 in X, but counts in layer 'counts'; "
        "open them by open(adata, layer='counts')."
    )


def test_normalised_x_without_other_counts_is_refused():
    assert "layer" not in refused(an_adata(COUNTS / 7, layers={"scaled": COUNTS / 3}))


def test_counts_of_raw_are_named_and_opened():
    adata = an_adata()
    adata.raw = adata.copy()
    adata = adata[:, [2, 0]].copy()
    adata.X = adata.X / 7
    assert "in X, but counts in raw; open them by open(adata, layer='raw')" in refused(adata)
    own = check_counts(adata, source="adata", layer="raw")
    assert own.X.toarray().tolist() == COUNTS.tolist()
    assert own.var_names.tolist() == REGIONS


def test_layer_that_is_named_raw_goes_before_raw():
    adata = an_adata(layers={"raw": COUNTS * 2})
    adata.raw = adata.copy()
    assert check_counts(adata, source="a", layer="raw").X.sum() == 2 * COUNTS.sum()


def test_anndata_without_x_tells_of_the_layers():
    adata = an_adata(layers={"counts": COUNTS})
    adata.X = None
    assert refused(adata) == (
        "adata holds no values in X, but counts in layer 'counts'; "
        "open them by open(adata, layer='counts')."
    )


@pytest.mark.filterwarnings("ignore:.*names are not unique")
def test_names_that_come_twice():
    adata = an_adata()
    adata.obs_names = ["a", "b", "a"]
    with pytest.raises(DataError, match=r"^adata holds the cell 'a' more than once; make"):
        check_counts(adata, source="adata")


@pytest.mark.parametrize(("slot", "name"), [("obs", "a\ud800"), ("var", "chr\udce9:1-5")])
def test_name_with_half_of_a_character_is_refused(slot, name):
    adata = an_adata()
    names = [name, *getattr(adata, f"{slot}_names")[1:]]
    setattr(adata, f"{slot}_names", names)
    with pytest.raises(DataError, match=rf"half of a character .*adata\.{slot}_names") as caught:
        check_counts(adata, source="adata")
    assert str(caught.value).isascii()


def test_view_and_file_on_disk_are_taken(tmp_path):
    adata = an_adata()
    adata.write_h5ad(tmp_path / "a.h5ad")
    for given in (adata[[2, 0]], anndata.read_h5ad(tmp_path / "a.h5ad", backed="r")[[2, 0]]):
        own = check_counts(given, source="adata")
        assert own.X.toarray().tolist() == COUNTS[[2, 0]].tolist()


def test_all_zero_is_silent_where_everything_was_seen():
    assert all_zero(check_counts(an_adata(), source="adata"), source="adata") == ""


def test_layers_are_without_x_and_are_replaced_without_it():
    """Since anndata 0.13 layers have X under the key None; a mapping like it stands in here."""
    adata = SimpleNamespace(layers={None: "x", "old": 1, "both": 2})
    assert layers_of(adata) == {"old": 1, "both": 2}
    set_layers(adata, {"both": 3, "new": 4})
    assert adata.layers == {None: "x", "both": 3, "new": 4}


def test_checked_counts_keep_the_layers_beside_those_that_hold_them():
    adata = an_adata(layers={"counts": COUNTS, "more": COUNTS * 2})
    adata.X = adata.X * 0.5
    assert layers_of(check_counts(adata, source="adata", layer="counts")).keys() == {"more"}
    assert layers_of(adata).keys() == {"counts", "more"}
