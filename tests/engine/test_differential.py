"""Differential accessibility: planted truth, invariances, and what a table may depend on."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pandas as pd
import pytest
import torch

from peakvi_widgets.engine import differential
from peakvi_widgets.engine.architecture import architecture
from peakvi_widgets.engine.cells import Cells
from peakvi_widgets.engine.da_columns import DA_COLUMNS
from peakvi_widgets.engine.differential import _pseudocount, called, compare
from peakvi_widgets.engine.module import PeakVAE, initialise
from peakvi_widgets.engine.plan import FROM_SCRATCH
from peakvi_widgets.engine.posterior import BLOCK, Encodings, accessibility
from peakvi_widgets.engine.question import Question
from peakvi_widgets.engine.threads import default_threads
from peakvi_widgets.engine.train import TrainingState, fit
from peakvi_widgets.errors import DataError

QUESTION = Question(n_samples=600, first_samples=50)


@pytest.fixture(scope="module")
def trained(planted):
    n_regions = planted.cells.n_regions
    network = initialise(PeakVAE(architecture(n_regions, (2,))), seed=3)
    plan = replace(
        FROM_SCRATCH,
        max_epochs=40,
        lr=0.01,
        batch_size=64,
        weight_decay=0.1,
        input_dropout=0.0,
        n_threads=1,
    )
    for _ in fit(network, planted.cells, plan, TrainingState(), seed=0):
        pass
    return network


@pytest.fixture
def groups(planted):
    return np.flatnonzero(planted.kind == 1), np.flatnonzero(planted.kind == 0)


def names(planted):
    return pd.Index([f"chr1:{i}00-{i}50" for i in range(planted.cells.n_regions)])


def tables(trained, planted, groups, question=QUESTION):
    encodings = Encodings(trained, planted.cells)
    return list(compare(encodings, *groups, question, names(planted)))


def returned(steps):
    """Run a generator to its end."""
    try:
        while True:
            next(steps)
    except StopIteration as ended:
        return ended.value


def final(*arguments):
    return tables(*arguments)[-1].table


def test_table_has_the_described_columns(trained, planted, groups):
    table = final(trained, planted, groups)
    here = [column for column in DA_COLUMNS if column.name in table]
    assert [column.name for column in here] == list(table)
    kinds = [("flag" if of == bool else "number") for of in table.dtypes]  # noqa: E721 - dtypes
    assert [column.kind for column in here] == kinds


def test_planted_regions_come_first_with_the_right_sign(trained, planted, groups):
    effect = final(trained, planted, groups).effect_size.to_numpy()
    top, bottom = np.argsort(-effect)[:15], np.argsort(effect)[:15]
    assert set(top) == set(planted.more_in_1)
    assert set(bottom) == set(planted.more_in_0)


def test_planted_regions_are_called_and_others_hardly(trained, planted, groups):
    table = final(trained, planted, groups, replace(QUESTION, delta=0.2))
    is_planted = np.isin(np.arange(len(table)), [*planted.more_in_1, *planted.more_in_0])
    assert table.is_da_fdr[is_planted].mean() > 0.9
    assert table.is_da_fdr[~is_planted].mean() < 0.05


def test_observed_shares_are_those_of_the_counts(trained, planted, groups):
    table = final(trained, planted, groups)
    dense = planted.cells.minibatch(groups[0]).dense().numpy() > 0
    np.testing.assert_allclose(table.emp_prob1, dense.mean(0))
    np.testing.assert_allclose(table.emp_effect, table.emp_prob1 - table.emp_prob2)
    np.testing.assert_allclose(table.effect_size, table.est_prob1 - table.est_prob2)


def test_one_sided_asks_for_more_open_in_group_1(trained, planted, groups):
    both = final(trained, planted, groups)
    up = final(trained, planted, groups, replace(QUESTION, two_sided=False))
    down = final(trained, planted, groups[::-1], replace(QUESTION, two_sided=False))
    assert (up.prob_da.iloc[planted.more_in_1] > 0.9).all()
    assert (up.prob_da.iloc[planted.more_in_0] < 0.05).all()
    np.testing.assert_allclose(up.prob_da + down.prob_da, both.prob_da, atol=0.1)


def test_of_log2_two_sided_means_the_likelier_direction(trained, planted, groups):
    question = replace(QUESTION, estimand="log2")
    both = final(trained, planted, groups, question).prob_da
    up = final(trained, planted, groups, replace(question, two_sided=False)).prob_da
    assert (both.iloc[planted.more_in_0] > 0.9).all()
    assert (up.iloc[planted.more_in_0] < 0.05).all()
    pd.testing.assert_series_equal(both.iloc[planted.more_in_1], up.iloc[planted.more_in_1])


def test_pseudocount_by_hand():
    """Region 0 is open often; 1, 2 and 3 never in group 1, and 1 alone never in group 2.

    Of their largest accessibilities, 0.1, 0.2 and 0.5, the 90 % quantile is 0.2 + 0.8 * 0.3; that
    of group 2 is 0.1. The larger is divided by 4 regions.
    """
    network = initialise(PeakVAE(architecture(4, n_hidden=1)), seed=0)
    last, p = network.z_decoder.last, torch.tensor([0.9, 0.1, 0.2, 0.5])
    with torch.no_grad():
        last.weight.fill_(2.0)
        last.bias.copy_(torch.logit(p))
    counts = np.array([[1, 0, 0, 0], [2, 0, 0, 0], [1, 0, 1, 3]])
    cells = Cells(counts, np.zeros((3, 1), np.int64), np.empty((3, 0), np.float32))
    draws = torch.tensor([[-1.0, 0.0, -3.0]])  # the largest logit is the bias
    groups = np.array([0, 1]), np.array([2])
    hidden = [[draws, draws - 1], [draws - 1, draws]]
    assert returned(_pseudocount(Encodings(network, cells), groups, hidden)) == pytest.approx(0.11)
    wide_open = [[draws, draws + 100]]  # in group 2, where it counts for region 1
    assert returned(_pseudocount(Encodings(network, cells), groups, wide_open)) == 0.25
    often = Cells(np.ones((3, 4), int), cells.codes, cells.continuous)
    assert returned(_pseudocount(Encodings(network, often), groups, hidden)) == 1e-10


@pytest.mark.parametrize("estimand", ["difference", "log2"])
def test_groups_swapped_turn_the_sign(trained, planted, groups, estimand):
    question = replace(QUESTION, estimand=estimand, n_samples=2000)
    one = final(trained, planted, groups, question)
    other = final(trained, planted, groups[::-1], question)
    np.testing.assert_allclose(one.effect_size, -other.effect_size, atol=0.02)
    np.testing.assert_allclose(one.prob_da, other.prob_da, atol=0.1)


def test_group_against_itself_differs_nowhere(trained, planted, groups):
    table = final(trained, planted, (groups[0], groups[0]), replace(QUESTION, delta=0.5))
    assert table.effect_size.abs().max() < 0.05
    assert not table.is_da_fdr.any()


def test_tables_get_better_and_say_what_they_rest_on(trained, planted, groups):
    results = tables(trained, planted, groups)
    assert next(one.n_samples for one in results if one.table is not None) == 50
    assert (results[-1].n_samples, results[-1].progress, results[-1].is_final) == (600, 1.0, True)
    assert not any(one.is_final for one in results[:-1])
    progress = [one.progress for one in results]
    assert progress == sorted(progress)


def test_final_table_does_not_depend_on_the_way_there(trained, planted, groups):
    one = final(trained, planted, groups)
    for first in (600, 7):
        other = final(trained, planted, groups, replace(QUESTION, first_samples=first))
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    known = Encodings(trained, planted.cells)
    known.mean(np.arange(3, 400, 5))  # asked before, and in another order
    *_, last = compare(known, *groups, QUESTION, names(planted))
    pd.testing.assert_frame_equal(one, last.table, check_exact=True)


def test_first_draws_are_part_of_the_final_ones(trained, planted, groups):
    first = next(one for one in tables(trained, planted, groups) if one.table is not None).table
    few = replace(QUESTION, n_samples=50)
    pd.testing.assert_frame_equal(first, final(trained, planted, groups, few), check_exact=True)


def test_seed_changes_the_draws(trained, planted, groups):
    one, other = (final(trained, planted, groups, replace(QUESTION, seed=s)) for s in (0, 1))
    assert not np.array_equal(one.est_prob1, other.est_prob1)
    np.testing.assert_allclose(one.est_prob1, other.est_prob1, atol=0.05)


def test_batch_correction_decodes_every_cell_in_every_batch(trained, planted, groups):
    """Groups that are the batches themselves: their difference is all batch effect."""
    codes = planted.cells.codes[:, 0]
    batches = np.flatnonzero(codes == 0), np.flatnonzero(codes == 1)
    plain = final(trained, planted, batches).effect_size.abs().mean()
    corrected = replace(QUESTION, batch_correction=True)
    assert final(trained, planted, batches, corrected).effect_size.abs().mean() < 0.7 * plain


def test_batches_to_decode_in_may_differ_between_the_groups(trained, planted, groups):
    """One kind of cells in two batches: what differs then is how the batches are decoded."""
    same = groups[0], groups[0]
    effects = {}
    for batches in [(0, 0), (0, 1), (1, 0)]:
        chosen = {"batches1": batches[:1], "batches2": batches[1:]}
        question = replace(QUESTION, batch_correction=True, n_samples=2000, **chosen)
        effects[batches] = final(trained, planted, same, question).effect_size.to_numpy()
    encodings = Encodings(trained, planted.cells)
    p = [
        np.concatenate(list(accessibility(encodings, groups[0], batch=batch))).mean(axis=0)
        for batch in (0, 1)
    ]
    np.testing.assert_allclose(effects[0, 1], p[0] - p[1], atol=0.03)
    np.testing.assert_allclose(effects[1, 0], p[1] - p[0], atol=0.03)
    assert np.abs(effects[0, 0]).max() < 0.03 < np.abs(effects[0, 1]).max()


def test_all_batches_of_both_groups_are_what_correction_means_without_a_choice(
    trained, planted, groups
):
    corrected = replace(QUESTION, batch_correction=True)
    chosen = replace(corrected, batches1=(1, 0), batches2=(0, 1))
    one, other = (final(trained, planted, groups, asked) for asked in (corrected, chosen))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def test_some_shared_batches_decode_each_group_equally_often_in_its_own(trained, planted, groups):
    question = replace(QUESTION, batch_correction=True, batches1=(0, 1), batches2=(1,))
    table = final(trained, planted, groups, replace(question, n_samples=4000))
    encodings = Encodings(trained, planted.cells)
    for group, batches, found in [
        (groups[0], (0, 1), table.est_prob1),
        (groups[1], (1,), table.est_prob2),
    ]:
        p = [
            np.concatenate(list(accessibility(encodings, group, batch=batch))).mean(axis=0)
            for batch in batches
        ]
        np.testing.assert_allclose(found, np.mean(p, axis=0), atol=0.03)


def test_batches_without_correction_are_refused():
    with pytest.raises(DataError, match="need batch_correction=True"):
        Question(batches1=(0,))


def test_codes_of_the_data_set_are_left_alone(trained, planted, groups):
    before = planted.cells.codes.copy()
    final(trained, planted, groups, replace(QUESTION, batch_correction=True))
    assert np.array_equal(planted.cells.codes, before)


def test_it_can_be_cancelled_at_any_yield(trained, planted, groups):
    steps = compare(Encodings(trained, planted.cells), *groups, QUESTION, names(planted))
    next(steps)
    steps.close()
    with pytest.raises(StopIteration):
        next(steps)


def test_bayes_factor_is_the_log_odds_and_stays_finite(trained, planted, groups):
    table = final(trained, planted, groups)
    some = table[(table.prob_da > 0.1) & (table.prob_da < 0.9)]
    odds = np.log(some.prob_da / (1 - some.prob_da))
    np.testing.assert_allclose(some.bayes_factor, odds, rtol=1e-6, atol=1e-6)
    assert table.bayes_factor.abs().max() < 18.5


def test_regions_are_called_while_the_expected_share_of_wrong_ones_is_low():
    prob = np.array([0.2, 0.99, 0.9, 0.98, 0.5])
    # falling: 0.01, (0.01 + 0.02) / 2, (0.01 + 0.02 + 0.1) / 3 = 0.0433, then 0.1575
    assert called(prob, 0.05).tolist() == [False, True, True, True, False]
    assert called(prob, 0.04).tolist() == [False, True, False, True, False]
    assert not called(prob, 0.001).any()
    many = np.array([1.0] * 30 + [0.8, 0.1])  # 1.1 of 32 would be below 0.05
    assert called(many, 0.05).all()
    assert called(many, 0.05, 0.7).tolist() == [True] * 31 + [False]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("delta", -0.1),
        ("delta", np.nan),
        ("fdr_target", 0.0),
        ("fdr_target", 1.0),
        ("estimand", "ratio"),
        ("level", "donor"),
        ("n_samples", 0),
        ("interval", 0.0),
        ("interval", 1.0),
    ],
)
def test_question_that_makes_no_sense_is_refused(name, value):
    with pytest.raises(DataError, match=f"^{name} is "):
        Question(**{name: value})


def test_no_piece_of_work_is_long(trained, planted, groups, monkeypatch):
    """Between two yields, each thread compares one chunk of regions or encodes one block."""
    done, chunk, encode = [], differential._chunk, Encodings._encode

    def counted_chunk(*arguments):
        done.append("chunk")
        return chunk(*arguments)

    def counted_encode(self, blocks):
        done.extend(["block"] * len(blocks))
        encode(self, blocks)

    monkeypatch.setattr(differential, "CHUNK", 50)
    monkeypatch.setattr(differential, "_chunk", counted_chunk)
    monkeypatch.setattr(Encodings, "_encode", counted_encode)
    pieces, question = [], Question(n_samples=600, first_samples=50)
    for _ in compare(Encodings(trained, planted.cells), *groups, question, names(planted)):
        pieces.append(done.copy())
        done.clear()
    assert max(map(len, pieces)) <= default_threads()
    every = list(chain(*pieces))
    n_blocks, n_chunks = -(-planted.cells.n_cells // BLOCK), planted.cells.n_regions // 50
    assert every.count("block") == n_blocks
    assert every.count("chunk") >= 2 * n_chunks


def test_interval_is_that_of_the_pairs_of_draws(trained, planted, groups):
    """With one cell a group the draws are normal in the latent: they can be drawn again here."""
    cells = groups[0][:1], groups[1][:1]
    question = Question(n_samples=4000, first_samples=4000, interval=0.8)
    table = final(trained, planted, cells, question)
    encodings, random = Encodings(trained, planted.cells), np.random.default_rng(99)
    p1, p2 = (
        next(accessibility(encodings, np.repeat(one, 4000), random=random, cells_at_once=4000))
        for one in cells
    )
    low, high = np.quantile(p1 - p2, [0.1, 0.9], axis=0)
    np.testing.assert_allclose(table.effect_low, low, atol=0.02)
    np.testing.assert_allclose(table.effect_high, high, atol=0.02)


@pytest.mark.parametrize("estimand", ["difference", "log2"])
def test_interval_holds_the_effect_and_changes_nothing_else(trained, planted, groups, estimand):
    question = replace(QUESTION, estimand=estimand, batch_correction=True)
    table = final(trained, planted, groups, replace(question, interval=0.9))
    plain = final(trained, planted, groups, question)
    pd.testing.assert_frame_equal(table[plain.columns], plain, check_exact=True)
    assert list(table.columns.difference(plain.columns)) == ["effect_high", "effect_low"]
    assert (table.effect_low < table.effect_size).all()
    assert (table.effect_size < table.effect_high).all()


def test_wider_probability_gives_a_wider_interval(trained, planted, groups):
    narrow, wide = (
        final(trained, planted, groups, replace(QUESTION, interval=width)) for width in (0.5, 0.95)
    )
    assert (wide.effect_low < narrow.effect_low).all()
    assert (wide.effect_high > narrow.effect_high).all()


@pytest.mark.parametrize("batch_correction", [False, True])
@pytest.mark.parametrize("estimand", ["difference", "log2"])
def test_means_of_groups_are_called_where_truth_was_planted(
    trained, planted, groups, estimand, batch_correction
):
    question = replace(
        QUESTION, level="group", estimand=estimand, batch_correction=batch_correction, delta=0.1
    )
    table = final(trained, planted, groups, question)
    is_planted = np.isin(np.arange(len(table)), [*planted.more_in_1, *planted.more_in_0])
    assert table.is_da_fdr[is_planted].mean() > 0.9
    assert table.is_da_fdr[~is_planted].mean() < 0.05
    assert (table.effect_size.iloc[planted.more_in_1] > 0).all()


def test_level_changes_how_sure_a_difference_is_and_not_how_large(trained, planted, groups):
    group = final(trained, planted, groups, replace(QUESTION, level="group"))
    cell = final(trained, planted, groups)
    sure = ["prob_da", "is_da_fdr", "bayes_factor"]
    pd.testing.assert_frame_equal(group.drop(columns=sure), cell.drop(columns=sure))
    assert (group.prob_da != cell.prob_da).any()


def test_means_of_groups_do_not_depend_on_the_way_there(trained, planted, groups):
    question = replace(QUESTION, level="group", interval=0.9)
    at_once = final(trained, planted, groups, replace(question, first_samples=600))
    pd.testing.assert_frame_equal(final(trained, planted, groups, question), at_once)
    assert (at_once.effect_low < at_once.effect_size).all()
    assert (at_once.effect_size < at_once.effect_high).all()


def test_means_of_groups_that_share_cells_are_compared_by_the_others(trained, planted, groups):
    shared = np.union1d(groups[0], groups[1][:5]), groups[1]
    table = final(trained, planted, shared, replace(QUESTION, level="group", delta=0.2))
    assert table.is_da_fdr.iloc[planted.more_in_1].mean() > 0.9
    same = final(trained, planted, (groups[0], groups[0]), replace(QUESTION, level="group"))
    assert not same.is_da_fdr.any()
