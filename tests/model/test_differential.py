"""PEAKVI: differential accessibility by every way to name groups."""

import numpy as np
import pandas as pd
import pytest

import peakvi_widgets as pv
from peakvi_widgets.errors import DataError

N = {"n_samples": 400}
COLUMNS = [
    *("prob_da", "is_da_fdr", "bayes_factor", "effect_size", "emp_effect"),
    *("est_prob1", "est_prob2", "emp_prob1", "emp_prob2"),
]


def test_table_has_the_tutorial_s_columns_and_is_sorted(trained, adata):
    table = trained.differential_accessibility(idx1="kind == 'B'", idx2="kind == 'T'", **N)
    assert list(table) == COLUMNS
    assert table["prob_da"].is_monotonic_decreasing
    assert sorted(table.index) == sorted(adata.var_names)


def test_regions_that_were_made_open_in_b_come_out_with_a_positive_sign(trained, adata):
    table = trained.differential_accessibility(groupby="kind", group1="B", delta=0.2, **N)
    top = table.sort_values("effect_size", ascending=False).iloc[:10]
    assert set(top.index) == set(adata.var_names[:10])
    assert (top.emp_effect > 0.5).all()
    assert (top.prob_da > 0.6).all()  # the encoders are held: cells between the kinds stay there


def test_every_way_to_name_groups_gives_the_same_table(trained, adata):
    is_b = adata.obs["kind"] == "B"
    expected = trained.differential_accessibility(idx1="kind == 'B'", **N)
    for idx1, idx2 in [
        (is_b, None),
        (is_b.to_numpy(), ~is_b.to_numpy()),
        (np.where(is_b), np.where(~is_b)),
        (np.flatnonzero(is_b), adata.obs_names[~is_b]),
        (is_b.sample(frac=1, random_state=0), "kind == 'T'"),
    ]:
        table = trained.differential_accessibility(idx1=idx1, idx2=idx2, **N)
        pd.testing.assert_frame_equal(table, expected, check_exact=True)
    for group2 in ("T", None):
        table = trained.differential_accessibility(groupby="kind", group1="B", group2=group2, **N)
        pd.testing.assert_frame_equal(table[COLUMNS], expected, check_exact=True)


def test_several_groups_are_told_apart(trained):
    table = trained.differential_accessibility(groupby="kind", **N)
    assert len(table) == 300
    assert table.groupby("group1").size().to_dict() == {"B": 150, "T": 150}
    assert set(table["group2"]) == {"Rest"}
    assert set(table["comparison"]) == {"B vs Rest", "T vs Rest"}
    one = trained.differential_accessibility(groupby="kind", group1=["T"], group2="B", **N)
    assert set(one["comparison"]) == {"T vs B"}


def test_comparing_ends_with_the_same_table_in_the_order_of_the_regions(trained, adata):
    groups = "kind == 'B'", "kind == 'T'"
    *_, last = trained.comparing(*groups, **N)
    assert last.is_final
    assert last.table.index.equals(adata.var_names)
    table = trained.differential_accessibility(idx1=groups[0], idx2=groups[1], **N)
    pd.testing.assert_frame_equal(last.table.loc[table.index], table, check_exact=True)


def test_seed_is_the_model_s_unless_given(trained):
    tables = [
        trained.differential_accessibility(idx1="kind == 'B'", seed=seed, **N)
        for seed in (None, 2, 3)
    ]
    pd.testing.assert_frame_equal(tables[0], tables[1], check_exact=True)
    assert not tables[0].equals(tables[2])


def test_draws_may_be_counted_by_any_whole_number(trained):
    tables = [
        trained.differential_accessibility(idx1="kind == 'B'", n_samples=n)
        for n in (400, 4e2, np.int32(400))
    ]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0], check_exact=True)


def test_interval_comes_where_it_is_asked_for(trained):
    table = trained.differential_accessibility(groupby="kind", group1="B", interval=0.9, **N)
    assert (table.effect_low <= table.effect_size).all()
    *_, last = trained.comparing("kind == 'B'", interval=0.9, **N)
    pd.testing.assert_series_equal(last.table.effect_low.loc[table.index], table.effect_low)


def test_batches_are_named_as_in_obs(trained):
    asked = {"idx1": "kind == 'B'", "batch_correction": True, **N}
    every = trained.differential_accessibility(**asked)
    named = trained.differential_accessibility(
        **asked, batchid1=["b2", "b1"], batchid2=["b1", "b2"]
    )
    pd.testing.assert_frame_equal(every, named, check_exact=True)
    one, other = (
        trained.differential_accessibility(**asked, batchid1=a, batchid2=b)
        for a, b in [(["b1"], ["b2"]), ("b1", "b2")]
    )
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    assert not one.equals(every)
    *_, last = trained.comparing("kind == 'B'", batch_correction=True, batchid1="b1", **N)
    assert last.is_final


def test_other_cells_can_be_compared(trained, adata):
    some = adata[40:120].copy()
    table = trained.differential_accessibility(some, groupby="kind", group1="B", **N)
    here = trained.differential_accessibility(idx1=np.arange(40, 80), idx2=np.arange(80, 120), **N)
    np.testing.assert_allclose(
        table.emp_prob1.loc[adata.var_names], here.emp_prob1.loc[adata.var_names]
    )


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ({}, "groupby"),
        ({"groupby": "kind", "idx1": [0]}, "either by groupby"),
        ({"groupby": "colour"}, "no column 'colour'"),
        ({"groupby": "kind", "group1": "NK"}, "no group 'NK'; it has 'B', 'T'"),
        ({"groupby": "kind", "group1": "B", "group2": "NK"}, "no group 'NK'"),
        ({"groupby": "kind", "group1": "B", "group2": "B"}, "both 'B'; name two groups"),
        ({"groupby": "kind", "group1": ["B"], "group2": "B"}, "both 'B'; name two groups"),
        ({"groupby": "kind", "group1": []}, "group1 names no group"),
        ({"idx1": []}, "idx1 selects no cell"),
        ({"idx1": [0], "idx2": "kind == 'NK'"}, "idx2 selects no cell"),
        ({"idx1": np.arange(200)}, "none is left"),
        ({"idx1": [0], "delta": -1}, "delta is -1"),
        ({"idx1": [0], "delta": None}, "delta is None; use a number of 0 or more"),
        ({"idx1": [0], "fdr_target": "low"}, "fdr_target is 'low'"),
        ({"idx1": [0], "interval": 1}, "interval is 1; use a number in .0, 1., or None"),
        ({"idx1": [0], "n_samples": 0.5}, "n_samples is 0.5; use a whole number"),
        ({"idx1": [0], "seed": -1}, "seed is -1; use a whole number"),
        ({"idx1": [0], "estimand": "ratio"}, "estimand is 'ratio'"),
        ({"idx1": [0], "batchid1": ["b1"]}, "need batch_correction=True"),
        (
            {"idx1": [0], "batch_correction": True, "batchid2": ["b9"]},
            "no batch 'b9'; .* 'b1', 'b2'",
        ),
        ({"idx1": [0], "batch_correction": True, "batchid2": []}, "Name a batch"),
    ],
)
def test_groups_that_make_no_sense_are_refused(trained, groups, said):
    with pytest.raises(DataError, match=said):
        trained.differential_accessibility(**groups)


def test_the_user_s_anndata_is_left_alone(trained):
    before = trained.adata.copy()
    trained.differential_accessibility(groupby="kind", group1="B", **N)
    pd.testing.assert_frame_equal(trained.adata.obs, before.obs)
    assert list(trained.adata.uns) == list(before.uns)


@pytest.mark.parametrize("dtype", ["int64", "Int64", "float64", "category", "object", "string"])
def test_group_that_is_a_number_is_named_as_it_is_or_as_text(trained, adata, dtype):
    adata.obs["cluster"] = pd.Series(np.arange(200) % 3, adata.obs_names).astype(dtype)
    first = adata.obs["cluster"].iloc[1]
    expected = trained.differential_accessibility(idx1=np.arange(200) % 3 == 1, n_samples=20)
    for group1 in (1, np.int64(1), first, str(first), [1]):
        table = trained.differential_accessibility(
            adata, groupby="cluster", group1=group1, n_samples=20
        )
        pd.testing.assert_frame_equal(table[list(expected)], expected)
    both = trained.differential_accessibility(
        adata, groupby="cluster", group1=[1, 2], group2=0, n_samples=20
    )
    assert both["comparison"].nunique() == 2


def test_cells_without_a_group_are_in_none_but_among_the_rest(trained, adata):
    adata.obs["cluster"] = pd.array([None, *(np.arange(199) % 2)], "Int64")
    table = trained.differential_accessibility(adata, groupby="cluster", n_samples=20)
    assert set(table["comparison"]) == {"0 vs Rest", "1 vs Rest"}
    hand = np.asarray((adata.X[1::2] > 0).mean(0)).ravel()  # the first of 199 is cell 1
    of_0 = table[table["group1"] == "0"]["emp_prob1"][adata.var_names]
    np.testing.assert_allclose(of_0, hand, atol=1e-6)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"groupby": ["kind"]}, "name"),
        ({"groupby": "nobody"}, "no column 'nobody'"),
        ({"groupby": "kind", "group1": [["B"]]}, r"no group \['B'\]"),
        ({"groupby": "kind", "group1": "B", "group2": ["T", "B"]}, "name one"),
        ({"groupby": "many", "group1": "z"}, "and 19[0-9] more"),
        ({"groupby": "lists"}, "cannot be categories"),
    ],
)
def test_groups_that_make_no_sense_are_refused_in_a_sentence(trained, adata, keys, said):
    adata.obs["many"] = [f"group {i}" for i in range(200)]
    adata.obs["lists"] = [[i] for i in range(200)]
    with pytest.raises(DataError, match=said) as refused:
        trained.differential_accessibility(adata, **keys)
    assert len(str(refused.value)) < 300


def test_small_and_overlapping_groups_are_compared_with_a_warning(trained):
    with pytest.warns(UserWarning, match="5 cells are in both groups"):
        trained.differential_accessibility(idx1=range(40), idx2=range(35, 80), **N)
    with pytest.warns(UserWarning, match="Group 1 has 7 cells, fewer than 20"):
        trained.differential_accessibility(idx1=range(7), idx2=range(35, 80), **N)


def test_donors_test_a_table_in_plain_python(trained, adata):
    groups = "kind == 'B'", "kind == 'T'"
    table = trained.differential_accessibility(idx1=groups[0], idx2=groups[1], delta=0.2, **N)
    donors = pd.Series(["a", "b", "c"] * adata.n_obs, index=None, name="donor")[: adata.n_obs]
    of = trained.donor_evidence(table, donors, *groups)
    assert list(of.columns.index) == list(adata.var_names)
    assert of.check.design == "paired"
    assert (of.columns["n_donors_agree"].loc[adata.var_names[:10]] == 3).all()
    with pytest.raises(DataError, match="donors of 3 cells"):
        trained.donor_evidence(table, donors[:3], *groups)
    with pytest.raises(DataError, match="other regions"):
        trained.donor_evidence(table[1:], donors, *groups)


def test_default_compares_groups_and_scvi_tools_training_compares_cells(trained, adata, tmp_path):
    asked = {"idx1": "kind == 'B'", "idx2": "kind == 'T'", **N}
    group, cell = (
        trained.differential_accessibility(level=one, **asked) for one in ("group", "cell")
    )
    assert (group.sort_index().prob_da != cell.sort_index().prob_da).any()
    pd.testing.assert_frame_equal(trained.differential_accessibility(**asked), group)
    trained.save(tmp_path / "saved")
    again = pv.PEAKVI.load(tmp_path / "saved", adata=adata)
    pd.testing.assert_frame_equal(again.differential_accessibility(**asked), group)
    again.save(tmp_path / "twice")
    again = pv.PEAKVI.load(tmp_path / "twice", adata=adata)
    pd.testing.assert_frame_equal(again.differential_accessibility(**asked), group)
    trained.save_for_scvi(tmp_path / "scvi")
    again = pv.PEAKVI.load(tmp_path / "scvi", adata=adata)
    table = again.differential_accessibility(seed=trained.seed, **asked)
    pd.testing.assert_frame_equal(table, cell)


def test_preset_of_scvi_tools_compares_cells(model):
    model.train(preset="scvi", max_epochs=1, n_threads=1)
    asked = {"idx1": "kind == 'B'", "idx2": "kind == 'T'", **N}
    cell = model.differential_accessibility(level="cell", **asked)
    pd.testing.assert_frame_equal(model.differential_accessibility(**asked), cell)
